"""Texts that somebody else wrote, made safe to print, and guesses at what they meant."""

from collections.abc import Iterable

# Control characters and those of direction and width, with what is shown instead.
_CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
_UNSEEN = (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x206A), 0xFEFF)
_ESCAPES = {sign: ascii(chr(sign))[1:-1] for sign in (*_CONTROLS, *_UNSEEN)}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

# What other tools call things, for layers and for keys.
SYNONYMS = {
    "activation": "act",
    "averagepool": "avg_pool",
    "avgpool": "avg_pool",
    "batchnorm": "batch_norm",
    "bn": "batch_norm",
    "channels": "out",
    "conv2d": "conv",
    "convolution": "conv",
    "depth_multiplier": "multiplier",
    "dilation_rate": "dilation",
    "dw": "depthwise",
    "fc": "dense",
    "filters": "out",
    "fully_connected": "dense",
    "gap": "global_avg_pool",
    "global_average_pool": "global_avg_pool",
    "group": "groups",
    "h_swish": "hard_swish",
    "hswish": "hard_swish",
    "in_channels": "in",
    "inner_product": "dense",
    "kernel_size": "kernel",
    "linear": "dense",
    "maxpool": "max_pool",
    "normalization": "norm",
    "num_output": "out",
    "out_channels": "out",
    "pad": "padding",
    "pw": "pointwise",
    "separable_conv": "separable",
    "silu": "swish",
    "size": "kernel",
    "strides": "stride",
    "units": "out",
    "use_bias": "bias",
}


def printable(text: str) -> str:
    """`text` with control and direction characters escaped, so that a terminal only shows it."""
    return text.translate(_ESCAPES).encode("utf-8", "backslashreplace").decode()


def clip(text: str, length: int = 60) -> str:
    """`text`, printable, cut visibly at `length` characters."""
    if len(text) <= length:
        return printable(text)
    return f"{printable(text[:length])}… ({len(text):,} characters)"


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is a synonym or a misspelling of, or None."""
    from difflib import get_close_matches  # only needed once something is wrong

    lowered = {name.lower(): name for name in known}
    asked = word[:64].lower().replace("-", "_")
    if SYNONYMS.get(asked) in lowered:
        return lowered[SYNONYMS[asked]]
    close = get_close_matches(asked, lowered, n=1, cutoff=0.65)
    return lowered[close[0]] if close else None


def inert(text: str) -> str:
    """A cell of a CSV file; a spreadsheet would run one that begins as a formula does."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
