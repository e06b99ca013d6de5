"""JSON that somebody else wrote: bounded before it is parsed, and every key said once."""

import json
import re
from itertools import accumulate

from mnetcost.importing.model import MAX_DIGITS, MAX_NESTING, refusal
from mnetcost.problems import SpecError
from mnetcost.text import clip

MAX_TEXT = 2**24  # bytes: some 5,000 calls of PyTorch's with their stack traces
MAX_ITEMS = 600_000  # of all lists and objects together
MAX_QUOTES = 3 * MAX_ITEMS  # a text has two

# No text can be written that holds one of these.
_HALF = (
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_BRACKETS = b"[]{}"
_OTHERS = bytes(set(range(256)) - set(_BRACKETS))
# Digits all alike, and more of them than a number has: the fraction of a float has 20 at most.
_ALIKE = bytes(ord("0") if sign in b"0123456789" else sign for sign in range(256))
_TOO_LONG = b"0" * (MAX_DIGITS + 3)
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def parsed(text: bytes, label: str, place: str) -> object:
    """The value that a JSON text says: UTF-8, finite numbers, no key twice in an object.

    Brackets, items and digits are counted before anything is built of them. Raises SpecError.
    """
    _check_sizes(text, label, place)
    try:
        return json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        message = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise refusal(label, place, "malformed", message, "JSON") from None
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1:,} is no UTF-8"
        raise refusal(label, place, "malformed", message) from None
    except ValueError as error:  # an odd number, or a key twice
        raise refusal(label, place, "malformed", str(error)) from None


def _check_sizes(text: bytes, label: str, place: str) -> None:
    """SpecError of a text that would take more than a network needs."""
    if len(text) > MAX_TEXT:
        raise _too_large(label, place, f"{len(text):,} bytes", f"{MAX_TEXT:,}")
    quotes = text.count(b'"')
    if quotes > MAX_QUOTES:
        raise _too_large(label, place, f"{quotes:,} quotation marks", f"{MAX_QUOTES:,}")
    bare = text.replace(b"\\\\", b"--") if b"\\" in text else text
    if (b"\\ud" in bare or b"\\uD" in bare) and re.search(_HALF, bare):
        message = "half a character: a surrogate without the other of its pair"
        raise refusal(label, place, "malformed", message)
    outside = b'"'.join(bare.replace(b'\\"', b"").split(b'"')[::2])  # of the texts in it
    brackets = outside.translate(None, _OTHERS)
    items = outside.count(b",") + len(brackets) // 2
    if items > MAX_ITEMS:
        raise _too_large(label, place, f"{items:,} items", f"{MAX_ITEMS:,}")
    depth = max(accumulate(map(_STEPS.__getitem__, brackets)), default=0)
    if depth > MAX_NESTING:
        raise _too_large(label, place, f"brackets {depth:,} deep", str(MAX_NESTING))
    if _TOO_LONG in outside.translate(_ALIKE):
        raise _too_large(label, place, "a number of many digits", f"{MAX_DIGITS} digits")


def _too_large(label: str, place: str, found: str, most: str) -> SpecError:
    return refusal(label, place, "too-large", f"it has {found}", f"at most {most}")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {clip(key)} stands twice in an object")
            seen.add(key)
    return made


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{clip(digits)} is too large for a number")
    return number
