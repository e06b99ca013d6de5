"""An evaluator of the text of formulas that knows no layer."""

import math
import re
from fractions import Fraction

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
BRACKETS = {"⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "·": "*"}
SYMBOL = re.compile(r"D_[KFOLWP23][hw]?|(?<![a-z_])[αρμBMGgmNshkPSδECL](?:_[hwBko23])?(?![a-z(])")


def evaluate(text: str, symbols: dict[str, object] | None = None) -> Fraction:
    """The value of a formula's text, by Python's own arithmetic on fractions."""
    if symbols is not None:
        text = SYMBOL.sub(lambda found: f"({symbols[found[0]]})", text)
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"^{found[0].translate(SUPERSCRIPTS)}", text)
    for sign, code in BRACKETS.items():
        text = text.replace(sign, code)
    text = re.sub(r"(?<![\^\d])\d+", lambda found: f"Fraction({found[0]})", text).replace("^", "**")
    known = {
        "Fraction": Fraction,
        "floor": lambda value: Fraction(math.floor(value)),
        "ceil": lambda value: Fraction(math.ceil(value)),
        "gcd": lambda a, b: math.gcd(int(a), int(b)),
        "max": max,
        "min": min,
        "round": lambda value: Fraction(math.floor(value + Fraction(1, 2))),
        "divisible": make_divisible,
    }
    return Fraction(eval(text, {"__builtins__": {}}, known))


def make_divisible(value: Fraction, divisor: Fraction, least: Fraction = Fraction(0)) -> Fraction:
    """As in tensorflow/models, slim/nets/mobilenet/mobilenet.py, on fractions."""
    new = max(least or divisor, math.floor((value + divisor / 2) / divisor) * divisor)
    return new + divisor if new < Fraction(9, 10) * value else new
