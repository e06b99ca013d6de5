"""Batch normalisation folded into kernels: by hand, and as torch folds real networks."""

import pytest
from commands import run
from documents import document
from networks import small

import mnetcost

# Layers on a 6×5 map of 4 channels, and the values that folding leaves.
CASES = [
    # 4·3 weights, and a bias from the normalisation
    ("  - conv: {out: 3, norm: batch}\n", 12 + 3),
    # the bias that is there takes it in
    ("  - conv: {out: 3, norm: batch, bias: true}\n", 12 + 3),
    # 3·5 kernel, non-square, 4 groups: 3·5·1·8 weights and 8 biases
    ("  - conv: {out: 8, kernel: [3, 5], groups: 4, norm: batch}\n", 120 + 8),
    ("  - dense: {out: 3, per_position: true, norm: batch}\n", 12 + 3),
    # written as a layer of its own, behind a kernel without and with a bias
    ("  - conv: {out: 3}\n  - batch_norm\n", 12 + 3),
    ("  - conv: {out: 3, bias: true}\n  - batch_norm\n", 12 + 3),
    # nothing to fold into: a scale and a shift a channel
    ("  - batch_norm\n", 4 + 4),
    ("  - conv: {out: 3, act: relu}\n  - batch_norm\n", 12 + 3 + 3),
    # something else reads the kernel's output too
    (
        "  - conv: {name: c, out: 4}\n  - branches:\n      - []\n      - - batch_norm\n"
        "    merge: add\n",
        16 + 4 + 4,
    ),
    # another norm stays: γ and β
    ("  - conv: {out: 3, norm: layer}\n", 12 + 6),
    # a learned slope a channel stays, a running mean goes
    ("  - conv: {out: 3, norm: batch, act: prelu}\n", 12 + 3 + 3),
    # shared weights are there once, and so is what is folded into them
    (
        "  - conv: {name: a, out: 4, norm: batch}\n  - conv: {out: 4, norm: batch, weights: a}\n",
        16 + 4,
    ),
    # the same normalisation in both uses of a kernel, of its own and in common
    (
        "  - conv: {name: a, out: 4}\n  - batch_norm: {name: n}\n"
        "  - conv: {out: 4, weights: a}\n  - batch_norm: {weights: n}\n",
        16 + 4,
    ),
    # one for each use: a kernel cannot be scaled twice, and both stay
    (
        "  - conv: {name: a, out: 4}\n  - batch_norm\n"
        "  - conv: {out: 4, weights: a}\n  - batch_norm\n",
        16 + 8 + 8,
    ),
    # in one use only
    (
        "  - conv: {name: a, out: 4}\n  - batch_norm\n  - conv: {out: 4, weights: a}\n",
        16 + 8,
    ),
    # one normalisation behind two kernels goes into both; where one cannot take it in, it stays too
    (
        "  - conv: {out: 4}\n  - batch_norm: {name: n}\n"
        "  - conv: {out: 4, kernel: [1, 3], bias: true}\n  - batch_norm: {weights: n}\n",
        16 + 4 + 48 + 4,
    ),
    (
        "  - conv: {out: 4}\n  - batch_norm: {name: n}\n  - relu\n  - batch_norm: {weights: n}\n",
        16 + 4 + 8,
    ),
    # without γ and β there are still a mean and a variance
    ("  - conv: {out: 3}\n  - batch_norm: {affine: false}\n", 12 + 3),
    ("  - relu\n  - batch_norm: {affine: false}\n", 8),
    ("  - conv: {out: 3}\n  - batch_norm: {affine: beta}\n", 12 + 3),
    ("  - relu\n  - batch_norm: {affine: gamma}\n", 8),
    # two in a row, both of them; behind an activation no more
    ("  - conv: {out: 3, norm: batch}\n  - batch_norm: {act: relu}\n", 12 + 3),
    ("  - conv: {out: 3}\n  - batch_norm: {act: relu}\n  - batch_norm\n", 12 + 3 + 6),
    # before a kernel, as in pre-activation networks
    ("  - batch_norm: {act: relu}\n  - conv: {out: 3}\n", 8 + 12),
    ("  - batch_norm\n  - conv: {out: 3}\n  - batch_norm\n", 8 + 12 + 3),
    # a pool, a join or a padding stands between
    ("  - conv: {out: 3}\n  - max_pool: {kernel: 2}\n  - batch_norm\n", 12 + 6),
    ("  - conv: {out: 4}\n  - add: {from: [conv_1, input]}\n  - batch_norm\n", 16 + 8),
    ("  - conv: {out: 3}\n  - pad: {top: 1}\n  - batch_norm\n", 12 + 6),
    # both halves: 3·5·4 and 4·7 weights, a bias each; the depthwise half alone has no norm
    ("  - separable: {out: 7, kernel: [3, 5], norm: batch}\n", 60 + 4 + 28 + 7),
    (
        "  - separable: {out: 7, kernel: [3, 5], norm: batch, inner: {norm: none}}\n",
        60 + 28 + 7,
    ),
    ("  - depthwise: {multiplier: 2, kernel: [1, 3]}\n  - batch_norm\n", 24 + 8),
    # 2·3·4·6 / 2 weights of a transposed one in two groups
    ("  - conv_transpose: {out: 6, kernel: [2, 3], groups: 2, norm: batch}\n", 72 + 6),
    # other norms stay: γ and β of groups and of instances where learned, a scale of a length
    ("  - conv: {out: 32, norm: group}\n", 128 + 64),
    ("  - conv: {out: 3, bias: true, norm: instance}\n", 12 + 3),
    ("  - conv: {out: 3}\n  - instance_norm: {affine: true}\n", 12 + 6),
    ("  - conv: {out: 3, norm: layer}\n  - batch_norm\n", 12 + 6 + 6),
    ("  - conv: {out: 3}\n  - l2_norm\n  - layer_scale\n", 12 + 3 + 3),
    # nothing is between that does nothing at inference; 3·5·4·3 weights
    ("  - conv: {out: 3, kernel: [3, 5]}\n  - dropout\n  - batch_norm\n", 180 + 3),
    ("  - conv: {out: 3}\n  - identity\n  - dropout: {rate: 0.5}\n  - batch_norm\n", 12 + 3),
    ("  - conv: {out: 3}\n  - batch_norm\n  - dropout\n  - batch_norm\n", 12 + 3),
    ("  - flatten\n  - dense: {out: 7}\n  - dropout\n  - batch_norm\n", 6 * 5 * 4 * 7 + 7),
    ("  - conv: {out: 3}\n  - relu\n  - dropout\n  - batch_norm\n", 12 + 6),
    # two that read it through a dropout, or one of them beside it, are two
    (
        "  - conv: {out: 4}\n  - dropout: {name: d}\n  - batch_norm\n"
        "  - add: {from: [batch_norm_1, d]}\n",
        16 + 8,
    ),
    (
        "  - conv: {name: c, out: 4}\n  - dropout\n  - batch_norm\n"
        "  - add: {from: [batch_norm_1, c]}\n",
        16 + 8,
    ),
    # an identity that nobody reads is an output
    (
        "  - conv: {name: c, out: 4}\n  - batch_norm\n  - identity: {from: c}\n",
        16 + 8,
    ),
    # ... and one that training alone reads is none
    (
        "  - conv: {name: c, out: 4}\n  - branches:\n      - training_only: true\n"
        "        layers: [dropout, batch_norm, conv: {out: 4}]\n  - batch_norm: {from: c}\n",
        16 + 4 + 16 + 8,
    ),
    # what takes the sides of a map alone does not read it
    (
        "  - conv: {name: c, out: 3, stride: 2}\n  - batch_norm\n  - resize: {like: c}\n",
        12 + 3,
    ),
    # what is there for training alone reads nothing at inference; its own 16 + 8 are parameters
    (
        "  - conv: {name: c, out: 4}\n  - branches:\n      - training_only: true\n"
        "        layers: [relu, batch_norm, conv: {out: 4}]\n  - batch_norm: {from: c}\n",
        16 + 4 + 16 + 8,
    ),
]


