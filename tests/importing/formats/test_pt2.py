"""PyTorch archives: what is read of them, and what is refused."""

import copy
import json
import mmap
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from archives_of_torch import (
    archive,
    meta,
    node,
    packed,
    parameter,
    program,
    small,
    tensor,
    tensors,
)

from mnetcost.importing.formats import pt2
from mnetcost.importing.formats.pt2 import MAX_TABLE
from mnetcost.importing.model import MAX_CALLS, Call, Source, Tensor
from mnetcost.problems import SpecError

X = (1, 4, 9, 7)


def read(document: object) -> Source:
    return pt2.read(archive(document), "net.pt2")


def problem(data: bytes, code: str) -> str:
    """What is said of data that is refused with this code."""
    with pytest.raises(SpecError) as caught:
        pt2.read(data, "net.pt2")
    (one,) = caught.value.problems
    assert one.code == code
    assert str(one).startswith(f"net.pt2:1:1: {code}: ")
    return str(one)


def calls(*nodes: dict[str, Any], **values: tuple[int | str, ...]) -> tuple[Call, ...]:
    """The calls of a program of these nodes, on x and w of 1 x 4 x 9 x 7."""
    return read(program(nodes, {"x": X, "w": X, "y": X} | values, inputs=("x", "w"))).calls


# --- what is read


def test_a_network_is_read_whole() -> None:
    source = read(small())
    assert source.format == "pt2"
    assert source.version == "schema 8.20, torch 2.13.0"
    assert source.name == "net"
    assert source.inputs == {"x": (1, 3, 9, 7)}
    assert source.outputs == ("y",)
    assert source.stored == {
        "stem.conv.weight": Tensor((4, 3, 3, 5)),
        "stem.bn.weight": Tensor((4,)),
        "stem.bn.running_mean": Tensor((4,), learned=False),
        "stem.bn.running_var": Tensor((4,), learned=False),
        "head.weight": Tensor((10, 4)),
        "head.bias": Tensor((10,)),
    }
    assert source.shapes == {
        "conv2d": (1, 4, 5, 7),
        "norm": (1, 4, 5, 7),
        "relu_": (1, 4, 5, 7),
        "mean": (1, 4),
        "y": (1, 10),
    }


def test_calls_have_the_operators_names_and_arguments_of_the_file() -> None:
    conv, norm, act, mean, dense = read(small()).calls
    place = "node 1, torch.ops.aten.conv2d.default"
    strides = {"stride": (2, 1), "padding": (1, 2)}
    inputs = ("x", "stem.conv.weight", "")
    assert conv == Call("aten.conv2d.default", "stem.conv", inputs, ("conv2d",), strides, place)
    assert norm.inputs == (
        *("conv2d", "stem.bn.weight", "", "stem.bn.running_mean", "stem.bn.running_var"),
    )
    assert norm.arguments == {"training": False, "momentum": 0.1}
    assert (act.name, act.operator, act.arguments) == ("", "aten.relu_.default", {})
    assert mean.arguments == {"dim": (2, 3), "dtype": None}
    assert (dense.name, dense.inputs) == ("head", ("mean", "head.weight", "head.bias"))


def test_what_is_changed_in_place_is_read_as_it_is_then() -> None:
    assert read(small()).calls[3].inputs == ("relu_",)  # the file says "norm"
    nodes = [
        node("aten.add.Tensor", {"self": tensor("x"), "other": tensor("x")}, [tensor("a")]),
        node("aten.relu_.default", {"self": tensor("a")}, [tensor("b")]),
        node("aten.mul_.Tensor", {"self": tensor("a"), "other": tensor("b")}, [tensor("c")]),
        node("aten.__and__.Tensor", {"self": tensor("a"), "other": tensor("b")}, [tensor("d")]),
        node("aten.add.Tensor", {"self": tensor("a"), "other": tensor("d")}, [tensor("y")]),
    ]
    found = calls(*nodes, a=X, b=X, c=X, d=X)
    assert [call.inputs for call in found[1:]] == [("a",), ("b", "b"), ("c", "c"), ("c", "d")]


