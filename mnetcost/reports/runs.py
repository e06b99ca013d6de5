"""Equal neighbours: how many follow each other, and the name of all of them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

LONGEST_RUN = 8  # of rows that are repeated together
_NUMBERED = (re.compile(r"(.*?)([0-9]+)"), re.compile(r"(.*?)([0-9.]+)"))


def runs(keys: Sequence[Any], place: int) -> Iterator[range]:
    """The runs that begin at a place: of equal neighbours, of pairs of them, and so on.

    Each is the range of the places where a round of it begins, so that its step is its length.
    """
    for length in range(1, LONGEST_RUN + 1):
        end = place + length
        while keys[end : end + length] == keys[place : place + length] and end < len(keys):
            end += length
        if end > place + length:
            yield range(place, end, length)


def span(first: str, last: str) -> str:
    """The names of equal neighbours: "bottleneck_3.2–36", "separable_7.1–5/depthwise"."""
    pairs = list(zip(first.split("/"), last.split("/")))
    if first.count("/") == last.count("/") and sum(one != other for one, other in pairs) == 1:
        return "/".join(_span(one, other) for one, other in pairs)
    return _span(first, last)


def _span(first: str, last: str) -> str:
    if first == last:
        return first
    for numbered in _NUMBERED:
        one, other = numbered.fullmatch(first), numbered.fullmatch(last)
        if one and other and one[1] == other[1]:
            return f"{first}–{other[2]}"
    return f"{first} – {last}"
