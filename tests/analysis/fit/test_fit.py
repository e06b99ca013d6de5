"""`mnetcost fit`: budgets at the exact steps, against single counts over a fine grid."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import STEPS

import mnetcost
from mnetcost import UsageError
from mnetcost.analysis.fit.plateaus import plateaus


def small(width: str = "{round: floor}") -> mnetcost.Network:
    return mnetcost.load(STEPS.replace("{round: floor}", width))


@pytest.mark.parametrize("channels", range(1, 9))
def test_a_budget_of_exactly_a_step_fits_and_one_less_does_not(channels: int) -> None:
    for limit, each in (("max_mult_adds", 45 * 24), ("max_params", 45)):
        exact = mnetcost.fit(small(), **{limit: each * channels}, rho=1)
        (choice,) = exact.largest
        assert choice.plateau.start == (Fraction(channels, 8), False)
        assert (choice.params, choice.mult_adds) == (45 * channels, 45 * 24 * channels)
        less = mnetcost.fit(small(), **{limit: each * channels - 1}, rho=1)
        starts = [one.plateau.start.alpha for one in less.largest]
        assert starts == [Fraction(channels - 1, 8)] * (channels > 1)


def test_both_limits_hold() -> None:
    found = mnetcost.fit(small(), max_mult_adds=45 * 24 * 6, max_params=45 * 4, rho=1)
    assert str(found.best.plateau) == "[1/2, 5/8)"
    assert found.fills(found.best) == {"params": 1, "mult_adds": Fraction(4, 6)}


def test_a_cost_that_falls_with_alpha() -> None:
    """divisible 16, min 20 of 20: 20 channels to 10/9, 36 to 6/5, then 32."""
    net = mnetcost.load(
        STEPS.replace("{round: floor}", "{divisible: 16, min: 20}").replace("8", "20")
    )
    between = 45 * 34
    (choice,) = mnetcost.fit(net, max_params=between, max_alpha="1.3", rho=1).largest
    assert (str(choice.plateau), choice.params) == ("[6/5, 13/10]", 45 * 32)
    (choice,) = mnetcost.fit(net, max_params=between, max_alpha="1.15", rho=1).largest
    assert (str(choice.plateau), choice.params) == ("(0, 10/9]", 45 * 20)


def test_the_inputs_that_are_tried() -> None:
    def inputs(net: Any, **options: Any) -> list[tuple[int, int]]:
        settings = mnetcost.fit(net, max_params="1G", **options).settings
        return [(one.height, one.width) for one in settings]

    net = mnetcost.load("mobilenet_v1")
    square = [224, 192, 160, 128, 96, 64, 32]
    assert inputs(net) == [(side, side) for side in square]
    # ρ = 56/100 and 48/100 of 100×60: floor(33.6 + 1/2) and floor(28.8 + 1/2)
    wide = {"resolution_multiple": 48, "input": "60x100"}
    assert inputs(net, **wide) == [(60, 100), (58, 96), (29, 48)]
    assert inputs(net, input="225")[:3] == [(225, 225), (224, 224), (192, 192)]
    assert inputs(net, resolution="224,100,224") == [(224, 224), (100, 100)]
    assert inputs(net, rho="1,6/7") == [(224, 224), (192, 192)]
    assert inputs(small(), resolution_multiple=32) == [(4, 6)]


def test_an_impossible_input_is_said() -> None:
    net = mnetcost.load(STEPS.replace("[3, 5]}", "3, padding: valid}"))
    found = mnetcost.fit(net, max_params=100, resolution="6,3")
    assert [(one.height, one.width) for one in found.impossible] == [(2, 3)]
    assert [one.setting.height for one in found.largest] == [4]


def test_best_is_the_greatest_capacity() -> None:
    found = mnetcost.fit("mobilenet_v1", "150M", "2M")
    capacities = [one.capacity for one in found.fitting]
    assert found.best is not None
    assert found.best.capacity == max(capacities) == Fraction("0.591") * Fraction(6, 7)
    for alpha in ("0.591", Fraction(605, 1024)):  # on [605/1024, 303/512), where 0.59 is not
        cost = mnetcost.load("mobilenet_v1").cost(alpha, "6/7")
        assert (cost.params, cost.mult_adds) == (found.best.params, found.best.mult_adds)
    assert "best=Choice" in repr(found)


def test_of_one_capacity_the_best_has_the_most_mult_adds() -> None:
    # α·ρ = 1/2 twice: 4 of 8 channels on the whole 4×6 map, and all 8 on the 2×3 one
    found = mnetcost.fit(small(), max_mult_adds=45 * 24 * 4, rho="1/2,1")
    assert [one.mult_adds for one in found.largest] == [45 * 6 * 8, 45 * 24 * 4]
    assert [one.capacity for one in found.largest] == [Fraction(1, 2)] * 2
    assert found.best == found.largest[1]


def test_best_is_not_the_fullest() -> None:
    """1 · 5/7 is above 0.68 · 1, which has more mult-adds; they begin at 79/80 and 27/40."""
    found = mnetcost.fit("mobilenet_v2", "170M")
    fullest = max(found.largest, key=lambda one: one.mult_adds)
    assert (fullest.setting.alpha, fullest.setting.rho) == (Fraction("0.68"), 1)
    assert found.best is not None
    assert (found.best.setting.alpha, found.best.setting.rho) == (1, Fraction(5, 7))


def test_one_alpha_alone() -> None:
    found = mnetcost.fit(small(), max_params=360, min_alpha="1/2", max_alpha="1/2", rho=1)
    assert [(str(one.plateau), one.params) for one in found.fitting] == [("[1/2, 1/2]", 45 * 4)]


def test_settings_that_are_one_are_searched_once() -> None:
    found = mnetcost.fit(small(), max_params=360, rho="1,2/2,1/2")
    assert [one.rho for one in found.settings] == [1, Fraction(1, 2)]


def test_the_smallest_of_each_cost_is_the_cheaper_in_the_other() -> None:
    """One channel: the same 45 weights at 24 and at 6 positions."""
    found = mnetcost.fit(small(), max_params=10, rho="1,1/2")
    assert found.best is None
    assert [(one.params, one.mult_adds) for one in found.smallest] == [(45, 45 * 6)] * 2
    # without work, which keras does not count, the fewest parameters are the first tried
    assert mnetcost.fit(small(), max_params=1000, rho=1).smallest[1].params == 45


@pytest.mark.parametrize(
    ("limit", "value"), [("MAX_CONFIGURATIONS", 16), ("MAX_LAYERS", 16), ("MAX_LAYERS", 17)]
)
def test_as_many_configurations_as_are_allowed(
    limit: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight widths at two resolutions, of one layer."""
    monkeypatch.setattr(f"mnetcost.analysis.fit.fit.{limit}", value)
    assert len(mnetcost.fit(small(), max_params=360, rho="1,1/2").fitting) == 16
    monkeypatch.setattr(f"mnetcost.analysis.fit.fit.{limit}", 15)
    words = "8 widths at 2 resolutions are too many, 15 at most"
    with pytest.raises(UsageError, match=words):
        mnetcost.fit(small(), max_params=360, rho="1,1/2")


