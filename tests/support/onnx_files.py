"""Models of ONNX by hand: the numbers are those of onnx.proto."""

import struct
from collections.abc import Iterable, Sequence

from protobuf import Field, message, packed, repeated

MY: Field = (7, "my")  # the domain of a node


def tensor(name: str, shape: Sequence[int], *fields: Field, kind: int = 1) -> bytes:
    """A stored tensor, by default of floats, with what else it holds."""
    return message(*repeated(1, shape), (2, kind), (8, name), *fields)


def value(name: str, shape: Sequence[int | str | None]) -> bytes:
    """A value with its shape: a side is a number, has a name, or is left open."""
    sides = [message(*(() if one is None else [(1 + isinstance(one, str), one)])) for one in shape]
    return message((1, name), (2, message((1, message((1, 1), (2, message(*repeated(1, sides))))))))


def attribute(name: str, kind: int, *fields: Field) -> Field:
    """An argument of a node, as the field of it; kind 0 says none."""
    return 5, message((1, name), *fields, *([(20, kind)] if kind else []))


def node(operator: str, reads: str, writes: str, *fields: Field) -> bytes:
    """A node; the values that it reads and writes are words, "-" is one that is left out."""
    inputs, outputs = (
        ["" if one == "-" else one for one in words.split()] for words in (reads, writes)
    )
    return message(*repeated(1, inputs), *repeated(2, outputs), (4, operator), *fields)


def graph(
    nodes: Iterable[bytes],
    inputs: Iterable[bytes] = (),
    outputs: Iterable[bytes] = (),
    *fields: Field,
) -> bytes:
    """A graph of nodes and values, with what else it holds."""
    parts = [*repeated(1, nodes), *repeated(11, inputs), *repeated(12, outputs)]
    return message(*parts, *fields)


def model(body: bytes, *fields: Field) -> bytes:
    """A model of opset 17 around a graph, with what else it holds."""
    return message((1, 8), (7, body), (8, message((1, ""), (2, 17))), *fields)


def function(name: str, inputs: str, outputs: str, nodes: list[bytes], *fields: Field) -> Field:
    """A function of the domain "my", as the field of a model."""
    ends = [*repeated(4, inputs.split()), *repeated(5, outputs.split())]
    return 25, message((1, name), *ends, *repeated(7, nodes), (10, "my"), *fields)


X, Y = value("x", (1, 3, 12, 10)), value("y", (1, 4))
IDENTITY = node("Identity", "x", "y")


def nested(levels: int) -> bytes:
    """A node with bodies inside each other."""
    inner = IDENTITY
    for _ in range(levels):
        inner = node("If", "x", "y", attribute("then_branch", 5, (6, graph([inner]))))
    return inner


def file(*nodes: bytes, stored: Sequence[bytes] = (), more: Sequence[Field] = ()) -> bytes:
    """A file of these nodes, from "x" to "y", with what it stores and what else the model holds."""
    return model(graph(nodes or [IDENTITY], [X], [Y], *repeated(5, stored)), *more)


def conv() -> bytes:
    """A convolution of 5×3, batch normalisation, and a classifier, as an exporter writes them."""
    pads = [attribute("pads", 7, (8, packed(2, 1, 2, 1))), attribute("group", 2, (3, 1))]
    scopes = message((1, "pkg.torch.onnx.name_scopes"), (2, "['', 'stem.conv', 'conv2d']"))
    nodes = [
        node(
            "Conv", "x w", "a", (3, "node_1"), *pads, (9, message((1, "k"), (2, "v"))), (9, scopes)
        ),
        node("BatchNormalization", "a g b m v", "c", attribute("epsilon", 1, (2, 0.5))),
        node("Clip", "c - six", "d", (3, "clip")),
        node("GlobalAveragePool", "d", "e"),
        node("Flatten", "e", "f", attribute("axis", 2)),
        node("Gemm", "f fc.weight fc.bias", "y", attribute("transB", 2, (3, 1))),
    ]
    external = (13, message((1, "location"), (2, "../../etc/passwd"))), (14, 1)
    stored = [
        tensor("w", (8, 3, 5, 3), *external),
        *(tensor(name, (8,), (9, struct.pack("<8f", *range(8)))) for name in "gbmv"),
        tensor("six", (), (4, struct.pack("<f", 6))),
        tensor("fc.weight", (4, 8)),
        tensor("fc.bias", (4,), (4, 1.0), (4, 2.0), (4, 3.0), (4, 4.0)),
    ]
    known = [
        value("a", (1, 8, 12, 10)),
        value("w", (8, 3, 5, 3)),
        value("d", ("batch", 8, None, -1)),
    ]
    body = graph(nodes, [X], [Y], *repeated(5, stored), *repeated(13, known), (2, "main"))
    return model(body, (2, "by hand"), (3, "1.0"))


CONV = conv()


def partly_known() -> bytes:
    """A file with a call that no rule says, one that leads nowhere, and values of all kinds."""
    kernel = attribute("kernel_shape", 7, (8, packed(1, 1)))
    learned = {
        "w": (8, 3, 1, 1),
        "k": (8, 8, 1, 1),
        "b": (8,),
        "table": (5,),
        "scale": (8, 1, 1),
        "fc": (8, 4),
        "dead": (2, 3, 1, 1),
        "lost": (7,),
    }
    nodes = [
        node("Identity", "b", "b2"),
        node("Conv", "x w b", "a", (3, "stem"), kernel),
        node("Conv", "x dead", "z", (3, "aux"), kernel),
        node("Conv", "a k b2", "c", (3, "mix"), kernel),
        node("Wavelet", "c table", "d", (3, "wave")),
        node("Mul", "d scale", "e", (3, "gain")),
        node("GlobalAveragePool", "e", "f", (3, "pool")),
        node("Flatten", "f", "g", (3, "flat")),
        node("MatMul", "g fc", "y", (3, "fc")),
    ]
    stored = [tensor(name, shape) for name, shape in learned.items()]
    shapes = [value("d", (1, 8, 6, 5))]
    return model(graph(nodes, [X], [Y], *repeated(5, stored), *repeated(13, shapes)))