def test_lists_of_tensors_are_spread_and_their_length_is_an_argument() -> None:
    none = {"as_none": True}
    nodes = [
        node("aten.chunk.default", {"self": tensor("x")}, [tensors("a", "b")]),
        node(
            "aten.cat.default", {"tensors": tensors("a", "b"), "dim": {"as_int": 1}}, [tensor("c")]
        ),
        node(
            "aten.index.Tensor",
            {"self": tensor("c"), "indices": {"as_optional_tensors": [none, tensor("w")]}},
            [tensor("y")],
        ),
    ]
    chunk, cat, index = calls(*nodes, a=(1, 2, 9, 7), b=(1, 2, 9, 7), c=X)
    assert chunk.outputs == ("a", "b")
    assert (cat.inputs, cat.arguments) == (("a", "b"), {"tensors": 2, "dim": 1})
    assert (index.inputs, index.arguments) == (("c", "", "w"), {"indices": 2})


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ({"as_int": -3}, -3),
        ({"as_ints": []}, ()),
        ({"as_float": "-Infinity"}, float("-inf")),
        ({"as_floats": [0.5, 2]}, (0.5, 2)),
        ({"as_bool": True}, True),
        ({"as_bools": [True, False]}, (True, False)),
        ({"as_string": "same"}, "same"),
        ({"as_strings": ["a", "b"]}, ("a", "b")),
        ({"as_sym_int": {"as_name": "s"}}, None),
        ({"as_sym_ints": [{"as_int": 2}, {"as_name": "s"}]}, (2, None)),
        ({"as_scalar_type": 7}, 7),
        ({"as_memory_format": 2}, 2),
        ({"as_device": {"type": "cpu", "index": None}}, "cpu"),
        ({"as_complex": {"real": 1.0, "imag": 2.0}}, (1.0, 2.0)),
        ({"as_int_lists": [[1, 2], []]}, ((1, 2), ())),
        ({"as_none": True}, None),
        ({"as_none": []}, None),  # as PyTorch 2.4 writes it
    ],
)
def test_every_kind_of_argument(said: dict[str, Any], read_as: object) -> None:
    (call,) = calls(node("aten.op.default", {"self": tensor("x"), "k": said}, [tensor("y")]))
    assert call.arguments == {"k": read_as}


def test_a_body_of_control_flow_is_the_number_of_its_calls() -> None:
    inner = {"as_graph": {"name": "inner", "graph": {"nodes": [node("aten.a.default", {}, [])]}}}
    twice = [node("higher_order.cond", {"": inner}, []), node("aten.b.default", {}, [])]
    body = {"as_graph": {"name": "body", "graph": {"nodes": twice}}}
    entry = node("higher_order.cond", {"": tensor("x")}, [tensor("y")])
    entry["inputs"].append({"name": "", "arg": body})
    (call,) = calls(entry)
    assert (call.operator, call.inputs, call.arguments) == ("higher_order.cond", ("x",), {"1": 3})


def _wrapped(before: list[dict[str, Any]], graph: dict[str, Any]) -> dict[str, Any]:
    """A call that runs a body on x and s, a symbol."""
    entry = node("higher_order.wrap_with_autocast", {}, [tensor("out")])
    body = {"as_graph": {"name": "submod_1", "graph": graph}}
    given = [*before, body, tensor("x"), {"as_sym_int": {"as_name": "s"}}]
    entry["inputs"] = [{"name": "", "arg": one} for one in given]
    return entry


def test_a_body_that_runs_once_stands_in_the_place_of_its_call() -> None:
    none = {"as_none": True}
    symbol = {"as_sym_int": {"as_name": "s"}}
    doubled = node("aten.add.Tensor", {"self": tensor("a"), "other": tensor("x")}, [tensor("b")])
    body = {
        "inputs": [tensor("a"), symbol],
        "outputs": [tensor("b")],
        "nodes": [node("aten.relu_.default", {"self": tensor("a")}, [tensor("x")]), doubled],
        "tensor_values": {"a": meta(*X), "x": meta(*X), "b": meta(*X)},
    }
    size = node("aten.sym_size.int", {"self": tensor("x"), "dim": {"as_int": 0}}, [symbol])
    after = node("aten.add.Tensor", {"self": tensor("x"), "other": tensor("out")}, [tensor("y")])
    outside = [{"as_string": "cpu"}, none, {"as_bool": False}]
    nodes = [size, _wrapped(outside, body), after]
    source = read(program(nodes, {"x": X, "out": X, "y": X}))
    _, act, add, last = source.calls
    assert (act.operator, act.inputs, act.outputs) == ("aten.relu_.default", ("x",), ("out.x",))
    assert (add.inputs, add.outputs) == (("out.x", "out.x"), ("out.b",))
    assert last.inputs == ("out.x", "out.b")  # x was changed in the body
    assert source.shapes == {"out.x": X, "out.b": X, "y": X}
    assert add.place == (
        "node 2, torch.ops.higher_order.wrap_with_autocast, node 2, torch.ops.aten.add.Tensor"
    )


