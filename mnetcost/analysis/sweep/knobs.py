"""Knobs with several values to loop over: `depth=1,1.1`."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from mnetcost.problems import UsageError
from mnetcost.spec.variants import read_knob, split_knob
from mnetcost.text import clip

MAX_SETS = 1_000


def read_sets(words: Iterable[str]) -> list[dict[str, Any]]:
    """Every combination of values, from texts such as "depth=1,1.1". Raises UsageError."""
    axes: dict[str, list[Any]] = {}
    for word in words:
        name, values = split_knob(word)
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
