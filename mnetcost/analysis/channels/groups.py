"""Which channels of a network can be taken away only together. Fang et al. 2023, arXiv:2301.12900.

Every channel of every map is one of a group. A convolution begins new channels; an activation
hands on those that it reads; an addition makes those of all its inputs one.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from math import gcd
from typing import NamedTuple, TypeAlias

from mnetcost.cost import Count, LayerCost
from mnetcost.graph import INPUT
from mnetcost.layers.base import Tie
from mnetcost.problems import UsageError

MOST = 2**21  # channels of all maps together: some seconds' work
Channels: TypeAlias = list[
    int
]  # a number for each channel of a map; those of a group stay together


class Loss(NamedTuple):
    """The channels that a layer loses: of each input map, and of its output."""

    place: int
    inputs: tuple[int, ...]
    outputs: int


class Group(NamedTuple):
    """Channels that go together: what each layer loses, or why they have to stay.

    There are `times` such groups.
    """

    losses: tuple[Loss, ...]
    fixed: str
    times: int = 1


class Forest:
    """Disjoint sets of channels, joined one by one; those that have to stay have a reason."""

    def __init__(self) -> None:
        self._above: list[int] = []
        self._left = MOST
        self._fixed: dict[int, str] = {}

    def take(self, channels: int) -> None:
        """Look at so many channels. Raises UsageError where these are too many in all."""
        self._left -= channels
        if self._left < 0:
            raise UsageError(f"there are more than {MOST:,} channels to follow through the layers")

    def plant(self, channels: int, fixed: str = "") -> Channels:
        """New channels, each on its own, or one set that has to stay. Raises UsageError."""
        first = len(self._above)
        self.take(channels)
        if fixed:
            self._above.append(first)
            self._fixed[first] = fixed
            return [first] * channels
        self._above.extend(range(first, first + channels))
        return list(range(first, first + channels))

    def root(self, channel: int) -> int:
        """The channel that stands for the set."""
        above = self._above
        while above[channel] != channel:
            above[channel] = channel = above[above[channel]]
        return channel

    def join(self, one: int, other: int) -> None:
        """Make the sets of two channels one."""
        one, other = self.root(one), self.root(other)
        if one != other:
            one, other = min(one, other), max(one, other)
            self._above[other] = one
            if other in self._fixed:
                self._fixed.setdefault(one, self._fixed.pop(other))

    def join_all(self, ones: Sequence[int], others: Sequence[int]) -> None:
        """Make the sets of channels one by one one set each."""
        if ones is not others:
            self.take(len(ones))
            for one, other in zip(ones, others):
                if one != other:
                    self.join(one, other)

    def roots(self) -> list[int]:
        """The channel that stands for the set of each."""
        return [self.root(one) for one in range(len(self._above))]

    def fixed(self, root: int) -> str:
        """Why the set has to stay, or an empty text."""
        return self._fixed.get(root, "")


class Ends(NamedTuple):
    """The channels of a layer's input maps and of its output; whether these are new, or mixed.

    Where the layer makes channels of positions it is not `said` which are which.
    """

    inputs: Sequence[Channels]
    outputs: Channels
    own: bool = False
    mixed: bool = False
    said: bool = True


class Alike(NamedTuple):
    """Sets of channels that are in the same maps, as many of each: a number, and why they stay."""

    number: int
    fixed: str


class Followed(NamedTuple):
    """The channels' sets, the layers' ends, and by place the layers that lose in proportion."""

    forest: Forest
    ends: list[Ends]
    mixing: list[int]


def follow(count: Count) -> Followed:
    """The channels of every layer, tied as the layers tie them. Raises UsageError."""
    forest = Forest()
    source = forest.plant(count.input.c, "the network's input has it")
    ends: list[Ends] = []
    mixing: list[int] = []
    for place, row in enumerate(count.layers):
        inputs = [source if one == INPUT else ends[one].outputs for one in row.node.sources]
        found = _ends(forest, count, row, inputs)
        before, behind = row.node.layer.equal_parts(row.input)
        for channels in inputs[:1]:
            _equal(forest, channels, before)
        _equal(forest, found.outputs, behind)
        for rider in row.node.riders:
            _equal(forest, found.outputs, rider.equal_parts(row.output)[1])
        if row.node.shares is not None:
            owner = ends[row.node.shares]
            for mine, others in zip(found.inputs, owner.inputs):
                forest.join_all(mine, others)
            forest.join_all(found.outputs, owner.outputs)
        ends.append(found)
        if found.mixed:
            mixing.append(place)
    return Followed(forest, ends, mixing)


def _ends(forest: Forest, count: Count, row: LayerCost, inputs: Sequence[Channels]) -> Ends:
    """A layer's channels, from those of the maps that it reads."""
    maps = [count.input if one == INPUT else count.layers[one].output for one in row.node.sources]
    ties = row.node.layer.ties(maps, row.output)
    if isinstance(ties, str):
        outputs = forest.plant(row.output.c, f"{row.name}: {ties}")
        for channels in inputs:
            forest.join_all(channels, outputs[:1] * len(channels))
        return Ends(inputs, outputs, said=False)
    for tie, channels in zip(ties, inputs):
        if tie.fixed:
            stays = forest.plant(len(channels), f"{row.name}: {tie.fixed}")
            forest.join_all(channels, stays)
    fixed = next((f"{row.name}: {tie.fixed_outputs}" for tie in ties if tie.fixed_outputs), "")
    outputs, own = _tied(forest, ties, inputs, row.output.c, fixed)
    mixed = any(tie.mixed for tie in ties)
    return Ends(inputs, outputs, own=own and not mixed, mixed=mixed, said=not fixed)


