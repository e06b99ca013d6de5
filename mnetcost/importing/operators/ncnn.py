"""ncnn's layers: which rule each is. github.com/Tencent/ncnn, docs/developer-guide/operators.md.

Arguments are numbered; those of height are, where they are left out, those of width.
"""

from collections.abc import Callable
from typing import Any

from mnetcost.importing.model import Call
from mnetcost.importing.rules import joining, norms, parts, pointwise, sliding, views
from mnetcost.importing.translation import Use, Where, always, argument
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, MaxPool
from mnetcost.layers.structural import Dropout

OPEN = -233  # what is left out of a shape, and the padding that keeps it
BINARY = ("add", "subtract", "multiply", "divide", "maximum", "minimum")
ACTS = ("none", "relu", "leaky_relu", "relu6", "sigmoid", "mish", "hard_swish")
PERMUTED = ("chw", "cwh", "hcw", "hwc", "wch", "whc")  # outermost first, by `order_type`


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
    sizes = call.arguments.get("0", ())
    return tuple(-1 if one == OPEN else one for one in sizes) if isinstance(sizes, tuple) else ()


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
DECONV: dict[str, Where] = {**CONV, "output_padding": sides(18, 0)}
POOL: dict[str, Where] = {
    "x": 0,
    "kernel": sides(1, 1),
    "stride": sides(2, 1),
    "padding": _pool_ends,
    "ceil": lambda call: call.arguments.get("5", 0) == 0,
    "global": number(4),
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
    "Dropout": Dropout,
}
TABLE: dict[str, Use] = {
    "Convolution": Use(sliding.written_convolution, CONV),
    "ConvolutionDepthWise": Use(sliding.written_convolution, CONV),
    "Deconvolution": Use(sliding.written_transposed, DECONV),
    "DeconvolutionDepthWise": Use(sliding.written_transposed, DECONV),
    "InnerProduct": Use(
        pointwise.written_dense,
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
    "Scale": Use(norms.scale, {"x": 0, "bias": number(1)}),
    "LRN": Use(norms.local_response_norm, {"x": 0, "size": number(1, 5)}),
    "ReLU": Use(
        pointwise.by_flag(activation.LeakyReLU, activation.ReLU), {"x": 0, "flag": number(0)}
    ),
    "PReLU": Use(norms.written_prelu, {"x": 0, "count": number(0), "by_channel": always(True)}),
    "Clip": Use(pointwise.clip, {"x": 0, "low": number(0, None), "high": number(1, None)}),
    "Permute": Use(
        views.permute,
        {
            "x": 0,
            "order": lambda call: (
                0,
                *("chw".index(one) + 1 for one in PERMUTED[int(str(call.arguments.get("0", 0)))]),
            ),
        },
    ),
    "Flatten": Use(views.flatten, {"x": 0, "first": always(1)}),
    "Reshape": Use(views.reshape, {"x": 0, "sizes": _shape}),
    "Concat": Use(joining.concat, {"axis": _axis}),
    "Slice": Use(parts.split, {"x": 0, "axis": _axis, "sizes": _parts}),
    "Split": Use(joining.copies, {"x": 0}),
    "ShuffleChannel": Use(views.shuffle, {"x": 0, "groups": number(0, 1)}),
    "Pooling": Use(
        pointwise.chosen(sliding.pool(AvgPool), sliding.pool(MaxPool)), {**POOL, "flag": number(0)}
    ),
    "Interp": Use(
        sliding.resize,
        {
            "x": 0,
            "factors": lambda call: (call.arguments.get("1", 1), call.arguments.get("2", 1)),
            "mode": lambda call: {1: "nearest", 2: "bilinear"}.get(
                int(str(call.arguments.get("0", 1))), "bicubic"
            ),
        },
    ),
    "Eltwise": Use(pointwise.joined_by("add"), {}),
    "Noop": Use(pointwise.free, {"x": 0}),
    "Input": Use(pointwise.free, {"x": 0}),
    "PriorBox": Use(joining.prior_box, {"x": 0, "priors": lambda call: _priors(call)}),
    "DetectionOutput": Use(joining.detections, {"keep": number(3, 100)}),
    "YoloDetectionOutput": Use(joining.ends, {}),
    "Yolov3DetectionOutput": Use(joining.ends, {}),
    **{name: Use(pointwise.same(record), {"x": 0}) for name, record in FUNCTIONS.items()},
}
CARRYING = (
    *("Convolution", "ConvolutionDepthWise", "Deconvolution", "DeconvolutionDepthWise"),
    "InnerProduct",
)


def _priors(call: Call) -> int:
    """Boxes a position: a square of each least size, one more of each largest, and the ratios."""
    least, most, ratios = (_count(call.arguments.get(key)) for key in ("0", "1", "2"))
    flipped = 2 if call.arguments.get("7", 1) else 1
    return least * (1 + ratios * flipped) + most


def _count(value: Any) -> int:
    return len(value) if isinstance(value, tuple) else 0


def find(call: Call) -> Use | None:
    """What a layer is; None for one that the table does not have."""
    if call.operator == "BinaryOp":
        kind = call.arguments.get("0", 0)
        if not isinstance(kind, int) or not 0 <= kind < len(BINARY):
            return None
        return Use(pointwise.binary(BINARY[kind]), {"x": 0, "y": (1, number(2))})
    if call.operator in CARRYING:
        return TABLE[call.operator] if act(call) else None
    if call.operator == "Eltwise" and call.arguments.get("0", 1) != 1:
        return None
    return TABLE.get(call.operator)