def test_a_body_that_is_given_too_little_is_refused() -> None:
    body = {"inputs": [tensor(name) for name in "abc"], "outputs": [], "nodes": []}
    data = archive(program([_wrapped([], body)], {"x": X}, outputs=()))
    assert "its body reads 3 values, and it gives 2" in problem(data, "malformed")


def test_sides_that_are_symbols_are_open() -> None:
    half = node("aten.relu.default", {"self": tensor("x")}, [tensor("y")])
    source = read(program([half], {"x": (1, 3, "s0", "2*s1"), "y": (1, 3, "s0", "s1")}))
    assert source.inputs == {"x": (1, 3, None, None)}
    assert source.shapes == {"y": (1, 3, None, None)}


def test_outputs_that_are_nothing_or_numbers() -> None:
    size = node("aten.sym_size.int", {"self": tensor("x"), "dim": {"as_int": 0}}, [])
    size["outputs"] = [{"as_sym_int": {"as_name": "s"}}]
    pair = node("aten.pair.default", {"self": tensor("x")}, [{"as_none": True}, tensor("y")])
    assert [call.outputs for call in calls(size, pair)] == [("s",), ("", "y")]


def test_inputs_and_outputs_that_are_no_tensors_are_left_out() -> None:
    document = small()
    signature = document["graph_module"]["signature"]
    signature["input_specs"] += [
        {"user_input": {"arg": {"as_int": 3}}},
        {"constant_input": {"name": "k", "value": {"as_none": True}}},
        {"token": {"arg": {"name": "t"}}},
    ]
    signature["output_specs"] += [
        {"user_output": {"arg": {"as_none": True}}},
        {"buffer_mutation": {"arg": {"name": "mean"}, "buffer_name": "stem.bn.running_mean"}},
    ]
    assert (list(read(document).inputs), read(document).outputs) == (["x"], ("y",))


def test_a_parameter_named_as_a_value_of_the_graph_keeps_the_graphs_name() -> None:
    add = node("aten.add.Tensor", {"self": tensor("x"), "other": tensor("p_y")}, [tensor("y")])
    source = read(program([add], {"x": X, "y": X, "p_y": (7,)}, [parameter("p_y", "y")]))
    assert list(source.stored) == ["p_y"]
    assert source.calls[0].inputs == ("x", "p_y")


def _tied(**members: bytes | str) -> bytes:
    """An archive of a tensor w under the names a.w and b.w, with members beside the program."""
    both = {"self": tensor("p_a"), "other": tensor("p_b")}
    document = program(
        [node("aten.add.Tensor", both, [tensor("y")])],
        {"x": X, "y": (5, 3), "p_a": (5, 3), "p_b": (5, 3)},
        [parameter("p_a", "a.w"), parameter("p_b", "b.w")],
    )
    name = "archive/data/weights/"
    more = {name + file: content for file, content in members.items()}
    return packed({**more, "archive/models/model.json": json.dumps(document)})


def _table(**files: str) -> str:
    entries = {
        name.replace("_", "."): {"path_name": file, "tensor_meta": meta(5, 3)}
        for name, file in files.items()
    }
    return json.dumps({"config": entries})


