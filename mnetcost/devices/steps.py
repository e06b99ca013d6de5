"""A network as a device runs it: one operation after the other, and the tensors between them.

A tensor is there from the operation that writes it to the last one that reads it; the network's
input from the beginning, its outputs to the end. What is known before, such as learned maps, lies
with the weights, and what only says where values lie makes no tensor.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from mnetcost.cost import Count, LayerCost
from mnetcost.devices.traffic import values
from mnetcost.graph import INPUT
from mnetcost.layers.base import KNOWN, OVER, VIEW

IMAGE = 0  # the tensor that is the network's input


class Step(NamedTuple):
    """One operation: which layer's, the tensors that it reads, and the one that it writes.

    `storage` says where its output may lie (see `mnetcost.layers.base`).
    """

    layer: LayerCost
    reads: tuple[int, ...]
    writes: int
    storage: str


class Tensor(NamedTuple):
    """The values of a map while a network runs: its name, how many, and its first and last step.

    The last one of an output of the network is behind all steps: nothing may take its place.
    """

    name: str
    size: int
    first: int
    last: int


class Run(NamedTuple):
    """The steps of a network in order, and its tensors with their life; sizes in values."""

    steps: tuple[Step, ...]
    tensors: tuple[Tensor, ...]

    def alive(self) -> list[int]:
        """The size of all tensors that are there, step by step."""
        change = [0] * (len(self.steps) + 2)
        for one in self.tensors:
            change[one.first] += one.size
            change[one.last + 1] -= one.size
        return list(accumulate(change))[: len(self.steps)]


def run_of(count: Count) -> Run:
    """The run of a counted network, for its batch of images, in the order of its layers."""
    images = count.basis.batch
    names, sizes = ["input"], [values(count.input) * images]
    steps: list[Step] = []
    place: dict[int, int | None] = {INPUT: IMAGE}  # the tensor of each node; None of known values
    for at, layer in enumerate(count.layers):
        node = layer.node
        reads = [] if node.layer.sides_alone else [place[one] for one in node.sources]
        if node.training_only or node.layer.storage == KNOWN:
            place[at] = None
        elif node.layer.storage == VIEW:
            place[at] = reads[0]
        else:
            held = tuple(dict.fromkeys(one for one in reads if one is not None))
            for step, size, name in _stages(layer, held, len(names)):
                steps.append(step)
                names.append(name)
                sizes.append(size * images)
            place[at] = steps[-1].writes
    return with_lives(steps, names, sizes, _ends(count, place))


def _ends(count: Count, place: Mapping[int, int | None]) -> set[int]:
    """The tensors that are outputs of the network: of nodes that nothing else reads."""
    run = [layer.node for layer in count.layers if not layer.node.training_only]
    read = {source for node in run for source in node.sources}
    found = (place[at] for at, one in enumerate(count.layers) if at not in read and one.node in run)
    return {one for one in found if one is not None}


def _stages(layer: LayerCost, reads: tuple[int, ...], free: int) -> Iterator[tuple[Step, int, str]]:
    """The steps of a layer, each with the size and the name of the tensor that it writes.

    Each of them reads what the one before it wrote, the first and the last also what the layer
    reads; an activation within rides on what it follows. `free` is the first number that no tensor
    has.
    """
    made_of = tuple(layer.node.layer.stages(layer.input, layer.output))
    *within, last = made_of
    kept = [one for one in within if one.layer.storage != OVER]
    for number, stage in enumerate([*kept, last]):
        ends = number == 0 or number == len(kept)
        before = (free + number - 1,) if number else ()
        step = Step(layer, (*(reads if ends else ()), *before), free + number, stage.layer.storage)
        inner = f" ({stage.layer.written})" if number < len(kept) else ""
        yield step, values(stage.y), layer.name + inner


def with_lives(
    steps: Sequence[Step], names: Sequence[str], sizes: Sequence[int], ends: Container[int]
) -> Run:
    """The steps in this order, with the life of every tensor; those of `ends` stay."""
    first, last = [0] * len(names), [0] * len(names)
    for at, one in enumerate(steps):
        first[one.writes] = last[one.writes] = at
    for at, one in enumerate(steps):
        for tensor in one.reads:
            last[tensor] = at
    for tensor in range(len(names)):
        if tensor in ends:
            last[tensor] = len(steps)
    return Run(tuple(steps), tuple(map(Tensor, names, sizes, first, last)))
