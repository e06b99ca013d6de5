"""The JSON, CSV and Python contracts that other programs rely on (design, section 6), literally."""

import csv
import io
import json
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from commands import CHAINS, FIXED
from paths import SPECS

import mnetcost
from mnetcost import cli

NAMES = sorted({path.stem for path in SPECS.glob("*.yaml")} - FIXED)

# What the contract names; it may change by adding, so each is a lower bound.
PARAMETERS = {"weights", "biases", "norm_affine", "norm_statistics", "other"}
TYPE = {"type", "params", "mult_adds", "params_share", "mult_adds_share"}
LAYER = {"name", "type", "input", "output", "params", "mult_adds", "parameters"}
TABLE = {
    *("model", "convention", "rounding", "alpha", "rho", "input"),
    *("totals", "layers", "types", "reductions"),
}
REDUCTION = {
    *("name", "m", "n", "d_k", "d_f", "standard", "separable", "formula"),
    *("ratio", "ratio_exact", "params_ratio", "params_ratio_exact"),
}
POINT = {"alpha", "rho", "input", "params", "mult_adds", "types"}

MIXED = """
name: Mixed
input: {height: 40, width: 24, channels: 4}
width: {round: nearest}
layers:
  - conv: {out: 8, kernel: [3, 5], bias: true, norm: batch, act: prelu}
  - conv: {name: grouped, out: 8, kernel: 3, groups: 2, scale: false}
  - conv: {out: 8, kernel: 3, groups: 8, scale: false}
  - conv: {out: 8}
  - repeat: 2
    layers:
      - separable: {out: 16, kernel: [3, 1]}
      - repeat: 2
        layers:
          - pointwise: {name: mix, out: 16}
  - depthwise: {stride: 2}
  - batch_norm
  - relu6
  - prelu
  - max_pool: {kernel: 2}
  - avg_pool: {kernel: 2}
  - dropout: {rate: 0.5}
  - flatten
  - dense: {out: 10, bias: true}
  - softmax
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """What a command prints; MIXED stands for a file with that spec."""
    (tmp_path / "mixed.yaml").write_text(MIXED)

    def call(*arguments: str) -> str:
        capsys.readouterr()
        words = [str(tmp_path / "mixed.yaml") if word == "MIXED" else word for word in arguments]
        assert cli.run(words) == 0
        return capsys.readouterr().out

    return call


def _strict(text: str) -> Any:
    """JSON as other languages read it: no NaN, and floats only where the contract has them."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_map(value: Any) -> bool:
    return len(value) == 3 and all(type(side) is int and side > 0 for side in value)


SETTINGS = [(), ("--alpha", "0.75", "--rho", "6/7"), ("--alpha=1/2", "--resolution=160")]


@pytest.mark.parametrize("spec", [*NAMES, "MIXED"])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_table_has_these_keys_and_types(spec: str, setting: tuple[str, ...], run: Any) -> None:
    found = _strict(run("table", spec, "--format", "json", *setting))
    assert found.keys() >= TABLE
    assert all(type(found[key]) is str for key in ("model", "convention", "rounding"))
    assert _is_map(found["input"])
    assert found["totals"].keys() == {"params", "mult_adds", "parameters"}
    for counted in (found["totals"], *found["layers"]):
        assert _is_count(counted["params"])
        assert _is_count(counted["mult_adds"])
        assert counted["parameters"].keys() == PARAMETERS
        assert all(map(_is_count, counted["parameters"].values()))
        assert counted["params"] == counted["parameters"]["weights"]
    for layer in found["layers"]:
        assert layer.keys() >= LAYER
        assert _is_map(layer["input"])
        assert _is_map(layer["output"])
        assert type(layer["name"]) is type(layer["type"]) is str
    for one in found["types"]:
        assert one.keys() >= TYPE
        assert all(type(one[key]) is float for key in ("params_share", "mult_adds_share"))


