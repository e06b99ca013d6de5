"""ONNX files to a `Source`; every file here is made by hand."""

import struct
from collections.abc import Sequence

import pytest
from onnx_files import (
    CONV,
    IDENTITY,
    MY,
    X,
    Y,
    attribute,
    file,
    function,
    graph,
    model,
    nested,
    node,
    tensor,
    value,
)
from protobuf import Field, message, packed, repeated, varint

from mnetcost.importing.formats.onnx import read
from mnetcost.importing.model import Call, Source, Tensor

EIGHT = tuple(map(float, range(8)))


def test_a_network_as_its_file_has_it() -> None:
    found = read(CONV, "net.onnx")
    places = [call.place for call in found.calls]
    assert found == Source(
        format="onnx",
        version="opset 17, by hand 1.0",
        name="main",
        inputs={"x": (1, 3, 12, 10)},
        outputs=("y",),
        calls=(
            Call(
                "Conv",
                "stem.conv",
                ("x", "w"),
                ("a",),
                {"pads": (2, 1, 2, 1), "group": 1},
                places[0],
            ),
            Call("BatchNormalization", "", (*"agbmv",), ("c",), {"epsilon": 0.5}, places[1]),
            Call("Clip", "clip", ("c", "", "six"), ("d",), {}, places[2]),
            Call("GlobalAveragePool", "", ("d",), ("e",), {}, places[3]),
            Call("Flatten", "", ("e",), ("f",), {"axis": 0}, places[4]),
            Call("Gemm", "", ("f", "fc.weight", "fc.bias"), ("y",), {"transB": 1}, places[5]),
        ),
        stored={
            "w": Tensor((8, 3, 5, 3)),
            **{name: Tensor((8,), EIGHT) for name in "gbmv"},
            "six": Tensor((), (6.0,), learned=False),
            "fc.weight": Tensor((4, 8)),
            "fc.bias": Tensor((4,), (1.0, 2.0, 3.0, 4.0)),
        },
        shapes={"a": (1, 8, 12, 10), "d": (None, 8, None, None), "y": (1, 4)},
    )
    assert places[0] == f"node 1, byte {CONV.index(b'x') - 2}"
    assert places[2].startswith("node 3, byte ")


def test_files_of_external_data_are_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.open", lambda *_: pytest.fail("a file was opened"))
    assert read(CONV, "net.onnx").stored["w"].shape == (8, 3, 5, 3)


def small(*nodes: bytes, stored: Sequence[bytes] = (), more: Sequence[Field] = ()) -> Source:
    """What a file of these nodes is, from "x" to "y"."""
    return read(file(*nodes, stored=stored, more=more), "net.onnx")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (attribute("k", 1, (2, 0.25)), 0.25),
        (attribute("k", 1), 0.0),  # empty values may be left out
        (attribute("k", 2, (3, -3)), -3),
        (attribute("k", 2, (3, 1), (3, 2)), 2),  # the last wins
        (attribute("k", 3, (4, "SAME_UPPER")), "SAME_UPPER"),
        (attribute("k", 3, (4, b"\xff")), "\\xff"),
        (attribute("k", 3), ""),
        (attribute("k", 4, (5, tensor("", (2,), (7, packed(7, -1)), kind=7))), (7, -1)),
        (attribute("k", 4, (5, tensor("", (65,), kind=7))), None),
        (attribute("k", 6, (7, struct.pack("<2f", 0.5, 2))), (0.5, 2.0)),
        (attribute("k", 6, (7, 0.5), (7, 2.0)), (0.5, 2.0)),
        (attribute("k", 7, (8, 1), (8, packed(2, -3)), (8, 4)), (1, 2, -3, 4)),
        (attribute("k", 7), ()),
        (attribute("k", 8, (9, "a"), (9, "b")), ("a", "b")),
        (
            attribute("k", 9, (10, tensor("", (1,), (7, 5), kind=7)), (10, tensor("", (99,)))),
            ((5,), None),
        ),
        (attribute("k", 5, (6, graph([IDENTITY, IDENTITY]))), 2),
        (attribute("k", 10, (11, graph([])), (11, graph([IDENTITY]))), 1),
        (attribute("k", 11, (22, message((3, 4)))), None),
        (attribute("k", 13, (14, b"")), None),  # types are no values
        (attribute("k", 99, (14, b"")), None),
        (attribute("k", 0, (8, 3), (8, 5)), (3, 5)),  # the oldest files say no types
        (attribute("k", 0, (3, 0)), 0),
        (attribute("k", 0), None),
    ],
)
def test_an_argument_as_its_type_has_it(written: Field, expected: object) -> None:
    assert small(node("Op", "x", "y", written)).calls[0].arguments == {"k": expected}


