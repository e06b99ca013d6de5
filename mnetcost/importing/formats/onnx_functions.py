"""The functions of an ONNX file, written out where they are called."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from mnetcost.importing.formats.onnx_nodes import (
    Arguments,
    Node,
    Operator,
    Reference,
    arguments,
    nodes,
    operator,
)
from mnetcost.importing.formats.wire import Message, Wire
from mnetcost.importing.model import MAX_NESTING, refusal
from mnetcost.text import clip

INLINED = 8  # steps to write out a node of a function, or to begin one, without names
NAME = 32  # characters of a name that a step writes


class Function(NamedTuple):
    """A function: names of values that it reads and gives, defaults, and what it does."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    arguments: Arguments
    nodes: tuple[Node, ...]


def functions(model: Message, field: int) -> Mapping[Operator, Function]:
    """The functions of a model by what calls them."""
    found: dict[Operator, Function] = {}
    for message in model.numbered(field, "function"):
        called = operator(message, 10, 1, 13)
        words = f"function {clip(called[1])!r}"
        if called in found:
            raise message.problem("malformed", f"the {words} is there twice")
        body = tuple(nodes(message, 7, f"{words}, node"))
        defaults = arguments(message, 11, {})
        found[called] = Function(message.texts(4), message.texts(5), defaults, body)
    return found


class _Frame(NamedTuple):
    """A body that is being written out: what is left of it, and what its names stand for."""

    nodes: Iterator[Node]
    values: dict[str, str]
    arguments: Arguments
    name: str = ""  # of the call
    suffix: str = ""  # of values that are the body's own

    def value(self, name: str) -> str:
        """The name outside of a value of the body."""
        return name and self.values.setdefault(name, f"{name}{self.suffix}")

    def written_out(self, node: Node) -> Node:
        """A node of the body as it stands outside."""
        given = self.arguments
        settled = {
            name: given[value.name] if isinstance(value, Reference) else value
            for name, value in node.arguments.items()
            if not isinstance(value, Reference) or value.name in given
        }
        return node._replace(
            name="/".join(filter(None, (self.name, node.name))),
            inputs=tuple(map(self.value, node.inputs)),
            outputs=tuple(map(self.value, node.outputs)),
            arguments=settled,
        )


def inlined(wire: Wire, main: Iterable[Node], known: Mapping[Operator, Function]) -> Iterator[Node]:
    """The nodes of the main graph, those of a function in place of each call of it."""
    frames = [_Frame(iter(main), {}, {})]
    calls = 0
    while frames:
        node = next(frames[-1].nodes, None)
        if node is None:
            frames.pop()
            continue
        if len(frames) > 1:
            node = frames[-1].written_out(node)
            wire.steps.take(_steps(node))
        function = known.get(node.operator)
        if function is None:
            yield node
            continue
        _check(wire, node, function, len(frames))
        calls += 1
        wire.steps.take(INLINED + len(function.inputs) + len(function.arguments))
        frame = _called(node, function, f"#{calls}")
        frames.append(frame)
        yield from _passed(node, function, frame)


def _check(wire: Wire, node: Node, function: Function, around: int) -> None:
    """SpecError where a function is called within too many others, or with too many values."""
    called, ends = clip(node.operator[1]), (len(function.inputs), len(function.outputs))
    if around > MAX_NESTING:
        words = f"over {MAX_NESTING} functions call each other, {called!r} last"
        raise refusal(wire.label, node.place, "too-large", words)
    if len(node.inputs) > ends[0] or len(node.outputs) > ends[1]:
        words = f"the function {called!r} has {ends[0]} inputs and {ends[1]} outputs"
        words += f"; found {len(node.inputs)} and {len(node.outputs)}"
        raise refusal(wire.label, node.place, "malformed", words)


def _steps(node: Node) -> int:
    """What it takes to write out a node of a function."""
    values = (*node.inputs, *node.outputs)
    letters = len(node.name) + sum(map(len, values))
    return INLINED + len(values) + len(node.arguments) + letters // NAME


def _called(node: Node, function: Function, suffix: str) -> _Frame:
    """The body of a function with what a node gives it."""
    missing = [""] * (len(function.inputs) - len(node.inputs))
    values = dict(zip(function.inputs, [*node.inputs, *missing]))
    for formal, actual in zip(function.outputs, node.outputs):
        if actual:
            values.setdefault(formal, actual)
    given = {**function.arguments, **node.arguments}
    return _Frame(iter(function.nodes), values, given, node.name, suffix)


def _passed(node: Node, function: Function, frame: _Frame) -> Iterator[Node]:
    """A node for each output of a function that is an input of it, or another output, as it is."""
    for formal, actual in zip(function.outputs, node.outputs):
        if actual and frame.values[formal] != actual:
            yield Node(
                ("", "Identity", ""), node.name, (frame.values[formal],), (actual,), {}, node.place
            )
