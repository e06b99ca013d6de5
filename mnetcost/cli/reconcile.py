"""`mnetcost reconcile`: from one number to another, or what gives a printed one."""

from typing import Any

import click

from mnetcost.cli.options import (
    CONVENTION,
    DEFAULT,
    OF_SPEC,
    batch_option,
    once,
    setting_options,
    spec_argument,
)
from mnetcost.cli.output import choose_format, format_option, output_option, write
from mnetcost.cli.targets import cost_of
from mnetcost.conventions.presets import convention as read_convention
from mnetcost.cost import Basis
from mnetcost.printed import FORMS
from mnetcost.problems import UsageError

RECONCILE_EXITS = """\b
Exit codes: 0 done; 1 nothing explains what --printed says (the report is on
standard output all the same), or something is wrong in or with a spec, or
it is impossible at this α or ρ (nothing is on standard output then);
2 wrong options."""


@click.command(epilog=f"{OF_SPEC}\nThe default is {DEFAULT}.\n\n{RECONCILE_EXITS}")
@spec_argument
@click.option(
    "--from",
    "start",
    type=CONVENTION,
    multiple=True,
    callback=once,
    metavar="CONVENTION",
    help="The convention whose number the way begins with.",
)
@click.option(
    "--to",
    "end",
    type=CONVENTION,
    multiple=True,
    callback=once,
    metavar="CONVENTION",
    help="The convention whose number it ends with. Default paper.",
)
@click.option(
    "--printed",
    multiple=True,
    callback=once,
    metavar="FIGURE",
    help=f"Instead: what gives this number, such as {FORMS}, or 5.4MB?",
)
@setting_options
@batch_option
@format_option
@output_option
def reconcile(
    spec: str,
    batch: int,
    format_: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Lead from one number to another, or explain a printed one.

    With --printed these are tried: every convention, a tool's number doubled and halved, biases
    counted, units of 10^n and of 2^10n; the network at other settings, those that its spec names
    first, with a switch of its spec turned and as its other variants; then its parts, such as
    without the first convolution. The plainest that prints so comes first. What as many figures
    would find by chance explains nothing; the exit code is then 1, as where nothing prints so.

    \b
    mnetcost reconcile mobilenet_v1 --from fvcore --to paper
    mnetcost reconcile mobilenet_v1 --alpha 0.75 --printed 317M
    mnetcost reconcile resnet50 --printed "3.8 GFLOPs"
    """
    from mnetcost.analysis.reconcile.way import way
    from mnetcost.reports.reconcile import printed_report, read_printed, way_report

    chosen = choose_format(format_, output)
    start, end, text = (options.pop(name) for name in ("start", "end", "printed"))
    if (start is None) == (text is None) or (end and text):
        raise UsageError("give --from CONVENTION (and --to CONVENTION), or --printed FIGURE")
    printed = None if text is None else read_printed(text)
    ends = None if start is None else (read_convention(start), read_convention(end or "paper"))
    cost = cost_of(spec, Basis(batch), options)
    if ends is not None:
        write(way_report(cost, *ends, way(cost, *ends)), chosen, output)
    if printed is not None:
        report = printed_report(cost, printed)
        write(report, chosen, output)
        click.get_current_context().exit(0 if report.document["answers"] else 1)
