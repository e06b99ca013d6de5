"""The channels taken apart, put in another order, or moved to the sides: no parameters, no work."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Self

from mnetcost.layers.arithmetic import Quantity, ceil_div, differs
from mnetcost.layers.base import (
    HERE,
    PART,
    UNKNOWN,
    Check,
    Kept,
    Map,
    Reach,
    Reaches,
    Tie,
    Width,
    copied,
    layer,
    undivided,
)
from mnetcost.layers.fields import (
    MAX_CHANNELS,
    Count,
    Groups,
    Integer,
    ListOf,
    Name,
    OptionalChannels,
    Size,
    Switch,
)
from mnetcost.layers.structural import Free
from mnetcost.text import counted

MAX_PARTS = 32
Sizes = Annotated[
    tuple[Quantity | None, ...] | None,
    ListOf(Integer(1, MAX_CHANNELS, "channels", "rest"), MAX_PARTS),
]
PartNames = Annotated[tuple[str, ...] | None, ListOf(Name(), MAX_PARTS)]
Place = Annotated[int | None, Integer(1, MAX_PARTS, "the number of the part", fixed=True)]
Every = Annotated[Quantity | None, Integer(1, MAX_CHANNELS, "channels from one to the next")]
Offset = Annotated[Quantity | None, Integer(0, MAX_CHANNELS, "channels before it")]


class Taken(Free):
    """Some of the channels, at every position."""

    storage = PART

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE, HERE


@layer("split", example="split: {sizes: [4, rest], take: 2}")
class Split(Taken):
    """The first of several parts of the channels, or number `take`; with `names` each of them.

    The parts are equal, or of `sizes`, which α scales as it does widths; one may be the `rest`.
    """

    into: Count = 2
    sizes: Sizes = None
    take: Place = None
    names: PartNames = None
    scale: Switch = True

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        return ("into",), ("sizes",)

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.names is not None:
            yield "take", "beside `names`, which take every part"
        if self.sizes is None:
            yield "scale", "without `sizes`, which alone α scales"

    def parts(self) -> Iterator[tuple[str, "Split"]]:
        """Each part by its name, where they have names."""
        for place, name in enumerate(self.names or (), 1):
            yield name, self._replace(take=place)

    def under(self, width: Width) -> Self:
        if self.sizes is None:
            return self
        sizes = [None if one is None else width(one, self.scale) for one in self.sizes]
        return self._replace(sizes=tuple(sizes), scale=False)

    def output(self, x: Map, width: Width) -> Map:
        if self.sizes is None:
            return x._replace(c=x.c // self.into)
        place = min(len(self.sizes), self.take or 1) - 1  # too few are a check's to say
        if self.sizes[place] is not None:
            return x._replace(c=width(self.sizes[place], self.scale))
        others = [width(one, self.scale) for one in self.sizes if one is not None]
        return x._replace(c=x.c - sum(others))

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        if self.sizes is None:
            return (Tie(mixed=True),)  # the parts must stay equal
        return (_part(self.sizes, (self.take or 1) - 1, maps[0].c, y.c),)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        place, parts = self.take or 1, self.into if self.sizes is None else len(self.sizes)
        yield Check(
            place > parts, "groups", lambda: f"part {place} of {counted(parts, 'part')}", final=True
        )
        if self.sizes is None:
            yield undivided(parts, "parts", x.c, made=True)
        elif _readable(self.sizes):
            yield from _uneven(self.sizes, x)
        if self.names is not None and _readable(self.names):
            yield _misnamed(self.names, parts)


def _misnamed(names: tuple[str, ...], parts: Quantity) -> Check:
    """Every part has a name."""
    return Check(
        len(names) != parts,
        "groups",
        lambda: f"{counted(len(names), 'name')} for {counted(parts, 'part')}",
    )


def _part(sizes: tuple[Quantity | None, ...], place: int, channels: int, size: int) -> Tie:
    """A part of so many channels, by its place among the sizes."""
    rest = channels - sum(one for one in sizes if one is not None)
    begin = sum(rest if one is None else one for one in sizes[:place])
    return Tie(range(begin, begin + size), range(size))


def _readable(values: Iterable[Quantity | None]) -> bool:
    return all(one is not UNKNOWN for one in values)


def _uneven(sizes: tuple[Quantity | None, ...], x: Map) -> Iterable[Check]:
    """Sizes, worked out under α, add up to what comes in, and leave something for the rest."""
    known = [one for one in sizes if one is not None]
    rests, left = len(sizes) - len(known), x.c - sum(known)

    def words() -> str:
        return " + ".join(map(str, known))

    yield Check(rests > 1, "shapes", lambda: f"{rests} parts are the rest; one can be")
    none: Quantity = False
    for one in known:
        none = none | (one < 1)
    yield Check(none, "no-channels", lambda: f"parts of {words()} channels: {NOT_WHOLE}")
    if rests:
        yield Check(left < 1, "shapes", lambda: f"parts of {words()} leave no rest of {x.c}")
    else:
        yield Check(
            differs(left, 0),
            "shapes",
            lambda: (
                f"parts of {words()} are {counted(x.c - left, 'channel')}, "
                f"and {counted(x.c, 'channel', 'come')} in"
            ),
        )


NOT_WHOLE = "times α one is not whole, or rounds to none; give `width` a rounding rule"


@layer("slice", example="slice: {first: 4}")
class Slice(Taken):
    """The `first` or the `last` channels, or `every` n-th of those behind the `offset` first ones.

    α scales `first` and `last` as it does widths.
    """

    first: OptionalChannels = None
    last: OptionalChannels = None
    every: Every = None
    offset: Offset = None
    scale: Switch = True

    widths = frozenset({"first", "last"})

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        return ("first",), ("last",), ("every", "offset")

    def idle(self) -> Iterable[tuple[str, str]]:
        if self.first is self.last:  # neither is written
            yield "scale", "without `first` or `last`, which alone α scales"

    def output(self, x: Map, width: Width) -> Map:
        written = self.last if self.first is None else self.first
        if written is not None:
            return x._replace(c=width(written, self.scale))
        left = x.c - (0 if self.offset is None else self.offset)
        return x._replace(c=ceil_div(left, 1 if self.every is None else self.every))

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        begin = self.offset or (0 if self.last is None else maps[0].c - y.c)
        return (Tie(range(maps[0].c)[begin :: self.every or 1][: y.c], range(y.c)),)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield Check(
            y.c > x.c,
            "shapes",
            lambda: f"{counted(y.c, 'channel')}, and {counted(x.c, 'channel', 'come')} in",
        )
        yield Check(
            y.c < 1,
            "no-channels",
            lambda: (
                f"none of {counted(x.c, 'channel')} is behind the first {self.offset}"
                if self.first is self.last
                else NOT_WHOLE
            ),
        )


@layer("channel_shuffle", example="channel_shuffle: {groups: 4}")
class ChannelShuffle(Free, Kept):
    """The channels of groups interleaved. Zhang et al. 2018, arXiv:1707.01083."""

    groups: Groups = 2

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        size = y.c // self.groups
        mixed = [group * size + one for one in range(size) for group in range(self.groups)]
        return (Tie(mixed, range(y.c)),)

    def equal_parts(self, x: Map) -> tuple[int, int]:
        return self.groups, 1

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield undivided(self.groups, "groups", x.c)


@layer("pixel_shuffle", example="pixel_shuffle: {factor: 2}")
class PixelShuffle(Free):
    """H×W×(r²·C) to rH×rW×C: depth to space. Shi et al. 2016, arXiv:1609.05158."""

    factor: Size

    def output(self, x: Map, width: Width) -> Map:
        r = self.factor
        return Map(x.h * r.h, x.w * r.w, x.c // (r.h * r.w))

    def sees(self, x: Map, y: Map) -> Reaches:
        return Reach(per=self.factor.h), Reach(per=self.factor.w)

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        inputs = range(maps[0].c)
        return (Tie(inputs, [one // (self.factor.h * self.factor.w) for one in inputs]),)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        r = self.factor
        yield undivided(r.h * r.w, f"parts ({r.h}·{r.w})", x.c, made=True)


@layer("pixel_unshuffle", example="pixel_unshuffle: {factor: 2}")
class PixelUnshuffle(Free):
    """rH×rW×C to H×W×(r²·C): space to depth, the Focus of YOLOv5; `pixel_shuffle` goes back."""

    factor: Size

    def output(self, x: Map, width: Width) -> Map:
        r = self.factor
        return Map(x.h // r.h, x.w // r.w, x.c * r.h * r.w)

    def sees(self, x: Map, y: Map) -> Reaches:
        r = self.factor
        return Reach(0, r.h - 1, step=r.h), Reach(0, r.w - 1, step=r.w)

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (copied(maps[0].c, self.factor.h * self.factor.w),)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        r = self.factor
        yield Check(
            (x.h % r.h > 0) | (x.w % r.w > 0),
            "shapes",
            lambda: f"a factor of {r.h}×{r.w} does not divide a {x.h}×{x.w} map",
        )
