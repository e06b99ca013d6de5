"""Fronts as pictures: what a budget buys, what was measured, and networks side by side."""

import os
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

from mnetcost.analysis.compare.compare import CountComparison
from mnetcost.cost import Basis
from mnetcost.exact import percent_text, ratio_text
from mnetcost.picture import (
    Axis,
    Bars,
    Chart,
    Length,
    Mark,
    Place,
    Role,
    Scale,
    Series,
    logarithmic,
    of_shares,
)
from mnetcost.printed import Budget
from mnetcost.problems import UsageError
from mnetcost.reports.choices import COSTS, FRONT_ROWS
from mnetcost.reports.measures import cost_headers, measures
from mnetcost.reports.plot import (
    alike_text,
    apart_text,
    limit_text,
    no_work,
    notes_of,
    sides_text,
    unit_words,
)
from mnetcost.reports.settings import knobs_text

if TYPE_CHECKING:  # both need NumPy
    from mnetcost.analysis.fit.fit import Choice, Fit
    from mnetcost.analysis.fit.knobs import Fits, Fitted
    from mnetcost.analysis.fit.scores import Ranking, Scored

LARGEST = "the largest that fits, at each input"


def fit_picture(fit: "Fit", of: str | None = None) -> Chart:
    """The front of α·ρ against a cost, the largest that fits at each input, and the best.

    `of` is "mult_adds" or "params", by default what the budget limits. Raises UsageError for
    another word, where nothing fits, and for mult-adds where none are counted.
    """
    of = _cost(of, fit.budget, fit.basis)
    best = fit.best
    if best is None:
        raise UsageError(f"{fit.graph.name}: nothing fits, so there is nothing to draw")
    front = sorted((getattr(one, of), one.capacity) for one, names in fit.front if of in names)
    rest = [one for one in fit.largest if one != best]
    series = [
        Series("front of α·ρ", Mark.STEPS, Role.EACH, tuple(Place(*one) for one in front)),
        Series(LARGEST, Mark.POINTS, Role.EACH, tuple(_choice(one, of) for one in rest)),
        Series("the largest α·ρ of all", Mark.POINTS, Role.BEST, (_choice(best, of, name=True),)),
    ]
    xs = [x for x, _ in front] + [getattr(one, of) for one in fit.largest]
    return _chart("fit", fit, of, (xs, "Capacity α·ρ"), series)


def _choice(one: "Choice", of: str, name: bool = False) -> Place:
    """A configuration as a point; a named one with an α that a person can type."""
    words = f"{sides_text(one.setting.height, one.setting.width)} px"
    words = f"α {ratio_text(one.setting.alpha)}, {words}" if name else words
    return Place(getattr(one, of), one.capacity, words)


def fits_picture(fits: "Fits") -> Bars:
    """How much of each limit the configurations fill that fill the budget best.

    They are named by what they differ in. Raises UsageError where nothing fits.
    """
    first, shown = fits[0], fits.largest[:FRONT_ROWS]
    if not shown:
        raise UsageError(f"{first.graph.name}: nothing fits, so there is nothing to draw")
    headers, limits = cost_headers(first.basis), first.budget.limits()
    kinds = sorted(limits, key=COSTS.index)
    rows = []
    for one, name in zip(shown, _configurations(fits, shown)):
        fills = one.search.fills(one.choice)
        parts = enumerate(fills[kind] for kind in kinds)
        lengths = (Length(place, part, percent_text(part, floor)) for place, part in parts)
        rows.append((name, tuple(lengths)))
    groups = tuple(
        f"{unit_words(headers[kind], first.basis)}, at most {limits[kind]:,}" for kind in kinds
    )
    more = f"the {len(shown)} fullest of {len(fits.largest):,}"
    alike = alike_text([one.graph for one in fits])
    notes = notes_of(first.basis, alike, more if len(fits.largest) > len(shown) else "")
    axis = of_shares("Share of the budget")
    return Bars("fits", first.graph.name, notes, axis, groups, tuple(rows))


def _configurations(fits: "Fits", shown: "Sequence[Fitted]") -> list[str]:
    """The knobs of each, and α and the input where these differ."""
    parts = [
        (
            apart_text(one.knobs, fits.sets),
            f"α {ratio_text(one.choice.setting.alpha)}",
            f"{sides_text(one.choice.setting.height, one.choice.setting.width)} px",
        )
        for one in shown
    ]
    knobs, *others = zip(*parts)
    told = [knobs, *(column for column in others if len(set(column)) > 1)]
    return [", ".join(words) for words in zip(*told)]


def ranking_picture(ranking: "Ranking", of: str | None = None) -> Chart:
    """The score of every measured network against a cost, the front of those that fit, the best.

    `of` as for `fit_picture`. Raises UsageError for another word, and for mult-adds where none are
    counted.
    """
    of = _cost(of, ranking.budget, ranking.basis)
    front = {one for one, names in ranking.front.items() if of in names}

    def places(chosen: Iterable[Any], named: bool = True) -> tuple[Place, ...]:
        found = ((getattr(one, of), one.score, _measured(one) if named else "") for one in chosen)
        return tuple(Place(*one) for one in sorted(found))

    fitting, best = set(ranking.fitting), ranking.best
    over = [one for one in ranking.scored if one not in fitting]
    series = [
        Series("front of those that fit: α, px", Mark.STEPS, Role.EACH, places(front)),
        Series("others that fit", Mark.POINTS, Role.EACH, places(fitting - front, named=False)),
        Series("over the budget", Mark.POINTS, Role.REST, places(over, named=False)),
    ]
    if best is not None:
        found = places([best], named=best not in front)
        series.append(Series("the best that fits", Mark.POINTS, Role.BEST, found))
    xs = [getattr(one, of) for one in ranking.scored]
    source = f"scores of {os.path.basename(ranking.label)}"
    return _chart("scores", ranking, of, (xs, "Score", source), series)


