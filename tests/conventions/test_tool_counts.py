"""Presets against what the tools print for networks of torchvision's and for small ones.

Every number in the files was printed by the tool itself (tests/benchmarks/tool_counts.py and
keras_counts.py). The few terms that a preset does not imitate stand in `tool_counts`, each with its
arithmetic.
"""

import pytest
from paths import DATA
from tool_counts import (
    DARKNET,
    KERAS,
    MODULES,
    NETWORKS,
    ONNX,
    PARAMETERS,
    TOOLS,
    Row,
    module_expected,
    network_expected,
    not_seen,
    ours,
    parameters_expected,
    small,
    small_parameters_expected,
)

import mnetcost
from mnetcost.conventions.presets import weighable


def label(row: Row) -> str:
    return "-".join(row[key] for key in ("model", "alpha", "input", "batch"))


@pytest.mark.parametrize("row", NETWORKS, ids=label)
def test_a_network_as_the_tools_print_it(row: Row) -> None:
    expected = network_expected(row)
    setting = {"alpha": row["alpha"], "input": row["input"]}
    found = ours(mnetcost.load(row["model"]), expected, int(row["batch"]), **setting)
    assert found == expected


@pytest.mark.parametrize("row", [row for row in NETWORKS if row["parameters"]], ids=label)
def test_the_parameters_of_a_network_as_the_tools_print_them(row: Row) -> None:
    net, expected = mnetcost.load(row["model"]), parameters_expected(row)
    setting = {"alpha": row["alpha"], "input": row["input"]}
    found = {name: net.cost(convention=name, **setting).figures["params"] for name in expected}
    assert found == expected


def test_the_networks_are_many_and_not_all_square() -> None:
    assert len({row["model"] for row in NETWORKS}) == 43
    assert any(len(set(row["input"].split("x"))) == 2 for row in NETWORKS)
    # of all tools one fails, for few: ONNX has no adaptive pool of uneven windows
    asked = [name for name in TOOLS if name not in ONNX[1:]]
    empty = {row["model"] for row in NETWORKS if not all(row[name] for name in asked)}
    assert empty == {"alexnet", "vgg16"}


@pytest.mark.parametrize("row", MODULES, ids=lambda row: f"{row['layers']}-{row['batch']}")
def test_a_small_network_as_the_tools_print_it(row: Row) -> None:
    expected, unseen = module_expected(row), not_seen(row)
    found = ours(small(row), (*expected, *unseen), int(row["batch"]))
    assert {name: found[name] for name in expected} == expected
    assert not any(int(row[name]) for name in unseen)
    assert all(found[name] for name in unseen)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row["layers"])
def test_the_parameters_of_a_small_network_as_the_tools_print_them(row: Row) -> None:
    net, expected = small(row), small_parameters_expected(row)
    for name in ("thop", "thop-0.0.31"):
        if name in not_seen(row):  # it does not see these either
            assert expected.pop(name) == 0
    assert {name: net.cost(convention=name).figures["params"] for name in expected} == expected


@pytest.mark.parametrize("row", KERAS, ids=lambda row: row["module"])
def test_parameters_as_keras_prints_them(row: Row) -> None:
    height, width, channels = ("1x1x" + row["shape"]).split("x")[-3:]
    if row["shape"].count("x") == 1:  # tokens
        height, width = width, "1"
    size = f"{{height: {height}, width: {width}, channels: {channels}}}"
    net = mnetcost.load(f"input: {size}\nlayers: {row['layers']}\n")
    assert net.cost(convention="keras").figures["params"] == int(row["keras"])


@pytest.mark.parametrize("row", DARKNET, ids=lambda row: "-".join(row.values()))
def test_a_layer_as_darknet_prints_it(row: Row) -> None:
    if row["layer"]:
        whole = mnetcost.load(DATA / "yolov3_tiny.yaml")
        whole = whole.cost(convention="darknet", input=row["input"])
        (found,) = (one.counted.low for one in whole.layers if one.name == row["layer"])
    else:
        height, width, channels = row["input"].split("x")
        sides = f"{{height: {height}, width: {width}, channels: {channels}}}"
        net = mnetcost.load(f"input: {sides}\nlayers: [{row['network']}]\n")
        found = net.cost(convention="darknet").counted.low
    assert f"{found / 1e9:.3f}" == row["bf"]


def test_the_total_that_darknet_prints() -> None:
    """Total BFLOPS 5.571 for YOLOv3-tiny at 416 px: two for a multiply-add, and the pools.

    The pools halve 416 px five times: 4 · (208²·16 + 104²·32 + 52²·64 + 26²·128 + 13²·256); the
    sixth has a stride of 1: 4 · 13²·512.
    """
    whole = mnetcost.load(DATA / "yolov3_tiny.yaml").cost(convention="darknet", batch=3)
    pools = 4 * (208**2 * 16 + 104**2 * 32 + 52**2 * 64 + 26**2 * 128 + 13**2 * (256 + 512))
    assert whole.counted.low == 5_564_961_792 + pools == 5_570_672_640  # of one image


def test_the_small_networks_have_every_layer_type_but_the_ends_of_a_detector() -> None:
    measured = {
        one.written
        for row in MODULES
        for layer in small(row).cost().layers
        for stage in layer.node.layer.stages(layer.input, layer.output)
        for one in (stage.layer, *layer.node.riders)
    }
    assert measured == {*weighable()} - {"prior_box", "detection_output", "opaque"}


def test_a_normalisation_that_an_exporter_folds_is_a_bias() -> None:
    # printed by onnx-tool 1.0.1 for torch's exporter in its default mode, which folds
    text = mnetcost.load("mobilenet_v2").graph.origin.text
    folded = mnetcost.load(text.replace("norm: batch", "bias: true"))
    assert folded.cost(convention="onnx-tool").counted.low == 319_949_192
