"""What "parameters" means: five definitions of MobileNet v1 as published."""

import pytest

import mnetcost
from mnetcost.analysis.conventions.definitions import definitions


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


def test_every_definition_by_hand() -> None:
    cost = small("  - conv: {out: 3, kernel: [1, 2], bias: true, norm: batch, act: prelu}\n")
    found = {one.name: one.value for one in definitions(cost)}
    # 2·4·3 weights, 3 biases, 3 γ and 3 β, 3 means and 3 variances, 3 slopes
    assert (found["kernels"], found["biased"]) == (24, 27)
    assert (found["learned"], found["stored"]) == (24 + 3 + 6 + 3, 24 + 3 + 6 + 3 + 6)
    assert (found["trainable"], found["not trainable"]) == (36, 6)
    assert found["folded"] == 24 + 3 + 3
