"""Formulas against an evaluator of their text that knows no layer, and against the paper."""

import sys

import pytest
from evaluator import evaluate
from explanations import explained, lines, small

from mnetcost.problems import UsageError

# Keys on every second row and third column, and values of another width.
KEYS = small(
    "branches: [[conv: {name: k, out: 8, scale: false, stride: [2, 3]}, conv: {name: v, out: 16}]]"
)
SETTINGS = [
    ("mobilenet_v1", {"alpha": "0.75", "rho": "6/7"}),
    ("mobilenet_v1", {"alpha": "0.145", "resolution": 97, "pass_": "training", "batch": 3}),
    ("mobilenet_v1_full", {"convention": "ptflops", "batch": 2}),
    ("mobilenet_v3_large", {"alpha": "1.25", "convention": "thop"}),
    ("googlenet", {"resolution": 225}),
    ("alexnet", {"convention": "onnx-tool", "batch": 4}),
    ("vit_b_16", {"pass_": "backward"}),
    ("inception_v3", {"pass_": "training"}),
    ("densenet121", {"convention": "fvcore", "input": "96x160"}),
    ("mobilenet_ssd", {}),
    ("convnext_tiny", {"convention": "deepspeed-flops"}),
    ("regnet_y_400mf", {"convention": "torchprofile"}),
    ("shufflenet_v2_x1_0", {"rho": "5/7", "convention": "torchinfo"}),
    ("xception", {}),
    ("deeplabv3_mobilenet_v3_large", {"convention": "ultralytics-thop"}),
    (small("conv_transpose: {out: 6, kernel: [4, 2], stride: 2, padding: 1, groups: 2}"), {}),
    (small("adaptive_avg_pool: {size: [4, 5]}"), {"convention": "thop"}),
    (small("conv: {out: 64, kernel: [4, 3], bias: true, norm: group, act: swish}", 10, 6, 32), {}),
    (small("depthwise: {multiplier: 3, kernel: [1, 5], dilation: 2, padding: [0, 4]}"), {}),
    (small("squeeze_excitation: {ratio: 1/4}"), {"convention": "onnx-tool"}),
    (small("conv: {out: 16, kernel: [4, 3], dilation: 3}"), {"convention": "fvcore"}),
    (small("conv: {out: 16, kernel: 4, bias: true}"), {"convention": "deepspeed-flops"}),
    (small("avg_pool: {kernel: 3, stride: 2, ceil: true, padding: 1}"), {"convention": "thop"}),
    (
        small("avg_pool: {kernel: 4, stride: 3, ceil: true, padding: 1}"),
        {"convention": "ultralytics-thop"},
    ),
    (small("max_pool: {kernel: 3, stride: 2, padding: 1, ceil: true, clip: true}"), {}),
    (small("conv: {out: 8, act: relu, called_as: unknown}"), {"convention": "ptflops"}),
    (small("attention: {heads: 2, window: [3, 4]}"), {"pass_": "training"}),
    (small("dot_product_attention: {heads: 2, patch: 3, from: [input, input, input]}"), {}),
    (KEYS + "  - dot_product_attention: {heads: 2, from: [input, k, v]}\n", {"alpha": "0.75"}),
    (
        small(
            "conv: {out: 48}\n  - dot_product_attention: {heads: 4, key_value_heads: 2, "
            "relative_position: signed}"
        ),
        {"convention": "onnx-tool", "rho": "2/3"},
    ),
    (
        small("dot_product_attention: {heads: 2, across: channels, from: [input, input, input]}"),
        {"convention": "onnx-tool", "batch": 3},
    ),
    (KEYS + "  - matmul: {transpose: second, heads: 2, from: [input, k]}\n", {}),
    (KEYS + "  - matmul: {transpose: first, from: [k, v]}\n", {"pass_": "training"}),
    (
        KEYS + "  - matmul: {transpose: second, from: [input, k]}\n",
        {"pass_": "backward", "batch": 3},
    ),
    (
        KEYS + "  - dot_product_attention: {heads: 2, relative_position: absolute, "
        "from: [input, k, v]}\n",
        {"pass_": "training", "alpha": "0.75"},
    ),
    (
        small(
            "dot_product_attention: {heads: 2, window: 3, relative_position: signed, "
            "from: [input, input, input]}"
        ),
        {"pass_": "training", "batch": 2},
    ),
    (small("attention: {heads: 2}"), {"pass_": "training", "batch": 3}),
    (small("cond_conv: {out: 6, experts: 4}"), {"pass_": "backward", "batch": 2}),
    (small("lstm: {out: 6, layers: 2, bidirectional: true}"), {"alpha": "1/2"}),
    (small("lstm: {out: 6, cells: 9}\n  - conv: {out: 4}"), {"convention": "ptflops"}),
    (small("gru: {out: 6, bidirectional: true, returns: last}"), {"convention": "onnx-tool"}),
    (
        small(
            "conv: {name: o, out: 36, kernel: 3}\n"
            "  - deform_conv: {out: 6, kernel: 3, offset_groups: 2, from: [input, o]}"
        ),
        {"convention": "ptflops"},
    ),
    (small("cond_conv: {out: 6, kernel: [3, 5], experts: 4, bias: true}"), {"alpha": "1/2"}),
]


