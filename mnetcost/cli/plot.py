"""`mnetcost plot`: a picture of a cost, in the terminal or as a file."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from mnetcost.analysis.sweep.knobs import of_each, read_sets
from mnetcost.cli.options import (
    DEFAULT,
    DEFAULT_EXITS,
    SPEC,
    Word,
    basis_options,
    byte_options,
    input_option,
    sets_option,
    strict_option,
)
from mnetcost.cli.output import (
    choose_format,
    is_standard_output,
    output_choice,
    print_paged,
    print_warnings,
    save,
    write_text,
)
from mnetcost.cli.targets import cost_of, costs_of, opened
from mnetcost.cost import Basis
from mnetcost.exact import read_ratio
from mnetcost.printed import read_budget, read_budgets
from mnetcost.problems import UsageError
from mnetcost.render.figure import FORMATS, WIDTH
from mnetcost.reports.choices import COST_PLOTS, COSTS, MEMORY, PLOTS, SWEEP_PLOTS, THEMES, Shown

if TYPE_CHECKING:
    from mnetcost.graph import Graph
    from mnetcost.picture import Picture

    Drawn: TypeAlias = tuple[Picture, Sequence[str]]  # and the warnings about it

TEXT = "text"
SUFFIXES = {**FORMATS, ".txt": TEXT}
IN_FILES = 100  # columns of a text that no terminal shows
LIMITS = ("max_mult_adds", "max_params")
AXES = ("alpha", "rho", "resolution")
SETTING = (*AXES, "input", "knobs")
SEVERAL = ("lines", "fit")  # draw several values of a knob
# The options that each kind of picture takes beside those that all take.
TAKEN = {
    **dict.fromkeys(COST_PLOTS, frozenset((*SETTING, "of"))),
    **dict.fromkeys(SWEEP_PLOTS, frozenset((*SETTING, "of", *LIMITS))),
    "fit": {*SETTING, "of", *LIMITS},
    "scores": {"input", "knobs", "of", "scores", *LIMITS},
    "networks": {*SETTING},
    MEMORY: {*SETTING, "dtype", "memory"},
}


@click.command(epilog=DEFAULT_EXITS)
@click.argument("specs", metavar="[SPEC]...", nargs=-1, type=SPEC)
@click.option(
    "--kind",
    type=click.Choice(PLOTS),
    metavar="KIND",
    help="What to draw, as listed above. Default: blocks; of several SPECs networks, with --scores"
    " scores.",
)
@click.option("--of", type=click.Choice(COSTS), help="Which cost to draw. Default mult_adds.")
@click.option("--alpha", multiple=True, metavar="RATIOS", help="Width multipliers α.")
@click.option("--rho", multiple=True, metavar="RATIOS", help="Resolution multipliers ρ.")
@click.option(
    "--resolution",
    multiple=True,
    metavar="PIXELS",
    help="Instead of ρ: longer sides of the input, px.",
)
@input_option
@sets_option
@strict_option
@click.option(
    "--max-mult-adds", multiple=True, metavar="FIGURE", help="A budget of mult-adds to draw."
)
@click.option(
    "--max-params", multiple=True, metavar="FIGURE", help="A budget of parameters to draw."
)
@click.option(
    "--scores",
    type=Word("scores"),
    metavar="FILE",
    help="Measured networks, a CSV of them, as for fit.",
)
@byte_options
@basis_options
@click.option(
    "--theme",
    type=click.Choice(THEMES),
    default=THEMES[0],
    help="The colours of a file. Default light.",
)
@click.option(
    "--width",
    default=str(WIDTH),
    metavar="INCHES",
    help="How wide a file is; 3.3 is a column of a paper.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice([TEXT, *FORMATS.values()]),
    help="How to draw it. The default is text, or what the suffix of its file says.",
)
@output_choice(SUFFIXES)
def plot(  # noqa: PLR0913, PLR0917 - how it looks, and where it goes
    specs: tuple[str, ...],
    kind: str | None,
    basis: Basis,
    theme: str,
    width: str,
    format_: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Draw where the cost goes, a sweep, a budget or a front.

    Without a file the picture is drawn in the terminal, in signs. As a file it is labelled with
    units, setting and convention, and legible in a column of a paper (--width 3.3).

    \b
    blocks, layers, types   where the cost of one network goes
    cumulative              how much of it the first layers have
    reduction               each separable pair on the curve 1/N + 1/D_K²
    memory                  what is in memory at every step (--dtype, --memory)
    heat, lines             a sweep over α and ρ, with budgets
    fit                     what fits a budget: the front of α·ρ
    scores                  measured accuracies against cost (--scores)
    networks                several networks, the Pareto front marked

    \b
    mnetcost plot resnet50 --kind cumulative -o resnet50.svg
    mnetcost plot mobilenet_v2 --kind memory --dtype int8
    mnetcost plot --kind heat --max-mult-adds 300M --max-mult-adds 100M
    mnetcost plot --kind lines --alpha 0.25:1:0.05 -o lines.pdf --width 3.3
    mnetcost plot --kind fit --max-mult-adds 150M -o fit.png --theme dark
    mnetcost plot --scores mobilenet_v1 --max-mult-adds 150M
    mnetcost plot mobilenet_v2 resnet18 vgg16 -o networks.svg
    """
    chosen = choose_format(format_, output, suffixes=SUFFIXES)
    inches = float(read_ratio(width, "--width"))
    found = _kind(kind, specs, options)
    picture, warnings = MADE[found](found, specs or (DEFAULT,), basis, options)
    if chosen == TEXT:
        from mnetcost.render.picture_text import render_for, render_picture

        if is_standard_output(output):
            print_paged(render_for(sys.stdout, picture))
        else:
            write_text(render_picture(picture, IN_FILES), output)
    else:
        from mnetcost.render.figure import figure_bytes

        _write_bytes(figure_bytes(picture, chosen, theme, inches), chosen, output)
    print_warnings(warnings)


