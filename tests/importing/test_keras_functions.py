"""Functions in models of Keras, layers of its own networks, attention: counted by hand."""

import pytest
from sources import call, layers_of, source

import mnetcost
from mnetcost import SpecError

X = (1, 6, 10, 8)  # a map of 6×10×8, its channels last
TOKENS = (None, 9, 8)  # nine positions of eight channels


def keras(*calls, size=X, **more):
    return source("keras", size, *calls, **more)


def ops(name, inputs, outputs, **arguments):
    return call(f"ops::{name}", inputs, outputs, **arguments)


# What is called, the output map of the last layer, and weights and mult-adds by hand.
CASES = {
    "a sum, a product and numbers": (
        keras(
            call("Conv2D", "x", "c", filters=8, kernel_size=(1, 1), use_bias=False),
            ops("Add", "c", "p", args=("%0", 3.0)),
            ops("Relu6", "p", "r"),
            ops("Multiply", "r", "s", args=(0.25, "%0")),
            ops("Subtract", "s", "d", args=(1.0, "%0")),
            ops("Multiply", "x d", "y"),
        ),
        ((6, 10, 8), 64, 64 * 60),
    ),
    "a gate of means": (
        keras(
            ops("Mean", "x", "m", axis=(1, 2), keepdims=True),
            ops("Sigmoid", "m", "g"),
            ops("Multiply", "x g", "y"),
        ),
        ((6, 10, 8), 0, 0),
    ),
    "parts joined the other way round": (
        keras(
            ops("Split", "x", "a b", indices_or_sections=(3,), axis=-1),
            ops("Concatenate", "b a", "c", axis=-1),
            call("Conv2D", "c", "y", filters=5, kernel_size=(3, 1), padding="valid"),
        ),
        ((4, 10, 5), 3 * 8 * 5, 3 * 8 * 5 * 40),
    ),
    "axes moved and back": (
        keras(
            ops("Transpose", "x", "t", axes=(0, 3, 1, 2)),
            ops("Reshape", "t", "r", newshape=(-1, 8, 60)),
            ops("Transpose", "r", "n", axes=(0, 2, 1)),
            call("Dense", "n", "y", units=4),
        ),
        ((6, 10, 4), 32, 32 * 60),
    ),
    "attention by its parts": (
        keras(
            ops("Transpose", "x", "t", axes=(0, 2, 1)),
            ops("Matmul", "x t", "s"),
            ops("TrueDivide", "s", "d", args=("%0", 2.0)),
            ops("Softmax", "d", "a"),
            ops("Matmul", "a x", "y"),
            size=TOKENS,
        ),
        ((1, 9, 8), 0, 2 * 9 * 9 * 8),
    ),
    "padded and pooled": (
        keras(
            ops("Pad", "x", "p", pad_width=((0, 0), (1, 1), (0, 2), (0, 0))),
            ops("AveragePool", "p", "a", pool_size=2, padding="valid"),
            call("Cropping2D", "a", "y", cropping=((1, 0), (1, 2))),
        ),
        ((3, 3, 8), 0, 0),
    ),
    "at other sides": (
        keras(ops("Resize", "x", "y", size=(9, 5), interpolation="bilinear", data_format=None)),
        ((9, 5, 8), 0, 0),
    ),
    "the first position, and half of its channels": (
        keras(
            ops(
                "GetItem",
                "x",
                "f",
                args=("%0", ("...", 0, ("slice", 0, 4, None))),
            ),
            call("Dense", "f", "y", units=5, use_bias=False),
            size=TOKENS,
        ),
        ((1, 1, 5), 20, 20),
    ),
    "functions of Keras 2": (
        keras(
            call("TFOpLambda", "x", "a", function="__operators__.add", **{"call.y": 3.0}),
            call("TFOpLambda", "a x", "y", function="math.multiply", **{"call.y": "%1"}),
        ),
        ((6, 10, 8), 0, 0),
    ),
    "attention with its projections": (
        keras(call("MultiHeadAttention", "x x", "y", num_heads=2, key_dim=4), size=TOKENS),
        # four projections of 8·8, and twice 9·9·8 products
        ((1, 9, 8), 256, 256 * 9 + 2 * 9 * 9 * 8),
    ),
    "attention to another sequence, of other sizes": (
        keras(
            call("MaxPooling1D", "x", "m", pool_size=(3,)),
            call(
                "MultiHeadAttention",
                "x m",
                "y",
                num_heads=2,
                key_dim=5,
                value_dim=3,
                output_shape=(7,),
                use_bias=False,
                **{"call.value": "%1"},
            ),
            size=TOKENS,
        ),
        # queries 8·10 at 9, keys 8·10 and values 8·6 at 3, output 6·7 at 9; 9·3·(10 + 6) products
        ((1, 9, 7), 250, 80 * 9 + (80 + 48) * 3 + 42 * 9 + 9 * 3 * 16),
    ),
    "attention with fewer heads of keys": (
        keras(
            call(
                "GroupQueryAttention",
                "x x",
                "y",
                num_query_heads=4,
                num_key_value_heads=2,
                head_dim=3,
                use_bias=False,
            ),
            size=TOKENS,
        ),
        # 8·12, 8·6, 8·6 and 12·8 weights; each of four heads 9·9·(3 + 3)
        ((1, 9, 8), 288, 288 * 9 + 4 * 81 * 6),
    ),
    "one attention called twice": (
        keras(
            call("MultiHeadAttention", "x x", "a", "m", num_heads=2, key_dim=3, use_bias=False),
            call(
                "MultiHeadAttention",
                "a a",
                "y",
                "m",
                num_heads=2,
                key_dim=3,
                use_bias=False,
                weights="m",
            ),
            size=TOKENS,
        ),
        # 4·8·6 weights once; of both calls all of them at 9 positions, and twice 9·9·6 products
        ((1, 9, 8), 192, 2 * (192 * 9 + 2 * 81 * 6)),
    ),
    "Inception-ResNet's scaled sum": (
        keras(
            call("Activation", "x", "a", activation="relu"),
            call("CustomScaleLayer", "x a", "y", scale=0.17),
        ),
        ((6, 10, 8), 0, 0),
    ),
}


