"""What gives a printed number: the candidates that print so, and how likely that is by chance."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import log
from typing import NamedTuple, TypeAlias

from mnetcost.analysis.reconcile.candidates import Candidate
from mnetcost.printed import Printed

WAYS = ROUNDED, TRUNCATED = "rounded", "truncated"
Ways: TypeAlias = tuple[tuple[str, Printed], ...]  # a figure as each way prints it
# How far what is not plain is from it: see `candidates`.
CUT, BINARY, BINARY_BYTES = 1, 4, 1
TOOL_CUT = 5  # tools round what they print
CALLED = {("MAC", "FLOP"): 1, ("FLOP", "MAC"): 4}  # a number called what the figure says

# A figure is not explained by what a larger share of all figures would find; what is further than
# a network without its first or last layer, plainly counted, must say more.
MOST_CHANCE, FAR, FAR_CHANCE = 0.2, 7, 0.02
SURE = 0.05  # by chance less often: it is what was counted, and not only may be
SURE_DIGITS = 4  # of parameters that are told in units of 1024², which hardly anybody does
SURE_CALLED = 0.005  # of what is not plain and called otherwise: MACs that are called FLOPs
SURE_ELSEWHERE = 0.01  # of what is at another setting than that asked for, which is a guess itself
RIVAL = 1  # how much further another tool's number may be that makes the first unsure


class Match(NamedTuple):
    """A candidate in units of 1000^n or of 1024^n, and how it prints.

    `shown` is what its author would have printed digits of; `chance` the share of the figures
    like the printed one, from half to twice of it, that something as plain would give.
    """

    candidate: Candidate
    binary: bool
    shown: Fraction
    printed: str  # "rounded", "truncated" or "" where it does not print so
    distance: int
    chance: float = 0

    @property
    def explains(self) -> bool:
        """Whether it says more than chance."""
        return self.chance <= (MOST_CHANCE if self.distance <= FAR else FAR_CHANCE)


class Matches(NamedTuple):
    """What explains a printed number, what prints so by chance, and what comes nearest.

    The nearest are numbers of the network asked for.
    """

    tried: int
    explained: tuple[Match, ...]
    by_chance: tuple[Match, ...]
    nearest: tuple[Match, ...]


def matches(candidates: Sequence[Candidate], printed: Printed) -> Matches:
    """Which candidates print as a figure, the plainest first.

    A figure of one digit is explained by nothing: any number has one of nine.
    """
    ways = tuple((words, printed._replace(truncated=words == TRUNCATED)) for words in WAYS)
    tried = [one for candidate in candidates for one in _units(candidate, ways)]
    hits = sorted((one for one in tried if one.printed), key=lambda one: _order(one, printed))
    chances = {each: chance(tried, printed, each) for each in {one.distance for one in hits}}
    hits = [one._replace(chance=chances[one.distance]) for one in hits]
    explained = [one for one in hits if one.explains and digits(printed) > 1]
    near: dict[int, Match] = {}
    others = (one for one in tried if not (one.binary or one.printed or one.candidate.network))
    for one in sorted(others, key=lambda one: abs(one.shown - printed.value)):
        near.setdefault(one.candidate.value, one)
    nearest = list(near.values())[:5]
    return Matches(len(tried), tuple(explained), tuple(hits[len(explained) :]), tuple(nearest))


def is_sure(found: Matches, printed: Printed) -> bool:
    """Whether the first explanation is what was counted, and not only may be.

    Nobody counts a network that does not follow its input, tools cut no figures, two tools that
    exclude each other explain nothing surely, and parameters are seldom told in units of 1024².
    """
    first = found.explained[0]
    one = first.candidate
    binary = first.binary and one.unit == "parameters" and digits(printed) < SURE_DIGITS
    further = CALLED.get((one.unit, printed.unit), 0)
    bound = SURE if one.setting is None else SURE_ELSEWHERE
    bound = SURE_CALLED if further and first.distance > further else bound
    if first.chance > bound or one.warnings or binary:
        return False
    if not one.tool:
        return True
    rivals = [
        other.candidate.value
        for other in found.explained
        if other.candidate.tool and other.distance <= first.distance + RIVAL
    ]
    return first.printed == ROUNDED and {*rivals} == {one.value}


def digits(printed: Printed) -> int:
    """How many digits a figure claims."""
    return len(str(int(printed.value / printed.last_digit)))


def _order(one: Match, printed: Printed) -> tuple[int, bool, Fraction]:
    return one.distance, one.printed == TRUNCATED, abs(one.shown - printed.value)


def _units(candidate: Candidate, ways: Ways) -> Iterator[Match]:
    printed = ways[0][1]
    distance = candidate.distance + CALLED.get((candidate.unit, printed.unit), 0)
    yield _match(candidate, ways, False, distance)
    if printed.thousands and candidate.setting is None:  # elsewhere it would be a second guess
        further = BINARY_BYTES if candidate.unit == "bytes" else BINARY
        yield _match(candidate, ways, True, distance + further)


def _match(candidate: Candidate, ways: Ways, binary: bool, distance: int) -> Match:
    power = ways[0][1].thousands
    shown = Fraction(candidate.value * 1000**power, (1024 if binary else 1000) ** power)
    for words, printed in ways:
        if printed.agrees(shown):
            further = _cut(candidate) if words == TRUNCATED else 0
            return Match(candidate, binary, shown, words, distance + further)
    return Match(candidate, binary, shown, "", distance)


def _cut(candidate: Candidate) -> int:
    """How much further a number is that is cut."""
    return TOOL_CUT if candidate.tool else CUT


def chance(tried: Sequence[Match], printed: Printed, distance: int) -> float:
    """The share of figures, from half to twice this one, that something this near would give.

    Figures of as many digits are taken for even on a logarithmic scale. Each number is given by
    those within half a digit of it, and, where that is near enough, by those that cut it.
    """
    value, digit = float(printed.value), float(printed.last_digit)
    spans = []
    for one in tried:
        cut = _cut(one.candidate)
        rounded = one.distance - (cut if one.printed == TRUNCATED else 0)
        if rounded <= distance:
            below = digit if rounded + cut <= distance else digit / 2
            spans.append((float(one.shown) - below, float(one.shown) + digit / 2))
    covered, reached = 0.0, value / 2
    for low, high in sorted(spans):
        start, end = max(low, reached), min(high, 2 * value)
        if end > start:
            covered += log(end / start)
            reached = end
    return covered / log(4)
