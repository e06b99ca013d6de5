"""Recurrent, deformable and conditional layers by hand, on maps that are not square."""

import pytest
from networks import one_layer, small

import mnetcost

HEAD = "input: {height: 4, width: 10, channels: 3}\nlayers:\n  - conv: {name: a, out: 8}\n"

# layer; output, weights, biases as written; the same at α = 3/4, ρ = 1/2, on 6 channels of 2×5.
# Mult-adds are the weights at each position.
RECURRENT = [
    # 4·4·(8 + 4) and two biases a gate; 4·3·(6 + 3)
    ("lstm: {out: 4}", ((4, 10, 4), 192, 32), ((2, 5, 3), 108, 24)),
    # both ways, two layers, of which the second reads 2·4: 2·4·4·(8 + 4) + 2·4·4·(8 + 4)
    (
        "lstm: {out: 4, bidirectional: true, layers: 2, biases: 1}",
        ((4, 10, 8), 384 + 384, 64),
        ((2, 5, 6), 2 * 4 * 3 * (6 + 3) + 2 * 4 * 3 * (6 + 3), 48),
    ),
    # 7 cells give 4 channels: 4·7·(8 + 4) + 7·4; then 7 cells give 3: 4·7·(6 + 3) + 7·3
    ("lstm: {out: 4, cells: 7, biases: 0}", ((4, 10, 4), 364, 0), ((2, 5, 3), 273, 0)),
    # three layers of 3·4·(8 + 4), 3·4·(4 + 4), 3·4·(4 + 4); the last state alone
    (
        "gru: {out: 4, layers: 3, returns: last}",
        ((1, 1, 4), 144 + 96 + 96, 72),
        ((1, 1, 3), 3 * 3 * (9 + 6 + 6), 54),
    ),
    ("gru: {out: 4, biases: 1, scale: false}", ((4, 10, 4), 144, 12), ((2, 5, 4), 120, 12)),
    ("rnn: {out: 4, bidirectional: true}", ((4, 10, 8), 96, 16), ((2, 5, 6), 54, 12)),
]


@pytest.mark.parametrize(("layer", "written", "smaller"), RECURRENT)
def test_a_recurrent_layer_by_hand(layer: str, written: tuple, smaller: tuple) -> None:
    net = mnetcost.load(f"{HEAD}  - {layer}\n")
    grid = mnetcost.sweep(net, ["1", "0.75"], ["1", "1/2"])
    for place, (alpha, rho, positions, expected) in enumerate(
        [("1", "1", 40, written), ("0.75", "1/2", 10, smaller)]
    ):
        cost = net.cost(alpha, rho)
        found = cost.layers[-1]
        amounts = found.parameters
        assert (found.output, amounts.weights, amounts.biases) == expected
        assert found.mult_adds == positions * amounts.weights
        assert found.work.get("bias", 0) == positions * amounts.biases
        assert grid.mult_adds[place, place] == cost.mult_adds
        assert grid.params[place, place] == cost.params


def test_the_elementwise_work_of_a_cell() -> None:
    """Sigmoids and tanhs; f∘c + i∘g and o∘tanh(c); r∘Uh and z∘h + (1 - z)∘h̃."""
    for layer, cells, activations, elementwise in [
        ("lstm: {out: 3, bidirectional: true, layers: 2}", 12, 5, 4),
        ("gru: {out: 3, layers: 2}", 6, 3, 5),
        ("rnn: {out: 3}", 3, 1, 0),
    ]:
        cost = one_layer((2, 5, 4), layer)
        assert cost.work["activation"] == 10 * cells * activations
        assert cost.work.get("elementwise", 0) == 10 * cells * elementwise
    # multiplications, additions, comparisons, divisions, exponentials beside multiply-accumulates
    # and biases: 3 products, and 1 a tanh; 1 sum, 1 a sigmoid, 2 a tanh; one of both a function
    cost = one_layer((1, 5, 4), "lstm: {out: 3, biases: 0}")
    products = 5 * 84
    assert cost.operations == (products + 15 * 5, products + 15 * 8, 0, 15 * 5, 15 * 5)


def test_the_sequence_part_of_a_text_recogniser() -> None:
    """2·(4·256·(512 + 256) + 2·4·256) parameters, the weights at each of 26 positions."""
    spec = "input: {height: 1, width: 26, channels: 512}\nlayers:\n"
    spec += "  - lstm: {out: 256, bidirectional: true}\n"
    spec += "  - dense: {out: 256, per_position: true, bias: true}\n"
    cost = mnetcost.load(spec).cost()
    assert (sum(cost.layers[0].parameters), cost.layers[0].mult_adds) == (1_576_960, 40_894_464)
    assert (sum(cost.parameters), cost.mult_adds) == (1_708_288, 44_302_336)


def test_a_recurrent_layer_that_reads_the_image_gives_it_no_gradient() -> None:
    spec = "input: {height: 1, width: 5, channels: 4}\nlayers: [gru: {out: 3}]\n"
    passes = mnetcost.load(spec).cost(pass_="training").passes
    # 9·4 weights read the map, 9·3 the state, at each of 5 positions
    assert passes == (5 * 63, 5 * 27, 5 * 63)