@pytest.fixture(scope="module", params=SETTINGS, ids=lambda one: one[0][:60].split("\n")[-1])
def found(request):
    spec, settings = request.param
    return explained(spec, **settings)


def test_every_formula_gives_its_result(found):
    seen = 0
    for one in found.layers:
        for line in one.lines:
            assert evaluate(line.numbers.text) == line.result, (one.cost.name, line)
            assert evaluate(line.formula.text, one.symbols) == line.result, line
            seen += 1
    for derivation in found.derivations:
        for step in derivation.steps:
            assert evaluate(step.numbers.text) == step.result
            assert evaluate(step.formula.text, derivation.symbols) == step.result
    assert seen >= len(found.layers) > 0


def test_the_results_are_the_layers_own(found):
    assert [one.cost.name for one in found.layers] == [one.name for one in found.cost.layers]
    for one in found.layers:
        by = {line.quantity: line.result for line in one.lines}
        cost = one.cost
        assert by.get("weights", 0) == cost.parameters.weights
        assert by.get("other learned values", 0) == cost.parameters.other
        assert by.get("running means and variances", 0) == cost.parameters.norm_statistics
        work = sum(value for words, value in by.items() if words.startswith("mult-adds"))
        assert work == cost.mult_adds
        if found.cost.basis.convention:
            counted = [value for words, value in by.items() if " counts" in words]
            assert counted[-1] == cost.counted.high


def test_a_standard_convolution_is_the_papers_equation_2():
    found = lines(small("conv: {out: 5, kernel: 3}", 7, 7, 4))
    # D_K · D_K · M · N · D_F · D_F, on a 7×7 map from 4 to 5 channels
    assert found["mult-adds"] == ("D_K²·M·N·D_F²", "3²·4·5·7²", 9 * 4 * 5 * 49)
    assert found["weights"] == ("D_K²·M·N", "3²·4·5", 180)


def test_a_map_and_a_kernel_that_are_not_square():
    spec = small("conv: {out: 6, kernel: [3, 5], stride: [2, 1], groups: 2, bias: true}", 9, 12, 8)
    found = lines(spec)
    # sides ceil(9/2) = 5 and 12; 3·5·(8/2)·6 weights
    assert found["output side D_Oh"][2] == 5
    assert found["weights"] == ("D_Kh·D_Kw·M·N/G", "3·5·8·6/2", 360)
    assert found["mult-adds"][1:] == ("3·5·8·6·5·12/2", 360 * 60)
    assert found["bias additions"] == ("N·D_Oh·D_Ow", "6·5·12", 360)


def test_windows_are_written_alike_at_every_size():
    """Dumoulin and Visin 2016, relationship 15: floor((i + 2p - k - (k-1)(d-1)) / s) + 1."""
    for height, width in ((33, 21), (34, 20)):
        found = lines(
            small(
                "conv: {out: 6, kernel: [3, 5], stride: [2, 1], padding: 1, dilation: 2}",
                height,
                width,
            )
        )
        assert found["output side D_Oh"][0] == "⌊(D_Fh + 2·P - δ·(D_Kh - 1) - 1)/S_h⌋ + 1"
        assert found["output side D_Ow"][2] == width + 2 - 2 * 4
    pooled = lines(
        small("max_pool: {kernel: 3, stride: 2, padding: 1, ceil: true, clip: true}", 9, 9)
    )
    assert pooled["output side D_O"][:2] == (
        "min(⌈(D_F + 2·P - D_K)/S⌉ + 1, ⌈(D_F + P)/S⌉)",
        "min(⌈(9 + 2·1 - 3)/2⌉ + 1, ⌈(9 + 1)/2⌉)",
    )


