"""The JSON of torch.export's schema: what is said of arguments, outputs and shapes.

Source: torch/_export/serde/schema.py. A union is an object with one key, which says its kind.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from mnetcost.importing.model import MAX_NAME, MAX_RANK, Argument, Shape
from mnetcost.text import clip

MAX_WHOLE = 2**63 - 1

# Arguments that are optional tensors wherever ATen has them: a null stands in a tensor's place.
OPTIONAL_TENSORS = frozenset(
    ("weight", "bias", "running_mean", "running_var", "attn_mask", "attn_bias", "mask")
)
# Calls that run a body once, and give it the last of their arguments.
WRAPPERS = frozenset(
    f"torch.ops.higher_order.{name}"
    for name in (
        *("wrap", "wrap_with_set_grad_enabled", "wrap_with_autocast"),
        *("wrap_activation_checkpoint", "tag_activation_checkpoint", "invoke_subgraph"),
    )
)
_FLOATS = ("Infinity", "-Infinity", "NaN")  # which JSON has no numbers for


class Wrong(ValueError):
    """What is wrong with a part of a file, for whoever knows where in the file that is."""

    def __init__(self, message: str, expected: str | None = None, code: str = "malformed") -> None:
        super().__init__(message)
        self.message, self.expected, self.code = message, expected, code


class Body(NamedTuple):
    """A body of a call: its calls, shapes, inputs, what it is given for these, and its outputs."""

    nodes: list[object]
    shapes: dict[str, Shape]
    inputs: tuple[str, ...]
    given: tuple[str, ...]
    outputs: tuple[str, ...]


def mapping(value: object, what: str) -> dict[str, object]:
    """The value, which must be an object."""
    if not isinstance(value, dict):
        raise Wrong(f"{clip(what)} is {_kind(value)}", "an object")
    return value


def items(value: object, what: str) -> list[object]:
    """The value, which must be a list."""
    if not isinstance(value, list):
        raise Wrong(f"{clip(what)} is {_kind(value)}", "a list")
    return value


def text(value: object, what: str) -> str:
    """The value, which must be a text of at most MAX_NAME characters."""
    if not isinstance(value, str):
        raise Wrong(f"{clip(what)} is {_kind(value)}", "a text")
    if len(value) > MAX_NAME:
        most = f"at most {MAX_NAME:,}"
        raise Wrong(f"{clip(what)} has {len(value):,} characters", most, "too-large")
    return value


def whole(value: object, what: str) -> int:
    """The value, which must be a whole number of 64 bits."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Wrong(f"{clip(what)} is {_kind(value)}", "a whole number")
    if not -MAX_WHOLE <= value <= MAX_WHOLE:
        raise Wrong(f"{clip(what)} is {value}", "a number of 64 bits", "too-large")
    return value


def choice(value: object, what: str) -> tuple[str, object]:
    """The kind and the content of a union."""
    found = mapping(value, what)
    if len(found) != 1:
        raise Wrong(f"{clip(what)} has {len(found)} keys", "one, its kind")
    return next(iter(found.items()))


def shapes_of(graph: dict[str, object]) -> dict[str, Shape]:
    """The sides of every tensor of a graph by its name, None where one is a symbol."""
    tensors = mapping(graph.get("tensor_values"), "tensor_values")
    return {name: _shape(meta, text(name, "the name of a value")) for name, meta in tensors.items()}


def body_of(node: dict[str, object]) -> Body | None:
    """The body of a call that does no more than run it; None of any other call."""
    if node.get("target") not in WRAPPERS:
        return None
    graph: dict[str, object] = {}
    given: list[str] = []
    for one in items(node.get("inputs"), "inputs"):
        argument = mapping(one, "an argument").get("arg")
        kind, value = choice(argument, "an argument")
        if kind == "as_graph":
            graph, given = mapping(mapping(value, "the body").get("graph"), "the body"), []
        else:
            given += outputs_of([argument])
    inputs = outputs_of(items(graph.get("inputs"), "the inputs of the body"))
    if len(inputs) > len(given):
        raise Wrong(f"its body reads {len(inputs):,} values, and it gives {len(given):,}")
    outputs = outputs_of(items(graph.get("outputs"), "the outputs of the body"))
    nodes = items(graph.get("nodes"), "the nodes of the body")
    given = given[len(given) - len(inputs) :]  # after the name of a body that has one
    return Body(nodes, shapes_of(graph), inputs, tuple(given), outputs)


def arguments_of(inputs: list[object]) -> tuple[tuple[str, ...], dict[str, Argument]]:
    """The names of the tensors that a call reads, in the schema's order, and its other arguments.

    A tensor that is left out is "". A list of tensors is spread, and its length is an argument.
    An argument without a name, as control flow has them, has its position for one.
    """
    read: list[str] = []
    arguments: dict[str, Argument] = {}
    for position, one in enumerate(inputs):
        entry = mapping(one, "an argument")
        name = text(entry.get("name"), "the name of an argument") or str(position)
        kind, value = choice(entry.get("arg"), name)
        tensors = _tensors(kind, value, name)
        read += tensors or ()
        if tensors is None or kind not in _SINGLE:
            if name in arguments:
                raise Wrong(f"the argument {clip(name)} stands twice")
            arguments[name] = _argument(kind, value, name) if tensors is None else len(tensors)
    return tuple(read), arguments


