"""`mnetcost specs`: the shipped networks."""

from typing import Any

import click

from mnetcost.cli.options import (
    EXITS,
    Word,
    basis_options,
    budget_options,
    shipped_setting_options,
)
from mnetcost.cli.output import choose_format, format_option, output_option, write
from mnetcost.cost import Basis
from mnetcost.printed import read_budget
from mnetcost.reports.choices import SPEC_SORTS
from mnetcost.spec.variants import read_set


@click.command(epilog=EXITS)
@click.argument("pattern", type=Word("name"), default="")
@click.option("--sort", type=click.Choice(SPEC_SORTS), help="The largest first, or by name.")
@budget_options
@shipped_setting_options
@basis_options
@format_option
@output_option
def specs(  # noqa: PLR0913, PLR0917 - which, in which order, and where to
    pattern: str,
    sort: str | None,
    knobs: tuple[str, ...],
    format_: str | None,
    output: str | None,
    basis: Basis,
    **options: Any,
) -> None:
    """List the shipped networks and their cost.

    PATTERN is a part of a name, such as mobilenet, or a pattern such as "*_b?". --max-mult-adds and
    --max-params leave those that are within a budget. With a setting or a knob every network is
    counted at it; those that have no such knob, or are impossible there, are left out and named.

    \b
    mnetcost specs
    mnetcost specs mobilenet
    mnetcost specs --sort mult_adds --max-params 5M
    mnetcost specs "efficientnet_b?" --max-mult-adds 1G --set classes=10
    mnetcost specs --alpha 0.5 --resolution 160 --max-mult-adds 100M
    """
    from mnetcost.reports.specs import Asked, specs_report

    chosen = choose_format(format_, output)
    budget = read_budget(options.pop("max_mult_adds"), options.pop("max_params"))
    setting = {name: value for name, value in options.items() if value is not None}
    asked = Asked(pattern, sort, budget, setting, read_set(knobs))
    write(specs_report(basis, asked), chosen, output)
