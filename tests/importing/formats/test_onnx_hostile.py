"""ONNX files that are made to harm: each is read or refused, within a second and 200 MB."""

import mmap
import random
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from limited import held, linux
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
from protobuf import Field, message, packed, varint

from mnetcost.importing.formats.onnx import read
from mnetcost.problems import SpecError

ADD = [
    node("Constant", "", "c", attribute("value_ints", 7, (8, packed(1, 2)))),
    node("Add", "a c", "b"),
]
CALLS = model(
    graph([node("f", "x", "y", MY, attribute("slope", 1, (2, 0.5)))], [X], [Y]),
    function(
        "f",
        "a",
        "b",
        [
            node("g", "a", "m", MY),
            node("LeakyRelu", "m", "b", attribute("alpha", 1, (21, "slope"))),
        ],
    ),
    function("g", "a", "b", ADD),
)
FILES = [CONV, CALLS, file(nested(3))]


def answered(data: bytes) -> bool:
    """Whether a file is read; SpecError alone says that it is not."""
    with suppress(SpecError):
        read(data, "net.onnx")
        return True
    return False


@pytest.mark.parametrize("whole", FILES)
def test_a_file_that_ends_early_is_refused(whole: bytes) -> None:
    last = whole.index(message((8, message((1, ""), (2, 17)))))  # whole without these versions
    cut = [size for size in range(len(whole)) if answered(whole[:size])]
    assert set(cut) <= {last, *range(last + 5, len(whole))}


def mutants(seed: int, count: int) -> Iterator[bytes]:
    """Files with a few bytes changed, taken out, put in or moved."""
    chance = random.Random(seed)
    for _ in range(count):
        data = bytearray(chance.choice(FILES))
        for _ in range(chance.choice((1, 1, 2, 8))):
            at, size = chance.randrange(len(data)), chance.choice((1, 2, 9, 60))
            kind = chance.randrange(4)
            if kind == 0:
                data[at] ^= 1 << chance.randrange(8)
            elif kind == 1:
                data[at : at + size] = b""
            elif kind == 2:
                data[at:at] = bytes([chance.choice((0, 8, 10, 127, 128, 255))]) * size
            else:
                data[at:at] = data[chance.randrange(len(data)) :][:size]
            data = data or bytearray(b"\x08")
        yield bytes(data)


def test_a_changed_file_is_read_or_refused() -> None:
    read_ones = sum(map(answered, mutants(1, 2_000)))
    assert 50 < read_ones < 1_000


@pytest.mark.slow
def test_many_changed_files_are_read_or_refused() -> None:
    assert sum(map(answered, mutants(2, 60_000)))


def laughs(depth: int, width: int, leaf: list[bytes]) -> bytes:
    """Functions that each call the next several times."""
    functions = [
        function(
            f"f{level}",
            "a",
            "b",
            [node(f"f{level + 1}", "a", f"m{one}", MY) for one in range(width)],
        )
        for level in range(depth)
    ]
    last = function(f"f{depth}", "a", "b", leaf)
    return model(graph([node("f0", "x", "y", MY)], [X], [Y]), *functions, last)


def wide(inputs: int) -> bytes:
    """A function with this many inputs, which another calls often and gives none."""
    many = function("g", " ".join(f"i{one}" for one in range(inputs)), "", [])
    calls = [node("g", "a", "", MY)] * 5_000
    return model(graph([node("f", "x", "y", MY)], [X], [Y]), function("f", "a", "b", calls), many)


def extended(*fields: Field, count: int) -> bytes:
    """A model of one node, whose graph has fields again and again."""
    return model(graph([IDENTITY], [X], [Y]) + message(*fields) * count)


def attributed(kind: int, again: bytes) -> bytes:
    """A node with an argument of this type, whose value is there again and again."""
    return file(node("Op", "x", "y", (5, message((1, "k"), (20, kind)) + again * 2_000_000)))