def test_a_limit_of_layers_is_of_all_configurations_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mnetcost.analysis.fit.fit.MAX_LAYERS", 31)
    two = mnetcost.load(STEPS + "  - relu\n")
    with pytest.raises(UsageError, match="15 at most"):
        mnetcost.fit(two, max_params=360, rho="1,1/2")


# --- against single counts

ZOO = [
    ("mobilenet_v1", "floor", None, None),
    ("mobilenet_v2", "divisible", None, None),
    ("shufflenet_v2_x1_0", "divisible", None, None),
    ("mobilenet_v3_small", "divisible", None, None),
    ("squeezenet1_1", "nearest", None, "96x64"),
    ("resnet18", "nearest", None, "64x128"),
    ("mobilenet_v1", "floor", "5/7", "96x160"),
    ("mobilenet_v2", "divisible", "6/7", "160x96"),
]
PARTS = 60


@pytest.mark.parametrize(("name", "rule", "rho", "size"), ZOO)
def test_zoo_networks_against_a_grid(name: str, rule: str, rho: Any, size: Any) -> None:
    net = mnetcost.load(name)
    assert net.graph.rounding.rule == rule
    grid = [Fraction(step, PARTS) for step in range(6, PARTS + 1)]
    costs = {alpha: net.cost(alpha, rho, input=size) for alpha in grid}
    for limit in (costs[grid[9]], costs[grid[30]], costs[grid[44]]):
        for budget in (
            {"max_mult_adds": limit.mult_adds},
            {"max_mult_adds": limit.mult_adds - 1},
            {"max_mult_adds": limit.mult_adds, "max_params": limit.params - 1},
        ):
            (choice,) = mnetcost.fit(net, **budget, rho=rho or 1, input=size).largest
            most = budget["max_mult_adds"], budget.get("max_params", 10**12)
            fits = [
                alpha
                for alpha, cost in costs.items()
                if cost.mult_adds <= most[0] and cost.params <= most[1]
            ]
            assert max(fits) <= choice.plateau.end.alpha
            once = net.cost(choice.setting.alpha, rho, input=size)
            assert (once.params, once.mult_adds) == (choice.params, choice.mult_adds)
            assert once.mult_adds <= most[0]
            assert once.params <= most[1]


@pytest.mark.parametrize("name", ["mobilenet_v1_layer", "mobilenet_v2", "mnasnet1_0"])
def test_every_plateau_against_its_single_counts(name: str) -> None:
    """One channel more is the next plateau: its exact cost fits, one less gives the one before."""
    net = mnetcost.load(name)
    levels = plateaus(net.graph, Fraction(1, 2), Fraction(1))[:20]
    costs = [net.cost(one.alpha).params for one in levels]
    assert costs == sorted(set(costs))  # these rise with α, so each is the largest that fits
    for (before, level), cost in zip(pairwise(levels), costs[1:]):
        limits = {"min_alpha": "1/2", "max_alpha": levels[-1].alpha, "rho": 1}
        (choice,) = mnetcost.fit(net, max_params=cost, **limits).largest
        assert choice.plateau.start == level.start
        (choice,) = mnetcost.fit(net, max_params=cost - 1, **limits).largest
        assert choice.plateau.start == before.start


