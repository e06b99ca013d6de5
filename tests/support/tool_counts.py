"""What the tools print, beside what their presets count, and where the two are known to differ."""

from collections.abc import Iterable, Iterator

from tables import rows

import mnetcost
from mnetcost.conventions.presets import NAMES

Row = dict[str, str]

WORDS = ("paper", "macs", "flops")  # defined in words: no tool prints them
TOOLS = tuple(name for name in NAMES if name not in (*WORDS, "darknet", "keras"))
NETWORKS = rows("tool_counts_measured.csv")
MODULES = rows("tool_counts_modules.csv")
PARAMETERS = rows("tool_counts_parameters.csv")
KERAS = rows("tool_counts_keras.csv")
DARKNET = rows("darknet_lines.csv")

ONNX = ("onnx-tool", "onnx-tool-17", "onnx-tool-13")
# What a tool prints more than its preset, for one image.
VIT = {
    # the fused products on a CPU: 12 layers of 2 · 197² · 768, two FLOPs each
    "torch": -2 * 12 * 2 * 197**2 * 768,
    "torchprofile": 1,  # sides multiplied where the patches are cut
}
NOT_IMITATED = {"vit_b_16": VIT}
for one in ("0_5", "1_0", "1_5", "2_0"):
    # 13 units split their channels, by 7 operations on the side
    NOT_IMITATED[f"shufflenet_v2_x{one}"] = dict.fromkeys(ONNX, 13 * 7)
# Modules that a tool counts otherwise than others of their layer type, which no spec can say: the
# tools that print nothing for them. A note of each preset names them.
NOT_SEEN = {
    "nn.Conv2d(8, 16, 3, padding='same')": ("fvcore", "torchprofile"),
    "nn.Conv2d(8, 16, 3, padding='valid')": ("fvcore", "torchprofile"),
    "nn.Softmax2d()": ("thop",),
    "derived(nn.BatchNorm2d, 8)": ("ptflops", "thop"),
    "derived(nn.Conv2d, 8, 16, 3, padding=1)": ("ptflops", "thop"),
    "Learned(lambda x, w: F.conv2d(x, w, padding=1), 16, 8, 3, 3)": (
        *("ptflops", "torchinfo", "thop", "ultralytics-thop"),
    ),
    "Learned(lambda x, w: F.linear(x, w), 10, 8)": ("ptflops", "torchinfo", "thop"),
}


def printed(row: Row) -> dict[str, int]:
    """What the tools print, where they print anything."""
    return {name: int(row[name]) for name in TOOLS if row.get(name)}


def network_expected(row: Row) -> dict[str, int]:
    """What the presets count of a network: what the tools print, but for the known differences."""
    found, batch = printed(row), int(row["batch"])
    for name, more in NOT_IMITATED.get(row["model"], {}).items():
        if name in found:
            found[name] -= more * batch if name == "torch" else more
    if row["model"] == "vit_b_16" and batch > 1:
        # the bias of the query, key and value projections: 3 · 768 values, 197 positions, 12 layers
        found["ptflops-aten"] += batch * 12 * 3 * 768 * 197
    return found


def small(row: Row) -> mnetcost.Network:
    """The small network of a row."""
    *channels, height, width = map(int, ("1x1x" + row["shape"]).split("x")[-3:])
    if row["shape"].count("x") < 2:  # tokens of so many values, or values alone
        channels, height, width = [width], height, 1
    size = f"{{height: {height}, width: {width}, channels: {channels[0]}}}"
    return mnetcost.load(f"input: {size}\nlayers: {row['layers']}\n")


def module_expected(row: Row) -> dict[str, int]:
    """What presets count of a small network: what the tools print, but for the known differences.

    A tool that does not see it prints 0 where its preset counts something: it is left out.
    """
    found = printed(row)
    for name, more in _more(row["module"], int(row["batch"])):
        if name in found:
            found[name] += more
    return {name: one for name, one in found.items() if name not in not_seen(row)}


def not_seen(row: Row) -> tuple[str, ...]:
    """The tools that do not see the module of a row, though they know its layer type."""
    return NOT_SEEN.get(row["module"], ())


def _more(written: str, batch: int) -> Iterator[tuple[str, int]]:
    """What presets count more than their tools print."""
    if "Attention" in written:
        channels = 12 if "12, 3" in written else 8
        yield "torch", batch * 2 * (2 * 20**2 * channels)  # as for VIT
        if batch > 1 and "bias=False" not in written:
            yield "ptflops-aten", batch * 3 * channels * 20
    if "chunk" in written:
        for name in ONNX:
            yield name, -6
    if "approximate='tanh'" in written:
        for name in ONNX[1:]:
            yield name, batch * (7 - 84) * 8 * 20 * 12
    if "nn.Upsampling" in written:  # the function alone
        yield "ptflops", 8 * 40 * 24
    if "nn.Upsample(" in written and batch > 1:
        # of three images the module is one image's values, averaged over three: 1/3, not 1
        inside = {"GroupNorm": 4 * 40 * 24, "size=(25, 30)": 8 * 25 * 30, "size=(10": 8 * 10 * 6}
        each = next((n for key, n in inside.items() if key in written), 8 * 40 * 24)
        yield "ptflops", each - each // batch


def ours(net: mnetcost.Network, names: Iterable[str], batch: int, **setting: str) -> dict[str, int]:
    """The presets' numbers for a network."""
    found = {}
    for name in names:
        cost = net.cost(convention=name, batch=batch, **setting)
        assert cost.counted.low == cost.counted.high
        found[name] = cost.counted.low
    return found
