"""Several networks side by side, and which of them no other beats."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Self

from mnetcost.analysis.compare.pareto import Priced, front
from mnetcost.cost import Count, LayerCost, share
from mnetcost.layers.convolution import Convolution
from mnetcost.layers.window import ONE
from mnetcost.problems import UsageError
from mnetcost.record import Record


class CountComparison(Record):
    """Networks counted on one basis, their names, and which are on the Pareto front.

    On it is what no other beats: none has fewer parameters and needs no more work, or less work
    with no more parameters. One of which a layer's work is not known neither beats nor is on it.
    """

    names: tuple[str, ...]
    counts: tuple[Count, ...]
    pareto: tuple[bool, ...]

    @classmethod
    def of(cls, counts: Iterable[Count], names: Iterable[str]) -> Self:
        """The networks side by side. Raises UsageError where there is none."""
        counted = tuple(counts)
        if not counted:
            raise UsageError("compare: at least one network")
        known = [place for place, count in enumerate(counted) if not count.at_least]
        best = {known[place] for place in front(_priced(counted[place]) for place in known)}
        return cls(
            names=tuple(names),
            counts=counted,
            pareto=tuple(place in best for place in range(len(counted))),
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self.names)})"


def _priced(count: Count) -> Priced:
    """Its figures alone: what the networks are worth nobody says. No work where none is counted."""
    return Priced(0, **{"mult_adds": 0, **count.figures})


def pointwise_share(count: Count) -> Fraction:
    """The share of the mult-adds that is in 1×1 convolutions, of 1."""
    return share(sum(one.mult_adds for one in count.layers if is_1x1(one)), count.mult_adds)


def is_1x1(layer: LayerCost) -> bool:
    """Whether it is a 1×1 convolution: of any groups and stride, transposed too, but not dense."""
    kernel = layer.node.layer
    return isinstance(kernel, Convolution) and bool(kernel.kernel == ONE)
