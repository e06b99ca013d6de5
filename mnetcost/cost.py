"""Counting a network: exact integers per layer, in total, and by type."""

from collections.abc import Container, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, Self

from mnetcost.conventions import PARAMETERS, WORK, Convention
from mnetcost.conventions.presets import kernels, paper
from mnetcost.conventions.tally import Bounds, apart, params_under, weigh
from mnetcost.exact import record_text
from mnetcost.graph import INPUT, Graph, Node
from mnetcost.layers.base import Layer, Map
from mnetcost.literal_sides import demand_said
from mnetcost.multipliers import Setting, Widths
from mnetcost.norm_folding import folded_values
from mnetcost.printed import Budget
from mnetcost.problems import UsageError
from mnetcost.record import Record

PASSES = {
    "forward": ("forward",),
    "backward": ("input_gradient", "weight_gradient"),
    "training": ("forward", "input_gradient", "weight_gradient"),
}


class Parameters(NamedTuple):
    """Learned and stored values, by what they are."""

    weights: int = 0
    biases: int = 0
    norm_affine: int = 0
    norm_statistics: int = 0
    other: int = 0


class Passes(NamedTuple):
    """Multiply-accumulates of a layer, or of all: forward, and of the gradients.

    `input_gradient` are those with respect to activations: inputs, and what products multiply.
    """

    forward: Any
    input_gradient: Any
    weight_gradient: Any

    def of(self, pass_: str) -> Any:
        """Those of a pass: forward, backward or training."""
        return sum([getattr(self, name) for name in PASSES[pass_]])


class Basis(NamedTuple):
    """What is counted: how many images, which pass, and by which convention beside the paper's."""

    batch: int = 1
    pass_: str = "forward"
    convention: Convention | None = None

    def checked(self) -> Self:
        """The basis itself. Raises UsageError for what nobody could count."""
        if self.pass_ not in PASSES:
            raise UsageError(f"pass is one of {', '.join(PASSES)}, not {self.pass_!r}")
        if type(self.batch) is not int or not 1 <= self.batch <= MAX_BATCH:
            raise UsageError(f"batch is a whole number from 1 to {MAX_BATCH:,}")
        convention = self.convention
        if convention and self.pass_ != "forward" and not convention.multiply_adds_alone:
            raise UsageError(
                f"{convention.name} counts a forward pass; another pass needs a convention of "
                "multiply-accumulates alone, such as paper, macs or flops"
            )
        return self

    def limiting(self, budget: Budget) -> Self:
        """The basis itself. Raises UsageError where the budget limits work it does not count."""
        convention, limit = self.checked().convention, budget.most.get("mult_adds")
        if limit and convention and not convention.counts_work:
            raise UsageError(f"max-mult-adds: {convention.name} counts parameters alone")
        unit = convention.unit if convention else paper().unit
        if limit and (misfit := limit.misfit("mult_adds", unit)):
            raise UsageError(f"max-mult-adds: {misfit}")
        return self


MAX_BATCH = 2**24
FORWARD = Basis()


class LayerCost(NamedTuple):
    """One row: a layer with what rides on it. `params` and `mult_adds` are the paper's count."""

    node: Node
    input: Map
    output: Map
    params: int
    mult_adds: int
    parameters: Parameters
    work: Mapping[str, int]
    passes: Passes | None  # none where only the forward pass was asked for
    counted: Bounds
    counted_params: int
    batch: int

    @property
    def read(self) -> Map | None:
        """The input map; None of a layer that reads no values, such as `learned`."""
        return None if self.node.layer.source else self.input

    @property
    def at_least(self) -> bool:
        """Whether its work is not known: what is counted is the least."""
        return self.node.layer.is_unknown

    @property
    def operations(self) -> tuple[int, ...]:
        """Multiplications, additions, comparisons, divisions, exponentials of the forward pass."""
        return apart(self.node, self.input, self.output, self.batch)

    @property
    def folded(self) -> int:
        """The parameters at inference, batch normalisation folded into the kernels before it."""
        return int(folded_values(self.node.folds * self.output.c, self.parameters._asdict()))

    @property
    def name(self) -> str:
        """The layer's full name, such as "separable_1/depthwise"."""
        return self.node.name

    @property
    def type(self) -> str:
        """pointwise, depthwise, conv, dense, or the layer's own name."""
        return self.node.type

    def __repr__(self) -> str:
        return record_text(self, "name", "type", "input", "output", "params", "mult_adds")

    @property
    def kernel(self) -> str:
        """The window as "3×3", or an empty text."""
        sides = self.node.layer.window_sides()
        return f"{sides[0].h}×{sides[0].w}" if sides else ""


