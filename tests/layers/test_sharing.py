"""Weights in common: counted once, and only where one kernel can be both."""

import pytest
from networks import codes

import mnetcost

HEAD = """
input: {height: 6, width: 9, channels: 4}
layers:
  - conv: {name: wide, out: 8}
"""


def shared(owner: str, user: str) -> mnetcost.Network:
    """A layer `p`, and one that uses its weights, of 4 and 8 channels as they say in `from:`."""
    return mnetcost.load(f"{HEAD}  - {owner}\n  - {user}\n")


# owner, user, the weights and the other learned values of both together, by hand
ALIKE = [
    # torch's Conv2d(4, 8) and ConvTranspose2d(8, 4) hold 8×4×3×5 values each
    (
        "conv: {name: p, from: input, out: 8, kernel: [3, 5]}",
        "conv_transpose: {from: wide, out: 4, kernel: [3, 5], weights: p}",
        (480, 0),
    ),
    (
        "conv: {name: p, from: input, out: 8, groups: 2}",
        "conv_transpose: {from: wide, out: 4, groups: 2, weights: p}",
        (16, 0),
    ),
    # a filter a channel is a convolution of as many groups
    (
        "depthwise: {name: p, from: wide, kernel: [3, 5], bias: true}",
        "conv: {from: wide, out: 8, kernel: [3, 5], groups: 8, bias: true, weights: p}",
        (120, 8),
    ),
    (
        "conv: {name: p, from: input, out: 8, bias: true}",
        "dense: {from: input, out: 8, per_position: true, bias: true, weights: p}",
        (32, 8),
    ),
    # γ and β of the owner alone: a head of several levels, each with a norm of its own
    (
        "conv: {name: p, from: input, out: 8, norm: batch}",
        "conv: {from: input, out: 8, weights: p}",
        (32, 16),
    ),
    (
        "conv: {name: p, from: input, out: 8, norm: batch, act: prelu}",
        "conv: {from: input, out: 8, norm: batch, act: prelu, stride: 2, weights: p}",
        (32, 16 + 8),
    ),
    (
        "squeeze_excitation: {name: p, from: wide, squeeze: 2}",
        "squeeze_excitation: {from: wide, squeeze: 2, weights: p}",
        (32, 10),
    ),
    (
        "position_embedding: {name: p, from: input}",
        "learned: {height: 6, width: 9, out: 4, weights: p}",
        (0, 216),
    ),
    # each half of a pair takes its own: 15·4 and 4·8 weights, 4 and 8 biases
    (
        "separable: {name: p, from: input, out: 8, kernel: [3, 5], bias: true}",
        "separable: {from: input, out: 8, kernel: [3, 5], bias: true, weights: p}",
        (92, 12),
    ),
    (
        "separable: {name: p, from: input, out: 8, kernel: [3, 5], norm: batch}",
        "separable: {from: input, out: 8, kernel: [3, 5], weights: p}",
        (92, 24),
    ),
    ("prelu: {name: p, from: wide}", "l2_norm: {from: wide, weights: p}", (0, 8)),
]

