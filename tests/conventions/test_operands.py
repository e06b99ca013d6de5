"""Gradients of products: each operand that follows from learned values has one, and no other."""

import pytest

import mnetcost

# 48 positions of 16 channels; at α = 3/4, ρ = 1/2 a map of 4×3: 12 positions of 12 channels.
HEAD = "input: {height: 8, width: 6, channels: 16, scale: true}\nlayers:\n"
SMALL = {"alpha": "3/4", "rho": "1/2"}
Q, K, V = (f"conv: {{name: {name}, out: 16, from: input}}" for name in "qkv")
WIDE = "conv: {name: v, out: 40, from: input}"


def net(*layers: str) -> mnetcost.Network:
    return mnetcost.load(HEAD + "".join(f"  - {one}\n" for one in layers))


def attended(maps: str, *more: str) -> str:
    return f"dot_product_attention: {{{', '.join((f'from: [{maps}]', 'heads: 2', *more))}}}"


# S = Q·Kᵀ and O = softmax(S)·V take positions² · channels each: 48²·16 = 36,864; 12²·12 = 1,728.
# So do dQ, dK, dV, and dP, which Q and K need; what the last layer takes of them, at both settings.
# So torch.utils.flop_counter (torch 2.13.0) counts them, for each set of Q, K, V and table.
CASES = [
    ((Q, "matmul: {from: [input, q], transpose: second}"), 36_864, 1_728),
    ((Q, "matmul: {from: [q, input], transpose: second}"), 36_864, 1_728),
    ((Q, "matmul: {from: [q, q], transpose: second}"), 73_728, 3_456),
    (("matmul: {from: [input, input], transpose: second}",), 0, 0),
    ((Q, "matmul: {from: [input, q], transpose: second, heads: 2}"), 36_864, 1_728),
    ((Q, "matmul: {from: [input, q], transpose: first}"), 16 * 16 * 48, 12 * 12 * 12),
    (
        (
            "matmul: {name: s, from: [input, input], transpose: second}",
            WIDE,
            "matmul: {from: [s, v]}",
        ),
        48 * 48 * 40,
        12 * 12 * 30,
    ),
    # dP and dQ; dP and dK; dV; dP, dQ and dK; dP, dQ and dV; all four; none
    ((Q, attended("q, input, input")), 2 * 36_864, 2 * 1_728),
    ((K, attended("input, k, input")), 2 * 36_864, 2 * 1_728),
    ((V, attended("input, input, v")), 36_864, 1_728),
    ((Q, K, attended("q, k, input")), 3 * 36_864, 3 * 1_728),
    ((Q, V, attended("q, input, v")), 3 * 36_864, 3 * 1_728),
    ((Q, attended("q, q, q")), 4 * 36_864, 4 * 1_728),
    ((attended("input, input, input"),), 0, 0),
    # a learned table needs dP, once
    ((attended("input, input, input", "relative_position: signed"),), 36_864, 1_728),
    ((V, attended("input, input, v", "relative_position: absolute")), 2 * 36_864, 2 * 1_728),
    ((Q, attended("q, input, input", "relative_position: signed")), 2 * 36_864, 2 * 1_728),
    # side by side in one map: of 8 channels each, dP and dQ; dP, dK and dV; all four
    (
        ("conv: {name: q, out: 8}", attended("q, input")),
        2 * 48 * 48 * 8,
        2 * 12 * 12 * 6,
    ),
    (("conv: {name: kv, out: 32}", attended("input, kv")), 3 * 36_864, 3 * 1_728),
    (("conv: {out: 48}", "dot_product_attention: {heads: 2}"), 4 * 36_864, 4 * 1_728),
    # values of 40 and 30 channels: dV; dV and dP of them, dQ of 16 and 12
    ((WIDE, attended("input, input, v")), 48 * 48 * 40, 12 * 12 * 30),
    ((Q, WIDE, attended("q, input, v")), 221_184, 10_368),
    # 8 and 2 keys, which are pooled
    (
        (
            "max_pool: {name: keys, kernel: [2, 3], stride: [2, 3]}",
            Q,
            attended("q, keys, keys"),
        ),
        2 * 48 * 8 * 16,
        2 * 12 * 2 * 12,
    ),
    # 4 heads of 8 and 6 channels, 2 of keys and values
    (
        (
            "conv: {name: q, out: 32}",
            "dot_product_attention: {from: [q, input, input], heads: 4, key_value_heads: 2}",
        ),
        2 * 48 * 48 * 32,
        2 * 12 * 12 * 24,
    ),
    # 12 keys of a window; 8 and 2 keys, one of each patch; 8 and 6 channels of a head
    ((Q, attended("q, input, input", "window: [4, 3]")), 2 * 12 * 16 * 48, 2 * 12 * 12 * 12),
    ((K, attended("input, k, input", "patch: [2, 3]")), 2 * 8 * 16 * 48, 2 * 2 * 12 * 12),
    ((Q, attended("q, input, input", "across: channels")), 2 * 8 * 16 * 48, 2 * 6 * 12 * 12),
]


