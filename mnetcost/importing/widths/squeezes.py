"""How many channels gates squeeze to: a rule that holds for all gates of a network.

A gate's own number does not follow α; the rule of its authors' code does, and no file says it.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import NamedTuple, TypeAlias

from mnetcost.exact import divide_half_up
from mnetcost.importing.values import Entry
from mnetcost.importing.widths.chain import Chain, leaves_channels
from mnetcost.layers.attention import SqueezeExcitation
from mnetcost.layers.base import Layer
from mnetcost.layers.convolution import Depthwise
from mnetcost.multipliers import Rounding

MAX_RATIO = 64  # channels to one
Rounded: TypeAlias = Callable[[Fraction], int]


def _divisible(divisor: int) -> Rounded:
    return partial(Rounding(rule="divisible", divisor=divisor).apply, 1)


def _nearest(value: Fraction) -> int:
    return divide_half_up(value.numerator, value.denominator)


_ROUNDINGS: Mapping[tuple[str, int], Rounded] = {  # as an expression has them; the plainest first
    ("floor", 0): floor,
    ("round", 0): _nearest,
    ("ceil", 0): ceil,
    **{("divisible", divisor): _divisible(divisor) for divisor in (8, 4, 16, 2, 32)},
}


class Gate(NamedTuple):
    """What a gate squeezes, to how many, and how many times its block's input that is."""

    channels: int
    squeeze: int
    expanded: int


class Rule(NamedTuple):
    """A rule for all gates: a rounding of one of so many channels.

    `before` is whether these are the channels of the block's input, or the gate's own. The
    rounding is a function of the language, or "divisible", to a multiple of the divisor.
    """

    rounding: str
    divisor: int
    ratio: int
    before: bool

    @property
    def part(self) -> str:
        """What is rounded, for people: of "$in" channels of the block's input, or of "$here"."""
        return f"{'$in' if self.before else '$here'} / {self.ratio}"

    def of(self, part: str) -> str:
        """The rule as an expression, of what is rounded."""
        return f"{self.rounding}({part}{f', {self.divisor}' if self.divisor else ''})"

    def on(self, gate: Gate) -> str:
        """The rule for one gate, which knows its own channels alone."""
        return self.of(f"$here / {self.ratio * (gate.expanded if self.before else 1)}")


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


def rules_for(found: Sequence[Gate]) -> list[Rule]:
    """The rules that hold for all of these gates, one of each rounding.

    The first is one that divides the most of them exactly, of these the plainest.
    """
    distinct = list(dict.fromkeys(found))
    rules: list[tuple[int, Rule]] = []
    for before in (False, True) if any(gate.expanded > 1 for gate in distinct) else (False,):
        parts = [
            (gate.channels // gate.expanded if before else gate.channels, gate.squeeze)
            for gate in distinct
        ]
        for (word, divisor), rounded in _ROUNDINGS.items():
            if ratios := _ratios(parts, rounded):
                exact, least = max(ratios)
                rules.append((exact, Rule(word, divisor, -least, before)))
    return [rule for _, rule in sorted(rules, key=lambda one: -one[0])]


def _ratios(parts: Sequence[tuple[int, int]], rounded: Rounded) -> list[tuple[int, int]]:
    """The ratios that all these parts have by a rounding: how many exactly, and minus the ratio."""
    return [
        (sum(ratio * part == whole for whole, part in parts), -ratio)
        for ratio in range(1, MAX_RATIO + 1)
        if all(rounded(Fraction(whole, ratio)) == part for whole, part in parts)
    ]


def squeezed(gate: Entry, expression: str) -> Entry:
    """The gate with its number by an expression."""
    text = f'"{expression}"' if "," in expression else expression
    return gate._replace(said={**gate.said, "squeeze": text})
