"""PyTorch's aten operators that only move, join, cut or spread values: which shape rule each is."""

from mnetcost.importing.model import Call
from mnetcost.importing.operators.pt2 import FREE, FUNCTIONS, plain
from mnetcost.importing.rules import shapes, sizes

KEPT = (
    *FUNCTIONS,
    *FREE,
    *("softmax", "layer_norm", "group_norm", "batch_norm", "instance_norm", "rms_norm", "sin"),
    *(
        "cos",
        "log",
        "cumsum",
        "flip",
        "bitwise_not",
        "logical_not",
        "rsub",
        "hardtanh",
        "clamp_max",
    ),
    *("reciprocal", "erf", "floor", "ceil", "round", "sign", "expm1", "log1p", "lift_fresh_copy"),
)
FITTED = (
    *("add", "sub", "mul", "div", "maximum", "minimum", "where", "pow", "addcmul", "addcdiv"),
    *("eq", "ne", "lt", "le", "gt", "ge", "bitwise_and", "bitwise_or", "logical_and", "logical_or"),
    *("copy", "clamp", "masked_fill", "expand_as", "fill", "atan2", "remainder", "fmod", "lerp"),
)
REDUCED = ("mean", "sum", "amax", "amin", "linalg_vector_norm", "norm", "var", "std", "logsumexp")

RULES: dict[str, shapes.Rule] = {
    **dict.fromkeys(KEPT, shapes.kept),
    **dict.fromkeys(FITTED, shapes.fitted),
    **dict.fromkeys(
        (*REDUCED, "max", "min", "argmax", "argmin", "prod", "any", "all"), shapes.reduced
    ),
    "permute": shapes.permuted,
    "transpose": shapes.swapped,
    "t": shapes.turned,
    "view": shapes.viewed("size"),
    "reshape": shapes.viewed("shape"),
    "_unsafe_view": shapes.viewed("size"),
    "reshape_as": shapes.viewed_as,
    "view_as": shapes.viewed_as,
    "flatten": shapes.flattened,
    "squeeze": shapes.squeezed,
    "unsqueeze": shapes.unsqueezed,
    "cat": shapes.joined,
    "concat": shapes.joined,
    "stack": shapes.stacked,
    "chunk": shapes.chunked,
    "split": shapes.split,
    "split_with_sizes": shapes.split_with_sizes,
    "unbind": shapes.unbound,
    "select": shapes.selected,
    "slice": shapes.sliced,
    "expand": sizes.spread,
    "zeros": sizes.made,
    "ones": sizes.made,
    "empty": sizes.made,
    "full": sizes.made,
    "arange": sizes.counted,
    "tile": sizes.repeated("dims"),
    "repeat": sizes.repeated("repeats"),
    "matmul": sizes.product,
    "bmm": sizes.product,
    "scaled_dot_product_attention": sizes.attended,
    "linear": sizes.dense,
    "einsum": sizes.einsum,
    "upsample_nearest2d": sizes.resized,
    "upsample_bilinear2d": sizes.resized,
    "upsample_bicubic2d": sizes.resized,
    "_upsample_bilinear2d_aa": sizes.resized,
    "_upsample_bicubic2d_aa": sizes.resized,
    "pixel_shuffle": sizes.shuffled,
    "pixel_unshuffle": sizes.reorganised,
    "upsample_linear1d": sizes.lengthened,
    "meshgrid": sizes.meshed,
    "one_hot": sizes.told_apart,
    "pad": sizes.padded,
    "constant_pad_nd": sizes.padded,
    **{f"conv{n}d": sizes.convolved for n in (1, 2, 3)},
    **{f"max_pool{n}d": sizes.pooled for n in (1, 2)},
    "index": sizes.gathered,
    "im2col": sizes.columns,
    "col2im": sizes.folded,
}


def find(call: Call) -> shapes.Rule | None:
    """What an operator does with axes; None for one that the table does not have."""
    return RULES.get(plain(call.operator)) if call.operator.startswith("aten.") else None
