"""ONNX operators: which rule each is, and where its arguments stand. onnx.ai/onnx/operators."""

from collections.abc import Collection, Mapping
from typing import Any

from mnetcost.importing.formats.onnx import UNNAMED
from mnetcost.importing.model import Argument, Call
from mnetcost.importing.operators.arguments import unread
from mnetcost.importing.rules import (
    constants,
    joining,
    norms,
    outlines,
    parts,
    pointwise,
    products,
    recorded,
    recurrent,
    sampling,
    sliding,
    views,
)
from mnetcost.importing.translation import Use, Where, always, argument
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from mnetcost.layers.structural import Dropout

WINDOW: Mapping[str, Where] = {
    "stride": "strides",
    "padding": "pads",
    "padding_word": "auto_pad",
    "dilation": "dilations",
    "kernel": "kernel_shape",
}
CONV = {**WINDOW, "x": 0, "weight": 1, "bias": 2, "groups": "group"}
DECONV = {**CONV, "output_padding": "output_padding", "output_shape": "output_shape"}
POOL = {**WINDOW, "x": 0, "ceil": "ceil_mode", "stride_is_one": always(True)}
SLICE: Mapping[str, Where] = {
    "x": 0,
    "starts": ("starts", 1),
    "ends": ("ends", 2),
    "axes": ("axes", 3),
    "steps": 4,
}
AXES: Mapping[str, Where] = {"x": 0, "axes": ("axes", 1)}  # an argument of older operator sets
NORM: Mapping[str, Where] = {"x": 0, "gamma": 1, "beta": 2, "mean": 3, "variance": 4}
X: Mapping[str, Where] = {"x": 0}
REDUCED = {**AXES, "keep": argument("keepdims", 1)}
XY: Mapping[str, Where] = {"x": 0, "y": 1}

RECURRENT: Mapping[str, Where] = {
    "x": 0,
    "first": always(1),
    "count": always(3),
    "bias": 3,
    "state": 5,
    "memory": 6,
    "directions": lambda call: 1 + (call.arguments.get("direction") == "bidirectional"),
    "batch_first": "layout",
    "of_code": always(UNNAMED.fullmatch),
    "ways_apart": always(True),
    "unknown": lambda call: any(call.inputs[7:]),  # peepholes
}


def _same(record: Any) -> Use:
    return Use(pointwise.same(record), X)


FUNCTIONS: dict[str, Any] = {
    "Relu": activation.ReLU,
    "LeakyRelu": activation.LeakyReLU,
    "Elu": activation.ELU,
    "Celu": activation.CELU,
    "Selu": activation.SELU,
    "Sigmoid": activation.Sigmoid,
    "HardSigmoid": activation.HardSigmoid,
    "Tanh": activation.Tanh,
    "Softplus": activation.Softplus,
    "Softsign": activation.Softsign,
    "Mish": activation.Mish,
    "HardSwish": activation.HardSwish,
    "Swish": activation.Swish,
    "Gelu": activation.GELU,
    "Abs": activation.Abs,
    "LogSoftmax": activation.LogSoftmax,
    "Dropout": Dropout,
}
BINARY: dict[str, tuple[str, Any]] = {
    "Add": ("add", lambda a, b: a + b),
    "Sub": ("subtract", lambda a, b: a - b),
    "Mul": ("multiply", lambda a, b: a * b),
    "Div": ("divide", constants.quotient),
    "Max": ("maximum", max),
    "Min": ("minimum", min),
}
NUMBERS: dict[str, Any] = {  # on numbers alone, as in chains of shapes
    "Equal": lambda a, b: int(a == b),
    "Less": lambda a, b: int(a < b),
    "Greater": lambda a, b: int(a > b),
    "Mod": lambda a, b: a % b,
}
REDUCE = ("ReduceSum", "ReduceL1", "ReduceL2", "ReduceMax", "ReduceMin", "ReduceProd")
FREE = (
    *("Erf", "Sqrt", "Exp", "Neg", "Reciprocal", "Floor", "Ceil", "Pow", "Log", "Sin", "Cos"),
    *("Not", "Round", "Sign"),
)

