"""Measured networks against their cost, and which a budget buys."""

from typing import Any

from mnetcost.analysis.fit.scores import Ranking, Scored
from mnetcost.reports.documents import header, warned
from mnetcost.reports.fit_parts import (
    budget_text,
    front_text,
    input_map,
    scored_document,
    scored_fills,
    scored_text,
    share_cells,
    share_columns,
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
from mnetcost.tabular import Column, Kind, Report, Table


def ranking_report(ranking: Ranking) -> Report:
    """One row a measured network, the highest score first."""
    budget, graph = ranking.budget, ranking.graph
    columns = (
        Column("alpha", "α", Kind.NUMBER),
        Column("rho", "ρ", Kind.NUMBER),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("score", "Score", Kind.NUMBER),
        *share_columns(budget, ranking.basis),
        Column("fits", "Fits", Kind.FLAG),
        Column("front", "On the front of", Kind.TEXT),
    )
    title = "Scores against cost"
    order = sorted(ranking.scored, key=lambda one: (-one.score, one.mult_adds))
    rows = tuple(_row(ranking, one) for one in order)
    fronts = (" ".join(ranking.front.get(one, ())) for one in order)
    table = Table("scores", title, columns, rows)
    flat = table._replace(rows=tuple((*row[:-1], front) for row, front in zip(rows, fronts)))
    best = ranking.best
    which = "The highest score that fits" if budget.limits() else "The highest score"
    answer = f"{which}: {scored_text(ranking, best)}." if best else ""
    document = {
        **header([graph], ranking.basis, warned(graph, [one.setting for one in ranking.scored])),
        "budget": budget.limits(),
        "answer": answer,
        "best": None if best is None else scored_document(ranking, best),
        "scores": [scored_document(ranking, one) for one in ranking.scored],
    }
    return Report(
        title=f"{ranking.graph.name}: {budget_text(budget, ranking.basis)}",
        answer=(answer,) if answer else (),
        tables=(table,),
        notes=(
            *source_notes(ranking.graph),
            *convention_notes(ranking.basis, own_counts([graph])),
            *basis_notes(ranking.basis),
            ("Width", rounding_text(ranking.graph)),
            *file_width_notes(ranking.graph),
            ("Scores", f"{len(ranking.scored):,} of {ranking.label}"),
        ),
        warnings=warning_texts(document),
        document=document,
        flat=flat,
    )


def none_fits(ranking: Ranking) -> str:
    """That no measured network fits, and what the cheapest costs."""
    cheapest = min(ranking.scored, key=lambda one: (one.mult_adds, one.params))
    smallest = min(ranking.scored, key=lambda one: (one.params, one.mult_adds))
    budget = budget_text(ranking.budget, ranking.basis)
    words = f"{ranking.graph.name}: no measured network fits {budget}"
    least = dict.fromkeys((scored_text(ranking, cheapest), scored_text(ranking, smallest)))
    return f"{words}: the cheapest is {'; '.join(least)}"


def _row(ranking: Ranking, one: Scored) -> tuple[Any, ...]:
    fills = scored_fills(ranking, one)
    return (
        *(one.setting.alpha, one.setting.rho, input_map(ranking.graph, one.setting), one.score),
        *share_cells(one, fills),
        ranking.budget.holds(one),
        front_text(ranking.front.get(one, ()), ranking.basis),
    )
