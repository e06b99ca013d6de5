"""TFLite's operators: which rule each is. tensorflow/lite/schema/schema.fbs."""

from collections.abc import Callable, Mapping
from typing import Any

from mnetcost.importing.model import Call
from mnetcost.importing.operators.tflite_dilation import (
    APART,
    DILATED,
    TOGETHER,
    with_dilations,
)
from mnetcost.importing.rules import (
    constants,
    joining,
    norms,
    parts,
    pointwise,
    products,
    sampling,
    sliding,
    views,
)
from mnetcost.importing.translation import Use, Where, always
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, MaxPool

ACTS = {"NONE": "none", "RELU": "relu", "RELU6": "relu6", "TANH": "tanh"}


def act(call: Call) -> str | None:
    """What rides on a layer; None where no word says it."""
    return ACTS.get(str(call.arguments.get("fused_activation_function", "NONE")))


def both(word: str, value: int = 1) -> Callable[[Call], Any]:
    """Height and width, of two arguments with h and w at the end of a word or before its end."""
    first, _, rest = word.partition("*")
    return lambda call: tuple(call.arguments.get(f"{first}{side}{rest}", value) for side in "hw")


WINDOW: dict[str, Where] = {
    "x": 0,
    "stride": both("stride_*"),
    "padding": "padding",
    "channels_last": always(True),
}
CONV: dict[str, Where] = {
    **WINDOW,
    "weight": 1,
    "bias": 2,
    "dilation": both("dilation_*_factor"),
    "act": act,
}
POOL: dict[str, Where] = {
    **WINDOW,
    "kernel": lambda call: tuple(call.arguments.get(f"filter_{s}", 1) for s in ("height", "width")),
}
X: Mapping[str, Where] = {"x": 0}
XY: Mapping[str, Where] = {"x": 0, "y": 1}
FUNCTIONS: dict[str, Any] = {
    "RELU": activation.ReLU,
    "RELU6": activation.ReLU6,
    "RELU_N1_TO_1": activation.HardTanh,
    "LEAKY_RELU": activation.LeakyReLU,
    "ELU": activation.ELU,
    "LOGISTIC": activation.Sigmoid,
    "TANH": activation.Tanh,
    "HARD_SWISH": activation.HardSwish,
    "GELU": activation.GELU,
    "ABS": activation.Abs,
    "SQUARE": activation.Square,
    "SOFTMAX": activation.Softmax,
    "LOG_SOFTMAX": activation.LogSoftmax,
}
BINARY: dict[str, tuple[str, Any]] = {
    "ADD": ("add", lambda a, b: a + b),
    "SUB": ("subtract", lambda a, b: a - b),
    "MUL": ("multiply", lambda a, b: a * b),
    "DIV": ("divide", constants.quotient),
    "MAXIMUM": ("maximum", max),
    "MINIMUM": ("minimum", min),
}
TABLE: dict[str, Use] = {
    "CONV_2D": Use(sliding.convolution, {**CONV, "order": always((0, 3, 1, 2))}),
    "DEPTHWISE_CONV_2D": Use(
        sliding.convolution, {**CONV, "order": always((3, 0, 1, 2)), "depthwise": always(True)}
    ),
    "TRANSPOSE_CONV": Use(
        sliding.transposed, {**CONV, "x": 2, "bias": 3, "order": always((3, 0, 1, 2))}
    ),
    "FULLY_CONNECTED": Use(
        pointwise.dense, {"x": 0, "weight": 1, "bias": 2, "act": act, "flat": always(True)}
    ),
    "BATCH_MATMUL": Use(
        products.matmul,
        {
            "x": 0,
            "weight": 1,
            "transposed": "adj_y",
            "first_turned": "adj_x",
            "second_turned": "adj_y",
        },
    ),
    "MAX_POOL_2D": Use(sliding.pool(MaxPool), POOL),
    "AVERAGE_POOL_2D": Use(sliding.pool(AvgPool), POOL),
    "MEAN": Use(views.mean, {"x": 0, "axes": 1, "keep": "keep_dims"}),
    "RESHAPE": Use(
        views.reshape, {"x": 0, "sizes": (1, "new_shape"), "zero_is_none": always(True)}
    ),
    "SQUEEZE": Use(views.squeeze, {"x": 0, "axes": "squeeze_dims"}),
    "EXPAND_DIMS": Use(views.unsqueeze, {"x": 0, "axes": 1}),
    "TRANSPOSE": Use(views.permute, {"x": 0, "order": 1}),
    "CONCATENATION": Use(joining.concat, {"axis": "axis"}),
    "SPLIT": Use(parts.split, {"x": 1, "axis": 0, "count": "num_splits"}),
    "SPLIT_V": Use(parts.split, {"x": 0, "axis": 2, "sizes": 1}),
    "PAD": Use(
        sampling.pad, {"x": 0, "pads": 1, "by_axis": always(True), "channels_last": always(True)}
    ),
    "MIRROR_PAD": Use(
        sampling.pad, {"x": 0, "pads": 1, "by_axis": always(True), "channels_last": always(True)}
    ),
    "RESIZE_BILINEAR": Use(
        sampling.resize,
        {"x": 0, "sizes": 1, "mode": always("bilinear"), "channels_last": always(True)},
    ),
    "RESIZE_NEAREST_NEIGHBOR": Use(
        sampling.resize,
        {"x": 0, "sizes": 1, "mode": always("nearest"), "channels_last": always(True)},
    ),
    "SPACE_TO_DEPTH": Use(
        sampling.reorganised, {"x": 0, "factor": "block_size", "channels_last": always(True)}
    ),
    "DEPTH_TO_SPACE": Use(
        sampling.shuffled, {"x": 0, "factor": "block_size", "channels_last": always(True)}
    ),
    "PRELU": Use(norms.prelu, {"x": 0, "slopes": 1}),
    "SHAPE": Use(constants.shape, X),
    **{name: Use(pointwise.same(record), X) for name, record in FUNCTIONS.items()},
    **{
        name: Use(constants.arithmetic(of, pointwise.binary(word)), {**XY, "act": act})
        for name, (word, of) in BINARY.items()
    },
    **{name: Use(pointwise.free, X) for name in ("QUANTIZE", "DEQUANTIZE", "CAST", "FAKE_QUANT")},
}


prepared = with_dilations


def find(call: Call) -> Use | None:
    """What an operator is; None for one that the table does not have."""
    if call.operator in (APART, TOGETHER):
        return Use(pointwise.free, X) if call.arguments.get(DILATED) else None
    return TABLE.get(call.operator) if act(call) else None
