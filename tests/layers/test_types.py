"""The types of layers, as tables name them."""

import pytest
from networks import one_layer

import mnetcost

# --- types, as tables name them


TYPES = [
    # a 1×1 convolution with one group; as many groups as input channels; any other
    ("conv: {out: 6}", "pointwise", "1×1"),
    ("conv: {out: 6, kernel: [1, 1], stride: 2}", "pointwise", "1×1"),
    ("pointwise: {out: 6, stride: [1, 2]}", "pointwise", "1×1"),
    ("conv: {out: 6, groups: 2}", "conv", "1×1"),
    ("pointwise: {out: 6, groups: 2}", "conv", "1×1"),
    ("conv: {out: 6, kernel: [3, 1]}", "conv", "3×1"),
    ("conv: {out: 6, kernel: [1, 3]}", "conv", "1×3"),
    ("conv: {out: 6, kernel: [2, 3], groups: 2}", "conv", "2×3"),
    ("conv: {out: 4, kernel: [3, 2], groups: 4}", "depthwise", "3×2"),
    ("conv: {out: 8, kernel: [3, 2], groups: 4}", "depthwise", "3×2"),
    ("conv: {out: 4, groups: 4}", "depthwise", "1×1"),
    ("pointwise: {out: 4, groups: 4}", "depthwise", "1×1"),
    ("depthwise", "depthwise", "3×3"),
    ("depthwise: {kernel: [5, 3], multiplier: 2}", "depthwise", "5×3"),
    ("depthwise: {kernel: 1}", "depthwise", "1×1"),
    ("max_pool: {kernel: [2, 3]}", "max_pool", "2×3"),
    ("global_avg_pool", "global_avg_pool", ""),
    ("hard_swish", "hard_swish", ""),
]


@pytest.mark.parametrize(("layer", "name", "kernel"), TYPES)
def test_types(layer, name, kernel):
    cost = one_layer((9, 7, 4), layer)
    (row,) = cost.layers
    assert (row.type, row.kernel) == (name, kernel)
    assert cost.by_type()[name].kernels == ((kernel,) if kernel else ())


def test_a_separable_layer_is_two_rows():
    rows = one_layer((9, 7, 4), "separable: {out: 6, kernel: [3, 5], name: s}").layers
    assert [(row.name, row.type, row.kernel) for row in rows] == [
        ("s/depthwise", "depthwise", "3×5"),
        ("s/pointwise", "pointwise", "1×1"),
    ]


def test_a_grouped_convolution_of_one_group_a_channel_is_depthwise_at_every_alpha() -> None:
    spec = (
        "name: x\ninput: {height: 9, width: 9, channels: 8, scale: true}\nwidth: {round: nearest}\n"
    )
    spec += "layers:\n  - conv: {out: 8, groups: 8, kernel: 3, scale: false}\n"
    assert mnetcost.load(spec).cost().layers[0].type == "depthwise"