# owner, user, what is said of them
UNLIKE = [
    (  # as many weights, of another kernel
        "conv: {name: p, from: input, out: 8, kernel: [3, 5]}",
        "conv: {name: q, from: input, out: 8, kernel: [5, 3], weights: p}",
        "its weights are 5×3×4×8 (4→8 channels), those of p 3×5×4×8 (4→8 channels)",
    ),
    (  # 4·8 as 8·4
        "conv: {name: p, from: input, out: 8}",
        "conv: {name: q, from: wide, out: 4, weights: p}",
        "its weights are 1×1×8×4 (8→4 channels), those of p 1×1×4×8 (4→8 channels)",
    ),
    (  # 8·8 / 2 as 4·8
        "conv: {name: p, from: wide, out: 8, groups: 2, kernel: [1, 3]}",
        "conv: {name: q, from: wide, out: 4, kernel: [1, 3], weights: p}",
        "its weights are 1×3×8×4 (8→4 channels), those of p 1×3×4×8 (8→8 channels)",
    ),
    (
        "position_embedding: {name: p, from: input}",
        "learned: {name: q, height: 9, width: 6, out: 4, weights: p}",
        "its weights are 9×6×4 (4→4 channels), those of p 6×9×4 (4→4 channels)",
    ),
    (  # 2·4·8 weights and 12 biases either way
        "squeeze_excitation: {name: p, from: input, squeeze: 8}",
        "squeeze_excitation: {name: q, from: wide, squeeze: 4, weights: p}",
        "its weights are 8×4 (8→8 channels), those of p 4×8 (4→4 channels)",
    ),
    (
        "conv: {name: p, from: input, out: 8, bias: true}",
        "conv: {name: q, from: input, out: 8, weights: p}",
        "it has 32 weights, p has 32 weights, 8 biases",
    ),
    (  # γ and β that nobody would count
        "conv: {name: p, from: input, out: 8}",
        "conv: {name: q, from: input, out: 8, norm: layer, weights: p}",
        "it has 32 weights, 16 norm affine, p has 32 weights",
    ),
    (
        "conv: {name: p, from: input, out: 8, act: relu}",
        "conv: {name: q, from: input, out: 8, act: prelu, weights: p}",
        "it has 32 weights, 8 other, p has 32 weights",
    ),
    (  # 9·4 and 4·8 weights are no 15·4
        "separable: {name: p, from: input, out: 8}",
        "depthwise: {name: q, from: input, kernel: [3, 5], weights: p/depthwise}",
        "its weights are 3×5×1×4 (4→4 channels), those of p/depthwise 3×3×1×4 (4→4 channels)",
    ),
    (
        "relu: {name: p, from: wide}",
        "relu: {name: q, from: wide, weights: p}",
        "it has nothing that is learned, p has nothing that is learned",
    ),
    (
        "prelu: {name: p, from: wide}",
        "conv: {name: q, from: input, out: 2, weights: p}",
        "it has 8 weights, p has 8 other",
    ),
]


@pytest.mark.parametrize(("owner", "user", "learned"), ALIKE)
def test_weights_in_common_are_counted_once(
    owner: str, user: str, learned: tuple[int, int]
) -> None:
    parameters = shared(owner, user).cost().parameters
    weights, statistics = parameters.weights - 32, parameters.norm_statistics  # those of `wide`
    assert (weights, sum(parameters) - statistics - weights - 32) == learned


@pytest.mark.parametrize(("owner", "user", "words"), UNLIKE)
def test_weights_of_another_shape_are_refused(owner: str, user: str, words: str) -> None:
    with pytest.raises(mnetcost.SpecError) as error:
        shared(owner, user)
    assert codes(error) == ["shared-weights"]
    assert error.value.problems[0].message == f"q: {words}"


@pytest.mark.parametrize("layer", ["conv: {out: 40, norm: group}", "depthwise: {norm: group}"])
def test_a_norm_of_groups_that_rides_on_a_layer_is_checked_as_a_layer_is(layer: str) -> None:
    """torch's GroupNorm(32, 40) is an error."""
    with pytest.raises(mnetcost.SpecError, match=r"32 groups do not divide (40|8) channels") as one:
        mnetcost.load(f"{HEAD}  - {layer}\n")
    assert codes(one) == ["groups"]
    assert mnetcost.load(f"{HEAD}  - conv: {{out: 64, norm: group}}\n").cost().params == 32 + 512


def test_a_pair_shared_by_two_levels_of_a_detector() -> None:
    net = mnetcost.load(
        """
input: {height: 64, width: 96, channels: 64}
layers:
  - separable: {name: p3, out: 64}
  - max_pool: {name: down, from: input, kernel: 2}
  - separable: {name: p4, from: down, out: 64, weights: p3}
"""
    )
    assert net.cost().params == 9 * 64 + 64 * 64
    assert net.cost().mult_adds == (64 * 96 + 32 * 48) * (9 * 64 + 64 * 64)


@pytest.mark.parametrize(
    "owner",
    [
        # there is no pair of these names: each half is held against the layer itself
        "conv: {name: p, from: input, out: 8}",
        "depthwise: {name: p, from: wide}",
        "separable: {name: p, from: wide, out: 8, kernel: 5}",
    ],
)
def test_a_pair_has_the_weights_of_a_pair(owner: str) -> None:
    with pytest.raises(mnetcost.SpecError) as error:
        shared(owner, "separable: {name: q, from: wide, out: 8, weights: p}")
    assert codes(error) == ["shared-weights"]