def _kind(kind: str | None, specs: tuple[str, ...], options: Mapping[str, Any]) -> str:
    """The kind of the picture. Raises UsageError for an option that it does not take."""
    if kind is None:
        kind = "networks" if len(specs) > 1 else "scores" if options["scores"] else COST_PLOTS[0]
    if len(specs) > 1 and kind != "networks":
        raise UsageError(f"--kind {kind} is of one network; of several there is --kind networks")
    for name, value in options.items():
        given = value is not None if name == MEMORY else value  # no ways are the plain one
        if given and name not in TAKEN[kind]:
            option = "--" + {"knobs": "set"}.get(name, name).replace("_", "-")
            takers = ", ".join(one for one, taken in TAKEN.items() if name in taken)
            raise UsageError(f"{option}: not with --kind {kind}; with {takers}")
    if kind not in SEVERAL and len(read_sets(options["knobs"])) > 1:
        several = " and ".join(SEVERAL)
        raise UsageError(f"--set: one value a knob with --kind {kind}; several with {several}")
    if kind == "scores" and not options["scores"]:
        raise UsageError("--kind scores needs --scores FILE, such as --scores mobilenet_v1")
    return kind


def _one(options: Mapping[str, Any], name: str, kind: str) -> Any:
    """The one value of an option, None for none."""
    values = options[name]
    if len(values) > 1:
        option = name.replace("_", "-")
        raise UsageError(
            f"--{option}: one value with --kind {kind}; several with heat, lines and fit"
        )
    return values[0] if values else None


