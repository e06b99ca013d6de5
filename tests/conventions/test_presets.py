"""Presets against what the tools print; parameters by definition; batch and passes."""

from pathlib import Path

import pytest
from networks import small
from tables import rows

import mnetcost
from mnetcost.conventions import EVERY, PARTS
from mnetcost.conventions.presets import COLUMNS, NAMES, columns, convention, paper
from mnetcost.problems import SpecError, UsageError

PRESETS = {  # the columns of tool_totals.csv
    "fvcore": "fvcore",
    "ptflops_pytorch": "ptflops",
    "ptflops_aten": "ptflops-aten",
    "thop": "thop",
    "ultralytics_thop": "ultralytics-thop",
    "torchinfo": "torchinfo",
    "torchprofile": "torchprofile",
    "torch_flop_counter": "torch",
    "deepspeed_flops": "deepspeed-flops",
    "deepspeed_macs": "deepspeed-macs",
    "onnx_tool": "onnx-tool",
}
CASES = {  # the cases of tool_totals.csv, input 1×8×10×10 unless they say otherwise
    "conv3x3 8->16 nobias 10x10": "conv: {out: 16, kernel: 3}",
    "conv3x3 8->16 with bias": "conv: {out: 16, kernel: 3, bias: true}",
    "dw3x3 8 nobias": "depthwise",
    "convT 8->16 k4 s2 p1 nobias 10->20": (
        "conv_transpose: {out: 16, kernel: 4, stride: 2, padding: 1}"
    ),
    "convT groups=4 8->16": (
        "conv_transpose: {out: 16, kernel: 4, stride: 2, padding: 1, groups: 4}"
    ),
    "bn 8ch 10x10": "batch_norm",
    "relu 800": "relu",
    "avgpool2 s2": "avg_pool: {kernel: 2, padding: valid}",
    "maxpool3 s2": "max_pool: {kernel: 3, stride: 2, padding: 1}",
    "gap 10->1": "global_avg_pool",
    "upsample bilinear x2": "resize: {scale: 2, mode: bilinear}",
    "conv same even k4": "conv: {out: 16, kernel: 4}",
}


TOTALS = {row["case"]: row for row in rows("tool_totals.csv")}


def number(net: mnetcost.Network, preset: str, batch: int = 1, **setting: object) -> int:
    cost = net.cost(convention=preset, batch=batch, **setting)
    assert cost.counted.low == cost.counted.high
    assert sum(layer.counted.low for layer in cost.layers) == cost.counted.low
    return cost.counted.low


@pytest.mark.parametrize("column", PRESETS)
@pytest.mark.parametrize("case", CASES)
def test_a_single_layer_as_the_tool_prints_it(case: str, column: str) -> None:
    assert number(small(f"  - {CASES[case]}"), PRESETS[column]) == int(TOTALS[case][column])


@pytest.mark.parametrize("column", PRESETS)
def test_a_gate_as_the_tool_prints_it(column: str) -> None:
    text = """  - branches:
      - []
      - - global_avg_pool
        - conv: {out: 8}
        - sigmoid
    merge: multiply"""
    assert number(small(text), PRESETS[column]) == int(TOTALS["SE block 8"][column])


@pytest.mark.parametrize("column", PRESETS)
def test_a_residual_as_the_tool_prints_it(column: str) -> None:
    text = "  - branches:\n      - []\n      - - conv: {out: 8}\n    merge: add"
    expected = int(TOTALS["conv1x1 8->8 + residual"][column])
    assert number(small(text), PRESETS[column]) == expected


@pytest.mark.parametrize("column", PRESETS)
def test_a_linear_layer_as_the_tool_prints_it(column: str) -> None:
    preset = PRESETS[column]
    one = small("  - dense: {out: 10}", 1, 1, 100)
    row = TOTALS["linear 100->10 nobias, x[4,100]"]
    assert number(one, preset, batch=4) == int(row[column])
    many = small("  - dense: {out: 10, per_position: true}", 5, 1, 100)
    assert number(many, preset, batch=2) == int(TOTALS["linear 3D x[2,5,100]"][column])


