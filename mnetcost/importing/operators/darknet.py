"""Darknet's sections: which rule each is. github.com/AlexeyAB/darknet, src/parser.c."""

from collections.abc import Collection, Mapping
from typing import Any

from mnetcost.importing.model import Argument, Call
from mnetcost.importing.operators.arguments import unread
from mnetcost.importing.rules import joining, local, norms, parts, pointwise, sampling, sliding
from mnetcost.importing.translation import Use, Where, always, argument
from mnetcost.importing.values import Unsaid
from mnetcost.layers import activation
from mnetcost.layers.pooling import AvgPool, GlobalAvgPool, MaxPool
from mnetcost.text import clip

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
    "relie": "leaky_relu",
    "revleaky": "leaky_relu",
    "hardtan": "hard_tanh",
}
# Options of any section that are of training alone, or of how it is run.
TRAINING = """
    clip onlyforward dont_update burnin_update stopbackward train_only_bn dontload dontloadscales
    numload dontsave learning_rate learning_scale stream wait_stream
"""
WINDOWS = "stride stride_x stride_y size padding"
# Options by section: those that are read here, and those that change no map and no cost.
OPTIONS = {
    section: f"{TRAINING} {words}"
    for section, words in {
        "convolutional": f"""
            {WINDOWS} filters groups dilation pad activation batch_normalize cbn
            flipped dot angle grad_centr reverse
        """,
        "connected": "output activation batch_normalize",
        "local": "filters size stride pad activation",
        "maxpool": f"{WINDOWS} out_channels",
        "local_avgpool": WINDOWS,
        "avgpool": "",
        "upsample": "stride scale",
        "route": "layers groups group_id",
        "shortcut": "from activation weights_normalizion weights_normalization",
        "activation": "activation",
        "batchnorm": "",
        "crop": "crop_height crop_width flip angle saturation exposure shift noadjust",
        "scale_channels": "from activation",
        "sam": "from activation",
        "reorg": "stride reverse",
        "reorg3d": "stride reverse",
        "softmax": "groups temperature tree spatial noloss",
    }.items()
}
# Options that put work, learned values or other maps beside a layer's own, unless they are so.
NEUTRAL: Mapping[str, Collection[Argument]] = {
    **dict.fromkeys(("antialiasing", "assisted_excitation", "maxpool_depth", "scale_wh"), (0,)),
    **dict.fromkeys(("binary", "xnor", "bin_output", "coordconv"), (0,)),
    **dict.fromkeys(("sway", "rotate", "stretch", "stretch_sway"), (0,)),
    "weights_type": ("none",),
}
LOGISTIC = ("convolutional", "connected", "local")  # unless they say another


def act(call: Call) -> str:
    """The activation of a section."""
    default = "logistic" if call.operator in LOGISTIC else "linear"
    word = str(call.arguments.get("activation", default))
    if word not in ACTS:
        raise Unsaid(f"no layer does what its activation {clip(word)} does")
    return ACTS[word]


def _padding(call: Call) -> Any:
    """`pad=1` is half of the size, rounded down; else `padding` px. Both are dilated too."""
    half = bool(call.arguments.get("pad"))
    px = _whole(call, "size", 1) // 2 if half else _whole(call, "padding", 0)
    return px * _dilation(call)


def _dilation(call: Call) -> int:
    """One pixel alone is not dilated."""
    return _whole(call, "dilation", 1) if _whole(call, "size", 1) > 1 else 1


def _stride(call: Call) -> tuple[int, int]:
    """Down and across; each is `stride` unless written."""
    both = _whole(call, "stride", 1)
    return _whole(call, "stride_y", both), _whole(call, "stride_x", both)


def _whole(call: Call, word: str, default: int) -> int:
    found = call.arguments.get(word, default)
    return found if isinstance(found, int) else default


def _size(call: Call) -> int:
    """The sides of a pool's window: its stride unless written."""
    return _whole(call, "size", _whole(call, "stride", 1))


def _pool_ends(call: Call) -> tuple[int, int, int, int]:
    """`padding` px in all, size - 1 unless written: half of it before the map, rounded down."""
    padding = _whole(call, "padding", _size(call) - 1)
    before, behind = padding // 2, padding - padding // 2
    return before, before, behind, behind


def _is_normed(call: Call) -> bool:
    """Whether a batch norm follows; `cbn` is one over several batches of training."""
    return bool(call.arguments.get("batch_normalize") or call.arguments.get("cbn"))


NORM: dict[str, Where] = {
    "bias": lambda call: not _is_normed(call),
    "norm": lambda call: "batch" if _is_normed(call) else "none",
}
REORG = Use(
    pointwise.chosen(sampling.shuffled, sampling.reorganised),
    {"x": 0, "factor": argument("stride", 1), "flag": argument("reverse", 0)},
)
POOL: dict[str, Where] = {"x": 0, "kernel": _size, "stride": _stride, "padding": _pool_ends}
TABLE: dict[str, Use] = {
    "convolutional": Use(
        sliding.written_convolution,
        {
            "x": 0,
            "filters": argument("filters", 1),
            "kernel": argument("size", 1),
            "stride": _stride,
            "dilation": _dilation,
            "groups": argument("groups", 1),
            "padding": _padding,
            **NORM,
            "act": act,
        },
    ),
    "connected": Use(
        pointwise.written_dense,
        {
            "x": 0,
            "filters": argument("output", 1),
            "flat": always(True),
            **NORM,
            "act": act,
        },
    ),
    "local": Use(
        local.locally_connected,
        {
            "x": 0,
            "filters": argument("filters", 1),
            "kernel": argument("size", 1),
            "stride": argument("stride", 1),
            "padding": argument("pad", 0),
            "act": act,
        },
    ),
    "maxpool": Use(sliding.pool(MaxPool), POOL),
    "local_avgpool": Use(sliding.pool(AvgPool), POOL),
    "avgpool": Use(sliding.global_pool(GlobalAvgPool), {"x": 0}),
    "upsample": Use(
        sampling.resize, {"x": 0, "factors": argument("stride", 2), "mode": always("nearest")}
    ),
    "route": Use(
        joining.route,
        {"groups": argument("groups", 1), "part": argument("group_id", 0), "axis": always(1)},
    ),
    "shortcut": Use(joining.shortcut, {"act": act}),
    "activation": Use(pointwise.acted, {"x": 0, "act": act}),
    "batchnorm": Use(norms.batch_norm, {"x": 0, "gamma": always(True), "beta": always(True)}),
    "crop": Use(
        parts.middle,
        {"x": 0, "height": argument("crop_height", 1), "width": argument("crop_width", 1)},
    ),
    "scale_channels": Use(pointwise.binary("multiply"), {"x": 0, "y": 1, "act": act}),
    "sam": Use(pointwise.binary("multiply"), {"x": 0, "y": 1, "act": act}),
    "reorg": REORG,
    "reorg3d": REORG,
    "softmax": Use(pointwise.same(activation.Softmax), {"x": 0}),
    **{
        name: Use(pointwise.free, {"x": 0})
        for name in (
            "cost",
            "dropout",
            "yolo",
            "region",
            "Gaussian_yolo",
            "detection",
            "contrastive",
        )
    },
}


def find(call: Call) -> Use | None:
    """What a section is; None for one that the table does not have."""
    return unread(call, OPTIONS, NEUTRAL) or TABLE.get(call.operator)
