"""Pareto fronts: what no other beats, by hand and by trying."""

from hypothesis import given
from hypothesis import strategies as st

import mnetcost
from mnetcost.analysis.compare.pareto import Priced, front, fronts


def test_the_front_of_shipped_networks() -> None:
    """SqueezeNet has fewer parameters, MobileNet v3 needs less work; ResNet-18 loses both ways."""
    found = mnetcost.compare(["squeezenet1_1", "resnet18", "mobilenet_v3_small"])
    assert found.pareto == (True, False, True)


# --- the Pareto front

counts = st.integers(0, 6)
points = st.lists(st.tuples(counts, counts), min_size=1, max_size=20)


@given(points)
def test_the_front_is_what_no_other_beats(found: list[tuple[int, int]]) -> None:
    def beaten(one: tuple[int, int]) -> bool:
        return any(x <= one[0] and y <= one[1] and (x, y) != one for x, y in found)

    kept = {found[place] for place in front(Priced(0, *one) for one in found)}
    assert kept == {one for one in found if not beaten(one)}


def test_the_front_of_parameters_alone_is_the_least() -> None:
    """keras counts no work: two of the same parameters stand on the front together."""
    names = ["mobilenet_v1", "mobilenet_v1@alpha=0.5", "mobilenet_v1@alpha=0.5,rho=4/7"]
    assert mnetcost.compare(names, convention="keras").pareto == (False, True, True)


# --- fronts

priced = st.lists(
    st.builds(Priced, st.integers(0, 6), st.integers(0, 6), st.integers(0, 6)), max_size=25
)


def beats(one: Priced, other: Priced) -> bool:
    as_good = one.value >= other.value
    as_cheap = one.mult_adds <= other.mult_adds and one.params <= other.params
    return as_good and as_cheap and one != other


@given(priced)
def test_nothing_on_the_front_is_beaten_and_all_else_is(things: list[Priced]) -> None:
    expected = {
        place for place, one in enumerate(things) if not any(beats(other, one) for other in things)
    }
    assert front(things) == expected


def test_fronts_by_hand() -> None:
    things = [Priced(3, 9, 9), Priced(2, 8, 1), Priced(2, 1, 8), Priced(1, 2, 2), Priced(1, 9, 9)]
    assert fronts(things) == [
        ("mult_adds", "params", "both"), ("params", "both"), ("mult_adds", "both"), ("both",), (),
    ]  # fmt: skip