class Summed(Record):
    """Layers, and what they cost together."""

    layers: tuple[LayerCost, ...]
    params: int
    mult_adds: int
    parameters: Parameters
    passes: Passes | None
    counted: Bounds
    counted_params: int

    @property
    def at_least(self) -> bool:
        """Whether the work of a layer is not known: what is counted is the least."""
        return any(layer.at_least for layer in self.layers)

    @property
    def operations(self) -> tuple[int, ...]:
        """Multiplications, additions, comparisons, divisions, exponentials of the forward pass."""
        return tuple(map(sum, zip(*(layer.operations for layer in self.layers))))

    @property
    def folded(self) -> int:
        """The parameters at inference, batch normalisation folded into the kernels before it."""
        return sum(layer.folded for layer in self.layers)


class TypeCost(Summed):
    """All layers of one type together; shares are exact, of 1."""

    params_share: Fraction
    mult_adds_share: Fraction
    kernels: tuple[str, ...]

    def __repr__(self) -> str:
        return record_text(self, "params", "params_share", "mult_adds", "mult_adds_share")


class Count(Summed):
    """The cost of a network at one setting. Totals are the sums of the layers."""

    graph: Graph
    setting: Setting
    basis: Basis
    input: Map
    work: Mapping[str, int]

    @classmethod
    def of(cls, graph: Graph, setting: Setting, basis: Basis = FORWARD) -> Self:
        """Count `graph` at `setting`.

        Raises SpecError where the setting is impossible, or no file says what it costs there,
        UsageError where the basis is impossible.
        """
        basis.checked()
        if graph.elsewhere and (setting.height, setting.width) != graph.base:
            graph = graph.elsewhere(setting.height, setting.width)
        demand_said(graph, [setting])
        gradients = Gradients()
        shapes = graph.shapes(setting, trained=basis.pass_ != "forward")
        layers = tuple(count_layer(node, x, y, basis, gradients) for node, x, y in shapes)
        return cls(
            graph=graph,
            setting=setting,
            basis=basis,
            input=graph.input.at(*setting[2:], Widths(graph.rounding, setting.alpha)),
            work=_total_work(layers),
            **_summed(layers),
        )

    @property
    def figures(self) -> dict[str, int]:
        """`params` and `mult_adds` as the convention of the basis counts them, the most of a range.

        Only `params` where it counts no work; without a convention the paper's.
        """
        convention = self.basis.convention
        if convention is None:
            return {"params": self.params, "mult_adds": self.mult_adds}
        params = {"params": int(self.counted_params)}
        return params | ({"mult_adds": int(self.counted.high)} if convention.counts_work else {})

    def by_type(self) -> Mapping[str, TypeCost]:
        """Each type's parameters and mult-adds, with their shares of the total."""
        groups: dict[str, list[LayerCost]] = {}
        for layer in self.layers:
            groups.setdefault(layer.type, []).append(layer)
        return {name: self._type_cost(groups[name]) for name in in_order(groups)}

    def _type_cost(self, layers: list[LayerCost]) -> TypeCost:
        summed = _summed(tuple(layers))
        return TypeCost(
            **summed,
            params_share=share(summed["params"], self.params),
            mult_adds_share=share(summed["mult_adds"], self.mult_adds),
            kernels=tuple(dict.fromkeys(layer.kernel for layer in layers if layer.kernel)),
        )


def _summed(layers: tuple[LayerCost, ...]) -> dict[str, Any]:
    return {
        "layers": layers,
        "params": sum(layer.params for layer in layers),
        "mult_adds": sum(layer.mult_adds for layer in layers),
        "parameters": Parameters(*map(sum, zip(*(layer.parameters for layer in layers)))),
        "passes": _total_passes(layers),
        "counted": total(layer.counted for layer in layers),
        "counted_params": sum(layer.counted_params for layer in layers),
    }


TYPE_ORDER = ("pointwise", "depthwise", "conv", "dense")  # the rows of the paper's Table 2


def in_order(types: Iterable[str]) -> list[str]:
    """The types with those of the paper's Table 2 first, in its order."""
    rank = {name: place for place, name in enumerate(TYPE_ORDER)}
    return sorted(dict.fromkeys(types), key=lambda name: rank.get(name, len(rank)))


def total(counts: Iterable[Bounds]) -> Bounds:
    """The sum of numbers and of ranges."""
    return Bounds(*map(sum, zip(*counts))) if (counts := tuple(counts)) else Bounds(0, 0)


def _stages(node: Node, x: Map, y: Map) -> list[tuple[Layer, Map]]:
    """The layer of a node with its input, and each of its riders with theirs."""
    return [(node.layer, x), *[(rider, y) for rider in node.riders]]


