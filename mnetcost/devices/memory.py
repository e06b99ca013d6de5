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
from mnetcost.devices.orders import best_order
from mnetcost.devices.steps import IMAGE, Run, Step, run_of
from mnetcost.layers.base import JOINED, OVER, PART
from mnetcost.layers.convolution import Convolution
from mnetcost.layers.joins import Add
from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean

PLAIN, REORDERED, ARENA = "plain", "reordered", "arena"
AS_WRITTEN = ("fused-add", "views")  # ways that follow from the order of the steps
SUMMED = "summed"  # a sum that a convolution before it has put where the other addend was
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


class Alive(NamedTuple):
    """What is in memory while a step works, bytes.

    `reads` and `writes` are its own tensors, `kept` those that later steps read, `saved` what the
    step saves by writing over what it reads. `bytes` are all of it, in an arena what it reaches.
    """

    step: Step
    reads: int
    writes: int
    kept: int
    saved: int
    bytes: int

    @property
    def layer(self) -> str:
        """The name of the layer whose step it is."""
        return self.step.layer.name

    @property
    def new(self) -> int:
        """What it writes into new places."""
        return self.writes - self.saved

    @property
    def needed(self) -> int:
        """What is in memory, wherever it lies."""
        return self.reads + self.kept + self.new


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
    """From "plain" or "inplace-elementwise,fused-add". Raises UsageError for anything else."""
    names = [one.strip() for one in str(text).split(",")]
    for name in names:
        if name not in WAYS and name != PLAIN:
            meant = did_you_mean(name, (PLAIN, *WAYS))
            hint = f"did you mean '{meant}'? There" if meant else "there"
            raise UsageError(f"memory: no {clip(name)!r}; {hint} are {PLAIN}, {', '.join(WAYS)}")
    if PLAIN in names and len(set(names)) > 1:
        raise UsageError(f"memory: {PLAIN} saves nothing: give it alone")
    if REORDERED in names and (fixed := [one for one in AS_WRITTEN if one in names]):
        raise UsageError(f"memory: {fixed[0]} follows from the order as written: drop {REORDERED}")
    return tuple(name for name in WAYS if name in names)


def memory_of(count: Count, dtypes: Dtypes, ways: Collection[str] = ()) -> Memory:
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
    steps = _alive(run, ways)
    offsets: tuple[int | None, ...] = ()
    if ARENA in ways:
        steps, offsets = _in_arena(run, steps, ways)
    inside = dict.fromkeys(one.layer.name for one in run.steps if one.layer.node.layer.maps_within)
    known = tuple(one for one in WAYS if one in ways)
    return Memory(known, run, steps, offsets, tuple(inside), order)


def _in_best_order(run: Run, ways: Collection[str]) -> tuple[Run, Order]:
    """The run in the order that needs least; as written where no other needs less."""
    as_written = max((one.needed for one in _alive(run, ways)), default=0)

    def saving(step: Step, free: Sequence[int]) -> int:
        return _saved(run, step, *_over(run, step, free, ways))

    better, is_known = best_order(run, saving, as_written)
    return better or run, Order(is_known, as_written)


def _alive(run: Run, ways: Collection[str]) -> tuple[Alive, ...]:
    made = []
    for at, (step, whole) in enumerate(zip(run.steps, run.alive())):
        reads = sum(run.tensors[one].size for one in step.reads)
        writes = run.tensors[step.writes].size
        saved = _saved(run, step, *_written_over(run, at, ways))
        made.append(Alive(step, reads, writes, whole - reads - writes, saved, whole - saved))
    return tuple(made)


def _saved(run: Run, step: Step, over: int | None, extra: int) -> int:
    if over is None:
        return 0
    return min(run.tensors[over].size, run.tensors[step.writes].size) - extra


def _written_over(run: Run, at: int, ways: Collection[str]) -> tuple[int | None, int]:
    """The tensor that a step writes over, and the bytes that it needs beside; None for none."""
    step = run.steps[at]
    return _over(run, step, [one for one in step.reads if run.tensors[one].last == at], ways)


def _over(
    run: Run, step: Step, free: Sequence[int], ways: Collection[str]
) -> tuple[int | None, int]:
    """The same of those that nothing reads later; the network's input is never written over."""
    written = run.tensors[step.writes].size
    over = [one for one in free if one != IMAGE]
    alike = [one for one in over if run.tensors[one].size == written > 0]
    if step.storage == SUMMED or (step.storage == OVER and "inplace-elementwise" in ways):
        return (alike[0] if alike else None), 0
    if _is_depthwise(step) and "inplace-depthwise" in ways and over:
        channel = written // int(step.layer.output.c)
        if channel < min(run.tensors[over[0]].size, written):
            return over[0], channel
    return None, 0


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
        over, extra = _written_over(run, at, ways)
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


def _is_depthwise(step: Step) -> bool:
    """Whether each channel of its output is made of one of its input alone."""
    layer = step.layer
    return layer.type == "depthwise" and layer.input.c == layer.output.c


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
