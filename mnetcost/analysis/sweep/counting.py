"""Counting a network over a grid: the same lines as at one point, on columns and rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from mnetcost.analysis.sweep.grid import Axes, blocks
from mnetcost.analysis.sweep.quantities import COLUMN, Array, Deferred, Line, Number, Products
from mnetcost.conventions import MULTIPLY_ADDS, PARAMETERS
from mnetcost.conventions.presets import kernels
from mnetcost.conventions.tally import Bounds, params_under
from mnetcost.cost import (
    Basis,
    Gradients,
    amounts,
    count_under,
    is_plain,
    multiply_adds,
    operations,
    passes,
)
from mnetcost.graph import Graph, Node, infer, inference
from mnetcost.layers.base import Check


class Cost(NamedTuple):
    """What a layer, a type or a network costs over the grid; the last two under a convention."""

    params: Number
    mult_adds: Number
    counted: Bounds
    counted_params: Number


AT_ONCE = 2**16  # points that are looked at for the first impossible one
NOTHING = Cost(0, 0, Bounds(0, 0), 0)


@dataclass(slots=True)
class Failures:
    """Where the network is impossible: at an α, at a ρ, or at the points where a truth holds."""

    axes: Axes
    alpha: Array = field(init=False)
    rho: Array = field(init=False)
    points: list[Deferred] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.alpha, self.rho = (np.zeros(size, dtype=bool) for size in self.axes.distinct)

    def report(self, node: Node | None, check: Check) -> None:
        """Note a check of the network."""
        self.add(check.bad)

    def add(self, bad: Any) -> None:
        """Note where this holds."""
        if isinstance(bad, Line):
            mask = self.alpha if bad.axis == COLUMN else self.rho
            np.logical_or(mask, bad.values, out=mask)
        elif isinstance(bad, Deferred) and bad.function is np.bitwise_or:
            for one in bad.operands:
                self.add(one)
        elif isinstance(bad, Deferred):
            if not _never(bad):
                self.points.append(bad)
        elif bad:
            self.alpha[:] = True

    def without_lines(self) -> Axes:
        """The axes without every α and every ρ that is impossible as a whole."""
        return Axes(self.axes.alpha.without(self.alpha), self.axes.rho.without(self.rho))

    def first(self) -> tuple[int, int] | None:
        """The first impossible point in α-major order, by its place on both axes."""
        alphas, rhos = self.axes
        found = [(0, int(place)) for place in np.flatnonzero(self.rho)[:1]]
        found += [(int(place), 0) for place in np.flatnonzero(self.alpha)[:1]]
        across = np.arange(rhos.distinct)
        for block in blocks(alphas.distinct, rhos.distinct, AT_ONCE) if self.points else ():
            if found and min(found) < (block.start, 0):
                break
            down = np.arange(block.start, block.stop)
            there = np.zeros((len(down), len(across)), dtype=bool)
            for one in self.points:
                there |= one.tile(down, across)
            found += [(block.start + int(a), int(r)) for a, r in np.argwhere(there)[:1]]
        if not found:
            return None
        a, r = min(found)
        return int(alphas.first[a]), int(rhos.first[r])


def _never(bad: Deferred) -> bool:
    """Whether the extremes of a sum of products show that a comparison holds nowhere."""
    left, right = (*bad.operands, None)[:2]
    if not isinstance(left, Products) or not isinstance(right, int):
        return False
    if bad.function is np.greater:
        return left.peak <= right
    lows = [(one.values.min(), other.values.min()) for one, other in left.terms.values()]
    if bad.function is not np.less or any(value < 0 for pair in lows for value in pair):
        return False
    return sum(int(one) * int(other) for one, other in lows) >= right


def count_layers(
    graph: Graph, axes: Axes, basis: Basis, failures: Failures
) -> Iterator[tuple[Node, Cost]]:
    """Each layer's cost over the distinct points; where one is impossible is noted."""
    source, widths = axes.input(graph)
    gradients = Gradients()
    forward, plain = basis.pass_ == "forward", is_plain(basis)
    report = inference(failures.report) if forward else failures.report
    for node, x, y in infer(graph.nodes, source, widths, graph.input.channels, report):
        values = amounts(node, x, y, PARAMETERS)
        work = operations(node, x, y, MULTIPLY_ADDS)
        if forward:
            mult_adds = 0 if node.training_only else multiply_adds(work)
        else:
            mult_adds = passes(node, x, y, work, gradients.needed(node)).of(basis.pass_)
        gradients.add(node, values)
        mult_adds = mult_adds * basis.batch
        counted = Bounds(mult_adds, mult_adds)
        if not plain:
            counted = count_under(node, x, y, basis, mult_adds)
        params = kernels(values)
        own = params_under(node, x, y, basis.convention, params)
        yield node, Cost(params, mult_adds, counted, own)


def together(costs: Sequence[Cost]) -> Cost:
    """The sum of costs; where both bounds of each are one number, so are those of the sum."""
    params, mult_adds = sum([one.params for one in costs]), sum([one.mult_adds for one in costs])
    own = params
    if any(one.counted_params is not one.params for one in costs):
        own = sum([one.counted_params for one in costs])
    certain = all(one.counted.low is one.counted.high for one in costs)
    if certain and all(one.counted.low is one.mult_adds for one in costs):
        return Cost(params, mult_adds, Bounds(mult_adds, mult_adds), own)
    low = sum([one.counted.low for one in costs])
    high = low if certain else sum([one.counted.high for one in costs])
    return Cost(params, mult_adds, Bounds(low, high), own)
