"""What fits into a budget: the largest network at each ρ, and the front; JSON has all of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mnetcost.cost import Basis
from mnetcost.exact import ratio_text
from mnetcost.printed import Budget
from mnetcost.reports.choices import FRONT_ROWS
from mnetcost.reports.documents import header
from mnetcost.reports.fit_parts import (
    alpha_cells,
    alpha_columns,
    budget_text,
    costs_document,
    costs_text,
    filled_text,
    front_text,
    input_map,
    scored_document,
    scored_text,
    setting_text,
    share_cells,
    share_columns,
)
from mnetcost.reports.measures import cost_words
from mnetcost.reports.notes import (
    basis_notes,
    convention_notes,
    file_width_notes,
    own_counts,
    rounding_text,
    source_notes,
    warning_texts,
)
from mnetcost.reports.settings import knobs_text
from mnetcost.tabular import Column, Kind, Report, Table

MAX_INPUTS = 10  # that are named

if TYPE_CHECKING:  # a search needs NumPy, the options of its report do not
    from mnetcost.analysis.fit.fit import Choice, Fit
    from mnetcost.analysis.fit.scores import Ranking


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
    ranking = _trained(fit)
    answer = _answer(fit, ranking)
    document = _document(fit, answer, ranking)
    report = Report(
        title=f"{fit.graph.name}: {budget_text(fit.budget, fit.basis)}",
        answer=answer,
        tables=(largest, _table(fit, "front", title, front, on)),
        notes=_notes(fit),
        warnings=warning_texts(document),
        document=document,
        flat=_values(fit, [choice for choice, _ in fit.front] if view == "front" else fit.largest),
    )
    return report.view(view)._replace(flat=report.flat)


def _trained(fit: "Fit") -> "Ranking | None":
    from mnetcost.analysis.fit.scores import trained  # the options of the report do without

    return trained(fit)


def _answer(fit: "Fit", ranking: "Ranking | None") -> tuple[str, ...]:
    """What is the largest that fits, and where trained networks are known the best of them."""
    best = fit.best
    if best is None:
        return ()
    found = filled_text(best, fit.fills(best), fit.basis)
    words = [f"The largest α·ρ that fits: {setting_text(best.setting)}, with {found}."]
    if ranking is not None:
        of = f"of the {len(ranking.scored)} trained networks (--scores {ranking.label})"
        good = ranking.best
        said = f"The best {of}: {scored_text(ranking, good, 'accuracy')}." if good else ""
        words.append(said or f"None {of} fits.")
    return tuple(words)


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
    said = [f"nothing fits {budget} ({searched_text([fit])}): {'; '.join(least)}", *fit.warnings]
    return f"{fit.graph.name}: {'. '.join(said)}"


def place_text(fit: "Fit", one: "Choice") -> str:
    """A configuration in words: its costs, an α that gives it, and ρ."""
    return f"{costs_text(one, fit.basis)}, at {setting_text(one.setting)}"


def searched_text(fits: Sequence["Fit"]) -> str:
    """Which α and which inputs were tried: those of any of these searches, which share their α."""
    first = fits[0]
    low = "(0" if first.low is None else f"[{ratio_text(first.low)}"
    alphas = f"in {low}, {ratio_text(first.high)}]" if first.low != first.high else f"= {low[1:]}"
    if first.alphas:
        alphas = f"= {', '.join(map(ratio_text, reversed(first.alphas)))}"
    inputs = dict.fromkeys(f"{one.height}×{one.width}" for fit in fits for one in fit.settings)
    more = ", ..." if len(inputs) > MAX_INPUTS else ""
    return f"α {alphas}; inputs {', '.join(list(inputs)[:MAX_INPUTS])}{more}"


def _table(
    fit: "Fit",
    key: str,
    title: str,
    choices: Sequence["Choice"],
    on: dict["Choice", tuple[str, ...]],
) -> Table:
    alphas = alpha_columns(fit.largest)
    columns = (
        Column("rho", "ρ", Kind.NUMBER),
        Column("input", "Input", Kind.MAP, leaves=7),
        *alphas,
        *share_columns(fit.budget, fit.basis),
        Column("capacity", "Capacity\nα·ρ", Kind.RATIO),
        Column("front", "On the front of", Kind.TEXT),
    )
    rows = []
    for one in choices:
        costs = share_cells(one, fit.fills(one))
        place = (one.setting.rho, input_map(fit.graph, one.setting), *alpha_cells(one, alphas))
        words = front_text(on.get(one, ()), fit.basis)
        rows.append((*place, *costs, one.capacity, words))
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
        Column("from_included", "included", Kind.FLAG),
        Column("to", "to", Kind.NUMBER),
        Column("to_included", "included", Kind.FLAG),
        Column("decimal", "decimal", Kind.NUMBER),
        Column("rho", "ρ", Kind.NUMBER),
        Column("input", "Input", Kind.MAP, leaves=7),
        *share_columns(budget, basis),
    )


def value_cells(fit: "Fit", one: "Choice") -> tuple[Any, ...]:
    """The values under `value_columns`."""
    start, end = one.plateau
    return (
        *(one.setting.alpha, start.alpha, not start.past),
        *(end.alpha, end.past, one.setting.alpha, one.setting.rho),
        input_map(fit.graph, one.setting),
        *share_cells(one, fit.fills(one)),
    )


def _notes(fit: "Fit") -> tuple[tuple[str, str], ...]:
    notes = [
        *source_notes(fit.graph),
        *convention_notes(fit.basis, own_counts([fit.graph])),
        *basis_notes(fit.basis),
        ("Width", rounding_text(fit.graph)),
        *file_width_notes(fit.graph),
        ("Searched", searched_text([fit])),
    ]
    if not all(one.plateau.is_point for one in fit.largest):
        words = "every α of the interval gives the same network; [ and ] include their end; α and "
        words += "α·ρ are those of its shortest decimal"
        notes.append(("Any α in", words))
    if fit.graph.knobs:
        notes.append(("Knobs", knobs_text(fit.graph.knobs)))
    if fit.impossible:
        inputs = ", ".join(f"{one.height}×{one.width}" for one in fit.impossible[:MAX_INPUTS])
        notes.append(("Impossible", f"at any α: {inputs}"))
    return tuple(notes)


def _document(fit: "Fit", answer: Sequence[str], ranking: "Ranking | None") -> dict[str, Any]:
    best = ranking and ranking.best
    on = dict(fit.front)
    return {
        **header([fit.graph], fit.basis, fit.warnings),
        "budget": fit.budget.limits(),
        "answer": " ".join(answer),
        "alpha": alpha_document(fit),
        "inputs": [list(input_map(fit.graph, one)) for one in fit.settings],
        "impossible": [list(input_map(fit.graph, one)) for one in fit.impossible],
        "best": None if fit.best is None else _choice(fit, fit.best, on),
        **({"trained": scored_document(ranking, best)} if ranking and best else {}),
        "largest": [_choice(fit, one, on) for one in fit.largest],
        "smallest": {
            kind: _choice(fit, one, on) for kind, one in zip(("mult_adds", "params"), fit.smallest)
        },
        "front": [_choice(fit, one, on) for one, _ in fit.front],
    }


def _choice(fit: "Fit", one: "Choice", on: dict["Choice", tuple[str, ...]]) -> dict[str, Any]:
    return {**choice_document(fit, one), "front": list(on.get(one, ()))}


def alpha_document(fit: "Fit") -> dict[str, Any]:
    """Which α were searched, for programs."""
    return {
        "min": None if fit.low is None else str(fit.low),
        "max": str(fit.high),
        **({"values": list(map(str, fit.alphas))} if fit.alphas else {}),
    }


def choice_document(fit: "Fit", one: "Choice") -> dict[str, Any]:
    """A configuration for programs."""
    start, end = one.plateau
    return {
        "alpha": str(one.setting.alpha),
        "decimal": ratio_text(one.setting.alpha),
        "from": {"alpha": str(start.alpha), "included": not start.past},
        "to": {"alpha": str(end.alpha), "included": end.past},
        "rho": str(one.setting.rho),
        "input": list(input_map(fit.graph, one.setting)),
        **costs_document(one, fit.basis),
        "fills": {kind: float(part) for kind, part in fit.fills(one).items()},
        "capacity": str(one.capacity),
    }
