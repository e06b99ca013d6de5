"""`mnetcost fmt`: a spec in canonical form."""

import sys

import click

from mnetcost.cli.options import (
    EXITS,
    SPEC,
)
from mnetcost.cli.output import text_output_option, write_text
from mnetcost.problems import UsageError
from mnetcost.spec import STREAM, locate, read_stream


@click.command(epilog=EXITS)
@click.argument("spec", type=SPEC)
@text_output_option
def fmt(spec: str, output: str | None) -> None:
    """Print a spec in canonical form, with its comments.

    Top-level keys come in one order, each layer stands on a line, values stay as they are
    written. A spec whose comments cannot be kept is refused. Needs ruamel.yaml:
    pip install 'mnetcost[fmt]'.

    \b
    mnetcost fmt my_net.yaml -o my_net.yaml
    """
    from mnetcost.spec.fmt import canonical

    if spec == STREAM:
        origin = read_stream(getattr(sys.stdin, "buffer", None), "<stdin>")
    elif "\n" in spec:
        raise UsageError("SPEC: a name, a path, or - for standard input")
    else:
        origin, _ = locate(spec)
    write_text(canonical(origin), output)
