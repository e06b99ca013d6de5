"""Caffe's layers: which rule each is. github.com/BVLC/caffe, src/caffe/proto/caffe.proto.

Arguments are those of the layer's own messages. SSD's layers are of weiliu89/caffe.
"""

from collections.abc import Callable
from typing import Any

from mnetcost.importing.model import Call, Source
from mnetcost.importing.operators.arguments import unread
from mnetcost.importing.rules import (
    joining,
    local,
    norms,
    parts,
    pointwise,
    sampling,
    sliding,
    views,
)
from mnetcost.importing.translation import Use, Where, always, argument
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, MaxPool
from mnetcost.layers.structural import Dropout


def sides(word: str, value: int, short: str = "") -> Callable[[Call], Any]:
    """Height and width: of one argument, or of two that end in _h and _w."""

    def found(call: Call) -> Any:
        one = call.arguments.get(word, value)
        pair = one if isinstance(one, tuple) else (one,)
        height = call.arguments.get(f"{short or word}_h", pair[0])
        return height, call.arguments.get(f"{short or word}_w", pair[-1])

    return found


def _shared(call: Call) -> Any:
    """Layers whose first weights bear one name share them."""
    names = call.arguments.get("shared", ())
    return names[0] if isinstance(names, tuple) and names else None


CONV: dict[str, Where] = {
    "x": 0,
    "filters": "num_output",
    "kernel": sides("kernel_size", 1, "kernel"),
    "stride": sides("stride", 1),
    "padding": sides("pad", 0),
    "dilation": lambda call: call.arguments.get("dilation", call.arguments.get("hole", 1)),
    "groups": argument("group", 1),
    "bias": argument("bias_term", True),
    "shared": _shared,
}
# A filter a channel, whether it says so or not.
DEPTHWISE: dict[str, Where] = {
    **CONV,
    "groups": lambda call: call.arguments.get("group", call.arguments.get("num_output")),
}
POOL: dict[str, Where] = {
    "x": 0,
    "kernel": sides("kernel_size", 1, "kernel"),
    "stride": sides("stride", 1),
    "padding": sides("pad", 0),
    "ceil": lambda call: (
        call.arguments.get("round_mode", "CEIL") in ("CEIL", 0)
        and call.arguments.get("ceil_mode", True)
    ),
    "global": argument("global_pooling", False),
    "flag": lambda call: call.arguments.get("pool", "MAX") in ("AVE", 1),
}
WINDOW = "kernel_size kernel_h kernel_w stride stride_h stride_w pad pad_h pad_w engine"
WEIGHTS = "num_output bias_term weight_filler bias_filler engine shared"
# Fields of the layers whose sides or weights they say: those that are read, or change nothing.
FIELDS = {
    **dict.fromkeys(
        ("Convolution", "ConvolutionDepthwise", "DepthwiseConvolution", "Deconvolution"),
        f"{WINDOW} {WEIGHTS} dilation hole group force_nd_im2col",
    ),
    "Pooling": f"{WINDOW} pool global_pooling round_mode ceil_mode",
    "InnerProduct": f"{WEIGHTS} axis transpose",
    "Reshape": "shape",
}
JOINED = {"SUM": "add", "PROD": "multiply", "MAX": "maximum", 1: "add", 0: "multiply", 2: "maximum"}
MEASURES = (
    *("Accuracy", "EuclideanLoss", "HingeLoss", "MultinomialLogisticLoss", "MultiBoxLoss"),
    "InfogainLoss",
)
TOLD_BY_LABELS = {*MEASURES, "SoftmaxWithLoss", "SigmoidCrossEntropyLoss"}
FUNCTIONS: dict[str, Any] = {
    "Sigmoid": activation.Sigmoid,
    "TanH": activation.Tanh,
    "ELU": activation.ELU,
    "AbsVal": activation.Abs,
    "BNLL": activation.Softplus,
    "Swish": activation.Swish,
    "ReLU6": activation.ReLU6,
    "Softmax": activation.Softmax,
    "Dropout": Dropout,
}


def _reshaped(call: Call) -> Any:
    """The sizes of a reshape, a message or a list of them."""
    found = call.arguments.get("shape.dim")
    return found if isinstance(found, tuple) else (found,)


def _points(call: Call) -> Any:
    """Where a slice cuts, as the sizes of its parts; without points they are equal."""
    points = call.arguments.get("slice_point", ())
    points = points if isinstance(points, tuple) else (points,)
    cuts = [one for one in points if isinstance(one, int)]
    return (*(b - a for a, b in zip([0, *cuts], cuts)), -1) if cuts else ()


def _priors(call: Call) -> int:
    """Boxes a position: of each least size a square, its ratios both ways, one of each largest."""
    least, most, ratios = (
        _listed(call.arguments.get(word)) for word in ("min_size", "max_size", "aspect_ratio")
    )
    flipped = 2 if call.arguments.get("flip", True) else 1
    return len(least) * (1 + len(set(ratios) - {1}) * flipped) + len(most)


def _listed(value: Any) -> tuple[Any, ...]:
    if isinstance(value, tuple):
        return value
    return () if value is None else (value,)


