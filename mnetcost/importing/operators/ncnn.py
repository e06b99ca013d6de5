"""ncnn's layers: which rule each is. github.com/Tencent/ncnn, docs/developer-guide/operators.md.

Arguments are numbered; those of height are, where they are left out, those of width.
"""

from collections.abc import Callable
from typing import Any

from mnetcost.importing.model import Call
from mnetcost.importing.operators.arguments import unread
from mnetcost.importing.operators.ncnn_arguments import ARGUMENTS, NEUTRAL
from mnetcost.importing.rules import (
    joining,
    norms,
    outlines,
    parts,
    pointwise,
    products,
    recorded,
    sampling,
    sliding,
    views,
)
from mnetcost.importing.translation import Place, Use, Where, always, argument
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, MaxPool
from mnetcost.layers.structural import Dropout

OPEN = -233  # what is left out of a shape, and the padding that keeps it
BINARY = (
    *("add", "subtract", "multiply", "divide", "maximum", "minimum"),
    *("", "subtract", "divide"),  # a power, and the last two with the second value first
)
JOINED = ("multiply", "add", "maximum")
MEAN = 3  # of the ways to reduce
END = 2**31 - 1  # where a cut ends that goes as far as there is anything
ACTS = ("none", "relu", "leaky_relu", "relu6", "sigmoid", "mish", "hard_swish")
# The orders of axes, outermost first, by how many they are with the image's.
ORDERS = {
    3: ((0, 1, 2), (0, 2, 1)),
    4: tuple(
        (0, *("chw".index(one) + 1 for one in order))
        for order in ("chw", "cwh", "hcw", "hwc", "wch", "whc")
    ),
}


def number(key: int, default: Any = 0) -> Callable[[Call], Any]:
    """An argument with its default."""
    return argument(str(key), default)


def sides(key: int, default: int) -> Callable[[Call], Any]:
    """Height and width of an argument that is written for the width first."""

    def found(call: Call) -> Any:
        across = call.arguments.get(str(key), default)
        return call.arguments.get(str(key + 10), across), across

    return found


def _ends(call: Call) -> Any:
    """Top, left, bottom, right; each is the left one unless written."""
    left = call.arguments.get("4", 0)
    if left in (OPEN, OPEN - 1):
        return "same"
    top = call.arguments.get("14", left)
    return top, left, call.arguments.get("16", top), call.arguments.get("15", left)


def _pool_ends(call: Call) -> Any:
    if call.arguments.get("5", 0) in (2, 3):
        return "same"
    left = call.arguments.get("3", 0)
    top = call.arguments.get("13", left)
    return top, left, call.arguments.get("15", top), call.arguments.get("14", left)


def act(call: Call) -> str | None:
    """What rides on a layer; None where no word says it."""
    kind = call.arguments.get("9", 0)
    if kind == 3 and call.arguments.get("10") not in ((0.0, 6.0), (0, 6)):
        return None
    return ACTS[kind] if isinstance(kind, int) and 0 <= kind < len(ACTS) else None


def _shape(call: Call) -> tuple[int, ...]:
    """The sizes of a reshape, outermost first, with the image before them."""
    sizes = [call.arguments.get(key) for key in ("2", "1", "0")]
    return (1, *(one for one in sizes if isinstance(one, int) and one != OPEN))


def _parts(call: Call) -> Any:
    """The sizes of the parts of an axis, or what lies between the places where it is cut."""
    cuts: Any = call.arguments.get("2", ())
    if cuts:
        return (*(b - a for a, b in zip((0, *cuts), cuts)), -1)
    sizes: Any = call.arguments.get("0", ())
    return tuple(-1 if one == OPEN else one for one in sizes)


def _factors(call: Call) -> Any:
    """How many times the height and the width; None where the sides themselves are written."""
    return None if _sizes(call) else (call.arguments.get("1", 1), call.arguments.get("2", 1))


def _sizes(call: Call) -> Any:
    """The sides that a resize gives, where both are written."""
    pair = call.arguments.get("3", 0), call.arguments.get("4", 0)
    return pair if all(pair) else ()


