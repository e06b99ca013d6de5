"""Calls of operators to layers: each rule on maps that are not square, counted by hand."""

import random

import pytest
from sources import X, call, cost_of, layers_of, numbers, onnx, pt2, source

import mnetcost
from mnetcost import SpecError
from mnetcost.importing.model import Tensor

# What is called, what it becomes, and its output map, kernels' weights and mult-adds by hand.
CASES = {
    "a convolution whose ends differ": (
        onnx(
            call("Conv", "x w b", "y", strides=(2, 1), pads=(0, 1, 1, 1), kernel_shape=(3, 3)),
            stored={"w": (4, 8, 3, 3), "b": (4,)},
        ),
        ((3, 10, 4), 288, 288 * 30),
    ),
    "a depthwise one with a multiplier": (
        onnx(
            call("Conv", "x w", "y", group=8, pads=(1, 2, 1, 2), kernel_shape=(3, 5)),
            stored={"w": (16, 1, 3, 5)},
        ),
        ((6, 10, 16), 240, 240 * 60),
    ),
    "one in groups": (
        pt2(call("aten.conv2d.default", "x w", "y", groups=2), stored={"w": (12, 4, 1, 1)}),
        ((6, 10, 12), 48, 48 * 60),
    ),
    "a transposed one": (
        pt2(
            call("aten.conv_transpose2d.input", "x w", "y", stride=(2, 2), padding=(1, 1)),
            stored={"w": (8, 5, 4, 4)},
        ),
        ((12, 20, 5), 640, 640 * 60),
    ),
    "a dense layer behind all of a map": (
        pt2(
            call("aten.flatten.using_ints", "x", "f", start_dim=1),
            call("aten.linear.default", "f w b", "y"),
            stored={"w": (7, 480), "b": (7,)},
        ),
        ((1, 1, 7), 3360, 3360),
    ),
    "a dense layer on tokens": (
        pt2(
            call("aten.flatten.using_ints", "x", "f", start_dim=2),
            call("aten.transpose.int", "f", "t", dim0=1, dim1=2),
            call("aten.linear.default", "t w", "y"),
            stored={"w": (12, 8)},
        ),
        ((6, 10, 12), 96, 96 * 60),
    ),
    "a matrix product with its summand": (
        onnx(
            call("Transpose", "x", "t", perm=(0, 2, 3, 1)),
            call("MatMul", "t w", "m"),
            call("Add", "m b", "y"),
            stored={"w": (8, 5), "b": (5,)},
        ),
        ((6, 10, 5), 40, 40 * 60),
    ),
    "a mean over all positions": (
        onnx(call("ReduceMean", "x", "y", axes=(2, 3))),
        ((1, 1, 8), 0, 0),
    ),
    "half of the channels behind the other half": (
        onnx(
            call("Split", "x s", "a b", axis=1),
            call("Conv", "b w", "c", kernel_shape=(1, 1)),
            call("Concat", "a c", "y", axis=1),
            stored={"s": numbers(3, 5), "w": (2, 5, 1, 1)},
        ),
        ((6, 10, 5), 10, 600),
    ),
    "channels shuffled": (
        pt2(
            call("aten.view.default", "x", "v", size=(1, 2, 4, 6, 10)),
            call("aten.transpose.int", "v", "t", dim0=1, dim1=2),
            call("aten.reshape.default", "t", "r", shape=(1, -1, 6, 10)),
            call("aten.conv2d.default", "r w", "y"),
            stored={"w": (3, 8, 1, 1)},
        ),
        ((6, 10, 3), 24, 24 * 60),
    ),
    "a chain of shapes": (
        onnx(
            call("Shape", "x", "s"),
            call("Gather", "s first", "n", axis=0),
            call("Concat", "n rest", "t", axis=0),
            call("Reshape", "x t", "r"),
            call("Gemm", "r w b", "y", transB=1),
            stored={"first": numbers(0), "rest": numbers(-1), "w": (3, 480), "b": (3,)},
        ),
        ((1, 1, 3), 1440, 1440),
    ),
    "attention by its parts": (
        pt2(
            call("aten.flatten.using_ints", "x", "f", start_dim=2),
            call("aten.transpose.int", "f", "t", dim0=1, dim1=2),
            call("aten.linear.default", "t w", "l"),
            call("aten.reshape.default", "l", "r", shape=(1, 60, 3, 2, 4)),
            call("aten.permute.default", "r", "p", dims=(2, 0, 3, 1, 4)),
            call("aten.unbind.int", "p", "q k v"),
            call("aten.transpose.int", "k", "kt", dim0=-2, dim1=-1),
            call("aten.matmul.default", "q kt", "s"),
            call("aten.softmax.int", "s", "a", dim=-1),
            call("aten.matmul.default", "a v", "o"),
            call("aten.transpose.int", "o", "ot", dim0=1, dim1=2),
            call("aten.reshape.default", "ot", "c", shape=(1, 60, 8)),
            call("aten.linear.default", "c wo", "y"),
            stored={"w": (24, 8), "wo": (5, 8)},
        ),
        # 24·8 and 5·8 weights at 60 positions; twice 60·60·8 products
        ((6, 10, 5), 232, 232 * 60 + 2 * 60 * 60 * 8),
    ),
    "attention in windows of 3×5": (
        pt2(
            call("aten.permute.default", "x", "n", dims=(0, 2, 3, 1)),
            call("aten.view.default", "n", "v", size=(1, 2, 3, 2, 5, 8)),
            call("aten.permute.default", "v", "p", dims=(0, 1, 3, 2, 4, 5)),
            call("aten.reshape.default", "p", "w0", shape=(4, 15, 8)),
            call("aten.linear.default", "w0 w", "l"),
            call("aten.reshape.default", "l", "r", shape=(4, 15, 3, 2, 4)),
            call("aten.permute.default", "r", "q3", dims=(2, 0, 3, 1, 4)),
            call("aten.unbind.int", "q3", "q k v0"),
            call("aten.scaled_dot_product_attention.default", "q k v0", "y"),
            stored={"w": (24, 8)},
        ),
        # each of 60 positions with the 15 of its window, twice, 8 channels
        ((6, 10, 8), 192, 192 * 60 + 2 * 60 * 15 * 8),
    ),
    "the same kernel used twice": (
        pt2(
            call("aten.conv2d.default", "x w", "a"),
            call("aten.conv2d.default", "a w", "y"),
            stored={"w": (8, 8, 1, 1)},
        ),
        ((6, 10, 8), 64, 2 * 64 * 60),
    ),
    "a sequence": (
        pt2(
            call("aten.conv1d.default", "x w", "y", stride=(2,), padding=(1,)),
            size=(1, 4, 9),
            stored={"w": (6, 4, 3)},
        ),
        ((1, 5, 6), 72, 72 * 5),
    ),
    "what is padded by nothing keeps its windows": (
        pt2(
            call("aten.permute.default", "x", "l", dims=(0, 2, 3, 1)),
            call("aten.pad.default", "l", "p", pad=(0, 0, 0, 0, 0, 0)),
            call("aten.linear.default", "p w", "y"),
            stored={"w": (5, 8)},
        ),
        ((6, 10, 5), 40, 40 * 60),
    ),
    "channels last, padded to the right and below": (
        pt2(
            call("aten.permute.default", "x", "l", dims=(0, 2, 3, 1)),
            call("aten.pad.default", "l", "p", pad=(0, 0, 0, 2, 0, 1)),
            call("aten.linear.default", "p w", "y"),
            stored={"w": (5, 8)},
        ),
        ((7, 12, 5), 40, 40 * 84),
    ),
    "tokens, and what was worked out in windows of 3 by 5": (
        pt2(
            call("aten.flatten.using_ints", "x", "f", start_dim=2),
            call("aten.transpose.int", "f", "t", dim0=1, dim1=2),
            call("aten.view.default", "t", "v", size=(1, 2, 3, 2, 5, 8)),
            call("aten.permute.default", "v", "p", dims=(0, 1, 3, 2, 4, 5)),
            call("aten.reshape.default", "p", "windows", shape=(4, 15, 8)),
            call("aten.linear.default", "windows w", "d"),
            call("aten.view.default", "d", "u", size=(1, 2, 2, 3, 5, 8)),
            call("aten.permute.default", "u", "q", dims=(0, 1, 3, 2, 4, 5)),
            call("aten.reshape.default", "q", "back", shape=(1, 60, 8)),
            call("aten.add.Tensor", "t back", "y"),
            stored={"w": (8, 8)},
        ),
        ((6, 10, 8), 64, 64 * 60),
    ),
    "nothing before all tokens": (
        pt2(
            call("aten.flatten.using_ints", "x", "f", start_dim=2),
            call("aten.transpose.int", "f", "t", dim0=1, dim1=2),
            call("aten.slice.Tensor", "t", "none", dim=1, start=0, end=0),
            call("aten.cat.default", "none t", "all", dim=1),
            call("aten.linear.default", "all w", "y"),
            stored={"w": (5, 8)},
            shapes={"none": (1, 0, 8), "all": (1, 60, 8)},
        ),
        ((6, 10, 5), 40, 40 * 60),
    ),
    "Caffe rounds a pool up": (
        source("caffe", X, call("Pooling", "x", "y", pool="MAX", kernel_size=(3,), stride=(2,))),
        ((3, 5, 8), 0, 0),
    ),
    "Caffe's dense layer is of all values": (
        source("caffe", X, call("InnerProduct", "x", "y", num_output=5, bias_term=False)),
        ((1, 1, 5), 2400, 2400),
    ),
    "ncnn's depthwise layer, its height from its width": (
        source(
            "ncnn",
            X,
            call("ConvolutionDepthWise", "x", "y", **{"0": 8, "1": 3, "3": 2, "4": 1, "7": 8}),
        ),
        ((3, 5, 8), 72, 72 * 15),
    ),
    "Darknet pads by half of the size": (
        source(
            "darknet",
            X,
            call("convolutional", "x", "y", filters=4, size=3, stride=2, pad=1, batch_normalize=1),
        ),
        ((3, 5, 4), 288, 288 * 15),
    ),
    "Darknet's pool keeps its map at stride 1": (
        source("darknet", X, call("maxpool", "x", "y", size=2, stride=1)),
        ((6, 10, 8), 0, 0),
    ),
}


