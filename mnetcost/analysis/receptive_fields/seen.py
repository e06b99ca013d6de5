"""What the positions of a map see of the input along one side, behind a layer or several maps."""

from collections.abc import Sequence
from functools import reduce
from typing import NamedTuple

from mnetcost.analysis.receptive_fields.windows import (
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


class Seen(NamedTuple):
    """What positions see: through `windows` that move with them, and `whole` all of `cover`.

    `cover` are the first and the last px of the input that they see together, None where it is
    unknown. What a single position sees is unknown for the reason in `unknown`.
    """

    windows: Windows | None
    cover: tuple[int, int] | None
    whole: bool = False
    unknown: str = ""

    @property
    def nothing(self) -> bool:
        """Whether its values follow from no px of the input."""
        return self.cover == NONE

    @property
    def size(self) -> int | None:
        """The px of the largest window; where all is seen, those of the input."""
        if self.unknown:
            return None
        if self.whole and self.cover:
            return self.cover[1] - self.cover[0] + 1
        return self.windows.size if self.windows else None

    @property
    def offset(self) -> int | None:
        """The first px that position 0 sees."""
        if self.unknown or self.nothing:
            return None
        if self.whole and self.cover:
            return self.cover[0]
        return self.windows.first(0) if self.windows else None


NONE = (0, -1)
NOTHING = Seen(None, NONE, whole=True)


def pixels(side: int) -> Seen:
    """What the input's own positions see."""
    return Seen(PIXELS, (0, side - 1))


class Side(NamedTuple):
    """One side of a layer: its name, its positions in and out; `single` where one px comes in."""

    name: str
    inside: int
    outside: int
    single: bool


def behind(seen: Seen, reach: Reach | str, side: Side, steps: Steps) -> Seen:
    """What the positions of a layer see that reads a map which sees that. Raises Exhausted."""
    if reach == HERE or seen.nothing:
        return seen
    if isinstance(reach, str):
        return Seen(None, None, unknown=f"{side.name}: {reach}")
    cover = seen.cover if reach.whole or not reach.step else _covered(seen, reach, side)
    if cover == NONE:
        return NOTHING
    moves = reach.step > 0
    windows = through(seen.windows, reach, steps) if moves and seen.windows else None
    kept = seen.whole and (moves or not side.single)
    if cover and (reach.whole or kept):
        return Seen(windows, cover, whole=True)
    moved = "" if moves or reach.whole else f"{side.name}: its positions are others"
    return Seen(windows, cover, unknown=moved or seen.unknown)


def _covered(seen: Seen, reach: Reach, side: Side) -> tuple[int, int] | None:
    """What all positions of a layer see together, the last px of its input left out perhaps."""
    first = max(first_read(reach, 0), 0)
    last = min(last_read(reach, side.outside - 1), side.inside - 1)
    if last < first:
        return NONE  # padding alone
    if seen.cover is None or seen.whole or (first, last) == (0, side.inside - 1):
        return seen.cover
    if seen.windows is None:
        return None
    return (
        max(seen.cover[0], seen.windows.first(first)),
        min(seen.cover[1], seen.windows.last(last)),
    )


def together(maps: Sequence[Seen], side: Side, steps: Steps) -> Seen:
    """What a position sees that reads the same one of several maps: the largest. Raises Exhausted.

    It has windows only where those of the maps move alike.
    """
    seen = list(dict.fromkeys(one for one in maps if not one.nothing))
    if len(seen) < 2:
        return seen[0] if seen else NOTHING
    cover = _hull(seen)
    windows = [one.windows for one in seen if one.windows]
    jumps = dict.fromkeys(one.jump for one in windows)
    moves = len(jumps) == 1 and not any(one.unknown for one in seen)
    merged = reduce(lambda one, other: union(one, other, steps), windows) if moves else None
    everything = any(one.whole and one.cover == cover for one in seen)
    if cover and (everything or (side.outside == 1 and not merged)):
        return Seen(merged, cover, whole=True)
    unknown = next((one.unknown for one in seen if one.unknown), "")
    if not unknown and len(jumps) > 1:
        texts = " and ".join(map(ratio_text, jumps))
        unknown = f"{side.name}: the jumps of its inputs differ, {texts} px"
    if not unknown and any(one.whole for one in seen):
        unknown = f"{side.name}: one of its inputs sees more at the ends than another that sees all"
    return Seen(merged, cover, unknown=unknown)


def _hull(maps: Sequence[Seen]) -> tuple[int, int] | None:
    """From the first px that any of the maps sees to the last; None where one is unknown."""
    covers = [one.cover for one in maps if one.cover]
    if len(covers) < len(maps):
        return None
    return min(first for first, _ in covers), max(last for _, last in covers)
