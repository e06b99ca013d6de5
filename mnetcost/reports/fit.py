"""What fits into a budget: the largest network at each ρ, and the front; JSON has all of it."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mnetcost.conventions.tally import Bounds
from mnetcost.cost import Basis
from mnetcost.exact import ratio_text
from mnetcost.graph import Graph
from mnetcost.multipliers import Setting, Widths
from mnetcost.printed import Budget
from mnetcost.reports.choices import FRONT_ROWS
from mnetcost.reports.documents import counted_document, header
from mnetcost.reports.measures import (
    cost_headers,
    cost_words,
)
from mnetcost.reports.notes import (
    basis_notes,
    convention_notes,
    file_width_notes,
    own_counts,
    rounding_text,
    source_notes,
    warning_texts,
)
from mnetcost.reports.settings import is_another, knobs_text
from mnetcost.tabular import Column, Kind, Report, Table

MAX_INPUTS = 10  # that are named

if TYPE_CHECKING:  # a search needs NumPy, the options of its report do not
    from mnetcost.analysis.fit.fit import Choice, Fit


def fit_report(fit: "Fit", view: str | None = None, top: int = FRONT_ROWS) -> Report:
    """The largest α that fits at each ρ, and `top` configurations of the front."""
    on = dict(fit.front)
    count = len(fit.front)
    first = f"the {top} of {count:,} with the greatest capacity" if count > top else f"{count:,}"
    front = tuple(choice for choice, _ in fit.front[:top])
    largest = _table(fit, "largest", "The largest α that fits, at each ρ", fit.largest, on)
    words = cost_words(fit.basis)
    title = f"Pareto front of capacity α·ρ against {words['mult_adds']} and {words['params']}"
    title += f" ({first})"
    document = _document(fit)
    report = Report(
        title=f"{fit.graph.name}: {budget_text(fit.budget, fit.basis)}",
        tables=(largest, _table(fit, "front", title, front, on)),
        notes=_notes(fit),
        warnings=warning_texts(document),
        document=document,
        flat=_values(fit, [choice for choice, _ in fit.front] if view == "front" else fit.largest),
    )
    return report.view(view)._replace(flat=report.flat)


def nothing_fits(fit: "Fit") -> str:
    """Why nothing fits, and what the least is."""
    budget = budget_text(fit.budget, fit.basis)
    if not fit.smallest:
        words = "the network is impossible at every α and ρ that was tried"
        return f"{fit.graph.name}: nothing fits: {words} ({searched_text([fit])})"
    called = cost_words(fit.basis)
    kinds = (called["mult_adds"], called["params"])
    least = [
        f"the fewest {kind} are {place_text(fit, one)}" for kind, one in zip(kinds, fit.smallest)
    ]
    if fit.smallest[0] == fit.smallest[1]:
        least = [f"the smallest network has {place_text(fit, fit.smallest[0])}"]
    return f"{fit.graph.name}: nothing fits {budget} ({searched_text([fit])}): {'; '.join(least)}"


def budget_text(budget: Budget, basis: Basis) -> str:
    """ "at most 150,000,000 mult-adds and 2,000,000 parameters"."""
    words = cost_words(basis)
    given = [f"{limit:,} {words[kind]}" for kind, limit in budget.limits().items()]
    return f"at most {' and '.join(given)}" if given else "no budget"


def place_text(fit: "Fit", one: "Choice") -> str:
    """A configuration in words: its costs, the α that give it, and ρ."""
    setting, plateau = one.setting, one.plateau
    alphas = f"= {ratio_text(plateau.alpha)}" if plateau.is_point else f"in {plateau}"
    return (
        f"{costs_text(one, fit.basis)}, at α {alphas}, "
        f"ρ = {ratio_text(setting.rho)} (input {setting.height}×{setting.width})"
    )


def costs_text(one: Any, basis: Basis) -> str:
    """The costs of a Choice or of what is scored: "1,024 mult-adds and 32 parameters"."""
    words = cost_words(basis)
    return f"{one.mult_adds:,} {words['mult_adds']} and {one.params:,} {words['params']}"


def searched_text(fits: Sequence["Fit"]) -> str:
    """Which α and which inputs were tried: those of any of these searches, which share their α."""
    first = fits[0]
    low = "(0" if first.low is None else f"[{ratio_text(first.low)}"
    alphas = f"in {low}, {ratio_text(first.high)}]" if first.low != first.high else f"= {low[1:]}"
    inputs = dict.fromkeys(f"{one.height}×{one.width}" for fit in fits for one in fit.settings)
    more = ", ..." if len(inputs) > MAX_INPUTS else ""
    return f"α {alphas}; inputs {', '.join(list(inputs)[:MAX_INPUTS])}{more}"


def share_columns(budget: Budget, basis: Basis) -> tuple[Column, ...]:
    """Parameters and work, and beside each how much of its limit that is, where it has one."""
    found: list[Column] = []
    for kind, words in cost_headers(basis).items():
        key = "count" if kind == "mult_adds" and is_another(basis) else kind
        found.append(Column(key, words, Kind.INTEGER))
        if kind in budget.limits():
            found.append(Column(f"{key}_share", "% of\nbudget", Kind.SHARE, leaves=8))
    return tuple(found)


def share_cells(one: Any, fills: Mapping[str, Fraction]) -> tuple[int | Fraction, ...]:
    """The values under `share_columns` of a Choice or of what is scored."""
    found: list[int | Fraction] = []
    for kind in ("params", "mult_adds"):
        found.append(getattr(one, kind))
        if kind in fills:
            found.append(fills[kind])
    return tuple(found)


def costs_document(one: Any, basis: Basis) -> dict[str, Any]:
    """The costs for programs: under another convention its count, and else the paper's."""
    if is_another(basis):
        return counted_document(basis, one.params, Bounds(one.mult_adds, one.mult_adds))
    return {"params": one.params, "mult_adds": one.mult_adds}