@pytest.mark.parametrize("spec", [*NAMES, "MIXED"])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_layers_and_types_sum_to_the_totals(spec: str, setting: tuple[str, ...], run: Any) -> None:
    found = _strict(run("table", spec, "--format", "json", *setting))
    totals, layers, types = found["totals"], found["layers"], found["types"]
    for key in ("params", "mult_adds"):
        assert sum(layer[key] for layer in layers) == totals[key]
        assert sum(one[key] for one in types) == totals[key]
        assert sum(one[f"{key}_share"] for one in types) == pytest.approx(1)
        for one in types:
            mine = sum(layer[key] for layer in layers if layer["type"] == one["type"])
            assert one[key] == mine
            assert one[f"{key}_share"] == mine / totals[key]
    for key in PARAMETERS:
        assert sum(layer["parameters"][key] for layer in layers) == totals["parameters"][key]
    assert len({one["type"] for one in types}) == len(types)
    assert len({layer["name"] for layer in layers}) == len(layers)


@pytest.mark.parametrize("spec", [*CHAINS, "MIXED"])
def test_every_layer_reads_the_map_of_the_one_before(spec: str, run: Any) -> None:
    found = _strict(run("table", spec, "--format", "json", "--rho", "5/7"))
    maps = [found["input"], *(layer["output"] for layer in found["layers"])]
    assert [layer["input"] for layer in found["layers"]] == maps[:-1]


def test_multipliers_are_in_lowest_terms(run: Any) -> None:
    cases = [
        (("--alpha=0.75",), "3/4", "1"),
        (("--alpha=6/8", "--rho=12/14"), "3/4", "6/7"),
        (("--alpha=1.0", "--rho=1e0"), "1", "1"),
        (("--alpha=2", "--resolution=160"), "2", "5/7"),
        (("--alpha=.145", "--rho=0.714"), "29/200", "357/500"),
        (("--input=448x320", "--resolution=224"), "1", "1/2"),
    ]
    for words, alpha, rho in cases:
        found = _strict(run("table", "--format", "json", *words))
        assert (found["alpha"], found["rho"]) == (alpha, rho)


def test_the_input_is_height_width_channels(run: Any) -> None:
    found = _strict(run("table", "--format", "json", "--input", "320x256"))
    assert found["input"] == found["layers"][0]["input"] == [320, 256, 3]
    halved = _strict(run("table", "--format", "json", "--input", "320x256", "--resolution", "161"))
    assert halved["input"] == [161, 129, 3]  # 256 · 161/320 = 128.8
    assert _strict(run("table", "mobilenet_v1_layer", "--format=json", "--alpha=.5"))["input"] == [
        *(14, 14),
        256,
    ]


def test_names_and_types_follow_the_contract(run: Any) -> None:
    layers = _strict(run("table", "MIXED", "--format", "json"))["layers"]
    assert [(layer["name"], layer["type"]) for layer in layers] == [
        ("conv_1", "conv"),
        ("grouped", "conv"),
        ("conv_3", "depthwise"),
        ("conv_4", "pointwise"),
        ("separable_1.1/depthwise", "depthwise"),
        ("separable_1.1/pointwise", "pointwise"),
        ("mix.1.1", "pointwise"),
        ("mix.1.2", "pointwise"),
        ("separable_1.2/depthwise", "depthwise"),
        ("separable_1.2/pointwise", "pointwise"),
        ("mix.2.1", "pointwise"),
        ("mix.2.2", "pointwise"),
        ("depthwise_1", "depthwise"),
        ("batch_norm_1", "batch_norm"),
        ("relu6_1", "relu6"),
        ("prelu_1", "prelu"),
        ("max_pool_1", "max_pool"),
        ("avg_pool_1", "avg_pool"),
        ("dropout_1", "dropout"),
        ("flatten_1", "flatten"),
        ("dense_1", "dense"),
        ("softmax_1", "softmax"),
    ]


def test_a_grouped_convolution_of_one_group_a_channel_is_depthwise_at_every_alpha(run: Any) -> None:
    spec = (
        "name: x\ninput: {height: 9, width: 9, channels: 8, scale: true}\nwidth: {round: nearest}\n"
    )
    spec += "layers:\n  - conv: {out: 8, groups: 8, kernel: 3, scale: false}\n"
    assert mnetcost.load(spec).cost().layers[0].type == "depthwise"


def test_norm_and_act_are_no_rows_and_free_layers_are(run: Any) -> None:
    found = _strict(run("table", "MIXED", "--format", "json"))
    first = found["layers"][0]
    assert first["parameters"] == {
        "weights": 3 * 5 * 4 * 8,
        "biases": 8,
        "norm_affine": 16,
        "norm_statistics": 16,
        "other": 8,
    }
    free = {one["type"] for one in found["layers"] if not one["params"] and not one["mult_adds"]}
    assert free == {
        *("batch_norm", "relu6", "prelu", "max_pool", "avg_pool", "dropout", "flatten", "softmax"),
    }
    assert "separable" not in {one["type"] for one in found["types"]}


