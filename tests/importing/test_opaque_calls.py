"""Calls that the language has no layer for: exact by their shapes, unknown, or refused, by hand."""

import pytest
from sources import X, call, cost_of, layers_of, numbers, onnx, pt2, source

import mnetcost
from mnetcost import SpecError
from mnetcost.importing.model import Tensor

X3 = (1, 8, 9)  # nine positions of eight channels
TOKENS = call("aten.transpose.int", "x", "n", dim0=1, dim1=2)
CONSTANTS = {"grid": (1, 5, 2), "mix": (2, 8)}
KEPT = {  # what is learned, which no layer of the language has, and how many values
    "a bias of attention": (
        pt2(
            TOKENS,
            call("aten.matmul.default", "n x", "s"),
            call("aten.add.Tensor", "s table", "b"),
            call("aten.softmax.int", "b", "a", dim=-1),
            call("aten.matmul.default", "a n", "y"),
            size=X3,
            stored={"table": (1, 9, 9)},
        ),
        81,
        2 * 9 * 9 * 8,
    ),
    "a table that is looked up": (
        pt2(
            TOKENS,
            call("aten.index.Tensor", "table places", "found"),
            call("aten.scaled_dot_product_attention.default", "n n n found", "y"),
            size=X3,
            stored={"table": (17, 1), "places": Tensor((81,), learned=False)},
            shapes={"found": (1, 9, 9)},
        ),
        17,
        2 * 9 * 9 * 8,
    ),
    "a learned number": (
        pt2(call("aten.mul.Tensor", "x gain", "y"), stored={"gain": (1,)}),
        1,
        0,
    ),
    "a number that is used twice": (
        pt2(
            call("aten.mul.Tensor", "x gain", "a"),
            call("aten.mul.Tensor", "a gain", "y"),
            stored={"gain": (1,)},
        ),
        1,
        0,
    ),
    "a kernel with a learned gain": (
        pt2(
            call("aten.mul.Tensor", "w gain", "k"),
            call("aten.conv2d.default", "x k", "y"),
            stored={"w": (4, 8, 1, 1), "gain": (4, 1, 1, 1)},
        ),
        32 + 4,
        32 * 60,
    ),
    "a constant kernel": (
        pt2(
            call("aten.conv2d.default", "x blur", "y", groups=8),
            stored={"blur": Tensor((8, 1, 3, 3), learned=False)},
            shapes={"y": (1, 8, 4, 8)},
        ),
        0,
        72 * 32,
    ),
    "a network over constants": (
        pt2(
            call("aten.linear.default", "grid w b", "p"),
            call("aten.add.Tensor", "x p", "y"),
            size=(1, 5, 8),
            stored={"grid": Tensor((1, 5, 2), learned=False), "w": (8, 2), "b": (8,)},
            shapes={"p": (1, 5, 8)},
        ),
        16 + 8,
        16 * 5,
    ),
    "a constant that costs, read by what has no layer": (
        pt2(
            call("aten.matmul.default", "grid mix", "p"),
            call("aten.lerp.Tensor", "x p x", "y"),
            size=(1, 5, 8),
            stored={name: Tensor(one, learned=False) for name, one in CONSTANTS.items()},
            shapes={"p": (1, 5, 8), "y": (1, 5, 8)},
        ),
        0,
        5 * 2 * 8,
    ),
    "a kernel in common, with a bias of each layer's own": (
        pt2(
            call("aten.linear.default", "x w a", "l"),
            call("aten.linear.default", "l w b", "y"),
            size=(1, 8),
            stored={"w": (8, 8), "a": (8,), "b": (8,)},
            shapes={"l": (1, 8), "y": (1, 8)},
        ),
        64 + 8 + 8,
        2 * 64,
    ),
    "the same in parts": (
        onnx(
            call("MatMul", "x w", "m"),
            call("Add", "m a", "l"),
            call("MatMul", "l w", "n"),
            call("Add", "n b", "y"),
            size=(1, 8),
            stored={"w": (8, 8), "a": (8,), "b": (8,)},
        ),
        64 + 8 + 8,
        2 * 64,
    ),
    "a kernel and a bias in common": (
        pt2(
            call("aten.linear.default", "x w a", "l"),
            call("aten.linear.default", "l w a", "y"),
            size=(1, 8),
            stored={"w": (8, 8), "a": (8,)},
        ),
        64 + 8,
        2 * 64,
    ),
    "three sides": (
        pt2(
            call("aten.unsqueeze.default", "x", "v", dim=2),
            call("aten.conv3d.default", "v w", "y"),
            stored={"w": (4, 8, 1, 3, 3)},
            shapes={"v": (1, 8, 1, 6, 10), "y": (1, 4, 1, 4, 8)},
        ),
        288,
        288 * 32,
    ),
    "one value under two names, read first by the other": (  # as exporters keep equal values once
        onnx(
            call("Identity", "b", "c"),
            call("Conv", "x k", "p"),
            call("Add", "p c", "q"),
            call("Conv", "q m", "r"),
            call("Add", "r b", "y"),
            stored={"k": (8, 8, 1, 1), "m": (8, 8, 1, 1), "b": (8, 1, 1)},
        ),
        2 * (64 + 8),
        2 * 64 * 60,
    ),
    "ONNX with three sides": (
        onnx(
            call("Unsqueeze", "x two", "v"),
            call("Conv", "v w b", "y", kernel_shape=(1, 3, 3)),
            stored={"two": numbers(2), "w": (4, 8, 1, 3, 3), "b": (4,)},
            shapes={"v": (1, 8, 1, 6, 10), "y": (1, 4, 1, 4, 8)},
        ),
        288 + 4,
        288 * 32,
    ),
    "ONNX with a turned matrix": (
        onnx(
            call("Gemm", "x w", "y", transA=1),
            size=(6, 10),
            stored={"w": (6, 4)},
            shapes={"y": (10, 4)},
        ),
        24,
        10 * 4 * 6,
    ),
    "ONNX with a product of three axes": (
        onnx(
            call("Transpose", "x", "n", perm=(0, 2, 1)),
            call("Einsum", "n n", "y", equation="bnc,bmc->bnm"),
            size=X3,
            shapes={"y": (1, 9, 9)},
        ),
        0,
        9 * 9 * 8,
    ),
    "ONNX with maps on top of each other": (
        onnx(
            call("Unsqueeze", "x one", "u"),
            call("Concat", "u u", "y", axis=1),
            stored={"one": numbers(1)},
            shapes={"y": (1, 2, 8, 6, 10)},
        ),
        0,
        0,
    ),
    "any product": (
        pt2(
            TOKENS,
            call("aten.einsum.default", "n n", "y", equation="bnc,bmc->bnm", tensors=2),
            size=X3,
            shapes={"y": (1, 9, 9)},
        ),
        0,
        9 * 9 * 8,
    ),
}


