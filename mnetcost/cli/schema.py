"""`mnetcost schema`: the JSON Schema of the spec language."""

import click

from mnetcost.cli.options import EXITS
from mnetcost.cli.output import text_output_option, write_text


@click.command(epilog=EXITS)
@text_output_option
def schema(output: str | None) -> None:
    """Print the JSON Schema of specs, for editors.

    \b
    mnetcost schema -o mnetcost.schema.json

    In the first line of a spec, for editors with the YAML language server:

    \b
    # yaml-language-server: $schema=mnetcost.schema.json
    """
    import json

    from mnetcost.spec.schema import schema as spec_schema

    write_text(json.dumps(spec_schema(), indent=2, ensure_ascii=False) + "\n", output)
