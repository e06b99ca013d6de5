"""`width:` and a layer's own `round:` to a rounding rule."""

from fractions import Fraction
from math import isnan
from typing import Any

from mnetcost.layers.fields import MAX_CHANNELS, Integer
from mnetcost.multipliers import ROUNDINGS, Rounding
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Node, Scalar

WIDTH_KEYS = ("round", "min", "divisible", "multiplier")
ROUND_KEYS = ("round", "min", "divisible")


def read_width(convert: Converter, section: tuple[Scalar, Node]) -> Rounding:
    """The rule of `width:`."""
    return _read(convert, section, WIDTH_KEYS, "width")


def read_rounding(
    convert: Converter, section: tuple[Scalar, Node], multiplier: Fraction
) -> Rounding:
    """The rule of a layer's `round:`: a rule's name or a mapping as under `width:`."""
    node = section[1]
    if isinstance(node, Scalar) and not node.is_null:
        rule = convert.word(node, ("none", "floor", "nearest"))
        return Rounding(rule or "none", multiplier=multiplier)
    return _read(convert, section, ROUND_KEYS, "round")._replace(multiplier=multiplier)


def _read(
    convert: Converter, section: tuple[Scalar, Node], known: tuple[str, ...], what: str
) -> Rounding:
    key, node = section
    entries = convert.entries(node, known, what)
    if entries is None or len(entries) < len(getattr(node, "nodes", ())):
        return Rounding()  # already reported
    divisible = "divisible" in entries
    rule: str | None = "divisible" if divisible else "none"
    if "round" in entries:
        rule = convert.word(entries["round"][1], tuple(ROUNDINGS))
    numbers: dict[str, Any] = {"min": 0, "divisible": 1}
    for name in numbers.keys() & entries.keys():
        bound = Integer(1, MAX_CHANNELS, "channels")
        numbers[name] = convert.integer(entries[name][1], bound)
    if rule == "divisible" and not divisible:
        message = f"{what} needs `divisible`, such as {{divisible: 8}}"
        convert.collector.add(key.mark, "missing-key", message)
    for name, rules in (("min", ("none",)), ("divisible", ("none", "floor", "nearest"))):
        if name in entries and rule in rules:
            message = f"`{name}` without a rule that uses it (round: {rule})"
            expected = "round: floor, nearest or divisible" if name == "min" else None
            mark = entries[name][0].mark
            convert.collector.add(mark, "conflict", message, expected=expected)
    unreadable = rule is None or any(map(isnan, numbers.values()))
    multiplier = Fraction(1)
    if "multiplier" in entries:
        multiplier = convert.multiplier(entries["multiplier"][1], "multiplier") or multiplier
    return (
        Rounding()
        if unreadable
        else Rounding(rule or "", numbers["min"], numbers["divisible"], multiplier)
    )
