"""ONNX: a model in Protocol Buffers, whose weights are stepped over.

The numbers of the fields are those of onnx.proto (github.com/onnx/onnx, IR version 13). Files of
external data are never opened: the shapes of their tensors are in the model itself.
"""

import re
from collections.abc import Container
from math import prod

from mnetcost.importing.formats import HEAD
from mnetcost.importing.formats.onnx_functions import functions, inlined
from mnetcost.importing.formats.onnx_nodes import OWN_DOMAINS, Body, Node, Reference, nodes
from mnetcost.importing.formats.onnx_tensors import shape, sparse, tensor
from mnetcost.importing.formats.ordering import ordered
from mnetcost.importing.formats.wire import BYTES, VARINT, Message, Wire
from mnetcost.importing.model import (
    MAX_VALUES,
    Argument,
    Call,
    Data,
    Shape,
    Source,
    Tensor,
    refusal,
)
from mnetcost.problems import SpecError
from mnetcost.steps import MAX_STEPS, Exhausted
from mnetcost.text import clip

# Fields of a model, and of its graph.
IR_VERSION, PRODUCER, PRODUCER_VERSION, GRAPH, OPSETS, FUNCTIONS = 1, 2, 3, 7, 8, 25
NODES, NAME, INITIALIZERS, INPUTS, OUTPUTS, VALUES, SPARSE_INITIALIZERS = 1, 2, 5, 11, 12, 13, 15
WIRE_TYPES = {1: VARINT, 5: VARINT} | dict.fromkeys((2, 3, 4, 6, 7, 8, 14, 20, 25, 26), BYTES)
UNNAMED = re.compile(r"(val_)?[0-9]+|.*Constant(_[0-9]+)?_output_[0-9]+")  # by PyTorch's exporters
LONG = {6, GRAPH, 14, 20, FUNCTIONS}  # fields that may be longer than the head


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a model of ONNX.

    There is no mark: the fields are those of a model, up to the graph or the end of `head`.
    """
    wire, at, seen = Wire(head, ""), 0, set()
    try:
        while at < len(head):
            tag, at = wire.varint(at)
            size, at = wire.varint(at)
            number, kind = tag >> 3, tag & 7
            seen.add(number)
            if WIRE_TYPES.get(number) != kind:
                return False
            if seen >= {IR_VERSION, GRAPH}:
                return True
            if kind == BYTES and size >= HEAD and number not in LONG:
                return False
            at += size if kind == BYTES else 0
    except IndexError:  # inside a number
        return IR_VERSION in seen
    except SpecError:  # no number
        return False
    return at > len(head) and IR_VERSION in seen


def read(data: Data, label: str) -> Source:
    """The model in these bytes. SpecError says what is wrong with it."""
    if not looks_like(bytes(data[:HEAD])):
        words = "this is no model of ONNX: its first fields are not those of one"
        raise refusal(label, "byte 0", "wrong-format", words)
    wire = Wire(data, label)
    try:
        return _source(wire)
    except Exhausted:
        words = f"reading it takes over {MAX_STEPS:,} steps; no network needs them"
        raise refusal(label, wire.inside, "too-large", words) from None


def _source(wire: Wire) -> Source:
    model = wire.message()
    graph = model.one(GRAPH)
    stored = _initializers(graph, by_torch=model.text(PRODUCER) == "pytorch")
    inputs = _inputs(graph, stored)
    calls = []
    for node in inlined(wire, nodes(graph, NODES), functions(model, FUNCTIONS)):
        if node.operator[:2] != ("", "Constant"):
            calls.append(_call(wire, node))
            continue
        for name in filter(None, node.outputs[:1]):
            if name in stored or name in inputs:
                words = f"the value {clip(name)!r} is written twice"
                raise refusal(wire.label, node.place, "malformed", words)
            stored[name] = _constant(wire, node)
    outputs = tuple(value.text(1) for value in graph.each(OUTPUTS))
    written = {name for call in calls for name in call.outputs}
    return Source(
        "onnx",
        _version(model),
        graph.text(NAME),
        inputs,
        outputs,
        ordered(wire.label, calls, [*inputs, *stored], outputs),
        stored,
        _shapes(graph, written),
    )


def _version(model: Message) -> str:
    """What the file says of itself: the version of ONNX's own operators, and who wrote it."""
    opsets = [one.number(2) for one in model.each(OPSETS) if one.text(1) in OWN_DOMAINS]
    producer = f"{model.text(PRODUCER)} {model.text(PRODUCER_VERSION)}".strip()
    return ", ".join([*(f"opset {one}" for one in opsets[-1:]), *filter(None, [producer])])


