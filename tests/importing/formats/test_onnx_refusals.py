"""What is no ONNX file, or a wrong one."""

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
from protobuf import message

from mnetcost.importing.formats.onnx import looks_like, read
from mnetcost.problems import Problem, SpecError


def refused(data: bytes) -> Problem:
    """What is wrong with a file."""
    with pytest.raises(SpecError) as caught:
        read(data, "net.onnx")
    (problem,) = caught.value.problems
    return problem


REF = attribute("k", 2, (21, "other"))
LOOP = function("f", "a", "b", [node("f", "a", "b", MY)])


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "wrong-format", "byte 0: this is no model of ONNX"),
        (b"PK\x03\x04", "wrong-format", "no model of ONNX"),
        (
            file(node("Add", "x z", "y")),
            "malformed",
            "it reads the value 'z', which nothing writes",
        ),
        (file(node("Relu", "x", "a")), "malformed", "nothing writes the output 'y'"),
        (file(node("Add", "x y", "y")), "malformed", "'y', which is made from what it writes"),
        (
            file(node("Add", "x b", "a"), node("Abs", "a", "b"), node("Abs", "b", "y")),
            "malformed",
            "made from",
        ),
        (file(IDENTITY, IDENTITY), "malformed", "node 2, byte"),
        (file(node("Relu", "x", "x"), IDENTITY), "malformed", "the value 'x' is written twice"),
        (
            file(IDENTITY, node("Constant", "", "x", attribute("value_int", 2))),
            "malformed",
            "'x' is written twice",
        ),
        (file(IDENTITY, node("Constant", "", "c")), "malformed", "a constant without a value"),
        (file(node("", "x", "y")), "malformed", "node 1, byte 6: it has no operator"),
        (
            file(node("Op", "x", "y", REF)),
            "malformed",
            "'k' stands for an argument of a function",
        ),
        (
            file(node("Op", "x", "y", attribute("k", 2), attribute("k", 2))),
            "malformed",
            "'k' is there twice",
        ),
        (
            file(node("f", "x", "y", MY), more=(LOOP,)),
            "too-large",
            "over 32 functions call each other, 'f' last",
        ),
        (
            file(node("f", "x z", "y", MY), more=(LOOP,)),
            "malformed",
            "the function 'f' has 1 inputs and 1 outputs; found 2 and 1",
        ),
        (
            file(node("f", "x", "y z", MY), more=(LOOP,)),
            "malformed",
            "found 1 and 2",
        ),
        (file(more=(LOOP, LOOP)), "malformed", "the function 'f' is there twice"),
        (file(nested(9)), "too-large", "over 8 bodies inside each other"),
        (file(stored=(tensor("", (1,)),)), "malformed", "initializer 1, byte"),
        (file(stored=(tensor("w", (1,)),) * 2), "malformed", "initializer 2, byte"),
        (
            file(stored=(tensor("w", (-1,)),)),
            "malformed",
            "a stored shape of (-1,), expected sides from 0 up",
        ),
        (file(stored=(tensor("w", (1,) * 17),)), "too-large", "a list of over 16 axes"),
        (file(stored=(tensor("w", (), (1, bytes(10**6))),)), "too-large", "a list of over 16 axes"),
        (file(stored=(tensor("w", (2,), (9, bytes(7))),)), "malformed", "of 7 bytes, expected 8"),
        (
            file(stored=(tensor("w", (9, 9), (9, bytes(7))),)),
            "malformed",
            "of 7 bytes, expected 324",
        ),
        (
            file(stored=(tensor("w", (2,), (4, bytes(12))),)),
            "malformed",
            "of 3 numbers, expected 2",
        ),
        (
            file(stored=(tensor("w", (2,), (4, bytes(7))),)),
            "malformed",
            "7 bytes of numbers of 4 bytes each",
        ),
        (
            file(stored=(tensor("w", (2,), (7, bytes(99)), kind=7),)),
            "too-large",
            "a list of over 64 numbers",
        ),
        (model(graph([IDENTITY], [X, X], [Y])), "malformed", "two of the name 'x'"),
        (
            model(graph([IDENTITY], [message((1, "x"))], [Y])),
            "unsupported",
            "the input 'x' has no shape",
        ),
        (model(graph([IDENTITY], [value("x", (1,) * 17)], [Y])), "too-large", "over 16 axes"),
        (
            model(graph([IDENTITY], [X], [Y], (2, "a" * 70_000))),
            "too-large",
            "70,000 bytes of one text",
        ),
        (model(graph([IDENTITY], [X], [Y], (2, b"\xff"))), "malformed", "a text that is no UTF-8"),
        (
            model(graph([IDENTITY], [X], [Y], (2, 5))),
            "malformed",
            "found a number, expected a text",
        ),
        (
            model(graph([IDENTITY], [X], [Y], (5, 5))),
            "malformed",
            "field 5 is a number, expected bytes",
        ),
        (
            file(node("Op", "x", "y", attribute("k", 2, (3, "a")))),
            "malformed",
            "bytes, expected a number",
        ),
        (
            file(node("Op", "x", "y", attribute("k", 7, (8, b"\x80")))),
            "malformed",
            "runs past its end",
        ),
        (file(node("Op", "x", "y") + b"\x0b"), "malformed", "field 1 of wire type 3"),
        (file(node("Op", "x", "y") + b"\x02\x00"), "malformed", "field 0 of wire type 2"),
        (file(node("Op", "x", "y") + b"\xff" * 11), "malformed", "a number of over 10 bytes"),
        (file(node("Op", "x", "y") + b"\x0a\x7f"), "malformed", "node 1, byte"),
        (file()[:-1], "malformed", "runs past the end at byte"),
        (file() + b"\x80", "malformed", "runs past the end at byte"),
        (file() + b"\x0a" + b"\xff" * 9 + b"\x01", "malformed", "runs past the end"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data: bytes, code: str, words: str) -> None:
    problem = refused(data)
    assert words in problem.message
    assert problem.code == code
    assert problem.label == "net.onnx"


def test_a_name_in_a_problem_is_safe_to_print() -> None:
    assert "\x1b" not in str(refused(file(node("Relu", "\x1b[31m", "y"))))


# --- told by content


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x08",
        b"\x08\x01\x12\x80\x80\x80\x01",  # a SavedModel of TensorFlow
        b"\x08\x04\x12\x02ab\xa2\x1f\x05",  # Core ML
        b"\x0a\x80\x80\x01",  # weights of Caffe, a frozen graph of TensorFlow
        b"PK\x03\x04" + bytes(200),
        b"\x1c\x00\x00\x00TFL3" + bytes(200),
        b'{"class_name": "Functional"}',
        b'name: "net"\ninput: "data"\n',
        b"layer {\n",
        b"[net]\nwidth=1\n",
        b"7767517\n75 83\n",
        b"mnetcost: 1\nname: a\n",
        b"# a comment\n",
        bytes(4096),
        b"\xff" * 4096,
    ],
)
def test_files_of_other_formats_do_not_look_like_it(head: bytes) -> None:
    assert not looks_like(head)


def test_a_file_looks_like_it_by_its_content() -> None:
    long = model(graph([IDENTITY], [X], [Y], (10, "d" * 9000)), (6, "d" * 9000))
    assert looks_like(long[:4096])
    assert all(looks_like(CONV[:size]) for size in range(4, len(CONV) + 1))
    assert looks_like(message((1, 8), (7, bytes(5000)))[:4096])
    assert looks_like(message((7, bytes(50)), (1, 8)))
    assert not looks_like(message((1, 8), (2, "a" * 5000))[:4096])
