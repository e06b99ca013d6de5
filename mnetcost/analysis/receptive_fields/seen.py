"""What the positions of a map see of the input along one side, behind a layer or several maps."""

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from mnetcost.analysis.receptive_fields.sliding import (
    PIXELS,
    Windows,
    first_read,
    last_read,
    through,
    union,
)
from mnetcost.exact import ratio_text
from mnetcost.layers.base import HERE, Reach
from mnetcost.steps import Steps

Ends: TypeAlias = tuple[int, int]  # the first and the last px of a stretch
Within: TypeAlias = tuple[Ends, ...]  # of each position of a side
COMPARED = 32  # positions that are passed over in the time of one that is worked out
NONE = (2**62, -1)  # of one that is empty: any other begins before it, and ends behind it


class Seen(NamedTuple):
    """What positions see: through `windows` that move with them, and `whole` all of `cover`.

    A window may lie outside the input; `inside` are the px within that each position sees, None
    where that is unknown, and `cover` those that all see together. What positions see `apart` from
    windows does not move with them, and is not all. What a single position sees is unknown for the
    reason in `unknown`.
    """

    windows: Windows | None
    inside: Within | None
    cover: Ends | None
    whole: bool = False
    apart: bool = False
    unknown: str = ""

    @property
    def size(self) -> int | None:
        """The px of the largest window; where all is seen, those of the input."""
        if self.unknown:
            return None
        if self.whole and self.cover:
            return max(self.cover[1] - self.cover[0] + 1, 0)
        if self.apart and self.inside:
            return max(max(last - first + 1, 0) for first, last in self.inside)
        return self.windows.size if self.windows else None

    @property
    def offset(self) -> int | None:
        """The first px that position 0 sees."""
        if self.unknown or (self.whole and self.cover == NONE):
            return None
        if self.whole and self.cover:
            return self.cover[0]
        if self.apart and self.inside:
            return None if self.inside[0] == NONE else self.inside[0][0]
        return self.windows.first(0) if self.windows else None


NOTHING = Seen(None, None, NONE, whole=True)


def pixels(side: int) -> Seen:
    """What the input's own positions see."""
    return Seen(PIXELS, tuple((px, px) for px in range(side)), (0, side - 1))