def test_symbols_stay_where_their_value_is_one():
    *_, pointwise = explained(small("separable: {out: 1}")).layers
    assert pointwise.lines[0].formula.text == "M·N"
    *_, last = explained(small("separable: {out: 1}")).derivations[0].steps
    assert last.formula.text == "1/N + 1/D_K²"


def test_rho_is_explained_where_it_is_of_the_specs_own_input():
    (one,) = explained("mobilenet_v1", "conv_1", rho="1/2", input="100x120").layers
    assert "ρ" not in one.symbols
    assert not any(line.quantity.startswith("input side") for line in one.lines)


def test_a_defect_that_counts_nothing_is_a_line():
    found = lines(small("attention: {heads: 2}"), convention="thop")
    assert found["MACs as thop counts"] == ("0", "0", 0)


def test_what_sets_a_layer_apart_is_said():
    shared = "conv: {name: a, out: 8}\n  - conv: {name: b, out: 8, weights: a}"
    (one,) = explained(small(shared), "b").layers
    assert not any(line.quantity == "weights" for line in one.lines)
    assert "with the weights of another layer" in repr(explained(small(shared), "b"))
    assert "in training alone" in repr(explained("inception_v3", "conv_7"))


def test_gradients():
    found = lines(
        small("conv: {out: 8}\n  - conv: {name: c, out: 16, kernel: [3, 1], groups: 4}"),
        "c",
        pass_="training",
    )
    # 3·(8/4)·16 weights on 9×12 px, each once forward and once for both gradients
    each = 3 * 2 * 16 * 9 * 12
    words = ("mult-adds, forward", "mult-adds, input gradient", "mult-adds, weight gradient")
    assert [found[one][2] for one in words] == [each] * 3


def test_a_batch_is_a_factor():
    found = lines(small("conv: {out: 3}"), batch=5)
    assert found["mult-adds"] == ("B·M·N·D_Fh·D_Fw", "5·8·3·9·12", 5 * 8 * 3 * 108)
    assert found["weights"] == ("M·N", "8·3", 24)


def test_what_a_convention_counts():
    found = lines(small("conv: {out: 3, norm: batch, act: relu}"), convention="thop")
    formula, _, result = found["MACs as thop counts"]
    assert result == 8 * 3 * 108 + 4 * 3 * 108
    assert "4·N·D_Fh·D_Fw" in formula


@pytest.mark.parametrize(
    ("layer", "names"),
    [
        ("conv_1", ["conv_1"]),
        ("separable_1", ["separable_1/depthwise", "separable_1/pointwise"]),
        ("separable_7.2", ["separable_7.2/depthwise", "separable_7.2/pointwise"]),
        ("*_9/p*", ["separable_9/pointwise"]),
    ],
)
def test_which_layers_are_meant(layer, names):
    assert [one.cost.name for one in explained("mobilenet_v1", layer).layers] == names


def test_repeats_are_meant_together():
    assert len(explained("mobilenet_v1", "separable_7").layers) == 10


def test_an_unknown_layer_is_named_with_a_guess():
    with pytest.raises(UsageError, match="no layer 'seperable_1'; did you mean 'separable_1'"):
        explained("mobilenet_v1", "seperable_1")
    for hostile in ("*a" * 5000, "[" * 100, "\x1b[31m"):
        with pytest.raises(UsageError) as caught:
            explained("mobilenet_v1", hostile)
        assert len(str(caught.value)) < 300
        assert "\x1b" not in str(caught.value)


def test_without_sympy_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sympy", None)
    with pytest.raises(UsageError, match=r"pip install 'mnetcost\[explain\]'"):
        explained("mobilenet_v1", "conv_1")
