"""Norms, factors and slopes of every format, on maps that are not square, counted by hand."""

import pytest
from sources import call, layers_of, source

import mnetcost
from mnetcost import SpecError
from mnetcost.importing.model import Tensor

FIRST, LAST = (1, 8, 6, 10), (1, 6, 10, 8)  # a map of 6×10×8


def stored_slopes(format_, operator, size, *shape, **more):
    return source(format_, size, call(operator, "x s", "y"), stored={"s": Tensor(shape, **more)})


# What is called, the layer that it becomes, and how many slopes it has: 8 a channel, 480 a value.
SLOPES = {
    "ONNX, a channel": (stored_slopes("onnx", "PRelu", FIRST, 8, 1, 1), "channel", 8),
    "ONNX, one": (stored_slopes("onnx", "PRelu", FIRST, 1, values=(0.25,)), "one", 1),
    "ONNX, a value": (stored_slopes("onnx", "PRelu", FIRST, 1, 8, 6, 10), "value", 480),
    "ONNX, of features": (stored_slopes("onnx", "PRelu", (1, 8), 8), "channel", 8),
    "ONNX, behind views": (
        source(
            "onnx",
            FIRST,
            call("Unsqueeze", "s", "u", axes=(1, 2)),
            call("PRelu", "x u", "y"),
            stored={"s": (8,)},
        ),
        "channel",
        8,
    ),
    "ONNX, one that the exporter has reshaped": (
        stored_slopes("onnx", "PRelu", FIRST, 1, 1, 1, 1, values=(0.25,), learned=False),
        "one",
        1,
    ),
    "PyTorch, a channel": (stored_slopes("pt2", "aten.prelu.default", FIRST, 8), "channel", 8),
    "PyTorch, one": (stored_slopes("pt2", "aten.prelu.default", FIRST, 1), "one", 1),
    "PyTorch, of features": (stored_slopes("pt2", "aten.prelu.default", (1, 8), 8), "channel", 8),
    "PyTorch, taken apart": (
        stored_slopes("pt2", "aten._prelu_kernel.default", FIRST, 1, 8, 1, 1),
        "channel",
        8,
    ),
    "TFLite, a channel": (stored_slopes("tflite", "PRELU", LAST, 1, 1, 8), "channel", 8),
    "TFLite, a value": (stored_slopes("tflite", "PRELU", LAST, 6, 10, 8), "value", 480),
    "Keras, a channel": (
        source("keras", LAST, call("PReLU", "x", "y", shared_axes=(1, 2))),
        "channel",
        8,
    ),
    "Keras, a value": (source("keras", LAST, call("PReLU", "x", "y")), "value", 480),
    "Keras, one": (source("keras", LAST, call("PReLU", "x", "y", shared_axes=(1, 2, 3))), "one", 1),
    "ncnn, a channel": (source("ncnn", FIRST, call("PReLU", "x", "y", **{"0": 8})), "channel", 8),
    "ncnn, one": (source("ncnn", FIRST, call("PReLU", "x", "y", **{"0": 1})), "one", 1),
    "Caffe, a channel": (source("caffe", FIRST, call("PReLU", "x", "y")), "channel", 8),
    "Caffe, one": (
        source("caffe", FIRST, call("PReLU", "x", "y", channel_shared=True)),
        "one",
        1,
    ),
}


@pytest.mark.parametrize(("model", "kind", "count"), SLOPES.values(), ids=SLOPES)
def test_slopes_are_counted_where_a_file_has_them(model, kind, count):
    text = layers_of(model)
    assert ("slopes" not in text) if kind == "channel" else (f"slopes: {kind}" in text)
    cost = mnetcost.load(text).cost()
    assert (cost.parameters.other, cost.mult_adds) == (count, 0)


def test_slopes_ride_on_their_layer():
    model = source(
        "onnx",
        FIRST,
        call("Conv", "x w", "c", name="stem"),
        call("PRelu", "c s", "y"),
        stored={"w": (4, 8, 3, 5), "s": (4, 1, 1)},
    )
    assert "act: prelu" in layers_of(model)


def test_slopes_that_two_layers_share_are_counted_once():
    model = source(
        "onnx",
        FIRST,
        call("PRelu", "x s", "a"),
        call("PRelu", "a s", "y"),
        stored={"s": Tensor((1,), (0.25,))},
    )
    assert mnetcost.load(layers_of(model)).cost().parameters.other == 1


def test_slopes_that_are_constant_are_those_of_a_leaky_relu():
    model = stored_slopes("pt2", "aten.prelu.default", FIRST, 8, learned=False)
    assert "leaky_relu" in layers_of(model)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (stored_slopes("onnx", "PRelu", FIRST, 7, 1, 1), r"slopes of \[7, 1, 1\] on axes of"),
        (stored_slopes("onnx", "PRelu", FIRST, 8, 6, 1), "in common along some of the sides"),
        (source("onnx", FIRST, call("PRelu", "x x", "y")), "it has no stored slopes"),
        (source("ncnn", FIRST, call("PReLU", "x", "y", **{"0": 9})), r"slopes of \[9, 1, 1\]"),
    ],
)
def test_slopes_of_other_sizes_are_refused(model, words):
    with pytest.raises(SpecError, match=words):
        layers_of(model)


