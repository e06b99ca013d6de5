"""Arithmetic that runs on ints, arrays and symbols alike: no formula branches on a value."""

from fractions import Fraction
from typing import Any, TypeAlias

Quantity: TypeAlias = Any  # an int, an integer array or a symbol: no static type covers all three


def times(value: Quantity, ratio: Quantity) -> Quantity:
    """value · ratio, rounded down: never a Fraction, as a ratio may be that is whole."""
    if not isinstance(ratio, Fraction):
        return value * ratio
    product = value * ratio.numerator
    return product // ratio.denominator if ratio.denominator > 1 else product


def differs(a: Quantity, b: Quantity) -> Quantity:
    """Where two quantities are not equal; what is unknown differs from nothing."""
    if a is b:  # over a grid most are, and a difference takes long
        return False
    apart = a - b
    return not isinstance(apart, float) and apart != 0  # only UNKNOWN makes a float


def ceil_div(numerator: Quantity, denominator: Quantity) -> Quantity:
    """numerator / denominator, rounded up; works on ints, arrays and symbols."""
    if _symbolic(numerator, denominator):
        from sympy import ceiling  # only formulas need it

        return ceiling(numerator / denominator)
    return -(-numerator // denominator)


def maximum(a: Quantity, b: Quantity) -> Quantity:
    """The larger one; works on ints, arrays and symbols."""
    if _symbolic(a, b):
        from sympy import Max  # only formulas need it

        return Max(a, b)
    return a + (b - a) * (b > a)


def minimum(a: Quantity, b: Quantity) -> Quantity:
    """The smaller one; works on ints, arrays and symbols."""
    if _symbolic(a, b):
        from sympy import Min  # only formulas need it

        return Min(a, b)
    return a + (b - a) * (b < a)


def _symbolic(a: Quantity, b: Quantity) -> bool:
    return hasattr(a, "free_symbols") or hasattr(b, "free_symbols")