@pytest.mark.parametrize(("model", "expected"), CASES.values(), ids=CASES)
def test_a_call_becomes_its_layer(model, expected):
    cost = cost_of(model)
    assert (tuple(cost.layers[-1].output), cost.params, cost.mult_adds) == expected


def test_norm_and_act_ride_and_the_last_width_is_kept():
    text = layers_of(
        pt2(
            call("aten.conv2d.default", "x w", "a", name="stem", padding=(1, 1)),
            call("aten.batch_norm.default", "a g b m v", "n", name="stem.bn"),
            call("aten.relu_.default", "n", "r", name="stem.act"),
            call("aten.adaptive_avg_pool2d.default", "r", "p", name="pool", output_size=(1, 1)),
            call("aten.flatten.using_ints", "p", "f", start_dim=1),
            call("aten.linear.default", "f wf bf", "y", name="fc"),
            stored={
                "w": (6, 8, 3, 3),
                "wf": (4, 6),
                "bf": (4,),
                "g": (6,),
                "b": (6,),
                **{name: Tensor((6,), learned=False) for name in ("m", "v")},
            },
        )
    )
    assert text.splitlines()[-3:] == [
        "  - conv: {name: stem, kernel: 3, norm: batch, act: relu, out: 6}",
        "  - global_avg_pool: {name: pool}",
        "  - dense: {name: fc, out: 4, bias: true, scale: false}",
    ]
    double = mnetcost.load(text).cost(alpha=2)  # 12·8·9 weights, and 4·12 of the classifier
    assert (double.params, double.mult_adds) == (864 + 48, 864 * 60 + 48)