@pytest.mark.parametrize(("layers", "values"), CASES)
def test_folding_by_hand(layers: str, values: int) -> None:
    cost = small(layers, 6, 5, 4).cost()
    assert cost.folded == values
    assert sum(one.folded for one in cost.by_type().values()) == values


# torch.fx.experimental.optimization.fuse, of torch 2.13.0, on the networks of torchvision 0.28.0:
# the parameters of the module that it gives, and how many batch normalisations are left in it.
TORCH = [
    ("resnet18", 11_684_712, 0),
    ("resnet50", 25_530_472, 0),
    ("resnext50_32x4d", 24_994_792, 0),
    ("vgg16_bn", 138_357_544, 0),
    ("mobilenet_v2", 3_487_816, 0),
    ("mobilenet_v3_small", 2_536_800, 0),
    ("mobilenet_v3_large", 5_470_832, 0),
    ("mnasnet0_5", 2_208_200, 0),
    ("shufflenet_v2_x1_0", 2_270_514, 0),
    ("efficientnet_b0", 5_267_540, 0),
    ("regnet_y_400mf", 4_330_568, 0),
    ("densenet121", 7_971_368, 62),
    ("squeezenet1_0", 1_248_424, 0),
    ("convnext_tiny", 28_589_128, 0),
]


