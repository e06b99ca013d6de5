"""The nodes of an ONNX file, each as it stands there.

The numbers of the fields are those of onnx.proto (github.com/onnx/onnx, IR version 13).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from mnetcost.importing.formats.onnx_tensors import sparse, tensor
from mnetcost.importing.formats.wire import Message
from mnetcost.importing.model import MAX_BODIES, MAX_CALLS, Argument, Tensor
from mnetcost.text import clip

OWN_DOMAINS = ("", "ai.onnx")  # of the operators that ONNX itself defines
SCOPES = b"pkg.torch.onnx.name_scopes"  # the modules around a call: of torch's newer exporter


class Reference(NamedTuple):
    """An argument in the body of a function: what its caller gives under this name."""

    name: str


class Body(NamedTuple):
    """A body of control flow, or several: how many nodes they have, those of bodies in them too.

    `reads` are the values around it that it reads.
    """

    nodes: int
    reads: tuple[str, ...]


Written: TypeAlias = "Argument | Tensor | Reference | Body"
Arguments: TypeAlias = Mapping[str, Written]
Operator: TypeAlias = tuple[str, str, str]  # domain, "" of ONNX itself; name; overload


class Node(NamedTuple):
    """A node of a graph or of a function's body."""

    operator: Operator
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    arguments: Arguments
    place: str


def nodes(graph: Message, field: int, word: str = "node") -> Iterator[Node]:
    """The nodes that this field of a graph or of a function holds; `word` says it of each."""
    for count, message in enumerate(graph.numbered(field, word), 1):
        if count > MAX_CALLS:
            raise message.problem("too-large", f"over {MAX_CALLS:,} nodes")
        yield _node(message)


def operator(message: Message, domain: int, name: int, overload: int) -> Operator:
    """What a node calls, or what calls a function: these fields of it."""
    space = message.text(domain)
    return "" if space in OWN_DOMAINS else space, message.text(name), message.text(overload)


def _node(message: Message) -> Node:
    called = operator(message, 7, 4, 8)
    if not called[1]:
        raise message.problem("malformed", "it has no operator")
    inputs, given = message.texts(1), arguments(message, 5)
    for one in given.values():
        if isinstance(one, Body):
            inputs += tuple(name for name in one.reads if name not in inputs)
    return Node(
        called,
        _module(message) or message.text(3),
        inputs,
        message.texts(2),
        given,
        message.wire.place(message.start),
    )


def _module(node: Message) -> str:
    """The path of the module that a node is of, where the file has it: "['', 'bn1', 'relu']"."""
    for span in node.spans(9):
        if node.wire.begins(span, SCOPES):
            scopes = Message(node.wire, [span]).text(2).strip("[]").split(",")
            return scopes[-2].strip("' \"") if len(scopes) > 1 else ""  # the last is the call
    return ""


def arguments(message: Message, field: int) -> Arguments:
    """The arguments of a node by name, or the defaults of a function."""
    found: dict[str, Written] = {}
    for attribute in message.each(field):
        name = attribute.text(1)
        if name in found:
            raise attribute.problem("malformed", f"the attribute {clip(name)!r} is there twice")
        found[name] = _argument(attribute)
    return found


def _argument(attribute: Message) -> Written:
    if 21 in attribute:
        return Reference(attribute.text(21))
    kind = attribute.number(20)
    # The oldest files have no types: what is there says it.
    field = FIELDS.get(kind, 0) if kind else next(filter(attribute.__contains__, VALUES), 0)
    return VALUES[field](attribute) if field else None


# The field of each type of attribute, and how its value is read: one that is empty, or 0, may be
# left out. Types are no arguments of an operator that has a cost.
FIELDS = {1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7, 7: 8, 8: 9, 9: 10, 10: 11, 11: 22}
VALUES: Mapping[int, Callable[[Message], Written]] = {
    2: lambda attribute: (attribute.reals(2) or (0.0,))[-1],
    3: lambda attribute: attribute.number(3),
    4: lambda attribute: attribute.text(4, "backslashreplace"),
    5: lambda attribute: tensor(attribute.one(5)),
    6: lambda attribute: _body(attribute.one(6)),
    7: lambda attribute: attribute.reals(7),
    8: lambda attribute: attribute.numbers(8),
    9: lambda attribute: attribute.texts(9, "backslashreplace"),
    10: lambda attribute: tuple(tensor(one).values for one in attribute.each(10)),
    11: lambda attribute: _together(map(_body, attribute.each(11))),
    22: lambda attribute: sparse(attribute.one(22)),
}


def _body(graph: Message, around: int = 1) -> Body:
    """A body, which may hold others; it reads what nobody in it writes."""
    if around > MAX_BODIES:
        raise graph.problem("too-large", f"over {MAX_BODIES} bodies inside each other")
    count = 0
    reads: dict[str, None] = {}
    own = {"", *(one.text(1) for one in graph.each(11)), *(one.text(8) for one in graph.each(5))}
    own.update(one.one(1).text(8) for one in graph.each(15))
    for node in graph.each(1):
        count += 1
        reads.update(dict.fromkeys(node.texts(1)))
        own.update(node.texts(2))
        for attribute in node.each(5):
            inner = _together(_bodies(attribute, around + 1))
            count += inner.nodes
            reads.update(dict.fromkeys(inner.reads))
    reads.update(dict.fromkeys(one.text(1) for one in graph.each(12)))
    return Body(count, tuple(name for name in reads if name not in own))


def _bodies(attribute: Message, around: int) -> Iterator[Body]:
    for field in (6, 11):
        for one in attribute.each(field):
            yield _body(one, around)


def _together(bodies: Iterable[Body]) -> Body:
    """Several bodies as one."""
    count, reads = 0, dict[str, None]()
    for one in bodies:
        count += one.nodes
        reads.update(dict.fromkeys(one.reads))
    return Body(count, tuple(reads))
