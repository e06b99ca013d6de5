"""The axes of a sweep: lists and inclusive ranges of exact numbers."""

from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from typing import Any, cast

from mnetcost.exact import parse_ratio, read_ratio
from mnetcost.problems import UsageError
from mnetcost.text import clip

MAX_VALUES = 100_000


def read_axis(value: Any, what: str) -> tuple[Fraction, ...]:
    """Exact ratios from "1,0.75", an inclusive range "0.25:1:0.25", a number, or several of these.

    Raises UsageError, naming `what`, for anything unreadable, not above zero, or too long.
    """
    values: list[Fraction] = []
    for item in _items(value):
        values.extend(_range(item, what) if _is_range(item) else (read_ratio(item, what),))
        if len(values) > MAX_VALUES:
            raise UsageError(f"{what}: over {MAX_VALUES:,} values")
    if not values:
        raise UsageError(f"{what}: no value")
    return tuple(values)


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, str):
        return value.split(",")
    if str(getattr(value, "dtype", "")) == "float64" and value.ndim:
        return cast(Iterable[Any], value.ravel().tolist())  # of one type: no item holds several
    try:
        iter(value)
    except TypeError:
        return (value,)
    if isinstance(value, bytes):
        return (value,)
    return (part for item in value for part in _items(item))


def _is_range(item: Any) -> bool:
    return isinstance(item, str) and ":" in item


def _range(text: str, what: str) -> Iterable[Fraction]:
    """start, start + step, ... up to and with the end."""
    parts = text.split(":")
    if len(parts) != 3:
        raise UsageError(f"{what}: {clip(text)!r} is not a range; write START:END:STEP")
    start, end = (read_ratio(part, what) for part in parts[:2])
    step = parse_ratio(parts[2].strip(), what)
    if step == 0 or (end - start) * step < 0:
        raise UsageError(f"{what}: the step of {clip(text)} never leads to its end")
    steps = (end - start) // step
    if steps >= MAX_VALUES:
        raise UsageError(f"{what}: {clip(text)} has over {MAX_VALUES:,} values")
    common = lcm(start.denominator, step.denominator)  # sums of fractions are slow
    first, each = int(start * common), int(step * common)
    return (Fraction(first + turn * each, common) for turn in range(steps + 1))


def whole(values: Iterable[Fraction], what: str) -> tuple[int, ...]:
    """The values as whole numbers. Raises UsageError where one is not."""
    values = tuple(values)
    for value in values:
        if value.denominator != 1:
            raise UsageError(f"{what}: {float(value):g} is not a whole number")
    return tuple(map(int, values))
