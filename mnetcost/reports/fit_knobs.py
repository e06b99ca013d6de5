"""What fits into a budget with several values of knobs: one list, the fullest budget first."""

from collections.abc import Sequence
from typing import Any

from mnetcost.analysis.fit.knobs import KINDS, Fits, Fitted
from mnetcost.reports.choices import FRONT_ROWS
from mnetcost.reports.documents import header
from mnetcost.reports.fit import (
    alpha_document,
    choice_document,
    place_text,
    searched_text,
    value_cells,
    value_columns,
)
from mnetcost.reports.fit_parts import (
    alpha_cells,
    alpha_columns,
    budget_text,
    filled_text,
    input_map,
    setting_text,
    share_cells,
    share_columns,
)
from mnetcost.reports.measures import cost_words, knob_cells, knob_columns
from mnetcost.reports.notes import (
    basis_notes,
    convention_notes,
    file_width_notes,
    own_counts,
    rounding_text,
    source_notes,
    warning_texts,
)
from mnetcost.reports.settings import common_knobs, knobs_document, knobs_text
from mnetcost.tabular import Column, Kind, Report, Table


def knobs_report(fits: Fits, top: int = FRONT_ROWS) -> Report:
    """The `top` configurations that fill the budget best; CSV and JSON have all that fit."""
    first, count = fits[0], len(fits.largest)
    shown = fits.largest[:top]
    alphas = alpha_columns(one.choice for one in shown)
    knobs = knob_columns(fits.sets)
    columns = (
        *knobs,
        Column("rho", "ρ", Kind.NUMBER),
        Column("input", "Input", Kind.MAP, leaves=7),
        *alphas,
        *share_columns(first.budget, first.basis),
    )
    rows = tuple((*knob_cells(one.knobs, knobs), *_cells(one, alphas)) for one in shown)
    which = f"the {top} fullest of {count:,}" if count > top else f"{count:,}"
    title = f"What fits, the fullest budget first ({which})"
    answer = _answer(fits)
    document = _document(fits, answer)
    return Report(
        title=f"{first.graph.name}: {budget_text(first.budget, first.basis)}",
        answer=answer,
        tables=(Table("largest", title, columns, rows),),
        notes=_notes(fits),
        warnings=warning_texts(document),
        document=document,
        flat=_values(fits),
    )


def _answer(fits: Fits) -> tuple[str, ...]:
    """What fills the budget best."""
    best = fits.best
    if best is None:
        return ()
    choice, search = best.choice, best.search
    place = f"{knobs_text(best.knobs)}, {setting_text(choice.setting)}"
    found = filled_text(choice, search.fills(choice), search.basis)
    return (f"The fullest budget: {place}, with {found}.",)


def none_of_knobs(fits: Fits) -> str:
    """Why nothing fits with any knobs, and what the least is."""
    first = fits[0]
    words = f"{first.graph.name}: nothing fits {budget_text(first.budget, first.basis)}"
    words += f" ({_searched(fits)})"
    if not fits.smallest:
        return f"{words}: the network is impossible with all of them"
    called = cost_words(first.basis)
    least = [
        f"the fewest {called[kind]} are {_place(one)}" for kind, one in zip(KINDS, fits.smallest)
    ]
    if fits.smallest[0] == fits.smallest[1]:
        least = [f"the smallest network has {_place(fits.smallest[0])}"]
    return f"{words}: {'; '.join(least)}"


def _place(one: Fitted) -> str:
    return f"{place_text(one.search, one.choice)}, with {knobs_text(one.knobs)}"


def _searched(fits: Fits) -> str:
    return f"{len(fits):,} combinations of {', '.join(fits.sets[0])}; {searched_text(fits)}"


def _cells(one: Fitted, alphas: Sequence[Column]) -> tuple[Any, ...]:
    """A row without its knobs."""
    choice, search = one.choice, one.search
    return (
        *(choice.setting.rho, input_map(search.graph, choice.setting)),
        *alpha_cells(choice, alphas),
        *share_cells(choice, search.fills(choice)),
    )


def _values(fits: Fits) -> Table:
    """One row a configuration, for CSV."""
    others = value_columns(fits.budget, fits[0].basis)
    taken = {one.key for one in others} | {"input_height", "input_width", "input_channels"}
    knobs = knob_columns(fits.sets, taken)
    rows = tuple(
        (*knob_cells(one.knobs, knobs), *value_cells(one.search, one.choice))
        for one in fits.largest
    )
    return Table("values", "Configurations", (*knobs, *others), rows)


def _notes(fits: Fits) -> tuple[tuple[str, str], ...]:
    first, graphs = fits[0], [one.graph for one in fits]
    others = common_knobs(graphs)
    fitting = sum(bool(one.largest) for one in fits)
    notes = [
        *source_notes(first.graph),
        *convention_notes(first.basis, own_counts(graphs)),
        *basis_notes(first.basis),
        ("Width", rounding_text(first.graph)),
        *file_width_notes(first.graph),
        ("Searched", _searched(fits)),
        ("Fitting", f"{fitting:,} of the combinations, at some α and ρ of these"),
    ]
    if others:
        notes.append(("Other knobs", knobs_text(others)))
    return tuple(notes)


def _document(fits: Fits, answer: Sequence[str]) -> dict[str, Any]:
    first = fits[0]
    return {
        **header([one.graph for one in fits], first.basis, _warnings(fits)),
        "budget": first.budget.limits(),
        "answer": " ".join(answer),
        "alpha": alpha_document(first),
        "combinations": len(fits),
        "best": None if fits.best is None else _choice(fits.best),
        "largest": [_choice(one) for one in fits.largest],
        "smallest": {kind: _choice(one) for kind, one in zip(KINDS, fits.smallest)},
    }


def _warnings(fits: Fits) -> list[str]:
    """What is likely a mistake in any of the networks, said once."""
    return list(dict.fromkeys(text for one in fits for text in one.warnings))


def _choice(one: Fitted) -> dict[str, Any]:
    return {"set": knobs_document(one.knobs), **choice_document(one.search, one.choice)}