HALF, BRAIN = 0x3E00, 0x3FC0  # 1.5 in sixteen bits: 5 of exponent, or 8


@pytest.mark.parametrize(
    ("kind", "raw", "typed", "expected", "learned"),
    [
        (1, struct.pack("<2f", 1.5, -2), (4, struct.pack("<2f", 1.5, -2)), (1.5, -2.0), True),
        (2, b"\x01\xff", (5, packed(1, 255)), (1, 255), False),
        (3, b"\x01\xff", (5, packed(1, -1)), (1, -1), False),
        (4, b"\x01\x00\xff\xff", (5, packed(1, 65535)), (1, 65535), False),
        (5, b"\x01\x00\xff\xff", (5, packed(1, -1)), (1, -1), False),
        (6, struct.pack("<2i", 1, -1), (5, packed(1, -1)), (1, -1), False),
        (7, struct.pack("<2q", 1, -(2**63)), (7, packed(1, -(2**63))), (1, -(2**63)), False),
        (9, b"\x01\x00", (5, packed(1, 0)), (1, 0), False),
        (10, struct.pack("<2H", HALF, 0), (5, packed(HALF, 0)), (1.5, 0.0), True),
        (11, struct.pack("<2d", 0.1, 2), (10, struct.pack("<2d", 0.1, 2)), (0.1, 2.0), True),
        (12, struct.pack("<2I", 1, 2**32 - 1), (11, packed(1, 2**32 - 1)), (1, 2**32 - 1), False),
        (13, struct.pack("<2Q", 1, 2**64 - 1), (11, packed(1, 2**64 - 1)), (1, 2**64 - 1), False),
        (16, struct.pack("<2H", BRAIN, 0), (5, packed(BRAIN, 0)), (1.5, 0.0), True),
        (8, b"", (6, "text"), None, False),
        (14, bytes(16), (4, bytes(16)), None, True),  # complex
        (22, b"\x21", (5, packed(0x21)), None, False),  # of 4 bits
    ],
)
def test_the_numbers_of_a_small_tensor(
    kind: int, raw: bytes, typed: Field, expected: object, learned: bool
) -> None:
    stored = (tensor("r", (2,), (9, raw), kind=kind), tensor("t", (1, 2), typed, kind=kind))
    found = small(stored=stored).stored
    assert found == {"r": Tensor((2,), expected, learned), "t": Tensor((1, 2), expected, learned)}


def test_the_numbers_of_a_large_tensor_are_not_read() -> None:
    large = tensor("w", (65,), (9, bytes(260))), tensor("v", (5, 13), (4, bytes(260)))
    empty = tensor("roi", (0,)), tensor("none", (0, 2), (9, b""))
    assert small(stored=(*large, *empty)).stored == {
        "w": Tensor((65,)),
        "v": Tensor((5, 13)),
        "roi": Tensor((0,), ()),
        "none": Tensor((0, 2), ()),
    }


def test_a_sparse_tensor_has_the_shape_of_the_whole() -> None:
    sparse = message(
        (1, tensor("w", (2,), (4, bytes(8)))), (2, tensor("", (2,), kind=7)), (3, packed(8, 3))
    )
    found = read(model(graph([IDENTITY], [X], [Y], (15, sparse))), "net.onnx")
    assert found.stored == {"w": Tensor((8, 3))}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            attribute("value", 4, (5, tensor("", (2,), (7, packed(2, 3)), kind=7))),
            Tensor((2,), (2, 3), False),
        ),
        (attribute("value", 4, (5, tensor("", (1,), (4, 0.5)))), Tensor((1,), (0.5,), False)),
        (attribute("value", 4, (5, tensor("", (8, 3, 5, 3)))), Tensor((8, 3, 5, 3))),
        (attribute("value_int", 2, (3, 7)), Tensor((), (7,), False)),
        (attribute("value_float", 1, (2, 0.5)), Tensor((), (0.5,), False)),
        (attribute("value_ints", 7, (8, 7), (8, 8)), Tensor((2,), (7, 8), False)),
        (attribute("value_ints", 7, (8, bytes(65))), Tensor((65,), None, False)),
        (attribute("value_floats", 6, (7, 0.5), (7, 1.5)), Tensor((2,), (0.5, 1.5))),
        (attribute("value_string", 3, (4, "a")), Tensor((), None, False)),
        (attribute("value_strings", 8, (9, "a")), Tensor((1,), None, False)),
        (attribute("sparse_value", 11, (22, message((3, 9)))), Tensor((9,))),
    ],
)
def test_a_constant_is_stored_and_no_call(written: Field, expected: Tensor) -> None:
    found = small(node("Constant", "", "c", written), node("Add", "x c", "y"))
    assert found.stored == {"c": expected}
    assert [call.operator for call in found.calls] == ["Add"]


