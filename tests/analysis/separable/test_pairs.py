"""Which layers are depthwise-separable pairs, their twins, and what is left alone."""

from fractions import Fraction

import pytest
from grids import axes, load_if_possible, specs
from hypothesis import given
from networks import chain

import mnetcost

SEPARATE = [
    "depthwise: {kernel: [3, 5]}",
    "batch_norm",
    "relu",
    "pointwise: {out: 6}",
    "batch_norm",
    "conv: {out: 3, kernel: 3}",
]


def test_a_pair_with_norm_and_act_between_its_halves():
    cost = chain(*SEPARATE).cost()
    pair, network = cost.reductions()
    assert (pair.name, pair.m, pair.n, pair.d_k) == ("depthwise_1 + pointwise_1", 4, 6, (3, 5))
    assert pair.ratio == pair.formula_value == Fraction(1, 6) + Fraction(1, 15)
    assert pair.standard.mult_adds == 9 * 7 * 15 * 4 * 6
    assert network.standard.mult_adds == 9 * 7 * 15 * 4 * 6 + 9 * 7 * 9 * 6 * 3
    assert network.separable.mult_adds == cost.mult_adds


def test_a_layer_that_mixes_positions_between_the_halves_makes_no_pair():
    (network,) = (
        chain("depthwise", "max_pool: {kernel: 2}", "pointwise: {out: 6}").cost().reductions()
    )
    assert network.ratio == 1


FOUR = ["conv: {out: 4}", "separable: {out: 4}", "separable: {out: 4}", "pointwise: {out: 40}"]
ONE = ["conv: {out: 1, kernel: 3}", "separable: {out: 1}", "pointwise: {out: 8}"]


@pytest.mark.parametrize(
    ("layers", "alpha", "names"),
    [
        (FOUR, "1", ["separable_1", "separable_2"]),
        (FOUR, "0.25", ["separable_1", "separable_2"]),  # every map between has one channel
        (ONE, "1", ["separable_1"]),
    ],
)
def test_pairs_of_one_channel_never_overlap(layers, alpha, names):
    head = "input: {height: 9, width: 7, channels: 3}\nwidth: {round: nearest}\n"
    *pairs, _ = chain(*layers, head=head).cost(alpha=alpha).reductions()
    assert [pair.name for pair in pairs] == names
    assert all(pair.ratio == pair.formula_value for pair in pairs)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (["conv: {out: 8}"], "no depthwise-separable pair"),
        (
            ["depthwise: {multiplier: 2}", "pointwise: {out: 8, groups: 2}"],
            "depthwise layers in no pair, and so in the twin too: 1",
        ),
        (
            ["depthwise", "pointwise: {out: 8, stride: 2}"],
            "depthwise layers in no pair, and so in the twin too: 1",
        ),
        (
            ["separable: {out: 8}", "depthwise"],
            "depthwise layers in no pair, and so in the twin too: 1",
        ),
    ],
)
def test_the_reduction_table_says_what_it_leaves_alone(layers, words):
    assert words in chain(*layers).cost().reductions()._repr_html_()
    assert "in no pair" not in mnetcost.load("mobilenet_v1").cost().reductions()._repr_html_()


def test_a_pair_called_network_is_not_the_network():
    pair, network = chain("separable: {name: network, out: 8}").cost().reductions()
    assert pair.name == "network/depthwise + network/pointwise"
    assert network.name == "network"


@given(specs(), axes)
def test_random_reductions(text, alpha):
    # the formula that stands beside a pair is what its count gives, at any width
    net = load_if_possible(text)
    for one in alpha.split(",") if net is not None else ():
        try:
            cost = net.cost(alpha=one)
        except mnetcost.SpecError:
            continue
        *pairs, network = cost.reductions()
        assert all(pair.ratio == pair.formula_value for pair in pairs)
        assert network.separable.mult_adds == cost.mult_adds


@pytest.mark.parametrize("settings", [{"batch": 2}, {"pass_": "training"}, {"pass_": "backward"}])
def test_reductions_are_of_one_image_forward_whatever_is_counted(settings: dict) -> None:
    net = mnetcost.load("mobilenet_v1")
    assert net.cost(**settings).reductions() == net.cost().reductions()


def test_the_twin_is_right_whatever_the_layers_are_called() -> None:
    text = "input: {height: 8, width: 8, channels: 8}\nlayers:\n"
    plain = ["depthwise: {}", "conv: {out: 16}", "relu", "conv: {out: 8, kernel: 5}"]
    named = ["depthwise: {name: a}", "conv: {out: 16, name: b}", "relu: {name: network}"]
    named += ["conv: {out: 8, kernel: 5, name: a + b}"]
    first, second = (
        mnetcost.load(text + "".join(f"  - {one}\n" for one in layers)).cost().reductions()
        for layers in (plain, named)
    )
    assert [one.standard for one in first] == [one.standard for one in second]


def test_weights_that_are_shared_stay_shared_in_the_twin():
    shared = [
        "conv: {name: a, out: 6, kernel: [1, 3]}",
        "conv: {out: 6, kernel: [1, 3], weights: a}",
    ]
    pair, network = chain("separable: {out: 6, kernel: [3, 5]}", *shared).cost().reductions()
    # 15·4·6 weights of the pair's convolution, and 3·6·6 once, used twice
    assert pair.standard == (360, 360 * 63)
    assert network.standard == (360 + 108, (360 + 2 * 108) * 63)
    assert network.separable == (15 * 4 + 4 * 6 + 108, (15 * 4 + 4 * 6 + 2 * 108) * 63)


@pytest.mark.parametrize(
    ("shared", "params", "work"),
    [
        # both halves: one 3×5 convolution of 4·6, used twice
        (
            ["depthwise: {from: input, kernel: [3, 5], weights: d}", "conv: {out: 6, weights: p}"],
            360,
            720,
        ),
        # the 1×1 half alone is no 3×5 convolution, and has its own weights
        (["conv: {from: input, out: 6, weights: p}"], 360 + 24, 360 + 24),
        # nor is a pair with another window
        (
            ["depthwise: {from: input, kernel: [1, 3]}", "conv: {out: 6, weights: p}"],
            360 + 72,
            360 + 72,
        ),
        # the filters alone stay filters: 3·5·4
        (["depthwise: {from: input, kernel: [3, 5], weights: d}"], 360 + 60, 360 + 60),
    ],
)
def test_weights_that_no_longer_fit_are_the_twins_own(shared, params, work):
    pair = ["depthwise: {name: d, from: input, kernel: [3, 5]}", "conv: {name: p, out: 6}"]
    *_, network = chain(*pair, *shared).cost().reductions()
    assert network.standard == (params, work * 63)
