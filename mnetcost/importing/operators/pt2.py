"""PyTorch's aten operators, as `torch.export` writes them: which rule each is."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from mnetcost.importing.model import Call
from mnetcost.importing.rules import (
    constants,
    joining,
    norms,
    parts,
    pointwise,
    products,
    recorded,
    recurrent,
    sampling,
    sliding,
    views,
)
from mnetcost.importing.translation import Place, Use, Where, always
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from mnetcost.layers.structural import Dropout

X: Mapping[str, Where] = {"x": 0}
XY: Mapping[str, Where] = {"x": 0, "y": (1, "other")}
AXIS: Mapping[str, Where] = {"x": 0, "axis": "dim"}
WINDOW: Mapping[str, Where] = {
    "x": 0,
    "kernel": "kernel_size",
    "stride": "stride",
    "padding": "padding",
    "dilation": "dilation",
    "ceil": "ceil_mode",
}
CONV = {**WINDOW, "weight": 1, "bias": 2, "groups": "groups"}
NORM: Mapping[str, Where] = {"x": 0, "gamma": 1, "beta": 2}

RECURRENT: Mapping[str, Where] = {
    "x": 0,
    "state": 1,
    "memory": lambda call: Place(2) if call.arguments.get("hx") == 2 else None,
    "first": always(2),
    "count": "params",
    "directions": lambda call: 1 + bool(call.arguments.get("bidirectional")),
    "layers": "num_layers",
    "bias": "has_biases",
    "batch_first": "batch_first",
}


def _pads(call: Call) -> Any:
    """Pads come by axes from the last one, both ends of each; begins of these axes, then ends."""
    pads = call.arguments.get("pad")
    return (*pads[-2::-2], *pads[::-2]) if isinstance(pads, tuple) else None


PAD: Mapping[str, Where] = {"x": 0, "pads": _pads, "last_axes": always(True)}

FUNCTIONS: dict[str, Any] = {
    "relu": activation.ReLU,
    "relu6": activation.ReLU6,
    "leaky_relu": activation.LeakyReLU,
    "elu": activation.ELU,
    "celu": activation.CELU,
    "selu": activation.SELU,
    "sigmoid": activation.Sigmoid,
    "hardsigmoid": activation.HardSigmoid,
    "tanh": activation.Tanh,
    "softplus": activation.Softplus,
    "mish": activation.Mish,
    "hardswish": activation.HardSwish,
    "silu": activation.Swish,
    "gelu": activation.GELU,
    "abs": activation.Abs,
    "square": activation.Square,
    "log_sigmoid": activation.LogSigmoid,
    "glu": activation.GLU,
    "log_softmax": activation.LogSoftmax,
    "dropout": Dropout,
    "feature_dropout": Dropout,
}
BINARY: dict[str, tuple[str, Any]] = {
    "add": ("add", lambda a, b: a + b),
    "sub": ("subtract", lambda a, b: a - b),
    "mul": ("multiply", lambda a, b: a * b),
    "div": ("divide", constants.quotient),
    "maximum": ("maximum", max),
    "minimum": ("minimum", min),
}
FREE = (
    *("contiguous", "clone", "alias", "detach", "to", "_to_copy", "type_as", "sqrt", "rsqrt"),
    *("exp", "neg", "pow", "clamp_min", "masked_fill", "roll", "float", "requires_grad"),
)
RESIZE: Mapping[str, Where] = {
    "x": 0,
    "factors": ("scale_factors", "scales"),
    "sizes": ("output_size", "size"),
}


def _resize(mode: str) -> Use:
    return Use(sampling.resize, {**RESIZE, "mode": lambda call: mode})


TABLE: dict[str, Use] = {
    **{f"conv{n}d": Use(sliding.convolution, CONV) for n in (1, 2)},
    **{
        f"conv_transpose{n}d": Use(sliding.transposed, {**CONV, "output_padding": "output_padding"})
        for n in (1, 2)
    },
    **{f"max_pool{n}d": Use(sliding.pool(MaxPool), WINDOW) for n in (1, 2)},
    **{f"avg_pool{n}d": Use(sliding.pool(AvgPool), WINDOW) for n in (1, 2)},
    **{
        f"adaptive_avg_pool{n}d": Use(
            sliding.adaptive_pool(GlobalAvgPool), {"x": 0, "size": "output_size"}
        )
        for n in (1, 2)
    },
    **{
        f"adaptive_max_pool{n}d": Use(
            sliding.adaptive_pool(GlobalMaxPool), {"x": 0, "size": "output_size"}
        )
        for n in (1, 2)
    },
    "linear": Use(pointwise.dense, {"x": 0, "weight": 1, "bias": 2}),
    "addmm": Use(pointwise.dense, {"bias": 0, "x": 1, "weight": 2, "transposed": always(False)}),
    "matmul": Use(products.matmul, {"x": 0, "weight": 1, "transposed": always(False)}),
    "bmm": Use(products.matmul, {"x": 0, "weight": 1, "transposed": always(False)}),
    "scaled_dot_product_attention": Use(
        products.attention, {"x": 0, "keys": 1, "values": 2, "mask": 3}
    ),
    "batch_norm": Use(norms.batch_norm, NORM),
    "layer_norm": Use(norms.layer_norm, {**NORM, "normalized": "normalized_shape"}),
    "group_norm": Use(norms.group_norm, {**NORM, "groups": "num_groups"}),
    "instance_norm": Use(norms.instance_norm, NORM),
    "prelu": Use(norms.prelu, {"x": 0, "slopes": 1, "by_channel": always(True)}),
    "_prelu_kernel": Use(norms.prelu, {"x": 0, "slopes": 1}),
    "lstm": Use(recurrent.recurrent, {**RECURRENT, "kind": always("lstm"), "first": always(3)}),
    "gru": Use(recurrent.recurrent, {**RECURRENT, "kind": always("gru")}),
    "rnn_tanh": Use(recurrent.recurrent, {**RECURRENT, "kind": always("rnn")}),
    "rnn_relu": Use(recurrent.recurrent, {**RECURRENT, "kind": always("rnn")}),
    "hardtanh": Use(
        pointwise.clip,
        {
            "x": 0,
            "low": lambda call: call.arguments.get("min_val", -1),
            "high": lambda call: call.arguments.get("max_val", 1),
        },
    ),
    "clamp": Use(pointwise.clip, {"x": 0, "low": "min", "high": "max"}),
    "softmax": Use(pointwise.same(activation.Softmax), X),
    "permute": Use(views.permute, {"x": 0, "order": "dims"}),
    "transpose": Use(views.swapped, {"x": 0, "first": "dim0", "second": "dim1"}),
    "t": Use(views.permute, X),
    "view": Use(views.reshape, {"x": 0, "sizes": "size"}),
    "reshape": Use(views.reshape, {"x": 0, "sizes": "shape"}),
    "flatten": Use(views.flatten, {"x": 0, "first": "start_dim", "last": "end_dim"}),
    "squeeze": Use(views.squeeze, {"x": 0, "axes": "dim"}),
    "unsqueeze": Use(views.unsqueeze, {"x": 0, "axes": "dim"}),
    "mean": Use(views.mean, {"x": 0, "axes": "dim", "keep": "keepdim"}),
    "cat": Use(joining.concat, {"axis": "dim"}),
    "chunk": Use(parts.split, {**AXIS, "count": "chunks"}),
    "split": Use(
        parts.split, {**AXIS, "sizes": ("split_size", "split_sizes"), "one_size": always(True)}
    ),
    "split_with_sizes": Use(parts.split, {**AXIS, "sizes": "split_sizes"}),
    "unbind": Use(parts.unbind, AXIS),
    "select": Use(parts.select, {**AXIS, "index": "index"}),
    "slice": Use(parts.cut, {**AXIS, "start": "start", "end": "end", "step": "step"}),
    "expand_as": Use(pointwise.free, X),
    "expand": Use(views.expand, {"x": 0, "sizes": "size"}),
    "pad": Use(sampling.pad, PAD),
    "constant_pad_nd": Use(sampling.pad, PAD),
    "pixel_shuffle": Use(sampling.shuffled, {"x": 0, "factor": "upscale_factor"}),
    "pixel_unshuffle": Use(sampling.reorganised, {"x": 0, "factor": "downscale_factor"}),
    "upsample_nearest2d": _resize("nearest"),
    "upsample_bilinear2d": _resize("bilinear"),
    "upsample_bicubic2d": _resize("bicubic"),
    **{name: Use(pointwise.same(record), X) for name, record in FUNCTIONS.items()},
    **{
        name: Use(constants.arithmetic(of, pointwise.binary(word)), XY)
        for name, (word, of) in BINARY.items()
    },
    **{name: Use(pointwise.free, X) for name in FREE},
}


@cache
def plain(operator: str) -> str:
    """`add` of "aten.add_.Tensor": no overload, and no mark of what is done in place."""
    name = operator.removeprefix("aten.").partition(".")[0]
    return name.rstrip("_") if not name.startswith("_") else name


def find(call: Call) -> Use | None:
    """What an operator is; None for one that the table does not have."""
    return TABLE.get(plain(call.operator)) if call.operator.startswith("aten.") else None


RECORDED: dict[str, recorded.Recorded] = {
    **{f"conv{n}d": recorded.convolution for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": recorded.transposed for n in (1, 2, 3)},
    "linear": recorded.dense,
    **dict.fromkeys(("matmul", "bmm", "mm", "mv"), recorded.product),
    "scaled_dot_product_attention": recorded.attention,
    "einsum": recorded.einsum,
}
UNKNOWN = {  # they multiply and accumulate in ways of their own
    *("addmm", "addbmm", "baddbmm", "addmv", "bilinear", "cdist", "dot", "tensordot", "outer"),
    *("lstm", "gru", "rnn_tanh", "rnn_relu", "lstm_cell", "gru_cell", "convolution", "conv_tbc"),
    *("chain_matmul", "linalg_matmul", "linalg_multi_dot", "matrix_exp", "kron", "trilinear"),
}
UNTOLD = ("_scaled", "_native", "_thnn", "_cdist", "_efficient", "_flash", "_fused", "_convolution")


def record(call: Call) -> recorded.Recorded | None:
    """What counts a call by its shapes; None where nothing does. Other aten operators cost none."""
    name = plain(call.operator)
    if not call.operator.startswith("aten.") or name in UNKNOWN or name.startswith(UNTOLD):
        return None
    return RECORDED.get(name, recorded.nothing)
