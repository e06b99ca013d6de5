"""Networks, axes and limits of whole numbers, for the tests of sweeps."""

from contextlib import contextmanager
from fractions import Fraction
from unittest.mock import patch

from hypothesis import strategies as st

import mnetcost

INT64_MAX = 2**63 - 1

# Networks that meet every kind of axis and column.
DENSE = """
input: {height: 9, width: 14, channels: 3}
width: {round: floor, min: 2}
layers:
  - conv: {out: 12, kernel: [3, 1], stride: 2, norm: batch, act: relu}
  - position_embedding
  - branches:
      - - attention: {heads: 1}
      - - depthwise: {multiplier: 2}
        - conv: {expand: $here * 2 - 1, kernel: 2}
        - conv: {out: 12}
    merge: concat
  - flatten
  - dense: {name: wide, out: 30, bias: true}
  - dense: {out: 10, scale: false}
"""

# Weights that are shared, and a branch in training alone.
AUXILIARY = """
input: {height: 9, width: 14, channels: 4}
width: {round: floor, min: 1}
layers:
  - conv: {name: a, out: 4, kernel: [3, 5], bias: true, scale: false}
  - conv: {out: 4, kernel: [3, 5], bias: true, scale: false, weights: a}
  - branches:
      - training_only: true
        layers: [{conv: {out: 7}}]
"""

GROUPED = "input: {height: 9, width: 14, channels: 4}\nwidth: {round: floor, min: 1}\nlayers:\n"

# --- random networks, as texts

SIZES = (1, 2, 3, 5, "[1, 3]", "[3, 1]", "[2, 5]")
STRIDES = (1, 2, 3, "[1, 2]", "[2, 1]")
PADDINGS = ("same", "valid", 0, 1, 2, "[0, 1]", "[2, 0]")
FLAGS = ("true", "false")
ROUNDINGS = (
    "",
    "width: {round: none}\n",
    "width: {round: floor, min: 8}\n",
    "width: {round: floor}\n",
    "width: {round: nearest, min: 3}\n",
    "width: {round: nearest}\n",
    "width: {divisible: 8}\n",
    "width: {divisible: 4, min: 8}\n",
    "width: {divisible: 3, min: 4}\n",
)
widths = st.sampled_from((4, 8, 12, 20, 24, 7))
rides = {
    "bias": st.sampled_from(FLAGS),
    "norm": st.sampled_from(("batch", "none")),
    "act": st.sampled_from(("relu6", "none", "prelu")),
}
steps = {
    "stride": st.sampled_from(STRIDES),
    "padding": st.sampled_from(PADDINGS),
    "dilation": st.sampled_from((1, 2, "[1, 2]")),
}
window = {"kernel": st.sampled_from(SIZES), **steps}
wide = {"out": widths}
scaled = {"scale": st.sampled_from(FLAGS)}


def keys(required, **optional):
    return st.fixed_dictionaries(required, optional=optional)


LAYERS = {
    "conv": keys(wide, **window, **rides, **scaled),
    "depthwise": keys({}, **window, **rides, multiplier=st.integers(1, 3)),
    "pointwise": keys(wide, **rides, **scaled, groups=st.sampled_from((1, 2, 4))),
    "separable": keys(wide, **window, **rides, inner=st.just("{norm: none, act: none}")),
    "max_pool": keys({"kernel": st.sampled_from(SIZES)}, **steps),
    "avg_pool": keys({"kernel": st.sampled_from(SIZES)}, **steps),
    "batch_norm": keys({}),
    "hard_swish": keys({}),
    "softmax": keys({}),
    "dropout": keys({}),
}


@st.composite
def entry(draw):
    name = draw(st.sampled_from(tuple(LAYERS)))
    written = ", ".join(f"{key}: {value}" for key, value in draw(LAYERS[name]).items())
    layer = f"{name}: {{{written}}}"
    if times := draw(st.sampled_from((0, 0, 0, 2, 3))):
        return f"  - repeat: {times}\n    layers:\n      - {layer}\n"
    return f"  - {layer}\n"


@st.composite
def specs(draw):
    height, width = draw(st.integers(4, 40)), draw(st.integers(4, 40))
    channels, scale = draw(st.sampled_from((3, 8, 12))), draw(st.sampled_from(FLAGS))
    head = draw(st.sampled_from(("", "global_avg_pool", "global_max_pool", "flatten")))
    return (
        f"input: {{height: {height}, width: {width}, channels: {channels}, scale: {scale}}}\n"
        + draw(st.sampled_from(ROUNDINGS))
        + "layers:\n"
        + "".join(draw(st.lists(entry(), min_size=1, max_size=5)))
        + (f"  - {head}\n  - dense: {{out: 10, scale: {draw(scaled['scale'])}}}\n" if head else "")
    )


quarters = st.sampled_from(("0.25", "1/2", "0.75", "1", "1.5", "2"))
ratios = st.fractions(Fraction(1, 8), 2, max_denominator=30).map(str)
axes = st.lists(st.one_of(quarters, ratios), min_size=1, max_size=4).map(",".join)


def load_if_possible(text):
    """The network, or None where its layers do not fit at α = ρ = 1."""
    try:
        return mnetcost.load(text)
    except mnetcost.SpecError:
        return None


# --- as if whole numbers ended earlier


@contextmanager
def no_larger_than(largest):
    """As if an int64, and a float64, held no whole number above this one."""
    with (
        patch("mnetcost.analysis.sweep.quantities.LARGEST", largest),
        patch("mnetcost.analysis.sweep.quantities.EXACT_FLOAT", min(largest, 2**53)),
    ):
        yield


def exact_objects():
    return no_larger_than(-1)
