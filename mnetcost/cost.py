"""Counting a network: exact integers per layer, in total, and by type."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, Self

from mnetcost.conventions import PAPER, PARAMETERS, WORK
from mnetcost.graph import Graph, Node
from mnetcost.layers.base import Layer, Map
from mnetcost.multipliers import Setting, Widths


class Parameters(NamedTuple):
    """Learned and stored values, by what they are."""

    weights: int = 0
    biases: int = 0
    norm_affine: int = 0
    norm_statistics: int = 0
    other: int = 0


class LayerCost(NamedTuple):
    """One row: a layer with what rides on it. `params` and `mult_adds` are the paper's count."""

    node: Node
    input: Map
    output: Map
    params: int
    mult_adds: int
    parameters: Parameters
    work: Mapping[str, int]

    @property
    def name(self) -> str:
        """The layer's full name, such as "separable_1/depthwise"."""
        return self.node.name

    @property
    def type(self) -> str:
        """pointwise, depthwise, conv, dense, or the layer's own name."""
        return self.node.type

    def __repr__(self) -> str:
        return (
            f"LayerCost({self.name!r}, {self.type}, {tuple(self.input)} to {tuple(self.output)}, "
            f"params={self.params:,}, mult_adds={self.mult_adds:,})"
        )

    @property
    def kernel(self) -> str:
        """The window as "3×3", or an empty text."""
        return self.node.layer.kernel_text()


class TypeCost(NamedTuple):
    """All layers of one type together; shares are exact, of 1."""

    params: int
    params_share: Fraction
    mult_adds: int
    mult_adds_share: Fraction
    kernels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """The cost of a network at one setting. Totals are the sums of the layers."""

    graph: Graph
    setting: Setting
    input: Map
    layers: tuple[LayerCost, ...]
    params: int
    mult_adds: int
    parameters: Parameters
    work: Mapping[str, int]

    @classmethod
    def of(cls, graph: Graph, setting: Setting) -> Self:
        """Count `graph` at `setting`. Raises SpecError where the setting is impossible."""
        shapes = graph.shapes(setting)
        layers = tuple(count_layer(node, x, y) for node, x, y in shapes)
        return cls(
            graph=graph,
            setting=setting,
            input=graph.input.at(
                setting.height, setting.width, Widths(graph.rounding, setting.alpha)
            ),
            layers=layers,
            params=sum(layer.params for layer in layers),
            mult_adds=sum(layer.mult_adds for layer in layers),
            parameters=Parameters(*map(sum, zip(*(layer.parameters for layer in layers)))),
            work=_total_work(layers),
        )

    def by_type(self) -> dict[str, TypeCost]:
        """Each type's parameters and mult-adds, with their shares of the total."""
        groups: dict[str, list[LayerCost]] = {}
        for layer in self.layers:
            groups.setdefault(layer.type, []).append(layer)
        return {name: self._type_cost(groups[name]) for name in in_order(groups)}

    def _type_cost(self, layers: list[LayerCost]) -> TypeCost:
        params = sum(layer.params for layer in layers)
        mult_adds = sum(layer.mult_adds for layer in layers)
        return TypeCost(
            params,
            share(params, self.params),
            mult_adds,
            share(mult_adds, self.mult_adds),
            tuple(dict.fromkeys(layer.kernel for layer in layers if layer.kernel)),
        )


TYPE_ORDER = ("pointwise", "depthwise", "conv", "dense")  # the rows of the paper's Table 2


def in_order(types: Iterable[str]) -> list[str]:
    """The types with those of the paper's Table 2 first, in its order."""
    rank = {name: place for place, name in enumerate(TYPE_ORDER)}
    return sorted(dict.fromkeys(types), key=lambda name: rank.get(name, len(rank)))


def _stages(node: Node, x: Map, y: Map) -> list[tuple[Layer, Map]]:
    """The layer of a node with its input, and each of its riders with theirs."""
    stages = [(node.layer, x)]
    for rider in node.riders:
        stages.append((rider, y))
    return stages


def amounts(node: Node, x: Map, y: Map, chosen: Container[str]) -> dict[str, Any]:
    """The chosen parameters of a node from `x` to `y`, and of its riders, which work on `y`."""
    totals: dict[str, Any] = {}
    if node.shares is not None:
        return totals
    for layer, before in _stages(node, x, y):
        for kind, count in layer.parameters(before, y):
            if kind in chosen:
                totals[kind] = totals.get(kind, 0) + count
            elif kind not in PARAMETERS:
                raise KeyError(f"{node.name}: no convention knows parameters of kind {kind!r}")
    return totals


def operations(node: Node, x: Map, y: Map, chosen: Container[str]) -> dict[str, Any]:
    """The chosen work of a node from `x` to `y`, and of its riders, which work on `y`."""
    totals: dict[str, Any] = {}
    if node.training_only:
        return totals
    for layer, before in _stages(node, x, y):
        for kind, per_position, positions in layer.work(before, y):
            if kind in chosen:
                totals[kind] = totals.get(kind, 0) + per_position * positions
            elif kind not in WORK:
                raise KeyError(f"{node.name}: no convention knows work of kind {kind!r}")
    return totals


def count_layer(node: Node, x: Map, y: Map) -> LayerCost:
    """The row of one node with input map `x` and output map `y`."""
    values = amounts(node, x, y, PARAMETERS)
    work = operations(node, x, y, WORK)
    return LayerCost(
        node=node,
        input=x,
        output=y,
        params=PAPER.params(values),
        mult_adds=PAPER.mult_adds(work),
        parameters=Parameters(**values),
        work=work,
    )


def share(part: int, whole: int) -> Fraction:
    """part / whole, exact; 0 of nothing."""
    return Fraction(part, whole) if whole else Fraction(0)


def _total_work(layers: Iterable[LayerCost]) -> dict[str, int]:
    total: dict[str, int] = {}
    for layer in layers:
        for kind, count in layer.work.items():
            total[kind] = total.get(kind, 0) + count
    return total