@pytest.mark.parametrize("layer", ["conv: {out: 8, weights: input}", "relu: {weights: input}"])
def test_the_input_has_no_weights(layer: str) -> None:
    with pytest.raises(
        mnetcost.SpecError, match="`input` is a map that comes in, not a layer"
    ) as error:
        mnetcost.load(f"{HEAD}  - {layer}\n")
    assert codes(error) == ["shared-weights"]


# A convolution of 3·4·8 weights, and a pair of 15·4 and 4·8; then another of each, on 6×9 px.
CALL = """
input: {height: 6, width: 9, channels: 4}
blocks:
  two:
    inputs: [x, y]
    layers:
      - conv: {name: p, from: x, out: 8, kernel: [1, 3]}
      - separable: {name: q, from: y, out: 8, kernel: [3, 5]}
    outputs: [p, q]
layers:
  - relu: {name: a}
  - two: {name: t, from: [a, a]}
"""


@pytest.mark.parametrize("name", ["t/p", "t/1", "{from: t/p, norm: own}"])
def test_an_output_of_a_call_has_the_weights_of_its_layer(name: str) -> None:
    net = mnetcost.load(f"{CALL}  - conv: {{from: a, out: 8, kernel: [1, 3], weights: {name}}}\n")
    assert net.cost().params == 96 + 60 + 32
    assert net.cost().mult_adds == (2 * 96 + 60 + 32) * 54
    cost = net.cost("3/2", 2)
    assert (cost.params, cost.mult_adds) == (144 + 60 + 48, (2 * 144 + 60 + 48) * 216)
    sweep = mnetcost.sweep(net, alpha=[1, "3/2"], rho=[2])
    assert sweep.params.tolist() == [[188], [252]]
    assert sweep.mult_adds.tolist() == [[(2 * 96 + 92) * 216], [cost.mult_adds]]


def test_an_output_that_is_a_pair_has_the_weights_of_both_halves() -> None:
    user = "separable: {from: a, out: 8, kernel: [3, 5], weights: t/q}"
    net = mnetcost.load(f"{CALL}  - {user}\n")
    assert (net.cost().params, net.cost().mult_adds) == (188, (96 + 2 * 92) * 54)


PAIR = "separable: {from: a, out: 8, kernel: [3, 5], weights: "


@pytest.mark.parametrize(
    ("user", "words", "suggestion"),
    [
        (PAIR + "t/2}", "it has 2 layers, `t/2` 1", "t/q"),
        (PAIR + "t/q/pointwise}", "it has 2 layers, `t/q/pointwise` 1", "t/q"),
        (PAIR + "{from: t/q/depthwise}}", "it has 2 layers, `t/q/depthwise` 1", "t/q"),
        (PAIR + "t/p}", "it has 2 layers, `t/p` 1", None),
        ("pointwise: {from: a, out: 8, weights: t/q}", "it has 1 layer, `t/q` 2", None),
        ("two: {name: u, from: [a, a], weights: u/p}", "`u/p` is in this call itself", None),
        (
            "two: {name: u, from: [a, a], repeat: 0}\n  - conv: {out: 8, weights: u/q}",
            "`u/q` is a map that comes in, not a layer: it has no weights",
            None,
        ),
    ],
)
def test_what_has_other_layers_than_its_user_is_refused(
    user: str, words: str, suggestion: str | None
) -> None:
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(f"{CALL}  - {user}\n")
    (found,) = error.value.problems
    assert (found.code, found.message) == ("shared-weights", words)
    assert (found.suggestion, bool(found.expected)) == (suggestion, True)
    line = f"  - {user}".split("\n")[-1]
    assert found.mark[:2] == (13 + user.count("\n"), 1 + line.index(words.split("`")[1]))


@pytest.mark.parametrize("half", ["a/depthwise", "a/pointwise"])
def test_a_pair_does_not_name_a_half(half: str) -> None:
    text = """input: {height: 14, width: 14, channels: 48}
layers:
  - separable: {name: a, out: 48, norm: batch}
  - separable: {name: b, out: 48, norm: batch, weights: WHOSE}
"""
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(text.replace("WHOSE", half))
    (found,) = error.value.problems
    assert (found.mark[:2], found.suggestion) == ((4, 57), "a")
    assert found.message == f"it has 2 layers, `{half}` 1"
    assert mnetcost.load(text.replace("WHOSE", "a")).cost().params == 9 * 48 + 48 * 48
