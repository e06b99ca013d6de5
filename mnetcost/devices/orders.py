"""The order of steps that needs the least memory, of all in which they can run.

It is a path through the sets of steps that are done, of which the highest step counts: the sets of
the lowest peak first, as in Dijkstra's algorithm. A step that frees as much as it takes, and is no
higher than the peak so far, is always taken at once. Liberis and Lane 2019, arXiv:1910.05110.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from mnetcost.devices.steps import IMAGE, Run, Step, with_lives

MOST = 40_000  # steps that are tried before the search is given up: less than a second

# The bytes that a step saves where these of its tensors are read by no later step.
Saving = Callable[[Step, Sequence[int]], int]


class _Place(NamedTuple):
    """A set of steps that are done (a bit each), with the peak until then, and what is left."""

    peak: int
    left: int  # steps that are not done: of equal peaks the furthest goes first
    done: int
    live: int
    ready: tuple[int, ...]


class _Search:
    """What the search knows of a run: who reads what, and what must be done before."""

    def __init__(self, run: Run, saving: Saving) -> None:
        self.run, self.saving = run, saving
        self.sizes = [one.size for one in run.tensors]
        self.stays = {at for at, one in enumerate(run.tensors) if one.last == len(run.steps)}
        self.readers = [0] * len(run.tensors)
        self.followers: dict[int, list[int]] = {}
        self.before = [0] * len(run.steps)
        writer = {one.writes: at for at, one in enumerate(run.steps)}
        for at, step in enumerate(run.steps):
            for one in step.reads:
                self.readers[one] |= 1 << at
                if one in writer:
                    self.before[at] |= 1 << writer[one]
                    self.followers.setdefault(writer[one], []).append(at)

    def start(self) -> _Place:
        """Nothing is done, and the network's input is there."""
        ready = tuple(at for at, one in enumerate(self.before) if not one)
        live = self.sizes[IMAGE] if self.readers[IMAGE] else 0
        return _Place(0, len(self.before), 0, live, ready)

    def after(self, place: _Place, at: int) -> _Place:
        """The place behind one more step."""
        step, done = self.run.steps[at], place.done | 1 << at
        written = self.sizes[step.writes]
        over = [
            one for one in step.reads if one not in self.stays and not self.readers[one] & ~done
        ]
        height = place.live + written - self.saving(step, over)
        live = place.live + written - sum(self.sizes[one] for one in over)
        ready = [one for one in place.ready if one != at]
        for one in self.followers.get(at, ()):
            if not self.before[one] & ~done and one not in ready:
                ready.append(one)
        return _Place(max(place.peak, height), place.left - 1, done, live, tuple(ready))

    def following(self, place: _Place) -> Iterator[tuple[int, _Place]]:
        """The steps that can be taken; one alone where it is always right."""
        found = [(at, self.after(place, at)) for at in place.ready]
        for at, behind in found:
            if behind.live <= place.live and behind.peak <= place.peak:
                return iter([(at, behind)])
        return iter(found)


def best_order(run: Run, saving: Saving, below: int) -> tuple[Run | None, bool]:
    """The run in the order of the least peak, where it is below so many bytes, else None.

    And whether it is known: there may be too many sets of steps.
    """
    search = _Search(run, saving)
    places = [(search.start(), 0, 0)]  # each with the set before it, and the step that led there
    came: dict[int, tuple[int, int]] = {}
    tried = 0
    while places:
        place, *before = heappop(places)
        if place.done in came:
            continue
        came[place.done] = (before[0], before[1])
        if not place.left:
            return _reordered(run, _path(came, place.done)), True
        for at, behind in search.following(place):
            if behind.done not in came and behind.peak < below:
                heappush(places, (behind, place.done, at))
            tried += 1 + len(behind.ready) // 50  # which takes as long
        if tried > MOST:
            return None, False
    return None, True


def _path(came: Mapping[int, tuple[int, int]], done: int) -> list[int]:
    """The steps that lead there, the first one first."""
    path = []
    while done:
        done, at = came[done]
        path.append(at)
    return path[::-1]


def _reordered(run: Run, order: Sequence[int]) -> Run:
    names, sizes = [one.name for one in run.tensors], [one.size for one in run.tensors]
    stays = {at for at, one in enumerate(run.tensors) if one.last == len(run.steps)}
    return with_lives([run.steps[at] for at in order], names, sizes, stays)