@pytest.mark.parametrize(("name", "values", "left"), TORCH)
def test_torch_folds_as_much(name: str, values: int, left: int) -> None:
    cost = mnetcost.load(name).cost()
    assert cost.folded == values
    stay = [one for one in cost.layers if one.type == "batch_norm" and one.folded]
    assert len(stay) == left


@pytest.mark.parametrize(
    ("alpha", "values"),
    [
        # kernels, the classifier's bias, and half of γ and β, from TF-slim's counts
        ("1", 4_209_088 + 1_000 + (4_231_976 - 4_210_088) // 2),
        ("0.75", 2_568_144 + 1_000 + (2_585_560 - 2_569_144) // 2),
        ("0.5", 1_319_648 + 1_000 + (1_331_592 - 1_320_648) // 2),
        ("0.25", 463_600 + 1_000 + (470_072 - 464_600) // 2),
    ],
)
def test_mobilenet_v1_at_every_width(alpha: str, values: int) -> None:
    assert mnetcost.load("mobilenet_v1").cost(alpha, "5/7").folded == values


SPEC = """
input: {height: 4, width: 6, channels: 3}
layers:
  - conv: {out: 8, kernel: [1, 3], bias: true, norm: batch, act: relu}
  - batch_norm
  - conv: {out: 2, norm: batch}
expect:
  - {folded: 114, source: by hand}
budget: {folded: 113}
"""


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return str(path)


def test_programs_see_it(spec: str) -> None:
    # 3·3·8 and 8 biases; a scale and a shift for each of 8; 8·2 and 2
    found = document("table", spec)
    assert [one["folded"] for one in found["layers"]] == [72 + 8, 16, 16 + 2]
    assert found["totals"]["folded"] == 114
    (network,) = document("compare", spec)["networks"]
    assert network["totals"]["folded"] == 114


def test_tables_show_it_on_demand(spec: str) -> None:
    rows = [line.split(",") for line in run("table", spec, "--fold", "--format", "csv").out.split()]
    place = rows[0].index("folded")
    assert [row[place] for row in rows[1:]] == ["80", "16", "18"]
    shown = run("table", spec, "--fold", "--view", "types").out
    assert "1 stay, as a scale and a shift a channel: batch_norm_1\n" in shown
    assert "Folded: " not in run("table", spec).out
    shown = run("compare", spec, "mobilenet_v1", "--fold").out
    assert "4,221,032" in shown
    assert "Folded: parameters with batch normalisation in the weights and biases" in shown
    assert "smaller is better in weights and in mult-adds\n" in shown


@pytest.mark.parametrize("convention", ["keras", "ptflops"])
def test_the_costliest_layers_are_those_of_the_work(spec: str, convention: str) -> None:
    words = ("table", spec, "--view", "layers", "--sort", "mult_adds", "--convention", convention)
    names = [
        [line.split(",")[0] for line in run(*words, "--format", "csv", *more).out.splitlines()]
        for more in ([], ["--fold"])
    ]
    assert names[0] == names[1]


def test_operations_apart_are_no_parameters() -> None:
    ran = run("table", "--columns", "--fold")
    assert ran.code == 2
    assert "--fold" in ran.err


def test_specs_expect_and_bound_it(spec: str) -> None:
    ran = run("check", spec)
    assert ran.code == 1
    assert "folded 114 is over 113 by 1" in ran.err
    assert "expect:" not in ran.err


def test_the_formula_of_it() -> None:
    why = small("  - conv: {out: 3, kernel: [1, 2], norm: batch}", 6, 5, 4).cost().explain()
    lines = {line.quantity: line for line in why.layers[0].lines}
    line = lines["parameters, norm folded"]
    assert (line.formula.text, line.result) == ("D_Kh·D_Kw·M·N + N", 27)
