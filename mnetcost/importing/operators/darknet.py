"""Darknet's sections: which rule each is. github.com/AlexeyAB/darknet, src/parser.c."""

from typing import Any

from mnetcost.importing.model import Call
from mnetcost.importing.rules import joining, pointwise, sliding
from mnetcost.importing.translation import Use, always, argument
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, GlobalAvgPool, MaxPool

ACTS = {
    "linear": "none",
    "relu": "relu",
    "relu6": "relu6",
    "leaky": "leaky_relu",
    "logistic": "sigmoid",
    "mish": "mish",
    "swish": "swish",
    "elu": "elu",
    "selu": "selu",
    "tanh": "tanh",
    "gelu": "gelu",
    "hard_mish": "mish",
}


def act(call: Call) -> str | None:
    """The activation of a section; Darknet's default is the logistic function."""
    return ACTS.get(str(call.arguments.get("activation", "logistic")))


def _padding(call: Call) -> Any:
    """`pad=1` is half of the size, rounded down; else `padding` px."""
    if call.arguments.get("pad"):
        return _whole(call, "size", 1) // 2
    return _whole(call, "padding", 0)


def _whole(call: Call, word: str, default: int) -> int:
    found = call.arguments.get(word, default)
    return found if isinstance(found, int) else default


def _pool_ends(call: Call) -> tuple[int, int, int, int]:
    """`padding` px in all, size - 1 unless written: half of it before the map, rounded down."""
    size = _whole(call, "size", _whole(call, "stride", 1))
    padding = _whole(call, "padding", size - 1)
    before, behind = padding // 2, padding - padding // 2
    return before, before, behind, behind


TABLE: dict[str, Use] = {
    "convolutional": Use(
        sliding.written_convolution,
        {
            "x": 0,
            "filters": argument("filters", 1),
            "kernel": argument("size", 1),
            "stride": argument("stride", 1),
            "dilation": argument("dilation", 1),
            "groups": argument("groups", 1),
            "padding": _padding,
            "bias": lambda call: not call.arguments.get("batch_normalize"),
            "norm": lambda call: "batch" if call.arguments.get("batch_normalize") else "none",
            "act": act,
        },
    ),
    "connected": Use(
        pointwise.written_dense,
        {
            "x": 0,
            "filters": argument("output", 1),
            "flat": always(True),
            "bias": lambda call: not call.arguments.get("batch_normalize"),
            "norm": lambda call: "batch" if call.arguments.get("batch_normalize") else "none",
            "act": act,
        },
    ),
    "maxpool": Use(
        sliding.pool(MaxPool),
        {
            "x": 0,
            "kernel": lambda call: _whole(call, "size", _whole(call, "stride", 1)),
            "stride": argument("stride", 1),
            "padding": _pool_ends,
        },
    ),
    "local_avgpool": Use(
        sliding.pool(AvgPool),
        {
            "x": 0,
            "kernel": lambda call: _whole(call, "size", _whole(call, "stride", 1)),
            "stride": argument("stride", 1),
            "padding": _pool_ends,
        },
    ),
    "avgpool": Use(sliding.global_pool(GlobalAvgPool), {"x": 0}),
    "upsample": Use(
        sliding.resize, {"x": 0, "factors": argument("stride", 2), "mode": always("nearest")}
    ),
    "route": Use(
        joining.route,
        {"groups": argument("groups", 1), "part": argument("group_id", 0), "axis": always(1)},
    ),
    "shortcut": Use(pointwise.joined_by("add"), {"act": act}),
    "scale_channels": Use(pointwise.binary("multiply"), {"x": 0, "y": 1}),
    "sam": Use(pointwise.binary("multiply"), {"x": 0, "y": 1}),
    "reorg": Use(sliding.reorganised, {"x": 0, "factor": argument("stride", 2)}),
    "reorg3d": Use(sliding.reorganised, {"x": 0, "factor": argument("stride", 2)}),
    "softmax": Use(pointwise.same(activation.Softmax), {"x": 0}),
    **{
        name: Use(pointwise.free, {"x": 0})
        for name in ("cost", "dropout", "yolo", "region", "Gaussian_yolo", "detection")
    },
}


def find(call: Call) -> Use | None:
    """What a section is; None for one that the table does not have."""
    if call.operator in ("convolutional", "connected", "shortcut") and act(call) is None:
        return None
    return TABLE.get(call.operator)
