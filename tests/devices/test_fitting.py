"""Two numbers from times: exact times give them back, and one wrong time hardly moves them."""

from math import exp, log
from statistics import fmean, median

import pytest
from boards import Cluster, clusters, errors, macs_alone, values_of

from mnetcost.devices.fitting import Sample, fit, half_width, left_out
from mnetcost.devices.profiles import names, profile, profile_text
from mnetcost.devices.units import BANDWIDTH, PART, RATE, read_quantity
from mnetcost.problems import UsageError

ALL = list(clusters())
BOARD = [one for one in ALL if one.name.startswith("rk3399")]
# 4 G products and 2 G bytes a second; the work of seven networks, in millions, and what they take
WORK = [(569, 66), (314, 90), (1827, 80), (127, 70), (3858, 210), (724, 260), (386, 130)]
EXACT = [
    Sample(f"net_{n}", products * 1e6, moved * 1e6, products / 4e3 + moved / 2e3)
    for n, (products, moved) in enumerate(WORK)
]


def spearman(cluster: Cluster, rests: list[float]) -> float:
    """The rank correlation of told and measured times."""
    measured = [one.seconds for one in cluster.samples]
    told = [one * exp(-rest) for one, rest in zip(measured, rests)]
    ranks = [[sorted(of).index(one) for one in of] for of in (measured, told)]
    apart = sum((one - other) ** 2 for one, other in zip(*ranks))
    n = len(measured)
    return 1 - 6 * apart / (n * (n * n - 1))


def test_exact_times_give_the_two_numbers_back() -> None:
    found = fit(EXACT, balance=2)
    assert found.rate == pytest.approx(4e9, rel=1e-6)
    assert found.bandwidth == pytest.approx(2e9, rel=1e-6)
    assert found.balance == pytest.approx(2)
    assert found.seconds(4e9, 1e9) == pytest.approx(1.5, rel=1e-6)


@pytest.mark.parametrize("balance", [1.0, 4.0])
def test_a_class_hardly_matters_where_many_were_measured(balance: float) -> None:
    found = fit(EXACT, balance)
    for one in EXACT:
        assert found.seconds(one.products, one.moved) == pytest.approx(one.seconds, rel=0.05)


def test_one_time_gives_the_scale_and_the_class_the_balance() -> None:
    found = fit(EXACT[:1], balance=1.5)
    assert found.balance == pytest.approx(1.5, rel=1e-6)
    assert found.seconds(EXACT[0].products, EXACT[0].moved) == pytest.approx(EXACT[0].seconds)


@pytest.mark.parametrize("times", [0.2, 0.5, 2, 10])
def test_one_wrong_time_hardly_moves_the_others(times: float) -> None:
    wrong = [EXACT[0]._replace(seconds=EXACT[0].seconds * times), *EXACT[1:]]
    found = fit(wrong, balance=2)
    for one in EXACT[1:]:
        assert abs(found.seconds(one.products, one.moved) / one.seconds - 1) < 0.05
    assert abs(left_out(wrong, 2)[0] - log(times)) < 0.01


def test_nothing_measured_gives_nothing() -> None:
    with pytest.raises(UsageError, match="nothing was measured"):
        fit([], 2)


def test_the_interval_is_students() -> None:
    """t at 90 % one-sided: 1.638 of 3 degrees of freedom, 1.350 of 13; rests all of one size."""
    assert half_width([0.1, -0.1, 0.1, -0.1, 0.1]) == pytest.approx(0.1638, rel=0.005)
    assert half_width([0.2] * 15) == pytest.approx(0.27, rel=0.002)


# --- on the boards that were measured


def test_each_network_is_told_without_it() -> None:
    """Mean errors of RK3399's clusters, in percent, and their ranks."""
    found = {one.name: left_out(one.samples, one.balance) for one in BOARD}
    means = {name: 100 * fmean(errors(rests)) for name, rests in found.items()}
    assert fmean(means.values()) <= 8.5
    assert max(means.values()) <= 13
    for one in BOARD:
        assert spearman(one, found[one.name]) >= 0.97
        assert means[one.name] <= 100 * fmean(macs_alone(one)) / 3


def test_all_boards() -> None:
    means = [100 * fmean(errors(left_out(one.samples, one.balance))) for one in ALL]
    assert len(means) == 18
    assert median(means) <= 10.5
    assert max(means) <= 17


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_shipped_profile_is_what_its_times_say(one: Cluster) -> None:
    values, shipped = values_of(one), profile(one.name)
    assert shipped.rate == read_quantity(_text(values["rate"], RATE), RATE)
    assert shipped.bandwidth == read_quantity(_text(values["bandwidth"], BANDWIDTH), BANDWIDTH)
    for key in ("half_width", "left_out", "macs_alone"):
        assert getattr(shipped, key) == read_quantity(_text(values[key], PART), PART)
    assert (shipped.engine.name, str(shipped.dtypes)) == (one.engine, one.dtype)
    assert (shipped.threads, shipped.networks) == (one.threads, len(one.samples))


def _text(value: float, unit: str) -> str:
    key = {RATE: "rate", BANDWIDTH: "bandwidth", PART: "half_width"}[unit]
    return profile_text({key: value}).partition(": ")[2].strip()


def test_every_profile_is_measured() -> None:
    assert set(names()) == {one.name for one in ALL}
