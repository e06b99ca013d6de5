"""`mnetcost fit`: what fills a budget best."""

from typing import Any

import click

from mnetcost.analysis.sweep.knobs import read_sets
from mnetcost.cli.options import (
    DEFAULT,
    OF_SPEC,
    WholeNumber,
    Word,
    basis_options,
    budget_options,
    input_option,
    once,
    sets_option,
    spec_argument,
    strict_option,
)
from mnetcost.cli.output import choose_format, format_option, output_option, write
from mnetcost.cli.targets import opened
from mnetcost.cost import Basis
from mnetcost.graph import Graph
from mnetcost.printed import read_budget
from mnetcost.problems import UsageError
from mnetcost.reports.choices import FIT_VIEWS, FRONT_ROWS
from mnetcost.reports.fit import fit_report, nothing_fits
from mnetcost.reports.fit_scores import none_fits, ranking_report
from mnetcost.tabular import Report

FIT_EXITS = """\b
Exit codes: 0 done; 1 nothing fits, or something is wrong in or with a spec
(every problem goes to standard error, and nothing to standard output);
2 wrong options."""


@click.command(epilog=f"{OF_SPEC}\nThe default is {DEFAULT}.\n\n{FIT_EXITS}")
@spec_argument
@budget_options
@click.option("--alpha", multiple=True, metavar="RATIOS", help="Choose among these α.")
@click.option(
    "--min-alpha",
    metavar="RATIO",
    multiple=True,
    callback=once,
    help="The smallest α to try. Default: above 0.",
)
@click.option(
    "--max-alpha",
    metavar="RATIO",
    multiple=True,
    callback=once,
    help="The largest α to try. Default 1.",
)
@click.option("--rho", multiple=True, metavar="RATIOS", help="The ρ to try, as for `sweep`.")
@click.option(
    "--resolution", multiple=True, metavar="PIXELS", help="Instead of ρ: longer sides, px."
)
@click.option(
    "--resolution-multiple",
    metavar="PIXELS",
    multiple=True,
    callback=once,
    help="Without either: the spec's own input, and every multiple of this below it. Default 32.",
)
@input_option
@sets_option
@strict_option
@click.option(
    "--scores",
    type=Word("scores"),
    metavar="FILE",
    help="Choose among measured networks: a CSV of them, or a shipped name such as mobilenet_v1.",
)
@click.option("--view", type=click.Choice(FIT_VIEWS), help="Only this table. JSON has them all.")
@click.option(
    "--top",
    type=WholeNumber(),
    metavar="ROWS",
    help=f"Rows of the front, or with several knobs of the list. Default {FRONT_ROWS}.",
)
@basis_options
@format_option
@output_option
def fit(
    spec: str,
    knobs: tuple[str, ...],
    format_: str | None,
    output: str | None,
    basis: Basis,
    **options: Any,
) -> None:
    """Find the widths and resolutions that fill a budget best.

    α matters only where some layer's channel count changes, so every such step up to --max-alpha
    is tried, exactly. Printed is the largest α that fits at each ρ, with all the α that give the
    same network and how much of the budget that fills; then the Pareto front: what no other beats
    in α·ρ, where more is better, and in cost. With --alpha the choice is among those α alone, as
    among widths that a library has trained; where trained networks are shipped with a spec, the
    best of them that fits is named too. Where nothing fits the exit code is 1, and the smallest
    possible cost is said.

    Several values of a knob, --set depth=2,3, are tried too, in all combinations: one list of what
    fits, the fullest budget first. α and ρ are then 1 unless an option of theirs is given.

    With --scores the choice is among the networks of a CSV with the columns alpha, resolution (or
    rho) and accuracy (or score): which of them fit, and the front of accuracy against cost. A
    budget may then be left out. With --convention, --batch or --pass the budget is one of what they
    count, the most of a range. The sixteen MobileNets of the paper are shipped as mobilenet_v1.

    \b
    mnetcost fit --max-mult-adds 150M --max-params 2M
    mnetcost fit efficientnet_b0 --max-mult-adds 200M --resolution-multiple 16
    mnetcost fit my_net.yaml --max-params 0.5M --min-alpha 0.25 --rho 1
    mnetcost fit --max-params 2M --alpha 1,0.75,0.5,0.25 --resolution 224,160
    mnetcost fit densenet --max-mult-adds 2G --set growth=16,24,32 --set n4=16,24
    mnetcost fit mobilenet_v1 --max-mult-adds 300M --convention flops
    mnetcost fit mobilenet_v1 --scores mobilenet_v1 --max-mult-adds 150M
    """
    chosen = choose_format(format_, output)
    sets = read_sets(knobs)
    given = {name: value for name, value in options.items() if value} | {"basis": basis}
    said = {name: given.get(name) for name in ("alpha", "rho", "resolution", "input")}
    network, setting = opened(spec, {**said, "knobs": sets[0]})
    given, graph = given | setting, network.graph
    scores = given.pop("scores", None)
    if scores is None:
        report = _fitted(graph, sets, **given)
    elif len(sets) > 1:
        raise UsageError("--set: one value a knob beside --scores, whose networks are measured")
    else:
        report = _ranked(graph, scores, **given)
    write(report, chosen, output)


def _fitted(
    graph: Graph,
    sets: list[dict[str, Any]],
    input: Any = None,  # noqa: A002 - the option
    **given: Any,
) -> Report:
    from mnetcost.analysis.fit.knobs import Fits, fit_each

    shown = {name: given.pop(name) for name in ("view", "top") if name in given}
    found = fit_each(graph, sets, size=input, **given)
    if not isinstance(found, Fits):
        if found.best is None:
            raise graph.refusal("nothing-fits", nothing_fits(found))
        return fit_report(found, **shown)
    from mnetcost.reports.fit_knobs import knobs_report, none_of_knobs

    if shown.pop("view", "largest") == "front":
        raise UsageError("--view front: a front of α·ρ needs one value a knob (--set)")
    if found.best is None:
        raise graph.refusal("nothing-fits", none_of_knobs(found))
    return knobs_report(found, **shown)


def _ranked(graph: Graph, scores: str, **given: Any) -> Report:
    """The report on measured networks, which say their own settings."""
    from mnetcost.analysis.fit.scores import rank

    limits = [given.pop(name, None) for name in ("max_mult_adds", "max_params")]
    size, basis = given.pop("input", None), given.pop("basis")
    for name in given:
        option = name.replace("_", "-")
        raise UsageError(f"--{option} beside --scores, whose networks are all that is tried")
    ranking = rank(graph, scores, read_budget(*limits), size, basis)
    if ranking.best is None:
        raise graph.refusal("nothing-fits", none_fits(ranking))
    return ranking_report(ranking)
