"""Recurrent layers of every format, counted by hand: seven positions of three channels."""

import pytest
from sources import call, layers_of, source

import mnetcost
from mnetcost import SpecError
from mnetcost.importing.model import Tensor

X = (1, 7, 3)  # an image of seven positions


def keras(operator, **arguments):
    return source("keras", X, call(operator, "x", "y", **arguments))


def held(layer, **arguments):
    """A recurrent layer in both directions."""
    inside = {f"layer.{word}": value for word, value in arguments.items()}
    return keras("Bidirectional", **{"layer": layer, "merge_mode": "concat", **inside})


def stored(gates, ways=1, biases=True):
    """The weights of ONNX: 3 channels in, 5 cells."""
    found = {"w": (ways, gates * 5, 3), "r": (ways, gates * 5, 5)}
    return {**found, "b": (ways, 2 * gates * 5)} if biases else found


def onnx(operator, *after, gives="y", **more):
    """Positions of channels through a layer of ONNX, and what follows."""
    weights, arguments = more.pop("weights"), more
    return source(
        "onnx",
        (1, 3, 7),
        call("Transpose", "x", "t", perm=(2, 0, 1)),
        call(operator, "t w r b" if "b" in weights else "t w r", gives, **arguments),
        *after,
        stored=weights,
    )


def pt2(operator, inputs, shapes, *after, gives="y", size=X, **arguments):
    weights = {f"p{place}": shape for place, shape in enumerate(shapes)}
    return source(
        "pt2",
        size,
        call("aten.zeros.default", "", "zero", size=(1, 1, 5)),
        call(
            operator,
            f"x {inputs} {' '.join(weights)}",
            gives,
            params=len(shapes),
            has_biases=True,
            num_layers=1,
            bidirectional=False,
            batch_first=True,
            **arguments,
        ),
        *after,
        stored=weights,
        shapes={"zero": (1, 1, 5)},
    )


def torch_lstm(reads, state, gates=4, cells=5):
    return [(gates * cells, reads), (gates * cells, state), (gates * cells,), (gates * cells,)]


# The output map, weights, biases and mult-adds: each weight is used once a position.
CASES = {
    "Keras' LSTM": (keras("LSTM", units=5, return_sequences=True), ((1, 7, 5), 160, 20, 160 * 7)),
    "Keras' GRU, its last state": (keras("GRU", units=5), ((1, 1, 5), 120, 30, 120 * 7)),
    "Keras' GRU that resets before": (
        keras("GRU", units=5, reset_after=False),
        ((1, 1, 5), 120, 15, 120 * 7),
    ),
    "Keras' plain one without biases": (
        keras("SimpleRNN", units=5, use_bias=False, return_sequences=True),
        ((1, 7, 5), 40, 0, 40 * 7),
    ),
    "Keras' LSTM both ways": (
        held("LSTM", units=5, return_sequences=True),
        ((1, 7, 10), 320, 40, 320 * 7),
    ),
    "Keras' GRU both ways, its last states": (
        held("GRU", units=4),
        ((1, 1, 8), 2 * 12 * 7, 2 * 24, 2 * 12 * 7 * 7),
    ),
    "Keras' cell in a layer": (
        keras("RNN", **{"cell": "LSTMCell", "cell.units": 5}),
        ((1, 1, 5), 160, 20, 160 * 7),
    ),
    "Keras' one layer called twice": (
        source(
            "keras",
            (1, 7, 5),
            call("LSTM", "x", "a", "r", units=5, return_sequences=True),
            call("LSTM", "a", "y", units=5, return_sequences=True, weights="r"),
        ),
        ((1, 7, 5), 200, 20, 2 * 200 * 7),
    ),
    "ONNX, an LSTM and a dense layer": (
        onnx(
            "LSTM",
            call("Squeeze", "y one", "s"),
            call("MatMul", "s k", "z"),
            weights={**stored(4), "one": Tensor((1,), (1,), learned=False), "k": (5, 2)},
            hidden_size=5,
        ),
        ((1, 7, 2), 170, 40, 170 * 7),
    ),
    "ONNX, a GRU both ways": (
        onnx(
            "GRU",
            call("Transpose", "y", "p", perm=(0, 2, 1, 3)),
            call("Reshape", "p rows", "z"),
            weights={**stored(3, 2), "rows": Tensor((3,), (0, 0, -1), learned=False)},
            direction="bidirectional",
            hidden_size=5,
        ),
        ((1, 7, 10), 240, 60, 240 * 7),
    ),
    "ONNX, the last state of a plain one without biases": (
        onnx(
            "RNN",
            call("Squeeze", "h", "z"),
            gives="y h",
            weights=stored(1, biases=False),
            hidden_size=5,
        ),
        ((1, 1, 5), 40, 0, 40 * 7),
    ),
    "PyTorch, an LSTM": (
        pt2("aten.lstm.input", "zero zero", torch_lstm(3, 5), gives="y h c", hx=2),
        ((7, 1, 5), 160, 40, 160 * 7),
    ),
    "PyTorch, a GRU of two layers both ways": (
        pt2(
            "aten.gru.input",
            "zero",
            [*torch_lstm(3, 5, 3) * 2, *torch_lstm(10, 5, 3) * 2],
            gives="y h",
        ),
        ((7, 1, 10), 2 * 15 * 8 + 2 * 15 * 15, 120, (240 + 450) * 7),
    ),
    "PyTorch, an LSTM with a projection": (
        pt2("aten.lstm.input", "zero zero", [*torch_lstm(3, 2), (2, 5)], gives="y h c", hx=2),
        ((7, 1, 2), 20 * 5 + 10, 40, 110 * 7),
    ),
    "PyTorch, the last state of a plain one": (
        pt2(
            "aten.rnn_tanh.input",
            "zero",
            torch_lstm(3, 5, 1),
            call("aten.select.int", "h", "s", dim=0, index=-1),
            gives="y h",
        ),
        ((1, 1, 5), 40, 10, 40 * 7),
    ),
}


