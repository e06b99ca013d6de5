"""Dilated convolutions as TensorFlow writes them, counted by hand."""

import pytest
from sources import call, layers_of, source

import mnetcost
from mnetcost import SpecError
from mnetcost.importing.model import Tensor

APART, TOGETHER = "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"
MAP, SEQUENCE = (1, 7, 10, 4), (1, 9, 4)


def whole(*values, rows=0):
    shape = (rows, 2) if rows else (len(values),)
    return Tensor(shape, values, learned=False)


# Every second row and every third column: 7 + 4 rows are 12 with one more, 10 + 6 columns are 18
# with two more, which are cut off again.
STEPS = {
    "steps": whole(2, 3),
    "pads": whole(2, 3, 3, 5, rows=2),
    "cuts": whole(0, 1, 0, 2, rows=2),
}
SHAPES = {"a": (6, 6, 6, 4), "b": (6, 4, 4, 5), "y": (1, 7, 10, 5)}


def dilated(*between, shapes=None, **stored):
    calls = (call(APART, "x steps pads", "a"), *between, call(TOGETHER, "b steps cuts", "y"))
    return source("tflite", MAP, *calls, stored={**STEPS, **stored}, shapes=shapes)


def test_a_convolution_of_every_other_position_is_a_dilated_one():
    model = dilated(
        call("CONV_2D", "a w b0", "b", padding="VALID", fused_activation_function="RELU"),
        shapes=SHAPES,
        w=(5, 3, 3, 4),
        b0=(5,),
    )
    text = layers_of(model)
    assert text.splitlines()[-1] == (
        "  - conv: {name: conv, kernel: 3, dilation: [2, 3], bias: true, act: relu, out: 5, "
        "scale: false}"
    )
    cost = mnetcost.load(text).cost()
    assert (cost.params, cost.mult_adds) == (180, 180 * 70)
    assert tuple(cost.layers[-1].output) == (7, 10, 5)


def test_a_depthwise_one_has_its_bias_and_function_between():
    model = dilated(
        call("DEPTHWISE_CONV_2D", "a w", "c", padding="VALID"),
        call("ADD", "c b0", "d"),
        call("RELU6", "d", "b"),
        shapes={**SHAPES, "b": (6, 4, 4, 4), "y": (1, 7, 10, 4)},
        w=(1, 3, 3, 4),
        b0=(4,),
    )
    cost = mnetcost.load(layers_of(model)).cost()
    assert (cost.params, cost.parameters.biases, cost.mult_adds) == (36, 4, 36 * 70)


def test_padding_that_differs_at_the_ends_is_a_layer_before_it():
    model = dilated(
        call("CONV_2D", "a w", "b", padding="VALID"),
        w=(5, 3, 3, 4),
        pads=whole(4, 1, 6, 2, rows=2),
    )
    text = layers_of(model)
    assert "pad: {name: pad, top: 4, left: 6}" in text
    cost = mnetcost.load(text).cost()
    assert (tuple(cost.layers[-1].output), cost.mult_adds) == ((7, 10, 5), 180 * 70)


def test_a_sequence_is_taken_apart_along_its_one_side():
    model = source(
        "tflite",
        SEQUENCE,
        call(APART, "x steps pads", "a"),
        call("EXPAND_DIMS", "a axis", "e"),
        call("CONV_2D", "e w", "c", padding="VALID"),
        call("SQUEEZE", "c", "b", squeeze_dims=(1,)),
        call(TOGETHER, "b steps cuts", "y"),
        stored={
            "steps": whole(4),
            "pads": whole(8, 3, rows=1),
            "cuts": whole(0, 3, rows=1),
            "axis": Tensor((), (1,), learned=False),
            "w": (6, 1, 3, 4),
        },
        shapes={"a": (4, 5, 4), "e": (4, 1, 5, 4), "c": (4, 1, 3, 6), "y": (1, 9, 6)},
    )
    # a causal one: 8 px before, of 3 taps that are 4 apart
    cost = mnetcost.load(layers_of(model)).cost()
    assert (cost.params, cost.mult_adds) == (72, 72 * 9)
    assert tuple(cost.layers[-1].output) == (1, 9, 6)


CONV = call("CONV_2D", "a w", "b", padding="VALID")
KERNEL = {"w": (5, 3, 3, 4)}


@pytest.mark.parametrize(
    "model",
    [
        dilated(call("RELU", "a", "b")),
        dilated(CONV._replace(arguments={"padding": "SAME"}), **KERNEL),
        dilated(CONV._replace(arguments={"padding": "VALID", "stride_h": 2}), **KERNEL),
        dilated(CONV, **KERNEL, cuts=whole(0, 4, 0, 2, rows=2)),
        dilated(CONV, **KERNEL, pads=whole(2.0, 3.0, 3.0, 5.0, rows=2)),
        dilated(CONV, **KERNEL, pads=Tensor((2, 2), learned=False)),
        dilated(CONV, **KERNEL, steps=whole(0, 3)),
        dilated(CONV, **KERNEL, steps=whole(2, 3, 1)),
        dilated(CONV, call("RELU", "a", "q"), **KERNEL),
        source(
            "tflite",
            MAP,
            call(APART, "x steps pads", "a"),
            CONV,
            call("RELU", "b", "y"),
            stored={**STEPS, **KERNEL},
        ),
        source("tflite", MAP, call(TOGETHER, "x steps cuts", "y"), stored=STEPS),
        source("tflite", MAP, call(APART, "x", "y")),
    ],
)
def test_positions_that_are_taken_apart_for_anything_else_are_refused(model):
    with pytest.raises(SpecError, match=f"({APART}|{TOGETHER}): no layer does what this call does"):
        layers_of(model)