COSTLESS = """
    Acos Acosh And ArgMax ArgMin Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr
    BitwiseXor Bernoulli CastLike CenterCropPad Col2Im Compress Constant Cos Cosh CumSum
    DepthToSpace DequantizeLinear DynamicQuantizeLinear Equal EyeLike GatherElements GatherND
    Greater GreaterOrEqual HannWindow Hardmax IsInf IsNaN Less LessOrEqual LpNormalization
    LpPool MaxUnpool MeanVarianceNormalization Mod Multinomial NonZero Not OneHot Or
    QuantizeLinear RandomNormal RandomNormalLike RandomUniform RandomUniformLike
    RMSNormalization ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMin
    ReduceProd ReduceSum ReduceSumSquare ReverseSequence Round ScatterElements ScatterND Shrink
    Sign Sin Sinh Size SpaceToDepth Sum Tan ThresholdedRelu Tile TopK Trilu Unique Where Xor
"""  # of what an operator does, none is a product of matrices

TABLE: dict[str, Use] = {
    "Conv": Use(sliding.convolution, CONV, outlines.convolved),
    "ConvTranspose": Use(sliding.transposed, DECONV),
    "MaxPool": Use(sliding.pool(MaxPool), POOL),
    "AveragePool": Use(sliding.pool(AvgPool), POOL),
    "GlobalAveragePool": Use(sliding.global_pool(GlobalAvgPool), X),
    "GlobalMaxPool": Use(sliding.global_pool(GlobalMaxPool), X),
    "Resize": Use(sampling.resize, {"x": 0, "factors": 2, "sizes": 3, "mode": "mode"}),
    "Upsample": Use(sampling.resize, {"x": 0, "factors": 1, "mode": "mode"}),
    "DepthToSpace": Use(sampling.shuffled, {"x": 0, "factor": "blocksize"}),
    "SpaceToDepth": Use(sampling.reorganised, {"x": 0, "factor": "blocksize"}),
    "Pad": Use(sampling.pad, {"x": 0, "pads": ("pads", 1)}),
    "Gemm": Use(
        pointwise.dense,
        {
            "x": 0,
            "weight": 1,
            "bias": 2,
            "transposed": argument("transB", 0),
            "turned": "transA",
        },
    ),
    "MatMul": Use(
        products.matmul, {"x": 0, "weight": 1, "transposed": always(False)}, outlines.product
    ),
    **{
        name: Use(recurrent.recurrent, {**RECURRENT, "kind": always(name.lower())})
        for name in ("LSTM", "GRU", "RNN")
    },
    "BatchNormalization": Use(norms.batch_norm, NORM, outlines.kept),
    "LayerNormalization": Use(norms.layer_norm, {**NORM, "axis": "axis"}),
    "GroupNormalization": Use(norms.group_norm, {**NORM, "groups": "num_groups"}),
    "InstanceNormalization": Use(norms.instance_norm, NORM, outlines.kept),
    "PRelu": Use(norms.prelu, {"x": 0, "slopes": 1}),
    "LRN": Use(norms.local_response_norm, {"x": 0, "size": "size"}),
    "Clip": Use(pointwise.clip, {"x": 0, "low": ("min", 1), "high": ("max", 2)}),
    "Softmax": _same(activation.Softmax),
    "Transpose": Use(views.permute, {"x": 0, "order": "perm"}, outlines.permuted),
    "Reshape": Use(
        views.reshape, {"x": 0, "sizes": 1, "zero_is_none": "allowzero"}, outlines.regrouped
    ),
    "Flatten": Use(views.flatten_in_two, {"x": 0, "axis": "axis"}),
    "Concat": Use(joining.concat, {"axis": "axis"}, outlines.joined),
    "Split": Use(
        parts.split,
        {"x": 0, "axis": "axis", "sizes": ("split", 1), "count": "num_outputs"},
        outlines.split,
    ),
    "Slice": Use(parts.cut_each, SLICE, outlines.cut_each),
    "Gather": Use(parts.taken, {"x": 0, "places": 1, "axis": "axis"}, outlines.taken),
    "Expand": Use(views.expand, {"x": 0, "sizes": 1}, outlines.expanded),
    "Tile": Use(views.repeated, {"x": 0, "times": 1}, outlines.tiled),
    "CumSum": Use(pointwise.free, X, outlines.kept),
    "Squeeze": Use(views.squeeze, AXES),
    "Unsqueeze": Use(views.unsqueeze, AXES),
    "ReduceMean": Use(views.mean, REDUCED, outlines.reduced),
    **{name: Use(views.unsaid, REDUCED, outlines.reduced) for name in REDUCE},
    "Identity": Use(pointwise.named, X),
    "Shape": Use(constants.shape, X),
    "Cast": Use(constants.cast, {"x": 0, "to": "to"}),
    "ConstantOfShape": Use(constants.filled, {"shape": 0, "value": "value"}),
    "Where": Use(constants.chosen, {"where": 0, "x": 1, "y": 2}, outlines.fitted),
    "Range": Use(constants.counted, {"start": 0, "limit": 1, "step": 2}),
    **{name: _same(record) for name, record in FUNCTIONS.items()},
    **{
        name: Use(constants.arithmetic(of, pointwise.binary(word)), XY, outlines.fitted)
        for name, (word, of) in BINARY.items()
    },
    **{
        name: Use(constants.arithmetic(of, views.unsaid), XY, outlines.fitted)
        for name, of in NUMBERS.items()
    },
    **{name: Use(pointwise.free, X) for name in FREE},
}


