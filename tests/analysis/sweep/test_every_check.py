"""Every check holds at every α, ρ and input: a point of a sweep is possible exactly where the cost
is, and a fit, a check and a comparison refuse or leave out what it refuses."""

from fractions import Fraction

import pytest
from commands import run
from grids import exact_objects
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import codes

import mnetcost

# A network for each check, possible at α = ρ = 1; the sides of the input are never equal.
HEAD = "input: {{height: {}, width: {}, channels: {}}}\nwidth: {{round: nearest}}\nlayers:\n"


def network(layers, height=6, width=8, channels=4, rule="{round: nearest}"):
    """The text of a network of these lines of `layers:`."""
    head = HEAD.format(height, width, channels).replace("{round: nearest}", rule)
    return head + "".join(f"  - {one}\n" for one in layers)


TWICE = [  # a map of 3 + 3 channels where α rounds 2.5 up, beside one of 5
    "conv: {name: a, out: 5, from: input}",
    "conv: {name: b, out: 5, from: input}",
    "concat: {name: ab, from: [a, b]}",
    "conv: {name: c, out: 10, from: input}",
]
HALF = [  # sides that are even again: 5 px become 3, then 6
    "conv: {name: a, out: 6}",
    "max_pool: {name: half, kernel: 2}",
    "resize: {name: b, scale: 2}",
]
SIDE = "branches: [{training_only: true, layers: [{conv: {out: 3, kernel: [5, 3], padding: 0}}]}]"
CHECKS = {
    "input-channels": network(["conv: {out: 4, kernel: 3, padding: 0}", "flatten",
                               "dense: {out: 10, in: 96, scale: false}"]),
    "input-channels of a separable": network(["conv: {out: 6}", "separable: {out: 9, in: 6}"]),
    "input-channels in training": network(
        ["branches: [{training_only: true, layers: [{flatten: {}}, {dense: {out: 3, in: 192}}]}]"]
    ),
    "shared convolution": network([*TWICE, "conv: {name: p, out: 7, kernel: [3, 5], from: ab}",
                                   "conv: {out: 7, kernel: [3, 5], from: c, weights: p}"]),
    "shared depthwise": network([*TWICE, "depthwise: {name: p, multiplier: 2, from: ab}",
                                 "depthwise: {multiplier: 2, from: c, weights: p}"]),
    "shared normalisation": network([*TWICE, "batch_norm: {name: p, from: ab}",
                                     "batch_norm: {from: c, weights: p}"]),
    "shared gate": network([*TWICE, "squeeze_excitation: {name: p, ratio: 1/2, from: ab}",
                            "squeeze_excitation: {ratio: 1/2, from: c, weights: p}"]),
    "shared attention": network([*TWICE, "attention: {name: p, heads: 1, from: ab}",
                                 "attention: {heads: 1, from: c, weights: p}"]),
    "shared backwards": network([*TWICE, "conv: {name: p, out: 4, kernel: 3, from: ab}",
                                 "conv: {name: q, out: 4, kernel: 3, from: c}",
                                 "conv_transpose: {out: 10, kernel: 3, weights: p}"]),
    "shared positions": network([*HALF, "position_embedding: {name: p, from: a}",
                                 "position_embedding: {from: b, weights: p}"]),
    "shared dense": network([*HALF, "flatten: {name: f, from: a}", "flatten: {name: g, from: b}",
                             "dense: {name: p, out: 3, from: f}",
                             "dense: {out: 3, from: g, weights: p}"]),
    "shapes of add": network([*HALF, "add: {from: [a, b]}"]),
    "shapes of concat": network([*HALF, "concat: {from: [b, a]}"]),
    "shapes of multiply": network([*HALF, "multiply: {from: [a, b]}"]),
    "shapes by α": network([*TWICE, "add: {from: [ab, c]}"]),
    "shapes of a reshape": network(["conv: {out: 6}", "reshape: {height: 9, channels: 4}"]),
    "shapes of a scale": network(["conv: {out: 8}", "reshape: {scale: [2, 1]}",
                                  "reshape: {scale: [1/3, 1/4]}"]),
    "a scale that leaves nothing": network(["max_pool: {kernel: 2}", "resize: {scale: 1/3}"]),
    "a pad to less": network([*HALF, "conv: {name: c, kernel: [1, 2], padding: 0, out: 3, from: b}",
                              "pad: {like: a}"]),
    "a crop to more": network([*HALF, "crop: {from: b, like: a}", "crop: {from: a, like: b}"]),
    "groups": network(["conv: {out: 8}", "conv: {out: 12, groups: 4}"]),
    "group width": network(["conv: {out: 12}", "conv: {out: 12, group_width: 4}"]),
    "groups backwards": network(["conv: {out: 8}", "conv_transpose: {out: 12, groups: 4}"]),
    "groups of a norm": network(["conv: {out: 64, norm: group}"]),
    "groups of a norm layer": network(["conv: {out: 6}", "group_norm: {groups: 3}"]),
    "groups of a shuffle": network(["conv: {out: 6}", "channel_shuffle: {groups: 3}"]),
    "heads": network(["conv: {out: 6}", "attention: {heads: 3}"]),
    "heads of a product": network(["conv: {out: 6}", "dot_product_attention: {heads: 2}"]),
    "keys of a product": network([*TWICE, "dot_product_attention: {heads: 1, from: [ab, c, c]}"]),
    "values of a product": network([*HALF, "dot_product_attention: {heads: 1, from: [a, a, b]}"]),
    "windows": network(["attention: {heads: 1, window: [3, 2]}"]),
    "patches": network(["conv: {out: 6}", "dot_product_attention: {heads: 1, patch: [2, 4]}"]),
    "windows of both": network([*HALF, "dot_product_attention: {heads: 1, window: 2, "
                                       "from: [a, b, b]}"]),
    "channels of a product": network([*TWICE, "dot_product_attention: {heads: 1, across: channels, "
                                              "from: [ab, ab, c]}"]),
    "matrices": network([*HALF, "matmul: {from: [a, b], transpose: first}"]),
    "matrices of channels": network([*TWICE, "matmul: {from: [ab, c], transpose: second}"]),
    "matrices of both": network(["conv: {name: s, out: 48}", "conv: {name: t, out: 3}",
                                 "matmul: {from: [s, t]}"]),
    "offsets": network([*HALF, "conv: {name: o, out: 18, from: b, scale: false}",
                        "deform_conv: {out: 3, kernel: 3, from: [a, o]}"]),
    "groups of offsets": network(["conv: {name: a, out: 6}",
                                  "conv: {name: o, out: 54, scale: false}",
                                  "deform_conv: {out: 3, kernel: 3, offset_groups: 3, "
                                  "from: [a, o]}"]),
    "shared gates": network([*TWICE, "lstm: {name: p, out: 4, from: ab}",
                             "lstm: {out: 4, from: c, weights: p}"]),
    "shared table": network([*HALF, "dot_product_attention: {name: p, heads: 1, "
                                    "relative_position: signed, from: [a, a, a]}",
                             "dot_product_attention: {heads: 1, relative_position: signed, "
                             "from: [b, b, b], weights: p}"]),
    "parts": network(["conv: {out: 6}", "split: {into: 3, take: 3}"]),
    "parts of both": network(["conv: {out: 6}", "flatten", "split: {into: 9}"]),
    "a window": network(["conv: {out: 3, kernel: [5, 3], padding: valid}"]),
    "a pool": network(["max_pool: {kernel: [3, 5], padding: [1, 0], ceil: true}"]),
    "a window in training": network([SIDE]),
    "a crop": network(["crop: {height: 5, width: 7}"]),
    "a window backwards": network(["conv_transpose: {out: 3, kernel: 3, padding: 3}"]),
    "a flat map": network(["conv: {out: 3, kernel: [6, 8], padding: valid}", "dense: {out: 3}"]),
    "whole widths": network(["conv: {out: 6}", "conv: {out: 9}"], rule="{round: none}"),
    "whole derived widths": network(["conv: {out: 6}", "conv: {out: $here / 2}"]),
    "derived from both": network(["conv: {out: 6}", "flatten", "conv: {out: $here / 9}"]),
    "large derived widths": network(["conv: {out: 6}", "squeeze_excitation: {ratio: 1900000}"]),
    "large maps": network(["conv: {out: 6}", "resize: {scale: [8000, 5000]}"]),
    "large channels": network(["conv: {out: 300000}", "flatten"]),
    "numbers of a map": network(["conv: {out: 5}", "opaque: {of: [6, 8, 5], mult_adds: 9}"]),
    "one row": network(["conv: {out: 3, kernel: [1, 9], padding: valid}"], height=1, width=14),
    "one column": network(["flatten: {into: channels}", "dense: {out: 3, in: 36}"], 9, 1),
}  # fmt: skip