@pytest.mark.parametrize("column", PRESETS)
@pytest.mark.parametrize("batch", [1, 2])
def test_mobilenet_v1_as_the_tool_prints_it(column: str, batch: int) -> None:
    case = next(case for case in TOTALS if f"batch {batch}" in case)
    net = mnetcost.load("mobilenet_v1")
    assert number(net, PRESETS[column], batch=batch) == int(TOTALS[case][column])


TORCHVISION = rows("tool_counts_torchvision.csv")


@pytest.mark.parametrize("row", TORCHVISION, ids=lambda row: f"{row['model']}-{row['resolution']}")
def test_the_ten_networks(row: dict[str, str]) -> None:
    net, side = mnetcost.load(row["model"]), int(row["resolution"])
    assert number(net, "torch", resolution=side) == 2 * int(row["macs_torch_flop_counter"])
    assert number(net, "fvcore", resolution=side) == int(row["fvcore_total"])
    assert number(net, "ptflops", resolution=side) == int(row["ptflops_pytorch_backend"])
    assert number(net, "thop", resolution=side) == int(row["thop_macs"])


# Layers on an input of 8×10×12 (channels, height, width), printed by the tools named in
# tool_counts_modules.csv; test_tool_counts.py has more of them.
LAYERS_ALONE = [
    # layer, {preset: number}
    ("relu6", {"ptflops": 960, "deepspeed-flops": 0, "onnx-tool": 1920}),
    ("relu6: {called_as: functional}", {"ptflops": 960, "deepspeed-flops": 960}),
    ("relu: {called_as: functional}", {"ptflops": 960, "deepspeed-flops": 960}),
    ("leaky_relu", {"ptflops": 960, "torchprofile": 960, "deepspeed-flops": 960}),
    ("leaky_relu: {called_as: functional}", {"ptflops": 0, "torchprofile": 960}),
    # written out: x · sigmoid(x), x · min(max(x + 3, 0), 6) / 6, 1/2 · x · (1 + erf(x / √2)):
    # a product or two of 960 values; for onnx-tool also + 1, min and max 2, / 4, exp 32
    ("swish: {called_as: tensor}", {"torchprofile": 960, "onnx-tool": 960 * (32 + 1)}),
    ("hard_swish: {called_as: tensor}", {"torchprofile": 960, "onnx-tool": 960 * (1 + 1 + 2 + 4)}),
    ("hard_sigmoid: {called_as: tensor}", {"torchprofile": 0, "onnx-tool": 960 * (1 + 2 + 4)}),
    ("mish: {called_as: tensor}", {"torchprofile": 960, "ptflops": 0}),
    ("gelu: {called_as: tensor}", {"torchprofile": 2 * 960, "onnx-tool": 960 * (2 + 1 + 4)}),
    # torch.mul(x, factor): a product of 960 values, for the tools that see it
    (
        "layer_scale: {called_as: functional}",
        {"ptflops": 960, "deepspeed-flops": 960, "torchprofile": 960, "fvcore": 0},
    ),
    ("layer_scale", {"ptflops": 0, "deepspeed-flops": 0, "torchprofile": 960}),
    # F.prelu and F.group_norm have no parameters of their own: torchinfo looks at modules alone
    ("prelu: {called_as: functional}", {"torchinfo": 0, "ptflops": 960}),
    ("group_norm: {groups: 2, called_as: functional}", {"torchinfo": 0, "fvcore": 4800}),
    ("prelu", {"ptflops": 1920, "thop": 960, "ultralytics-thop": 960, "onnx-tool": 1920}),
    ("elu", {"ptflops": 1920, "onnx-tool": 33600, "deepspeed-flops": 960}),
    ("sigmoid", {"ptflops": 0, "onnx-tool": 30720}),
    ("hard_sigmoid", {"ptflops": 0, "onnx-tool": 3840}),
    ("tanh", {"onnx-tool": 72960}),
    ("swish", {"ptflops": 960, "onnx-tool": 31680, "deepspeed-flops": 960}),
    ("hard_swish", {"ptflops": 0, "onnx-tool": 4800, "deepspeed-flops": 0}),
    ("gelu", {"ptflops": 1920, "onnx-tool": 32640, "deepspeed-flops": 960}),
    ("hard_tanh", {"onnx-tool": 1920}),
    ("softplus", {"onnx-tool": 72960}),
    ("mish", {"onnx-tool": 146880}),
    ("softmax", {"ptflops": 960, "thop": 2760, "onnx-tool": 34560, "deepspeed-flops": 960}),
    ("log_softmax", {"ultralytics-thop": 2880, "thop": 0, "onnx-tool": 76800}),
    ("batch_norm: {affine: false}", {"fvcore": 960, "thop": 1920, "torchprofile": 0}),
    ("batch_norm: {affine: gamma}", {"fvcore": 1920, "torchprofile": 960}),
    ("batch_norm: {affine: beta}", {"fvcore": 960, "torchprofile": 0}),
    ("group_norm: {groups: 2}", {"fvcore": 4800, "thop": 0, "ultralytics-thop": 3840}),
    ("group_norm: {groups: 2}", {"ptflops": 1920, "torchinfo": 16, "onnx-tool": 8640}),
    ("instance_norm", {"fvcore": 3840, "ptflops": 960, "thop": 1920, "torchprofile": 0}),
    ("instance_norm: {affine: true}", {"fvcore": 4800, "ptflops": 1920, "torchinfo": 16}),
    ("local_response_norm", {"ptflops": 4320, "torchprofile": 2880, "deepspeed-flops": 4320}),
    ("max_pool: {kernel: 3, stride: 2, called_as: functional}", {"ptflops": 960}),
    ("avg_pool: {kernel: 3, stride: 2}", {"thop": 240, "ultralytics-thop": 2400}),
    ("global_avg_pool: {called_as: tensor}", {"fvcore": 0, "ptflops": 0, "torchprofile": 8}),
    ("global_avg_pool: {called_as: tensor}", {"onnx-tool": 960, "deepspeed-flops": 0}),
    ("adaptive_avg_pool: {size: [3, 5]}", {"thop": 1080, "ultralytics-thop": 1656}),
    ("adaptive_max_pool: {size: [3, 5]}", {"ptflops": 1920, "deepspeed-flops": 960}),
    ("resize: {scale: 2}", {"fvcore": 3840, "ptflops": 7680, "thop": 3840, "onnx-tool": 0}),
    ("resize: {scale: 2, mode: bicubic}", {"thop": 994560, "onnx-tool": 30720, "fvcore": 0}),
    (
        "resize: {height: 20, width: 24, mode: bilinear, called_as: functional}",
        {"ptflops": 3840, "deepspeed-flops": 480, "thop": 0},
    ),
    (
        "conv_transpose: {out: 8, kernel: 4, stride: 2, padding: 1, groups: 4, bias: true}",
        {"torchprofile": 122880, "torchinfo": 126720, "onnx-tool": 126720, "fvcore": 30720},
    ),
    (
        "conv_transpose: {out: 8, kernel: 4, stride: 2, padding: 1, bias: true}",
        {"torchprofile": 491520, "deepspeed-flops": 249600, "onnx-tool": 495360},
    ),
    (
        "conv: {out: 16, kernel: [4, 3], bias: false}",
        {"fvcore": 0, "torchprofile": 0, "deepspeed-flops": 331776, "torch": 368640},
    ),
    (
        "conv: {out: 16, kernel: 4, bias: true}",
        {"deepspeed-flops": 407088, "ptflops": 247680, "onnx-tool": 247680},
    ),
]