def _table(
    fit: "Fit",
    key: str,
    title: str,
    choices: Sequence["Choice"],
    on: dict["Choice", tuple[str, ...]],
) -> Table:
    columns = (
        Column("rho", "ρ", Kind.NUMBER),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("plateau", "α", Kind.TEXT),
        Column("from", "from", Kind.TEXT),
        *share_columns(fit.budget, fit.basis),
        Column("capacity", "Capacity\nα·ρ", Kind.RATIO),
        Column("front", "On the front of", Kind.TEXT),
    )
    rows = []
    for one in choices:
        costs = share_cells(one, fit.fills(one))
        place = (one.setting.rho, input_map(fit.graph, one.setting), str(one.plateau))
        words = front_text(on.get(one, ()), fit.basis)
        rows.append((*place, one.plateau.decimal(), *costs, one.capacity, words))
    return Table(key, title, columns, tuple(rows))


def _values(fit: "Fit", choices: "Sequence[Choice]") -> Table:
    """One row a configuration, each end of its plateau apart: for CSV."""
    columns = (
        *value_columns(fit.budget, fit.basis),
        Column("capacity", "Capacity", Kind.NUMBER),
        Column("front", "Front", Kind.TEXT),
    )
    on = dict(fit.front)
    rows = tuple(
        (*value_cells(fit, one), one.capacity, " ".join(on.get(one, ()))) for one in choices
    )
    return Table("values", "Configurations", columns, rows)


def value_columns(budget: Budget, basis: Basis) -> tuple[Column, ...]:
    """What CSV has of a configuration: each end of its plateau apart."""
    return (
        Column("alpha", "α", Kind.NUMBER),
        Column("from", "from", Kind.NUMBER),
        Column("from_included", "included", Kind.TEXT),
        Column("to", "to", Kind.NUMBER),
        Column("to_included", "included", Kind.TEXT),
        Column("rho", "ρ", Kind.NUMBER),
        Column("input", "Input", Kind.MAP, leaves=7),
        *share_columns(budget, basis),
    )


def value_cells(fit: "Fit", one: "Choice") -> tuple[Any, ...]:
    """The values under `value_columns`."""
    start, end = one.plateau
    return (
        *(one.setting.alpha, start.alpha, _truth(not start.past)),
        *(end.alpha, _truth(end.past), one.setting.rho),
        input_map(fit.graph, one.setting),
        *share_cells(one, fit.fills(one)),
    )


def _truth(value: bool) -> str:
    return str(value).lower()


def input_map(graph: Graph, setting: Setting) -> tuple[Any, ...]:
    """The input map at a setting."""
    return graph.input.at(setting.height, setting.width, Widths(graph.rounding, setting.alpha))


def front_text(names: Sequence[str], basis: Basis) -> str:
    """Against which costs something is on the front, in words."""
    words = cost_words(basis)
    apart = [words[name] for name in names if name != "both"]
    return ", ".join(apart) or ("both together" if names else "")


def _notes(fit: "Fit") -> tuple[tuple[str, str], ...]:
    notes = [
        *source_notes(fit.graph),
        *convention_notes(fit.basis, own_counts([fit.graph])),
        *basis_notes(fit.basis),
        ("Width", rounding_text(fit.graph)),
        *file_width_notes(fit.graph),
        ("Searched", searched_text([fit])),
        (
            "Plateau",
            "all α of an interval give one network; [ and ] include their end; its capacity is "
            "that of its lower end, or of the simplest α inside where that is not in it",
        ),
    ]
    if fit.graph.knobs:
        notes.append(("Knobs", knobs_text(fit.graph.knobs)))
    if fit.impossible:
        inputs = ", ".join(f"{one.height}×{one.width}" for one in fit.impossible[:MAX_INPUTS])
        notes.append(("Impossible", f"at any α: {inputs}"))
    if fit.best is not None:
        notes.append(("Best", f"{place_text(fit, fit.best)}; the greatest capacity α·ρ that fits"))
    return tuple(notes)


def _document(fit: "Fit") -> dict[str, Any]:
    on = dict(fit.front)
    return {
        **header([fit.graph], fit.basis, fit.warnings),
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
    return {**choice_document(fit, one), "front": list(on.get(one, ()))}


def choice_document(fit: "Fit", one: "Choice") -> dict[str, Any]:
    """A configuration for programs."""
    start, end = one.plateau
    return {
        "alpha": str(one.setting.alpha),
        "from": {"alpha": str(start.alpha), "included": not start.past},
        "to": {"alpha": str(end.alpha), "included": end.past},
        "rho": str(one.setting.rho),
        "input": list(input_map(fit.graph, one.setting)),
        **costs_document(one, fit.basis),
        "fills": {kind: float(part) for kind, part in fit.fills(one).items()},
        "capacity": str(one.capacity),
    }