TABLE: dict[str, Use] = {
    "Convolution": Use(sliding.written_convolution, CONV),
    "ConvolutionDepthwise": Use(sliding.written_convolution, DEPTHWISE),
    "DepthwiseConvolution": Use(sliding.written_convolution, DEPTHWISE),
    "Deconvolution": Use(sliding.written_transposed, CONV),
    "InnerProduct": Use(
        pointwise.written_dense,
        {
            "x": 0,
            "filters": "num_output",
            "bias": argument("bias_term", True),
            "first": argument("axis", 1),
            "shared": _shared,
        },
    ),
    "Pooling": Use(pointwise.chosen(sliding.pool(AvgPool), sliding.pool(MaxPool)), POOL),
    "BatchNorm": Use(
        norms.batch_norm,
        {"x": 0, **dict.fromkeys(("gamma", "beta"), argument("scale_bias", False))},
    ),
    "BN": Use(norms.batch_norm, {"x": 0, **dict.fromkeys(("gamma", "beta"), always(True))}),
    "Scale": Use(
        pointwise.chosen(norms.scaled, norms.scale),
        {
            "x": 0,
            "flag": lambda call: len(call.inputs) > 1,
            "y": 1,
            "axis": argument("axis", 1),
            "axes": argument("num_axes", 1),
            "bias": argument("bias_term", False),
        },
    ),
    "Axpy": Use(norms.scaled, {"y": 0, "x": 1, "added": 2, "axis": always(0)}),
    "Normalize": Use(
        norms.l2_norm,
        {
            "x": 0,
            "over_all": argument("across_spatial", True),
            "one_scale": argument("channel_shared", True),
        },
    ),
    "Interp": Use(
        sampling.interpolated,
        {
            "x": 0,
            **{word: word for word in ("height", "width", "shrink_factor", "zoom_factor")},
            "begin": argument("pad_beg", 0),
            "end": argument("pad_end", 0),
        },
    ),
    "Upsample": Use(
        local.unpooled,
        {
            "x": 0,
            "factor": argument("scale", 2),
            "height": "upsample_h",
            "width": "upsample_w",
        },
    ),
    "Crop": Use(parts.cropped_like, {"x": 0, "like": 1, "axis": argument("axis", 2)}),
    "LRN": Use(norms.local_response_norm, {"x": 0, "size": argument("local_size", 5)}),
    "ReLU": Use(
        pointwise.by_flag(activation.LeakyReLU, activation.ReLU),
        {"x": 0, "flag": argument("negative_slope", 0)},
    ),
    "PReLU": Use(
        pointwise.by_flag(lambda: activation.PReLU(slopes="one"), activation.PReLU),
        {"x": 0, "flag": argument("channel_shared", False)},
    ),
    "Permute": Use(views.permute, {"x": 0, "order": "order"}),
    "Flatten": Use(
        views.flatten, {"x": 0, "first": argument("axis", 1), "last": argument("end_axis", -1)}
    ),
    "Reshape": Use(views.reshape, {"x": 0, "sizes": _reshaped}),
    "Concat": Use(joining.concat, {"axis": lambda call: _concat_axis(call)}),
    "Slice": Use(
        parts.split,
        {
            "x": 0,
            "axis": lambda call: call.arguments.get("axis", call.arguments.get("slice_dim", 1)),
            "sizes": _points,
        },
    ),
    "Split": Use(joining.copies, {"x": 0}),
    "ShuffleChannel": Use(views.shuffle, {"x": 0, "groups": argument("group", 1)}),
    "PriorBox": Use(joining.prior_box, {"x": 0, "priors": _priors}),
    "DetectionOutput": Use(joining.detections, {"keep": argument("keep_top_k", 100)}),
    "SoftmaxWithLoss": Use(pointwise.same(activation.Softmax), {"x": 0}),
    "SigmoidCrossEntropyLoss": Use(pointwise.same(activation.Sigmoid), {"x": 0}),
    **{name: Use(joining.ends, {}) for name in (*MEASURES, "Silence")},
    **{name: Use(pointwise.free, {"x": 0}) for name in ("Power", "Exp", "Log", "Threshold")},
    **{name: Use(pointwise.same(record), {"x": 0}) for name, record in FUNCTIONS.items()},
}


def _concat_axis(call: Call) -> Any:
    return call.arguments.get("axis", call.arguments.get("concat_dim", 1))


def prepared(source: Source) -> Source:
    """The model without labels: losses and measures of them read what the network answers alone."""
    calls = tuple(
        call._replace(inputs=tuple(one for one in call.inputs if one not in source.inputs))
        if call.operator in TOLD_BY_LABELS
        else call
        for call in source.calls
    )
    return source._replace(calls=calls)


def find(call: Call) -> Use | None:
    """What a layer is; None for one that the table does not have."""
    if call.operator == "Eltwise":
        word = JOINED.get(call.arguments.get("operation", "SUM"))
        return Use(pointwise.joined_by(word), {}) if word else None
    first = 0 if call.operator == "Reshape" else 1
    return unread(call, FIELDS, {"axis": (first,), "num_axes": (-1,)}) or TABLE.get(call.operator)
