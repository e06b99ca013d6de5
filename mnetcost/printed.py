"""Figures as people write them ("569M"): published ones, and the limits of a budget."""

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from operator import index
from typing import Any

from mnetcost.problems import Mark, UsageError
from mnetcost.record import Record
from mnetcost.text import clip

AGREES, DIFFERS, ERRATUM = "agrees", "differs", "erratum"  # of published figures
FITS, OVER = "fits", "over"  # of budgets

_UNITS = {"": 0, "k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "T": 12}
_FIGURE = r"(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,12}))? ?([kKMGBT]?)"


class Printed(Record, kw_only=False):
    """A printed figure: its value, the weight of its last digit, and whether its author cut it."""

    text: str
    value: Fraction
    last_digit: Fraction
    truncated: bool = False

    @classmethod
    def read(cls, text: str, truncated: bool = False) -> "Printed":
        """From "569M", "4.2 M" or "568740352"; raises ValueError for anything else."""
        found = re.fullmatch(_FIGURE, text.strip())
        if not found:
            raise ValueError(f"{text!r} is not a figure such as 569M or 4.2 M")
        whole, decimals, unit = found[1], found[2] or "", Fraction(10 ** _UNITS[found[3]])
        last_digit = unit / 10 ** len(decimals)
        return cls(text, int(whole + decimals) * last_digit, last_digit, truncated)

    def agrees(self, exact: int | Fraction) -> bool:
        """Whether `exact` prints as this figure: within half its last digit, or cut to it."""
        if self.truncated:
            return self.value <= exact < self.value + self.last_digit
        return abs(exact - self.value) <= self.last_digit / 2


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
    size: tuple[int, int] | None = None  # instead of the spec's input sides, px
    variant: str | None = None
    set: Mapping[str, Any] = {}
    marks: Mapping[str, Mark] = {}

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

    Raises UsageError where one cannot be read.
    """
    given = {"mult_adds": mult_adds, "params": params}
    return Budget({kind: _limit(value, kind) for kind, value in given.items() if value is not None})


def _limit(value: Any, kind: str) -> Printed:
    """One limit. A float such as 150e6 may give it, where it is a whole number."""
    what = f"max-{kind.replace('_', '-')}"
    text = str(value)
    if not isinstance(value, (str, bool)):
        try:
            exact = isinstance(value, float) and value.is_integer()
            text = str(int(value) if exact else index(value))
        except TypeError:
            text = repr(value)
    try:
        return Printed.read(text)
    except ValueError:
        message = f"{what}: {clip(text)!r} is not a figure; write 150M, 1.5G or 4200000"
        raise UsageError(message) from None


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
