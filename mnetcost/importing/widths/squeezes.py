"""How many channels gates squeeze to: a rule that holds for all gates of a network.

A gate's own number does not follow α; the rule of its authors' code does, and no file says it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from mnetcost.exact import divide_half_up
from mnetcost.expressions import ExpressionError, parse
from mnetcost.importing.spelling import quoted
from mnetcost.importing.values import Entry
from mnetcost.importing.widths.chain import Chain, leaves_channels
from mnetcost.layers.arithmetic import ceil_div
from mnetcost.layers.attention import SqueezeExcitation
from mnetcost.layers.base import Layer
from mnetcost.layers.convolution import Depthwise
from mnetcost.multipliers import Rounding
from mnetcost.problems import UsageError
from mnetcost.text import clip

MAX_RATIO = 64  # channels to one
Rounded: TypeAlias = Callable[[int, int], int]  # of a fraction's top and bottom


def _floor(top: int, bottom: int) -> int:
    return top // bottom


def _divisible(divisor: int) -> Rounded:
    return Rounding(rule="divisible", divisor=divisor).channels


_PLAIN = re.compile(r"[A-Za-z0-9$(][A-Za-z0-9_$ ().*/+<>=-]*")  # needs no quotes
_IN = re.compile(r"\$(in\b|\{in\})")
_IN_PARTS = re.compile(r"(?<=\()\$in / ([0-9]+)(?=[,)])")  # "($in / 4)" is "($here / 24)"
_ROUNDINGS: Mapping[str, Rounded] = {  # of a part {}, as an expression; the plainest first
    "floor({})": _floor,
    "round({})": divide_half_up,
    "ceil({})": ceil_div,
    **{f"divisible({{}}, {divisor})": _divisible(divisor) for divisor in (8, 4, 16, 2, 32)},
}


class Gate(NamedTuple):
    """What a gate squeezes, to how many, and how many times its block's input that is."""

    channels: int
    squeeze: int
    expanded: int


def gates(chain: Chain) -> dict[str, Gate]:
    """All gates, by their layers' names."""
    expanded: dict[str, int] = {}  # how many times its block's input a map is, where more than once
    found = {}
    for entry in chain.entries.values():
        times = expanded.get(entry.reads[0], 1) if entry.reads else 1
        if isinstance(entry.layer, SqueezeExcitation):
            found[entry.name] = Gate(chain.incoming(entry), entry.layer.squeeze, times)
        ratio = Fraction(entry.said.get("expand", 1))
        if ratio.denominator == 1 < ratio:
            expanded[entry.name] = int(ratio)
        elif times > 1 and (leaves_channels(entry) or _is_filter(entry.layer)):
            expanded[entry.name] = times
    return found


def _is_filter(layer: Layer) -> bool:
    return isinstance(layer, Depthwise) and layer.multiplier == 1


def rules_for(found: Sequence[Gate]) -> list[str]:
    """The rules that hold for all of these gates, one of each rounding, as expressions.

    `$here` are a gate's own channels, `$in` those that come in before the expansion. The first is
    one that divides the most gates exactly, of these the plainest.
    """
    distinct = list(dict.fromkeys(found))
    rules: list[tuple[int, str]] = []
    for name in ("$here", "$in") if any(gate.expanded > 1 for gate in distinct) else ("$here",):
        parts = [
            (gate.channels // gate.expanded if name == "$in" else gate.channels, gate.squeeze)
            for gate in distinct
        ]
        for text, rounded in _ROUNDINGS.items():
            if ratios := _ratios(parts, rounded):
                exact, least = max(ratios)
                rules.append((exact, text.format(f"{name} / {-least}")))
    return [rule for _, rule in sorted(rules, key=lambda one: -one[0])]


def _ratios(parts: Sequence[tuple[int, int]], rounded: Rounded) -> list[tuple[int, int]]:
    """The ratios that all these parts have by a rounding: how many exactly, and minus the ratio."""
    return [
        (sum(ratio * part == whole for whole, part in parts), -ratio)
        for ratio in range(1, MAX_RATIO + 1)
        if all(rounded(whole, ratio) == part for whole, part in parts)
    ]


def misfit(rule: str, found: Mapping[str, Gate]) -> str:
    """Which gate does not have its squeeze by a rule, in words; "" where all have.

    Raises UsageError for a rule that is no expression of channels.
    """
    try:
        expression = parse(rule)
        for name, gate in found.items():
            scope = {"here": gate.channels, "in": Fraction(gate.channels, gate.expanded)}
            value = expression.value(scope)
            if value != gate.squeeze:
                return f"{clip(name)} squeezes to {gate.squeeze} in the file, not to {value}"
    except ExpressionError as error:
        raise UsageError(f"--squeeze {clip(rule)}: {error}") from None
    return ""


def squeezed(entry: Entry, gate: Gate, rule: str) -> Entry:
    """The gate with its number by a rule; the layer knows its own channels alone."""
    times = gate.expanded
    text = _IN_PARTS.sub(lambda found: f"$here / {int(found[1]) * times}", rule)
    text = _IN.sub(f"($here / {times})", text)
    text = text if _PLAIN.fullmatch(text) else quoted(text)
    return entry._replace(said={**entry.said, "squeeze": text})