def _initializers(graph: Message, by_torch: bool) -> dict[str, Tensor]:
    """What the graph stores, by name."""
    found: dict[str, Tensor] = {}
    for message in graph.numbered(INITIALIZERS, "initializer"):
        name, one = message.text(8), tensor(message)
        _new(found, message, name)
        found[name] = one._replace(learned=one.learned and not _is_code(name, one.shape, by_torch))
    for message in graph.numbered(SPARSE_INITIALIZERS, "sparse initializer"):
        name = message.one(1).text(8)  # that of its values
        _new(found, message, name)
        found[name] = sparse(message)
    return found


def _is_code(name: str, shape: tuple[int, ...], by_torch: bool) -> bool:
    """Whether a stored number is part of the code, as the 0.5 of x·0.5 is.

    PyTorch's exporters keep the names of learned numbers; of others, a number without axes is none.
    """
    return prod(shape) == 1 and bool(UNNAMED.fullmatch(name) if by_torch else not shape)


def _new(found: Container[str], message: Message, name: str) -> None:
    """SpecError where a value has no name, or one that was there before."""
    if not name:
        raise message.problem("malformed", "it has no name")
    if name in found:
        raise message.problem("malformed", f"there are two of the name {clip(name)!r}")


def _inputs(graph: Message, stored: Container[str]) -> dict[str, Shape]:
    """What comes from outside. Old files list what they store among it."""
    found: dict[str, Shape] = {}
    known: dict[bytes, Shape | None] = {}
    for message in graph.numbered(INPUTS, "input"):
        name = message.text(1)
        if name in stored:
            continue
        _new(found, message, name)
        sides = shape(message, known)
        if sides is None:
            words = f"the input {clip(name)!r} has no shape; expected one, sides may be open"
            raise message.problem("unsupported", words)
        found[name] = sides
    return found


def _shapes(graph: Message, written: Container[str]) -> dict[str, Shape]:
    """The shapes that the file states of values that calls write."""
    found: dict[str, Shape] = {}
    known: dict[bytes, Shape | None] = {}
    for field, word in ((VALUES, "value"), (OUTPUTS, "output")):
        for message in graph.numbered(field, word):
            name = message.text(1)
            sides = shape(message, known) if name in written else None
            if sides is not None:
                found[name] = sides
    return found


def _call(wire: Wire, node: Node) -> Call:
    """A node as a call, what it holds as numbers."""
    domain, name, _ = node.operator
    for key, value in node.arguments.items():
        if isinstance(value, Reference):
            words = f"{clip(key)!r} stands for an argument of a function; this is in none"
            raise refusal(wire.label, node.place, "malformed", words)
    return Call(
        f"{domain}::{name}" if domain else name,
        node.name,
        node.inputs,
        node.outputs,
        {
            key: _argument(value)
            for key, value in node.arguments.items()
            if not isinstance(value, Reference)  # which was refused
        },
        node.place,
    )


def _argument(value: "Argument | Tensor | Body") -> Argument:
    """An argument as numbers: a tensor's, and how many nodes bodies have."""
    if isinstance(value, Body):
        return value.nodes
    return value.values if isinstance(value, Tensor) else value


def _constant(wire: Wire, node: Node) -> Tensor:
    """What a node of constants gives: one number is part of the code, more may be weights."""
    for key, value in node.arguments.items():
        if isinstance(value, Tensor):
            return value._replace(learned=value.learned and prod(value.shape) > 1)
        if key in ("value_int", "value_float", "value_string"):
            return Tensor((), (value,) if isinstance(value, (int, float)) else None, False)
        if key in ("value_ints", "value_floats", "value_strings") and isinstance(value, tuple):
            numbers = tuple(one for one in value if isinstance(one, (int, float)))
            few = len(numbers) == len(value) <= MAX_VALUES
            return Tensor((len(value),), numbers if few else None, key == "value_floats")
    raise refusal(wire.label, node.place, "malformed", "a constant without a value")