ratios = st.one_of(
    st.sampled_from(("1", "0.5", "1.5", "2", "0.25", "3")),
    st.fractions(Fraction(1, 8), 3, max_denominator=12).map(str),
)
axes = st.lists(ratios, min_size=1, max_size=4)
sides = st.integers(1, 12)


def cost_at(net, alpha, rho, **basis):
    """The cost, or what is wrong with it."""
    try:
        return net.cost(alpha, rho, **basis)
    except mnetcost.SpecError as error:
        return error


def assert_possible_where_the_cost_is(net, alphas, rhos, **basis):
    grid = mnetcost.sweep(net, alphas, rhos, invalid="mask", **basis)
    for a, alpha in enumerate(grid.alpha):
        for r, rho in enumerate(grid.rho):
            point, cost = grid.point(a, r), cost_at(net, alpha, rho, **basis)
            if isinstance(cost, mnetcost.SpecError):
                assert grid.mult_adds.mask[a, r], cost
                assert point[3:] == (None, None)
            else:
                assert not grid.mult_adds.mask[a, r]
                assert point[2:] == (cost.input, cost.params, cost.mult_adds)


@settings(max_examples=150)
@given(
    st.sampled_from(tuple(CHECKS)),
    axes,
    axes,
    st.one_of(st.none(), st.tuples(sides, sides)),
    st.sampled_from(("forward", "training")),
)
def test_a_point_is_possible_exactly_where_the_cost_is(name, alphas, rhos, size, pass_):
    net = mnetcost.load(CHECKS[name])
    assert_possible_where_the_cost_is(net, alphas, rhos, input=size, pass_=pass_)
    with exact_objects():
        assert_possible_where_the_cost_is(net, alphas, rhos, input=size, pass_=pass_)


