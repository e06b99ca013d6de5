"""Products of activations by hand: what they give and cost, on maps that are not square, and what
does not go together."""

import pytest
from networks import codes, one_layer

import mnetcost
from mnetcost.cost import LayerCost

# A network at α = 3/4, ρ = 1/2 has a map of 4×6×12 where it is 8×12×16 as written.
HEAD = "input: {height: 8, width: 12, channels: 3}\nlayers:\n  - conv: {name: a, out: 16}\n"
SMALL = {"alpha": "0.75", "rho": "1/2"}


def last(*layers: str, **setting: str) -> LayerCost:
    """The last layer of this network, whose first gives a map `a` of 8×12×16."""
    return (
        mnetcost.load(HEAD + "".join(f"  - {one}\n" for one in layers)).cost(**setting).layers[-1]
    )


def figures(cost: LayerCost) -> tuple[int, ...]:
    """Learned values, products, softmax values and additions."""
    kinds = ("attention_product", "softmax", "elementwise")
    return (sum(cost.parameters), *(cost.work.get(one, 0) for one in kinds))


# layers, output, learned values, products, softmax values, additions: as written, and at α = 3/4
# and ρ = 1/2
CASES = [
    # thirds of 48 (36) channels: 2 · 96² · 16, 4 · 96²; 2 · 24² · 12, 4 · 24²
    (
        ["conv: {out: 48}", "dot_product_attention: {heads: 4}"],
        ((8, 12, 16), 0, 294_912, 36_864, 0),
        ((4, 6, 12), 0, 13_824, 2_304, 0),
    ),
    # keys and values on every second row and third column: 4·4 = 16, then 2·2 = 4
    (
        [
            "conv: {name: kv, out: 32, kernel: 3, stride: [2, 3]}",
            "dot_product_attention: {heads: 2, from: [a, kv]}",
        ],
        ((8, 12, 16), 0, 96 * 16 * 32, 2 * 96 * 16, 0),
        ((4, 6, 12), 0, 24 * 4 * 24, 2 * 24 * 4, 0),
    ),
    # values of another width than queries and keys: 96² · (16 + 40); 24² · (12 + 30)
    (
        ["conv: {name: v, out: 40, from: a}", "dot_product_attention: {heads: 1, from: [a, a, v]}"],
        ((8, 12, 40), 0, 516_096, 9_216, 0),
        ((4, 6, 30), 0, 24_192, 576, 0),
    ),
    # queries of fewer positions than keys: 4·4 of 96
    (
        [
            "conv: {name: q, out: 16, stride: [2, 3]}",
            "dot_product_attention: {heads: 4, relative_position: absolute, from: [q, a, a]}",
        ],
        ((4, 4, 16), 4 * 8 * 12, 16 * 96 * 32, 4 * 16 * 96, 4 * 16 * 96),
        ((2, 2, 12), 4 * 4 * 6, 4 * 24 * 24, 4 * 4 * 24, 4 * 4 * 24),
    ),
    # two heads of keys and values, of four: keys and values of 8 (6) channels
    (
        [
            "conv: {name: k, out: 8, from: a}",
            "dot_product_attention: {heads: 4, key_value_heads: 2, from: [a, k, k]}",
        ],
        ((8, 12, 16), 0, 294_912, 36_864, 0),
        ((4, 6, 12), 0, 13_824, 2_304, 0),
    ),
    # the same in one map of 4 + 2 + 2 heads
    (
        ["conv: {out: 32}", "dot_product_attention: {heads: 4, key_value_heads: 2}"],
        ((8, 12, 16), 0, 294_912, 36_864, 0),
        ((4, 6, 12), 0, 13_824, 2_304, 0),
    ),
    # windows of 2·3 positions: 2 · 6 · 96 · 16; a table of 3·5 distances for each of 4 heads
    (
        [
            "conv: {out: 48}",
            "dot_product_attention: {heads: 4, window: [2, 3], relative_position: signed}",
        ],
        ((8, 12, 16), 60, 18_432, 2_304, 2_304),
        ((4, 6, 12), 60, 3_456, 576, 576),
    ),
    # 4·4 (2·2) patches of 2·3 positions, whose alike places attend each other
    (
        ["dot_product_attention: {heads: 2, patch: [2, 3], from: [a, a, a]}"],
        ((8, 12, 16), 0, 2 * 16 * 96 * 16, 2 * 16 * 96, 0),
        ((4, 6, 12), 0, 2 * 4 * 24 * 12, 2 * 4 * 24, 0),
    ),
    # 8×8 products a head over 96 positions, twice: 2 · 96 · 16 · 8; 2 · 24 · 12 · 6
    (
        ["dot_product_attention: {heads: 2, across: channels, from: [a, a, a]}"],
        ((8, 12, 16), 0, 24_576, 128, 0),
        ((4, 6, 12), 0, 3_456, 72, 0),
    ),
    # 4 heads of 96·96 products of 4, and back
    (
        ["matmul: {from: [a, a], transpose: second, heads: 4}"],
        ((8, 12, 4 * 96), 0, 96 * 96 * 16, 0, 0),
        ((4, 6, 4 * 24), 0, 24 * 24 * 12, 0, 0),
    ),
    (
        ["conv: {name: s, out: 96, scale: false}", "matmul: {from: [s, a]}"],
        ((8, 12, 16), 0, 96 * 96 * 16, 0, 0),
        None,  # 96 channels do not meet 24 positions
    ),
    (
        [
            "matmul: {name: s, from: [a, a], transpose: second, heads: 4}",
            "matmul: {from: [s, a], heads: 4}",
        ],
        ((8, 12, 16), 0, 96 * 96 * 16, 0, 0),
        ((4, 6, 12), 0, 24 * 24 * 12, 0, 0),
    ),
    # a linear attention: 8×8 products a head over 96 positions
    (
        ["matmul: {name: kv, from: [a, a], transpose: first, heads: 2}"],
        ((8, 1, 16), 0, 96 * 8 * 16, 0, 0),
        ((6, 1, 12), 0, 24 * 6 * 12, 0, 0),
    ),
    (
        [
            "matmul: {name: kv, from: [a, a], transpose: first, heads: 2}",
            "matmul: {from: [a, kv], heads: 2}",
        ],
        ((8, 12, 16), 0, 96 * 8 * 16, 0, 0),
        ((4, 6, 12), 0, 24 * 6 * 12, 0, 0),
    ),
]


