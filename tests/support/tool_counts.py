"""What the tools print, beside what their presets count, and where the two are known to differ."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tables import rows

import mnetcost
from mnetcost.conventions.presets import NAMES

Row = dict[str, str]

WORDS = ("paper", "macs", "flops")  # defined in words: no tool prints them
TOOLS = tuple(name for name in NAMES if name not in (*WORDS, "darknet", "keras"))
RELEASES = ("ptflops-0.6", "thop-0.0.31")  # older ones, measured apart


def _joined(name: str, releases: str, keys: tuple[str, ...], words: str = "") -> list[Row]:
    """The rows of a file, with what older releases print for the same."""
    known = [row for row in rows(releases) if "batch" in keys or row["batch"] == "1"]
    older = {tuple(row[key] for key in keys): row for row in known}
    found = []
    for row in rows(name):
        other = older.get(tuple(row[key] for key in keys), {})
        found.append(row | {one: other.get(one + words, "") for one in RELEASES})
    return found


_OLDER_MODULES = "tool_counts_releases_modules.csv"
_MODULE = ("module", "shape", "layers")
NETWORKS = _joined(
    "tool_counts_measured.csv",
    "tool_counts_releases.csv",
    ("model", "alpha", "input", "batch"),
)
MODULES = _joined("tool_counts_modules.csv", _OLDER_MODULES, (*_MODULE, "batch"))
PARAMETERS = _joined("tool_counts_parameters.csv", _OLDER_MODULES, _MODULE, " parameters")
KERAS = rows("tool_counts_keras.csv")
DARKNET = rows("darknet_lines.csv")

ONNX = ("onnx-tool", "onnx-tool-17", "onnx-tool-13")
STRINGS = "convolutions padded with a word (such as `padding='same'`)"
DERIVED = "kernels and batch normalisation of classes derived from torch's"
FUNCTIONS = "kernels called as functions"
UPSAMPLING = "`nn.UpsamplingBilinear2d` and `nn.UpsamplingNearest2d`"
# Modules that a tool counts otherwise than others of their layer type, which no spec can say: what
# they are, and the tools that print nothing for them. A note of each preset names them.
NOT_SEEN = {
    "nn.Conv2d(8, 16, 3, padding='same')": (STRINGS, ("fvcore", "torchprofile")),
    "nn.Conv2d(8, 16, 3, padding='valid')": (STRINGS, ("fvcore", "torchprofile")),
    "nn.Sequential(nn.Flatten(2), nn.AdaptiveAvgPool1d(7))": (
        *("`nn.AdaptiveAvgPool1d`", ("fvcore",)),
    ),
    "nn.Softmax2d()": ("`nn.Softmax2d`", ("thop",)),
    "derived(nn.BatchNorm2d, 8)": (DERIVED, ("ptflops", "thop", *RELEASES)),
    "derived(nn.Conv2d, 8, 16, 3, padding=1)": (DERIVED, ("ptflops", "thop", *RELEASES)),
    "nn.UpsamplingBilinear2d(scale_factor=2)": (UPSAMPLING, ("ptflops-0.6",)),
    "nn.UpsamplingNearest2d(scale_factor=2)": (UPSAMPLING, ("ptflops-0.6",)),
    "Learned(lambda x, w: F.conv2d(x, w, padding=1), 16, 8, 3, 3)": (
        *(FUNCTIONS, ("ptflops", "torchinfo", "thop", "ultralytics-thop", *RELEASES)),
    ),
    "Learned(lambda x, w: F.linear(x, w), 10, 8)": (
        *(FUNCTIONS, ("ptflops", "torchinfo", "thop", *RELEASES)),
    ),
}


class Difference(NamedTuple):
    """What a preset counts more than its tool prints, and of what."""

    tool: str
    more: int
    words: str


FUSED = "products of `nn.MultiheadAttention`, fused on a CPU"
UNFUSED = "what is fused on a CPU, in a form that is not"
BATCHED = "biases of the projections in `nn.MultiheadAttention`, of a batch"
SPLIT = "channels split in two"
RATIO = "resizes by a ratio that gives no whole number"
SIDES = "sides multiplied in Python"
UNEVEN = "adaptive pools whose windows are uneven"
UNFLATTENED = "sides of unflattened channels"

# What an adaptive pool reads less whose windows are as large as the sides divide without a rest:
# of 20×12 values in 8 channels 6·2 for each of 3×5, and 2·1 of 7×7.
UNEVEN_MODULES = {
    "nn.AdaptiveAvgPool2d((3, 5))": 8 * (20 * 12 - 3 * 5 * 6 * 2),
    "nn.AdaptiveAvgPool2d((7, 7))": 8 * (20 * 12 - 7 * 7 * 2 * 1),
}
UNEVEN_POOLS = {  # 5×5, 6×9 and 7×5 into 6×6, 5×6 into 7×7
    ("alexnet", "192x192"): 256 * 5 * 5,
    ("alexnet", "227x321"): 256 * (6 * 9 - 6 * 6),
    ("alexnet", "256x192"): 256 * 7 * 5,
    ("vgg16", "160x192"): 512 * 5 * 6,
}


def printed(row: Row) -> dict[str, int]:
    """What the tools print, where they print anything."""
    return {name: int(row[name]) for name in TOOLS if row.get(name)}


def network_differences(row: Row) -> Iterator[Difference]:
    """Where a preset does not give a tool's number for a network."""
    batch = int(row["batch"])
    if row["model"] == "vit_b_16":
        # 12 layers, 197 positions, 768 channels: two products, of two FLOPs a multiply-add
        yield Difference("torch", batch * 12 * 2 * 2 * 197**2 * 768, FUSED)
        yield Difference("torchprofile", -1, SIDES)
        if batch > 1:
            yield Difference("ptflops-aten", batch * 12 * 3 * 768 * 197, BATCHED)
    pooled = UNEVEN_POOLS.get((row["model"], row["input"]), 0)
    if pooled:
        yield Difference("thop-0.0.31", batch * pooled, UNEVEN)
    if row["model"].startswith("shufflenet"):  # 13 units
        yield from (Difference(name, -13 * 7, SPLIT) for name in ONNX)