@pytest.mark.parametrize("name", CHECKS)
def test_each_check_fails_somewhere_and_holds_somewhere(name):
    """Else the test above would compare nothing with nothing."""
    net = mnetcost.load(CHECKS[name])
    found = [
        cost_at(net, alpha, rho, pass_="training")
        for alpha in ("1", "0.5", "0.7", "2")
        for rho in ("1", "0.5", "7/8", "5/4", "3")
    ]
    refused = [one for one in found if isinstance(one, mnetcost.SpecError)]
    assert 0 < len(refused) < len(found)
    assert all("α = " in str(one) for one in refused)


def test_on_dask_the_same_points_are_masked():
    pytest.importorskip("dask")
    net = mnetcost.load(CHECKS["shared dense"])
    asked = {"alpha": "1,0.5", "rho": "1,7/8,1/2", "invalid": "mask"}
    here = mnetcost.sweep(net, **asked).mult_adds
    there = mnetcost.sweep(net, **asked, engine="dask").mult_adds.compute()
    # 8 px become 7 and their half 4; 6 px become 5 and their half 3; 3×4 halved is 2×2, then 4×4
    assert there.mask.tolist() == here.mask.tolist() == [[False, True, True]] * 2
    assert there.tolist() == here.tolist()


# --- what the public reports were


PROMISED = """
input: {height: 8, width: 8, channels: 3}
layers:
  - conv: {out: 4, kernel: 3, padding: 0}
  - flatten
  - dense: {out: 10, in: 144, scale: false}
"""


