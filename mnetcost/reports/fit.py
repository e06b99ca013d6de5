"""What fits into a budget: the largest network at each ρ, and the front; JSON has all of it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mnetcost.exact import ratio_text
from mnetcost.graph import Graph
from mnetcost.multipliers import Setting, Widths
from mnetcost.printed import Budget
from mnetcost.reports.cost import header
from mnetcost.reports.knobs import knobs_text
from mnetcost.reports.notes import convention_notes, rounding_text, source_notes
from mnetcost.tables import Column, Kind, Report, Table

if TYPE_CHECKING:  # a search needs NumPy, the options of its report do not
    from mnetcost.analysis.fit import Choice, Fit

VIEWS = ("largest", "front")
SHOWN = 20  # rows of the front
WORDS = {"mult_adds": "mult-adds", "params": "parameters", "both": "both together"}


def fit_report(fit: "Fit", view: str | None = None, top: int = SHOWN) -> Report:
    """The largest α that fits at each ρ, and `top` configurations of the front."""
    on = dict(fit.front)
    count = len(fit.front)
    first = f"the {top} of {count:,} with the greatest capacity" if count > top else f"{count:,}"
    front = tuple(choice for choice, _ in fit.front[:top])
    largest = _table(fit, "largest", "The largest α that fits, at each ρ", fit.largest, on)
    title = f"Pareto front of capacity α·ρ against mult-adds and parameters ({first})"
    report = Report(
        title=f"{fit.graph.name}: {budget_text(fit.budget)}",
        tables=(largest, _table(fit, "front", title, front, on)),
        notes=_notes(fit),
        document=_document(fit),
        flat=_values(fit, [choice for choice, _ in fit.front] if view == "front" else fit.largest),
    )
    return report.view(view)._replace(flat=report.flat)


def nothing_fits(fit: "Fit") -> str:
    """Why nothing fits, and what the least is."""
    budget = budget_text(fit.budget)
    if not fit.smallest:
        words = "the network is impossible at every α and ρ that was tried"
        return f"{fit.graph.name}: nothing fits: {words} ({_searched(fit)})"
    kinds = ("mult-adds", "parameters")
    least = [f"the fewest {kind} are {_place(one)}" for kind, one in zip(kinds, fit.smallest)]
    if fit.smallest[0] == fit.smallest[1]:
        least = [f"the smallest network has {_place(fit.smallest[0])}"]
    return f"{fit.graph.name}: nothing fits {budget} ({_searched(fit)}): {'; '.join(least)}"


def budget_text(budget: Budget) -> str:
    """ "at most 150,000,000 mult-adds and 2,000,000 parameters"."""
    given = [f"{limit:,} {WORDS[kind]}" for kind, limit in budget.limits().items()]
    return f"at most {' and '.join(given)}" if given else "no budget"


def _place(one: "Choice") -> str:
    setting = one.setting
    return (
        f"{one.mult_adds:,} mult-adds and {one.params:,} parameters, at α in {one.plateau}, "
        f"ρ = {ratio_text(setting.rho)} (input {setting.height}×{setting.width})"
    )


def _searched(fit: "Fit") -> str:
    low = "(0" if fit.low is None else f"[{ratio_text(fit.low)}"
    inputs = ", ".join(f"{one.height}×{one.width}" for one in fit.settings[:10])
    more = ", ..." if len(fit.settings) > 10 else ""
    return f"α in {low}, {ratio_text(fit.high)}]; inputs {inputs}{more}"


def share_columns(budget: Budget, kind: str, header: str) -> tuple[Column, ...]:
    """A cost, and beside it how much of its limit that is, where it has one."""
    cost = Column(kind, header, Kind.INTEGER)
    if kind not in budget.limits():
        return (cost,)
    return cost, Column(f"{kind}_share", "% of\nbudget", Kind.SHARE, joined=True)


def share_cells(kind: str, cost: int, fills: dict[str, Fraction]) -> tuple[int | Fraction, ...]:
    """The values under `share_columns`."""
    return (cost, fills[kind]) if kind in fills else (cost,)


def _table(
    fit: "Fit",
    key: str,
    title: str,
    choices: Sequence["Choice"],
    on: dict["Choice", tuple[str, ...]],
) -> Table:
    columns = (
        Column("rho", "ρ", Kind.NUMBER, label=True),
        Column("input", "Input", Kind.MAP),
        Column("plateau", "α", Kind.TEXT),
        Column("from", "from", Kind.TEXT, joined=True),
        *share_columns(fit.budget, "params", "Parameters"),
        *share_columns(fit.budget, "mult_adds", "Mult-adds"),
        Column("capacity", "Capacity\nα·ρ", Kind.RATIO),
        Column("front", "On the front of", Kind.TEXT),
    )
    rows = []
    for one in choices:
        fills = fit.fills(one)
        costs = (
            *share_cells("params", one.params, fills),
            *share_cells("mult_adds", one.mult_adds, fills),
        )
        place = (one.setting.rho, input_map(fit.graph, one.setting), str(one.plateau))
        words = front_text(on.get(one, ()))
        rows.append((*place, one.plateau.decimal(), *costs, one.capacity, words))
    return Table(key, title, columns, tuple(rows))


def _values(fit: "Fit", choices: "Sequence[Choice]") -> Table:
    """One row a configuration, each end of its plateau apart: for CSV."""
    columns = (
        Column("alpha", "α", Kind.NUMBER, label=True),
        Column("from", "from", Kind.NUMBER),
        Column("from_included", "included", Kind.TEXT),
        Column("to", "to", Kind.NUMBER),
        Column("to_included", "included", Kind.TEXT),
        Column("rho", "ρ", Kind.NUMBER),
        Column("input", "Input", Kind.MAP),
        *share_columns(fit.budget, "params", "Parameters"),
        *share_columns(fit.budget, "mult_adds", "Mult-adds"),
        Column("capacity", "Capacity", Kind.NUMBER),
        Column("front", "Front", Kind.TEXT),
    )
    on = dict(fit.front)
    rows = []
    for one in choices:
        start, end = one.plateau
        rows.append(
            (
                *(one.setting.alpha, start.alpha, _truth(not start.past)),
                *(end.alpha, _truth(end.past), one.setting.rho),
                input_map(fit.graph, one.setting),
                *share_cells("params", one.params, fit.fills(one)),
                *share_cells("mult_adds", one.mult_adds, fit.fills(one)),
                *(one.capacity, " ".join(on.get(one, ()))),
            )
        )
    return Table("values", "Configurations", columns, tuple(rows))


def _truth(value: bool) -> str:
    return str(value).lower()


def input_map(graph: Graph, setting: Setting) -> tuple[Any, ...]:
    """The input map at a setting."""
    return graph.input.at(setting.height, setting.width, Widths(graph.rounding, setting.alpha))


def front_text(names: Sequence[str]) -> str:
    """Against which costs something is on the front, in words."""
    apart = [WORDS[name] for name in names if name != "both"]
    return ", ".join(apart or [WORDS[name] for name in names])


def _notes(fit: "Fit") -> tuple[tuple[str, str], ...]:
    notes = [
        *source_notes(fit.graph),
        *convention_notes(),
        ("Width", rounding_text(fit.graph)),
        ("Searched", _searched(fit)),
        (
            "Plateau",
            "all α of an interval give one network; [ and ] include their end",
        ),
    ]
    if fit.graph.knobs:
        notes.append(("Knobs", knobs_text(fit.graph.knobs)))
    if fit.impossible:
        inputs = ", ".join(f"{one.height}×{one.width}" for one in fit.impossible[:10])
        notes.append(("Impossible", f"at any α: {inputs}"))
    if fit.best is not None:
        notes.append(("Best", f"{_place(fit.best)}; the greatest capacity α·ρ that fits"))
    return tuple(notes)


def _document(fit: "Fit") -> dict[str, Any]:
    on = dict(fit.front)
    return {
        **header(fit.graph),
        "budget": fit.budget.limits(),
        "alpha": {"min": None if fit.low is None else str(fit.low), "max": str(fit.high)},
        "inputs": [list(input_map(fit.graph, one)) for one in fit.settings],
        "impossible": [list(input_map(fit.graph, one)) for one in fit.impossible],
        "best": None if fit.best is None else _choice(fit, fit.best, on),
        "largest": [_choice(fit, one, on) for one in fit.largest],
        "smallest": {
            kind: _choice(fit, one, on) for kind, one in zip(("mult_adds", "params"), fit.smallest)
        },
        "front": [_choice(fit, one, on) for one, _ in fit.front],
    }


def _choice(fit: "Fit", one: "Choice", on: dict["Choice", tuple[str, ...]]) -> dict[str, Any]:
    start, end = one.plateau
    return {
        "alpha": str(one.setting.alpha),
        "from": {"alpha": str(start.alpha), "included": not start.past},
        "to": {"alpha": str(end.alpha), "included": end.past},
        "rho": str(one.setting.rho),
        "input": list(input_map(fit.graph, one.setting)),
        "params": one.params,
        "mult_adds": one.mult_adds,
        "fills": {kind: float(part) for kind, part in fit.fills(one).items()},
        "capacity": str(one.capacity),
        "front": list(on.get(one, ())),
    }
