"""Formulas of widths: α times what is written, under a rounding rule, and what a spec derives."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from mnetcost.analysis.explain.formulas import Formula, Symbols, sympy
from mnetcost.exact import divide_half_up
from mnetcost.expressions import Derived, template
from mnetcost.multipliers import LEAST_PART, Rounding, Ruled

_ALONE = re.compile(r"\((\w+)\)(?=$| )")  # a bracketed parameter

# What stands for $in and $here where these are not the channels into the layer itself.
_ELSEWHERE = {"in": "M_B", "here": "M_S"}

# What a text in mathematics may not hold as it is, with the command that shows it.
_SIGNS = {
    "·": r"\cdot ",
    "α": r"\alpha ",
    "μ": r"\mu ",
    "\\": r"\backslash ",
    "^": r"\wedge ",
    "~": r"\sim ",
    **{sign: f"\\{sign}" for sign in "_{}$&#%"},
}
_SIGN = re.compile(f"([{re.escape(''.join(_SIGNS))}])")

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


def derived(
    symbols: Symbols, of: Derived, incoming: Mapping[str, int], rounding: Rounding, alpha: Fraction
) -> tuple[Formula, Formula]:
    """A width that follows from incoming channels: the spec's own expression, and its numbers.

    Those that come into the layer itself are M, others have symbols of their own.
    In the place of `scaled(X)` stands α times X under the rule that rounds it.
    """
    names = {"here": "M", "in": "M"}
    ruled = [one if isinstance(one, Ruled) else Ruled(one, rounding) for one in of.widths]
    if ruled and alpha != 1:
        symbols.new("α", alpha)
    if any(one.rounding.multiplier != 1 for one in ruled):
        symbols.new("μ", ruled[0].rounding.multiplier)  # the spec's, whatever rounds
    values = {symbol: str(value) for symbol, value in symbols.named().items()}
    for name, symbol in _ELSEWHERE.items():
        if name in of.expression.names and str(incoming[name]) != values["M"]:
            symbols.new(symbol, incoming[name])
            names[name], values[symbol] = symbol, str(incoming[name])
    numbers = {name: values[symbol] for name, symbol in names.items()}
    factors = {symbol: symbol for symbol in values}, values
    return tuple(  # type: ignore[return-value]
        _written(of, incoming, [_scaled(one, known) for one in ruled])
        for incoming, known in zip((names, numbers), factors)
    )


def _scaled(of: Ruled, known: Mapping[str, str]) -> str:
    """A width under α, as its rule rounds it."""
    factors = [known[name] for name in ("α", "μ") if name in known]
    width = "·".join([*factors, str(of.written)])
    if of.rounding.rule == "none":
        return f"({width})" if factors else width
    return _ROUNDED[of.rounding.rule].format(width, of.rounding)


def _written(of: Derived, incoming: Mapping[str, str], scaled: Sequence[str]) -> Formula:
    known = {**of.scope, **incoming}
    text = template(of.expression.text, known)
    for one, width in zip(of.expression.widths, scaled):
        text = text.replace(template(one.text, known), width)
    text = _ALONE.sub(r"\1", text).replace(" * ", "·").replace(" / ", "/")
    if of.rounding:
        text = _ROUNDED[of.rounding.rule].format(text, of.rounding)
    pieces = filter(None, _SIGN.split(text))
    return Formula(text, "".join(_SIGNS.get(one, rf"\text{{{one}}}") for one in pieces))