def network_expected(row: Row) -> dict[str, int]:
    """What the presets count of a network: what the tools print, but for the known differences."""
    return _with(printed(row), network_differences(row))


def _with(found: dict[str, int], differences: Iterable[Difference]) -> dict[str, int]:
    for one in differences:
        if one.tool in found:
            found[one.tool] += one.more
    return found


# torchvision's GoogLeNet is built with two auxiliary classifiers, which its spec leaves out: a 1×1
# convolution to 128 channels, normalised, and two dense layers with biases.
AUXILIARY = 128 * (512 + 528) + 2 * 2 * 128 + 2 * (2049 * 1024 + 1025 * 1000)


def parameters_expected(row: Row) -> dict[str, int]:
    """The parameters of a network that torch's tools print, and thop, which sees no others."""
    spared = AUXILIARY if row["model"] == "googlenet" else 0
    return {
        "fvcore": int(row["parameters"]) - spared,
        "thop": int(row["parameters by thop"]),
    }


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
    found = _with(printed(row), module_differences(row))
    return {name: one for name, one in found.items() if name not in not_seen(row)}


def small_parameters_expected(row: Row) -> dict[str, int]:
    """The parameters that presets count of a small network: as printed, but for one layer type."""
    found = printed(row)
    if "CondConv" in row["module"]:  # it sees those of the routing, a linear module
        found |= dict.fromkeys(("thop", "thop-0.0.31"), 0)
    return found


def not_seen(row: Row) -> tuple[str, ...]:
    """The tools that do not see the module of a row, though they know its layer type."""
    return NOT_SEEN.get(row["module"], ("", ()))[1]


def module_differences(row: Row) -> Iterator[Difference]:
    """Where a preset does not give a tool's number for a small network that the tool sees."""
    written, batch = row["module"], int(row["batch"])
    if "Attention" in written:
        channels = 12 if "12, 3" in written else 8
        yield Difference("torch", batch * 2 * (2 * 20**2 * channels), FUSED)
        if batch > 1 and "bias=False" not in written:
            yield Difference("ptflops-aten", batch * 3 * channels * 20, BATCHED)
    yield from _multiplied(row, batch)
    yield from _recurrent(row, batch)
    if row["module"] in UNEVEN_MODULES:
        yield Difference("thop-0.0.31", batch * UNEVEN_MODULES[row["module"]], UNEVEN)
    yield from _exported(row, batch)
    yield from _resized(row, batch)


