"""Keras' layers: which rule each is. keras.io/api/layers."""

from collections.abc import Mapping
from typing import Any

from mnetcost.importing.model import Call
from mnetcost.importing.operators.arguments import refusing
from mnetcost.importing.operators.keras_functions import (
    ACTS,
    FUNCTIONS,
    SOFTMAX,
    function_of,
    given,
)
from mnetcost.importing.rules import (
    joining,
    norms,
    parts,
    pointwise,
    products,
    recurrent,
    sampling,
    sliding,
    views,
)
from mnetcost.importing.translation import Use, Where, always, argument
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, GlobalAvgPool, GlobalMaxPool, MaxPool
from mnetcost.layers.structural import Dropout


def last(call: Call) -> bool:
    """Whether channels are the last axis: Keras' default."""
    return call.arguments.get("data_format") != "channels_first"


def act(call: Call) -> Any:
    """What rides on a layer; a softmax is a layer behind it."""
    word = call.arguments.get("activation") or "linear"
    return "none" if word in SOFTMAX else ACTS.get(str(word))


def _after(call: Call) -> Any:
    return SOFTMAX.get(str(call.arguments.get("activation")))


def layer_name(call: Call) -> Any:
    """Which layer's weights a call uses: from its second call on a layer says its own name."""
    return call.arguments.get("weights", call.name)


CONV: dict[str, Where] = {
    "x": 0,
    "filters": "filters",
    "kernel": "kernel_size",
    "stride": "strides",
    "padding": "padding",
    "dilation": "dilation_rate",
    "groups": argument("groups", 1),
    "bias": argument("use_bias", True),
    "act": act,
    "after": _after,
    "channels_last": last,
    "shared": layer_name,
}


def _output_padding(call: Call) -> Any:
    """Px that windows smaller than the stride leave: unpadded maps have a stride a position too.

    Source: Keras 3, src/backend/common/backend_utils.py.
    """
    if call.arguments.get("padding") == "same":
        return 0
    sides = (_two(call.arguments.get(w, 1)) for w in ("kernel_size", "strides", "dilation_rate"))
    return tuple(max(s - d * (k - 1) - 1, 0) for k, s, d in zip(*sides))


def _two(found: Any) -> tuple[Any, Any]:
    """Height and width of an argument that may be one number."""
    return (found[0], found[-1]) if isinstance(found, tuple) else (found, found)


BY_CHANNEL: dict[str, Where] = {**CONV, "multiplier": argument("depth_multiplier", 1)}
POOL: dict[str, Where] = {
    "x": 0,
    "kernel": "pool_size",
    "stride": "strides",
    "padding": "padding",
    "channels_last": last,
}
GLOBAL: dict[str, Where] = {
    "x": 0,
    "keep": argument("keepdims", False),
    "channels_last": last,
}


def _pads(call: Call) -> Any:
    """Begins of all axes, then ends, of ((top, bottom), (left, right))."""
    pads: Any = call.arguments.get("padding")
    if not isinstance(pads, tuple):
        pads = (pads, pads)
    if call.operator == "ZeroPadding1D":
        begins, ends = [pads[0]], [pads[-1]]
    else:
        pairs = [one if isinstance(one, tuple) else (one, one) for one in pads]
        begins, ends = [one[0] for one in pairs], [one[-1] for one in pairs]
    if last(call):
        return (0, *begins, 0, 0, *ends, 0)
    return (0, 0, *begins, 0, 0, *ends)


def _cropped(call: Call) -> Any:
    """What is cut off at the top, the bottom, the left and the right."""
    found: Any = call.arguments.get("cropping")
    pairs = found if isinstance(found, tuple) else (found, found)
    return tuple(end for one in pairs for end in (one if isinstance(one, tuple) else (one, one)))


def _relu(call: Call) -> Any:
    most, slope = call.arguments.get("max_value"), call.arguments.get("negative_slope")
    if slope:
        return activation.LeakyReLU
    return {None: activation.ReLU, 6: activation.ReLU6}.get(most)  # type: ignore[arg-type]


def _order(call: Call) -> Any:
    dims: Any = call.arguments.get("dims", ())
    return (0, *dims)


def _target(call: Call) -> Any:
    shape: Any = call.arguments.get("target_shape", ())
    return (-1, *shape) if -1 not in shape else (1, *shape)


VALUES: dict[str, Any] = {
    "LeakyReLU": activation.LeakyReLU,
    "ELU": activation.ELU,
    "Softmax": activation.Softmax,
    **dict.fromkeys(
        (
            *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "AlphaDropout"),
            *("GaussianDropout", "GaussianNoise", "StochasticDepth"),
        ),
        Dropout,
    ),
}
BESIDE = ("output_padding", "lora_rank")  # what no layer has, unless it is None
JOINED = {
    "Add": "add",
    "Average": "add",
    "CustomScaleLayer": "add",  # of Inception-ResNet: x + y·a
    "Multiply": "multiply",
    "Subtract": "subtract",
    "Maximum": "maximum",
    "Minimum": "minimum",
}
X: Mapping[str, Where] = {"x": 0}
ATTENTION: Mapping[str, Where] = {
    "queries": given(0, "query"),
    "values": given(1, "value"),
    "keys": given(2, "key"),
    "filters": "output_shape",
    "bias": argument("use_bias", True),
    "over": "attention_axes",
    "unknown": lambda call: bool(
        call.arguments.get("use_gate") or call.arguments.get("sliding_window")
    ),
    "shared": layer_name,
}
CELLS = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "rnn"}


def _of_cells(word: str, default: Any = None) -> Any:
    """An argument of a recurrent layer, of the one that it has both ways, or of its cell."""

    def found(call: Call) -> Any:
        names = (f"{held}{word}" for held in ("", "layer.", "cell.", "layer.cell."))
        return next((call.arguments[one] for one in names if one in call.arguments), default)

    return found