def _target(call: Call) -> Any:
    """The sides of an adaptive pool, each None where it stays as it is."""
    across = call.arguments.get("8", 0)
    pair = call.arguments.get("18", across), across
    return tuple(None if one == OPEN else one for one in pair)


def _starts(call: Call) -> Any:
    return call.arguments.get("9") or tuple(call.arguments.get(key, 0) for key in "210")


def _ends_of_cut(call: Call) -> Any:
    """A list; or of channels, height and width how many are left, or how many go at the end."""
    listed: Any = call.arguments.get("10")
    if listed:
        return tuple(END if one == OPEN else one for one in listed)
    return tuple(_end(call, *keys) for keys in ("258", "147", "036"))


def _end(call: Call, *keys: str) -> Any:
    first, count, behind = (call.arguments.get(key, 0) for key in keys)
    if count not in (0, OPEN):
        return first + count  # type: ignore[operator]
    return -behind or END  # type: ignore[operator]


def _places(key: str, alone: str = "") -> Callable[[Call], Any]:
    """Axes of a list, counted without the image; or those that arguments of their own name."""

    def found(call: Call) -> Any:
        listed: Any = call.arguments.get(key, ())
        named = [place for place, one in enumerate(alone, 1) if call.arguments.get(one)]
        return tuple(one + (one >= 0) for one in listed) or tuple(named)

    return found


def _reduced(call: Call) -> Any:
    """The axes of a reduction; of all where none are named."""
    return (_places("3")(call) if not call.arguments.get("1", 1) else ()) or (1, 2, 3)


def _pads(call: Call) -> Any:
    """Px, or channels, before and behind each of image, channels, height and width."""
    keys = ("", "7", "0", "2", "", "8", "1", "3")
    return tuple(call.arguments.get(key, 0) for key in keys)


def _axis(call: Call) -> Any:
    """Axes are counted without the image."""
    axis = call.arguments.get("1" if call.operator == "Slice" else "0", 0)
    return axis + 1 if isinstance(axis, int) and axis >= 0 else axis


