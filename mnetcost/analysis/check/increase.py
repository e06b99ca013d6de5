"""How much more a network costs than another one, such as itself on the main branch."""

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import NamedTuple

from mnetcost.analysis.check.against import Against
from mnetcost.cost import Count, LayerCost
from mnetcost.exact import parse_ratio
from mnetcost.printed import FIGURES, FITS, OVER, UNSURE
from mnetcost.problems import UsageError
from mnetcost.text import clip

KINDS = ("params", "mult_adds")
MOST = 3  # layers that are named
FORMS = "1%, 0.5%, 0 or params=1%,mult_adds=0"


class Growth(NamedTuple):
    """A layer that costs more than there, of which a new one costs nothing."""

    layer: LayerCost
    here: int
    there: int


class New(NamedTuple):
    """A network that the other side has not, so that nothing holds it."""

    spec: str
    target: str
    here: Count


class Increase(NamedTuple):
    """One figure of a network against that of another, and how much larger it may be."""

    pair: Against
    kind: str
    limit: Fraction  # a part of what it is there

    @property
    def computed(self) -> int:
        """The figure of the network itself."""
        return FIGURES[self.kind](self.pair.here)

    @property
    def there(self) -> int:
        """That of the other one."""
        return FIGURES[self.kind](self.pair.there)

    @property
    def most(self) -> Fraction:
        """What it may be at most."""
        return self.there * (1 + self.limit)

    @property
    def ratio(self) -> Fraction | None:
        """By which part of that there it is more; None where there is nothing."""
        return Fraction(self.computed - self.there, self.there) if self.there else None

    @property
    def beyond(self) -> Fraction | None:
        """By which part of that there it is more than allowed, below zero where it is less."""
        return None if self.ratio is None else self.ratio - self.limit

    @property
    def left(self) -> int:
        """How many more it may have, below zero where it has too many."""
        return floor(self.most) - self.computed

    @property
    def failed(self) -> bool:
        """Whether it does not surely hold."""
        return self.verdict != FITS

    @property
    def verdict(self) -> str:
        """fits or over; unknown where what was not counted could change that."""
        over = self.computed > self.most
        if self.pair.there.at_least or (self.pair.here.at_least and not over):
            return UNSURE
        return OVER if over else FITS

    @property
    def grown(self) -> tuple[Growth, ...]:
        """The layers that grew most, the largest growth first."""
        figure = FIGURES[self.kind]
        pairs = [(here, there) for here, there in self.pair.differing if here]
        grown = [Growth(here, figure(here), figure(there) if there else 0) for here, there in pairs]
        found = [one for one in grown if one.here > one.there]
        return tuple(sorted(found, key=lambda one: one.there - one.here)[:MOST])


def increases(pair: Against, limits: Mapping[str, Fraction]) -> list[Increase]:
    """Every figure that has a limit."""
    return [Increase(pair, kind, limit) for kind, limit in limits.items()]


def read_increase(text: str) -> dict[str, Fraction]:
    """The limits of a text: one for parameters and mult-adds, or one of each by its name.

    Raises UsageError for what is no percentage of zero or more.
    """
    named = [part.partition("=") for part in text.split(",")]
    if not any(equals for _, equals, _ in named):
        return dict.fromkeys(KINDS, _percentage(text))
    limits: dict[str, Fraction] = {}
    for name, _, value in named:
        kind = name.strip().replace("-", "_")
        if kind not in KINDS or kind in limits:
            twice = "given twice" if kind in limits else f"not one of {', '.join(KINDS)}"
            raise UsageError(f"max-increase: {clip(name.strip())!r} is {twice}; write {FORMS}")
        limits[kind] = _percentage(value)
    return limits


def _percentage(text: str) -> Fraction:
    number, sign, rest = text.strip().partition("%")
    try:
        ratio = parse_ratio(number.strip(), "max-increase")
    except UsageError:
        ratio = Fraction(-1)
    if ratio < 0 or rest or not (sign or ratio == 0):
        raise UsageError(f"max-increase: {clip(text.strip())!r} is no percentage; write {FORMS}")
    return ratio / 100
