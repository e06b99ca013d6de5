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
from mnetcost.targets import read_target
from mnetcost.text import clip


@click.command(epilog=EXITS)
@click.argument("spec", type=SPEC)
@text_output_option
def fmt(spec: str, output: str | None) -> None:
    """Print a spec in canonical form, with its comments.

    SPEC is a shipped name, a path, or - for standard input. Top-level keys come in one order, each
    layer stands on a line, values stay as they are written. A spec whose comments cannot be kept
    is refused. Needs ruamel.yaml: pip install 'mnetcost[fmt]'.

    \b
    mnetcost fmt my_net.yaml -o my_net.yaml
    """
    from mnetcost.spec.fmt import canonical

    target = read_target(spec)
    if target.spec != spec:
        raise UsageError(
            f"{clip(spec)}: what stands behind an @ is for a count; fmt writes the spec as it is, "
            f"`mnetcost fmt {clip(target.spec)}`"
        )
    if spec == STREAM:
        origin = read_stream(getattr(sys.stdin, "buffer", None), "<stdin>")
    else:
        origin, _ = locate(spec)
    write_text(canonical(origin), output)