CONV: dict[str, Where] = {
    "x": 0,
    "filters": number(0),
    "kernel": sides(1, 1),
    "dilation": sides(2, 1),
    "stride": sides(3, 1),
    "padding": _ends,
    "bias": number(5),
    "groups": number(7, 1),
    "weights_stated": number(6, None),
    "act": act,
}
# Over sequences: ncnn has their positions as the width.
CONV_1D: dict[str, Where] = {
    **CONV,
    "kernel": number(1, 1),
    "dilation": number(2, 1),
    "stride": number(3, 1),
    "padding": lambda call: (
        "same"
        if call.arguments.get("4") in (OPEN, OPEN - 1)
        else (call.arguments.get("4", 0), call.arguments.get("15", call.arguments.get("4", 0)))
    ),
}
DECONV: dict[str, Where] = {
    **CONV,
    "output_padding": lambda call: (
        call.arguments.get("19", call.arguments.get("18", 0)),
        call.arguments.get("18", 0),
    ),
    "output_shape": number(20, None),
}
POOL: dict[str, Where] = {
    "x": 0,
    "kernel": sides(1, 1),
    "stride": sides(2, 1),
    "padding": _pool_ends,
    "ceil": lambda call: call.arguments.get("5", 0) == 0,
    "global": number(4),
    "adaptive": number(7),
    "size": _target,
}
FUNCTIONS: dict[str, Any] = {
    "Sigmoid": activation.Sigmoid,
    "HardSigmoid": activation.HardSigmoid,
    "HardSwish": activation.HardSwish,
    "Swish": activation.Swish,
    "TanH": activation.Tanh,
    "Mish": activation.Mish,
    "ELU": activation.ELU,
    "SELU": activation.SELU,
    "CELU": activation.CELU,
    "GELU": activation.GELU,
    "Softplus": activation.Softplus,
    "Softmax": activation.Softmax,
    "AbsVal": activation.Abs,
    "BNLL": activation.Softplus,
    "Dropout": Dropout,
}
FREE = (
    *("Noop", "Input", "UnaryOp", "Power", "Exp", "Log", "Threshold", "Cast", "Packing"),
    *("Quantize", "Dequantize", "Requantize"),
)
TABLE: dict[str, Use] = {
    "Convolution": Use(sliding.written_convolution, CONV),
    "ConvolutionDepthWise": Use(sliding.written_convolution, CONV),
    "Convolution1D": Use(sliding.written_convolution, CONV_1D),
    "ConvolutionDepthWise1D": Use(sliding.written_convolution, CONV_1D),
    "Deconvolution": Use(sliding.written_transposed, DECONV),
    "DeconvolutionDepthWise": Use(sliding.written_transposed, DECONV),
    "MatMul": Use(products.matmul, {"x": 0, "weight": 1, "second_turned": number(0)}),
    "MultiHeadAttention": Use(
        products.written_attention,
        {
            "queries": 0,
            "keys": lambda call: Place(min(len(call.inputs) - 1, 1)),
            "values": lambda call: Place(len(call.inputs) - 1),
            "heads": number(1, 1),
            "size": lambda call: call.arguments.get("0", 0) // call.arguments.get("1", 1),  # type: ignore[operator]
            "filters": number(0),
            "bias": always(True),
            "unknown": number(5),
        },
    ),
    "InnerProduct": Use(
        pointwise.dense_of_rows,
        {
            "x": 0,
            "filters": number(0),
            "bias": number(1),
            "weights_stated": number(2, None),
            "flat": always(True),
            "spread": always(True),
            "act": act,
        },
    ),
    "BatchNorm": Use(norms.batch_norm, {"x": 0, "gamma": always(True), "beta": always(True)}),
    "Scale": Use(
        pointwise.chosen(norms.scaled, norms.scale),
        {
            "x": 0,
            "y": 1,
            "flag": lambda call: call.arguments.get("0") == OPEN,
            "axis": always(1),
            "bias": number(1),
        },
    ),
    "LayerNorm": Use(
        norms.layer_norm,
        {"x": 0, "width": number(0), **dict.fromkeys(("gamma", "beta"), number(2, 1))},
    ),
    "GroupNorm": Use(
        norms.group_norm,
        {"x": 0, "groups": number(0, 1), **dict.fromkeys(("gamma", "beta"), number(3, 1))},
    ),
    "InstanceNorm": Use(
        norms.instance_norm, {"x": 0, **dict.fromkeys(("gamma", "beta"), number(2, 1))}
    ),
    "Normalize": Use(norms.l2_norm, {"x": 0, "over_all": number(0), "one_scale": number(1)}),
    "LRN": Use(norms.local_response_norm, {"x": 0, "size": number(1, 5)}),
    "ReLU": Use(
        pointwise.by_flag(activation.LeakyReLU, activation.ReLU), {"x": 0, "flag": number(0)}
    ),
    "PReLU": Use(norms.written_prelu, {"x": 0, "count": number(0), "by_channel": always(True)}),
    "Clip": Use(pointwise.clip, {"x": 0, "low": number(0, None), "high": number(1, None)}),
    "Permute": Use(views.ordered, {"x": 0, "orders": always(ORDERS), "kind": number(0)}),
    "Flatten": Use(views.flatten, {"x": 0, "first": always(1)}),
    "Reshape": Use(views.reshape, {"x": 0, "sizes": _shape}),
    "Concat": Use(joining.concat, {"axis": _axis}),
    "Slice": Use(parts.split, {"x": 0, "axis": _axis, "sizes": _parts}),
    "Split": Use(joining.copies, {"x": 0}),
    "ShuffleChannel": Use(views.shuffle, {"x": 0, "groups": number(0, 1)}),
    "Pooling": Use(
        pointwise.chosen(sliding.pool(AvgPool), sliding.pool(MaxPool)), {**POOL, "flag": number(0)}
    ),
    "PixelShuffle": Use(sampling.shuffled, {"x": 0, "factor": number(0, 1)}),
    "Reorg": Use(sampling.reorganised, {"x": 0, "factor": number(0, 1)}),
    "Padding": Use(sampling.pad, {"x": 0, "pads": _pads}, outlines.padded),
    "Crop": Use(
        parts.cut_each,
        {
            "x": 0,
            "starts": _starts,
            "ends": _ends_of_cut,
            "axes": lambda call: _places("11")(call) or (1, 2, 3),
        },
    ),
    "Reduction": Use(
        pointwise.chosen(views.mean, views.unsaid),
        {
            "x": 0,
            "flag": lambda call: call.arguments.get("0", 0) == MEAN,
            "axes": _reduced,
            "keep": number(4),
        },
        outlines.reduced,
    ),
    "ExpandDims": Use(views.unsqueeze, {"x": 0, "axes": _places("3")}),
    "Squeeze": Use(views.squeeze, {"x": 0, "axes": _places("3")}),
    "Interp": Use(
        sampling.resize,
        {
            "x": 0,
            "factors": _factors,
            "sizes": _sizes,
            "mode": lambda call: {1: "nearest", 2: "bilinear"}.get(
                int(str(call.arguments.get("0", 1))), "bicubic"
            ),
        },
    ),
    **{name: Use(pointwise.free, {"x": 0}) for name in FREE},
    "PriorBox": Use(joining.prior_box, {"x": 0, "priors": lambda call: _priors(call)}),
    "DetectionOutput": Use(joining.detections, {"keep": number(3, 100)}),
    "YoloDetectionOutput": Use(joining.ends, {}),
    "Yolov3DetectionOutput": Use(joining.ends, {}),
    **{name: Use(pointwise.same(record), {"x": 0}) for name, record in FUNCTIONS.items()},
}
CONVOLUTIONS = ("Convolution", "ConvolutionDepthWise", "Convolution1D", "ConvolutionDepthWise1D")
CARRYING = (*CONVOLUTIONS, "Deconvolution", "DeconvolutionDepthWise", "InnerProduct")