def _measured(one: "Scored") -> str:
    alpha, _, height, width = one.setting
    return f"{ratio_text(alpha)}, {sides_text(height, width)}"


def _cost(of: str | None, budget: Budget, basis: Basis) -> str:
    """What the picture is of. Raises UsageError for neither cost, or for what is not counted."""
    of = of or next((one for one in COSTS if one in budget.limits()), COSTS[0])
    if of not in COSTS:
        raise UsageError(f"of: one of {', '.join(COSTS)}, not {of!r}")
    if of == "mult_adds" and basis.convention and not basis.convention.counts_work:
        raise no_work(basis)
    return of


def _chart(
    kind: str, found: Any, of: str, axes: tuple[Any, ...], series: Iterable[Series]
) -> Chart:
    """Series of α·ρ or of scores over a cost, with the limit of the budget.

    `axes` are the costs that the one has to hold, the words of the other, and notes on it.
    """
    xs, words, *others = axes
    series = [one for one in series if one.places]
    ys = [place.y for one in series for place in one.places]
    room = Fraction(max(ys) - min(ys)) / 10 or 1
    low = min(ys) - room
    ends = (low if min(ys) < 0 else max(low, 0), max(ys) + room)
    limit = found.budget.limits().get(of)
    if limit is not None:
        line = (Place(limit, ends[0]), Place(limit, ends[1]))
        text = limit_text(of, limit, found.basis)
        series.append(Series(text, Mark.LIMIT, Role.REST, line))
    header = unit_words(cost_headers(found.basis)[of], found.basis)
    return Chart(
        kind,
        found.graph.name,
        notes_of(found.basis, *_budget_notes(found, of), *others, knobs_text(found.graph.given)),
        logarithmic(header, [*xs, *([limit] if limit else [])]),
        Axis(words, Scale.LINEAR, ends),
        tuple(series),
    )


def _budget_notes(found: Any, of: str) -> list[str]:
    """The limits that are no line of the picture."""
    limits = found.budget.limits().items()
    return [limit_text(kind, limit, found.basis) for kind, limit in limits if kind != of]


def comparison_picture(comparison: CountComparison) -> Chart:
    """The networks as points, work against parameters, the Pareto front marked.

    Where their inputs differ, each has its own beside its name. Raises UsageError under a
    convention that counts no work.
    """
    basis = comparison.counts[0].basis
    found = [tuple(count.figures.values()) for count in comparison.counts]
    if len(found[0]) == 1:
        raise no_work(basis)
    of = max((measures(count) for count in comparison.counts), key=len)
    at_least = any(count.at_least for count in comparison.counts)
    names, said = _told_apart(comparison)
    places = [Place(x, y, name) for (x, y), name in zip(found, names)]
    best = [one for one, pareto in zip(places, comparison.pareto) if pareto]
    rest = [one for one, pareto in zip(places, comparison.pareto) if not pareto]
    steps = tuple(Place(*pair) for pair in sorted({(one.x, one.y) for one in best}))
    series = (
        Series("", Mark.LINE, Role.BEST, steps),
        Series("other", Mark.POINTS, Role.REST, tuple(rest)),
        Series("Pareto front: none is smaller in both", Mark.POINTS, Role.BEST, tuple(best)),
    )
    return Chart(
        "networks",
        "Comparison",
        notes_of(basis, *said, "some at least" if at_least else ""),
        logarithmic(unit_words(of[0].header, basis), [one.x for one in places]),
        logarithmic(unit_words(of[-1].header, basis), [one.y for one in places]),
        tuple(one for one in series if one.places),
    )


def _told_apart(comparison: CountComparison) -> tuple[list[str], list[str]]:
    """The networks' names, in brackets in what they differ and no name says; and what all share."""
    counts = comparison.counts
    inputs, alphas = [count.input for count in counts], [count.setting.alpha for count in counts]
    many = len({one.c for one in inputs}) > 1
    added: list[list[str]] = [[] for _ in counts]
    said = []
    if len(set(inputs)) == 1:
        said.append(f"input {'×'.join(map(str, inputs[0]))}")
    else:
        said.append("in brackets the input, px")
        for words, (h, w, c) in zip(added, inputs):
            words.append(f"{h}×{w}×{c}" if many else sides_text(h, w))
    if len(set(alphas)) == 1:
        said = [f"α = {ratio_text(alphas[0])}", *said]
    elif any(a != 1 and "alpha=" not in name for a, name in zip(alphas, comparison.names)):
        for words, alpha in zip(added, alphas):
            words.insert(0, f"α {ratio_text(alpha)}")
    names = [_with(*pair) for pair in zip(comparison.names, added)]
    if len(set(names)) < len(names):
        for words, count in zip(added, counts):
            words += [knobs_text(count.graph.given)] if count.graph.given else []
    return [_with(*pair) for pair in zip(comparison.names, added)], said


def _with(name: str, words: Sequence[str]) -> str:
    return f"{name} ({', '.join(words)})" if words else name
