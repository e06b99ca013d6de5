"""`mnetcost expand`: the flat graph of a network."""

from typing import Any

import click

from mnetcost.cli.options import (
    DEFAULT_EXITS,
    setting_options,
    spec_argument,
)
from mnetcost.cli.output import (
    choose_format,
    exact_format_option,
    output_option,
    write,
)
from mnetcost.cli.targets import cost_of
from mnetcost.cost import FORWARD


@click.command(epilog=DEFAULT_EXITS)
@spec_argument
@setting_options
@exact_format_option
@output_option
def expand(spec: str, format_: str | None, output: str | None, **options: Any) -> None:
    """List every node of a network, its blocks unrolled.

    Blocks, rows, repeats and branches are unrolled: each node below its block, with what it reads
    (`input` is the network's own), its input and output map, and its kernel. A name that begins
    with a slash is one of another block.

    \b
    mnetcost expand mobilenet_v1
    mnetcost expand my_net.yaml --input 320x256 --format csv
    """
    from mnetcost.reports.expand import expand_report

    chosen = choose_format(format_, output)
    write(expand_report(cost_of(spec, FORWARD, options)), chosen, output)
