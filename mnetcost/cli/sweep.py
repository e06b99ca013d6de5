"""`mnetcost sweep`: a grid, printed, as one Parquet file, or part by part."""

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

from mnetcost.analysis.sweep.knobs import of_each, points_each, read_sets
from mnetcost.cli.options import (
    DEFAULT_EXITS,
    Word,
    basis_options,
    budget_options,
    input_option,
    sets_option,
    spec_argument,
    strict_option,
)
from mnetcost.cli.output import (
    cannot_write,
    choose_format,
    format_choice,
    output_choice,
    print_text,
    print_warnings,
    write,
    write_text,
    write_texts,
)
from mnetcost.cli.targets import opened
from mnetcost.printed import Budget, read_budget
from mnetcost.problems import UsageError
from mnetcost.render import FORMATS, SUFFIXES
from mnetcost.reports.choices import SORTS

if TYPE_CHECKING:
    from mnetcost.analysis.sweep.budgets import Fitting
    from mnetcost.analysis.sweep.sweep import CountSweep
    from mnetcost.graph import Graph

    Grids: TypeAlias = list[tuple[Mapping[str, Any], CountSweep]]

PARQUET = "parquet"
AXES = ("alpha", "rho", "resolution")
Step = TypeVar("Step")


@click.command(epilog=DEFAULT_EXITS)
@spec_argument
@click.option(
    "--alpha", multiple=True, metavar="RATIOS", help="Width multipliers α. Default 1,0.75,0.5,0.25."
)
@click.option(
    "--rho",
    multiple=True,
    metavar="RATIOS",
    help="Resolution multipliers ρ. Default 1,6/7,5/7,4/7.",
)
@click.option(
    "--resolution",
    multiple=True,
    metavar="PIXELS",
    help="Instead of ρ: longer sides of the input, px.",
)
@input_option
@sets_option
@strict_option
@budget_options
@basis_options
@format_choice([*FORMATS, PARQUET])
@output_choice([*SUFFIXES, f".{PARQUET}"])
@click.option(
    "--sort", type=click.Choice(SORTS), help="Every point in this order, the largest first."
)
@click.option(
    "--parts",
    type=Word("folder"),
    metavar="FOLDER",
    help="Write Parquet into this folder, part by part; a run that was cut goes on.",
)
@click.option(
    "--engine",
    type=click.Choice(["numpy", "dask"]),
    default="numpy",
    help="What works the numbers out: numpy in this process, or Dask in several. Default numpy.",
)
@click.option(
    "--invalid",
    type=click.Choice(["refuse", "mask"]),
    default="refuse",
    help="Points where the network is impossible: refuse them all, or leave those empty.",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Dask's scheduler; without it two workers run here."
)
def sweep(
    spec: str,
    knobs: tuple[str, ...],
    format_: str | None,
    output: str | None,
    parts: str | None,
    **options: Any,
) -> None:
    """Count a network over a grid of α and ρ.

    Printed are mult-adds and parameters of every point, and the share of each layer type. RATIOS
    and PIXELS are lists such as 1,0.75,0.5, or a range START:END:STEP that includes its end, such
    as 0.25:1:0.25; an option may be repeated. The defaults are the paper's four by four. Several
    values of a knob, --set depth=1,1.2, are swept too: the points of all combinations are one
    table.

    --max-mult-adds and --max-params mark what is within them, in every format: of what
    --convention, --batch and --pass count, of a range the most.

    Up to 100,000 points are printed, the tables of over 2,000 shortened to both ends of their axes.
    2,000,000,000 are written as Parquet: with -o FILE.parquet as one file, with --parts as a folder
    of files of about a million points each. The same command finishes a folder that was cut short,
    without what is done already.

    \b
    mnetcost sweep
    mnetcost sweep mobilenet_v1 --alpha 0.25:1:0.25 --resolution 128:224:32
    mnetcost sweep --max-mult-adds 300M --max-params 2M
    mnetcost sweep my_net.yaml --alpha 1 --rho 1,6/7 -o grid.csv
    mnetcost sweep efficientnet --set depth=1,1.1,1.2 --rho 1 --sort mult_adds
    mnetcost sweep --alpha 0.001:1:0.001 -o grid.parquet
    mnetcost sweep --alpha 0.0001:1:0.0001 --rho 0.001:1:0.001 --parts grid
    mnetcost sweep --engine dask --scheduler tcp://127.0.0.1:8786
    """
    from mnetcost.analysis.sweep.sweep import MAX_POINTS
    from mnetcost.reports.sweep import MAX_REPORTED

    binary = format_ == PARQUET or (format_ is None and (output or "").endswith(f".{PARQUET}"))
    _check(format_, output, parts, options["sort"] if binary or parts is not None else None)
    sets, budget = read_sets(knobs), _budget(options)
    with _engine(options["engine"], options.pop("scheduler")):
        if parts is not None:
            _write_parts(_grids(spec, sets, MAX_POINTS, options), budget, parts)
        elif binary and output is not None:
            _write_parquet(_grids(spec, sets, MAX_POINTS, options), budget, output)
        else:
            grids = _grids(spec, sets, MAX_REPORTED, options)
            _write_report(grids, budget, options, choose_format(format_, output), output)


def _check(format_: str | None, output: str | None, parts: str | None, sort: str | None) -> None:
    """Refuse what Parquet has no place for; `sort` is that of what is written so."""
    if parts is not None and (format_ or output):
        raise UsageError("--parts writes Parquet into a folder: no --format or --output with it")
    if format_ == PARQUET and output in (None, "-"):
        raise UsageError("--format parquet needs --output FILE")
    if sort:
        raise UsageError("--sort is for what prints: no Parquet with it")