@pytest.mark.parametrize(("layers", "whole", "small"), CASES)
def test_each_operand_has_its_own_gradient(layers: tuple[str, ...], whole: int, small: int) -> None:
    network = net(*layers)
    for setting, expected in (({}, whole), (SMALL, small)):
        cost = network.cost(pass_="training", **setting)
        product = cost.layers[-1].passes
        assert (product.input_gradient, product.weight_gradient) == (expected, 0)
        assert network.cost(pass_="backward", batch=3, **setting).layers[-1].mult_adds == (
            3 * expected
        )
    grid = mnetcost.sweep(network, "1,3/4", "1,1/2", pass_="backward", batch=2)
    for a, alpha in enumerate(("1", "3/4")):
        for r, rho in enumerate(("1", "1/2")):
            at_point = network.cost(alpha, rho, pass_="backward", batch=2)
            assert grid.mult_adds[a, r] == at_point.mult_adds


TRANSFORMER = """\
input: {height: 28, width: 28, channels: 1}
layers:
  - conv: {out: 8, kernel: 7, padding: valid}
  - global_avg_pool
  - dense: {out: 6, bias: true, scale: false}
  - reshape: {name: theta, height: 2, channels: 3}
  - constant: {name: grid, channels: 3, like: input}
  - matmul: {from: [grid, theta], transpose: second}
"""
POSITIONS = """\
input: {height: 8, width: 6, channels: 16}
layers:
  - conv: {name: q, out: 16}
  - constant: {name: pos, channels: 16, like: input}
  - dot_product_attention: {from: [q, pos, q], heads: 2}
"""


def test_a_constant_has_no_gradient() -> None:
    # 7²·8 weights at 22² px; 48 of the dense layer, for weights and input; θ of 28²·3·2
    cost = mnetcost.load(TRANSFORMER).cost(pass_="backward")
    assert cost.mult_adds == 7 * 7 * 8 * 22 * 22 + 2 * 48 + 28 * 28 * 3 * 2 == 194_528
    # the weights of q; dP, dQ and dV
    attention = mnetcost.load(POSITIONS).cost(pass_="backward")
    assert attention.mult_adds == 48 * 16 * 16 + 3 * 36_864 == 122_880


def test_what_reads_the_sides_of_a_map_alone_gives_it_no_gradient() -> None:
    boxes = "prior_box: {priors: 2, from: [a, input]}"
    *_, behind = (
        net("conv: {name: a, out: 4}", boxes, "conv: {out: 3, scale: false}")
        .cost(pass_="training")
        .layers
    )
    # 2×1 px of 4 · 2 · 48 channels, of which nothing is learned
    assert behind.passes == (2 * 384 * 3, 0, 2 * 384 * 3)