def amounts(node: Node, x: Map, y: Map, chosen: Container[str]) -> dict[str, Any]:
    """The chosen parameters of a node from `x` to `y`, and of its riders, which work on `y`."""
    totals: dict[str, Any] = {}
    for layer, before in _stages(node, x, y):
        for kind, count in layer.parameters(before, y):
            if kind in chosen and node.has(kind):
                totals[kind] = totals.get(kind, 0) + count
            elif kind not in PARAMETERS:
                raise KeyError(f"{node.name}: no convention knows parameters of kind {kind!r}")
    return totals


def operations(node: Node, x: Map, y: Map, chosen: Container[str]) -> dict[str, Any]:
    """The chosen work of a node from `x` to `y`, and of its riders, which work on `y`."""
    totals: dict[str, Any] = {}
    for layer, before in _stages(node, x, y):
        for kind, per_position, positions in layer.work(before, y):
            if kind in chosen:
                totals[kind] = totals.get(kind, 0) + per_position * positions
            elif kind not in WORK:
                raise KeyError(f"{node.name}: no convention knows work of kind {kind!r}")
    return totals


class Gradients:
    """Which maps follow from learned values, and so need a gradient: no image, no constant."""

    def __init__(self) -> None:
        self._learned: list[bool] = []

    def needed(self, node: Node) -> tuple[bool, ...]:
        """Whether each map that the next node reads needs a gradient."""
        return tuple(place != INPUT and self._learned[place] for place in node.sources)

    def add(self, node: Node, values: Mapping[str, Any]) -> None:
        """Note the next node, with its parameters."""
        own = node.shares is not None or any(kind != "norm_statistics" for kind in values)
        follows = any(self.needed(node)) and not node.layer.sides_alone
        self._learned.append(own or follows)


def multiply_adds(work: Mapping[str, Any]) -> Any:
    """The multiply-accumulates in this work."""
    return work.get("multiply_accumulate", 0) + work.get("attention_product", 0)


def passes(node: Node, x: Map, y: Map, work: Mapping[str, Any], needed: Sequence[bool]) -> Passes:
    """Multiply-accumulates of the forward pass and of both gradients, of this work.

    `needed` says of each map that the node reads whether it needs a gradient. Every
    multiply-accumulate of a kernel gives one to its weight's gradient and one to its input's; one
    of two activations gives one to each. What needs no gradient is given none.
    """
    kernels = work.get("multiply_accumulate", 0)
    products = work.get("attention_product", 0)
    direct = 0
    if not any(needed):
        direct = kernels
        for kind, per_position, positions in node.layer.measures(x, y):
            if kind == "input_projections":
                direct = per_position * positions
    multiplied = node.layer.product_gradients(x, y, needed)
    return Passes(kernels + products, kernels - direct + multiplied, kernels)


def count_layer(node: Node, x: Map, y: Map, basis: Basis, gradients: Gradients) -> LayerCost:
    """The row of one node with input map `x` and output map `y`."""
    values = amounts(node, x, y, PARAMETERS)
    work = operations(node, x, y, WORK)
    computed = None
    batch = basis.batch
    if basis.pass_ == "forward":
        mult_adds = 0 if node.training_only else multiply_adds(work) * batch
    else:
        computed = passes(node, x, y, work, gradients.needed(node))
        computed = Passes(*(count * batch for count in computed))
        mult_adds = computed.of(basis.pass_)
    gradients.add(node, values)
    if batch > 1:
        work = {kind: count * batch for kind, count in work.items()}
    params = kernels(values)
    return LayerCost(
        node=node,
        input=x,
        output=y,
        params=params,
        mult_adds=mult_adds,
        parameters=Parameters(**values),
        work={} if node.training_only else work,
        passes=computed,
        counted=count_under(node, x, y, basis, mult_adds),
        counted_params=params_under(node, x, y, basis.convention, params),
        batch=batch,
    )


def count_under(node: Node, x: Map, y: Map, basis: Basis, mult_adds: Any) -> Bounds:
    """A layer's number under the convention of the basis."""
    convention = basis.convention
    if convention is None or convention.multiply_adds_alone:
        value = mult_adds * (convention.multiply_add if convention else 1)
        return Bounds(value, value)
    return weigh(node, x, y, convention, basis.batch)


def is_plain(basis: Basis) -> bool:
    """Whether it counts nothing but the default: then a count is the mult-adds."""
    return basis.convention is None and basis.pass_ == "forward"


def share(part: int | Fraction, whole: int | Fraction) -> Fraction:
    """part / whole, exact; 0 of nothing."""
    return Fraction(part, whole) if whole else Fraction(0)


def _total_work(layers: Iterable[LayerCost]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for layer in layers:
        for kind, count in layer.work.items():
            totals[kind] = totals.get(kind, 0) + count
    return totals


def _total_passes(layers: Iterable[LayerCost]) -> Passes | None:
    found = [layer.passes for layer in layers if layer.passes is not None]
    return Passes(*map(sum, zip(*found))) if found else None