STORED = {"g": (8,), "b": (8,)}
TOKENS = (1, 9, 8)
# What is called, the layer that it becomes, and how many values are learned, and how many gathered.
NORMS = {
    "Keras, a batch without γ": (
        source("keras", LAST, call("BatchNormalization", "x", "y", scale=False)),
        "batch_norm: {name: batch_norm, affine: beta}",
        (8, 16),
    ),
    "Keras, a batch without β": (
        source("keras", LAST, call("BatchNormalization", "x", "y", center=False)),
        "affine: gamma",
        (8, 16),
    ),
    "Keras, a batch with neither": (
        source("keras", LAST, call("BatchNormalization", "x", "y", center=False, scale=False)),
        "affine: false",
        (0, 16),
    ),
    "Keras, a layer without β": (
        source("keras", LAST, call("LayerNormalization", "x", "y", axis=(-1,), center=False)),
        "layer_norm: {name: layer_norm, affine: gamma}",
        (8, 0),
    ),
    "Keras, over all axes": (
        source("keras", LAST, call("LayerNormalization", "x", "y", axis=(1, 2, 3), scale=False)),
        "affine: beta, over: all",
        (480, 0),
    ),
    "Keras, groups of the last axis": (
        source("keras", LAST, call("GroupNormalization", "x", "y", groups=4, axis=-1)),
        "groups: 4",
        (16, 0),
    ),
    "PyTorch, a layer without a bias": (
        source(
            "pt2",
            TOKENS,
            call("aten.layer_norm.default", "x g", "y", normalized_shape=(8,)),
            stored=STORED,
        ),
        "affine: gamma",
        (8, 0),
    ),
    "PyTorch, a layer without either": (
        source("pt2", TOKENS, call("aten.layer_norm.default", "x", "y", normalized_shape=(8,))),
        "affine: false",
        (0, 0),
    ),
    "PyTorch, groups without either": (
        source("pt2", FIRST, call("aten.group_norm.default", "x", "y", num_groups=2)),
        "affine: false, groups: 2",
        (0, 0),
    ),
}


@pytest.mark.parametrize(("model", "words", "expected"), NORMS.values(), ids=NORMS)
def test_a_norm_has_the_values_that_the_file_has(model, words, expected):
    text = layers_of(model)
    assert words in text
    found = mnetcost.load(text).cost().parameters
    assert (found.norm_affine, found.norm_statistics) == expected


def test_a_norm_without_one_of_both_stays_a_layer_of_its_own():
    model = source(
        "keras",
        LAST,
        call("Conv2D", "x", "c", filters=4, kernel_size=(3, 1), use_bias=False),
        call("BatchNormalization", "c", "n", scale=False),
        call("Activation", "n", "y", activation="relu"),
    )
    text = layers_of(model)
    assert "batch_norm: {name: batch_norm, affine: beta, act: relu}" in text
    cost = mnetcost.load(text).cost()
    assert (cost.params, cost.parameters.norm_affine, cost.parameters.norm_statistics) == (96, 4, 8)


def test_equal_slopes_that_a_file_stores_once_under_two_names_are_two():
    model = source(
        "onnx",
        FIRST,
        call("PRelu", "x s", "a"),
        call("Identity", "s", "t"),
        call("PRelu", "a t", "y"),
        stored={"s": Tensor((1,), (0.25,))},
    )
    assert mnetcost.load(layers_of(model)).cost().parameters.other == 2


def test_stored_bounds_of_a_clip_are_its_own():
    model = source(
        "onnx",
        FIRST,
        call("Identity", "low", "zero"),
        call("Clip", "x zero high", "y"),
        stored={"low": Tensor((), (0.0,)), "high": Tensor((), (6.0,))},
    )
    assert "relu6" in layers_of(model)


def test_a_learned_number_is_counted_and_one_of_the_code_is_not():
    model = source(
        "onnx",
        FIRST,
        call("Mul", "x gain", "a"),
        call("Div", "a six", "y"),
        stored={"gain": Tensor((1,), (2.0,)), "six": Tensor((), (6.0,), learned=False)},
    )
    cost = mnetcost.load(layers_of(model)).cost()
    assert (cost.parameters.other, cost.mult_adds) == (1, 0)


def test_equal_values_of_norms_of_two_types_are_counted_for_both():
    model = source(
        "onnx",
        FIRST,
        call("BatchNormalization", "x g b m v", "n"),
        call("InstanceNormalization", "n g b", "y"),
        stored={**STORED, **{name: Tensor((8,), learned=False) for name in ("m", "v")}},
    )
    assert mnetcost.load(layers_of(model)).cost().parameters.norm_affine == 32
