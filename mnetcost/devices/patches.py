"""The first layers of a network patch by patch, so that none of their maps is whole in memory.

Every patch of the last of them needs a part of each map before it, with a halo where windows
overlap: what lies in two patches is worked out twice. The output of the last one is whole, and the
network's input is read in parts, from where it is not counted. Lin et al. 2021, arXiv:2110.15352.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple, TypeAlias

from mnetcost.cost import Count, LayerCost, multiply_adds
from mnetcost.devices.liveness import Alive, alive
from mnetcost.devices.steps import IMAGE, Run, Tensor
from mnetcost.graph import INPUT
from mnetcost.layers.base import NEW, OVER, Reach, Reaches
from mnetcost.layers.transposed import ConvTranspose

MOST_LAYERS = 100  # of the stage: more than any that is worth its halo

Span: TypeAlias = tuple[int, int]  # the first and the last px of a part of a side
Parts: TypeAlias = tuple[tuple[Span, ...], tuple[Span, ...]]  # of rows and columns, a span a patch


class Patched(NamedTuple):
    """The layers that run patch by patch: up to which one, in how many patches a side.

    `repeated` are the multiply-accumulates that halos cost, `layer_by_layer` the bytes that the
    network needs without patches.
    """

    patches: int
    last_layer: str
    repeated: int
    layer_by_layer: int


class _Stage(NamedTuple):
    """A candidate: the steps with what they need, and the multiply-accumulates of halos."""

    steps: tuple[Alive, ...]
    repeated: int
    last: LayerCost

    @property
    def peak(self) -> int:
        return max(one.bytes for one in self.steps)


def in_patches(
    count: Count, run: Run, patches: int, ways: Collection[str]
) -> tuple[tuple[Alive, ...], Patched | None]:
    """The steps with the first layers in patches × patches parts, up to where that needs least.

    The steps as they are, and None, where nothing is saved.
    """
    whole = alive(run, ways)
    peak = max((one.bytes for one in whole), default=0)
    stages = [_stage(count, run, whole, *one, ways) for one in _candidates(count, patches)]
    best = min(stages, key=lambda one: (one.peak, one.repeated), default=None)
    if best is None or best.peak >= peak:
        return whole, None
    return best.steps, Patched(patches, best.last.name, best.repeated, peak)


def _candidates(count: Count, patches: int) -> Iterator[tuple[int, dict[int, Parts]]]:
    """The layers up to which patches are possible: nothing behind reads a map before them.

    Each with the parts of all maps that its patches need.
    """
    readers: dict[int, int] = {}  # the last layer that reads each
    for at, layer in enumerate(count.layers):
        readers |= dict.fromkeys(layer.node.sources, at)
    open_until = readers.get(INPUT, 0)  # the furthest layer that reads what is known so far
    for at, layer in enumerate(count.layers[:MOST_LAYERS]):
        node, stages = layer.node, tuple(layer.node.layer.stages(layer.input, layer.output))
        unknown = node.layer.maps_within or isinstance(node.layer, ConvTranspose)
        if node.training_only or unknown or len(stages) > 1:
            return
        if open_until <= at and min(layer.output.h, layer.output.w) >= patches:
            parts = _parts(count, at, patches)
            if parts is None:
                return
            if node.layer.storage in (NEW, OVER):
                yield at, parts
        open_until = max(open_until, readers.get(at, len(count.layers)))


def _parts(count: Count, end: int, patches: int) -> dict[int, Parts] | None:
    """The parts of each map that patches of layer `end` need; None where a layer has no windows."""
    y = count.layers[end].output
    found: dict[int, Parts] = {end: (_cut(int(y.h), patches), _cut(int(y.w), patches))}
    for at in range(end, -1, -1):
        layer = count.layers[at]
        needed, y = found.get(at), layer.output
        if needed is None:
            return None  # it is another output of the network
        for rider in reversed(layer.node.riders):
            needed = needed and _behind(rider.sees(y, y), needed, y)
        maps = [
            count.input if one == INPUT else count.layers[one].output for one in layer.node.sources
        ]
        for source, x, reach in zip(
            layer.node.sources, maps, layer.node.layer.sees_each(maps, layer.output)
        ):
            part = needed and _behind(reach, needed, x)
            if part is None:
                return None
            found[source] = _both(found[source], part) if source in found else part
    return found


def _cut(side: int, patches: int) -> tuple[Span, ...]:
    return tuple((at * side // patches, (at + 1) * side // patches - 1) for at in range(patches))


def _behind(reaches: Reaches, parts: Parts, x: Sequence[object]) -> Parts | None:
    """The parts of map `x` that a layer reads for parts of its output."""
    sides = []
    for reach, spans, side in zip(reaches, parts, x):
        if isinstance(reach, str) or reach.whole or reach.apart or not reach.step:
            return None
        sides.append(tuple(_read(reach, span, int(side)) for span in spans))  # type: ignore[call-overload]
    return sides[0], sides[1]


def _read(reach: Reach, span: Span, side: int) -> Span:
    """The px of a side that a window reads from the first to the last position."""
    first = reach.unit * ((reach.step * span[0] + reach.first) // reach.per)
    last = reach.unit * ((reach.step * span[1] + reach.last) // reach.per) + reach.unit - 1
    low = min(max(first + reach.begin - reach.beyond, 0), side - 1)
    return low, max(min(last + reach.begin + reach.beyond, side - 1), low)


def _both(one: Parts, other: Parts) -> Parts:
    """The parts that hold both."""
    rows, columns = (
        tuple((min(a, c), max(b, d)) for (a, b), (c, d) in zip(*spans)) for spans in zip(one, other)
    )
    return rows, columns


def _stage(  # noqa: PLR0913, PLR0917 - a candidate, and what it is of
    count: Count,
    run: Run,
    whole: Sequence[Alive],
    end: int,
    parts: Mapping[int, Parts],
    ways: Collection[str],
) -> _Stage:
    """The steps where the layers up to `end` run patch by patch, each at its largest patch."""
    last = count.layers[end]
    place = {layer.name: at for at, layer in enumerate(count.layers)}
    behind = next(at for at, one in enumerate(run.steps) if one.layer is last) + 1
    owner = {one.writes: place[one.layer.name] for one in run.steps} | {IMAGE: INPUT}
    output = run.tensors[run.steps[behind - 1].writes]
    runs = {
        tuple(_tensors(count, run.tensors[: behind + 1], owner, behind, parts, patch))
        for patch in product(*(range(len(spans)) for spans in parts[end]))
    }
    alive_in = [alive(Run(run.steps[:behind], one), ways) for one in runs]
    made = [max(of_step, key=lambda one: one.bytes) for of_step in zip(*alive_in)]
    steps = [
        one._replace(kept=one.kept + output.size, bytes=one.bytes + output.size) for one in made
    ]
    return _Stage((*steps, *whole[behind:]), _repeated(count, end, parts), last)


def _tensors(  # noqa: PLR0913, PLR0917 - which of them, and what they are of
    count: Count,
    tensors: Sequence[Tensor],
    owner: Mapping[int, int],
    behind: int,
    parts: Mapping[int, Parts],
    patch: tuple[int, ...],
) -> Iterator[Tensor]:
    """The tensors with the bytes of one patch; the last layer's, which is whole, has none."""
    for at, one in enumerate(tensors):
        size = 0
        if at in owner and owner[at] in parts and one.last < behind:
            x = count.input if owner[at] == INPUT else count.layers[owner[at]].output
            rows, columns = (
                spans[place] for spans, place in zip(parts[owner[at]], patch, strict=True)
            )
            size = one.size * _length(rows) * _length(columns) // int(x.h * x.w)
        yield one._replace(size=size, first=min(one.first, behind), last=min(one.last, behind))


def _length(span: Span) -> int:
    return span[1] - span[0] + 1


def _repeated(count: Count, end: int, parts: Mapping[int, Parts]) -> int:
    """The multiply-accumulates of all patches beyond those of whole maps."""
    more = 0
    for at, layer in enumerate(count.layers[: end + 1]):
        rows, columns = (sum(map(_length, spans)) for spans in parts[at])
        products = multiply_adds(layer.work)
        more += products * rows * columns // int(layer.output.h * layer.output.w) - products
    return more
