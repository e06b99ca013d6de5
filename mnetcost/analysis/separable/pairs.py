"""Which layers are a depthwise-separable pair, however they were written.

Howard et al. 2017, arXiv:1704.04861, section 3.1.
"""

from collections.abc import Mapping, Sequence

from mnetcost.cost import Count, LayerCost
from mnetcost.layers.activation import Activation
from mnetcost.layers.convolution import Conv, Depthwise
from mnetcost.layers.normalization import BatchNorm
from mnetcost.layers.window import ONE, SAME, VALID

WINDOW = ("kernel", "stride", "padding", "dilation")  # the keys of the depthwise half's window
NETWORK = "network"  # the name of the last row: the whole against its full-convolution twin


def find_pairs(count: Count) -> dict[int, tuple[int, ...]]:
    """Depthwise-separable pairs, by the index of their depthwise half.

    Each comes with the indices from there to the plain 1×1 convolution (one group, stride 1) that
    ends it: between them may stand normalisation and activation layers, and nothing else reads any
    of them. No pair begins where another ends, as one half has several groups and the other one.
    """
    readers: dict[int, list[int]] = {}
    for index, layer in enumerate(count.layers):
        for read in layer.node.reads:
            readers.setdefault(read, []).append(index)
    starts = (index for index, layer in enumerate(count.layers) if _filters_alone(layer))
    found = ((start, _follow(start, count, readers)) for start in starts)
    return {start: run for start, run in found if _mixes_alone(count.layers[run[-1]])}


def _follow(start: int, count: Count, readers: Mapping[int, Sequence[int]]) -> tuple[int, ...]:
    """From a depthwise convolution over what only rides on it to what follows."""
    run = [start]
    while len(after := readers.get(run[-1], ())) == 1:
        run.append(after[0])
        if not isinstance(count.layers[after[0]].node.layer, (Activation, BatchNorm)):
            break
    return tuple(run)


def _filters_alone(cost: LayerCost) -> bool:
    """Whether every filter sees one channel; a channel may have several."""
    layer = cost.node.layer
    if isinstance(layer, Depthwise):
        return True
    return isinstance(layer, Conv) and bool(1 < layer.groups_on(cost.input) == cost.input.c)


def multiplier(depthwise: LayerCost) -> int:
    """The output channels per input channel of the depthwise half of a pair."""
    return int(depthwise.output.c // depthwise.input.c)


def _mixes_alone(cost: LayerCost) -> bool:
    layer = cost.node.layer
    if not isinstance(layer, Conv) or cost.type != "pointwise":
        return False
    return layer.stride == ONE and layer.padding in (SAME, VALID)


def pair_name(depthwise: str, pointwise: str) -> str:
    """The name that both halves of a `separable` begin with, else both names."""
    owner = depthwise.removesuffix("/depthwise")
    halves = pointwise == f"{owner}/pointwise" and owner != NETWORK
    return owner if halves else f"{depthwise} + {pointwise}"