@pytest.mark.parametrize(("model", "learned", "mult_adds"), KEPT.values(), ids=KEPT)
def test_what_the_language_has_not_is_exact_at_the_file_s_input(model, learned, mult_adds):
    cost = cost_of(model)
    assert (total(cost), cost.mult_adds) == (learned, mult_adds)


def total(cost):
    found = cost.parameters
    return found.weights + found.biases + found.norm_affine + found.other


def test_its_numbers_hold_for_its_own_map_alone():
    model, _, _ = KEPT["a learned number"]
    with pytest.raises(SpecError, match=r"its numbers are of a 6×10×8 map, and 12×20×8"):
        mnetcost.load(layers_of(model)).cost(rho=2)


# With what is known beside the unknown call: the learned values of all, and the other layers' work.
UNKNOWN = {
    "a recurrent layer": (
        pt2(
            call("aten.lstm.input", "x w", "r"),
            call("aten.linear.default", "r v", "y"),
            size=X3,
            stored={"w": (4, 8), "v": (5, 8)},
            shapes={"r": (1, 9, 8)},
        ),
        32 + 40,
        40 * 9,
    ),
    "an operator of somebody's own": (
        onnx(
            call("Wavelet", "x", "c"),
            call("Conv", "c w", "y"),
            stored={"w": (2, 16, 1, 1)},
            shapes={"c": (1, 16, 3, 5)},
        ),
        32,
        32 * 15,
    ),
    "one that gives two maps": (
        source(
            "tflite",
            (1, 6, 10, 8),
            call("CUSTOM", "x g", "a b"),
            call("CONCATENATION", "a b", "y", axis=3),
            stored={"g": (3, 7)},
            shapes={"a": (1, 6, 10, 2), "b": (1, 6, 10, 5)},
        ),
        21,
        0,
    ),
    "one whose first output nobody reads": (
        onnx(
            call("Scan", "x w", "all last"),
            call("Relu", "last", "y"),
            stored={"w": (4, 8)},
            shapes={"last": (1, 8, 3, 5)},
        ),
        32,
        0,
    ),
    "a product of three": (
        pt2(
            TOKENS,
            call("aten.einsum.default", "n n n", "y", equation="bnc,bmc,bmd->bnd", tensors=3),
            size=X3,
            shapes={"y": (1, 9, 8)},
        ),
        0,
        0,
    ),
}


