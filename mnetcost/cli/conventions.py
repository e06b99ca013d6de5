"""`mnetcost conventions`: what each tool counts, and prints for a network."""

from typing import Any

import click

from mnetcost.cli.options import (
    SPEC,
    SPEC_EXITS,
    batch_option,
    setting_options,
)
from mnetcost.cli.output import (
    choose_format,
    format_option,
    is_unit_asked,
    output_option,
    write,
)
from mnetcost.cli.targets import cost_of
from mnetcost.conventions.presets import convention as read_convention
from mnetcost.cost import Basis
from mnetcost.problems import UsageError


@click.command(epilog=SPEC_EXITS)
@click.argument("spec", type=SPEC, required=False)
@setting_options
@batch_option
@click.option(
    "--own",
    type=click.Path(),
    metavar="FILE",
    help="A preset file of your own, shown with the others.",
)
@format_option
@output_option
def conventions(
    spec: str | None,
    batch: int,
    own: str | None,
    format_: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Tell what each tool counts, and what it prints for a network.

    Without SPEC the conventions are described. With it stands what each prints for that network,
    and which layers make the difference.

    \b
    mnetcost conventions
    mnetcost conventions mobilenet_v1
    mnetcost conventions my_net.yaml --alpha 0.5 --batch 2
    mnetcost conventions mobilenet_v1 --own ours.yaml
    """
    from mnetcost.reports.conventions import comparison_report, conventions_report

    chosen = choose_format(format_, output)
    if spec is None:
        given = own is not None or batch > 1 or is_unit_asked()
        if given or any(one not in (None, ()) for one in options.values()):
            raise UsageError("these options need a SPEC: what they change is a network's number")
        write(conventions_report(), chosen, output)
        return
    cost = cost_of(spec, Basis(batch), options)
    found = None if own is None else read_convention(own)
    write(comparison_report(cost, found), chosen, output)
