"""Another network against the one of a spec: does it cost the same, layer by layer?

Names differ between a spec and an exporter, and so does the order of parallel branches: layers are
told by what they cost and by the size of their output.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from mnetcost.analysis.diff.alignment import align, common
from mnetcost.cost import Count, LayerCost

# What counts how much for taking one layer as what another was meant to be.
LIKENESS = {"type": 4, "kernel": 2, "positions": 2, "in": 1, "out": 1}
LEAST_LIKENESS = 3

LayerPair: TypeAlias = tuple[LayerCost | None, LayerCost | None]  # None for no partner
Line: TypeAlias = Sequence[LayerCost]


class Against(NamedTuple):
    """A network as it was designed, and another at the same setting."""

    spec: str  # what the first is called
    target: str  # the other, as written
    here: Count
    there: Count
    differing: tuple[LayerPair, ...]  # the layers that cost something, and not the same

    @classmethod
    def of(cls, spec: str, target: str, here: Count, there: Count) -> "Against":
        """The layers of both, those without a partner of the same cost paired by likeness."""
        return cls(spec, target, here, there, tuple(differing(costly(here), costly(there))))

    @property
    def norms(self) -> tuple[int, int]:
        """How many normalisations with learned values each has."""
        here, there = (
            sum(layer.parameters.norm_affine > 0 for layer in count.layers)
            for count in (self.here, self.there)
        )
        return here, there


def costly(count: Count) -> Line:
    """The layers with kernels or mult-adds."""
    return [layer for layer in count.layers if layer.params or layer.mult_adds]


def differing(here: Line, there: Line) -> Iterator[LayerPair]:
    """The layers of both lines that have no partner of the same cost, paired by likeness.

    Partners stand in line first; of those left over they may stand anywhere, as the layers of
    parallel branches do.
    """
    pairs = common(list(map(_key, here)), list(map(_key, there)))
    left = _without(here, {a for a, _ in pairs}), _without(there, {b for _, b in pairs})
    one, other = _unmatched(*left), _unmatched(*left[::-1])
    keys = list(map(_key, one)), list(map(_key, other))
    for a, b in align(*keys, lambda a, b: _likeness(one[a], other[b])):
        yield None if a is None else one[a], None if b is None else other[b]


def _key(layer: LayerCost) -> tuple[int, ...]:
    """What two layers of the same cost have in common; a dense layer is a 1×1 convolution."""
    positions = layer.output.h * layer.output.w
    return layer.params, layer.mult_adds, positions, layer.output.c


def _without(line: Line, places: set[int]) -> Line:
    return [layer for place, layer in enumerate(line) if place not in places]


def _unmatched(line: Line, other: Line) -> Line:
    """The layers of a line for which none of the other is left."""
    free = Counter(map(_key, other))
    found = []
    for layer in line:
        key = _key(layer)
        free[key] -= 1
        if free[key] < 0:
            found.append(layer)
    return found


def _likeness(one: LayerCost, other: LayerCost) -> int:
    """How much two layers have in common; 0 for too little."""
    traits = zip(LIKENESS.values(), _traits(one), _traits(other))
    alike = sum(weight for weight, a, b in traits if a == b)
    return alike if alike >= LEAST_LIKENESS else 0


def _traits(layer: LayerCost) -> tuple[str | int, ...]:
    x, y = layer.input, layer.output
    return layer.type, layer.kernel, y.h * y.w, x.c, y.c