def _tied(
    forest: Forest, ties: Sequence[Tie], inputs: Sequence[Channels], channels: int, fixed: str
) -> tuple[Channels, bool]:
    """The channels of an output map that are those of the inputs; whether others are new.

    These have to stay where `fixed` says why.
    """
    whole = len(ties) == 1 and len(inputs[0]) == channels
    if whole and ties[0].inputs == ties[0].outputs == range(channels):
        return inputs[0], False
    forest.take(max(channels, sum(len(tie.inputs) for tie in ties)))
    known: dict[int, int] = {}
    for tie, given in zip(ties, inputs):
        for here, there in zip(tie.inputs, tie.outputs):
            forest.join(known.setdefault(there, given[here]), given[here])
    new = iter(forest.plant(sum(place not in known for place in range(channels)), fixed))
    outputs = [known[place] if place in known else next(new) for place in range(channels)]
    return outputs, len(known.keys() & range(channels)) < channels


def _equal(forest: Forest, channels: Channels, parts: int) -> None:
    """Channels at the same place of equal parts go together, so that the parts stay equal."""
    forest.take(len(channels) if parts > 1 else 0)
    size = len(channels) // parts
    for part in range(1, parts):
        forest.join_all(channels[:size], channels[part * size : (part + 1) * size])


def groups(count: Count, costly: Container[int]) -> tuple[list[Ends], list[Group]]:
    """The layers' ends, and the groups of each kind: channels that can only go together.

    Groups that take the same from every one of the `costly` layers, given by place, are one kind.
    Raises UsageError.
    """
    forest, ends, mixing = follow(count)
    chosen = {*mixing}
    looked = [at for at in range(len(ends)) if at in costly or at in chosen]
    maps, sets = _maps(forest, (ends[at] for at in looked))
    kind_of = _alike(forest, sets)
    numbers = [{kind_of[root]: number for root, number in one.items()} for one in sets]
    lost: dict[Alike, list[Loss]] = {one: [] for one in kind_of.values()}
    for place in looked:
        inputs = [numbers[maps[id(one)]] for one in ends[place].inputs]
        outputs = numbers[maps[id(ends[place].outputs)]]
        found = dict.fromkeys(alike for one in (outputs, *inputs) for alike in one)
        forest.take(len(found))
        for alike in found:
            before = tuple(one.get(alike, 0) for one in inputs)
            lost[alike].append(Loss(place, before, outputs.get(alike, 0)))
    kinds: dict[Group, int] = {}
    for alike, times in Counter(kind_of.values()).items():
        kind = Group(tuple(lost[alike]), alike.fixed)
        kinds[kind] = kinds.get(kind, 0) + times
    return ends, [_proportional(some) for some in _linked(kinds, mixing)]


def _maps(forest: Forest, ends: Iterable[Ends]) -> tuple[dict[int, int], list[Counter[int]]]:
    """A number for each list of channels, by its id, and how many of each set are in it.

    Maps of the same sets have the same number.
    """
    roots, maps = forest.roots(), dict[int, int]()
    known: dict[tuple[int, ...], int] = {}
    for channels in (one for each in ends for one in (*each.inputs, each.outputs)):
        if id(channels) not in maps:
            forest.take(len(channels))
            sets = tuple(map(roots.__getitem__, channels))
            maps[id(channels)] = known.setdefault(sets, len(known))
    return maps, [Counter(sets) for sets in known]


def _alike(forest: Forest, sets: Sequence[Counter[int]]) -> dict[int, Alike]:
    """Of each set those that it is one of: they have as many channels as it in every map."""
    found: dict[int, list[tuple[int, int]]] = {}
    for place, counted in enumerate(sets):
        for root, number in counted.items():
            found.setdefault(root, []).append((place, number))
    known: dict[tuple[str, tuple[tuple[int, int], ...]], Alike] = {}
    return {
        root: known.setdefault((fixed, tuple(where)), Alike(len(known), fixed))
        for root, where in found.items()
        for fixed in (forest.fixed(root),)
    }


def _linked(kinds: dict[Group, int], mixing: Sequence[int]) -> Iterator[dict[Group, int]]:
    """The kinds, with how many groups are of each; those that lose in proportion are together."""
    forest, first, places = Forest(), dict[int, int](), {*mixing}
    forest.plant(len(kinds))
    for number, kind in enumerate(kinds):
        for place in {loss.place for loss in kind.losses} & places:
            forest.join(first.setdefault(place, number), number)
    found: dict[int, dict[Group, int]] = {}
    for number, (kind, times) in enumerate(kinds.items()):
        found.setdefault(forest.root(number), {})[kind] = times
    return iter(found.values())


def _proportional(kinds: dict[Group, int]) -> Group:
    """What goes at once of kinds that lose the same part of their groups, as little as can be."""
    common = gcd(*kinds.values())
    lost: dict[int, Loss] = {}
    for kind, number in kinds.items():
        for place, inputs, outputs in kind.losses:
            _, before, behind = lost.get(place, (place, (0,) * len(inputs), 0))
            times = number // common
            more = tuple(one + times * other for one, other in zip(before, inputs))
            lost[place] = Loss(place, more, behind + times * outputs)
    fixed = next((kind.fixed for kind in kinds if kind.fixed), "")
    return Group(tuple(lost[place] for place in sorted(lost)), fixed, common)