@pytest.mark.parametrize(("written", "expected"), LAYERS_ALONE)
def test_a_layer_alone(written: str, expected: dict[str, int]) -> None:
    net = small(f"  - {written}", 10, 12)
    assert {preset: number(net, preset) for preset in expected} == expected


TOKENS = [  # a sequence of 16 tokens of 8 values
    ("layer_norm", {"fvcore": 640, "ptflops": 128, "thop": 512, "torchinfo": 16}),
    ("layer_norm", {"deepspeed-flops": 640, "onnx-tool": 1360, "torchprofile": 128}),
    (
        "attention: {heads: 2}",
        {"fvcore": 4096, "ptflops": 9344, "ptflops-aten": 4608, "ultralytics-thop": 9696},
    ),
    ("attention: {heads: 2, bias: false}", {"ptflops": 8960, "ptflops-aten": 4096, "torch": 16384}),
    ("attention: {heads: 2}", {"thop": 0, "torchinfo": 0}),
    # a class token, expanded to the batch: ONNX's shape arithmetic
    (
        "learned: {name: token, out: 8}\n  - concat: {from: [token, input], axis: height}",
        {"onnx-tool": 6, "fvcore": 0, "torchinfo": 0},
    ),
    (
        "dense: {out: 10, per_position: true, bias: true}",
        {"torchinfo": 90, "deepspeed-flops": 2560, "ptflops": 1440, "onnx-tool": 1440},
    ),
]


