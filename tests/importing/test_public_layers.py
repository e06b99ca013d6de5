"""Layers as public files of Darknet have them: each on maps that are not square, by hand."""

from math import prod

import pytest
from sources import call, layers_of, source

import mnetcost
from mnetcost import SpecError

X = (1, 8, 6, 10)  # a map of 6×10×8


def cost_of(model):
    return mnetcost.load(layers_of(model)).cost()


def darknet(*calls, size=X):
    return source("darknet", size, *calls)


def conv(reads, writes, filters, **more):
    return call("convolutional", reads, writes, filters=filters, activation="linear", **more)


# What is called, and its output map, kernels' weights, mult-adds and sums of two values, by hand.
CASES = {
    "darknet: what is added has fewer channels": (
        darknet(conv("x", "a", 12), call("shortcut", "a x", "y", activation="linear")),
        ((6, 10, 12), 96, 96 * 60, 8 * 60),
    ),
    "darknet: what is added has more channels": (
        darknet(conv("x", "a", 5), call("shortcut", "a x", "y", activation="leaky")),
        ((6, 10, 5), 40, 40 * 60, 5 * 60),
    ),
    "darknet: what is added has twice the sides and fewer channels": (
        darknet(
            conv("x", "a", 12, size=3, stride=2, pad=1),
            call("shortcut", "a x", "y", activation="linear"),
        ),
        ((3, 5, 12), 864, 864 * 15, 8 * 15),
    ),
    "darknet: three maps added": (
        darknet(conv("x", "a", 8), call("shortcut", "a x x", "y", activation="linear")),
        ((6, 10, 8), 64, 64 * 60, 2 * 8 * 60),
    ),
    "darknet: half of the size as padding is dilated too": (
        darknet(conv("x", "y", 4, size=3, pad=1, dilation=2)),
        ((6, 10, 4), 288, 288 * 60, 0),
    ),
    "darknet: strides of their own": (
        darknet(conv("x", "y", 4, size=3, pad=1, stride_x=2, stride_y=3)),
        ((2, 5, 4), 288, 288 * 10, 0),
    ),
    "darknet: a kernel at each position": (  # 4×8 positions of 3×3×8 weights for 5 filters
        darknet(call("local", "x", "y", filters=5, size=3, activation="leaky")),
        ((4, 8, 5), 11_520, 11_520, 0),
    ),
    "darknet: the same padded, every other": (  # 3×5 positions
        darknet(call("local", "x", "y", filters=5, size=3, stride=2, pad=1, activation="linear")),
        ((3, 5, 5), 5_400, 5_400, 0),
    ),
    "darknet: the middle of the picture": (
        darknet(call("crop", "x", "c", crop_height=4, crop_width=7), conv("c", "y", 3)),
        ((4, 7, 3), 24, 24 * 28, 0),
    ),
    "darknet: layers of a norm and of an activation": (
        darknet(
            conv("x", "a", 3),
            call("batchnorm", "a", "b"),
            call("activation", "b", "y", activation="leaky"),
        ),
        ((6, 10, 3), 24, 24 * 60, 0),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_layer_costs_what_it_does_by_hand(name):
    model, (output, kernels, mult_adds, sums) = CASES[name]
    cost = cost_of(model)
    assert tuple(cost.layers[-1].output) == output
    assert (cost.params, cost.mult_adds) == (kernels, mult_adds)
    added = (one.output for one in cost.layers if one.type == "add")
    assert sum(map(prod, added)) == sums


def test_a_local_layer_has_a_bias_a_value():
    model = darknet(call("local", "x", "y", filters=5, size=3, activation="leaky"))
    assert cost_of(model).parameters.biases == 4 * 8 * 5


REFUSED = {
    "no layer does what its activation ramp does": call(
        "convolutional", "x", "y", activation="ramp"
    ),
    "no layer has what its antialiasing adds": conv("x", "y", 4, antialiasing=1),
    "no layer has what its weights_type adds": call(
        "shortcut", "x x", "y", weights_type="per_feature"
    ),
    "its kernel of 7 px has no place on a 6×10 map": call("local", "x", "y", size=7),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_no_layer_says_is_refused_by_what_it_is(words):
    with pytest.raises(SpecError, match=words):
        layers_of(darknet(REFUSED[words]))
