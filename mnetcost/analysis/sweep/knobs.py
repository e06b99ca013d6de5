"""Knobs with several values to loop over: `depth=1,1.1`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, TypeVar

from mnetcost.expressions import value_text
from mnetcost.graph import Graph
from mnetcost.problems import SpecError, UsageError
from mnetcost.spec import Spec
from mnetcost.spec.variants import read_knob, split_knob
from mnetcost.text import clip

MAX_SETS = 1_000
MAX_LAYERS = 200_000  # of all combinations together: half a minute of reading

Made = TypeVar("Made")


def read_sets(words: Iterable[str]) -> list[dict[str, Any]]:
    """Every combination of values, from texts such as "depth=1,1.1". Raises UsageError."""
    axes: dict[str, list[Any]] = {}
    for word in words:
        name, values = split_knob(word)
        if not all(map(str.strip, values.split(","))):
            raise UsageError(f"set: {clip(name)}: {clip(values)!r} has a comma with no value")
        axes.setdefault(name, []).extend(read_knob(one, name) for one in values.split(","))
    return _combined(axes)


def combinations(knobs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every combination, of knobs that have a value or a list of them. Raises UsageError."""
    axes: dict[str, list[Any]] = {}
    for name, given in knobs.items():
        several = not isinstance(given, (str, bytes)) and isinstance(given, Iterable)
        axes[name] = [read_knob(one, name) for one in (given if several else [given])]
        if not axes[name]:
            raise UsageError(f"set: {clip(name)}: no value")
    return _combined(axes)


def _combined(axes: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    count = prod(map(len, axes.values()))
    if count > MAX_SETS:
        raise UsageError(f"set: {count:,} combinations; {MAX_SETS:,} at most")
    return [dict(zip(axes, values)) for values in product(*axes.values())]


def points_each(limit: int, sets: Sequence[Any]) -> int:
    """How many points each of several grids may have, for `limit` in all."""
    return max(1, limit // len(sets))


def of_each(
    graph: Graph, sets: Sequence[Mapping[str, Any]], make: Callable[[Graph], Made]
) -> list[tuple[Mapping[str, Any], Made]]:
    """Each combination with what is made of the network that has these knobs.

    Raises SpecError, which names the combination, for one that is impossible, and UsageError where
    all of them have too many layers.
    """
    found, layers = [], 0
    spec = None
    for knobs in sets:
        try:
            own, given = graph, {**graph.given, **knobs}
            if repr(given) != repr(graph.given):  # 1 and true are equal, and not the same
                spec = spec or Spec(graph.origin)
                own = spec.graph(graph.variant, given)
            layers += len(own.nodes)
            if layers > MAX_LAYERS:
                raise UsageError(
                    f"set: {len(sets):,} combinations have over {MAX_LAYERS:,} layers; take fewer"
                )
            found.append((knobs, make(own)))
        except SpecError as error:
            if len(sets) == 1:
                raise
            words = ", ".join(f"{name} = {value_text(value)}" for name, value in knobs.items())
            named = [one._replace(message=f"{one.message}, with {words}") for one in error.problems]
            raise SpecError(named) from None
    return found