def test_the_five_definitions_of_a_parameter_come_from_one_run(run: Any) -> None:
    parts = _strict(run("table", "--format", "json"))["totals"]["parameters"]
    weights, biases, affine = parts["weights"], parts["biases"], parts["norm_affine"]
    assert weights == 4_209_088
    assert weights + biases == 4_210_088
    assert weights + biases + affine == 4_231_976  # what torch tools print
    assert weights + biases + affine + parts["norm_statistics"] == 4_253_864  # what Keras prints
    assert weights + biases + affine // 2 == 4_221_032  # norm folded into one bias a channel
    assert parts["other"] == 0


@pytest.mark.parametrize("spec", [*NAMES, "MIXED"])
def test_reductions_are_exact_and_end_with_the_network(spec: str, run: Any) -> None:
    found = _strict(run("table", spec, "--format", "json", "--alpha", "0.5"))
    *pairs, whole = found["reductions"]
    for one in found["reductions"]:
        assert one.keys() >= REDUCTION
        for key, name in (("ratio", "mult_adds"), ("params_ratio", "params")):
            exact = Fraction(one["separable"][name], one["standard"][name])
            assert one[f"{key}_exact"] == str(exact)
            assert one[key] == float(exact)
    assert (whole["name"], whole["formula"]) == ("network", None)
    assert [whole[key] for key in ("m", "n", "d_k", "d_f")] == [None] * 4
    assert whole["separable"] == {key: found["totals"][key] for key in ("params", "mult_adds")}
    for one in pairs:
        kernel = one["d_k"] if isinstance(one["d_k"], list) else [one["d_k"]] * 2
        formula = Fraction(1, one["n"]) + Fraction(1, kernel[0] * kernel[1])
        assert formula == Fraction(one["ratio_exact"]) == Fraction(one["params_ratio_exact"])


def test_sides_are_one_number_or_height_and_width(run: Any) -> None:
    pairs = _strict(run("table", "MIXED", "--format", "json"))["reductions"]
    first = next(one for one in pairs if one["name"].startswith("separable_1.1"))
    assert (first["d_k"], first["d_f"]) == ([3, 1], [40, 24])
    assert first["formula"].startswith("1/N + 1/")


def test_the_papers_layer_reduces_to_521_of_4608(run: Any) -> None:
    [pair, _] = _strict(run("table", "mobilenet_v1_layer", "--format", "json"))["reductions"]
    assert (pair["ratio_exact"], pair["formula"]) == ("521/4608", "1/N + 1/D_K**2")
    assert (pair["name"], pair["m"], pair["n"]) == ("separable_1", 512, 512)
    assert (pair["d_k"], pair["d_f"]) == (3, 14)
    assert pair["standard"] == {"params": 2_359_296, "mult_adds": 462_422_016}
    assert pair["separable"] == {"params": 266_752, "mult_adds": 52_283_392}


def test_the_whole_network_stands_against_its_full_convolution_twin(run: Any) -> None:
    whole = _strict(run("table", "--format", "json"))["reductions"][-1]
    twin = _strict(run("table", "mobilenet_v1_full", "--format", "json"))["totals"]
    assert whole["standard"] == {"params": twin["params"], "mult_adds": 4_867_293_184}


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


@pytest.mark.parametrize("view", ["layers", "types", "reduction"])
def test_json_is_whole_whatever_the_view(view: str, run: Any) -> None:
    assert run("table", "--format", "json", "--view", view) == run("table", "--format", "json")


