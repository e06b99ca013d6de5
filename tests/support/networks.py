"""Small networks for tests."""

from typing import Any

import mnetcost
from mnetcost.layers import LAYERS

INPUT = "input: {height: 9, width: 7, channels: 4}\n"

# Shipped networks that are possible at the small inputs and odd widths of general tests; the others
# are counted at their own.
FIXED = {
    *("alexnet", "deeplabv3_mobilenet_v3_large", "hrnet", "inception_v3", "ssd300_vgg16"),
    *("vit_b_16", "yolov8", "mobilevit", "mobilevit_s", "mobilevit_xs", "mobilevit_xxs"),
}
CHAINS = {"mobilenet_v1", "mobilenet_v1_full", "mobilenet_v1_layer", "mobilenet_v1_shallow"}

# A 3×5 convolution of 3 channels: 45 weights and 45·24 mult-adds a channel on the 4×6 map.
STEPS = """\
name: Small
input: {height: 4, width: 6, channels: 3}
width: {round: floor}
layers:
  - conv: {out: 8, kernel: [3, 5]}
"""

# Rows of a block with derived widths, a condition and a residual connection.
BLOCKS = """\
input: {height: 12, width: 20, channels: 4}
width: {round: divisible, divisible: 4}
blocks:
  mb:
    takes: {out: , stride: 1, expand: 3}
    layers:
      - conv: {expand: $expand, when: $expand > 1}
      - depthwise: {kernel: [3, 1], stride: $stride}
      - conv: {out: $out}
    residual: $stride == 1 and $in == $out
layers:
  - mb: {out: 8, expand: 1}
  - rows: mb
    columns: [out, repeat, stride]
    first: [stride]
    values: [[8, 2, 2]]
"""


def small(layers: str, height: int = 10, width: int = 10, channels: int = 8) -> mnetcost.Network:
    """The network of these layers, written as the items of a YAML list."""
    return mnetcost.load(
        f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n{layers}\n"
    )


def chain(*layers: str, head: str = INPUT) -> mnetcost.Network:
    """The network of these layers, each the text of one."""
    return mnetcost.load(head + "layers:\n" + "".join(f"  - {one}\n" for one in layers))


def codes(error: Any) -> list[str]:
    """The codes of the problems that `pytest.raises` caught."""
    return [problem.code for problem in error.value.problems]


def residuals(blocks: int) -> mnetcost.Network:
    """A chain of so many residual blocks of three layers each, on 56×40 px."""
    return mnetcost.load(
        "input: {height: 56, width: 40, channels: 16}\n"
        "blocks:\n  res:\n    layers:\n"
        "      - conv: {out: 16, kernel: 3}\n      - conv: {out: 16, kernel: 3}\n"
        "    residual: true\n"
        f"layers:\n  - conv: {{out: 16}}\n  - repeat: {blocks}\n    layers: [res]\n"
    )


def one_layer(size, layer):
    height, width, channels = size
    return mnetcost.load(
        f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n  - {layer}\n"
    ).cost()


def example_text(written: str) -> str:
    """The spec of a layer type's own example."""
    entries = "".join(f"  - {entry}\n" for entry in LAYERS[written].example.split("\n"))
    return f"input: {{height: 24, width: 32, channels: 16}}\nlayers:\n{entries}"


def example(written: str, head: str = "") -> mnetcost.Network:
    """The network of a layer type's example, with more keys at the head of its spec."""
    return mnetcost.load(head + example_text(written))


def sub_pixel(reshape: str) -> str:
    """Sub-pixel upscaling by 2, its shuffle a `reshape` with these keys.

    Shi et al. 2016, arXiv:1609.05158.
    """
    return f"""
input: {{height: 32, width: 32, channels: 3}}
defaults: {{conv: {{kernel: 3}}}}
layers:
  - conv: {{name: head, out: 64}}
  - conv: {{name: expand, out: 256}}
  - reshape: {{name: shuffle, {reshape}}}
  - conv: {{name: body, out: 64}}
  - conv: {{name: tail, out: 3}}
"""