@given(
    width=st.sampled_from(
        ["{round: floor}", "{round: nearest}", "{divisible: 4}", "{divisible: 6, min: 9}",
         "{round: floor, min: 3}", "{round: none}"]
    ),
    outs=st.lists(st.integers(1, 24), min_size=1, max_size=3),
    part=st.integers(1, 120),
    sides=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)  # fmt: skip
def test_random_networks_against_a_grid(
    width: str, outs: list[int], part: int, sides: tuple[int, int]
) -> None:
    layers = "".join(f"  - separable: {{out: {out}, kernel: [1, 3]}}\n" for out in outs)
    net = mnetcost.load(
        f"input: {{height: {sides[0]}, width: {sides[1]}, channels: 3}}\n"
        f"width: {width}\nlayers:\n{layers}"
    )
    most = net.cost().mult_adds * part // 100
    found = mnetcost.fit(net, max_mult_adds=most, rho="1,1/2")
    for rho in (Fraction(1), Fraction(1, 2)):
        largest = [one for one in found.largest if one.setting.rho == rho]
        costs = {}
        for step in range(1, 73):
            try:
                costs[Fraction(step, 72)] = net.cost(Fraction(step, 72), rho).mult_adds
            except mnetcost.SpecError:
                continue
        fits = [alpha for alpha, cost in costs.items() if cost <= most]
        if fits:
            assert max(fits) <= largest[0].plateau.end.alpha
        for one in largest:
            assert net.cost(one.setting.alpha, rho).mult_adds == one.mult_adds <= most
            assert all(alpha in one.plateau for alpha in fits if alpha > one.plateau.start.alpha)


def test_the_front_of_a_fit_holds_only_what_fits() -> None:
    found = mnetcost.fit("mobilenet_v2", "100M")
    assert all(one.mult_adds <= 10**8 for one, _ in found.front)
    values = [one.capacity for one, _ in found.front]
    assert values == sorted(values, reverse=True)
    assert {one.plateau for one, _ in found.front} <= {one.plateau for one in found.fitting}


@pytest.mark.parametrize(
    "limit", [float("nan"), float("inf"), 1e41, -1, "1.5e6 MB", True, None, b"1M", [1]]
)
def test_limits_that_are_no_figures(limit: Any) -> None:
    with pytest.raises(UsageError):
        mnetcost.fit(small(), limit)


@pytest.mark.parametrize(
    "limit",
    [
        "4.2M",
        4_200_000,
        4.2e6,
        "4200000",
        "4200k",
        "4.2 M",
        "4.2e6",
        "4.2·10⁶",
        "4,200,000",
        "4.2 million params",
    ],
)
def test_ways_to_write_a_limit(limit: Any) -> None:
    budget = mnetcost.fit("mobilenet_v1_layer", max_params=limit, rho=1).budget
    assert budget.limits() == {"params": 4_200_000}


def test_a_budget_of_what_a_convention_counts() -> None:
    """Twice the mult-adds in FLOPs, and every learned value, at the same plateaus."""
    net = mnetcost.load("mobilenet_v1")
    plain = mnetcost.fit(net, "150M", resolution=[224, 161])
    flops = mnetcost.fit(net, "300M", resolution=[224, 161], convention="flops")
    assert [one.plateau for one in flops.largest] == [one.plateau for one in plain.largest]
    for one, paper in zip(flops.largest, plain.largest, strict=True):
        setting = {"alpha": one.setting.alpha, "resolution": one.setting.height}
        cost = net.cost(convention="flops", **setting)
        assert one.mult_adds == cost.counted.high == 2 * paper.mult_adds
        assert one.params == sum(cost.parameters) - cost.parameters.norm_statistics
    assert mnetcost.fit(net, "450M", rho=1, batch=3).best.plateau == plain.largest[0].plateau


def test_the_most_of_a_range_must_fit() -> None:
    spec = (
        "input: {height: 3, width: 4, channels: 2}\nwidth: {round: floor}\n"
        "layers:\n  - conv: {out: 5}\n  - relu: {called_as: unknown}\n"
    )
    # at 5 channels 3·4·2·5 products, and a relu of 60 values that ptflops may count twice
    found = mnetcost.fit(mnetcost.load(spec), 240, rho=1, convention="ptflops")
    assert (found.best.mult_adds, found.best.setting.alpha) == (240, 1)
    assert mnetcost.fit(mnetcost.load(spec), 239, rho=1, convention="ptflops").best.mult_adds == 192


@pytest.mark.parametrize("call", [mnetcost.fit, mnetcost.rank])
def test_a_budget_of_work_needs_a_convention_that_counts_it(call: Any) -> None:
    given = () if call is mnetcost.fit else ("mobilenet_v1",)
    with pytest.raises(UsageError, match="keras counts parameters alone"):
        call("mobilenet_v1", *given, "150M", convention="keras")