def test_csv_without_a_view_is_the_layers(run: Any) -> None:
    for spec in [*NAMES, "MIXED"]:
        text = run("table", spec, "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        layers = _strict(run("table", spec, "--format", "json"))["layers"]
        assert text == run("table", spec, "--format", "csv", "--view", "layers")
        assert [row["name"] for row in rows] == [layer["name"] for layer in layers]
        for row, layer in zip(rows, layers, strict=True):
            assert row["type"] == layer["type"]
            assert int(row["params"]) == layer["params"]
            assert int(row["mult_adds"]) == layer["mult_adds"]
            for side in ("input", "output"):
                sides = [int(row[f"{side}_{one}"]) for one in ("height", "width", "channels")]
                assert sides == layer[side]


def test_sweep_points_are_alpha_major_and_agree_with_the_table(run: Any) -> None:
    words = ("--alpha", "1,0.75", "--alpha", "1/2", "--rho", "1,6/7")
    found = _strict(run("sweep", "MIXED", "--format", "json", *words))
    assert found.keys() >= {"points"}
    pairs = [(point["alpha"], point["rho"]) for point in found["points"]]
    assert pairs == list(product(["1", "3/4", "1/2"], ["1", "6/7"]))
    for point in found["points"]:
        assert point.keys() >= POINT
        at = (f"--alpha={point['alpha']}", f"--rho={point['rho']}")
        one = _strict(run("table", "MIXED", "--format", "json", *at))
        assert point["input"] == one["input"]
        assert point["types"] == one["types"]
        assert {key: point[key] for key in ("params", "mult_adds")} == {
            key: one["totals"][key] for key in ("params", "mult_adds")
        }
        assert all(type(point[key]) is int for key in ("params", "mult_adds"))
        assert all(type(value) is int for value in point["input"])


def test_sweep_defaults_ranges_and_resolutions(run: Any) -> None:
    points = _strict(run("sweep", "--format", "json"))["points"]
    assert [(point["alpha"], point["rho"]) for point in points] == list(
        product(["1", "3/4", "1/2", "1/4"], ["1", "6/7", "5/7", "4/7"])
    )
    assert points[0]["mult_adds"] == 568_740_352
    ranged = _strict(
        run("sweep", "--format=json", "--alpha=1:0.25:-0.25", "--resolution=224:128:-32")
    )
    assert ranged["points"] == points
    for words in (["--alpha=0.25:1:0.25"], ["--alpha=.25", "--alpha=0.5,3/4", "--alpha=1"]):
        rows = _strict(run("sweep", "--format=json", "--rho=1", *words))["points"]
        assert [row["alpha"] for row in rows] == ["1/4", "1/2", "3/4", "1"]


def test_counts_past_63_bits_are_exact(tmp_path: Path, run: Any) -> None:
    path = tmp_path / "huge.yaml"
    path.write_text(
        "input: {height: 65536, width: 65536, channels: 16777216}\n"
        "layers:\n  - conv: {out: 16777216, kernel: 3}\n"
    )
    found = _strict(run("table", str(path), "--format", "json"))
    assert found["totals"] == found["totals"] | {"params": 9 * 2**48, "mult_adds": 9 * 2**80}
    [point] = _strict(run("sweep", str(path), "--format=json", "--alpha=1", "--rho=1"))["points"]
    assert (point["params"], point["mult_adds"]) == (9 * 2**48, 9 * 2**80)


def test_the_python_names(tmp_path: Path) -> None:
    path = tmp_path / "mobilenet.yaml"
    text = (SPECS / "mobilenet_v1.yaml").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    costs = [mnetcost.load(spec).cost() for spec in ("mobilenet_v1", str(path), path, text)]
    assert {(cost.params, cost.mult_adds) for cost in costs} == {(4_209_088, 568_740_352)}
    net = mnetcost.load("mobilenet_v1")
    cost = net.cost(alpha=0.75, rho="6/7")
    assert cost == net.cost("3/4", Fraction(6, 7)) == net.cost(alpha=Fraction(3, 4), resolution=192)
    assert cost.mult_adds == sum(layer.mult_adds for layer in cost.layers)
    assert cost.params == cost.parameters.weights == sum(layer.params for layer in cost.layers)
    assert sum(one.mult_adds for one in cost.by_type().values()) == cost.mult_adds
    assert cost.reductions()[-1].name == "network"
    for grid in (
        mnetcost.sweep(net, alpha=[1, 0.75], rho=["1", "6/7", "5/7"]),
        mnetcost.sweep("mobilenet_v1", alpha="1,0.75", resolution="224,192,160"),
    ):
        assert grid.params.shape == grid.mult_adds.shape == (2, 3)
        assert grid.mult_adds.dtype.kind == grid.params.dtype.kind == "i"
        assert grid.mult_adds[1, 1] == cost.mult_adds
    with pytest.raises(mnetcost.UsageError):
        net.cost(rho=1, resolution=192)
    assert issubclass(mnetcost.SpecError, ValueError)
