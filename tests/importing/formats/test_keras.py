"""Configurations of Keras, made by hand as Keras 3.15 and tf_keras 2.21 write them."""

import copy
import mmap
import random
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coherence import coherent
from keras_files import (
    archive,
    call,
    entrance,
    functional,
    layer,
    older,
    sequential,
    text,
    value,
)
from limited import held, linux

from mnetcost.importing.formats.keras import looks_like, read
from mnetcost.importing.model import Source, Tensor
from mnetcost.problems import SpecError

# Nine rows and seven columns of three channels.
IMAGE = [None, 9, 7, 3]


def _read(found: Any) -> Source:
    return coherent(read(text(found), "a.json"))


def _flow(source: Source) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
    """Operators and names, what each reads and what it writes."""
    return [(one.operator, one.name, one.inputs, one.outputs) for one in source.calls]


def small() -> Any:
    """A convolution, a sum with it, and a dense layer that is called twice."""
    conv = layer(
        "Conv2D",
        "conv",
        call(value("im", shape=IMAGE)),
        filters=3,
        kernel_size=[3, 5],
        padding="same",
        use_bias=True,
        dtype={"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}},
        kernel_initializer={"module": "keras.initializers", "class_name": "Zeros", "config": {}},
        kernel_regularizer=None,
        activation="linear",
        more={"build_config": {"input_shape": IMAGE}},
    )
    layers = [
        entrance("im", IMAGE),
        conv,
        layer("Add", "sum", call([value("im", shape=IMAGE), value("conv", shape=IMAGE)])),
        layer("Dense", "dense", call(value("sum")), call(value("dense")), units=3),
    ]
    return functional("net", layers, ["im", 0, 0], ["dense", 1, 0])


def test_a_model_is_read_as_it_is() -> None:
    assert looks_like(text(small())[:4096])
    source = _read(small())
    assert source._replace(calls=()) == Source(
        format="keras",
        version="keras 3",
        name="net",
        inputs={"im": (None, 9, 7, 3)},
        outputs=("dense#2",),
        calls=(),
        stored={},
        shapes={"conv": (None, 9, 7, 3)},
    )
    assert _flow(source) == [
        ("Conv2D", "conv", ("im",), ("conv",)),
        ("Add", "sum", ("im", "conv"), ("sum",)),
        ("Dense", "dense", ("sum",), ("dense",)),
        ("Dense", "dense", ("dense",), ("dense#2",)),
    ]
    conv, _, first, second = source.calls
    assert conv.arguments == {
        "filters": 3,
        "kernel_size": (3, 5),
        "padding": "same",
        "use_bias": True,
        "kernel_regularizer": None,
        "activation": "linear",
    }
    assert (first.arguments, second.arguments) == ({"units": 3}, {"units": 3, "weights": "dense"})
    assert second.place == "layer dense"


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_says_the_version_too(packing: int) -> None:
    data = archive(small(), packing)
    assert looks_like(data[:4096])
    assert coherent(read(data, "a")) == _read(small())._replace(version="keras 3.15.1")


def test_what_get_config_and_other_programs_write_is_read_too() -> None:
    source = _read(small())
    assert _read(small()["config"]) == source._replace(version="")
    wrapped = {"modelTopology": {"keras_version": "2.9.0", "model_config": small()}}
    assert _read(wrapped) == source._replace(version="")
    assert _read({"keras_version": "2.4.0", **small()}).version == "keras 2.4.0"
    assert read(b"\xef\xbb\xbf" + text(small()), "a") == source


def test_a_call_comes_after_those_that_it_reads() -> None:
    found = small()
    found["config"]["layers"].reverse()
    assert _flow(_read(found)) == _flow(_read(small()))


# --- models in models


def _base(*calls: Any) -> Any:
    return sequential(
        "base",
        [entrance("in", IMAGE), layer("Conv2D", "c", filters=4), layer("Flatten", "flat")],
        *calls,
    )


def test_a_model_in_a_model_is_written_out_at_each_call() -> None:
    layers = [
        entrance("a", IMAGE),
        entrance("b", IMAGE),
        _base(call(value("a")), call(value("b"))),
        layer("Concatenate", "cat", call([value("base"), value("base", 1)])),
    ]
    source = _read(functional("net", layers, [["a", 0, 0], ["b", 0, 0]], ["cat", 0, 0]))
    assert _flow(source) == [
        ("Conv2D", "base/c", ("a",), ("base/c",)),
        ("Flatten", "base/flat", ("base/c",), ("base/flat",)),
        ("Conv2D", "base/c", ("b",), ("base/c#2",)),
        ("Flatten", "base/flat", ("base/c#2",), ("base/flat#2",)),
        ("Concatenate", "cat", ("base/flat", "base/flat#2"), ("cat",)),
    ]
    assert [one.arguments.get("weights") for one in source.calls[:4]] == [
        *(None, None, "base/c", "base/flat"),
    ]


def _two(*calls: Any) -> Any:
    """A model with two outputs."""
    layers = [
        entrance("in", IMAGE),
        layer("Conv2D", "c", call(value("in"))),
        layer("ReLU", "r", call(value("c"))),
    ]
    return functional("f", layers, [["in", 0, 0]], [["r", 0, 0], ["c", 0, 0]], *calls)


@pytest.mark.parametrize(
    "calls",
    [
        (call(value("im")), call(value("f", 0))),
        ([["im", 0, 0, {}]], [["f", 1, 0, {}]]),  # Keras 2 counts the model's own as the first
    ],
)
def test_the_outputs_of_a_functional_model_count_its_calls_from_one(calls: tuple[Any, ...]) -> None:
    ends = {"a": ["f", 2, 0], "c": ["f", 1, 1], "b": ["f", 2, 1]}
    found = functional("net", [entrance("im", IMAGE), _two(*calls)], {"im": ["im", 0, 0]}, ends)
    source = _read(found if isinstance(calls[0], dict) else older(found))
    assert source.outputs == ("f/r#2", "f/c#2", "f/c")
    assert source.calls[2].inputs == ("f/r",)


def test_the_outputs_of_a_sequential_model_do_so_in_keras_2_alone() -> None:
    layers = [entrance("im", IMAGE), _base(call(value("im")), call(value("im")))]
    found = functional("net", layers, ["im", 0, 0], [["base", 0, 0], ["base", 1, 0]])
    assert _read(found).outputs == ("base/flat", "base/flat#2")
    layers = [entrance("im", IMAGE), _base([["im", 0, 0, {}]], [["im", 0, 0, {}]])]
    found = functional("net", layers, ["im", 0, 0], [["base", 1, 0], ["base", 2, 0]])
    assert _read(older(found)).outputs == ("base/flat", "base/flat#2")


def test_a_layer_of_two_models_is_one_where_they_say_so() -> None:
    shared = {"more": {"shared_object_id": 7}, "units": 3}
    towers = [
        sequential(
            name, [entrance("in", [None, 3]), layer("Dense", "d", **shared)], call(value("x"))
        )
        for name in ("one", "two")
    ]
    found = functional("net", [entrance("x", [None, 3]), *towers], ["x", 0, 0], [["two", 0, 0]])
    assert [one.arguments.get("weights") for one in _read(found).calls] == [None, "one/d"]


@pytest.mark.parametrize(
    ("args", "inner"),
    [
        ([[value("a"), value("b")]], [["p", 0, 0], ["q", 0, 0]]),
        ([{"p": value("a"), "q": value("b")}], {"p": ["p", 0, 0], "q": ["q", 0, 0]}),
        ([{"q": value("b"), "p": value("a")}], {"q": ["q", 0, 0], "p": ["p", 0, 0]}),
        ([{"p": value("a"), "q": value("b")}], [["q", 0, 0], ["p", 0, 0]]),
    ],
)
def test_a_model_takes_its_inputs_by_order_or_by_name(args: Any, inner: Any) -> None:
    sides = [entrance("p", IMAGE), entrance("q", IMAGE)]
    minus = layer("Subtract", "minus", call([value("p"), value("q")]))
    one = functional("f", [*sides, minus], inner, ["minus", 0, 0], call(*args))
    layers = [entrance("a", IMAGE), entrance("b", IMAGE), one]
    source = _read(functional("net", layers, [["a", 0, 0], ["b", 0, 0]], ["f", 1, 0]))
    assert _flow(source) == [("Subtract", "f/minus", ("a", "b"), ("f/minus",))]


def test_the_first_layer_of_a_sequential_model_may_state_its_input() -> None:
    conv = layer("Conv2D", "c", batch_input_shape=IMAGE)
    plain = layer("Conv2D", "c")
    built = layer("Conv2D", "c", more={"build_config": {"input_shape": IMAGE}})
    for found in (
        sequential("s", [conv, layer("ReLU", "input")]),
        sequential("s", [plain], build_input_shape=IMAGE),
        sequential("s", [built]),
        sequential("s", [sequential("inner", [conv])]),
        {"class_name": "Sequential", "config": [older(conv)]},  # Keras before 2.2.3
    ):
        source = _read(found)
        ((name, shape),) = source.inputs.items()
        assert (shape, source.calls[0].inputs) == ((None, 9, 7, 3), (name,))


# --- calls and arguments


def test_what_else_a_call_has_is_said_beside_what_the_layer_is_made_with() -> None:
    added = {"module": "keras.src.ops.numpy", "registered_name": "Add"}
    item = {"module": "keras.src.ops.numpy", "registered_name": "GetItem"}
    part = {"class_name": "__slice__", "config": {"start": 0, "stop": None, "step": 2}}
    array = {"class_name": "__numpy__", "config": {"value": [[1.0, 2.0]], "dtype": "float32"}}
    layers = [
        entrance("x", [None, 7, 2]),
        layer("Add", "add", call(value("x"), 1.5), more=added),
        layer("GetItem", "item", call(value("add"), [part, 0]), more=item),
        layer("Add", "more", call(value("item"), array), more=added),
        layer(
            "MultiHeadAttention",
            "mha",
            call(value("x"), value=value("x"), attention_mask=None, use_causal_mask=True),
            num_heads=2,
        ),
    ]
    source = _read(functional("net", layers, ["x", 0, 0], [["more", 0, 0], ["mha", 0, 0]]))
    assert [(one.operator, one.inputs, one.arguments) for one in source.calls] == [
        ("ops::Add", ("x",), {"args": ("%0", 1.5)}),
        ("ops::GetItem", ("add",), {"args": ("%0", (("slice", 0, None, 2), 0))}),
        ("ops::Add", ("item", "more/constant"), {}),
        (
            "MultiHeadAttention",
            ("x", "x"),
            {"num_heads": 2, "call.value": "%1", "call.use_causal_mask": True},
        ),
    ]
    assert source.stored == {"more/constant": Tensor((1, 2), (1.0, 2.0), learned=False)}


def test_keras_2_has_them_in_the_list_of_the_first_value() -> None:
    part = {"start": 0, "stop": None, "step": 2}
    layers = [
        entrance("x", [None, 7, 2]),
        layer("TFOpLambda", "add", ["x", 0, 0, {"y": 1.5, "name": None}], function="math.add"),
        layer("TFOpLambda", "mul", ["add", 0, 0, {"y": ["x", 0, 0]}], function="math.multiply"),
        layer("SlicingOpLambda", "item", ["mul", 0, 0, {"slice_spec": [part, 0]}]),
        layer("TFOpLambda", "rest", ["_CONSTANT_VALUE", -1, 2.0, {"y": ["item", 0, 0]}]),
        layer("Add", "sum", [["x", 0, 0, {}], ["mul", 0, 0, {}]]),
    ]
    source = _read(older(functional("net", layers, [["x", 0, 0]], [["rest", 0, 0], ["sum", 0, 0]])))
    assert [(one.inputs, one.arguments) for one in source.calls] == [
        (("x",), {"function": "math.add", "call.y": 1.5}),
        (("add", "x"), {"function": "math.multiply", "call.y": "%1"}),
        (("mul",), {"call.slice_spec": (("slice", 0, None, 2), 0)}),
        (("item",), {"args": (2.0,), "call.y": "%0"}),
        (("x", "mul"), {}),
    ]


def test_a_call_writes_as_many_values_as_are_read_of_it() -> None:
    split = {"module": "keras.src.ops.numpy", "registered_name": "Split"}
    layers = [
        entrance("x", [None, 6]),
        layer("Split", "split", call(value("x")), more=split, indices_or_sections=3),
        layer("ReLU", "r", call(value("split", 0, 2, [None, 2]))),
    ]
    source = _read(functional("net", layers, ["x", 0, 0], ["r", 0, 0]))
    assert source.calls[0].outputs == ("split", "split:1", "split:2")
    assert source.calls[1].inputs == ("split:2",)
    assert source.shapes == {"split:2": (None, 2)}


def test_a_name_is_kept_as_it_is_and_shown_as_what_can_be_seen() -> None:
    odd = "\x00\n\x1b[31m<b>/a#2"
    found = sequential("s", [entrance("x", IMAGE), layer("ReLU", odd)])
    assert _read(found).outputs == (odd,)
    assert _read(found).calls[0].place == r"layer \x00\n\x1b[31m<b>/a#2"


@pytest.mark.parametrize(
    ("more", "operator"),
    [
        ({"module": "keras.layers", "registered_name": None}, "Conv2D"),
        ({"module": "keras.src.applications.x", "registered_name": "Conv2D"}, "Conv2D"),
        ({"module": "tf_keras.src.layers", "registered_name": "Conv2D"}, "Conv2D"),
        ({"module": None, "registered_name": "mine>Conv2D"}, "mine::Conv2D"),
        ({"module": "my.own", "registered_name": "Conv2D"}, "custom::Conv2D"),
        ({"module": None, "registered_name": "Conv2D"}, "custom::Conv2D"),
        ({"class_name": "Addons>Conv2D"}, "Addons::Conv2D"),
    ],
)
def test_a_layer_that_is_not_of_keras_has_its_package_before_its_name(
    more: Any, operator: str
) -> None:
    found = sequential("s", [entrance("x", IMAGE), layer("Conv2D", "c", more=more)])
    assert _read(found).calls[0].operator == operator


@pytest.mark.parametrize(
    ("config", "arguments"),
    [
        ({"padding": [[0, 1], [2, 3]]}, {"padding": ((0, 1), (2, 3))}),
        (
            {"size": {"class_name": "__tuple__", "items": [2, 3]}},
            {"size": (2, 3)},
        ),
        (
            {"activation": {"module": "builtins", "class_name": "function", "config": "relu6"}},
            {"activation": "relu6"},
        ),
        (
            {"activation": {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}},
            {"activation": "LeakyReLU"},
        ),
        ({"cells": [{"class_name": "LSTMCell", "config": {}}]}, {}),
        ({"function": {"class_name": "__lambda__", "config": {"code": "4wEA"}}}, {}),
        (
            {"layer": {"class_name": "Dense", "config": {"name": "d", "units": 5}}, "merge": "sum"},
            {"layer": "Dense", "layer.name": "d", "layer.units": 5, "merge": "sum"},
        ),
        ({"function": ["x" * 70_000, None]}, {}),
    ],
)
def test_arguments_are_what_the_file_has(config: Any, arguments: Any) -> None:
    found = sequential("s", [entrance("x", IMAGE), layer("Any", "a", **config)])
    assert _read(found).calls[0].arguments == arguments


# --- what is refused


def _changed(*path: Any, to: Any) -> Any:
    """The small model with another value at a place."""
    found = small()["config"]
    at = found
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = to
    return found


CONV, DENSE = ("layers", 1), ("layers", 3)
REFUSED: dict[str, tuple[Any, str, str]] = {
    "a list": ([], "wrong-format", "no model of Keras"),
    "a subclass": ({"class_name": "Mine", "config": {}}, "unsupported", "are in their code"),
    "no layer": (_changed(*CONV, to=3), "malformed", "layer 2: no class_name"),
    "no name": (
        sequential("s", [{"class_name": "ReLU", "config": {}}]),
        "malformed",
        "layer 1: expected a name",
    ),
    "a long name": (sequential("s", [layer("ReLU", "x" * 70_000)]), "too-large", "a name over"),
    "a name twice": (
        sequential("s", [layer("ReLU", "r"), layer("ReLU", "r")]),
        "malformed",
        "layer r: is there twice",
    ),
    "no layers": (sequential("s", []), "malformed", "without layers"),
    "two outputs in a row": (
        sequential("s", [entrance("x", IMAGE), _two()]),
        "malformed",
        "layer f: has 2 outputs",
    ),
    "no shape": (sequential("s", [layer("ReLU", "r")]), "malformed", "states no shape"),
    "another input": (
        _changed(*CONV, "inbound_nodes", 0, "args", 0, to=value("img")),
        "malformed",
        "layer conv: reads img, which is no layer",
    ),
    "an input that is none": (
        _changed("input_layers", to=["conv", 0, 0]),
        "malformed",
        "layer conv: goes into the model",
    ),
    "an input that is not among them": (
        _changed("input_layers", to=[]),
        "malformed",
        "layer conv: im is read, and is no input of the model",
    ),
    "an output that is no layer": (
        _changed("output_layers", to=["x", 0, 0]),
        "malformed",
        "reads x",
    ),
    "outputs that are none": (_changed("output_layers", to=3), "malformed", "what goes in and out"),
    "a call that is not there": (
        _changed("output_layers", to=["dense", 2, 0]),
        "malformed",
        "reads call 2 of dense; there are 2, from 0",
    ),
    "a value that is not there": (
        _changed("output_layers", to=["dense", 1, 2**62]),
        "malformed",
        "reads value 4,611,686,018,427,387,904 of dense; there are 64",
    ),
    "a negative call": (_changed("output_layers", to=["dense", -1, 0]), "malformed", "call -1"),
    "no number": (
        _changed("output_layers", to=["dense", True, 0]),
        "malformed",
        "expected a layer",
    ),
    "a cycle": (
        _changed(*CONV, "inbound_nodes", 0, "args", 0, to=value("dense", 1)),
        "malformed",
        "it reads the value 'call 0 of conv', which is made from what it writes",
    ),
    "a call that reads itself": (
        _changed(*DENSE, "inbound_nodes", 1, "args", 0, to=value("dense", 1)),
        "malformed",
        "layer dense: it reads the value 'call 1 of dense'",
    ),
    "a call that is none": (
        _changed(*CONV, "inbound_nodes", 0, to={"args": 3}),
        "malformed",
        "without args and kwargs",
    ),
    "calls that are none": (_changed(*CONV, "inbound_nodes", to={}), "malformed", "inbound_nodes"),
    "a value without a history": (
        _changed(*CONV, "inbound_nodes", 0, "args", 0, "config", to={}),
        "malformed",
        "without keras_history",
    ),
    "rows that differ": (
        _changed(
            *(*CONV, "inbound_nodes", 0, "kwargs", "y"),
            to={"class_name": "__numpy__", "config": {"value": [[1], [2, 3]]}},
        ),
        "malformed",
        "rows that differ",
    ),
    "a model with too few inputs": (
        functional(
            "n", [entrance("im", IMAGE), _two(call(value("im"), value("im")))], ["im", 0, 0], []
        ),
        "malformed",
        "layer f: is called on 2 values, and has 1 inputs",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_said_with_the_layer(what: str) -> None:
    found, code, words = REFUSED[what]
    with pytest.raises(SpecError) as caught:
        read(text(found), "a.json")
    (problem,) = caught.value.problems
    assert problem.code == code
    assert words in problem.message


def test_models_nine_deep_are_refused() -> None:
    found = _base()
    for _ in range(7):
        found = sequential("s", [found])
    assert _read(found).calls[0].name == "s/" * 6 + "base/c"
    with pytest.raises(SpecError, match="models over 8 deep"):
        _read(sequential("s", [found]))


TEXTS: dict[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "malformed", "line 1, column 1: Expecting value"),
    "half of it": (b'{"a":\n {"b": [1, 2', "malformed", "line 2, column 13"),
    "NaN": (b'{"a": NaN}', "malformed", "NaN is no number"),
    "a key twice": (b'{"a": 1, "b": 2, "a": 3}', "malformed", "the key a stands twice"),
    "braces": (b'{"a":' * 100_000, "too-large", "brackets 100,000 deep"),
    "values": (b"[" + b"0," * 400_000 + b"0]", "too-large", "over 600,000 steps"),
    "9 MB": (b'"' + b"x" * 9 * 10**6 + b'"', "too-large", "9,000,002 bytes of JSON"),
}


@pytest.mark.parametrize("what", TEXTS)
def test_json_is_bounded_and_says_its_place(what: str) -> None:
    data, code, words = TEXTS[what]
    for one in (data, archive(None, zipfile.ZIP_DEFLATED, config=data)):
        with pytest.raises(SpecError) as caught:
            read(one, "a")
        assert caught.value.problems[0].code == code
        packed = len(data) > 2**23 and one is not data
        assert ("it unpacks to more" if packed else words) in str(caught.value)


def test_brackets_and_quotes_in_texts_are_no_brackets() -> None:
    found = small()
    found["config"]["name"] = "[" * 1_000 + '\\"' + "{\\\\" * 50
    assert _read(found).name == found["config"]["name"]
    found["config"]["name"] = "a sign \N{GRINNING FACE}"
    assert _read(found).name == found["config"]["name"]


# --- archives


ARCHIVES: dict[str, tuple[bytes, str, str]] = {
    "no directory": (archive(small())[:-30], "malformed", "does not end as one"),
    "no config": (
        archive(small()).replace(b"config.json", b"konfig.json"),
        "wrong-format",
        "no member config.json",
    ),
    "a name twice": (
        archive(small(), x12345=b"").replace(b"x12345.json", b"config.json"),
        "malformed",
        "member config.json: it is there twice",
    ),
    "a bomb": (
        archive(small(), zipfile.ZIP_DEFLATED, config=bytes(2**24)),
        "too-large",
        "member config.json: it unpacks to more",
    ),
    "no JSON": (archive(small(), metadata=b"{"), "malformed", "member metadata.json: line 1"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_archives_are_bounded_and_say_the_member(what: str) -> None:
    data, code, words = ARCHIVES[what]
    with pytest.raises(SpecError) as caught:
        read(data, "a")
    (problem,) = caught.value.problems
    assert problem.code == code
    assert words in problem.message


# --- attacks


def _survives(data: bytes) -> None:
    try:
        coherent(read(data, "a"))
    except SpecError as error:
        (problem,) = error.problems
        found = problem.code
    else:
        found = "read"
    assert found in ("read", "malformed", "too-large", "unsupported", "wrong-format")


def test_a_file_that_is_cut_is_refused() -> None:
    for data in (text(small()), archive(small())):
        for size in range(0, len(data), 3):
            _survives(data[:size])


HOSTILE = [
    *(None, True, 0, 1, -1, 2**62, 1.5, "", "im", "conv", "\x00\n<b>", [], {}, [None], {"a": 1}),
    *([["im", 0, 0]], ["dense", 1, 0], value("conv"), value("dense", 1), [[[[[1]]]]], [1, 2**62]),
]


def _places(found: Any) -> Iterator[tuple[Any, Any]]:
    """Every list or mapping with each of its places."""
    keys = found.keys() if isinstance(found, dict) else range(len(found))
    for key in keys:
        yield found, key
        if isinstance(found[key], dict | list):
            yield from _places(found[key])


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_model_with_other_values_is_read_or_refused(seed: int) -> None:
    nested = functional("n", [entrance("im", IMAGE), _two(call(value("im")))], ["im", 0, 0], [])
    inner = functional("f", [entrance("im", IMAGE)], ["im", 0, 0], [["im", 0, 0]])
    chain = sequential("s", [_base(), inner, layer("ReLU", "r")])
    models = [small(), nested, older(nested), chain]
    random_ = random.Random(seed)
    for _ in range(8_000 if seed else 800):
        found = copy.deepcopy(random_.choice(models))
        for _ in range(random_.randint(1, 3)):
            holder, key = random_.choice(list(_places(found)))
            holder[key] = copy.deepcopy(random_.choice(HOSTILE))
        _survives(text(found))


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_file_with_other_bytes_is_read_or_refused(seed: int) -> None:
    random_ = random.Random(seed)
    files = [text(small()), archive(small(), zipfile.ZIP_DEFLATED), archive(small())]
    for _ in range(8_000 if seed else 800):
        data = bytearray(random_.choice(files))
        for _ in range(random_.randint(1, 3)):
            # The directory of an archive, at its end, is where its numbers are.
            at = (
                -random_.randint(1, 300) if random_.random() < 0.5 else random_.randrange(len(data))
            )
            data[at] = random_.choice((0, 1, 255, 34, 91, 93, 123, 125, random_.randrange(256)))
        _survives(bytes(data))


READ = "from mnetcost.importing.formats.keras import read; read(open(path, 'rb').read(), 'a')"


def _wide(count: int) -> Any:
    """Models as deep as they may be, each called this often by the next."""
    found = _base()
    for depth in range(7):
        name = f"s{depth}"
        calls = [call(value("x")) for _ in range(count)]
        inner = {**found, "name": name, "inbound_nodes": calls}
        found = functional("f", [entrance("x", IMAGE), inner], ["x", 0, 0], [])
        found["config"]["output_layers"] = [name, 1 if depth else 0, 0]
    return found


def _relus(count: int) -> list[Any]:
    return [layer("ReLU", f"r{one}") for one in range(count)]


def _relus(count: int) -> list[Any]:
    return [entrance("x", IMAGE), *(layer("ReLU", f"r{one}") for one in range(count))]


ATTACKS: dict[str, bytes] = {
    "keys": b"{" + b",".join(b'"%x": 1' % one for one in range(190_000)) + b"}",
    "objects": b"[" + b",".join([b'{"a":1}'] * 95_000) + b"]",
    "layers": text(sequential("s", _relus(20_000))),
    "long names": text(sequential("s", [sequential("x" * 60_000, _relus(9_000))])),
    "models in models": text(_wide(20)),
    "texts": b'["' + b"a" * 4 * 10**6 + b'"]',
    "signs": ('["' + "\N{GRINNING FACE}" * 2 * 10**6 + '"]').encode(),
    "quotes": b'["' + b'\\"' * 4 * 10**6 + b'"]',
    "empty texts": b"[" + b'"",' * 190_000 + b"1]",
    "texts side by side": b"[" + b'""' * 10**6,
    "brackets": b"[]" * 4 * 10**6,
}


@linux
@pytest.mark.parametrize("what", [pytest.param(one, marks=pytest.mark.slow) for one in ATTACKS])
def test_what_is_made_to_cost_much_is_refused_soon(what: str, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(ATTACKS[what])
    held(path, READ)


def test_models_in_models_are_written_out_within_the_bounds() -> None:
    with pytest.raises(SpecError, match="over 600,000 steps"):
        read(text(_wide(20)), "a")


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    """A gigabyte of weights between the configuration and the directory: a hole in the file."""
    made = archive(small())
    at = made.index(b"PK\1\2")
    path = tmp_path / "a.keras"
    with path.open("w+b") as file:
        file.write(made[:at])
        file.seek(2**30)
        end = bytearray(made[at:])
        struct.pack_into("<I", end, end.rfind(b"PK\5\6") + 16, 2**30)
        file.write(end)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            assert read(data, "a") == read(made, "a")