class Stretches:
    """What the positions of sides see within the input, worked out once where it comes again.

    Positions that see what others saw before them are those others, so that they are known by id.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self._read: dict[tuple[int, Reach, int], Within] = {}
        self._ordered: dict[int, bool] = {}
        self._beside: dict[tuple[int, ...], Within] = {}
        self._covers: dict[int, Ends] = {}
        self._kept: list[Within] = []  # an id is one's own as long as it is

    def read(self, inside: Within, reach: Reach, positions: int) -> Within:
        """Those of a layer whose input's positions see these. Raises Exhausted."""
        key = id(inside), reach, positions
        if key not in self._read:
            width = last_read(reach, 0) - first_read(reach, 0)
            self.steps.take(positions * (1 + min(width, len(inside)) // COMPARED))
            if reach.apart:
                places = [_hull(inside[at :: reach.apart]) for at in range(reach.apart)]
                found = tuple(places[at % reach.apart] for at in range(positions))
            else:
                ordered = self.ordered(inside)
                found = tuple(_read(inside, reach, at, ordered) for at in range(positions))
            self._read[key] = self._known(found, (inside,))
        return self._read[key]

    def ordered(self, inside: Within) -> bool:
        """Whether none of those that see something begins or ends before the one before it."""
        if id(inside) not in self._ordered:
            self._kept.append(inside)
            known = [one for one in inside if one != NONE]
            self._ordered[id(inside)] = all(
                one[0] <= other[0] and one[1] <= other[1] for one, other in pairwise(known)
            )
        return self._ordered[id(inside)]

    def cover(self, inside: Within) -> Ends:
        """What they see together."""
        if id(inside) not in self._covers:
            self._kept.append(inside)
            self._covers[id(inside)] = _hull(inside)
        return self._covers[id(inside)]

    def beside(self, maps: tuple[Within, ...]) -> Within:
        """From the first to the last px that each position sees of any map. Raises Exhausted."""
        key = tuple(map(id, maps))
        if key not in self._beside:
            self.steps.take(len(maps) * len(maps[0]))
            self._beside[key] = self._known(tuple(map(_hull, zip(*maps))), maps)
        return self._beside[key]

    def _known(self, found: Within, before: tuple[Within, ...]) -> Within:
        """One of those before, which stay, if it is the same."""
        self._kept.extend(before)
        return next((one for one in before if one == found), found)


class Side(NamedTuple):
    """One side of a layer: its name, its positions in and out; `single` where one px comes in."""

    name: str
    inside: int
    outside: int
    single: bool


def behind(seen: Seen, reach: Reach | str, side: Side, stretches: Stretches) -> Seen:
    """What the positions of a layer see that reads a map which sees that. Raises Exhausted."""
    if reach == HERE or seen == NOTHING:
        return seen
    if isinstance(reach, str):
        return Seen(None, None, None, unknown=f"{side.name}: {reach}")
    moves = reach.step > 0
    windows = through(seen.windows, reach, stretches.steps) if moves and seen.windows else None
    if reach.whole or (seen.whole and (moves or not side.single)):
        cover = seen.cover
        if cover is not None:
            return Seen(windows, None, cover, whole=True)
    if not moves:
        unknown = seen.unknown if reach.whole else f"{side.name}: {reach.unknown}"
        return Seen(None, None, seen.cover, unknown=unknown)
    if seen.inside is None:
        return Seen(windows, None, None, unknown=seen.unknown)
    inside = stretches.read(seen.inside, reach, side.outside)
    cover = stretches.cover(inside)
    return _known(Seen(windows, inside, cover, False, seen.apart or reach.apart > 0, seen.unknown))


def _known(seen: Seen) -> Seen:
    """What positions see of which is known what lies inside; all, where each that sees does."""
    windows, inside, cover, _, apart, _ = seen
    if inside and apart and all(one in (cover, NONE) for one in inside):
        return Seen(windows, None, cover, whole=True)
    return seen


def _read(inside: Sequence[Ends], reach: Reach, place: int, ordered: bool) -> Ends:
    """The px within the input that a position of a layer sees, of those that its input's see."""
    first = max(first_read(reach, place), 0)
    read = inside[first : max(last_read(reach, place), -1) + 1]
    if not ordered or NONE in read:
        return _hull(read)
    return (read[0][0], read[-1][1]) if read else NONE


def together(maps: Sequence[Seen], side: Side, stretches: Stretches) -> Seen:
    """What a position sees that reads the same one of several maps: the largest. Raises Exhausted.

    It has windows only where those of the maps move alike.
    """
    other = {(id(one.inside), *one._replace(inside=None)): one for one in maps if one != NOTHING}
    seen = list(other.values())
    if len(seen) < 2:
        return seen[0] if seen else NOTHING
    covers = [one.cover for one in seen if one.cover]
    cover = _hull(covers) if len(covers) == len(seen) else None
    windows = [one.windows for one in seen if one.windows]
    jumps = dict.fromkeys(one.jump for one in windows)
    moves = len(jumps) == 1 and not any(one.unknown for one in seen)
    steps = stretches.steps
    merged = reduce(lambda one, other: union(one, other, steps), windows) if moves else None
    everything = any(one.whole and one.cover == cover for one in seen)
    if cover and (everything or (side.outside == 1 and not merged)):
        return Seen(merged, None, cover, whole=True)
    unknown = next((one.unknown for one in seen if one.unknown), "")
    if not unknown and len(jumps) > 1:
        texts = " and ".join(map(ratio_text, jumps))
        unknown = f"{side.name}: the jumps of its inputs differ, {texts} px"
    if not unknown and any(one.whole for one in seen):
        unknown = f"{side.name}: one of its inputs sees more at the ends than another that sees all"
    known = tuple(one.inside for one in seen if one.inside is not None)
    inside = stretches.beside(known) if len(known) == len(seen) else None
    apart = any(one.apart for one in seen)
    return _known(Seen(merged, inside, cover, False, apart, unknown))


def _hull(stretches: Sequence[Ends]) -> Ends:
    """From the first px of any of the stretches to the last."""
    firsts, lasts = zip(*stretches, strict=True) if stretches else (NONE[:1], NONE[1:])
    return min(firsts), max(lasts)
