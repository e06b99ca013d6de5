"""Presets against what the tools print for networks of torchvision's and for small ones.

Every number in the two files was printed by the tool itself (tests/benchmarks/tool_counts.py). The
few terms that a preset does not imitate stand here, each with its arithmetic.
"""

import pytest
from tables import rows

import mnetcost
from mnetcost.conventions.presets import NAMES

PRESETS = [name for name in NAMES if name not in ("paper", "macs", "flops", "keras")]


def ours(net: mnetcost.Network, row: dict[str, str], **setting: str) -> dict[str, int]:
    """The presets' numbers where the tools print one."""
    found = {}
    for name in PRESETS:
        if row[name]:
            cost = net.cost(convention=name, batch=int(row["batch"]), **setting)
            assert cost.counted.low == cost.counted.high
            found[name] = cost.counted.low
    return found


def printed(row: dict[str, str]) -> dict[str, int]:
    return {name: int(row[name]) for name in PRESETS if row[name]}


NETWORKS = rows("tool_counts_measured.csv")
# What a tool prints more than its preset, for one image.
VIT = {
    # the fused products on a CPU: 12 layers of 2 · 197² · 768, two FLOPs each
    "torch": -2 * 12 * 2 * 197**2 * 768,
    "torchprofile": 1,  # sides multiplied where the patches are cut
}
NOT_IMITATED = {"vit_b_16": VIT}
for one in ("0_5", "1_0", "1_5", "2_0"):
    # 13 units split their channels, by 7 operations on the side
    NOT_IMITATED[f"shufflenet_v2_x{one}"] = {"onnx-tool": 13 * 7}


def expected(row: dict[str, str]) -> dict[str, int]:
    found, batch = printed(row), int(row["batch"])
    for name, more in NOT_IMITATED.get(row["model"], {}).items():
        if name in found:
            found[name] -= more * batch if name == "torch" else more
    if row["model"] == "vit_b_16" and batch > 1:
        # the bias of the query, key and value projections: 3 · 768 values, 197 positions, 12 layers
        found["ptflops-aten"] += batch * 12 * 3 * 768 * 197
    return found


def label(row: dict[str, str]) -> str:
    return "-".join(row[key] for key in ("model", "alpha", "input", "batch"))


@pytest.mark.parametrize("row", NETWORKS, ids=label)
def test_a_network_as_the_tools_print_it(row: dict[str, str]) -> None:
    net = mnetcost.load(row["model"])
    assert ours(net, row, alpha=row["alpha"], input=row["input"]) == expected(row)


def test_the_networks_are_many_and_not_all_square() -> None:
    assert len({row["model"] for row in NETWORKS}) == 43
    assert any(len(set(row["input"].split("x"))) == 2 for row in NETWORKS)
    # of all tools one fails, for few: ONNX has no adaptive pool of uneven windows
    empty = [(row["model"], name) for row in NETWORKS for name in PRESETS if not row[name]]
    assert set(empty) == {("alexnet", "onnx-tool"), ("vgg16", "onnx-tool")}


MODULES = rows("tool_counts_modules.csv")


def small(row: dict[str, str]) -> mnetcost.Network:
    *channels, height, width = map(int, ("1x1x" + row["shape"]).split("x")[-3:])
    if row["shape"].count("x") < 2:  # tokens of so many values, or values alone
        channels, height, width = [width], height, 1
    size = f"{{height: {height}, width: {width}, channels: {channels[0]}}}"
    return mnetcost.load(f"input: {size}\nlayers: {row['layers']}\n")


def modules_expected(row: dict[str, str]) -> dict[str, int]:
    found, batch = printed(row), int(row["batch"])
    if "Attention" in row["module"]:
        found["torch"] += batch * 2 * (2 * 20**2 * 8)  # as for VIT
        if batch > 1 and "bias=False" not in row["module"]:
            found["ptflops-aten"] += batch * 3 * 8 * 20
    if "nn.Upsample(" in row["module"] and batch > 1:
        # of three images the module is one image's values, averaged over three: 1/3, not 1
        values = {
            "scale_factor=2": 8 * 40 * 24,
            "size=(25, 30)": 8 * 25 * 30,
            "size=(10": 8 * 10 * 6,
        }
        inside = 4 * 40 * 24 if "Join" in row["module"] else None
        each = inside or next(v for key, v in values.items() if key in row["module"])
        found["ptflops"] += each - each // batch
    return found


@pytest.mark.parametrize("row", MODULES, ids=lambda row: f"{row['layers']}-{row['batch']}")
def test_a_small_network_as_the_tools_print_it(row: dict[str, str]) -> None:
    assert ours(small(row), row) == modules_expected(row)


def test_a_normalisation_that_an_exporter_folds_is_a_bias() -> None:
    # printed by onnx-tool 1.0.1 for torch's exporter in its default mode, which folds
    text = mnetcost.load("mobilenet_v2").graph.origin.text
    folded = mnetcost.load(text.replace("norm: batch", "bias: true"))
    assert folded.cost(convention="onnx-tool").counted.low == 319_949_192