def _cells(call: Call) -> Any:
    name = _of_cells("cell")(call) or call.arguments.get("layer") or call.operator
    return CELLS.get(str(name).removesuffix("Cell"))


def _biases(call: Call) -> int:
    """One for each gate; two of a GRU that resets after its product."""
    after = _cells(call) == "gru" and _of_cells("reset_after", True)(call)
    return (1 + bool(after)) * bool(_of_cells("use_bias", True)(call))


RECURRENT: Mapping[str, Where] = {
    "x": 0,
    "kind": _cells,
    "filters": _of_cells("units"),
    "biases": _biases,
    "bidirectional": lambda call: call.operator == "Bidirectional",
    "sequence": _of_cells("return_sequences", False),
    "unknown": lambda call: (
        call.operator == "Bidirectional"
        and (call.arguments.get("merge_mode") != "concat" or "backward_layer" in call.arguments)
    ),
    "shared": layer_name,
}
NORM: Mapping[str, Where] = {
    "x": 0,
    "shared": layer_name,
    "axis": argument("axis", -1),
    "gamma": argument("scale", True),
    "beta": argument("center", True),
}
TABLE: dict[str, Use] = {
    **{name: Use(sliding.written_convolution, CONV) for name in ("Conv1D", "Conv2D")},
    **{
        name: Use(sliding.written_convolution, BY_CHANNEL)
        for name in ("DepthwiseConv1D", "DepthwiseConv2D")
    },
    "SeparableConv2D": Use(sliding.separable, BY_CHANNEL),
    "Conv2DTranspose": Use(sliding.written_transposed, {**CONV, "output_padding": _output_padding}),
    "Dense": Use(
        pointwise.written_dense,
        {
            "x": 0,
            "filters": "units",
            "bias": argument("use_bias", True),
            "act": act,
            "after": _after,
            "shared": layer_name,
        },
    ),
    "BatchNormalization": Use(norms.batch_norm, NORM),
    "LayerNormalization": Use(norms.layer_norm, NORM),
    "GroupNormalization": Use(norms.group_norm, {**NORM, "groups": argument("groups", 32)}),
    "LayerScale": Use(
        norms.layer_scale, {"x": 0, "shared": layer_name, "weights_stated": "projection_dim"}
    ),
    "PReLU": Use(norms.written_prelu, {"x": 0, "shared_axes": "shared_axes", "shared": layer_name}),
    "MultiHeadAttention": Use(
        products.written_attention,
        {**ATTENTION, "heads": "num_heads", "size": "key_dim", "value_size": "value_dim"},
    ),
    "GroupQueryAttention": Use(
        products.written_attention,
        {
            **ATTENTION,
            "heads": "num_query_heads",
            "key_value_heads": "num_key_value_heads",
            "size": "head_dim",
        },
    ),
    **{
        name: Use(recurrent.written_recurrent, RECURRENT)
        for name in ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional")
    },
    "MaxPooling1D": Use(sliding.pool(MaxPool), POOL),
    "MaxPooling2D": Use(sliding.pool(MaxPool), POOL),
    "AveragePooling1D": Use(sliding.pool(AvgPool), POOL),
    "AveragePooling2D": Use(sliding.pool(AvgPool), POOL),
    "GlobalAveragePooling1D": Use(sliding.global_pool(GlobalAvgPool), GLOBAL),
    "GlobalAveragePooling2D": Use(sliding.global_pool(GlobalAvgPool), GLOBAL),
    "GlobalMaxPooling1D": Use(sliding.global_pool(GlobalMaxPool), GLOBAL),
    "GlobalMaxPooling2D": Use(sliding.global_pool(GlobalMaxPool), GLOBAL),
    "UpSampling2D": Use(
        sampling.resize,
        {
            "x": 0,
            "factors": argument("size", (2, 2)),
            "mode": argument("interpolation", "nearest"),
            "channels_last": last,
        },
    ),
    "ZeroPadding1D": Use(sampling.pad, {"x": 0, "pads": _pads, "channels_last": last}),
    "ZeroPadding2D": Use(sampling.pad, {"x": 0, "pads": _pads, "channels_last": last}),
    "Cropping2D": Use(parts.cropped, {"x": 0, "ends": _cropped, "channels_last": last}),
    "Flatten": Use(views.flatten, {"x": 0, "first": always(1)}),
    "Reshape": Use(views.reshape, {"x": 0, "sizes": _target}),
    "Permute": Use(views.permute, {"x": 0, "order": _order}),
    "Concatenate": Use(joining.concat, {"axis": argument("axis", -1)}),
    "Rescaling": Use(pointwise.free, X),
    "Normalization": Use(pointwise.free, X),
    "InputLayer": Use(pointwise.free, X),
    **{name: Use(pointwise.joined_by(word), {}) for name, word in JOINED.items()},
    **{name: Use(pointwise.same(record), X) for name, record in VALUES.items()},
}


def find(call: Call) -> Use | None:
    """What a layer is; None for one that the table does not have."""
    for word in BESIDE:
        if (value := call.arguments.get(word)) is not None:
            return refusing(word, value)
    if called := function_of(call):
        return FUNCTIONS.get(called)
    if "activation" in call.arguments and act(call) is None:
        return None
    if call.operator == "Activation":
        record = _after(call) or activation.ACTIVATIONS.get(act(call))
        return Use(pointwise.same(record), X) if record else Use(pointwise.free, X)
    if call.operator == "ReLU":
        record = _relu(call)
        return Use(pointwise.same(record), X) if record else None
    return TABLE.get(call.operator)
