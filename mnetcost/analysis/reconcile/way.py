"""From one convention's number to another's, term by term."""

from typing import NamedTuple

from mnetcost.analysis.conventions.terms import PLAIN, Difference, described, differences, number
from mnetcost.conventions import Convention
from mnetcost.cost import Count
from mnetcost.problems import UsageError


class Step(NamedTuple):
    """One term on the way, what it changes, and the number after it."""

    layer: str
    words: str
    change: int
    reached: int


class _Change(NamedTuple):
    """What a part of a layer type weighs before and after, and what that adds."""

    before: int
    after: int
    adds: int
    per_image: bool

    def then(self, sign: int, found: Difference) -> "_Change":
        """With what one of the two conventions makes of it: the first for a sign below nothing."""
        adds = self.adds + sign * found.adds
        per_image = self.per_image or found.per_image
        if sign < 0:
            return self._replace(before=found.times, adds=adds, per_image=per_image)
        return self._replace(after=found.times, adds=adds, per_image=per_image)

    def words(self, part: str) -> str:
        """ "2 → 1 × values of the output map"."""
        if self.before == self.after:  # only one of the two multiplies it by the batch
            return f"{self.after} × {described(part, True)} or of all"
        return f"{self.before} → {self.after} × {described(part, self.per_image)}"


class Way(NamedTuple):
    """The way from one convention's number to another's."""

    start: int
    steps: tuple[Step, ...]
    end: int


def way(count: Count, start: Convention, end: Convention) -> Way:
    """The terms that lead from one convention's number for this network to another's.

    What both count alike is no step. Steps are the largest changes first. Raises UsageError for a
    convention of parameters alone.
    """
    for one in (start, end):
        if not one.counts_work:
            raise UsageError(f"{one.name} counts parameters alone: it has no number for the work")
    batch = count.basis.batch
    changes: dict[tuple[str, str, bool], _Change] = {}
    for one, sign in ((start, -1), (end, 1)):
        for found in differences(count.layers, one, batch):
            plain = found.part in PLAIN  # which counts once where a convention says nothing else
            key = found.layer, found.part, found.per_image and not plain
            before = changes.get(key, _Change(int(plain), int(plain), 0, False))
            changes[key] = before.then(sign, found)
    first = reached = number(count.layers, start, batch)
    steps = []
    for (layer, part, _), change in sorted(changes.items(), key=lambda pair: -abs(pair[1].adds)):
        if change.adds:
            reached += change.adds
            steps.append(Step(layer, change.words(part), change.adds, reached))
    return Way(first, tuple(steps), reached)