def test_a_tensor_under_two_names_is_one_where_the_file_has_its_weights() -> None:
    table = _table(a_w="weight_0", b_w="weight_0")
    data = _tied(weight_0=bytes(60), **{"model_weights_config.json": table})
    source = pt2.read(data, "net.pt2")
    assert list(source.stored) == ["a.w"]
    assert source.calls[0].inputs == ("a.w", "a.w")
    apart = _table(a_w="weight_0", b_w="weight_1")
    data = _tied(weight_0=bytes(60), weight_1=bytes(60), **{"model_weights_config.json": apart})
    assert list(pt2.read(data, "net.pt2").stored) == ["a.w", "b.w"]


def test_the_table_of_weights_is_the_programs_own_and_bounded() -> None:
    other = {"other_weights_config.json": "no table"}
    assert list(pt2.read(_tied(weight_0=b"1", **other), "net.pt2").stored) == ["a.w", "b.w"]
    data = _tied(**{"model_weights_config.json": " " * (MAX_TABLE + 1)})
    assert "at most 4,194,304 bytes" in problem(data, "too-large")
    data = _tied(**{"model_weights_config.json": '{"config": []}'})
    assert "model_weights_config.json: config is a list" in problem(data, "malformed")


def test_weights_without_bytes_say_nothing_of_names() -> None:
    table = _table(a_w="weight_0", b_w="weight_0")
    data = _tied(weight_0=b"", **{"model_weights_config.json": table})
    assert list(pt2.read(data, "net.pt2").stored) == ["a.w", "b.w"]


def test_one_name_of_two_inputs_is_one_value() -> None:
    document = small()
    document["graph_module"]["signature"]["input_specs"].append(parameter("p_2", "head.bias"))
    document["graph_module"]["graph"]["tensor_values"]["p_2"] = meta(10)
    assert len(read(document).stored) == 6
    document["graph_module"]["graph"]["tensor_values"]["p_2"] = meta(11)
    assert "head.bias is stored with two shapes" in problem(archive(document), "malformed")


def test_older_archives_and_stored_members_and_mapped_files(tmp_path: Path) -> None:
    old = packed({"serialized_exported_program.json": json.dumps(small()), "version": "5.3"})
    assert pt2.looks_like(old[:4096])
    assert pt2.read(old, "old.pt2") == read(small())._replace(name="")
    path = tmp_path / "net.pt2"
    path.write_bytes(archive(small(), method=zipfile.ZIP_STORED))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        assert pt2.read(data, "net.pt2") == read(small())


def test_an_archive_written_to_memory_has_no_name() -> None:
    assert pt2.read(archive(small(), root="archive"), "net.pt2").name == ""


@pytest.mark.parametrize(
    ("first", "ours"),
    [
        ("net/data/weights/weight_0", True),
        ("net/models/model.json", True),
        ("net/data.pkl", True),  # of torch.save: said to hold no network
        ("version", True),
        ("metadata.json", False),
        ("config.json", False),
        ("word/document.xml", False),
    ],
)
def test_an_archive_is_known_by_its_first_members(first: str, ours: bool) -> None:
    assert pt2.looks_like(packed({first: "x"})) == ours
    assert not pt2.looks_like(b"")
    assert not pt2.looks_like(first.encode())


# --- what is refused


def test_what_is_refused_is_said_with_its_place() -> None:
    document = small()
    nodes = document["graph_module"]["graph"]["nodes"]
    nodes[3]["inputs"][0]["arg"] = tensor("nowhere\x1b[31m")
    assert problem(archive(document), "malformed") == (
        "net.pt2:1:1: malformed: node 4, torch.ops.aten.mean.dim: "
        "it reads nowhere\\x1b[31m, which nothing before it writes"
    )


def _swap(document: dict[str, Any]) -> None:
    nodes = document["graph_module"]["graph"]["nodes"]
    nodes[0], nodes[1] = nodes[1], nodes[0]