@pytest.mark.parametrize(("written", "expected"), TOKENS)
def test_tokens(written: str, expected: dict[str, int]) -> None:
    net = small(f"  - {written}", 16, 1)
    assert {preset: number(net, preset) for preset in expected} == expected


def test_an_unknown_call_gives_a_range() -> None:
    cost = small("  - relu: {called_as: unknown}\n  - conv: {out: 1}").cost(convention="ptflops")
    assert cost.counted == (800, 800 + 2 * 800)
    assert cost.layers[0].counted == (0, 1600)
    assert cost.layers[1].counted == (800, 800)


def test_the_definitions_in_words() -> None:
    net = mnetcost.load("mobilenet_v1")
    macs = 568_740_352
    assert [number(net, name) for name in ("paper", "macs", "flops")] == [macs, macs, 2 * macs]
    assert number(net, "keras") == 0
    units = {name: convention(name).unit for name in NAMES}
    assert {name for name, unit in units.items() if unit == "FLOP"} == {
        *("flops", "torch", "deepspeed-flops", "darknet"),
    }


def test_every_shipped_preset_is_read_and_says_what_it_counts() -> None:
    folder = Path(mnetcost.__file__).parent / "conventions" / "presets"
    assert {path.stem for path in folder.glob("*.yaml")} == set(NAMES)
    for name in NAMES:
        found = convention(name)
        assert found.name == name
        assert found.words
        assert found.parameters
        assert bool(found.tool) == bool(found.measured) == (name not in ("paper", "macs", "flops"))
    assert paper().multiply_adds_alone
    assert tuple(one.name for one in columns()) == COLUMNS


def test_every_part_of_every_layer_is_known_to_the_presets() -> None:
    for name in ("efficientnet_b0", "deeplabv3_mobilenet_v3_large", "vit_b_16", "alexnet"):
        for layer in mnetcost.load(name).cost().layers:
            for part in layer.node.layer.measures(layer.input, layer.output):
                assert part.kind in PARTS


BAD = [
    ("words: x\nunit: FLOP\nwork: {}", "missing-key"),
    ("words: x\nunit: MAC\nmultiply_add: 2\nwork: {}", "conflict"),
    ("[1]", "wrong-type"),
    ("words: x\nunit: MAC\nwork: {evry: {outputs: 1}}", "unknown-key"),
    ("words: x\nunit: MAC\nwork: {every: {output: 1}}", "unknown-key"),
    ("words: x\nunit: GMAC\nwork: {}", "unknown-word"),
    ("words: x\nunit: MAC\nwork: {every: {outputs: many}}", "wrong-type"),
    ("words: x\nunit: MAC\nwork: {every: {outputs: {modules: 1}}}", "unknown-key"),
    ("words: x\nunit: MAC", "missing-key"),
    ("words: x\nunit: MAC\nwork: {}\nparameters: weights", "wrong-type"),
]


@pytest.mark.parametrize(("text", "code"), BAD)
def test_a_wrong_preset_is_a_problem_with_its_place(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        convention(str(path))
    assert code in {one.code for one in caught.value.problems}


def test_an_own_preset(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(
        "words: products and twice the activated values\nunit: FLOP\nmultiply_add: 2\nwork:\n"
        "  every: {multiply_accumulate: 1}\n  relu: {outputs: 2}\nparameters: [weights, biases]\n",
        encoding="utf-8",
    )
    net = small("  - conv: {out: 4, kernel: 3, act: relu, bias: true}", 6, 5, 3)
    cost = net.cost(convention=str(path))
    assert cost.counted.low == 2 * 6 * 5 * 9 * 3 * 4 + 2 * 6 * 5 * 4
    assert cost.basis.convention.name == "ours"
    assert EVERY in cost.basis.convention.work


def test_an_unknown_convention_is_named() -> None:
    with pytest.raises(UsageError, match="did you mean 'fvcore'"):
        mnetcost.load("mobilenet_v1").cost(convention="fvcor")
