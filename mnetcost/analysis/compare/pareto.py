"""Pareto fronts: what nothing else beats in value and in every cost at once."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple


class Priced(NamedTuple):
    """One thing to choose: its value, larger is better, and its costs, smaller are."""

    value: Any
    mult_adds: int
    params: int


def fronts(priced: Sequence[Priced]) -> list[tuple[str, ...]]:
    """For each thing the costs against which it is on the front: mult_adds, params, both.

    "both" is the front against the two together; what is on it need be on neither of the others.
    """
    against = {
        "mult_adds": front(one._replace(params=0) for one in priced),
        "params": front(one._replace(mult_adds=0) for one in priced),
        "both": front(priced),
    }
    return [
        tuple(name for name, places in against.items() if place in places)
        for place in range(len(priced))
    ]


def front(priced: Iterable[Priced]) -> set[int]:
    """The places of those that nothing beats: equal or better in all, better in something.

    Things that are equal in all are on it together.
    """
    numbered = list(enumerate(priced))
    # From the greatest value down: only what came before can beat what comes.
    numbered.sort(key=lambda pair: (pair[1].mult_adds, pair[1].params))
    numbered.sort(key=lambda pair: pair[1].value, reverse=True)
    found: set[int] = set()
    kept: list[tuple[int, int]] = []  # the costs that none before undercuts: ascending, descending
    for _, equal in groupby(numbered, key=lambda pair: pair[1]):
        places, things = zip(*equal)
        if _keep(kept, things[0]):
            found.update(places)
    return found


def _keep(kept: list[tuple[int, int]], one: Priced) -> bool:
    """Add these costs to those kept, unless one of them is as small in both."""
    costs = (one.mult_adds, one.params)
    place = bisect_right(kept, costs)
    if place and kept[place - 1][1] <= one.params:
        return False
    end = place
    while end < len(kept) and kept[end][1] >= one.params:
        end += 1
    kept[place:end] = [costs]
    return True