def both_ways(model):
    """The model with its second call in two layers and both directions."""
    one = model.calls[1]
    more = {**one.arguments, "num_layers": 2, "bidirectional": True}
    return model._replace(calls=(model.calls[0], one._replace(arguments=more), *model.calls[2:]))


NAME = "PyTorch, a GRU of two layers both ways"
CASES[NAME] = (both_ways(CASES[NAME][0]), CASES[NAME][1])


@pytest.mark.parametrize(("model", "expected"), CASES.values(), ids=CASES)
def test_a_recurrent_layer_has_its_weights_once_a_position(model, expected):
    cost = mnetcost.load(layers_of(model)).cost()
    found = tuple(cost.layers[-1].output)
    assert (found, cost.params, cost.parameters.biases, cost.mult_adds) == expected
    assert cost.parameters.other == 0


def test_a_first_state_is_zeros_of_the_code_or_learned():
    def begun(name):
        model = onnx("LSTM", gives="y", weights={**stored(4), name: (1, 1, 5)}, hidden_size=5)
        one = model.calls[1]
        reads = (*one.inputs, "", name)
        calls = (model.calls[0], one._replace(inputs=reads))
        return mnetcost.load(layers_of(model._replace(calls=calls))).cost().parameters.other

    assert (begun("val_9"), begun("/r/Constant_output_0"), begun("r.h0")) == (0, 0, 5)


@pytest.mark.parametrize(
    "model",
    [
        keras("RNN", **{"cell": "MyCell", "cell.units": 5}),
        keras("Bidirectional", **{"layer": "LSTM", "layer.units": 5, "merge_mode": "sum"}),
        keras("LSTM", return_sequences=True),
        onnx("LSTM", weights={**stored(4), "w": (1, 20, 4)}, hidden_size=5),
        onnx("LSTM", weights={**stored(4), "r": (1, 21, 5)}, hidden_size=5),
        onnx("LSTM", weights={**stored(4), "w": (20,)}, hidden_size=5),
        onnx("GRU", weights=stored(4), hidden_size=5),
        onnx(
            "LSTM",
            call("Squeeze", "h", "s"),
            call("Add", "y s", "z"),
            gives="y h",
            weights=stored(4),
            hidden_size=5,
        ),
        pt2("aten.lstm.input", "zero zero", torch_lstm(3, 5)[:2], gives="y h c", hx=2),
    ],
)
def test_what_is_no_such_layer_is_refused(model):
    with pytest.raises(SpecError):
        layers_of(model)
