"""Work that is no multiply-accumulate stands beside the mult-adds."""

import pytest
from networks import one_layer

import mnetcost

# --- work that is no multiply-accumulate


# (layer, parts of its work on a 10×8 map of 10 channels: 800 values)
ELEMENTWISE = [
    ("batch_norm", {"normalization": 800}),
    ("relu", {"activation": 800}),
    ("hard_swish", {"activation": 800}),
    ("softmax", {"softmax": 800}),
    ("dropout: {rate: 0.2}", {}),
    ("flatten", {}),
    ("max_pool: {kernel: [2, 4]}", {"pooling": 800}),
    ("avg_pool: {kernel: 3, stride: 1}", {"pooling": 7_200}),
    ("global_avg_pool", {"pooling": 800}),
]


@pytest.mark.parametrize(("layer", "work"), ELEMENTWISE)
def test_other_work_stands_beside_the_mult_adds(layer, work):
    cost = one_layer((10, 8, 10), layer)
    assert (cost.params, cost.mult_adds) == (0, 0)
    assert cost.work == work


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("norm: batch", "norm: none"),
        ("act: relu", "act: none"),
        ("act: relu", "act: prelu"),
        ("  - softmax: {called_as: absent}\n", ""),
        ("  - global_avg_pool\n", "  - avg_pool: {kernel: 7}\n  - dropout\n  - batch_norm\n"),
        ("bias: true", "bias: false"),
    ],
)
@pytest.mark.parametrize(
    ("size", "mult_adds"), [("224x224", 568_740_352), ("160x224", 406_535_680)]
)
def test_only_products_are_mult_adds(v1, old, new, size, mult_adds):
    # 160×224: 5/7 of the body's 567,716,352, and the classifier
    text = v1.graph.origin.text
    assert old in text
    cost = mnetcost.load(text.replace(old, new)).cost(input=size)
    assert (cost.params, cost.mult_adds) == (4_209_088, mult_adds)


def test_a_folded_norm_is_one_bias_a_channel(v1):
    text = v1.graph.origin.text
    folded = mnetcost.load(text.replace("norm: batch", "bias: true")).cost()
    assert folded.mult_adds == 568_740_352
    assert sum(folded.parameters) == 4_221_032
    assert folded.parameters.biases == 10_944 + 1_000
