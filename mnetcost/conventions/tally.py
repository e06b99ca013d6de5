"""Counting one layer under a convention: each part that it exposes, times what it weighs."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from mnetcost.conventions import Convention
from mnetcost.conventions.presets import columns
from mnetcost.graph import Node, Placed
from mnetcost.layers.arithmetic import maximum, minimum
from mnetcost.layers.base import Map, Stage
from mnetcost.layers.fields import CALLS
from mnetcost.record import Record


class Term(Record, kw_only=False):
    """One part of one simple layer: how many there are, and what each weighs."""

    written: str
    part: str
    times: int
    per_image: bool
    amount: Any

    def value(self, batch: int) -> Any:
        """What it adds to the number for `batch` images."""
        return self.times * self.amount * (1 if self.per_image else batch)


class Bounds(NamedTuple):
    """A number; low is below high where it depends on calls that the spec does not know."""

    low: Any
    high: Any


def are_one(low: Any, high: Any) -> bool:
    """Whether both are surely one number, over a whole grid too."""
    distance = 0 if low is high else high - low
    return isinstance(distance, int) and distance == 0


def stages(node: Node, x: Map, y: Map) -> Iterator[Stage]:
    """The simple layers of a node, and then those that ride on it."""
    yield from node.layer.stages(x, y)
    for rider in node.riders:
        yield from rider.stages(y, y)


def parts(stage: Stage) -> dict[str, Any]:
    """Everything that a convention may weigh of a simple layer, by name."""
    layer, x, y = stage
    found: dict[str, Any] = {
        "layers": 1,
        "inputs": x.h * x.w * x.c,
        "outputs": y.h * y.w * y.c,
        "positions": y.h * y.w,
    }
    found.update(layer.parameters(x, y))
    for kind, per_position, positions in (*layer.work(x, y), *layer.measures(x, y)):
        found[kind] = found.get(kind, 0) + per_position * positions
    return found


def present(of: Iterable[Placed]) -> frozenset[str]:
    """The layer types and the parts that nodes with these maps have any of, unless left out."""
    found: set[str] = set()
    for node, x, y in of:
        for stage in stages(node, x, y):
            if call_of(stage) == "absent":
                continue
            found.add(stage.layer.written)
            found.update(part for part, amount in parts(stage).items() if amount)
    return frozenset(found)


def stage_terms(stage: Stage, convention: Convention, call: str) -> Iterable[Term]:
    """The terms of a simple layer that is called this way."""
    written = stage.layer.written
    weights = convention.weights(written, call)
    if not weights:
        return
    found = parts(stage)
    for part, times, per_image in weights:
        if part in found:
            yield Term(written, part, times, per_image, found[part])


def terms(node: Node, x: Map, y: Map, convention: Convention) -> Iterator[Term]:
    """The terms of a node from `x` to `y`; an unknown call is taken for a module's."""
    if not node.training_only:
        for stage in stages(node, x, y):
            yield from stage_terms(stage, convention, _calls(stage)[0])


def weigh(node: Node, x: Map, y: Map, convention: Convention, batch: int) -> Bounds:
    """What a node from `x` to `y` costs under a convention, for `batch` images."""
    low: Any = 0
    high: Any = 0
    for stage in () if node.training_only else stages(node, x, y):
        values = [
            sum([term.value(batch) for term in stage_terms(stage, convention, call)])
            for call in _calls(stage)
        ]
        least = most = values[0]
        for value in values[1:]:
            if not are_one(least, value):
                least, most = minimum(least, value), maximum(most, value)
        certain = low is high and least is most
        low = low + least
        high = low if certain else high + most
    return Bounds(low, high)


def params(node: Node, x: Map, y: Map, convention: Convention) -> Any:
    """The parameters of a node that a convention counts; an unknown call is taken for a module's.

    What the implementation leaves out has none that a tool could print.
    """
    counted: Any = 0
    none = node.training_only and not convention.training_only
    for stage in () if none else stages(node, x, y):
        call = CALLS[0] if convention.multiply_adds_alone else _calls(stage)[0]
        weights = convention.parameter_weights(stage.layer.written, call)
        for kind, amount in stage.layer.parameters(stage.x, stage.y):
            if kind in weights and node.has(kind):
                counted = counted + weights[kind] * amount
    return counted


def params_under(node: Node, x: Map, y: Map, convention: Convention | None, kernels: Any) -> Any:
    """The same; without a convention the kernels' weights, that are given."""
    return kernels if convention is None else params(node, x, y, convention)


def apart(node: Node, x: Map, y: Map, batch: int) -> tuple[Any, ...]:
    """The operations of a node kept apart, in the order of `presets.COLUMNS`, however called."""
    found: list[Any] = [0] * len(columns())
    for stage in () if node.training_only else stages(node, x, y):
        for place, column in enumerate(columns()):
            for term in stage_terms(stage, column, CALLS[0]):
                found[place] = found[place] + term.value(batch)
    return tuple(found)


def call_of(stage: Stage) -> str:
    """How the layer itself is called: `called_as`, which on a layer with `act` speaks of that."""
    layer = stage.layer
    return CALLS[0] if "act" in type(layer)._fields else getattr(layer, "called_as", CALLS[0])


def _calls(stage: Stage) -> tuple[str, ...]:
    """How the layer is called, or every way where it is unknown."""
    called = call_of(stage)
    return CALLS if called == "unknown" else (called,)
