"""`mnetcost table`: the JSON and CSV that other programs rely on, literally."""

import csv
import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from commands import printed
from documents import strict
from networks import CHAINS, FIXED
from paths import MIXED, SPECS

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


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_map(value: Any) -> bool:
    return len(value) == 3 and all(type(side) is int and side > 0 for side in value)


SETTINGS = [(), ("--alpha", "0.75", "--rho", "6/7"), ("--alpha=1/2", "--resolution=160")]


@pytest.mark.parametrize("spec", [*NAMES, MIXED])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_table_has_these_keys_and_types(spec: str, setting: tuple[str, ...]) -> None:
    found = strict(printed("table", spec, "-q", "--format", "json", *setting))
    assert found.keys() >= TABLE
    assert all(type(found[key]) is str for key in ("model", "convention", "rounding"))
    assert _is_map(found["input"])
    assert found["totals"].keys() >= {"params", "mult_adds", "parameters", "folded"}
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


@pytest.mark.parametrize("spec", [*NAMES, MIXED])
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_layers_and_types_sum_to_the_totals(spec: str, setting: tuple[str, ...]) -> None:
    found = strict(printed("table", spec, "-q", "--format", "json", *setting))
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


@pytest.mark.parametrize("spec", [*sorted(CHAINS), MIXED])
def test_every_layer_reads_the_map_of_the_one_before(spec: str) -> None:
    found = strict(printed("table", spec, "-q", "--format", "json", "--rho", "5/7"))
    maps = [found["input"], *(layer["output"] for layer in found["layers"])]
    assert [layer["input"] for layer in found["layers"]] == maps[:-1]


def test_multipliers_are_in_lowest_terms() -> None:
    cases = [
        (("--alpha=0.75",), "3/4", "1"),
        (("--alpha=6/8", "--rho=12/14"), "3/4", "6/7"),
        (("--alpha=1.0", "--rho=1e0"), "1", "1"),
        (("--alpha=2", "--resolution=160"), "2", "5/7"),
        (("--alpha=.145", "--rho=0.714"), "29/200", "357/500"),
        (("--input=448x320", "--resolution=224"), "1", "1/2"),
    ]
    for words, alpha, rho in cases:
        found = strict(printed("table", "--format", "json", *words))
        assert (found["alpha"], found["rho"]) == (alpha, rho)


def test_the_input_is_height_width_channels() -> None:
    found = strict(printed("table", "--format", "json", "--input", "320x256"))
    assert found["input"] == found["layers"][0]["input"] == [320, 256, 3]
    halved = strict(
        printed("table", "--format", "json", "--input", "320x256", "--resolution", "161")
    )
    assert halved["input"] == [161, 129, 3]  # 256 · 161/320 = 128.8
    assert strict(printed("table", "mobilenet_v1_layer", "--format=json", "--alpha=.5"))[
        "input"
    ] == [
        *(14, 14),
        256,
    ]


def test_names_and_types_follow_the_contract() -> None:
    layers = strict(printed("table", MIXED, "-q", "--format", "json"))["layers"]
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


def test_norm_and_act_are_no_rows_and_free_layers_are() -> None:
    found = strict(printed("table", MIXED, "-q", "--format", "json"))
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


def test_the_kinds_of_parameters_of_mobilenet_v1() -> None:
    """10,944 channels are normalised: 32, then both halves of 13 pairs."""
    assert strict(printed("table", "--format", "json"))["totals"]["parameters"] == {
        "weights": 4_209_088,
        "biases": 1_000,
        "norm_affine": 2 * 10_944,
        "norm_statistics": 2 * 10_944,
        "other": 0,
    }


@pytest.mark.parametrize("spec", [*NAMES, MIXED])
def test_reductions_are_exact_and_end_with_the_network(spec: str) -> None:
    found = strict(printed("table", spec, "-q", "--format", "json", "--alpha", "0.5"))
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


def test_sides_are_one_number_or_height_and_width() -> None:
    pairs = strict(printed("table", MIXED, "-q", "--format", "json"))["reductions"]
    first = next(one for one in pairs if one["name"].startswith("separable_1.1"))
    assert (first["d_k"], first["d_f"]) == ([3, 1], [40, 24])
    assert first["formula"].startswith("1/N + 1/")


def test_the_papers_layer_reduces_to_521_of_4608() -> None:
    [pair, _] = strict(printed("table", "mobilenet_v1_layer", "--format", "json"))["reductions"]
    assert (pair["ratio_exact"], pair["formula"]) == ("521/4608", "1/N + 1/D_K**2")
    assert (pair["name"], pair["m"], pair["n"]) == ("separable_1", 512, 512)
    assert (pair["d_k"], pair["d_f"]) == (3, 14)
    assert pair["standard"] == {"params": 2_359_296, "mult_adds": 462_422_016}
    assert pair["separable"] == {"params": 266_752, "mult_adds": 52_283_392}


def test_the_whole_network_stands_against_its_full_convolution_twin() -> None:
    whole = strict(printed("table", "--format", "json"))["reductions"][-1]
    twin = strict(printed("table", "mobilenet_v1_full", "--format", "json"))["totals"]
    assert whole["standard"] == {"params": twin["params"], "mult_adds": 4_867_293_184}


@pytest.mark.parametrize("view", ["layers", "types", "reduction"])
def test_json_is_whole_whatever_the_view(view: str) -> None:
    assert printed("table", "--format", "json", "--view", view) == printed(
        "table", "--format", "json"
    )


def test_csv_without_a_view_is_the_layers() -> None:
    for spec in [*NAMES, MIXED]:
        text = printed("table", spec, "-q", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        layers = strict(printed("table", spec, "-q", "--format", "json"))["layers"]
        assert text == printed("table", spec, "-q", "--format", "csv", "--view", "layers")
        assert [row["name"] for row in rows] == [layer["name"] for layer in layers]
        for row, layer in zip(rows, layers, strict=True):
            assert row["type"] == layer["type"]
            assert int(row["params"]) == layer["params"]
            assert int(row["mult_adds"]) == layer["mult_adds"]
            for side in ("input", "output"):
                sides = [int(row[f"{side}_{one}"]) for one in ("height", "width", "channels")]
                assert sides == layer[side]


def test_counts_past_63_bits_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_text(
        "input: {height: 65536, width: 65536, channels: 16777216}\n"
        "layers:\n  - conv: {out: 16777216, kernel: 3}\n"
    )
    found = strict(printed("table", str(path), "--format", "json"))
    assert found["totals"] == found["totals"] | {"params": 9 * 2**48, "mult_adds": 9 * 2**80}
    [point] = strict(printed("sweep", str(path), "--format=json", "--alpha=1", "--rho=1"))["points"]
    assert (point["params"], point["mult_adds"]) == (9 * 2**48, 9 * 2**80)