@pytest.mark.parametrize("setting", [{"rho": 2}, {"input": "16x16"}, {"resolution": 16}])
def test_stated_channels_are_a_promise_at_every_input(setting):
    net = mnetcost.load(PROMISED)
    assert net.cost().params == 27 * 4 + 144 * 10
    with pytest.raises(mnetcost.SpecError, match="`in: 144`, but 784 channels come in") as error:
        net.cost(**setting)
    assert codes(error) == ["input-channels"]
    # 8 px become 4, and 2 after the convolution: 2·2·4 = 16; 144 come in at 8 px alone
    fitted = mnetcost.fit(net, max_params=10**9, resolution="4,8,16")
    assert [one.height for one in fitted.impossible] == [4, 16]
    assert {one.setting.height for one in fitted.fitting} == {8}


def test_stated_channels_that_follow_from_the_blocks_are_checked_as_they_come_in():
    text = """
input: {height: 5, width: 9, channels: 3}
width: {round: nearest}
blocks:
  doubled:
    layers: [{depthwise: {multiplier: 2}}, {conv: {out: $in, in: $in * 2}}]
layers:
  - conv: {out: 6}
  - doubled
"""
    # 3·6 weights, 9·12 and 12·6; at α = 2 of twice the channels
    net = mnetcost.load(text)
    assert (net.cost().params, net.cost("2").params) == (18 + 108 + 72, 36 + 216 + 288)
    number = mnetcost.load(text.replace("in: $in * 2", "in: 12"))
    assert number.cost().params == 18 + 108 + 72
    with pytest.raises(mnetcost.SpecError, match="`in: 12`, but 24 channels come in"):
        number.cost("2")
    for wrong, found in (("$in * 3", "18"), ("$in + 1", "7")):
        with pytest.raises(mnetcost.SpecError, match=f"`in: {found}`, but 12 channels") as error:
            mnetcost.load(text.replace("in: $in * 2", f"in: {wrong}"))
        assert codes(error) == ["input-channels"]


SHARED = """
input: {height: 8, width: 8, channels: 3}
width: {round: nearest}
layers:
  - conv: {name: a, out: 5, from: input}
  - conv: {name: b, out: 5, from: input}
  - concat: {name: ab, from: [a, b]}
  - conv: {name: c, out: 10, from: input}
  - conv: {name: p, out: 7, kernel: 3, from: ab, scale: false}
  - conv: {name: q, out: 7, kernel: 3, from: c, scale: false, weights: p}
expect:
  - {params: 690, source: by hand}
  - {params: 411, alpha: 0.5, source: a count of kernels that nobody has}
"""


def test_shared_weights_have_one_shape_at_every_width():
    net = mnetcost.load(SHARED)
    assert net.cost().params == 2 * 3 * 5 + 3 * 10 + 9 * 10 * 7
    words = r"q at α = 0\.5, .*3×3×5×7 \(5→7 channels\), those of p 3×3×6×7 \(6→7 channels\)"
    with pytest.raises(mnetcost.SpecError, match=words) as error:
        net.cost("0.5")
    assert codes(error) == ["shared-weights"]


@pytest.mark.parametrize(
    "words",
    [
        ["table", "-", "--alpha", "0.5"],
        ["check", "-"],
        ["check", "-", "--alpha", "0.5", "--max-params", "1M"],
        ["compare", "-", "mobilenet_v1", "--alpha", "0.5"],
        ["diff", "mobilenet_v1", "-", "--alpha", "0.5"],
        ["explain", "-", "q", "--alpha", "0.5"],
        ["conventions", "-", "--alpha", "0.5"],
        ["reconcile", "-", "--alpha", "0.5", "--printed", "411"],
        ["sweep", "-", "--alpha", "1,0.5"],
    ],
)
def test_every_command_refuses_it_and_prints_nothing(words):
    ran = run(*words, input=SHARED.encode())
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("<stdin>:10:5: shared-weights: q at α = 0.5, ρ = 1 (input 8×8): its")