REFUSED = {
    "too many layers": (
        onnx(*(call("Abs", f"x{n}", f"x{n + 1}") for n in range(10_001)))._replace(
            inputs={"x0": X}
        ),
        "too-large: the model has over 10,000 layers",
    ),
    "no rule": (
        onnx(call("Loop", "x", "y", name="again")),
        r"again \(Loop\): no layer does what this call does",
    ),
    "channels that do not fit": (
        onnx(call("Conv", "x w", "y"), stored={"w": (4, 7, 1, 1)}),
        "a kernel of 7 channels in 1 groups reads 8",
    ),
    "a computed kernel": (onnx(call("Conv", "x x", "y")), "computed from the input"),
    "a sum of unlike maps": (
        pt2(
            call("aten.adaptive_avg_pool2d.default", "x", "p", output_size=(1, 1)),
            call("aten.add.Tensor", "x p", "y"),
        ),
        "adds maps of 6×10×8 and 1×1×8",
    ),
    "a size that the file states otherwise": (
        onnx(call("GlobalAveragePool", "x", "y"), shapes={"y": (1, 8, 2, 1)}),
        "the file says 1×8×2×1",
    ),
    "weights that the file states otherwise": (
        source("ncnn", X, call("Convolution", "x", "y", **{"0": 4, "1": 3, "6": 300})),
        "the file says 300 weights, and its arguments make 288",
    ),
    "two inputs": (
        onnx(call("Add", "x z", "y"))._replace(inputs={"x": X, "z": X}),
        "it has 2 inputs, not one: x, z",
    ),
    "an open side": (onnx(call("Relu", "x", "y"), size=(1, 8, None, 10)), r"1×8×\?×10"),
}