@pytest.mark.parametrize(("layers", "written", "smaller"), CASES, ids=lambda one: str(one)[:70])
def test_a_product_by_hand(layers: list[str], written: tuple, smaller: tuple | None) -> None:
    cost = last(*layers)
    assert (tuple(cost.output), *figures(cost)) == written
    net = mnetcost.load(HEAD + "".join(f"  - {one}\n" for one in layers))
    grid = mnetcost.sweep(net, ["1", "0.75"], ["1", "1/2"], invalid="mask")
    if smaller is None:
        assert grid.mult_adds.mask.tolist() == [[False, True], [False, True]]
        return
    cost = last(*layers, **SMALL)
    assert (tuple(cost.output), *figures(cost)) == smaller
    for a, alpha in enumerate(grid.alpha):
        for r, rho in enumerate(grid.rho):
            assert grid.mult_adds[a, r] == net.cost(alpha, rho).mult_adds
            assert grid.params[a, r] == net.cost(alpha, rho).params


ATTENTION = [  # input, layer, learned parameters, mult-adds: attention with its projections
    # Swin-T's first: 4·96²·3,136 + 2·49·3,136·96
    ((56, 56, 96), "attention: {heads: 3, window: 7}", 4 * 96 * 97, 145_108_992),
    # 4·8²·24 + 2·24·6·8; 4·8²·24 + 2·24·4·8
    ((4, 6, 8), "attention: {heads: 2, window: [2, 3]}", 288, 6144 + 2304),
    ((4, 6, 8), "attention: {heads: 2, window: [2, 3], shift: [1, 2]}", 288, 6144 + 2304),
    ((4, 6, 8), "attention: {heads: 2, patch: [2, 3], bias: false}", 256, 6144 + 1536),
]


@pytest.mark.parametrize(("size", "layer", "learned", "mult_adds"), ATTENTION)
def test_attention_within_windows(size, layer, learned, mult_adds) -> None:
    cost = one_layer(size, layer)
    assert (sum(cost.parameters), cost.mult_adds) == (learned, mult_adds)
    assert cost.layers[0].output == size