@pytest.mark.parametrize(("model", "learned", "mult_adds"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_nobody_knows_is_a_layer_of_unknown_work(model, learned, mult_adds):
    text = layers_of(model)
    assert text.count("unknown: true") == 1
    cost = mnetcost.load(text).cost()
    assert (total(cost), cost.mult_adds, cost.at_least) == (learned, mult_adds, True)


LOST = {
    "an ONNX operator whose output has no stated shape": onnx(call("NonZero", "x", "y")),
    "a learned value by another name": onnx(
        call("Identity", "b", "c"),
        call("Conv", "x k b", "p"),
        call("Pad", "p pads c", "y"),
        stored={
            "k": (8, 8, 1, 1),
            "b": (8,),
            "pads": Tensor((8,), (0, 0, 1, 1, 0, 0, 1, 1), learned=False),
        },
    ),
    "an unknown function of stored values": pt2(
        call("mine.wavelet.default", "w", "k"),
        call("aten.conv2d.default", "x k", "y"),
        stored={"w": (4, 8)},
        shapes={"k": (4, 8, 3, 3), "y": (1, 4, 4, 8)},
    ),
    "an unknown call with an output of no stated shape": pt2(
        call("mine.split.default", "x", "a b"),
        call("aten.add.Tensor", "a b", "y"),
        shapes={"a": X, "b": (1, None)},
    ),
    "scores that are read twice, once with a table": pt2(
        TOKENS,
        call("aten.matmul.default", "n x", "s"),
        call("aten.add.Tensor", "s table", "b"),
        call("aten.matmul.default", "s n", "a"),
        call("aten.matmul.default", "b n", "c"),
        call("aten.add.Tensor", "a c", "y"),
        size=X3,
        stored={"table": (1, 9, 9)},
        shapes={"c": (1, 9, 8)},
    ),
    "scores that are read twice": pt2(
        TOKENS,
        call("aten.matmul.default", "n x", "s"),
        call("aten.matmul.default", "s n", "a"),
        call("aten.sum.default", "s", "b"),
        call("aten.mul.Tensor", "a b", "y"),
        size=X3,
        shapes={"b": ()},
    ),
}


@pytest.mark.parametrize(
    "model",
    [
        onnx(call("QLinearMatMul", "x w", "y"), stored={"w": (10, 4)}, shapes={"y": (1, 8, 6, 4)}),
        onnx(call("mine::Relu", "x", "y"), shapes={"y": X}),
    ],
)
def test_an_onnx_operator_whose_cost_is_not_known_says_so(model):
    assert mnetcost.load(layers_of(model)).cost().at_least


@pytest.mark.parametrize("model", LOST.values(), ids=LOST)
def test_nothing_is_lost_in_silence(model):
    with pytest.raises(SpecError):
        layers_of(model)
