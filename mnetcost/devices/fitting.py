"""Two numbers of a device from measured times: its rate of products, and of bytes.

A network takes products / rate + bytes / bandwidth. What is fitted is the logarithm of the time,
so that a short one counts for as much as a long one, and a time that is far off counts for little.
"""

from collections.abc import Callable, Sequence
from math import exp, hypot, log, sqrt
from statistics import NormalDist, fmean, median
from typing import NamedTuple

from mnetcost.problems import UsageError

SOFT = 0.1  # how far off a time may be, in logarithms, before it counts for less and less
STEPS = 60  # of a search that keeps 62 % of a range: the last is 1e-12 of the first
GOLDEN = (sqrt(5) - 1) / 2
# Products a byte of processors of one class, by their dtype and whether several cores work: the
# median of 18 clusters of nine ARM boards (Tencent/ncnn, benchmark/README.md at a4d2ea1d4422).
BALANCES = {
    ("float32", False): 1.5,
    ("float32", True): 3.0,
    ("float16", False): 3.5,
    ("float16", True): 2.7,
}
SPREAD = 0.4  # of the logarithm of a balance about that of its class
WIDEST = 4.0  # the farthest that it can be


class Sample(NamedTuple):
    """A network's work on a device, and the seconds that it took."""

    name: str
    products: float
    moved: float
    seconds: float


class Fit(NamedTuple):
    """Products and bytes a second."""

    rate: float
    bandwidth: float

    @property
    def balance(self) -> float:
        """Products for every byte: those of as long a time."""
        return self.rate / self.bandwidth

    def seconds(self, products: float, moved: float) -> float:
        """The time that this work takes."""
        return products / self.rate + moved / self.bandwidth


def fit(samples: Sequence[Sample], balance: float) -> Fit:
    """The two numbers that are nearest to the times; with few of them near a class' `balance`.

    Raises UsageError where there is no time.
    """
    if not samples:
        raise UsageError("nothing was measured")
    middle = log(balance)

    def loss(at: float) -> float:
        rests = _rests(samples, exp(at))
        level = _level(rests)
        return sum(_miss(one - level) for one in rests) + ((at - middle) / SPREAD) ** 2 / 2

    at = _least(loss, middle - WIDEST, middle + WIDEST)
    rate = exp(-_level(_rests(samples, exp(at))))
    return Fit(rate, rate / exp(at))


def left_out(samples: Sequence[Sample], balance: float) -> list[float]:
    """How far off each time is of a fit without it: the logarithm of measured over told."""
    found = []
    for at, one in enumerate(samples):
        others = fit([*samples[:at], *samples[at + 1 :]], balance)
        found.append(log(one.seconds / others.seconds(one.products, one.moved)))
    return found


def half_width(rests: Sequence[float]) -> float:
    """Half of the interval that holds four of five times, in logarithms; of three rests or more.

    Student's distribution, of as many degrees of freedom as there are times beside the two numbers,
    by the expansion of Fisher and Cornish 1960.
    """
    free, z = max(len(rests) - 2, 1), NormalDist().inv_cdf(0.9)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    student: float = z + sum(term / free**power for power, term in enumerate(terms, 1))
    return student * sqrt(fmean(one**2 for one in rests))


def _rests(samples: Sequence[Sample], balance: float) -> list[float]:
    """What is left of the logarithm of each time without that of its work, in products."""
    return [log(one.seconds) - log(one.products + balance * one.moved) for one in samples]


def _miss(rest: float) -> float:
    """How much a rest counts for: its square while it is small, and then itself."""
    return hypot(1, rest / SOFT) - 1


def _level(rests: Sequence[float]) -> float:
    """The level about which these rests count for least."""
    level = median(rests)
    for _ in range(STEPS):
        weights = [1 / hypot(1, (one - level) / SOFT) for one in rests]
        level = sum(map(float.__mul__, weights, rests)) / sum(weights)
    return level


def _least(of: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one valley is least, by the golden section."""
    first, second = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    values = of(first), of(second)
    for _ in range(STEPS):
        if values[0] <= values[1]:
            high, second = second, first
            first = high - GOLDEN * (high - low)
            values = of(first), values[0]
        else:
            low, first = first, second
            second = low + GOLDEN * (high - low)
            values = values[1], of(second)
    return (low + high) / 2
