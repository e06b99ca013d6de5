"""Peak memory of activations: what is alive at each step, under a stated convention.

Plain: a step has all that it reads and writes, and what later steps read, in memory, and the
network's input is there from the beginning. The ways below save some of it. It is the least that
any placement of the tensors needs; see `arena` for one.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from mnetcost.cost import Count
from mnetcost.devices.dtypes import Dtypes
from mnetcost.devices.steps import IMAGE, Run, Step, Tensor, run_of
from mnetcost.layers.base import JOINED, OVER, PART
from mnetcost.layers.convolution import Convolution
from mnetcost.layers.joins import Add
from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean

PLAIN = "plain"
SUMMED = "summed"  # a sum that a convolution before it has put where the other addend was
WAYS: Mapping[str, str] = {
    "inplace-elementwise": "what needs no other value of its input is written over it",
    "inplace-depthwise": "a depthwise convolution is written over its input, but for one channel's "
    "output map at a time (Lin et al. 2020, arXiv:2007.10319, section 3.2)",
    "fused-add": "a convolution before a residual sum is added to what it is summed with",
    "views": "parts of a map are read where they lie, and maps side by side are written there",
}


class Alive(NamedTuple):
    """What is in memory while a step works: the tensors, and all of it in bytes."""

    step: Step
    tensors: tuple[Tensor, ...]
    bytes: int


class Memory(NamedTuple):
    """What is in memory at every step; tensors have sizes in bytes."""

    ways: tuple[str, ...]
    run: Run
    steps: tuple[Alive, ...]

    @property
    def peak(self) -> int:
        """The most bytes that are in memory at once; without any step those of the input."""
        return max((one.bytes for one in self.steps), default=self.run.tensors[IMAGE].size)

    @property
    def highest(self) -> Alive | None:
        """The first step at the peak; None of a network without one."""
        return max(self.steps, key=lambda one: one.bytes, default=None)

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
    return Memory(tuple(one for one in WAYS if one in ways), run, tuple(_steps(run, ways)))


def _steps(run: Run, ways: Collection[str]) -> list[Alive]:
    made = []
    for at, step in enumerate(run.steps):
        tensors = tuple(run.tensors[one] for one in run.alive(at))
        whole = sum(one.size for one in tensors)
        made.append(Alive(step, tensors, whole - _saved(run, at, ways)))
    return made


def _saved(run: Run, at: int, ways: Collection[str]) -> int:
    """The bytes that a step saves by writing over what it reads, and nothing reads later."""
    step = run.steps[at]
    written = run.tensors[step.writes].size
    if step.storage == SUMMED:
        return written
    over = [
        run.tensors[one].size for one in step.reads if one != IMAGE and run.tensors[one].last == at
    ]
    if step.storage == OVER and "inplace-elementwise" in ways:
        return written if written in over else 0
    if _is_depthwise(step) and "inplace-depthwise" in ways and over:
        channel = written // int(step.layer.output.c)
        return max(min(over[0], written) - channel, 0)
    return 0


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
