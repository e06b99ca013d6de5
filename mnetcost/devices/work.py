"""What a layer makes an engine do: products to work out, and bytes to move.

Bytes are those that no engine can avoid (see `traffic`) and those of its way: what it writes to
its workspace and reads back, panels of a product of matrices, a second pass over a map for an
activation that it does not fuse, and over the input of what is made of several layers.
"""

from typing import NamedTuple

from mnetcost.conventions.presets import COLUMNS
from mnetcost.cost import Count, LayerCost
from mnetcost.devices.algorithms import GEMM, IM2COL, WINOGRAD, Algorithm, is_convolution
from mnetcost.devices.dtypes import Dtypes
from mnetcost.devices.engines import Engine, chosen
from mnetcost.devices.traffic import LayerBytes, layer_bytes, values
from mnetcost.layers.activation import Activation

# Vector instructions of an exponential, each as long as a multiply-accumulate of as many values:
# its range is reduced in 8, a polynomial of degree 5 takes 8, and its power of two 6. Pommier 2011,
# neon_mathfun.h, after Moshier's Cephes.
EXPONENTIAL = 22
DIVISION = 5  # an estimate of the reciprocal, two steps of Newton's method, and a product: ibid.


class Work(NamedTuple):
    """What an engine does for a layer: `products` as multiply-accumulates, and `moved` bytes."""

    layer: LayerCost
    algorithm: Algorithm
    products: int
    moved: int


def work_of(count: Count, engine: Engine, dtypes: Dtypes) -> tuple[Work, ...]:
    """The work of every layer of a counted network on an engine, in their order."""
    pairs = zip(count.layers, layer_bytes(count, dtypes))
    return tuple(_work(layer, of, engine, dtypes) for layer, of in pairs)


def _work(layer: LayerCost, of: LayerBytes, engine: Engine, dtypes: Dtypes) -> Work:
    way = chosen(layer, engine)
    if layer.node.training_only or not of.traffic:  # not run, or nothing is touched
        return Work(layer, way, 0, 0)
    size = dtypes.bytes_of("activations")
    slow = dict(zip(COLUMNS, layer.operations))
    products = way.multiplies + EXPONENTIAL * slow["exponentials"] + DIVISION * slow["divisions"]
    copied = (way.written + way.read_back) * (way.widened or size)
    panels = _panels(layer, way) * size if engine.panels else 0
    moved = of.traffic + copied + panels + _passes(layer, of, engine, size)
    return Work(layer, way, int(products), int(moved))


def _panels(layer: LayerCost, way: Algorithm) -> int:
    """The values of the right side of its products of matrices; a vector is read as it stands."""
    if way.name not in (GEMM, IM2COL, WINOGRAD) or layer.type == "dense":
        return 0
    groups = layer.node.layer.groups_on(layer.input)  # type: ignore[attr-defined] # a convolution
    return int(way.multiplies * groups // layer.output.c)


def _passes(layer: LayerCost, of: LayerBytes, engine: Engine, size: int) -> int:
    """The bytes of passes over maps beside the first: in place both read and written."""
    alone = [
        one
        for one in layer.node.riders
        if isinstance(one, Activation) and not engine.fuses_in(one.written)
    ]
    output = values(layer.output) * size * layer.batch
    stages = tuple(layer.node.layer.stages(layer.input, layer.output))
    again = of.inputs if len(stages) > 1 and not is_convolution(layer.node.layer) else 0
    return 2 * output * len(alone) + again
