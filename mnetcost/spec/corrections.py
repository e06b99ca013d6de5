"""What is wrong with a number as it is written, and what to write instead."""

import re
from fractions import Fraction
from typing import Any

import yaml

from mnetcost.exact import MAX_LENGTH, parse_ratio
from mnetcost.expressions import ExpressionError, is_expression, parse, value_text
from mnetcost.problems import UsageError
from mnetcost.spec.nodes import Items, Node, Scalar, describe
from mnetcost.text import clip

_YAML_READS = r"[+-]?[0-9.][0-9a-fA-Fx_:.]{0,30}|[A-Za-z]{1,5}"
FEW = 4  # channels that an image has at most
_NUMBER = r"[+-]?[0-9.]*[0-9][0-9.]*([eE][+-]?[0-9]+)?"


_SIGNS = re.compile(r"[+*/<>=(]|\s-\s")
_WORD = re.compile(r"(?<![\w$.])[A-Za-z_]\w*(?![\w]|\s*\()", re.ASCII)
_FORMS = frozenset(("and", "or", "not", "if", "else", "true", "false"))


def arithmetic(text: str, wanted: type) -> tuple[str, str | None]:
    """Words for an expression where it is none, and what to write instead: nothing of others.

    That is its value, of the type that is wanted (an int, a bool, a Fraction), or where it has
    words, these as parameters.
    """
    if is_expression(text):
        return ": no expression can stand here", None
    named = _WORD.sub(lambda found: found[0] if found[0] in _FORMS else f"${found[0]}", text)
    if not _SIGNS.search(text):
        return "", None
    try:
        parsed = parse(named)
        value = named if parsed.names else _of(parsed.value({}), wanted)
    except ExpressionError:
        return "", None
    return "; an expression has a `$name` or `scaled()` in it", value


def input_meant(node: Node) -> str | None:
    """The `input:` that sides, written as a number, a list or 224x224x3, are meant as."""
    items = node.nodes if isinstance(node, Items) else [node]
    words = [one.text for one in items if isinstance(one, Scalar)]
    numbers = re.split(r"\s*[x×,]\s*", words[0]) if len(words) == 1 else words
    readable = all(re.fullmatch("[1-9][0-9]{0,5}", one) for one in numbers)
    if not readable or len(items) != len(words) or not 1 <= len(numbers) <= 3:
        return None
    if len(numbers) == 1:
        numbers = [*numbers, *numbers]
    if len(numbers) == 3 and int(numbers[0]) <= FEW < int(numbers[2]):  # as PyTorch has it
        numbers = [*numbers[1:], numbers[0]]
    height, width, channels = [*numbers, "3"][:3]
    sides = f"height: {height}, width: {width}, channels: {channels}"
    return f"input: {{{sides}}}"


def wrong_number(node: Scalar) -> tuple[str, str]:
    """The code and the words for a text that is no whole number in plain digits."""
    text = clip(node.text, MAX_LENGTH)
    readable = re.fullmatch(_YAML_READS, node.text, re.ASCII)
    reading = _yaml_reading(node.text) if readable else None
    code, message = "number-format", f"found {describe(node)}; write it out in plain digits"
    if isinstance(reading, bool):
        message = f"found `{text}`, which YAML reads as {str(reading).lower()}"
    elif isinstance(reading, float):
        code, message = "not-whole", f"{text} is not a whole number"
        if repr(reading) != text:
            message += f": YAML would read it as {reading!r}"
        if reading.is_integer():
            code, message = "number-format", f"found {describe(node)}; write {reading:.0f}"
    elif isinstance(reading, int):
        message = f"YAML would read {text} as {reading}; write {_plainly(node, reading)}"
    elif re.fullmatch(_NUMBER, node.text, re.ASCII):
        code, message = _written_out(node, code, message)
    else:
        code, message = "wrong-type", f"found {describe(node)}"
    return code, message


def _of(value: Any, wanted: type) -> str | None:
    """The text of a value of this type; a whole number is a Fraction too."""
    fits = type(value) is wanted or (wanted is Fraction and type(value) is int)
    return value_text(value) if fits else None


def _written_out(node: Scalar, code: str, message: str) -> tuple[str, str]:
    """What to write instead of a number such as 1e3, where it is small enough to say."""
    try:
        value = parse_ratio(node.text.lstrip("0") or "0", "")
    except UsageError:
        return code, message
    if value.denominator != 1:
        return "not-whole", f"{node.text} is not a whole number"
    return code, f"found {describe(node)}; write {value}"


def _yaml_reading(text: str) -> Any:
    """What YAML would read, or None where it fails itself ("0x_", "...")."""
    try:
        return yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        return None


def _plainly(node: Scalar, reading: int) -> str:
    decimal = node.text.lstrip("0")
    octal = node.text.startswith("0") and decimal.isascii() and decimal.isdecimal()
    return f"{decimal} or {reading}" if octal else str(reading)
