"""What the reports of `fit` share: the budget and costs in words, in columns and for programs."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mnetcost.conventions.tally import Bounds
from mnetcost.cost import Basis, share
from mnetcost.exact import percent_text, ratio_text
from mnetcost.graph import Graph
from mnetcost.multipliers import Setting, Widths
from mnetcost.printed import Budget
from mnetcost.reports.documents import counted_document
from mnetcost.reports.measures import cost_headers, cost_words
from mnetcost.reports.settings import is_another
from mnetcost.tabular import Column, Kind

if TYPE_CHECKING:  # which the options of a report do without
    from mnetcost.analysis.fit.fit import Choice
    from mnetcost.analysis.fit.scores import Ranking, Scored


def budget_text(budget: Budget, basis: Basis) -> str:
    """ "at most 150,000,000 mult-adds and 2,000,000 parameters"."""
    words = cost_words(basis)
    given = [f"{limit:,} {words[kind]}" for kind, limit in budget.limits().items()]
    return f"at most {' and '.join(given)}" if given else "no budget"


def costs_text(one: Any, basis: Basis) -> str:
    """The costs of a Choice or of what is scored: "1,024 mult-adds and 32 parameters"."""
    words = cost_words(basis)
    return f"{one.mult_adds:,} {words['mult_adds']} and {one.params:,} {words['params']}"


def filled_text(one: Any, fills: Mapping[str, Fraction], basis: Basis) -> str:
    """The same, with how much of its limit each is: "1,024 mult-adds (51.2 % of the budget) …"."""
    words = cost_words(basis)
    return " and ".join(
        f"{getattr(one, kind):,} {words[kind]}"
        + (f" ({percent_text(fills[kind])} of the budget)" if kind in fills else "")
        for kind in ("mult_adds", "params")
    )


def setting_text(setting: Setting) -> str:
    """ "α = 0.5, ρ = 6/7 (input 192×192)"."""
    return (
        f"α = {ratio_text(setting.alpha)}, ρ = {ratio_text(setting.rho)} "
        f"(input {setting.height}×{setting.width})"
    )


def alpha_columns(choices: "Iterable[Choice]") -> tuple[Column, ...]:
    """α as a person types it, and where one is more than that all that give the network."""
    found = [Column("alpha", "α", Kind.NUMBER)]
    if not all(one.plateau.is_point for one in choices):
        found.append(Column("plateau", "Any α in", Kind.TEXT, leaves=6))
    return tuple(found)


def alpha_cells(choice: "Choice", columns: Sequence[Column]) -> tuple[Any, ...]:
    """The values under `alpha_columns`."""
    plateau = choice.plateau
    return (choice.setting.alpha, "" if plateau.is_point else str(plateau))[: len(columns)]


def share_columns(budget: Budget, basis: Basis) -> tuple[Column, ...]:
    """Parameters and work, and beside each how much of its limit that is, where it has one."""
    found: list[Column] = []
    for kind, words in cost_headers(basis).items():
        key = "count" if kind == "mult_adds" and is_another(basis) else kind
        found.append(Column(key, words, Kind.AMOUNT))
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


def input_map(graph: Graph, setting: Setting) -> tuple[Any, ...]:
    """The input map at a setting."""
    return graph.input.at(setting.height, setting.width, Widths(graph.rounding, setting.alpha))


def front_text(names: Sequence[str], basis: Basis) -> str:
    """Against which costs something is on the front, in words."""
    words = cost_words(basis)
    apart = [words[name] for name in names if name != "both"]
    return ", ".join(apart) or ("both together" if names else "")


def scored_text(ranking: "Ranking", one: "Scored", called: str = "score") -> str:
    """A measured network in words: its setting, its score and its costs."""
    costs = filled_text(one, scored_fills(ranking, one), ranking.basis)
    return f"{setting_text(one.setting)}, with {called} {ratio_text(one.score)}, {costs}"


def scored_fills(ranking: "Ranking", one: "Scored") -> dict[str, Fraction]:
    """How much of each limit a measured network fills, of 1."""
    limits = ranking.budget.limits()
    return {kind: share(getattr(one, kind), limit) for kind, limit in limits.items()}


def scored_document(ranking: "Ranking", one: "Scored") -> dict[str, Any]:
    """A measured network for programs."""
    return {
        "alpha": str(one.setting.alpha),
        "rho": str(one.setting.rho),
        "input": list(input_map(ranking.graph, one.setting)),
        "score": str(one.score),
        **costs_document(one, ranking.basis),
        "fills": {kind: float(part) for kind, part in scored_fills(ranking, one).items()},
        "fits": ranking.budget.holds(one),
        "front": list(ranking.front.get(one, ())),
    }
