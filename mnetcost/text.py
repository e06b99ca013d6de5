"""Texts that somebody else wrote, made safe to print, and guesses at what they meant."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

MAX_LISTED = 100  # names that a message lists
ROOM = 144  # characters that they take, about two lines of a problem
MAX_GUESSED = 1_000  # names that a guess looks at
ALMOST = 0.8  # of its letters
WORD, SENTENCE = 60, 200  # characters of what somebody else wrote that a message shows

# What Unicode calls printable, and yet shows nothing: fillers, joiners and selectors
# (DerivedCoreProperties.txt, Default_Ignorable_Code_Point).
_UNSEEN = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), 0x3164, 0xFFA0))
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

# What other tools call layers, and keys of layers: in small letters, without underscores and "2d".
_LAYERS = {
    "add": "sum",
    "attention": "mha multiheadattention selfattention",
    "avg_pool": "averagepool averagepooling",
    "batch_norm": "batchnormalization bn frozenbatchnorm syncbatchnorm",
    "concat": "cat concatenate",
    "cond_conv": "conditionalconv dynamicconv",
    "conv": "convolution",
    "conv_transpose": "conv2dtranspose deconv deconvolution transposedconv",
    "conv_transpose1d": "conv1dtranspose",
    "crop": "centercrop cropping",
    "deform_conv": "dcn dcnv2 deformableconv",
    "dense": "fc fullyconnected innerproduct lazylinear linear",
    "depthwise": "depthwiseconv dw dwconv",
    "divide": "div",
    "dot_product_attention": "scaleddotproductattention sdpa",
    "dropout": "alphadropout droppath gaussiandropout spatialdropout stochasticdepth",
    "global_avg_pool": "gap globalaveragepool globalaveragepooling",
    "global_max_pool": "globalmaxpooling gmp",
    "group_norm": "gn groupnormalization",
    "hard_sigmoid": "hsigmoid",
    "hard_swish": "hardsilu hswish",
    "instance_norm": "instancenormalization",
    "l2_norm": "rmsnorm rmsnormalization",
    "layer_norm": "layernormalization ln",
    "leaky_relu": "leaky",
    "learned": "parameter",
    "local_response_norm": "crossmaplrn lrn",
    "matmul": "bmm dot mm",
    "max_pool": "maxpooling",
    "maximum": "max",
    "minimum": "min",
    "multiply": "mul",
    "pad": "constantpad reflectionpad replicationpad zeropad zeropadding",
    "permute": "movedim swapaxes transpose",
    "pixel_shuffle": "depthtospace",
    "pixel_unshuffle": "focus spacetodepth",
    "pointwise": "conv1x1 pw pwconv",
    "position_embedding": "posembed positionalembedding",
    "reshape": "unflatten view",
    "resize": "interpolate upsample upsampling upsamplingbilinear upsamplingnearest",
    "rnn": "simplernn",
    "separable": "separableconv",
    "slice": "narrow",
    "split": "chunk",
    "squeeze_excitation": "se squeezeexcite",
    "subtract": "sub",
    "swish": "silu",
}
_KEYS = {
    "act": "activation",
    "axis": "dim",
    "bias": "usebias",
    "ceil": "ceilmode",
    "dilation": "dilationrate",
    "experts": "numexperts",
    "factor": "blocksize downscalefactor upscalefactor",
    "groups": "group numgroups",
    "heads": "numheads",
    "in": "inchannels infeatures",
    "into": "chunks",
    "kernel": "kernelsize poolsize size",
    "layers": "numlayers",
    "mode": "interpolation",
    "multiplier": "depthmultiplier",
    "norm": "normalization",
    "out": "channels filters hiddensize numoutput outchannels outfeatures units",
    "padding": "pad",
    "rate": "p",
    "scale": "scalefactor",
    "size": "outputsize",
    "stride": "strides",
}
_WORDS = {
    "batch": "batchnorm batchnormalization bn",
    "group": "gn groupnorm groupnormalization",
    "instance": "in instancenorm instancenormalization",
    "layer": "layernorm layernormalization ln",
}
SYNONYMS = [
    {word: ours for ours, words in table.items() for word in words.split()}
    for table in (_LAYERS, _KEYS, _WORDS)
]

_MODULES = ("torch.", "tf.", "keras.", "nn.", "functional.", "f.", "layers.")

# What is said of words for which a suggestion is not enough.
_NO_WINDOWS = "a spec has no windows that overlap; side by side they are a `pixel_unshuffle`"
REMARKS = {
    "col2im": _NO_WINDOWS,
    "embedding": "a spec has no embeddings",
    "fold": _NO_WINDOWS,
    "im2col": _NO_WINDOWS,
    "repeat": "a layer is repeated under `layers:` of a `- repeat: n`",
    "rmsnorm": "an `l2_norm` has as many learned values",
    "rmsnormalization": "an `l2_norm` has as many learned values",
    "transpose": "a `permute` changes axes, a `conv_transpose` is a layer",
    "unfold": _NO_WINDOWS,
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


def listed(names: Iterable[str], where: str = "") -> str:
    """The names one after the other; those of a long list in part, and `where` all of it is."""
    every = list(names)
    shown: list[str] = []
    room = ROOM - len(where)
    for name in map(clip, every[:MAX_LISTED]):
        room -= len(name) + 2
        if shown and room < 0:
            break
        shown.append(name)
    more = len(every) - len(shown)
    ending = f" and {more:,} more" if more else ""
    return ", ".join(shown) + ending + (f" ({where})" if where and more else "")


def clip(text: str, length: int = WORD) -> str:
    """`text`, printable, cut visibly at `length` characters."""
    if len(text) <= length:
        return printable(text)
    return f"{printable(text[:length])}… ({len(text):,} characters)"


def has_word(text: str, word: str) -> bool:
    """Whether the word stands in the text by itself."""
    return word in re.split(r"\W+", text)


def first_line(error: Exception) -> str:
    """What a library says is wrong: the first line, cut visibly."""
    return clip(str(error).partition("\n")[0], SENTENCE)


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is a synonym or a misspelling of, or None."""
    from difflib import get_close_matches  # only needed once something is wrong

    names = list(islice(known, MAX_GUESSED))
    if meant := _translated(word, {_bare(name): name for name in names}):
        return meant
    lowered = {name[:64].lower(): name for name in names}
    close = get_close_matches(word[:64].lower().replace("-", "_"), lowered, n=1, cutoff=0.65)
    return None if remark(word) or not close else lowered[close[0]]