def outputs_of(outputs: list[object]) -> tuple[str, ...]:
    """The names of what these arguments are, tensors and symbols alike; "" of anything else."""
    return tuple(name for one in outputs for name in _written(*choice(one, "an output")))


def number_of_nodes(value: object, what: str) -> int:
    """How many calls a body of control flow has, with those of bodies in it."""
    graph = mapping(mapping(value, what).get("graph"), what)
    nodes = items(graph.get("nodes"), what)
    inner = 0
    for node in nodes:
        for one in items(mapping(node, "a node").get("inputs"), "inputs"):
            kind, content = choice(mapping(one, "an argument").get("arg"), "an argument")
            if kind == "as_graph":  # brackets of the file are not nested deep
                inner += number_of_nodes(content, what)
    return len(nodes) + inner


def _shape(meta: object, name: str) -> Shape:
    sizes = items(mapping(meta, name).get("sizes"), name)
    if len(sizes) > MAX_RANK:
        raise Wrong(f"{clip(name)} has {len(sizes):,} sides", f"at most {MAX_RANK}", "too-large")
    return tuple(_side(size, name) for size in sizes)


_SINGLE = ("as_tensor", "as_optional_tensor", "as_none")


def _tensors(kind: str, value: object, what: str) -> list[str] | None:
    """The tensors of an argument; None of an argument that is something else."""
    found: list[str] | None = None
    match kind:
        case "as_tensor":
            found = [_tensor(value, what)]
        case "as_tensors":
            found = [_tensor(one, what) for one in items(value, what)]
        case "as_optional_tensor":
            found = [_optional(value, what)]
        case "as_optional_tensors":
            found = [_optional(one, what) for one in items(value, what)]
        case "as_nested_tensors":
            lists = (items(many, what) for many in items(value, what))
            found = [_tensor(one, what) for many in lists for one in many]
        case "as_none" if what in OPTIONAL_TENSORS:
            found = [""]
    return found


def _tensor(value: object, what: str) -> str:
    name = text(mapping(value, what).get("name"), what)
    if not name:
        raise Wrong(f"{clip(what)} is a tensor without a name")
    return name


def _optional(value: object, what: str) -> str:
    kind, content = choice(value, what)
    return "" if kind == "as_none" else _tensor(content, what)


def _written(kind: str, value: object) -> Iterator[str]:
    if kind in ("as_sym_int", "as_sym_float", "as_sym_bool"):
        of, name = choice(value, "an output")
        yield text(name, "an output") if of == "as_name" else ""
    elif kind.startswith("as_") and "tensor" in kind:
        yield from _tensors(kind, value, "output") or ()
    elif kind == "as_none" or kind in _PLAIN:
        yield ""
    else:
        raise _unknown(f"an output of kind {clip(kind)}")


def _argument(kind: str, value: object, what: str) -> Argument:
    many = kind.removesuffix("s")
    if kind in _PLAIN:
        return _PLAIN[kind](value, what)
    if kind != many and many in _PLAIN:
        return _several(value, what, _PLAIN[many])
    raise _unknown(f"{clip(what)} is of kind {clip(kind)}")


def _several(
    value: object, what: str, one: Callable[[object, str], Argument]
) -> tuple[Argument, ...]:
    found = items(value, what)
    if len(found) > MAX_NAME:
        raise Wrong(f"{clip(what)} has {len(found):,} items", f"at most {MAX_NAME:,}", "too-large")
    return tuple(one(item, what) for item in found)


def _number(value: object, what: str) -> float:
    if isinstance(value, float) or (isinstance(value, str) and value in _FLOATS):
        return float(value)
    return whole(value, what)


def _truth(value: object, what: str) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{clip(what)} is {_kind(value)}", "true or false")
    return value


def _symbol(value: object, what: str) -> Argument:
    kind, content = choice(value, what)
    return None if kind == "as_name" else _argument(kind, content, what)


def _side(size: object, what: str) -> int | None:
    kind, value = choice(size, what)
    if kind == "as_expr":
        return None
    side = whole(value, what)
    if kind != "as_int" or side < 0:
        raise Wrong(
            f"{clip(what)} has the side {side} of kind {clip(kind)}", "a whole number from 0"
        )
    return side


# The kinds of argument that are no tensors, one of each; lists of them add an "s".
_PLAIN: dict[str, Callable[[object, str], Argument]] = {
    "as_none": lambda value, what: None,
    "as_int": whole,
    "as_float": _number,
    "as_bool": _truth,
    "as_string": text,
    "as_operator": text,
    "as_sym_int": _symbol,
    "as_sym_float": _symbol,
    "as_sym_bool": _symbol,
    "as_scalar_type": whole,
    "as_memory_format": whole,
    "as_layout": whole,
    "as_device": lambda value, what: text(mapping(value, what).get("type"), what),
    "as_custom_obj": lambda value, what: text(mapping(value, what).get("class_fqn"), what),
    "as_complex": lambda value, what: tuple(
        _number(mapping(value, what).get(part), what) for part in ("real", "imag")
    ),
    "as_int_list": lambda value, what: _several(value, what, whole),
    "as_float_list": lambda value, what: _several(value, what, _number),
    "as_graph": number_of_nodes,
}


def _unknown(message: str) -> Wrong:
    return Wrong(message, "one that PyTorch's schema 8 has", "unsupported")


def _kind(value: object) -> str:
    """What a value of JSON is, in words."""
    if value is None:
        return "missing"
    kinds = {bool: "a truth value", str: "a text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "a number")
