"""`mnetcost specs`: the shipped networks."""

import click

from mnetcost.cli.options import (
    EXITS,
    basis_options,
)
from mnetcost.cli.output import choose_format, format_option, output_option, write
from mnetcost.cost import Basis


@click.command(epilog=EXITS)
@basis_options
@format_option
@output_option
def specs(format_: str | None, output: str | None, basis: Basis) -> None:
    """List the shipped networks and their cost."""
    from mnetcost.reports.specs import specs_report

    write(specs_report(basis), choose_format(format_, output), output)
