"""`mnetcost show`: the YAML of a shipped network."""

import click

from mnetcost.cli.options import (
    EXITS,
    Word,
)
from mnetcost.cli.output import text_output_option, write_text
from mnetcost.problems import UsageError
from mnetcost.spec import is_path, locate


@click.command(epilog=EXITS)
@click.argument("name", type=Word("name"))
@text_output_option
def show(name: str, output: str | None) -> None:
    """Print the YAML of a shipped network.

    To read, or to begin a spec of your own with:

    \b
    mnetcost show mobilenet_v1 -o my_net.yaml
    """
    if is_path(name) or "\n" in name:
        raise UsageError("NAME: the name of a shipped network; `mnetcost specs` lists them")
    write_text(locate(name)[0].text, output)