def _multiplied(row: Row, batch: int) -> Iterator[Difference]:
    """Of products of activations, and of mixed kernels."""
    written = row["module"]
    if "Products" in written and "fused=False" not in written:
        channels = 12 if "Products(4" in written else 8
        products = batch * 2 * 20**2 * channels
        if "places" in written:  # with learned values added no kernel of a CPU is fused
            yield Difference("ptflops-aten", -products, UNFUSED)
        else:
            yield Difference("torch", 2 * products, FUSED)
    if "CondConv" in written:
        yield Difference("torchprofile", -2, SIDES)


def _recurrent(row: Row, batch: int) -> Iterator[Difference]:
    """Of recurrent layers, over 20 positions."""
    written = row["module"]
    if "proj_size" in written:  # 7 cells, projected to 3 channels: 28·8 + 28·3 + 7·3 weights
        products = batch * 20 * (28 * 8 + 28 * 3 + 7 * 3)
        yield Difference("torch", -2 * products, UNFUSED)
        yield Difference("ptflops-aten", -products, UNFUSED)
        for name in ("thop", "thop-0.0.31"):
            yield Difference(name, products - batch * 20 * (28 * 8 + 28 * 7), "projected cells")
        yield Difference("torchprofile", products - batch * 20 * 12 * (8 + 3), "projected cells")
    # one of two biases of the first layer, in all directions
    biases = {"nn.GRU(8, 6, b": 18, "nn.RNN(8, 6, b": 6, "nn.RNN(8, 6, num": 12}
    each = sum(count for key, count in biases.items() if key in written)
    if batch > 1 and each:
        yield Difference("ptflops-aten", batch * 20 * each, BATCHED)


def _exported(row: Row, batch: int) -> Iterator[Difference]:
    """Of onnx-tool."""
    if "chunk" in row["module"]:
        yield from (Difference(name, -6, SPLIT) for name in ONNX)
    if "unflatten" in row["module"]:
        yield from (Difference(name, -2, UNFLATTENED) for name in ONNX)
    if "learned" in row["layers"] and "expand" not in row["module"]:
        yield from (
            Difference(name, 6, "learned values not spread over the batch") for name in ONNX
        )
    if "approximate='tanh'" in row["module"]:
        more = batch * (7 - 84) * 8 * 20 * 12
        yield from (Difference(name, more, "GELU by tanh") for name in ONNX[1:])


def _resized(row: Row, batch: int) -> Iterator[Difference]:
    """Of resizes, mostly ptflops'."""
    written, half = row["module"], 8 * 10 * 6
    if "scale_factor=0.5, mode='bilinear'" in written and row["shape"] == "8x21x13":
        for name in ("ptflops", "deepspeed-flops"):  # a quarter of the input, not 10 by 6
            yield Difference(name, batch * (half - 8 * 21 * 13 // 4), RATIO)
    if "(0.5, 1.5)" in written:
        yield Difference("ptflops", batch * 8 * 10 * 18, RATIO)
    if "scale_factor=0.5, mode='area'" in written:
        yield Difference("torchprofile", -2, SIDES)
    if "nn.Upsampling" in written:  # the function alone
        yield Difference("ptflops", 8 * 40 * 24, UPSAMPLING)
    if "nn.Upsample(" in written and batch > 1:
        # of three images the module is one image's values, averaged over three: 1/3, not 1
        inside = {"GroupNorm": 4 * 40 * 24, "size=(25, 30)": 8 * 25 * 30, "size=(10": half}
        inside["scale_factor=0.5"] = half
        each = next((n for key, n in inside.items() if key in written), 8 * 40 * 24)
        yield Difference("ptflops", each - each // batch, "`nn.Upsample`, of a batch")


def ours(net: mnetcost.Network, names: Iterable[str], batch: int, **setting: str) -> dict[str, int]:
    """The presets' numbers for a network."""
    found = {}
    for name in names:
        cost = net.cost(convention=name, batch=batch, **setting)
        assert cost.counted.low == cost.counted.high
        found[name] = cost.counted.low
    return found
