"""The commands over several networks: diff, compare."""

import os
import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import click

from mnetcost.analysis.targets import each, read_target
from mnetcost.cli.app import EXITS, app
from mnetcost.cli.arguments import (
    SpecName,
    basis_options,
    input_option,
    open_network,
    shared_setting_options,
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
from mnetcost.comparison import Comparison, Diff, counted
from mnetcost.cost import Basis
from mnetcost.network import Cost
from mnetcost.problems import UsageError

DIFF_EXITS = """\b
Exit codes: 0 done; 1 something is wrong in or with a spec, or it is
impossible at this α or ρ (nothing is on standard output then); 2 wrong
options. With --exit-code also 1 where the networks differ."""


@app.command(epilog=DIFF_EXITS)
@click.argument("before", metavar="A", type=SpecName())
@click.argument("after", metavar="B", type=SpecName())
@click.option("--all", "every", is_flag=True, help="Show the layers that did not change too.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where the networks differ.")
@shared_setting_options
@input_option
@basis_options
@format_option
@output_option
def diff(
    before: str, after: str, format_: str | None, output: str | None, basis: Basis, **others: Any
) -> None:
    """What changed from A to B, layer by layer, in structure and in cost.

    A and B are targets: a shipped name, a path, or - for standard input; after an @ may stand a
    setting: alpha, rho, resolution, input, or a knob of the spec (`set.NAME` where the knob is
    called like a setting). The setting options hold for what does not say otherwise. Layers are
    paired by what they are, else by their names; + was added, - removed, ~ changed.

    \b
    mnetcost diff mobilenet_v1 mobilenet_v1_full
    mnetcost diff mobilenet_v1@alpha=0.75 mobilenet_v1@rho=5/7
    mnetcost diff resnet18 resnet34 --all
    mnetcost diff old.yaml new.yaml --exit-code --format json
    """
    from mnetcost.reports.diff import diff_report

    chosen = choose_format(format_, output)
    every, exit_code = others.pop("every"), others.pop("exit_code")
    one, other = _costs([before, after], basis, others)
    found = Diff.of(one, other, (before, after))
    write(diff_report(found, every), chosen, output)
    if exit_code and not found.same:
        click.get_current_context().exit(1)


@app.command(epilog=EXITS)
@click.argument("targets", metavar="TARGET...", nargs=-1, required=True, type=SpecName())
@click.option("--scatter", is_flag=True, help="Draw them under the table (needs the extra `plot`).")
@click.option(
    "--plot",
    metavar="FILE",
    type=click.Path(),
    help="Draw them into a .png or .svg file (needs the extra `plot`).",
)
@shared_setting_options
@input_option
@basis_options
@format_option
@output_option
def compare(
    targets: tuple[str, ...], format_: str | None, output: str | None, basis: Basis, **others: Any
) -> None:
    """Several networks on one cost table, the Pareto front marked.

    A TARGET is a shipped name, a path, or - for standard input; after an @ may stand a setting:
    alpha, rho, resolution, input, or a knob of the spec (`set.NAME` where the knob is called like
    a setting). The setting options hold for what does not say otherwise. On the Pareto front is
    what no other beats in parameters and in mult-adds: smaller is better in both.

    \b
    mnetcost compare mobilenet_v1 mobilenet_v2 mobilenet_v3_large
    mnetcost compare mobilenet_v1@alpha=0.75 mobilenet_v2 --resolution 192
    mnetcost compare resnet18 resnet50 efficientnet:b0 --scatter
    mnetcost compare vgg16 resnet50 squeezenet1_0 --plot nets.svg
    """
    from mnetcost.reports.compare import compare_report, scatter_of

    chosen = choose_format(format_, output)
    scatter, plot = others.pop("scatter"), others.pop("plot")
    drawn = None if plot is None else _plot_format(plot)
    keep_apart(output, plot, "--plot")
    if scatter and (chosen != "rich" or output not in (None, "-")):
        raise UsageError("--scatter draws on standard output; for a file there is --plot")
    found = Comparison.of(_costs(targets, basis, others), targets)
    text = ""
    if scatter:
        from mnetcost.render.scatter import render_scatter

        text = render_scatter(scatter_of(found), shutil.get_terminal_size().columns)
    if plot is not None and drawn is not None:
        from mnetcost.render.figure import figure_bytes

        save(figure_bytes(scatter_of(found), drawn), plot, "--plot")
    write(compare_report(found), chosen, output)
    print_text(text)


def _plot_format(plot: str) -> str:
    """The format that the suffix says."""
    from mnetcost.render.figure import FORMATS

    suffix = os.path.splitext(plot)[1].lower()
    if suffix not in FORMATS:
        message = f"the suffix of '{plot}' tells no format; use one of {', '.join(FORMATS)}"
        raise click.BadParameter(message, param_hint="--plot")
    return FORMATS[suffix]


def _costs(texts: Sequence[str], basis: Basis, others: Mapping[str, Any]) -> list[Cost]:
    """The cost of each target, with what is wrong with any of them said at once."""
    opened = cache(open_network)  # standard input can be read once only
    return each(texts, lambda text: counted(read_target(text), basis, others, opened))
