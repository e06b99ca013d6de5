"""What is alive at each step of a run, and what a step writes over what it reads."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from mnetcost.devices.steps import IMAGE, Run, Step
from mnetcost.layers.base import OVER

SUMMED = "summed"  # a sum that a convolution before it has put where the other addend was


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


def alive(run: Run, ways: Collection[str]) -> tuple[Alive, ...]:
    """What is in memory at every step, under these ways to save some."""
    made = []
    for at, (step, whole) in enumerate(zip(run.steps, run.alive())):
        reads = sum(run.tensors[one].size for one in step.reads)
        writes = run.tensors[step.writes].size
        saved = saved_by(run, step, *written_over(run, at, ways))
        made.append(Alive(step, reads, writes, whole - reads - writes, saved, whole - saved))
    return tuple(made)


def saved_by(run: Run, step: Step, over: int | None, extra: int) -> int:
    """The bytes that a step saves by writing over a tensor, but for those that it needs beside."""
    if over is None:
        return 0
    return min(run.tensors[over].size, run.tensors[step.writes].size) - extra


def written_over(run: Run, at: int, ways: Collection[str]) -> tuple[int | None, int]:
    """The tensor that a step writes over, and the bytes that it needs beside; None for none."""
    step = run.steps[at]
    return over_free(run, step, [one for one in step.reads if run.tensors[one].last == at], ways)


def over_free(
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


def _is_depthwise(step: Step) -> bool:
    """Whether each channel of its output is made of one of its input alone."""
    layer = step.layer
    return layer.type == "depthwise" and layer.input.c == layer.output.c