def is_almost(word: str, meant: str) -> bool:
    """Whether a word is so near the one that was guessed that it can hardly be another."""
    from difflib import SequenceMatcher  # only needed once something is wrong

    return SequenceMatcher(None, word[:64].lower(), meant[:64].lower()).ratio() >= ALMOST


def remark(word: str) -> str:
    """What is to be said of a word of other tools, beside a suggestion; empty of most."""
    return REMARKS.get(_bare(word).removesuffix("2d"), "")


def _translated(word: str, known: Mapping[str, str]) -> str | None:
    """The name for what other tools call so, with or without the number of its sides."""
    bare = _bare(word)
    base = bare.removesuffix("1d")
    for one, end in ((bare, ""), (bare.removesuffix("2d"), ""), (base, "1d"), (base, "")):
        for meant in (one, *(table[one] for table in SYNONYMS if one in table)):
            if found := known.get(_bare(meant) + end):
                return found
    return None


def _bare(word: str) -> str:
    """A name without its modules, in small letters, without what parts its words."""
    found = word[:64].lower()
    for module in _MODULES:
        found = found.removeprefix(module)
    return found.replace("-", "").replace("_", "")


def inert(text: str) -> str:
    """A cell of a CSV file; a spreadsheet would run one that begins as a formula does."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