@pytest.mark.parametrize(("model", "expected"), CASES.values(), ids=CASES)
def test_a_call_becomes_its_layer(model, expected):
    cost = mnetcost.load(layers_of(model)).cost()
    assert (tuple(cost.layers[-1].output), cost.params, cost.mult_adds) == expected


def test_an_excitation_of_functions_is_found_again():
    model = keras(
        call("GlobalAveragePooling2D", "x", "p", keepdims=True),
        call("Conv2D", "p", "q", filters=3, kernel_size=(1, 1), activation="relu"),
        call("Conv2D", "q", "w", filters=8, kernel_size=(1, 1)),
        ops("Add", "w", "a", args=("%0", 3.0)),
        call("ReLU", "a", "r", max_value=6.0),
        ops("Multiply", "r", "g", args=("%0", 1 / 6)),
        call("Multiply", "x g", "y"),
    )
    text = layers_of(model)
    assert "squeeze_excitation: {name: multiply, squeeze: 3, gate: relu6}" in text
    cost = mnetcost.load(text).cost()
    assert (cost.params, cost.parameters.biases, cost.mult_adds) == (48, 11, 48)


def test_convnext_s_scale_is_learned_and_its_depth_is_free():
    model = keras(
        call("LayerScale", "x", "s", projection_dim=8, init_values=1e-6),
        call("StochasticDepth", "s", "d", drop_path_rate=0.1),
        ops("Add", "x d", "y"),
    )
    cost = mnetcost.load(layers_of(model)).cost()
    assert (cost.parameters.other, cost.mult_adds) == (8, 0)


def test_one_attention_has_its_biases():
    model = keras(call("MultiHeadAttention", "x x", "y", num_heads=2, key_dim=3), size=TOKENS)
    # 6 of queries, keys and values each, 8 of the output
    assert mnetcost.load(layers_of(model)).cost().parameters.biases == 26


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (keras(ops("Einsum", "x x", "y")), "no layer does what this call does"),
        (
            keras(call("TFOpLambda", "x", "y", function="linalg.matmul")),
            "no layer does what this call does",
        ),
        (keras(call("LayerScale", "x", "y", projection_dim=7)), "the file says 7 weights"),
        (keras(ops("GetItem", "x", "y", args=("%0", None))), "no place and no slice"),
        (
            keras(
                call("MultiHeadAttention", "x x", "y", num_heads=2, key_dim=4, use_gate=True),
                size=TOKENS,
            ),
            "more than an attention over all positions",
        ),
        (
            keras(
                call("MultiHeadAttention", "x x", "y", num_heads=2, key_dim=4, attention_axes=(1,))
            ),
            "more than an attention over all positions",
        ),
        (
            keras(call("MultiHeadAttention", "x x", "y", num_heads=2, key_dim=4), size=(None, 8)),
            "no positions of channels",
        ),
    ],
)
def test_what_is_not_known_is_refused(model, words):
    with pytest.raises(SpecError, match=words):
        layers_of(model)