WINDOWED = "auto_pad dilations kernel_shape pads strides"
POOLED = f"{WINDOWED} ceil_mode count_include_pad storage_order"
# Attributes of the operators whose sides or weights they say: those that are read, or change none.
ATTRIBUTES = {
    "Conv": f"{WINDOWED} group",
    "ConvTranspose": f"{WINDOWED} group output_padding output_shape",
    "MaxPool": POOLED,
    "AveragePool": POOLED,
    "Gemm": "alpha beta transA transB broadcast",
    "Reshape": "allowzero",
    "Resize": "antialias cubic_coeff_a exclude_outside extrapolation_value mode nearest_mode",
    "Upsample": "mode",
    **dict.fromkeys(("DepthToSpace", "SpaceToDepth"), "blocksize mode"),
}
# Values of others at which the sides are what a rule makes them.
NEUTRAL: Mapping[str, Collection[Argument]] = {
    "keep_aspect_ratio_policy": ("stretch",),
    "axes": ((2, 3), (-2, -1), (0, 1, 2, 3)),
    "coordinate_transformation_mode": (
        *("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "tf_half_pixel_for_nn"),
        *("align_corners", "asymmetric"),
    ),
}


RECORDED: dict[str, recorded.Recorded | None] = {
    **dict.fromkeys((*TABLE, *COSTLESS.split()), recorded.nothing),
    **dict.fromkeys(("LSTM", "GRU", "RNN")),
    "Conv": recorded.convolution,
    "ConvTranspose": recorded.transposed,
    "Gemm": recorded.gemm,
    "MatMul": recorded.product,
    "Einsum": recorded.einsum,
}


def record(call: Call) -> recorded.Recorded | None:
    """What counts a call by its shapes; None where nothing does."""
    return RECORDED.get(call.operator)


def find(call: Call) -> Use | None:
    """What an operator is; None for one that the table does not have."""
    return unread(call, ATTRIBUTES, NEUTRAL) or TABLE.get(call.operator)