COSTLESS = ("Padding", "Reduction", "Crop", "Interp", "Reshape", "Slice", "Tile", "ArgMax")
# What a layer asks for that no rule of the table does.
SPECIAL: dict[str, Callable[[Call], Any]] = {
    **dict.fromkeys(CONVOLUTIONS, lambda call: call.arguments.get("19")),  # a computed kernel
    "Reshape": lambda call: call.arguments.get("3") or call.arguments.get("11"),
    "Interp": lambda call: len(call.inputs) > 1,
    "Crop": lambda call: len(call.inputs) > 1,
    "Slice": lambda call: any(one < 0 for one in _listed(call.arguments.get("2"))),
}


def _word(words: tuple[str, ...], kind: Any) -> str:
    """The word of a kind of operation; "" where there is none."""
    return words[kind] if isinstance(kind, int) and 0 <= kind < len(words) else ""


def _priors(call: Call) -> int:
    """Boxes a position: a square of each least size, one more of each largest, and the ratios."""
    least, most, ratios = (_count(call.arguments.get(key)) for key in ("0", "1", "2"))
    flipped = 2 if call.arguments.get("7", 1) else 1
    return least * (1 + ratios * flipped) + most


def _count(value: Any) -> int:
    return len(_listed(value))


def _listed(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


def record(call: Call) -> recorded.Recorded | None:
    """What counts a call by its shapes: what the table has without a kernel multiplies nothing."""
    return recorded.nothing if call.operator in COSTLESS else None


def find(call: Call) -> Use | None:
    """What a layer is; None for one that the table does not have."""
    if call.operator == "BinaryOp":
        if len(call.inputs) == 1:  # with a number
            return Use(pointwise.free, {"x": 0})
        word = _word(BINARY, call.arguments.get("0", 0))
        return Use(pointwise.binary(word), {"x": 0, "y": 1}) if word else None
    if call.operator in CARRYING and not act(call):
        return None
    if call.operator == "Eltwise":
        word = _word(JOINED, call.arguments.get("0", 0))
        return Use(pointwise.joined_by(word), {}) if word else None
    if call.operator in SPECIAL and SPECIAL[call.operator](call):
        return None
    return unread(call, ARGUMENTS, NEUTRAL) or TABLE.get(call.operator)
