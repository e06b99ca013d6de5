"""Formulas of widths: α times what is written, under a rounding rule, and what a spec derives."""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mnetcost.analysis.explain.formulas import Formula, Symbols, sympy
from mnetcost.exact import divide_half_up
from mnetcost.expressions import Derived, template
from mnetcost.multipliers import LEAST_PART, Rounding

_ALONE = re.compile(r"\((\w+)\)(?=$| )")  # a bracketed parameter

# A rule around an expression, with the functions that expressions have.
_ROUNDED = {
    "none": "{0}",
    "floor": "max({1.minimum}, floor({0}))",
    "nearest": "max({1.minimum}, round({0}))",
    "divisible": "divisible({0}, {1.divisor}, {1.minimum})",
}


def rounded(symbols: Symbols, width: Any, rounding: Rounding) -> Any:
    """`width` under a rounding rule, as the rule itself does it on numbers."""
    core = sympy()
    if rounding.rule == "divisible":
        divisor = rounding.divisor
        nearest = divisor * divide_half_up(width, divisor)
        channels = core.Max(rounding.minimum or divisor, nearest)
        least, whole = LEAST_PART
        short = whole * symbols.value(channels) < least * symbols.value(width)
        return channels + divisor if short else channels
    channels = width if rounding.rule == "none" else rounding.step(width, 1)
    return core.Max(rounding.minimum, channels) if rounding.minimum else channels


def scaled(symbols: Symbols, written: int, rounding: Rounding, alpha: Fraction) -> Any:
    """A written width under α, and under the spec's own multiplier where it has one."""
    width = written * (symbols.new("α", alpha) if alpha != 1 else sympy().Integer(1))
    if rounding.multiplier != 1:
        width = width * symbols.new("μ", rounding.multiplier)
    return rounded(symbols, width, rounding)


def derived(symbols: Symbols, of: Derived, block: int) -> tuple[Formula, Formula]:
    """A width that follows from incoming channels: the spec's own expression, and its numbers."""
    names = {"here": "M", "in": "M"}
    values = {symbol: str(value) for symbol, value in symbols.named().items()}
    if "in" in of.expression.names and str(block) != values["M"]:
        symbols.new("M_B", block)
        names["in"], values["M_B"] = "M_B", str(block)
    numbers = {name: values[symbol] for name, symbol in names.items()}
    return _written(of, names), _written(of, numbers)


def _written(of: Derived, incoming: Mapping[str, str]) -> Formula:
    text = template(of.expression.text, {**of.scope, **incoming})
    text = _ALONE.sub(r"\1", text).replace(" * ", "·").replace(" / ", "/")
    if of.rounding:
        text = _ROUNDED[of.rounding.rule].format(text, of.rounding)
    return Formula(text, rf"\text{{{text}}}".replace("_", r"\_").replace("·", r"$\cdot$"))
