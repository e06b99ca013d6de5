"""Numbers read from text exactly, with their length bounded before Python converts them."""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mnetcost.problems import UsageError
from mnetcost.text import clip

MAX_LENGTH = 40
DIGITS = 6  # behind the point of a percentage
SHORT = 9  # characters of a ratio that need no decimals beside them
_WHOLE = "(?:0|[1-9][0-9]*)"  # a leading zero is octal somewhere
# Not compiled here: starting takes less, and most numbers are whole.
_RATIO = f"({_WHOLE})/({_WHOLE})"
_DECIMAL = rf"(?=\.?[0-9])({_WHOLE})?(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{{1,3}}))?"


def read_ratio(value: Any, what: str) -> Fraction:
    """An exact positive ratio from "0.75", "6/7", an int, a float or a Fraction.

    A float is read by its shortest decimal form. Raises UsageError, naming `what`, when it is
    none of these or not above zero.
    """
    if isinstance(value, bool):
        raise UsageError(f"{what}: {value} is not a number")
    exact = (value.numerator, value.denominator) if isinstance(value, (int, Fraction)) else ()
    if any(abs(part) >= 10**MAX_LENGTH for part in exact):
        raise UsageError(f"{what}: a number of over {MAX_LENGTH} digits")
    ratio = Fraction(value) if exact else parse_ratio(str(value).strip(), what)
    if ratio <= 0:
        raise UsageError(f"{what}: {clip(str(value))} is not above zero")
    return ratio


def parse_ratio(text: str, what: str) -> Fraction:
    """The exact value of "0.75", "3/4" or "-1e-3"; raises UsageError, naming `what`."""
    if len(text) > MAX_LENGTH:
        raise UsageError(f"{what}: {clip(text)} is too long; write at most {MAX_LENGTH} characters")
    negative, digits = text.startswith("-"), text.removeprefix("-")
    if found := re.fullmatch(_RATIO, digits):
        if int(found[2]) == 0:
            raise UsageError(f"{what}: {text} divides by zero")
        ratio = Fraction(int(found[1]), int(found[2]))
    elif found := re.fullmatch(_DECIMAL, digits):
        whole, decimals, exponent = found[1] or "", found[2] or "", int(found[3] or 0)
        if abs(exponent) > MAX_LENGTH:
            raise UsageError(f"{what}: {text} has an exponent beyond ±{MAX_LENGTH}")
        places = len(decimals) - exponent
        ratio = Fraction(int(whole + decimals) * 10 ** max(-places, 0), 10 ** max(places, 0))
    else:
        several = " (one number, not a list)" if set(text) & set(",:") else ""
        raise UsageError(f"{what}: {clip(text)!r} is not a number{several}; write 0.75, 3/4 or 1")
    return -ratio if negative else ratio


def read_whole(value: Any, what: str) -> int:
    """A whole number above zero, from an int, a NumPy integer or its decimal text."""
    try:
        ratio = read_ratio(value, what)
    except UsageError as error:
        message = str(error).replace("write 0.75, 3/4 or 1", "write a whole number, such as 224")
        raise UsageError(message) from None
    if ratio.denominator != 1:
        raise UsageError(f"{what}: {clip(str(value))} is not a whole number")
    return int(ratio)


def ratio_text(ratio: Fraction) -> str:
    """ "0.75" where six decimals say it exactly, else "6/7"."""
    top, bottom = ratio.numerator, ratio.denominator
    if 10**6 % bottom:
        return str(ratio)
    whole, decimals = divmod(10**6 // bottom * top, 10**6)
    return f"{whole}.{decimals:06}".rstrip("0").rstrip(".")


def nearest(ratio: Fraction) -> int:
    """The whole number nearest to a ratio, halves upwards."""
    return divide_half_up(ratio.numerator, ratio.denominator)


def percent_text(ratio: Fraction, to: Callable[[Fraction], int] = nearest) -> str:
    """A part of 1, zero or more, in percent, `to` three digits of it: "12.3 %"."""
    places = 0
    while 0 < ratio * 10 ** (places + 2) < 100 and places < DIGITS:
        places += 1
    whole, decimals = divmod(to(ratio * 10 ** (places + 2)), 10**places)
    ending = f".{decimals:0{places}}".rstrip("0").rstrip(".") if places else ""
    return f"{whole:,}{ending} %"


def change_text(ratio: Fraction) -> str:
    """A change by a part of 1 in percent, with its sign: "+12.3 %", "-4 %", "0 %"."""
    return ("-" if ratio < 0 else "+" if ratio else "") + percent_text(abs(ratio))


def ratio_words(ratio: Fraction) -> str:
    """A ratio in a sentence: "0.75", "6/7", and of a long one "0.5051 (exactly 10102/20001)"."""
    text = ratio_text(ratio)
    return text if len(text) <= SHORT else told(ratio)


def told(value: Any) -> str:
    """A value as a repr says it; of a ratio its decimals first: "0.8571 (exactly 6/7)"."""
    if isinstance(value, Fraction):
        text = ratio_text(value)
        return f"{float(value):.4g} (exactly {text})" if "/" in text else text
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return f"{value:,}" if is_number else repr(value)


def record_text(record: Any, *names: str) -> str:
    """What a record shows of itself: some of its values by name, or all of its fields."""
    values = ", ".join(f"{one}={told(getattr(record, one))}" for one in names or record._fields)
    return f"{type(record).__name__}({values})"


def divide_half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to numerator / denominator, halves upwards."""
    return (2 * numerator + denominator) // (2 * denominator)


def decimals(ratio: Fraction, places: int) -> str:
    """The exact ratio rounded half up to this many decimals."""
    scaled = divide_half_up(ratio.numerator * 10**places, ratio.denominator)
    whole, rest = divmod(scaled, 10**places)
    return f"{whole}.{rest:0{places}}"


def plain(value: Fraction) -> int | Fraction:
    """An int where the fraction is whole."""
    return int(value) if value.denominator == 1 else value


def literal(text: str) -> Any:
    """The number, boolean or text that a parameter's plain text stands for."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return plain(parse_ratio(text, "value"))
    except UsageError:
        return text
