"""Quantities with their units: "5.73 GMAC/s", "3.40 GB/s", "1 MiB", "6.3 %"."""

import re
from collections.abc import Mapping
from fractions import Fraction

from mnetcost.exact import parse_ratio
from mnetcost.problems import UsageError
from mnetcost.text import clip

DECIMAL: Mapping[str, int] = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
BINARY: Mapping[str, int] = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
# What a key holds, each with its prefixes and an example.
RATE, BANDWIDTH, SIZE, PART, TIME = "MAC/s", "B/s", "B", "%", "s"
EXAMPLES = {
    RATE: "5.73 GMAC/s",
    BANDWIDTH: "3.40 GB/s",
    SIZE: "512 KiB",
    PART: "6.3 %",
    TIME: "12.5 ms",
}
_FINE = {"": Fraction(1), "m": Fraction(1, 1000), "µ": Fraction(1, 10**6), "u": Fraction(1, 10**6)}


def read_quantity(text: str, unit: str) -> Fraction:
    """The exact value of a text in this unit, above zero.

    Raises UsageError with what to write for anything else.
    """
    found = re.fullmatch(r"\s*([0-9][0-9.]*)\s*(\S*)\s*", text)
    prefix = found[2].removesuffix(unit) if found and found[2].endswith(unit) else None
    times = None if prefix is None else _prefixes(unit).get(prefix)
    if found is None or times is None:
        raise UsageError(f"{clip(text)!r} is no quantity in {unit}; write {EXAMPLES[unit]}")
    value = parse_ratio(found[1], "quantity") * times
    if value <= 0:
        raise UsageError(f"{clip(text)!r} is not above zero; write {EXAMPLES[unit]}")
    return value


def _prefixes(unit: str) -> Mapping[str, int | Fraction]:
    if unit == PART:
        return {"": Fraction(1, 100)}
    if unit == TIME:
        return _FINE
    return {**DECIMAL, **BINARY} if unit in (SIZE, BANDWIDTH) else DECIMAL


def quantity_text(value: float | Fraction, unit: str) -> str:
    """Four digits of a value with its prefix: "5.731 GMAC/s", "6.32 %"."""
    if unit == PART:
        return f"{100 * float(value):.4g} %"
    prefixes = BINARY if unit == SIZE else {one: DECIMAL[one] for one in ("", "k", "M", "G", "T")}
    prefix = max((one for one in prefixes if value >= prefixes[one]), key=prefixes.__getitem__)
    return f"{float(value) / prefixes[prefix]:.4g} {prefix}{unit}"


def size_text(count: int) -> str:
    """Bytes exactly and as people say them: "1,204,224 B", "1.15 MiB"."""
    for prefix, times in reversed(tuple(BINARY.items())):
        if count >= times:
            hundredths = (200 * count + times) // (2 * times)
            return f"{hundredths // 100:,}.{hundredths % 100:02} {prefix}B"
    return f"{count:,} B"