LONG = "n" * 60_000
LARGE: dict[str, Callable[[], bytes]] = {
    "nodes without anything": lambda: extended((1, b""), count=5_000_000),
    "nodes": lambda: extended((1, node("Relu", "x", "-")), count=1_000_000),
    "values": lambda: extended((13, Y), count=300_000),
    "initializers": lambda: extended((5, tensor("w", (1,))), count=300_000),
    "graphs": lambda: message((1, 8)) + message((7, b"")) * 5_000_000,
    "functions": lambda: file() + message((25, b"")) * 2_000_000,
    "sides, packed": lambda: file(stored=[tensor("w", (), (1, b"\x01" * 10_000_000))]),
    "sides": lambda: file(stored=[tensor("w", ()) + message((1, 1)) * 5_000_000]),
    "inputs of a node": lambda: file(node("Op", "x", "y") + message((1, "x")) * 3_000_000),
    "whole numbers": lambda: attributed(7, message((8, 1))),
    "real numbers": lambda: attributed(6, message((7, 1.0))),
    "texts": lambda: attributed(8, message((9, ""))),
    "tensors": lambda: attributed(9, message((10, b""))),
    "bodies": lambda: attributed(10, message((11, b""))),
    "long names": lambda: file(*(node("Op", "x", f"{one}{LONG}😀") for one in range(400))),
    "calls of functions that do nothing": lambda: laughs(30, 2, []),
    "calls of functions": lambda: laughs(20, 4, [node("Relu", "a", "b")]),
    "names made longer": lambda: laughs(25, 9, [node("Relu", "a", "b", (3, LONG))]),
    "inputs that are left out": lambda: wide(20_000),
    "long numbers": lambda: file() + (varint(2**32 - 8) + varint(2**64 - 1)) * 1_000_000,
}


@pytest.mark.parametrize("name", ["nodes without anything", "sides, packed", "calls of functions"])
def test_too_much_of_anything_is_refused(name: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(LARGE[name](), "net.onnx")
    assert caught.value.problems[0].code == "too-large"


READ = (
    "__import__('mnetcost.importing.formats.onnx', fromlist=['']).read(open(path, 'rb').read(), '')"
)


@linux
@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_too_much_of_anything_is_refused_in_time(name: str, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(LARGE[name]())
    held(path, work=READ, memory=200_000_000)


def gigabyte(path: Path, count: int) -> None:
    """A file of a gigabyte of weights, which takes up nothing on the disk, in this many tensors."""
    size = 10**9 // count
    weights = [
        message((1, size), (2, 3), (8, f"w{one}")) + varint(9 << 3 | 2) + varint(size)
        for one in range(count)
    ]
    heads = [varint(5 << 3 | 2) + varint(len(one) + size) + one for one in weights]
    first = graph([IDENTITY], [X], [Y])
    total = len(first) + sum(map(len, heads)) + size * count
    with path.open("wb") as out:
        out.write(message((1, 8)) + varint(7 << 3 | 2) + varint(total) + first)
        for head in heads:
            out.write(head)
            out.seek(size, 1)
        out.write(message((8, message((1, ""), (2, 17)))))


def test_weights_are_stepped_over(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    gigabyte(path, 20)
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        tracemalloc.start()
        found = read(data, "net.onnx")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert found.version == "opset 17"
    assert len(found.stored) == 20
    assert peak < 1_000_000


def test_a_network_of_ten_thousand_nodes_with_all_that_an_exporter_notes_is_read() -> None:
    notes = [(9, message((1, f"note {one}"), (2, "where it stood " * 40))) for one in range(5)]
    window = [attribute(name, 7, (8, 1), (8, 1)) for name in ("strides", "dilations", "pads")]
    nodes = [
        node("Relu", f"x{one or ''}", f"x{one + 1}", (3, f"node {one}"), *notes, *window)
        for one in range(10_000)
    ]
    sides = (1, 8, 14, 20)
    values = [(13, value(f"x{one + 1}", sides)) for one in range(10_000)]
    found = read(model(graph(nodes, [value("x", sides)], [value("x10000", sides)], *values)), "net")
    assert (len(found.calls), found.shapes["x700"]) == (10_000, sides)
