"""Peak memory of activations: what is alive at each step, under a stated convention.

Plain: a step has all that it reads and writes, and what later steps read, in memory, and the
network's input is there from the beginning. The ways below save some of it. It is the least that
any placement of the tensors needs, but in an `arena`, where it is what this placement reaches.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from mnetcost.cost import Count
from mnetcost.devices.arena import Block, placed
from mnetcost.devices.dtypes import Dtypes
from mnetcost.devices.liveness import SUMMED, Alive, alive, over_free, saved_by, written_over
from mnetcost.devices.orders import best_order
from mnetcost.devices.patches import Patched, in_patches
from mnetcost.devices.steps import IMAGE, Run, Step, run_of
from mnetcost.exact import read_whole
from mnetcost.layers.base import JOINED, PART
from mnetcost.layers.convolution import Convolution
from mnetcost.layers.joins import Add
from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean

PATCHES = "patches="
MOST_PATCHES = 8  # a side
PLAIN, REORDERED, ARENA = "plain", "reordered", "arena"
AS_WRITTEN = ("fused-add", "views")  # ways that follow from the order of the steps
WAYS: Mapping[str, str] = {
    "inplace-elementwise": "what needs no other value of its input is written over it",
    "inplace-depthwise": "a depthwise convolution is written over its input, but for one channel's "
    "output map at a time (Lin et al. 2020, arXiv:2007.10319, section 3.2)",
    "fused-add": "a convolution before a residual sum is added to what it is summed with",
    "views": "parts of a map are read where they lie, and maps side by side are written there",
    REORDERED: "the steps run in the order that needs least (Liberis and Lane 2019, "
    "arXiv:1910.05110)",
    ARENA: "every tensor has one place all its life, the largest are placed first (Pisarchyk and "
    "Lee 2020, arXiv:2001.03288, greedy by size)",
}


class Order(NamedTuple):
    """What another order than the one as written gives: whether it is the best, or there were too
    many to try; and the bytes that the one as written needs."""

    is_best: bool
    as_written: int


class Memory(NamedTuple):
    """What is in memory at every step; tensors have sizes in bytes.

    In an arena `offsets` are the first bytes of the tensors, and of them None that have no place of
    their own. `inside` are the layers that may need more: nobody knows the maps within them.
    """

    ways: tuple[str, ...]
    run: Run
    steps: tuple[Alive, ...]
    offsets: tuple[int | None, ...] = ()
    inside: tuple[str, ...] = ()
    order: Order | None = None  # where another than as written was searched
    patched: Patched | None = None  # where the first layers run patch by patch

    @property
    def peak(self) -> int:
        """The most bytes that are in memory at once; without any step those of the input."""
        return max((one.bytes for one in self.steps), default=self.run.tensors[IMAGE].size)

    @property
    def bound(self) -> int:
        """The least peak of any placement of the tensors."""
        return max((one.needed for one in self.steps), default=self.peak)

    @property
    def at(self) -> int | None:
        """The number of the first step at the peak, of those that need most; None without any."""
        numbers = range(len(self.steps))
        found = self.steps
        return max(numbers, key=lambda at: (found[at].bytes, found[at].needed), default=None)

    @property
    def peak_layer(self) -> str | None:
        """The layer of that step."""
        return None if self.at is None else self.steps[self.at].layer

    @property
    def at_least(self) -> bool:
        """Whether some layer may need more."""
        return bool(self.inside)

    def __str__(self) -> str:
        return ",".join(self.ways) or PLAIN


def read_ways(text: Any) -> tuple[str, ...]:
    """From "plain", "inplace-elementwise,fused-add" or "patches=3".

    Raises UsageError for anything else.
    """
    names = [one.strip() for one in str(text).split(",")]
    parts = [_read_patches(one) for one in names if one.startswith(PATCHES)]
    for name in names:
        if name not in WAYS and name != PLAIN and not name.startswith(PATCHES):
            known = (PLAIN, *WAYS, f"{PATCHES}N")
            meant = did_you_mean(name, known)
            hint = f"did you mean '{meant}'? There" if meant else "there"
            raise UsageError(f"memory: no {clip(name)!r}; {hint} are {', '.join(known)}")
    if PLAIN in names and len(set(names)) > 1:
        raise UsageError(f"memory: {PLAIN} saves nothing: give it alone")
    if REORDERED in names and (fixed := [one for one in AS_WRITTEN if one in names]):
        raise UsageError(f"memory: {fixed[0]} follows from the order as written: drop {REORDERED}")
    alone = [one for one in ("views", REORDERED, ARENA) if one in names]
    if len(parts) > 1 or (parts and alone):
        wrong = alone[0] if alone else "patches twice"
        raise UsageError(f"memory: {parts[0]} does not go with {wrong}")
    return (*(name for name in WAYS if name in names), *parts)


def _read_patches(name: str) -> str:
    """ "patches=3" as it is written again."""
    number = read_whole(name.removeprefix(PATCHES), "memory: patches")
    if not 2 <= number <= MOST_PATCHES:
        raise UsageError(f"memory: patches: from 2 to {MOST_PATCHES} a side, not {number}")
    return f"{PATCHES}{number}"


def memory_of(count: Count, dtypes: Dtypes, ways: Sequence[str] = ()) -> Memory:
    """The activations of a counted network in memory, step by step."""
    run = run_of(count)
    size = dtypes.bytes_of("activations")
    run = run._replace(tensors=tuple(one._replace(size=one.size * size) for one in run.tensors))
    if "views" in ways:
        run = _with_views(run)
    if "fused-add" in ways:
        run = _with_fused(run)
    order = None
    if REORDERED in ways:
        run, order = _in_best_order(run, ways)
    steps = alive(run, ways)
    offsets: tuple[int | None, ...] = ()
    if ARENA in ways:
        steps, offsets = _in_arena(run, steps, ways)
    inside = dict.fromkeys(one.layer.name for one in run.steps if one.layer.node.layer.maps_within)
    patched = None
    for way in ways:
        if way.startswith(PATCHES):
            steps, patched = in_patches(count, run, int(way.removeprefix(PATCHES)), ways)
    return Memory(tuple(ways), run, steps, offsets, tuple(inside), order, patched)


def _in_best_order(run: Run, ways: Collection[str]) -> tuple[Run, Order]:
    """The run in the order that needs least; as written where no other needs less."""
    as_written = max((one.needed for one in alive(run, ways)), default=0)

    def saving(step: Step, free: Sequence[int]) -> int:
        return saved_by(run, step, *over_free(run, step, free, ways))

    better, is_known = best_order(run, saving, as_written)
    return better or run, Order(is_known, as_written)


def _in_arena(
    run: Run, steps: Sequence[Alive], ways: Collection[str]
) -> tuple[tuple[Alive, ...], tuple[int | None, ...]]:
    """The steps with what they reach in an arena, and the offsets of the tensors.

    Tensors that are written one over the other have one block, as large as the largest.
    """
    block = list(range(len(run.tensors)))  # the first tensor of the block that each is in
    blocks = {
        at: Block(one.size, one.first, one.last) for at, one in enumerate(run.tensors) if one.size
    }
    extras = []
    for at, step in enumerate(run.steps):
        over, extra = written_over(run, at, ways)
        if over is not None and over != step.writes:
            first, one = blocks[block[over]], blocks.pop(step.writes)
            size, last = max(first.size, one.size), max(first.last, one.last)
            block[step.writes] = block[over]
            blocks[block[over]] = Block(size, first.first, last)
            extras += [Block(extra, at, at)] if extra else []
    found = placed([*blocks.values(), *extras])
    place = dict(zip(blocks, found))
    reach = [0] * len(steps)
    for one in found:
        for at in range(one.first, min(one.last + 1, len(steps))):
            reach[at] = max(reach[at], one.end)
    made = tuple(one._replace(bytes=top) for one, top in zip(steps, reach))
    return made, tuple(place[one].offset if one in place else None for one in block)


def _with_fused(run: Run) -> Run:
    """The run with every convolution right before a residual sum added to what it is summed with.

    That is a map which nothing reads later, and what the convolution makes is read by nothing else.
    """
    steps, tensors = list(run.steps), list(run.tensors)
    for at, (before, step) in enumerate(pairwise(run.steps), 1):
        made, others = before.writes, [one for one in step.reads if one != before.writes]
        if not (isinstance(step.layer.node.layer, Add) and made in step.reads and len(others) == 1):
            continue
        lasts = {run.tensors[one].last for one in step.reads}
        if isinstance(before.layer.node.layer, Convolution) and lasts == {at} and others != [IMAGE]:
            steps[at] = step._replace(storage=SUMMED)
            tensors[made] = tensors[made]._replace(size=0)
    return Run(tuple(steps), tuple(tensors))


def _with_views(run: Run) -> Run:
    """The run with parts of maps and maps side by side where the others' values are.

    A map that is written side by side with others is one place alone; a second place is a copy.
    """
    tensors = list(run.tensors)
    owner = list(range(len(tensors)))  # whose place a tensor's values have

    def join(one: int, into: int) -> None:
        whole, part = tensors[into], tensors[one]
        first, last = min(whole.first, part.first), max(whole.last, part.last)
        tensors[into] = whole._replace(first=first, last=last)
        tensors[one] = part._replace(size=0)
        owner[one] = into

    for step in run.steps:
        if step.storage == PART:
            join(step.writes, _owner(owner, step.reads[0]))
        elif step.storage == JOINED:
            for one in step.reads:
                if one != IMAGE and _owner(owner, one) == one:
                    join(one, step.writes)
    return run._replace(tensors=tuple(tensors))


def _owner(owner: Sequence[int], one: int) -> int:
    while owner[one] != one:
        one = owner[one]
    return one