REFUSED = [  # layers, code, words
    (["attention: {heads: 2, window: 5}"], "shapes", "windows of 5×5 px do not fill a 8×12 map"),
    (["attention: {heads: 2, patch: [3, 2]}"], "shapes", "patches of 3×2 px do not fill"),
    (["attention: {heads: 2, patch: 2, window: 2}"], "conflict", "`patch` beside `window`"),
    (["dot_product_attention: {heads: 5}"], "groups", "do not divide into 5 heads"),
    (["dot_product_attention: {heads: 2}"], "groups", "do not divide into 2 heads"),
    (["attention: {heads: 2, patch: 2, shift: 1}"], "conflict", "`patch` beside `shift`"),
    (["attention: {heads: 2, shift: [0, 1]}"], "shapes", "a `shift` is of windows: write `window`"),
    (
        ["attention: {heads: 2, window: [4, 3], shift: [3, 3]}"],
        "shapes",
        "windows of 4×3 px are shifted by 3×3 px",
    ),
    (["dot_product_attention: {heads: 3, from: [a, a, a]}"], "groups", "of 8×12×16 and 8×12×16"),
    (
        ["dot_product_attention: {heads: 4, key_value_heads: 3, from: [a, a, a]}"],
        "groups",
        "3 heads of keys and values do not divide 4 heads",
    ),
    (
        ["conv: {name: k, out: 8}", "dot_product_attention: {heads: 4, from: [a, k, k]}"],
        "shapes",
        "queries, keys and values of 8×12×16 and 8×12×8 and 8×12×8",
    ),
    (
        [
            "conv: {name: k, out: 16, stride: 2}",
            "dot_product_attention: {heads: 4, from: [a, a, k]}",
        ],
        "shapes",
        "8×12×16 and 8×12×16 and 4×6×16",
    ),
    (
        [
            "conv: {name: k, out: 16, stride: 2}",
            "dot_product_attention: {heads: 4, window: 2, from: [a, k, k]}",
        ],
        "shapes",
        "need the same sides",
    ),
    (
        [
            "conv: {name: k, out: 16, stride: 2}",
            "dot_product_attention: {heads: 4, relative_position: signed, from: [a, k, k]}",
        ],
        "shapes",
        "need the same sides",
    ),
    (
        ["dot_product_attention: {heads: 4, across: channels, window: 2, from: [a, a, a]}"],
        "shapes",
        "across channels has no window",
    ),
    (
        [
            "conv: {name: v, out: 32}",
            "dot_product_attention: {heads: 4, across: channels, from: [a, a, v]}",
        ],
        "shapes",
        "across channels of",
    ),
    (["dot_product_attention: {heads: 4, from: [a, a, a, a]}"], "shapes", "no 4 maps"),
    (["matmul"], "shapes", "a product of two maps, not 1"),
    (["matmul: {from: [a, a, a]}"], "shapes", "a product of two maps, not 3"),
    (
        ["matmul: {from: [a, a]}"],
        "shapes",
        "multiplies 8×12×16 and 8×12×16 in 1 head, transposed: none",
    ),
    (
        ["matmul: {from: [a, input], transpose: second, heads: 2}"],
        "shapes",
        "8×12×16 and 8×12×3 in 2 heads, transposed: second",
    ),
    (
        ["matmul: {from: [a, a], transpose: first, heads: 3}"],
        "groups",
        "do not divide into 3 heads",
    ),
]


@pytest.mark.parametrize(("layers", "code", "words"), REFUSED)
def test_what_does_not_go_together_is_refused(layers: list[str], code: str, words: str) -> None:
    with pytest.raises(mnetcost.SpecError) as caught:
        last(*layers)
    assert code in codes(caught)
    found = next(one for one in caught.value.problems if one.code == code)
    assert words in found.message
    assert found.mark.line == len(layers) + 3


def test_a_window_that_fits_no_more_is_refused_where_it_does_not() -> None:
    net = mnetcost.load(HEAD + "  - attention: {heads: 2, window: 4}\n")
    assert net.cost().layers[1].work["attention_product"] == 2 * 16 * 96 * 16
    with pytest.raises(mnetcost.SpecError, match="windows of 4×4 px do not fill a 4×6 map"):
        net.cost(rho="1/2")
    grid = mnetcost.sweep(net, ["1"], ["1", "1/2"], invalid="mask")
    assert grid.mult_adds.mask.tolist() == [[False, True]]


def test_gradients_of_a_product_of_what_is_not_learned() -> None:
    """Where nothing before it is learned, nobody needs a gradient of the product."""
    from_image = "input: {height: 4, width: 6, channels: 2}\nlayers:\n"
    from_image += "  - matmul: {from: [input, input], transpose: second}\n"
    assert mnetcost.load(from_image).cost(pass_="training").passes == (24 * 24 * 2, 0, 0)
    learned = last("matmul: {from: [a, a], transpose: second}", pass_="training")
    assert learned.passes == (147_456, 2 * 147_456, 0)
