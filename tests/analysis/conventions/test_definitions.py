"""What "parameters" means: five definitions of MobileNet v1 as published, and folding by hand."""

import pytest

import mnetcost
from mnetcost.analysis.conventions.definitions import definitions, folded


def small(layers: str) -> mnetcost.Cost:
    text = f"input: {{height: 6, width: 5, channels: 4}}\nlayers:\n{layers}"
    return mnetcost.load(text).cost()


@pytest.mark.parametrize("size", ["224x224", "160x256"])
def test_mobilenet_v1_as_published(size: str) -> None:
    """TF-slim's classes and torch's, Keras' and the paper's counts of the same network."""
    cost = mnetcost.load("mobilenet_v1").cost(input=size)
    found = {one.name: one.value for one in definitions(cost)}
    assert found == {
        "kernels": 4_209_088,
        "biased": 4_210_088,
        "learned": 4_231_976,
        "stored": 4_253_864,
        "folded": 4_221_032,
        "trainable": 4_231_976,
        "not trainable": 21_888,
    }


FOLDED = [
    # 4·3 weights, and a bias from the normalisation
    ("  - conv: {out: 3, norm: batch}\n", 12 + 3),
    # the bias that is there takes it in
    ("  - conv: {out: 3, norm: batch, bias: true}\n", 12 + 3),
    # 3·5 kernel, non-square, 4 groups: 3·5·1·8 weights and 8 biases
    ("  - conv: {out: 8, kernel: [3, 5], groups: 4, norm: batch}\n", 120 + 8),
    ("  - dense: {out: 3, per_position: true, norm: batch}\n", 12 + 3),
    # written as a layer of its own, behind a kernel without and with a bias
    ("  - conv: {out: 3}\n  - batch_norm\n", 12 + 3),
    ("  - conv: {out: 3, bias: true}\n  - batch_norm\n", 12 + 3),
    # nothing to fold into: a scale and a shift a channel
    ("  - batch_norm\n", 4 + 4),
    ("  - conv: {out: 3, act: relu}\n  - batch_norm\n", 12 + 3 + 3),
    # something else reads the kernel's output too
    (
        "  - conv: {name: c, out: 4}\n  - branches:\n      - []\n      - - batch_norm\n"
        "    merge: add\n",
        16 + 4 + 4,
    ),
    # another norm stays: γ and β
    ("  - conv: {out: 3, norm: layer}\n", 12 + 6),
    # a learned slope a channel stays, a running mean goes
    ("  - conv: {out: 3, norm: batch, act: prelu}\n", 12 + 3 + 3),
    # shared weights are there once, and so is what is folded into them
    (
        "  - conv: {name: a, out: 4, norm: batch}\n  - conv: {out: 4, norm: batch, weights: a}\n",
        16 + 4,
    ),
]


@pytest.mark.parametrize(("layers", "values"), FOLDED)
def test_folding_by_hand(layers: str, values: int) -> None:
    assert folded(small(layers)) == values


def test_every_definition_by_hand() -> None:
    cost = small("  - conv: {out: 3, kernel: [1, 2], bias: true, norm: batch, act: prelu}\n")
    found = {one.name: one.value for one in definitions(cost)}
    # 2·4·3 weights, 3 biases, 3 γ and 3 β, 3 means and 3 variances, 3 slopes
    assert (found["kernels"], found["biased"]) == (24, 27)
    assert (found["learned"], found["stored"]) == (24 + 3 + 6 + 3, 24 + 3 + 6 + 3 + 6)
    assert (found["trainable"], found["not trainable"]) == (36, 6)
    assert found["folded"] == 24 + 3 + 3