def _setting(options: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """α, ρ or resolution, the input and the knobs of one network, as `cost_of` takes them."""
    found = {name: _one(options, name, kind) for name in AXES}
    return found | {name: options[name] for name in ("input", "knobs")}


def _swept(spec: str, options: Mapping[str, Any]) -> tuple["Graph", dict[str, Any]]:
    """The network of SPEC, and its axes and its input as a sweep and a fit take them.

    Of several values of knobs it is the first network.
    """
    axes = {name: list(options[name]) or None for name in AXES}
    said = axes | {"input": options["input"], "knobs": read_sets(options["knobs"])[0]}
    network, setting = opened(spec, said)
    return network.graph, {
        "size": setting.get("input"),
        **{name: setting.get(name) for name in AXES},
    }


def _of_cost(
    kind: str, specs: tuple[str, ...], basis: Basis, options: Mapping[str, Any]
) -> "Drawn":
    from mnetcost.reports.plot import cost_picture

    cost = cost_of(specs[0], basis, _setting(options, kind))
    return cost_picture(cost, kind, options["of"] or COSTS[0]), cost.warnings


def _of_memory(
    kind: str, specs: tuple[str, ...], basis: Basis, options: Mapping[str, Any]
) -> "Drawn":
    from mnetcost.reports.layer_bytes import needs_shown
    from mnetcost.reports.plot_memory import memory_picture

    if basis.pass_ != "forward":
        raise UsageError("--kind memory is of an inference: give no --pass with it")
    cost = cost_of(specs[0], basis, _setting(options, kind))
    needs = needs_shown(cost, Shown(dtype=options["dtype"], memory=options["memory"]))
    return memory_picture(cost, needs), cost.warnings


def _of_sweep(
    kind: str, specs: tuple[str, ...], basis: Basis, options: Mapping[str, Any]
) -> "Drawn":
    from mnetcost.analysis.sweep.sweep import CountSweep
    from mnetcost.reports.plot_sweep import MAX_CELLS, sweep_picture, sweeps_picture

    budgets = read_budgets(*(options[name] for name in LIMITS))
    graph, axes = _swept(specs[0], options)
    sets, of = read_sets(options["knobs"]), options["of"] or COSTS[0]
    pairs = of_each(
        graph, sets, lambda own: CountSweep.of(own, **axes, basis=basis, limit=MAX_CELLS)
    )
    warnings = list(dict.fromkeys(text for _, one in pairs for text in one.warnings))
    if len(pairs) > 1:
        return sweeps_picture(pairs, of, budgets), warnings
    return sweep_picture(pairs[0][1], kind, of, budgets), warnings


def _of_fit(kind: str, specs: tuple[str, ...], basis: Basis, options: Mapping[str, Any]) -> "Drawn":
    from mnetcost.analysis.fit.knobs import Fits, fit_each
    from mnetcost.reports.fit import nothing_fits
    from mnetcost.reports.fit_knobs import none_of_knobs
    from mnetcost.reports.plot_fronts import fit_picture, fits_picture

    limits = {name: _one(options, name, kind) for name in LIMITS}
    graph, axes = _swept(specs[0], options)
    found = fit_each(graph, read_sets(options["knobs"]), **limits, **axes, basis=basis)
    if not isinstance(found, Fits):
        if found.best is None:
            raise graph.refusal("nothing-fits", nothing_fits(found))
        return fit_picture(found, options["of"]), found.warnings
    if options["of"]:
        raise UsageError("--of: not with several values of --set, which draw what fills the budget")
    if found.best is None:
        raise graph.refusal("nothing-fits", none_of_knobs(found))
    warnings = list(dict.fromkeys(text for one in found for text in one.warnings))
    return fits_picture(found), warnings


def _of_scores(
    kind: str, specs: tuple[str, ...], basis: Basis, options: Mapping[str, Any]
) -> "Drawn":
    from mnetcost.analysis.fit.scores import rank
    from mnetcost.reports.documents import warned
    from mnetcost.reports.plot_fronts import ranking_picture

    budget = read_budget(*(_one(options, name, kind) for name in LIMITS))
    graph, axes = _swept(specs[0], options)
    for name in AXES:
        if axes[name] is not None:
            raise UsageError(
                f"{specs[0]}: no {name} beside --scores, whose networks have their own"
            )
    ranking = rank(graph, options["scores"], budget, axes["size"], basis)
    warnings = warned(graph, [one.setting for one in ranking.scored])
    return ranking_picture(ranking, options["of"]), warnings


def _of_networks(
    kind: str, specs: tuple[str, ...], basis: Basis, options: Mapping[str, Any]
) -> "Drawn":
    from mnetcost.analysis.compare.compare import CountComparison
    from mnetcost.reports.plot_fronts import comparison_picture

    costs = costs_of(specs, basis, _setting(options, kind))
    warnings = [f"{name}: {text}" for name, cost in zip(specs, costs) for text in cost.warnings]
    return comparison_picture(CountComparison.of(costs, specs)), warnings


MADE = {
    **dict.fromkeys(COST_PLOTS, _of_cost),
    **dict.fromkeys(SWEEP_PLOTS, _of_sweep),
    MEMORY: _of_memory,
    "fit": _of_fit,
    "scores": _of_scores,
    "networks": _of_networks,
}


def _write_bytes(data: bytes, format_: str, output: str | None) -> None:
    """Put a picture into its file, or where standard output goes, unless somebody reads it."""
    if output is not None and not is_standard_output(output):
        save([data], output)
        return
    if sys.stdout is None:
        return
    if sys.stdout.isatty():
        raise UsageError(f"--format {format_} is not for a terminal; write it with -o FILE")
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
