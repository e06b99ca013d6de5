"""Texts that somebody else wrote, made safe to print, and guesses at what they meant."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

MAX_LISTED = 100  # names that a message lists
MAX_GUESSED = 1_000  # names that a guess looks at
WORD, SENTENCE = 60, 200  # characters of what somebody else wrote that a message shows

# What Unicode calls printable, and yet shows nothing: fillers, joiners and selectors
# (DerivedCoreProperties.txt, Default_Ignorable_Code_Point).
_UNSEEN = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, 0xFFA0))
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

# What other tools call things, for layers and for keys.
SYNONYMS = {
    "activation": "act",
    "averagepool": "avg_pool",
    "avgpool": "avg_pool",
    "batchnorm": "batch_norm",
    "batchnorm1d": "batch_norm",
    "bn": "batch_norm",
    "channels": "out",
    "chunk": "split",
    "conv2d": "conv",
    "convolution": "conv",
    "depth_multiplier": "multiplier",
    "depth_to_space": "pixel_shuffle",
    "depthwise_conv1d": "depthwise1d",
    "dilation_rate": "dilation",
    "div": "divide",
    "dw": "depthwise",
    "fc": "dense",
    "filters": "out",
    "focus": "pixel_unshuffle",
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
    "max": "maximum",
    "maxpool": "max_pool",
    "min": "minimum",
    "mul": "multiply",
    "normalization": "norm",
    "num_output": "out",
    "out_channels": "out",
    "pad": "padding",
    "pw": "pointwise",
    "separable_conv": "separable",
    "silu": "swish",
    "size": "kernel",
    "space_to_depth": "pixel_unshuffle",
    "strides": "stride",
    "sub": "subtract",
    "units": "out",
    "use_bias": "bias",
}


def printable(text: str) -> str:
    """`text` with every character escaped that is a control, a format or nothing to see."""
    if text.isprintable() and (text.isascii() or _UNSEEN.isdisjoint(text)):
        return text  # most are
    return "".join(map(_shown, text))


def _shown(sign: str) -> str:
    return sign if sign.isprintable() and sign not in _UNSEEN else ascii(sign)[1:-1]


def counted(number: Any, noun: str, verb: str = "") -> str:
    """So many of them, and what they do: "1 channel comes", "3 channels come"."""
    text = f"{number:,}" if isinstance(number, int) else str(number)
    one = number == 1
    words = f"{text} {noun}" if one else f"{text} {noun}s"
    return words if not verb else f"{words} {verb}s" if one else f"{words} {verb}"


def listed(names: Iterable[str]) -> str:
    """The names one after the other, those of a long list only in part."""
    first = [clip(name) for name in islice(names, MAX_LISTED + 1)]
    return ", ".join(first) if len(first) <= MAX_LISTED else ", ".join(first[:-1]) + ", …"


def clip(text: str, length: int = WORD) -> str:
    """`text`, printable, cut visibly at `length` characters."""
    if len(text) <= length:
        return printable(text)
    return f"{printable(text[:length])}… ({len(text):,} characters)"


def first_line(error: Exception) -> str:
    """What a library says is wrong: the first line, cut visibly."""
    return clip(str(error).partition("\n")[0], SENTENCE)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is a synonym or a misspelling of, or None."""
    from difflib import get_close_matches  # only needed once something is wrong

    lowered = {name[:64].lower(): name for name in islice(known, MAX_GUESSED)}
    asked = word[:64].lower().replace("-", "_")
    if SYNONYMS.get(asked) in lowered:
        return lowered[SYNONYMS[asked]]
    close = get_close_matches(asked, lowered, n=1, cutoff=0.65)
    return lowered[close[0]] if close else None


def inert(text: str) -> str:
    """A cell of a CSV file; a spreadsheet would run one that begins as a formula does."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
