"""The same search with several values of knobs: one list, the fullest budget first."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self, TypeAlias, overload

from mnetcost.analysis.fit.fit import Choice, Fit, fit
from mnetcost.analysis.sweep.knobs import of_each
from mnetcost.graph import Graph
from mnetcost.printed import Budget

Knobs: TypeAlias = Mapping[str, Any]
KINDS = ("mult_adds", "params")


class Fitted(NamedTuple):
    """A configuration, the knobs of its network, and the search that found it."""

    knobs: Knobs
    choice: Choice
    search: Fit


class Fits(Sequence[Fit]):
    """A search for each combination of knobs in `sets`, and what they found together.

    `largest` has the largest α that fits at each ρ, of every combination where any does: those
    with the most mult-adds first, or the most parameters where these alone are limited. `best` is
    the first of them, None where nothing fits.
    """

    def __init__(self, sets: Sequence[Knobs], fits: Sequence[Fit]) -> None:
        self.sets, self._fits = tuple(sets), tuple(fits)
        every = [Fitted(pair[0], one, pair[1]) for pair in self.pairs() for one in pair[1].largest]
        self.largest = tuple(sorted(every, key=self._filling, reverse=True))

    @overload
    def __getitem__(self, place: int) -> Fit: ...
    @overload
    def __getitem__(self, place: slice) -> Self: ...
    def __getitem__(self, place: int | slice) -> Fit | Self:
        if isinstance(place, slice):
            return type(self)(self.sets[place], self._fits[place])
        return self._fits[place]

    def __len__(self) -> int:
        return len(self._fits)

    def __repr__(self) -> str:
        return f"Fits({len(self)} of {self._fits[0]!r}, best={self.best})"

    def pairs(self) -> list[tuple[Knobs, Fit]]:
        """Each combination of knobs with its search."""
        return list(zip(self.sets, self._fits))

    @property
    def budget(self) -> Budget:
        """The limits."""
        return self._fits[0].budget

    @property
    def best(self) -> Fitted | None:
        """What fills the budget best."""
        return next(iter(self.largest), None)

    @property
    def smallest(self) -> tuple[Fitted, ...]:
        """The possible configurations of the fewest mult-adds, and of the fewest parameters."""
        found = [
            [Fitted(knobs, one, search) for one in search.smallest]
            for knobs, search in self.pairs()
            if search.smallest
        ]
        return tuple(
            min(ones, key=lambda one: _cost(one, kind)) for kind, ones in zip(KINDS, zip(*found))
        )

    def _filling(self, one: Fitted) -> tuple[int, ...]:
        return _cost(one, next(kind for kind in KINDS if kind in self.budget.limits()))


def _cost(one: Fitted, first: str) -> tuple[int, ...]:
    """Both costs, of one kind first."""
    return tuple(
        getattr(one.choice, kind) for kind in sorted(KINDS, key=lambda kind: kind != first)
    )


def fit_each(graph: Graph, sets: Sequence[Knobs], **given: Any) -> Fit | Fits:
    """The search of `fit` with each combination of knobs; of one alone, its own.

    `given` is what `fit` takes. With several, α stays 1 where it is not given, nor an end of it,
    and so does ρ where none are. Raises UsageError and SpecError as `fit` does, the latter with
    the knobs of the network.
    """
    if len(sets) > 1:
        if all(given.get(one) is None for one in ("alpha", "min_alpha", "max_alpha")):
            given = {**given, "min_alpha": 1}
        if all(given.get(one) is None for one in ("rho", "resolution", "resolution_multiple")):
            given = {**given, "rho": 1}
    found = of_each(graph, sets, lambda own: fit(own, searches=len(sets), **given))
    return found[0][1] if len(found) == 1 else Fits(sets, [one for _, one in found])
