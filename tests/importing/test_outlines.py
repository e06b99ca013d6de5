"""Calls that no layer says, of files that state no shapes, and numbers of several axes: by hand."""

import pytest
from sources import X, call, layers_of, numbers, onnx

import mnetcost
from mnetcost import SpecError
from mnetcost.importing.model import Tensor

POINT = {"k": (5, 8, 1, 1)}

# What is called, and kernels' weights and mult-adds by hand.
CASES = {
    "parts of an axis between others": (
        onnx(
            call("Reshape", "x in", "r"),
            call("Split", "r parts", "a b", axis=2),
            call("Reshape", "b out", "m"),
            call("Conv", "m k", "y", kernel_shape=(1, 1)),
            stored={"in": numbers(1, 2, 4, 60), "parts": numbers(1, 3)}
            | {"out": numbers(1, 6, 6, 10), "k": (5, 6, 1, 1)},
        ),
        (30, 30 * 60),
    ),
    "a slice of it": (
        onnx(
            call("Reshape", "x in", "r"),
            call("Slice", "r one two axis", "b"),
            call("Reshape", "b out", "m"),
            call("Conv", "m k", "y", kernel_shape=(1, 1)),
            stored={"in": numbers(1, 2, 4, 60), "one": numbers(1), "two": numbers(-1)}
            | {"axis": numbers(2), "out": numbers(1, 4, 6, 10), "k": (5, 4, 1, 1)},
        ),
        (20, 20 * 60),
    ),
    "sums of rows": (
        onnx(
            call("ReduceSum", "x axis", "s"),
            call("Conv", "s k", "y", kernel_shape=(1, 1)),
            stored={"axis": numbers(3), **POINT},
        ),
        (40, 40 * 6),
    ),
    "lengths of columns, without their axis": (
        onnx(
            call("ReduceL2", "x", "s", axes=(2,), keepdims=0),
            call("Conv", "s k", "y", kernel_shape=(1,)),
            stored={"k": (5, 8, 1)},
        ),
        (40, 40 * 10),
    ),
    "a repeated map": (
        onnx(
            call("Tile", "x times", "t"),
            call("Conv", "t k", "y", kernel_shape=(1, 1)),
            stored={"times": numbers(1, 1, 1, 2), **POINT},
        ),
        (40, 40 * 120),
    ),
    "rows by their places": (
        onnx(
            call("Gather", "x rows", "g", axis=2),
            call("Conv", "g k", "y", kernel_shape=(1, 1)),
            stored={"rows": numbers(0, 2, 4), **POINT},
        ),
        (40, 40 * 30),
    ),
    # rows 0, 1, 2 and 3, 4, 5: a table of 2×1 and 3 places
    "rows by a table of places": (
        onnx(
            call("Add", "begins steps", "rows"),
            call("Gather", "x rows", "g", axis=2),
            call("Reshape", "g back", "m"),
            call("Conv", "m k", "y", kernel_shape=(1, 1)),
            stored={"begins": numbers(0, 3, shape=(2, 1)), "steps": numbers(0, 1, 2)}
            | {"back": numbers(*X), **POINT},
        ),
        (40, 40 * 60),
    ),
    "squares of channels as positions": (
        onnx(
            call("DepthToSpace", "x", "d", blocksize=2),
            call("SpaceToDepth", "d", "s", blocksize=2),
            call("Conv", "d k", "y", kernel_shape=(1, 1)),
            stored={"k": (5, 2, 1, 1)},
        ),
        (10, 10 * 240),
    ),
    # 8·6·6 values of 10 products each, and a kernel on each of 6×6 positions
    "a convolution of products": (
        onnx(
            call("Transpose", "x", "t", perm=(0, 1, 3, 2)),
            call("MatMul", "x t", "s"),
            call("Conv", "s k", "y", kernel_shape=(1, 1)),
            stored=POINT,
        ),
        (40, 8 * 36 * 10 + 40 * 36),
    ),
    # 4 more rows and 3 more columns: pairs from the last axis on, turned to begins and ends
    "padding in pairs, turned around": (
        onnx(
            call("Reshape", "pads pairs", "p"),
            call("Slice", "p last first axis step", "q"),
            call("Transpose", "q", "t", perm=(1, 0)),
            call("Reshape", "t flat", "u"),
            call("Pad", "x u", "m"),
            call("Conv", "m k", "y", kernel_shape=(1, 1)),
            stored={"pads": numbers(1, 2, 3, 1, 0, 0, 0, 0), "pairs": numbers(-1, 2)}
            | {"last": numbers(-1), "first": numbers(-(2**63) + 1), "axis": numbers(0)}
            | {"step": numbers(-1), "flat": numbers(-1), **POINT},
        ),
        (40, 40 * 10 * 13),
    ),
    # -1 is 9, and 488 stays; 9 mod 8 is 1, 488 mod 484 is 4: 120×1×4 values
    "sizes that are chosen": (
        onnx(
            call("Equal", "sizes none", "e"),
            call("Where", "e ones sizes", "w"),
            call("Mod", "w eight", "n"),
            call("Concat", "one n", "t", axis=0),
            call("Reshape", "x t", "m"),
            call("MatMul", "m k", "y"),
            stored={"sizes": numbers(-1, 488), "none": numbers(-1), "ones": numbers(9, 9)}
            | {"eight": numbers(8, 484), "one": numbers(120), "k": (4, 3)},
        ),
        (12, 12 * 120),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_called_is_counted(name):
    model, expected = CASES[name]
    cost = mnetcost.load(layers_of(model)).cost()
    assert (cost.params, cost.mult_adds) == expected


def test_a_group_norm_is_found_in_what_exporters_write():
    model = onnx(
        call("Reshape", "x groups", "r"),
        call("InstanceNormalization", "r g b", "i"),
        call("Reshape", "i back", "m"),
        call("Mul", "m s", "n"),
        call("Conv", "n k", "y", kernel_shape=(1, 1)),
        stored={"groups": numbers(0, 2, -1), "g": Tensor((2,), (1.0, 1.0))}
        | {"b": Tensor((2,), (0.0, 0.0)), "back": numbers(*X), "s": (8, 1, 1), **POINT},
    )
    text = layers_of(model)
    assert "group_norm: {name: group_norm, affine: false, groups: 2}" in text
    cost = mnetcost.load(text).cost()
    assert (cost.params, cost.parameters.norm_affine, cost.parameters.other) == (40, 0, 8)


def test_a_norm_of_groups_with_values_of_its_own_is_opaque():
    model = onnx(
        call("Reshape", "x groups", "r"),
        call("InstanceNormalization", "r g b", "y"),
        stored={"groups": numbers(0, 2, -1), "g": Tensor((2,), (1.0, 2.0)), "b": (2,)},
    )
    cost = mnetcost.load(layers_of(model)).cost()
    assert cost.parameters.other == 4


def test_equal_values_of_layers_of_two_types_are_each_their_own():
    model = onnx(
        call("BatchNormalization", "x g b m v", "n"),
        call("Transpose", "n", "t", perm=(0, 2, 3, 1)),
        call("LayerNormalization", "t g b", "y"),
        stored=dict.fromkeys("gbmv", (8,)),
    )
    assert mnetcost.load(layers_of(model)).cost().parameters.norm_affine == 32


REFUSED = {
    "places that are not there": call("Gather", "x far", "y", axis=5),
    "repeats of other axes": call("Tile", "x two", "y"),
    "parts of nothing": call("Split", "x two", "y z", axis=9),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_go_together_is_refused(name):
    stored = {"far": numbers(3, 4), "two": numbers(2, 2)}
    with pytest.raises(SpecError, match="unsupported"):
        mnetcost.load(layers_of(onnx(REFUSED[name], stored=stored)))
