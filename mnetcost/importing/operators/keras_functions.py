"""Functions of keras.ops in a model, and of TensorFlow in those of Keras 2: which rule each is.

Source: keras.io/api/ops, keras/src/ops/numpy.py and nn.py of Keras 3.15. A function is called with
values and with numbers among them; what else it is made with are arguments, as those of a layer.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from mnetcost.importing.model import Call
from mnetcost.importing.rules import joining, parts, pointwise, products, sampling, sliding, views
from mnetcost.importing.translation import Place, Use, Where, always, argument
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, MaxPool

ACTS = {
    "linear": "none",
    "relu": "relu",
    "relu6": "relu6",
    "leaky_relu": "leaky_relu",
    "elu": "elu",
    "celu": "celu",
    "selu": "selu",
    "sigmoid": "sigmoid",
    "hard_sigmoid": "hard_sigmoid",
    "log_sigmoid": "log_sigmoid",
    "tanh": "tanh",
    "hard_tanh": "hard_tanh",
    "softplus": "softplus",
    "softsign": "softsign",
    "mish": "mish",
    "silu": "swish",
    "swish": "swish",
    "hard_swish": "hard_swish",
    "hard_silu": "hard_swish",
    "gelu": "gelu",
    "exponential": "none",
}
SOFTMAX = {"softmax": activation.Softmax, "log_softmax": activation.LogSoftmax}
OPS, OLDER = "ops::", "TFOpLambda"  # of Keras 3; of Keras 2, where an argument has the name
OLDER_NAMES = {
    "__operators__.add": "Add",
    "math.add": "Add",
    "math.multiply": "Multiply",
    "math.subtract": "Subtract",
    "math.truediv": "TrueDivide",
    "nn.relu": "Relu",
    "nn.relu6": "Relu6",
    "nn.silu": "Silu",
    "nn.gelu": "Gelu",
    "nn.sigmoid": "Sigmoid",
    "math.sigmoid": "Sigmoid",
    "nn.softmax": "Softmax",
    "cast": "Cast",
}


def function_of(call: Call) -> str | None:
    """The function that a call is of, as keras.ops names it; None for a layer."""
    if call.operator == OLDER:
        name = str(call.arguments.get("function"))
        return OLDER_NAMES.get(name, f"tf.{name}")
    return call.operator.removeprefix(OPS) if call.operator.startswith(OPS) else None


def given(place: int, *words: str) -> Callable[[Call], Any]:
    """What a call is given at a place, or under a name: an input, or the argument itself.

    "%1" among the arguments of a call is the second of its inputs.
    """

    def found(call: Call) -> Any:
        named = {word: call.arguments.get(f"call.{word}") for word in words}
        inputs = [f"%{at}" for at in range(len(call.inputs))]
        others = [one for word, one in call.arguments.items() if word.startswith("call.")]
        args: Any = call.arguments.get("args", [one for one in inputs if one not in others])
        one = args[place] if place < len(args) else next(filter(_is_there, named.values()), None)
        return Place(one[1:]) if isinstance(one, str) and one in inputs else one

    return found


def _is_there(value: Any) -> bool:
    return value is not None


def _sections(call: Call) -> Any:
    """The sizes of the parts of a split that is said by where it cuts."""
    cuts: Any = call.arguments.get("indices_or_sections")
    return (*(b - a for a, b in pairwise((0, *cuts))), -1) if isinstance(cuts, tuple) else ()


def _count(call: Call) -> Any:
    found = call.arguments.get("indices_or_sections")
    return found if isinstance(found, int) else None


def _pads(call: Call) -> Any:
    """Begins of all axes, then ends, of a pair for each."""
    pairs: Any = call.arguments.get("pad_width")
    return (*(one[0] for one in pairs), *(one[-1] for one in pairs))


def _last(call: Call) -> bool:
    return call.arguments.get("data_format") != "channels_first"


X: Mapping[str, Where] = {"x": given(0, "x")}
XY: Mapping[str, Where] = {"x": given(0, "x1", "x"), "y": given(1, "x2", "y")}
POOL: Mapping[str, Where] = {
    **X,
    "kernel": "pool_size",
    "stride": "strides",
    "padding": "padding",
    "channels_last": _last,
}
VALUES: dict[str, Any] = {
    "Relu": activation.ReLU,
    "Relu6": activation.ReLU6,
    "LeakyRelu": activation.LeakyReLU,
    "Elu": activation.ELU,
    "Celu": activation.CELU,
    "Selu": activation.SELU,
    "Sigmoid": activation.Sigmoid,
    "HardSigmoid": activation.HardSigmoid,
    "LogSigmoid": activation.LogSigmoid,
    "Tanh": activation.Tanh,
    "HardTanh": activation.HardTanh,
    "Softplus": activation.Softplus,
    "SoftSign": activation.Softsign,
    "Silu": activation.Swish,
    "HardSilu": activation.HardSwish,
    "Mish": activation.Mish,
    "Gelu": activation.GELU,
    "Absolute": activation.Abs,
    "Square": activation.Square,
    "Softmax": activation.Softmax,
    "LogSoftmax": activation.LogSoftmax,
}
BINARY = {
    "Add": "add",
    "Subtract": "subtract",
    "Multiply": "multiply",
    "TrueDivide": "divide",
    "Divide": "divide",
    "Maximum": "maximum",
    "Minimum": "minimum",
}
FREE = ("Cast", "Exp", "Log", "Negative", "Power", "Reciprocal", "Rsqrt", "Sqrt", "StopGradient")
FUNCTIONS: dict[str, Use] = {
    "Reshape": Use(views.reshape, {**X, "sizes": "newshape", "zero_is_none": always(True)}),
    "Transpose": Use(views.permute, {**X, "order": "axes"}),
    "ExpandDims": Use(views.unsqueeze, {**X, "axes": "axis"}),
    "Squeeze": Use(views.squeeze, {**X, "axes": "axis"}),
    "Mean": Use(views.mean, {**X, "axes": "axis", "keep": argument("keepdims", False)}),
    "Concatenate": Use(joining.concat, {"axis": argument("axis", 0)}),
    "Split": Use(
        parts.split, {**X, "axis": argument("axis", 0), "sizes": _sections, "count": _count}
    ),
    "GetItem": Use(parts.indexed, {**X, "items": given(1, "key")}),
    "Matmul": Use(
        products.matmul,
        {"x": given(0, "x1"), "weight": given(1, "x2"), "transposed": always(False)},
    ),
    "Clip": Use(pointwise.clip, {**X, "low": "x_min", "high": "x_max"}),
    "Pad": Use(sampling.pad, {**X, "pads": _pads, "channels_last": always(True)}),
    "Resize": Use(
        sampling.resize,
        {**X, "sizes": "size", "mode": "interpolation", "channels_last": _last},
    ),
    "AveragePool": Use(sliding.pool(AvgPool), POOL),
    "MaxPool": Use(sliding.pool(MaxPool), POOL),
    **{name: Use(pointwise.same(record), X) for name, record in VALUES.items()},
    **{name: Use(pointwise.binary(word), XY) for name, word in BINARY.items()},
    **{name: Use(pointwise.free, X) for name in FREE},
}