def test_weights_in_common() -> None:
    spec = HEAD + "  - lstm: {name: one, out: 8}\n  - lstm: {out: 8, weights: one}\n"
    assert mnetcost.load(spec).cost().layers[-1].params == 0
    with pytest.raises(mnetcost.SpecError, match="shared-weights"):
        mnetcost.load(HEAD + "  - lstm: {name: one, out: 4}\n  - lstm: {out: 4, weights: one}\n")


# --- deformable convolution


def deformed(out: int, keys: str, channels: int = 64, sides: tuple[int, int] = (64, 64)) -> str:
    height, width = sides
    size = f"{{height: {height}, width: {width}, channels: {channels}}}"
    return (
        f"input: {size}\nwidth: {{round: nearest}}\nlayers:\n  - branches:\n"
        f"      - - conv: {{name: places, out: {out}, kernel: 3, bias: true, scale: false}}\n"
        f"  - deform_conv: {{{keys}, from: [input, places]}}\n"
    )


def test_a_deformable_convolution() -> None:
    """64²·9·64·64 by the kernel, 64²·9·64·18 by the layer that gives its offsets."""
    net = mnetcost.load(deformed(18, "out: 64, kernel: 3, bias: true"))
    assert net.cost().mult_adds == 193_462_272
    assert net.cost(convention="fvcore").counted == (42_467_328, 42_467_328)
    assert net.cost().layers[-1].work["sampling"] == 64 * 64 * 9 * 64
    half = net.cost("1/2", "1/2").layers[-1]
    assert (half.output, half.mult_adds) == ((32, 32, 32), 32 * 32 * 9 * 64 * 32)


@pytest.mark.parametrize(
    ("out", "keys", "mult_adds"),
    [
        # 2·15 offsets and 15 factors, for each of 2 groups; 15·6·4 weights at 7·9 positions
        (90, "out: 4, kernel: [3, 5], mask: true, offset_groups: 2, groups: 2", 63 * 15 * 3 * 4),
        (18, "out: 4, kernel: 3", 63 * 9 * 6 * 4),
    ],
)
def test_deformable_convolutions_by_hand(out: int, keys: str, mult_adds: int) -> None:
    cost = mnetcost.load(deformed(out, keys, 6, (7, 9))).cost()
    assert cost.layers[-1].mult_adds == mult_adds
    assert cost.layers[-1].output == (7, 9, 4)


@pytest.mark.parametrize(
    ("out", "keys", "words"),
    [
        (27, "out: 4, kernel: 3", "its offsets are 7×9×27, not 7×9×18"),
        (18, "out: 4, kernel: 3, mask: true", "its offsets are 7×9×18, not 7×9×27"),
        (18, "out: 4, kernel: 3, stride: 2", "its offsets are 7×9×18, not 4×5×18"),
        (72, "out: 4, kernel: 3, offset_groups: 4", "4 groups of offsets do not divide 6 channels"),
    ],
)
def test_offsets_that_do_not_fit(out: int, keys: str, words: str) -> None:
    with pytest.raises(mnetcost.SpecError, match=words):
        mnetcost.load(deformed(out, keys, 6, (7, 9)))


def test_a_deformable_convolution_reads_two_maps() -> None:
    with pytest.raises(mnetcost.SpecError, match="reads a map and its offsets, not 1 map"):
        one_layer((7, 9, 18), "deform_conv: {out: 4, kernel: 3}")


# --- conditional convolution


def test_a_conditional_convolution() -> None:
    """8·9·64² weights and 64·8 of the routing; the mixing and the routing once an image."""
    cost = one_layer((14, 14, 64), "cond_conv: {out: 64, kernel: 3, experts: 8}")
    assert (cost.params, cost.mult_adds) == (295_424, 7_520_768)
    assert cost.by_type()["cond_conv"].mult_adds == 7_520_768


def test_a_conditional_convolution_with_everything() -> None:
    keys = "out: 4, kernel: [3, 5], groups: 2, experts: 5, bias: true, routing_bias: true"
    cost = one_layer((6, 10, 8), f"cond_conv: {{{keys}, stride: 2}}")
    kernel, positions = 15 * 4 * 4, 3 * 5
    assert cost.parameters.weights == 5 * kernel + 8 * 5
    assert cost.parameters.biases == 5 * 4 + 5
    assert cost.mult_adds == kernel * positions + 5 * (kernel + 4) + 8 * 5
    assert cost.work["bias"] == 4 * positions + 5
    assert (cost.work["pooling"], cost.work["activation"]) == (480, 5)
    # α = 1/2 leaves 2 filters, ρ = 1/2 a map of 3×5, which the stride makes 2×3
    net = small(f"  - cond_conv: {{{keys}, stride: 2}}", 6)
    half = net.cost("1/2", "1/2")
    assert half.mult_adds == 120 * 6 + 5 * (120 + 2) + 8 * 5
    grid = mnetcost.sweep(net, ["1/2", "1"], ["1/2", "1"])
    assert grid.mult_adds.tolist()[0][0] == half.mult_adds
    assert grid.mult_adds.tolist()[1][1] == cost.mult_adds
