"""What a network needs of a device in bytes: flash, memory, and what an inference moves."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from mnetcost.cost import Count, LayerCost, multiply_adds
from mnetcost.devices.dtypes import Dtypes, of
from mnetcost.devices.memory import Memory, memory_of
from mnetcost.devices.traffic import LayerBytes, intensity, layer_bytes, total

FLOAT32 = of("float32")


class Needs(NamedTuple):
    """The bytes of every layer, by its name, and what is in memory at every step."""

    dtypes: Dtypes
    layers: dict[str, LayerBytes]
    memory: Memory
    alive: dict[str, int]

    @property
    def whole(self) -> LayerBytes:
        """The bytes of all layers."""
        return total(self.layers.values())

    def stored(self, layer: LayerCost) -> int:
        """The bytes of a layer's own weights."""
        return self.layers[layer.name].stored

    def traffic(self, layer: LayerCost) -> int:
        """The bytes that a layer moves."""
        return self.layers[layer.name].traffic

    def in_memory(self, layer: LayerCost) -> int:
        """The most bytes that are in memory while a layer works; 0 of one that is no step."""
        return self.alive.get(layer.name, 0)

    def intensity(self, layers: Sequence[LayerCost]) -> Fraction | None:
        """The FLOPs of some layers for each byte that they move."""
        moved = sum(self.traffic(one) for one in layers)
        return intensity(sum(multiply_adds(one.work) for one in layers), moved)


def needs_of(count: Count, dtypes: Dtypes = FLOAT32, ways: Sequence[str] = ()) -> Needs:
    """The bytes of a counted network, for its batch of images, an inference."""
    layers = {one.name: of for one, of in zip(count.layers, layer_bytes(count, dtypes))}
    memory = memory_of(count, dtypes, ways)
    alive: dict[str, int] = {}
    for step in memory.steps:
        alive[step.layer] = max(alive.get(step.layer, 0), step.bytes)
    return Needs(dtypes, layers, memory, alive)
