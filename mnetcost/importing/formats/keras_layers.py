"""A layer of Keras as its configuration has it: its class, and what it is made with.

What follows brackets by recursion is safe: the text was refused where they are too deep.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

from mnetcost.importing.model import MAX_NAME, MAX_RANK, Argument, Shape, refusal

INPUT = "InputLayer"

OWN = ("keras.", "tf_keras.", "tensorflow.")  # modules of Keras itself

# Layers that hold another one: it is said as "layer", and each of its arguments as "layer.units".
HELD = ("layer", "backward_layer", "cell")


class Entry(NamedTuple):
    """A layer of the list in a model's configuration, its calls as they stand there."""

    name: str
    operator: str
    identity: int | None  # equal of entries that are one layer; None of one that is there once
    arguments: Mapping[str, Argument]
    shape: Shape | None  # that an input states, or the first layer of a Sequential model
    built: tuple[Shape, ...]  # of what its first call reads, where the file states them
    config: Any
    nodes: list[Any]


def entry(found: Any, label: str, place: str) -> Entry:
    """The entry that stands at a place of the list. Raises SpecError."""
    if not isinstance(found, dict) or not isinstance(found.get("class_name"), str):
        raise refusal(label, place, "malformed", "no class_name, expected a layer")
    config = found.get("config")
    fields = config if isinstance(config, dict) else {}
    name = found.get("name") or fields.get("name")
    nodes = found.get("inbound_nodes", [])
    if not isinstance(name, str) or not isinstance(nodes, list):
        message = "expected a name, which is a text, and inbound_nodes, which are a list"
        raise refusal(label, place, "malformed", message)
    if max(len(name), len(found["class_name"])) > MAX_NAME:
        raise refusal(label, place, "too-large", f"a name over {MAX_NAME:,} characters")
    identity, build = found.get("shared_object_id"), found.get("build_config")
    return Entry(
        name=name,
        operator=_operator(found),
        identity=identity if isinstance(identity, int) else None,
        arguments=_arguments(fields),
        shape=shape_of(fields.get("batch_shape", fields.get("batch_input_shape"))),
        built=shapes(build.get("input_shape") if isinstance(build, dict) else None),
        config=config,
        nodes=nodes,
    )


def _operator(found: dict[str, Any]) -> str:
    """The class of a layer: one of Keras alone, others behind their package and "::"."""
    name = str(found["class_name"])
    module, registered = found.get("module"), found.get("registered_name")
    if isinstance(module, str) and ".ops." in module:  # a function, such as x + y
        return f"ops::{name}"
    package, mark, rest = (registered if isinstance(registered, str) else name).rpartition(">")
    if mark:
        return f"{package}::{rest}"
    own = registered is None or (isinstance(module, str) and module.startswith(OWN))
    return name if own else f"custom::{name}"


def _arguments(config: Mapping[str, Any], prefix: str = "") -> dict[str, Argument]:
    """What a layer is made with.

    Its name is elsewhere; what is an object in turn, as initialisers and policies are, and a text
    over MAX_NAME are left out.
    """
    found: dict[str, Argument] = {}
    for key, stated in config.items():
        value = stated
        if isinstance(value, dict) and isinstance(value.get("class_name"), str):
            inside = value.get("config")
            if value["class_name"] == "__tuple__":
                value = value.get("items")
            elif key in HELD and isinstance(inside, dict):
                found |= _arguments(inside, f"{prefix}{key}.")
                value = _operator(value)
            elif key.endswith("activation"):  # a function has its name inside
                value = inside if isinstance(inside, str) else value["class_name"]
        if is_plain(value) and (prefix or key != "name"):
            found[f"{prefix}{key}"] = frozen(value)
    return found


def is_plain(value: Any) -> bool:
    """Whether a value of JSON has no objects in it, and no text that is too long."""
    if isinstance(value, list):
        return all(map(is_plain, value))
    return not isinstance(value, dict) and not (isinstance(value, str) and len(value) > MAX_NAME)


def frozen(value: Any) -> Argument:
    """A plain value with its lists as tuples."""
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def _is_shape(value: Any) -> TypeGuard[list[int | None]]:
    return (
        isinstance(value, list)
        and len(value) <= MAX_RANK
        and all(side is None or (type(side) is int and side >= 0) for side in value)
    )


def shape_of(value: Any) -> Shape | None:
    """The shape that a value states; None where it states none."""
    return tuple(value) if _is_shape(value) else None


def shapes(value: Any) -> tuple[Shape, ...]:
    """The shapes that a value states, which is one of them or a list; () where it states none."""
    found = value if isinstance(value, list) and not _is_shape(value) else [value]
    return tuple(map(tuple, found)) if all(map(_is_shape, found)) else ()