def test_what_is_stored_is_no_input() -> None:
    weight = tensor("w", (4, 3, 1, 1))
    body = graph([node("Conv", "x w", "y")], [X, value("w", (4, 3, 1, 1))], [Y], (5, weight))
    assert read(model(body), "net.onnx").inputs == {"x": (1, 3, 12, 10)}


def test_operators_of_others_have_their_domain() -> None:
    own, other = (
        node("Relu", "x", "a", (7, "ai.onnx")),
        node("Gelu", "a", "y", (7, "com.microsoft")),
    )
    assert [one.operator for one in small(own, other).calls] == ["Relu", "com.microsoft::Gelu"]


@pytest.mark.parametrize(
    ("scopes", "name"),
    [
        ("['', 'layer1', 'layer1.0.conv1', 'conv2d']", "layer1.0.conv1"),
        ("['', 'x']", "n"),
        ("[]", "n"),
    ],
)
def test_a_call_has_the_name_of_its_module(scopes: str, name: str) -> None:
    entry = message((1, "pkg.torch.onnx.name_scopes"), (2, scopes))
    assert small(node("Relu", "x", "y", (3, "n"), (9, entry))).calls[0].name == name


# --- order


def test_calls_come_in_an_order_in_which_they_can_run() -> None:
    nodes = (
        node("Add", "b c", "y"),
        node("Relu", "a", "c"),
        node("Relu", "x", "a"),
        node("Abs", "x", "b"),
    )
    assert [call.outputs[0] for call in small(*nodes).calls] == ["b", "a", "c", "y"]


def test_a_call_may_write_nothing() -> None:
    assert len(small(node("Print", "x", ""), node("Print", "x", "-"), IDENTITY).calls) == 3


# --- functions


def lines(found: Source) -> list[str]:
    """Each call in a line."""
    return [
        f"{' '.join(one.outputs)} = {one.operator}({', '.join(one.inputs)})"
        + (f" {dict(one.arguments)}" if one.arguments else "")
        for one in found.calls
    ]


def test_a_function_is_written_out_where_it_is_called() -> None:
    ref = attribute("alpha", 1, (21, "slope"))
    half = node("Constant", "", "h", attribute("value_float", 1, (21, "half")))
    body = [
        half,
        node("Mul", "v h", "t"),
        node("LeakyRelu", "t", "out", ref),
        node("Clip", "v low", "n"),
    ]
    default = (11, attribute("slope", 1, (2, 0.25))[1])
    calls = [
        node("act", "x", "a", MY, (3, "one"), attribute("half", 1, (2, 0.5))),
        node(
            "act", "a x", "y b", MY, attribute("half", 1, (2, 1.5)), attribute("slope", 1, (2, 2.0))
        ),
    ]
    more = (function("act", "v low", "out n", body, default),)
    found = small(*calls, more=more)
    assert lines(found) == [
        "t#1 = Mul(x, h#1)",
        "a = LeakyRelu(t#1) {'alpha': 0.25}",
        "n#1 = Clip(x, )",
        "t#2 = Mul(a, h#2)",
        "y = LeakyRelu(t#2) {'alpha': 2.0}",
        "b = Clip(a, x)",
    ]
    assert found.stored == {"h#1": Tensor((), (0.5,), False), "h#2": Tensor((), (1.5,), False)}
    assert found.calls[0].name == "one"
    assert found.calls[0].place.startswith("function 'act', node 2, byte ")


def test_an_argument_that_the_caller_leaves_out_is_left_out() -> None:
    body = [node("LeakyRelu", "v", "out", attribute("alpha", 1, (21, "slope")))]
    found = small(node("act", "x", "y", MY), more=(function("act", "v", "out", body),))
    assert lines(found) == ["y = LeakyRelu(x)"]