def _node(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["graph_module"]["graph"]["nodes"][0].update(fields)


def _value(**sizes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["graph_module"]["graph"]["tensor_values"].update(sizes)


def _top(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.update(fields)


def _argument(said: Any) -> Callable[[dict[str, Any]], None]:
    return _node(inputs=[{"name": "input", "arg": tensor("x")}, {"name": "k", "arg": said}])


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (_swap, "malformed", "it reads conv2d, which nothing before it writes"),
        (_node(outputs=[tensor("x")]), "malformed", "the value x is written twice"),
        (_node(target=None), "malformed", "target is missing"),
        (_node(inputs={}), "malformed", "inputs is an object"),
        (_node(inputs=[{"name": "k", "arg": {}}]), "malformed", "k has 0 keys"),
        (_node(outputs=[{"as_custom": 1}]), "unsupported", "an output of kind as_custom"),
        (_argument({"as_int": True}), "malformed", "k is a truth value"),
        (_argument({"as_int": 2**63}), "too-large", "k is 9223372036854775808"),
        (_argument({"as_float": "much"}), "malformed", "k is a text"),
        (_argument({"as_ints": list(range(70_000))}), "too-large", "k has 70,000 items"),
        (_argument({"as_string": "a" * 70_000}), "too-large", "k has 70,000 characters"),
        (_argument({"as_new": 1}), "unsupported", "k is of kind as_new"),
        (_argument({"as_tensor": {"name": ""}}), "malformed", "k is a tensor without a name"),
        (_value(p_w=meta(*[1] * 17)), "too-large", "p_w has 17 sides"),
        (_value(p_w=meta("s0", 3)), "malformed", "stem.conv.weight has a side that is a symbol"),
        (_value(x={"sizes": [{"as_int": -1}]}), "malformed", "x has the side -1"),
        (_top(schema_version={"major": 9, "minor": 0}), "unsupported", "schema 9.0 of PyTorch"),
        (_top(schema_version=4), "malformed", "schema_version is a number"),
        (_top(graph_module=[]), "malformed", "graph_module is a list"),
    ],
)
def test_documents_that_are_refused(
    change: Callable[[dict[str, Any]], None], code: str, words: str
) -> None:
    document = small()
    change(document)
    assert words in problem(archive(document), code)


def test_archives_that_are_refused() -> None:
    expected = "torch.save writes weights and no network"
    assert expected in problem(packed({"net/data.pkl": "x"}), "wrong-format")
    two = packed({"n/models/a.json": "{}", "n/models/b.json": "{}"})
    assert "it holds several: n/models/a.json, n/models/b.json" in problem(two, "unsupported")
    assert "the program is a list" in problem(archive([]), "malformed")


def test_more_calls_than_a_network_has() -> None:
    document = small()
    document["graph_module"]["graph"]["nodes"] = [0] * (MAX_CALLS + 1)
    assert f"{MAX_CALLS + 1:,} calls" in problem(archive(document), "too-large")


# --- what nobody means to write


def _attacked(data: bytes) -> None:
    with suppress(SpecError):
        pt2.read(data, "net.pt2")


def test_a_file_that_is_cut_anywhere_is_refused() -> None:
    data = archive(small())
    for size in range(len(data)):
        with pytest.raises(SpecError):
            pt2.read(data[:size], "net.pt2")


def _mutants(seed: int, count: int) -> None:
    """Bytes changed in archives, and values changed in documents."""
    chance = random.Random(seed)
    plain = archive(small(), method=zipfile.ZIP_STORED)
    text = json.dumps(small())
    for _ in range(count):
        data = bytearray(plain)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        _attacked(bytes(data))
        place = chance.randrange(len(text))
        sign = chance.choice(
            ["", "[", "]", "{", "}", '"', ",", "0", "-", "null", "1e999", "\\ud800"]
        )
        _attacked(packed({"n/models/m.json": text[:place] + sign + text[place + 1 :]}))
        document = copy.deepcopy(small())
        _change(document, chance)
        _attacked(archive(document))


def _change(document: Any, chance: random.Random) -> None:
    """Put an odd value somewhere in the document."""
    while True:
        keys = list(document) if isinstance(document, dict) else list(range(len(document)))
        key = chance.choice(keys)
        inner = document[key]
        if not isinstance(inner, dict | list) or not inner or chance.random() < 0.15:
            odd = [None, True, -1, 2**63, 0.5, "", "x", "\x00\x9f", [], {}, [[]], {"as_int": {}}]
            document[key] = chance.choice(odd)
            return
        document = inner


def test_mutants_are_read_or_refused() -> None:
    _mutants(1, 120)


@pytest.mark.slow
def test_many_mutants_are_read_or_refused() -> None:
    _mutants(2, 5_000)
