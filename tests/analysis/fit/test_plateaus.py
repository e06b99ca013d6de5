"""Plateaus of α: exact where each rounding rule steps, by hand and against a fine grid."""

from fractions import Fraction
from itertools import pairwise
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mnetcost
from mnetcost import UsageError
from mnetcost.analysis.fit.plateaus import Edge, Plateau, plateaus, scaled_widths, simplest_between

HEAD = "input: {height: 4, width: 6, channels: 3}\n"


def network(width: str, *outs: int | str) -> mnetcost.Network:
    layers = "".join(f"  - conv: {{out: {out}}}\n" for out in outs)
    return mnetcost.load(f"{HEAD}width: {width}\nlayers:\n{layers}")


def found(net: mnetcost.Network, low: Fraction | None = None, high: int | Fraction = 1):
    return [str(one) for one in plateaus(net.graph, low, Fraction(high))]


# Worked out by hand from each rule: v = width · α.
CASES = [
    # floor steps at n / width
    ("{round: floor}", (4,), 1, ["[1/4, 1/2)", "[1/2, 3/4)", "[3/4, 1)", "[1, 1]"]),
    # ... of two widths at both: n/2 and n/3
    ("{round: floor}", (2, 3), 1, ["[1/2, 2/3)", "[2/3, 1)", "[1, 1]"]),
    # ... and with a least width only above it: 6 from 3/4 of 8 on
    ("{round: floor, min: 6}", (8,), 1, ["(0, 7/8)", "[7/8, 1)", "[1, 1]"]),
    # nearest at (n - 1/2) / width
    ("{round: nearest}", (3,), 1, ["[1/6, 1/2)", "[1/2, 5/6)", "[5/6, 1]"]),
    # divisible 8 of 16: 8 while v <= 80/9, beyond it 8 is below 0.9 v and so 16, while v <= 160/9
    ("{divisible: 8}", (16,), 2, ["(0, 5/9]", "(5/9, 10/9]", "(10/9, 5/3]", "(5/3, 2]"]),
    # ... of which the fifth multiple needs no help: 44 rounds to 48 before 40 is below 0.9 v
    (
        "{divisible: 8}",
        (64,),
        Fraction(3, 4),
        ["(0, 5/36]", "(5/36, 5/18]", "(5/18, 5/12]", "(5/12, 5/9]",
         "(5/9, 11/16)", "[11/16, 3/4]"],
    ),
    # a least width that is no multiple: 20, then 20 + 16 past 200/9, then 32 from 24 on: it falls
    (
        "{divisible: 16, min: 20}",
        (20,),
        2,
        ["(0, 10/9]", "(10/9, 6/5)", "[6/5, 16/9]", "(16/9, 2]"],
    ),
    # none has an answer only where all widths are whole
    ("{round: none}", (4, 6), 1, ["[1/2, 1/2]", "[1, 1]"]),
    # a multiplier multiplies α, rounded once together
    (
        "{round: floor, multiplier: 1/2}",
        (8,),
        1,
        ["[1/4, 1/2)", "[1/2, 3/4)", "[3/4, 1)", "[1, 1]"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("width", "outs", "high", "expected"), CASES)
def test_by_hand(width, outs, high, expected) -> None:
    assert found(network(width, *outs), high=high) == expected


def test_the_third_case_of_divisible_by_hand() -> None:
    """16 at α = 2 is v = 32: the multiples 8, 16, 24 hold while v <= 80/9, 160/9, 240/9."""
    net = network("{divisible: 8}", 16)
    channels = [
        net.cost(one.alpha).layers[0].output.c for one in plateaus(net.graph, None, Fraction(2))
    ]
    assert channels == [8, 16, 24, 32]


def test_bounds_cut_plateaus() -> None:
    net = network("{round: floor}", 4)
    assert found(net, Fraction(1, 3), Fraction(2, 3)) == ["[1/3, 1/2)", "[1/2, 2/3]"]
    assert found(net, Fraction(2, 3), Fraction(2, 3)) == ["[2/3, 2/3]"]
    assert found(net, None, Fraction(1, 5)) == []


def test_a_network_without_scaled_widths_is_one_plateau() -> None:
    assert found(mnetcost.load(f"{HEAD}layers: [global_avg_pool]")) == ["(0, 1]"]


def test_a_layer_may_have_a_rule_of_its_own() -> None:
    net = network("{round: floor}", "2, round: nearest")
    assert found(net) == ["[1/4, 3/4)", "[3/4, 1]"]
    assert len(scaled_widths(net.graph)) == 1


def test_widths_that_are_not_scaled_have_no_steps() -> None:
    assert found(network("{round: floor}", 2, "50, scale: false")) == ["[1/2, 1)", "[1, 1]"]


def test_millions_of_steps_are_refused() -> None:
    net = network("{round: floor}", 2**24)
    with pytest.raises(UsageError, match="about 16,777,216 steps"):
        plateaus(net.graph, None, Fraction(1))
    assert len(plateaus(net.graph, Fraction(1) - Fraction(9, 2**24), Fraction(1))) == 10


@pytest.mark.parametrize("limit", ["MAX_STEPS", "MAX_ROUNDED"])
def test_as_many_steps_as_are_allowed(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight channels have eight steps up to α = 1."""
    net = network("{round: floor}", 8)
    monkeypatch.setattr(f"{plateaus.__module__}.{limit}", 8)
    assert len(found(net)) == 8
    monkeypatch.setattr(f"{plateaus.__module__}.{limit}", 7)
    with pytest.raises(UsageError, match="about 8 steps here, 7 at most"):
        found(net)


def test_steps_of_widths_that_must_be_whole_are_bounded_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Widths of 4 and 6 are both whole at halves of α: two of them up to 1."""
    net = network("{round: none}", 4, 6)
    monkeypatch.setattr(f"{plateaus.__module__}.MAX_STEPS", 2)
    assert found(net) == ["[1/2, 1/2]", "[1, 1]"]
    monkeypatch.setattr(f"{plateaus.__module__}.MAX_STEPS", 1)
    with pytest.raises(UsageError, match="about 2 steps here, 1 at most"):
        found(net)


# --- against a fine grid, each rule written down once more

EPSILON = Fraction(1, 10**9)


def rounded(rule: str, minimum: int, divisor: int, width: Fraction) -> int:
    """Channels by the words of the README."""
    if rule == "none":
        return int(width) if width.denominator == 1 else 0
    if rule == "floor":
        return max(minimum, floor(width))
    if rule == "nearest":
        return max(minimum, floor(width + Fraction(1, 2)))
    nearest = max(minimum or divisor, floor(width / divisor + Fraction(1, 2)) * divisor)
    return nearest + divisor if nearest < Fraction(9, 10) * width else nearest


rules = st.sampled_from(["none", "floor", "nearest", "divisible"])
multipliers = st.sampled_from(["1", "1/2", "1.4", "2/3"])


@given(
    rule=rules,
    minimum=st.integers(0, 30),
    divisor=st.integers(1, 20),
    multiplier=multipliers,
    outs=st.lists(st.integers(1, 70), min_size=1, max_size=3),
    high=st.fractions(Fraction(1, 10), 2, max_denominator=50),
)
def test_every_alpha_is_on_the_plateau_of_its_channels(  # noqa: PLR0917
    rule: str, minimum: int, divisor: int, multiplier: str, outs: list[int], high: Fraction
) -> None:
    words = [f"round: {rule}", f"multiplier: {multiplier}"]
    words += [f"min: {minimum}"] * (rule != "none" and minimum > 0)
    words += [f"divisible: {divisor}"] * (rule == "divisible")
    try:
        net = network(f"{{{', '.join(words)}}}", *outs)
    except mnetcost.SpecError:  # impossible at α = 1, which is said on loading
        return
    levels = plateaus(net.graph, None, high)
    least = minimum if rule != "none" else 0

    def channels(alpha: Fraction) -> tuple[int, ...]:
        scale = alpha * Fraction(multiplier)
        return tuple(rounded(rule, least, divisor, out * scale) for out in outs)

    ends = {edge.alpha for one in levels for edge in one}
    grid = {high * step / 101 for step in range(1, 102)}
    for alpha in grid | ends | {end + sign * EPSILON for end in ends for sign in (1, -1)}:
        if not 0 < alpha <= high:
            continue
        on = [one for one in levels if alpha in one]
        assert len(on) == (0 not in channels(alpha))
        assert all(channels(one.alpha) == channels(alpha) for one in on)
    for one, other in pairwise(levels):
        assert one.end <= other.start
        assert one.alpha in one
        assert one.end < other.start or channels(one.alpha) != channels(other.alpha)


@given(
    low=st.fractions(0, 3, max_denominator=40),
    gap=st.fractions(Fraction(1, 60), 2, max_denominator=60),
)
def test_the_simplest_fraction_between(low: Fraction, gap: Fraction) -> None:
    between = simplest_between(low, low + gap)
    assert low < between < low + gap
    for denominator in range(1, between.denominator):
        above = Fraction(floor(low * denominator) + 1, denominator)
        assert above >= low + gap


def test_an_end_says_whether_it_belongs() -> None:
    one, other = plateaus(network("{divisible: 8}", 16).graph, None, Fraction(1))
    assert (str(one), str(other)) == ("(0, 5/9]", "(5/9, 1]")
    assert Fraction(5, 9) in one
    assert Fraction(5, 9) not in other
    assert Fraction(1) in other
    assert "half" not in one  # type: ignore[operator]
    assert isinstance(one, Plateau)


@pytest.mark.parametrize(
    ("start", "end", "typed"),
    [
        (("605/1024", False), ("303/512", False), "0.591"),  # 0.59082 to 0.59179…
        (("3/4", False), ("193/256", False), "0.75"),
        (("3/4", True), ("193/256", False), "0.751"),
        (("0", True), ("9/1024", False), "0.001"),
        (("5/9", True), ("1", True), "1"),
        (("5/9", True), ("1", False), "0.6"),
        (("9/10", True), ("1", True), "1"),
        (("9/10", True), ("1", False), "0.91"),
        (("1/3", False), ("1/3", True), "1/3"),  # none is on it
        (("7/4", False), ("9/4", False), "2"),
    ],
)
def test_the_shortest_decimal(start: tuple[str, bool], end: tuple[str, bool], typed: str) -> None:
    one = Plateau(*(Edge(Fraction(alpha), past) for alpha, past in (start, end)))
    assert one.alpha == Fraction(typed)
    assert one.alpha in one
