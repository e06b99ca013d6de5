"""Figures as people write them ("569M"): published ones, and the limits of a budget."""

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from operator import index
from typing import Any

from mnetcost.exact import divide_half_up, ratio_text
from mnetcost.problems import Mark, UsageError
from mnetcost.record import Record
from mnetcost.text import clip

AGREES, DIFFERS, ERRATUM = "agrees", "differs", "erratum"  # of published figures
FITS, OVER = "fits", "over"  # of budgets
SAME, PASSED_OVER = "same", "not compared"  # of figures that another network has
UNSURE = "unknown"  # of both, where the work of a layer is not known

EXACT, AUTO = "exact", "auto"  # of amounts: every digit; three digits and a prefix
UNITS = (EXACT, AUTO, "K", "M", "G")

FORMS = "569M, 4.2 million, 3.13e8, 1.5·10^7, 568,740,352 or 313.46 MMac"
PREFIXES = ("", "k", "M", "G", "T", "P")  # of a thousand to the power of their place

# The grammar: a number, then a power of ten or a prefix, and what is counted. Not one pattern:
# starting takes less, and few figures have commas or powers.
_FIGURE = r"(0|[1-9][0-9,]{0,60})(?:\.([0-9]{1,12}))?(.*)"
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+"
_POWER = r"(?:[eE]\+?([0-9]{1,2})|[·⋅×x*] ?10(?:\^([0-9]{1,2})|([⁰¹²³⁴-⁹]{1,2})))"
_POWER_STARTS = tuple("eE·⋅×x*")
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u2009\u202f"), " "
)  # of web pages, between a number and its unit
MAX_DIGITS = 40
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# Longer ones first, each with the power of a thousand.
_NAMED = {"thousand": 1, "million": 2, "billion": 3, "trillion": 4}
_NAMED |= {"mn": 2, "bn": 3, "tn": 4, "k": 1, "m": 2, "g": 3, "b": 3, "t": 4, "p": 5}
_BINARY = {"ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}
_COUNTED = {
    "MAC": ("mac", "macc", "madd", "mult-add", "multadd", "multiply-add", "multiply-accumulate"),
    "FLOP": ("flop", "f", "op", "operation"),
    "parameters": ("param", "parameter", "weight"),
    "bytes": ("byte",),
}
BYTES = (4, 2, 1)  # of a value: float32, float16, int8


def short_text(value: int) -> str:
    """As people say it, three digits and a prefix, halves up: "569 M", "4.21 M", "864"."""
    if value < 1000:
        return str(value)
    last = 10 ** (len(str(value)) - 3)
    rounded = divide_half_up(value, last) * last
    thousands = min((len(str(rounded)) - 1) // 3, len(PREFIXES) - 1)
    whole, rest = divmod(rounded, 1000**thousands)
    decimals = f"{rest:0{3 * thousands}}"[: max(3 - len(str(whole)), 0)]
    return f"{whole:,}{'.' if decimals else ''}{decimals} {PREFIXES[thousands].upper()}"


class Printed(Record, kw_only=False):
    """A printed figure: its value, the weight of its last digit, and whether its author cut it.

    `unit` is what it says that it counts (MAC, FLOP, parameters or bytes), empty where it says
    nothing; `thousands` the power of a thousand that its prefix stands for.
    """

    text: str
    value: Fraction
    last_digit: Fraction
    truncated: bool = False
    unit: str = ""
    thousands: int = 0

    def __repr__(self) -> str:
        return f"Printed({self.text!r})"

    @classmethod
    def read(cls, text: str, truncated: bool = False) -> "Printed":
        """From "569M", "3.13e8", "313.46 MMac" or "568,740,352".

        Raises ValueError, with what to write, for anything else.
        """
        plain = text.strip() if text.isascii() else text.translate(_SPACES).strip()
        found = re.fullmatch(_FIGURE, plain)
        whole = _read_whole(found[1]) if found else ""
        power, rest = _read_power(found[3]) if found else (0, "")
        suffix = _read_suffix(rest)
        if not found or not whole or not suffix:
            raise ValueError(f"{clip(text)!r} is not a figure; write {FORMS}")
        times, thousands, unit = suffix
        if power and times != 1:
            raise ValueError(f"{clip(text)!r} has a power of ten and a prefix; write one of them")
        adds = rest.lower().startswith("madd") and len(whole) < len("10000")
        if adds and times == 1 and not power:  # mega-adds?
            raise ValueError(f"{clip(text)!r}: write {whole}M MACs, or {whole} MACs")
        decimals = found[2] or ""
        last_digit = Fraction(times * 10**power, 10 ** len(decimals))
        return cls(text, int(whole + decimals) * last_digit, last_digit, truncated, unit, thousands)

    def agrees(self, exact: int | Fraction) -> bool:
        """Whether `exact` prints as this figure: within half its last digit, or cut to it."""
        if self.truncated:
            return self.value <= exact < self.value + self.last_digit
        return abs(exact - self.value) <= self.last_digit / 2

    def misfit(self, kind: str, work: str = "MAC") -> str:
        """Why it cannot be a figure of this kind, with what to write; empty where it can.

        `work` is the unit of mult-adds as they are counted here: MAC or FLOP.
        """
        wanted = work if kind == "mult_adds" else "parameters"
        if self.unit in ("", wanted):
            return ""
        found = f"{clip(self.text)} is of {_plural(self.unit)}, and {kind} of {_plural(wanted)}"
        if {self.unit, wanted} == {"MAC", "FLOP"}:
            other = self.times(Fraction(2) if work == "FLOP" else Fraction(1, 2))
            return f"{found}; write {other} where a MAC is two FLOPs, or {self.times()} where one"
        if (self.unit, wanted) == ("bytes", "parameters"):
            ways = [f"{self.times(Fraction(1, each))} for values of {each} bytes" for each in BYTES]
            return f"{found}; write {', '.join(ways[:-1])}, {self.times()} for values of 1"
        return found

    def times(self, ratio: Fraction = Fraction(1)) -> str:
        """The figure times a ratio, as a figure without a unit, to four decimals."""
        value, thousands = self.value * ratio, self.thousands
        if not thousands and self.last_digit > 1:
            thousands = max(n for n in range(len(PREFIXES)) if value >= 1000**n or not n)
        return ratio_text(round(value / 1000**thousands, 4)) + PREFIXES[thousands]


def _plural(unit: str) -> str:
    return unit if unit.endswith("s") else f"{unit}s"


def _read_whole(text: str) -> str:
    """The digits of a whole number without its commas, which stand between thousands; or none."""
    digits = text.replace(",", "")
    grouped = "," not in text or re.fullmatch(_GROUPED, text)
    return digits if grouped and len(digits) <= MAX_DIGITS else ""


def _read_power(text: str) -> tuple[int, str]:
    """The power of ten that a text begins with, and the rest of it, both behind a space or none."""
    text = text.removeprefix(" ")
    found = re.match(_POWER, text) if text.startswith(_POWER_STARTS) else None
    if not found:
        return 0, text
    power = found[1] or found[2] or found[3].translate(_DIGITS)
    return int(power), text[found.end() :].removeprefix(" ")


def _read_suffix(text: str) -> tuple[int, int, str] | None:
    """By how much a suffix multiplies, its power of a thousand, and its unit; None for no suffix.

    A B alone is a billion, behind a prefix it is bytes; 2^10n is a prefix only as Ki, Mi, Gi, Ti.
    """
    lowered = text.lower()
    for prefix, times in _BINARY.items():
        if lowered.startswith(prefix) and (unit := _read_unit(text[2:])) is not None:
            return times, 0, unit
    for prefix, thousands in _NAMED.items():
        if lowered.startswith(prefix):
            unit = _read_unit(text[len(prefix) :])
            if unit is not None:
                return 1000**thousands, thousands, unit
    unit = _read_unit(text)
    return None if unit is None else (1, 0, unit)


def _read_unit(text: str) -> str | None:
    """The unit that a word means, empty for none; None for no unit."""
    word = text.removeprefix(" ")
    if word in ("", "B"):
        return "bytes" if word else ""
    singular = word.lower().removesuffix("s").replace("_", "-").replace(" ", "-")
    return next((unit for unit, words in _COUNTED.items() if singular in words), None)


def _learned(count: Any) -> int:
    """What training changes: weights, biases, affine pairs and the rest, as torch counts."""
    kinds = count.parameters
    return int(kinds.weights + kinds.biases + kinds.norm_affine + kinds.other)


# The kinds of figures, and what each is of a network's count.
FIGURES: Mapping[str, Callable[[Any], int]] = {
    "params": lambda count: count.params,
    "mult_adds": lambda count: count.mult_adds,
    "learned": _learned,
    "stored": lambda count: _learned(count) + count.parameters.norm_statistics,  # as Keras counts
    "folded": lambda count: count.folded,  # as inference engines store
}


class Budget(Record, kw_only=False):
    """The most that a network may have of some figures, and the setting that this holds for.

    Unlike a printed figure a limit is exact: 600M is 600,000,000. `marks` are the places of the
    limits in the spec's text.
    """

    most: Mapping[str, Printed]
    alpha: Fraction = Fraction(1)
    rho: Fraction | None = None
    resolution: int | None = None
    size: tuple[int, ...] | None = None  # instead of the spec's input sides, px, and channels
    variant: str | None = None
    set: Mapping[str, Any] = {}
    marks: Mapping[str, Mark] = {}

    def __repr__(self) -> str:
        return f"Budget({', '.join(f'{kind}={limit:,}' for kind, limit in self.limits().items())})"

    def figures(self) -> Iterator[tuple[str, Printed]]:
        """Each limit with its kind."""
        return iter(self.most.items())

    def limits(self) -> dict[str, int]:
        """Each limit as the largest whole number within it."""
        return {kind: int(printed.value) for kind, printed in self.most.items()}

    def holds(self, count: Any) -> bool:
        """Whether a count, or what has its `mult_adds` and `params`, is within every limit."""
        return all(FIGURES[kind](count) <= limit for kind, limit in self.limits().items())

    def verdict(self, printed: Printed, exact: int) -> str:
        """fits, or over where a count is above a limit."""
        return FITS if exact <= printed.value else OVER

    def complaint(self, kind: str, printed: Printed, exact: int) -> str:
        """What is wrong with a count that is over."""
        limit = int(printed.value)
        written = "" if printed.text.isdecimal() else f" ({printed.text})"
        return f"{kind} {exact:,} is over {limit:,}{written} by {exact - limit:,}"


def read_budget(mult_adds: Any = None, params: Any = None) -> Budget:
    """The budget of these limits, each a whole number, a text such as "150M", or None.

    Raises UsageError where one cannot be read, or is no number of parameters. What mult-adds are
    of is known where they are counted.
    """
    given = {"mult_adds": mult_adds, "params": params}
    return Budget({kind: _limit(value, kind) for kind, value in given.items() if value is not None})


def read_budgets(mult_adds: Any = (), params: Any = ()) -> tuple[Budget, ...]:
    """A budget for each of these limits alone, one or several of each kind, as `read_budget`."""
    return tuple(
        read_budget(**{kind: value})
        for kind, given in (("mult_adds", mult_adds), ("params", params))
        for value in (given if isinstance(given, (list, tuple)) else (given,))
        if value is not None
    )


def _limit(value: Any, kind: str) -> Printed:
    """One limit. A float such as 150e6 may give it, where it is a whole number."""
    text = str(value)
    if not isinstance(value, (str, bool)):
        try:
            exact = isinstance(value, float) and value.is_integer()
            text = str(int(value) if exact else index(value))
        except TypeError:
            text = repr(value)
    try:
        printed = Printed.read(text)
    except ValueError as error:
        raise UsageError(f"{option(kind)}: {error}") from None
    if kind == "params" and (misfit := printed.misfit(kind)):
        raise UsageError(f"{option(kind)}: {misfit}")
    return printed


def option(kind: str) -> str:
    """What the option for a limit of this kind is called."""
    return f"max-{kind.replace('_', '-')}"


class Expectation(Record, kw_only=False):
    """A published figure kept beside the network, and the setting that it holds for."""

    source: str
    params: Printed | None
    mult_adds: Printed | None
    alpha: Fraction
    rho: Fraction | None
    resolution: int | None
    learned: Printed | None = None
    stored: Printed | None = None
    folded: Printed | None = None
    variant: str | None = None
    set: Mapping[str, Any] = {}  # the knobs that differ from their defaults
    erratum: str = ""  # why the print is known to be off, empty where it is not
    marks: Mapping[str, Mark] = {}  # the places of the figures in the spec's text
    size: None = None  # a figure holds for the spec's own input

    def figures(self) -> Iterator[tuple[str, Printed]]:
        """Each printed figure with its kind."""
        for kind in FIGURES:
            printed = getattr(self, kind)
            if printed is not None:
                yield kind, printed

    def verdict(self, printed: Printed, exact: int) -> str:
        """agrees, differs, or erratum for a print that is known to be off."""
        if printed.agrees(exact):
            return AGREES
        return ERRATUM if self.erratum else DIFFERS

    def complaint(self, kind: str, printed: Printed, exact: int) -> str:
        """What is wrong with a count that differs."""
        source = f" ({self.source})" if self.source else ""
        return f"{kind} {exact:,} does not agree with {printed.text}{source}"
