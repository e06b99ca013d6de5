"""`mnetcost compare`: several networks on one table."""

import os
import sys
from typing import Any

import click

from mnetcost.cli.options import (
    EXITS,
    SPEC,
    basis_options,
    fold_option,
    setting_options,
)
from mnetcost.cli.output import (
    choose_format,
    format_option,
    keep_apart,
    output_option,
    print_text,
    save,
    write,
)
from mnetcost.cli.targets import costs_of
from mnetcost.cost import Basis
from mnetcost.notebook.compare import Comparison
from mnetcost.problems import UsageError


@click.command(epilog=EXITS)
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True, type=SPEC)
@click.option("--scatter", is_flag=True, help="Draw them under the table (needs the extra `plot`).")
@click.option(
    "--plot",
    metavar="FILE",
    type=click.Path(),
    help="Draw them into a .png, .svg or .pdf file (needs the extra `plot`).",
)
@setting_options
@fold_option
@basis_options
@format_option
@output_option
def compare(
    targets: tuple[str, ...], format_: str | None, output: str | None, basis: Basis, **others: Any
) -> None:
    """Set several networks side by side, the Pareto front marked.

    A TARGET is a shipped name, a path, or - for standard input; after an @ may stand a setting:
    alpha, rho, resolution, input, or a knob of the spec (`set.NAME` where the knob is called like
    a setting). The setting options hold for what does not say otherwise. On the Pareto front is
    what no other beats in parameters and in mult-adds: smaller is better in both.

    \b
    mnetcost compare mobilenet_v1 mobilenet_v2 mobilenet_v3_large
    mnetcost compare mobilenet_v1@alpha=0.75 mobilenet_v2 --resolution 192
    mnetcost compare resnet18 resnet50 efficientnet:b0 --scatter
    mnetcost compare vgg16 resnet50 squeezenet1_0 --plot nets.svg
    mnetcost compare resnet50 densenet121 --fold
    """
    from mnetcost.reports.compare import compare_report
    from mnetcost.reports.plot_fronts import comparison_picture

    chosen = choose_format(format_, output)
    scatter, plot, fold_norms = (others.pop(name) for name in ("scatter", "plot", "fold_norms"))
    drawn = None if plot is None else (plot, _plot_format(plot))
    keep_apart(output, plot, "--plot")
    if scatter and (chosen != "text" or output not in (None, "-")):
        raise UsageError("--scatter draws on standard output; for a file there is --plot")
    found = Comparison.of(costs_of(targets, basis, others), targets)
    text = ""
    if scatter:
        from mnetcost.render.picture_text import render_for

        text = "\n" + render_for(sys.stdout, comparison_picture(found))
    if drawn is not None:
        from mnetcost.render.figure import figure_bytes

        path, form = drawn
        save([figure_bytes(comparison_picture(found), form)], path, "--plot")
    write(compare_report(found, fold_norms), chosen, output)
    print_text(text)


def _plot_format(plot: str) -> str:
    """The format that the suffix says."""
    from mnetcost.render.figure import FORMATS

    suffix = os.path.splitext(plot)[1].lower()
    if suffix not in FORMATS:
        message = f"the suffix of '{plot}' tells no format; use one of {', '.join(FORMATS)}"
        raise click.BadParameter(message, param_hint="--plot")
    return FORMATS[suffix]
