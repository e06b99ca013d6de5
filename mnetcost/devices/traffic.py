"""The bytes of every layer: its weights where they are stored, and what it must move.

Each of its inputs, its weights and its output is moved once, which no engine can avoid; batch
normalisation is folded into the kernels before it.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from mnetcost.cost import Count, LayerCost
from mnetcost.devices.dtypes import Dtypes
from mnetcost.graph import INPUT
from mnetcost.layers.base import KNOWN, PART, VIEW, Map


class LayerBytes(NamedTuple):
    """Bytes of a layer: `stored` are its weights on flash, the others what an inference moves.

    It reads `weights` that are another's too, which are stored there.
    """

    stored: int = 0
    weights: int = 0
    inputs: int = 0
    output: int = 0

    @property
    def traffic(self) -> int:
        """All that is moved, each once."""
        return self.weights + self.inputs + self.output


def values(one: Map) -> int:
    """How many values a map has."""
    return int(one.h * one.w * one.c)


def layer_bytes(count: Count, dtypes: Dtypes) -> tuple[LayerBytes, ...]:
    """The bytes of every layer of a counted network, in its order, for its batch of images.

    What only rearranges where values lie, such as `flatten`, moves none; of what takes a part of a
    map that part is read. What is there for training alone is neither stored nor run.
    """
    size = dtypes.bytes_of("activations") * count.basis.batch
    weights: list[int] = []
    made = []
    for layer in count.layers:
        node, stored = layer.node, _stored(layer, dtypes)
        weights.append(stored + (0 if node.shares is None else weights[node.shares]))
        if node.training_only:
            made.append(LayerBytes())
        elif node.layer.storage == VIEW:
            made.append(LayerBytes(stored))
        else:
            inputs = size * sum(map(values, _read(count, layer)))
            made.append(LayerBytes(stored, weights[-1], inputs, size * values(layer.output)))
    return tuple(made)


def _read(count: Count, layer: LayerCost) -> list[Map]:
    """The maps whose values a layer reads, each once; of one that it takes a part of, that part."""
    node = layer.node
    if node.layer.storage == KNOWN or node.layer.sides_alone:
        return []
    if node.layer.storage == PART:
        return [layer.output]
    places = dict.fromkeys(node.sources)
    return [count.input if at == INPUT else count.layers[at].output for at in places]


def _stored(layer: LayerCost, dtypes: Dtypes) -> int:
    """The bytes of its own parameters at inference, normalisation folded."""
    weights = layer.parameters.weights
    others = layer.folded - weights
    return weights * dtypes.bytes_of("weights") + others * dtypes.bytes_of("biases")


def total(layers: Iterable[LayerBytes]) -> LayerBytes:
    """The sums over layers."""
    return LayerBytes(*map(sum, zip(*layers)))


def intensity(mult_adds: int, traffic: int) -> Fraction | None:
    """Arithmetic intensity: FLOPs (two a multiply-accumulate) per byte; None where none is moved.

    Williams et al. 2009, "Roofline", section 3.
    """
    return Fraction(2 * mult_adds, traffic) if traffic else None
