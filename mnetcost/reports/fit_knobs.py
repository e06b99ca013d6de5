"""What fits into a budget with several values of knobs: one list, the fullest budget first."""

from typing import Any

from mnetcost.analysis.fit.knobs import KINDS, Fits, Fitted
from mnetcost.exact import ratio_text
from mnetcost.reports.choices import FRONT_ROWS
from mnetcost.reports.documents import header
from mnetcost.reports.fit import (
    budget_text,
    choice_document,
    input_map,
    place_text,
    searched_text,
    share_cells,
    share_columns,
    value_cells,
    value_columns,
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
    plain = all(one.choice.plateau.is_point for one in shown)
    knobs = knob_columns(fits.sets)
    columns = (
        *knobs,
        Column("rho", "ρ", Kind.NUMBER),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("plateau", "α", Kind.TEXT),
        *(() if plain else (Column("from", "from", Kind.TEXT),)),
        *share_columns(first.budget, first.basis),
    )
    rows = tuple((*knob_cells(one.knobs, knobs), *_cells(one, plain)) for one in shown)
    which = f"the {top} fullest of {count:,}" if count > top else f"{count:,}"
    title = f"What fits, the fullest budget first ({which})"
    document = _document(fits)
    return Report(
        title=f"{first.graph.name}: {budget_text(first.budget, first.basis)}",
        tables=(Table("largest", title, columns, rows),),
        notes=_notes(fits),
        warnings=warning_texts(document),
        document=document,
        flat=_values(fits),
    )


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


def _cells(one: Fitted, plain: bool) -> tuple[Any, ...]:
    """A row without its knobs."""
    choice, search = one.choice, one.search
    plateau = choice.plateau
    alpha = ratio_text(plateau.alpha) if plateau.is_point else str(plateau)
    return (
        *(choice.setting.rho, input_map(search.graph, choice.setting), alpha),
        *(() if plain else (plateau.decimal(),)),
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
    if fits.best is not None:
        notes.append(("Best", f"{_place(fits.best)}; the fullest budget"))
    return tuple(notes)


def _document(fits: Fits) -> dict[str, Any]:
    first = fits[0]
    return {
        **header([one.graph for one in fits], first.basis, _warnings(fits)),
        "budget": first.budget.limits(),
        "alpha": {"min": None if first.low is None else str(first.low), "max": str(first.high)},
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