@pytest.mark.parametrize(("model", "words"), REFUSED.values(), ids=REFUSED)
def test_what_the_language_cannot_say_is_refused_by_name(model, words):
    with pytest.raises(SpecError, match=words):
        layers_of(model)


WRONG = (
    *(0, 1, -1, 7, 2**31, 2**63, -(2**63), 0.5, float("inf"), "SAME", "x", None, True),
    *((), (1,), (0, 0), (1, 2, 3), (2**40, 2**40), ("a",), ((1, 2), (3, 4)), (None,), -233),
)


def changed(model, chance):
    """The model with a few arguments, inputs, operators or stored shapes of another kind."""
    calls, stored = list(model.calls), dict(model.stored)
    for _ in range(chance.choice([1, 1, 2, 4])):
        place = chance.randrange(len(calls))
        one = calls[place]
        match chance.randrange(4):
            case 0 if stored:
                name = chance.choice(list(stored))
                shape = [chance.choice([0, 1, 2, 2**40, side]) for side in stored[name].shape]
                values = chance.choice([None, (), (1, 2, 3)])
                stored[name] = Tensor(tuple(shape[: chance.randrange(6)]), values)
            case 1:
                calls[place] = one._replace(operator=chance.choice(calls).operator)
            case 2:
                calls[place] = one._replace(inputs=one.inputs[: chance.randrange(4)])
            case _:
                words = [*one.arguments, "dim", "size", "axis", "stride", "pads", "perm", "0", "1"]
                value = {chance.choice(words): chance.choice(WRONG)}
                calls[place] = one._replace(arguments={**one.arguments, **value})
    return model._replace(calls=tuple(calls), stored=stored)


def translated(models, count, seed):
    """How many of so many changed models are right; the others are refused."""
    chance, right = random.Random(seed), 0
    for _ in range(count):
        try:
            cost_of(changed(chance.choice(models), chance))
        except SpecError:
            continue
        right += 1
    return right


MODELS = [model for model, _ in CASES.values()]


def test_a_model_of_any_kind_is_counted_or_refused():
    assert 20 < translated(MODELS, 300, seed=16) < 280


@pytest.mark.fuzz
def test_twenty_thousand_models_of_any_kind_are_counted_or_refused():
    assert 1_000 < translated(MODELS, 20_000, seed=1616) < 19_000