def _budget(options: Mapping[str, Any]) -> Budget | None:
    """The limits that were given, of what the basis counts; None without any."""
    budget = read_budget(options["max_mult_adds"], options["max_params"])
    options["basis"].limiting(budget)
    return budget if budget.most else None


def _engine(engine: str, scheduler: str | None) -> AbstractContextManager[Any]:
    """What must run while the numbers are worked out."""
    if engine == "dask":
        from mnetcost.analysis.sweep.scheduler import scheduler as connected

        return connected(scheduler)
    if scheduler is not None:
        raise UsageError("--scheduler needs --engine dask")
    return nullcontext()


def _grids(spec: str, sets: list[dict[str, Any]], limit: int, options: dict[str, Any]) -> "Grids":
    """Each combination of knobs with its grid."""
    given = {name: list(options[name]) or None for name in AXES}
    network, setting = opened(spec, {**given, "input": options["input"], "knobs": sets[0]})
    axes, most = {name: setting.get(name) for name in AXES}, points_each(limit, sets)
    options["input"] = setting.get("input")
    return of_each(network.graph, sets, lambda own: _grid(own, axes, most, options))


def _grid(
    graph: "Graph", axes: Mapping[str, Any], limit: int, options: dict[str, Any]
) -> "CountSweep":
    from mnetcost.analysis.sweep.sweep import CountSweep
    from mnetcost.analysis.warnings.unknown import demand_known

    if options["max_mult_adds"] or options["max_params"]:
        demand_known(graph)
    others = {name: options[name] for name in ("basis", "engine", "invalid")}
    return CountSweep.of(graph, **axes, size=options["input"], limit=limit, **others)


def _write_report(
    grids: "Grids",
    budget: Budget | None,
    options: dict[str, Any],
    format_: str,
    output: str | None,
) -> None:
    sort = options["sort"]
    if format_ == "csv":
        from mnetcost.analysis.sweep.rows import Rows, csv_texts

        print_warnings(_warnings(grids))
        write_text("".join(csv_texts(Rows(grids, budget), sort)), output)
    elif format_ == "json":
        _write_json([(knobs, grid.computed()) for knobs, grid in grids], budget, sort, output)
    else:
        from mnetcost.reports.sweep import sweep_report

        shown = grids if sort else _shortened(grids, options)
        computed = [(knobs, grid.computed()) for knobs, grid in shown]
        fitting = _fitting(grids, budget)
        page = sweep_report(computed, grids[0][1].shape, sort, _warnings(grids), fitting=fitting)
        write(page, format_, output)


def _fitting(grids: "Grids", budget: Budget | None) -> "Fitting | None":
    """What of all points fits."""
    if budget is None:
        return None
    from mnetcost.analysis.sweep.budgets import Fitting

    return Fitting.of(grids, budget)


def _shortened(grids: "Grids", options: dict[str, Any]) -> "Grids":
    """The grids, of long ones their ends."""
    from mnetcost.reports.sweep import MAX_SHOWN, ends

    most, found = points_each(MAX_SHOWN, grids), []
    for knobs, grid in grids:
        shown = grid
        if math.prod(grid.shape) > most:
            alphas, rhos = ends(grid, most)
            shown = _grid(grid.graph, {"alpha": alphas, "rho": rhos}, most, options)
        found.append((knobs, shown))
    return found


def _write_json(
    sweeps: "Grids", budget: Budget | None, sort: str | None, output: str | None
) -> None:
    from mnetcost.render.json import listing_texts
    from mnetcost.reports.documents import header
    from mnetcost.reports.sweep import budget_document
    from mnetcost.reports.sweep_document import points_documents

    graphs, basis = [one.graph for _, one in sweeps], sweeps[0][1].basis
    warnings = _warnings(sweeps)
    print_warnings(warnings)
    fitting = _fitting(sweeps, budget)
    head = header(graphs, basis, warnings) | budget_document(fitting, basis)
    write_texts(listing_texts(head, "points", points_documents(sweeps, sort, budget)), output)


def _warnings(sweeps: "Grids") -> tuple[str, ...]:
    """What is likely a mistake in them, said once for all knobs."""
    return tuple(dict.fromkeys(text for _, one in sweeps for text in one.warnings))


def _write_parquet(sweeps: "Grids", budget: Budget | None, output: str) -> None:
    from mnetcost.analysis.sweep.rows import Rows, write_parquet

    print_warnings(_warnings(sweeps))
    rows = Rows(sweeps, budget)
    try:
        for _ in _followed(write_parquet(rows, rows.pieces(), output), rows.points, int):
            pass
    except OSError as error:
        raise cannot_write(output, error) from None


def _write_parts(sweeps: "Grids", budget: Budget | None, folder: str) -> None:
    from mnetcost.analysis.sweep.parts import Part, write_parts
    from mnetcost.analysis.sweep.rows import Rows

    print_warnings(_warnings(sweeps))
    rows = Rows(sweeps, budget)
    done: list[Part] = []
    steps = write_parts(rows, folder)
    for one in _followed(steps, rows.points, lambda part: part.points):
        done.append(one)
    kept = sum(one.kept for one in done)
    print_text(f"points: {rows.points:,}; parts: {len(done):,}, of them {kept:,} there before\n")


def _followed(steps: Iterable[Step], total: int, points: Callable[[Step], int]) -> Iterator[Step]:
    """The same steps, with a bar on standard error where that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from steps
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = BarColumn(), MofNCompleteColumn(), "points", TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=total)
        for step in steps:
            progress.advance(bar, points(step))
            yield step
