"""Measured networks against their cost, and which a budget buys."""

from fractions import Fraction
from typing import Any

from mnetcost.analysis.scores import Ranking, Scored
from mnetcost.cost import share
from mnetcost.exact import ratio_text
from mnetcost.reports.cost import header
from mnetcost.reports.fit import budget_text, front_text, input_map, share_cells, share_columns
from mnetcost.reports.notes import convention_notes, rounding_text, source_notes
from mnetcost.tables import Column, Kind, Report, Table


def ranking_report(ranking: Ranking) -> Report:
    """One row a measured network, the highest score first."""
    budget = ranking.budget
    columns = (
        Column("alpha", "α", Kind.NUMBER, label=True),
        Column("rho", "ρ", Kind.NUMBER, label=True),
        Column("input", "Input", Kind.MAP),
        Column("score", "Score", Kind.NUMBER),
        *share_columns(budget, "params", "Parameters"),
        *share_columns(budget, "mult_adds", "Mult-adds"),
        Column("fits", "Fits", Kind.TEXT),
        Column("front", "On the front of", Kind.TEXT),
    )
    order = sorted(ranking.scored, key=lambda one: (-one.score, one.mult_adds))
    table = Table("scores", "Scores against cost", columns, tuple(_row(ranking, o) for o in order))
    best = ranking.best
    return Report(
        title=f"{ranking.graph.name}: {budget_text(budget)}",
        tables=(table,),
        notes=(
            *source_notes(ranking.graph),
            *convention_notes(),
            ("Width", rounding_text(ranking.graph)),
            ("Scores", f"{len(ranking.scored):,} of {ranking.label}"),
            *([("Best", f"{_place(best)}; the highest score that fits")] if best else []),
        ),
        document={
            **header(ranking.graph),
            "budget": budget.limits(),
            "best": None if best is None else _document(ranking, best),
            "scores": [_document(ranking, one) for one in ranking.scored],
        },
        flat=table,
    )


def none_fits(ranking: Ranking) -> str:
    """That no measured network fits, and what the cheapest costs."""
    cheapest = min(ranking.scored, key=lambda one: (one.mult_adds, one.params))
    smallest = min(ranking.scored, key=lambda one: (one.params, one.mult_adds))
    words = f"{ranking.graph.name}: no measured network fits {budget_text(ranking.budget)}"
    least = dict.fromkeys((_place(cheapest), _place(smallest)))
    return f"{words}: the cheapest is {'; '.join(least)}"


def _place(one: Scored) -> str:
    setting = one.setting
    return (
        f"α = {ratio_text(setting.alpha)}, ρ = {ratio_text(setting.rho)} "
        f"(input {setting.height}×{setting.width}): {ratio_text(one.score)} for "
        f"{one.mult_adds:,} mult-adds and {one.params:,} parameters"
    )


def _fills(ranking: Ranking, one: Scored) -> dict[str, Fraction]:
    limits = ranking.budget.limits()
    return {kind: share(getattr(one, kind), limit) for kind, limit in limits.items()}


def _row(ranking: Ranking, one: Scored) -> tuple[Any, ...]:
    fills = _fills(ranking, one)
    return (
        *(one.setting.alpha, one.setting.rho, input_map(ranking.graph, one.setting), one.score),
        *share_cells("params", one.params, fills),
        *share_cells("mult_adds", one.mult_adds, fills),
        "yes" if ranking.budget.holds(one) else "no",
        front_text(ranking.front.get(one, ())),
    )


def _document(ranking: Ranking, one: Scored) -> dict[str, Any]:
    return {
        "alpha": str(one.setting.alpha),
        "rho": str(one.setting.rho),
        "input": list(input_map(ranking.graph, one.setting)),
        "score": str(one.score),
        "params": one.params,
        "mult_adds": one.mult_adds,
        "fills": {kind: float(part) for kind, part in _fills(ranking, one).items()},
        "fits": ranking.budget.holds(one),
        "front": list(ranking.front.get(one, ())),
    }
