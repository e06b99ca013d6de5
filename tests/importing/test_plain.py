"""Parts of layers put together again, only where they are that layer; and the text of it all."""

import pytest
import yaml
from sources import X, call, layers_of, source

import mnetcost
from mnetcost.importing.model import Tensor
from mnetcost.importing.spelling import Listing, quoted, spelled
from mnetcost.importing.translation import INPUT
from mnetcost.importing.values import Entry
from mnetcost.layers.base import Map
from mnetcost.layers.convolution import Conv
from mnetcost.layers.window import ONE


def gated(*more, squeeze_bias="b1", activation="aten.sigmoid.default", pooled="x", through="x"):
    """A gate over the means of a map, as timm writes it, 8→2→8."""
    return source(
        "pt2",
        X,
        call("aten.mean.dim", pooled, "m", dim=(2, 3), keepdim=True),
        call("aten.conv2d.default", f"m w1 {squeeze_bias}".strip(), "s"),
        call("aten.relu.default", "s", "r"),
        call("aten.conv2d.default", "r w2 b2", "e"),
        call(activation, "e", "g"),
        call("aten.mul.Tensor", f"{through} g", "y"),
        *more,
        stored={"w1": (2, 8, 1, 1), "b1": (2,), "w2": (8, 2, 1, 1), "b2": (8,)},
    )


def types(model):
    return [layer.type for layer in mnetcost.load(layers_of(model)).cost().layers]


def test_a_gate_of_a_map_s_own_means_is_one_layer():
    cost = mnetcost.load(layers_of(gated())).cost()
    assert [layer.type for layer in cost.layers] == ["squeeze_excitation"]
    assert (cost.params, cost.mult_adds, cost.parameters.biases) == (32, 32, 10)


@pytest.mark.parametrize(
    "model",
    [
        gated(squeeze_bias=""),  # a bias in one of both
        gated(activation="aten.relu.default"),
        gated(call("aten.mul.Tensor", "y m", "z")),  # the means are read elsewhere too
    ],
)
def test_what_is_another_gate_stays_in_parts(model):
    assert "squeeze_excitation" not in types(model)
    assert mnetcost.load(layers_of(model)).cost().mult_adds == 32


def test_a_gate_of_another_map_stays_in_parts():
    model = gated()
    first = call("aten.relu6.default", "x", "other")
    calls = (first, *model.calls[:-1], call("aten.mul.Tensor", "other g", "y"))
    assert "squeeze_excitation" not in types(model._replace(calls=calls))


def silu(*more):
    return source(
        "onnx",
        X,
        call("Conv", "x w", "c", kernel_shape=(1, 1)),
        call("Sigmoid", "c", "s"),
        call("Mul", "c s", "y"),
        *more,
        stored={"w": (4, 8, 1, 1)},
    )


def test_a_value_times_its_sigmoid_is_swish():
    assert "conv: {name: conv, act: swish, out: 4, scale: false}" in layers_of(silu())


def test_a_sigmoid_that_is_read_twice_stays():
    assert types(silu(call("Add", "y s", "z"))) == ["pointwise", "sigmoid", "multiply", "add"]


def test_a_norm_behind_a_kernel_in_common_does_not_ride():
    """Each use of the kernel has a norm of its own."""
    statistics = {name: Tensor((8,), learned=False) for name in ("m", "v")}
    model = source(
        "pt2",
        X,
        call("aten.conv2d.default", "x w", "a"),
        call("aten.batch_norm.default", "a g b m v", "n"),
        call("aten.conv2d.default", "n w", "c"),
        call("aten.batch_norm.default", "c g2 b2 m v", "y"),
        stored={
            "w": (8, 8, 1, 1),
            "g": (8,),
            "b": (8,),
            "g2": (8,),
            "b2": (8,),
            **statistics,
        },
    )
    cost = mnetcost.load(layers_of(model)).cost()
    assert (cost.params, cost.parameters.norm_affine) == (64, 32)


@pytest.mark.parametrize(
    "text",
    ["a/b.c", "0", "true", "No", "1e3", "- x", "a: b", 'say "so"', "a\\b", "a\x1b[31m\n", "é"],
)
def test_a_text_is_read_back(text):
    assert yaml.safe_load(f"[{quoted(text)}]") == [text]


def test_names_are_as_close_to_the_file_s_as_the_language_takes():
    model = source(
        "onnx",
        X,
        call("Relu", "x", "a", name="/net/act.0/Relu"),
        call("Abs", "a", "b", name="input"),
        call("Abs", "b", "c", name="/net/act.0/Relu"),
        call("Abs", "c", "y", name="\x00\x1b[31m[red]"),
    )
    names = [layer.name for layer in mnetcost.load(layers_of(model)).cost().layers]
    assert names == ["net/act.0/Relu", "input_2", "net/act.0/Relu_2", "31m/red"]


def test_norms_with_values_in_common_have_them_once():
    """A module that is called twice; Keras says so by the layer's name."""
    statistics = {name: Tensor((8,), learned=False) for name in ("m", "v")}
    model = source(
        "pt2",
        X,
        call("aten.batch_norm.default", "x g b m v", "a"),
        call("aten.batch_norm.default", "a g b m v", "y"),
        stored={"g": (8,), "b": (8,), **statistics},
    )
    assert mnetcost.load(layers_of(model)).cost().parameters.norm_affine == 16
    keras = source(
        "keras",
        (1, 6, 10, 8),
        call("BatchNormalization", "x", "a", name="bn"),
        call("BatchNormalization", "a", "y", name="bn", weights="bn"),
    )
    assert mnetcost.load(layers_of(keras)).cost().parameters.norm_affine == 16


def test_a_separable_that_is_called_twice_has_its_kernels_once():
    """9·8 and 8·8 weights, a bias each of eight, at 60 positions, twice."""
    size = {"kernel_size": (3, 3), "filters": 8, "padding": "same"}
    model = source(
        "keras",
        (1, 6, 10, 8),
        call("SeparableConv2D", "x", "a", name="s", **size),
        call("SeparableConv2D", "a", "y", name="s", weights="s", **size),
    )
    cost = mnetcost.load(layers_of(model)).cost()
    assert (cost.params, cost.mult_adds, cost.parameters.biases) == (136, 2 * 136 * 60, 8)


def test_what_is_said_of_a_layer_stands_in_the_place_of_its_own_keys():
    """1·1·8·24 weights of 8·3 filters; at α 1/2 they follow from what comes in still."""
    entries = [
        Entry("wide", Conv(out=24, kernel=ONE), (INPUT,), said={"out": "", "expand": "3"}),
        Entry("narrow", Conv(out=4, kernel=ONE), ("wide",), said={"scale": "false"}),
    ]
    text = spelled(Listing("said", Map(6, 10, 8), entries))
    assert "conv: {name: wide, expand: 3}" in text
    assert "conv: {name: narrow, out: 4, scale: false}" in text
    assert mnetcost.load(text).cost(alpha="1/2").params == 8 * 24 + 24 * 4