def test_functions_call_functions_and_have_overloads() -> None:
    inner = function("f", "a", "b", [node("Relu", "a", "m"), node("Abs", "m", "b")], (13, "two"))
    other = function("f", "a", "b", [node("Sign", "a", "b")])
    outer = function(
        "g", "a", "b", [node("f", "a", "m", MY, (8, "two"), (3, "in")), node("f", "m", "b", MY)]
    )
    found = small(node("g", "x", "y", MY, (3, "out")), more=(inner, other, outer))
    assert lines(found) == ["m#2 = Relu(x)", "m#1 = Abs(m#2)", "y = Sign(m#1)"]
    assert [call.name for call in found.calls] == ["out/in", "out/in", "out"]


def test_what_a_function_gives_as_it_is_passes_through() -> None:
    more = (function("f", "a", "a b b", [node("Relu", "a", "b")]),)
    found = small(node("f", "x", "p q y", MY), more=more)
    assert lines(found) == ["p = Identity(x)", "q = Relu(x)", "y = Identity(q)"]


# --- bodies


def test_a_body_counts_its_nodes_and_those_in_it() -> None:
    assert small(nested(1)).calls[0].arguments == {"then_branch": 1}
    assert small(nested(8)).calls[0].arguments == {"then_branch": 8}


def test_a_call_reads_what_its_bodies_read_around_them() -> None:
    inner = graph([node("Mul", "v scale", "u")], [], [value("u", ())])
    weight = tensor("own", (4,))
    body = graph(
        [
            node("Add", "turn bias", "v"),
            node("If", "turn", "w", attribute("else_branch", 5, (6, inner))),
            node("Concat", "w own", "z"),
        ],
        [value("turn", ())],
        [value("z", ()), value("seen", ())],
        (5, weight),
    )
    stored = [tensor(name, (4,)) for name in ("bias", "scale", "seen", "lost")]
    loop = node("Loop", "x - x", "y", attribute("body", 5, (6, body)))
    found = small(loop, stored=stored)
    assert found.calls[0].inputs == ("x", "", "x", "bias", "scale", "seen")
    assert found.calls[0].arguments == {"body": 4}


# --- what the encoding allows


def test_fields_that_are_not_known_are_stepped_over() -> None:
    odd = message((99, 5), (100, "text"), (101, 0.5)) + varint(102 << 3 | 1) + bytes(8)
    extra = node("Identity", "x", "y", (98, 1)) + odd
    body = graph([extra], [X], [Y]) + odd
    assert lines(read(model(body) + odd, "net.onnx")) == ["y = Identity(x)"]


def test_a_message_in_parts_is_their_sum() -> None:
    parts = graph([node("Relu", "x", "a")], [X]), graph([node("Abs", "a", "y")], [], [Y])
    found = read(message((1, 8), *repeated(7, parts)), "net.onnx")
    assert lines(found) == ["a = Relu(x)", "y = Abs(a)"]
    assert found.version == ""


def test_numbers_may_be_longer_than_they_need_to_be() -> None:
    shape = varint(1 << 3) + b"\x82\x80\x80\x80\x80\x80\x80\x80\x80\x00" + message((2, 1), (8, "w"))
    assert small(stored=(shape,)).stored == {"w": Tensor((2,))}


def test_names_are_those_of_the_file() -> None:
    name = "a\x1b[31m\n<b>"
    assert small(node("Relu", "x", "y", (3, name))).calls[0].name == name


@pytest.mark.parametrize(
    ("name", "shape", "producer", "learned"),
    [
        ("val_12", (), "pytorch", False),
        ("val_12", (1,), "pytorch", False),
        ("543", (), "pytorch", False),
        ("/features/1/Constant_2_output_0", (), "pytorch", False),
        ("blocks.0.gain", (), "pytorch", True),
        ("gain", (1,), "pytorch", True),
        ("val_12", (2,), "pytorch", True),
        ("const_fold_opt__7", (), "tf2onnx", False),
        ("gain", (1,), "tf2onnx", True),
    ],
)
def test_a_stored_number_of_the_code_is_not_learned(
    name: str, shape: tuple[int, ...], producer: str, learned: bool
) -> None:
    values = tensor(name, shape, (4, struct.pack("<f", 0.5) * (shape or (1,))[0]))
    body = graph([node("Mul", f"x {name}", "y")], [X], [Y], (5, values))
    assert read(model(body, (2, producer)), "net.onnx").stored[name].learned is learned
