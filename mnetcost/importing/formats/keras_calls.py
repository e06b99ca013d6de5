"""A call of a layer of Keras: which values it reads, and what else it is called with.

What follows brackets by recursion is safe: the text was refused where they are too deep.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mnetcost.importing.formats.keras_layers import INPUT, Entry, is_plain, shape_of
from mnetcost.importing.model import MAX_RANK, MAX_VALUES, Argument, Shape, Tensor, refusal
from mnetcost.problems import SpecError
from mnetcost.text import clip

MAX_OUTPUTS = 64  # values that a call writes
CONSTANT = "_CONSTANT_VALUE"  # where Keras 2 has the name of a layer
SLICE = {"start": 0, "stop": 1, "step": 2}.keys()  # in this order
ARRAYS = ("__numpy__", "__tensor__")


class Reference(NamedTuple):
    """A value of a model: the layer, which of its calls, which of the values of the call."""

    layer: str
    call: int
    value: int


class Node(NamedTuple):
    """A call of a layer: what it reads, and what else it is called with.

    A constant that stands in the call is an input too. `args` are the positional arguments where
    one of them is no value, and `call.NAME` those with a name; "%1" is the second of the inputs.
    """

    inputs: tuple[Reference | Tensor, ...] = ()
    keys: tuple[str, ...] = ()  # of inputs that come as a mapping
    arguments: Mapping[str, Argument] = {}


class Values:
    """The values of a model that is being read: what may be named, and what was."""

    def __init__(self, label: str, path: str) -> None:
        self.label, self.path = label, path  # of the file; of the model in others, "outer/"
        self.entries: dict[str, Entry] = {}
        self.outputs: dict[str, int] = {}  # of layers that are models, how many values they have
        self.widths: dict[tuple[str, int], int] = {}  # how many values of a layer's call are named
        self.shapes: dict[Reference, Shape] = {}

    def refused(self, message: str, code: str = "malformed", layer: str = "") -> SpecError:
        """The error that says what is wrong with a layer, or with the model itself."""
        path = f"{self.path}{layer}".rstrip("/")
        return refusal(self.label, f"layer {clip(path)}" if path else "", code, message)

    def reference(self, reader: str, found: list[Any], first: int) -> Reference:
        """The value that a list of a layer, a call and a value names, for a layer that reads it.

        Calls of a layer that is a model itself count from `first`, all others from 0.
        """
        layer, call, value = (*found, None, None)[:3]
        if type(call) is not int or type(value) is not int:
            message = "expected a layer, the number of one of its calls and of a value"
            raise self.refused(message, layer=reader)
        one = self.entries.get(layer)
        if one is None:
            message = f"reads {clip(layer)}, which is no layer of the model"
            raise self.refused(message, layer=reader)
        calls, most = len(one.nodes), self.outputs.get(layer, MAX_OUTPUTS)
        if one.operator == INPUT:
            call, calls, most = 0, 1, 1
        elif layer in self.outputs:  # some files count a single one from 0, and others do not
            call = 0 if (call, calls) in ((0, 1), (1, 1)) else call - first
        for what, number, count in (("call", call, calls), ("value", value, most)):
            if not 0 <= number < count:
                message = f"reads {what} {number:,} of {clip(layer)}; there are {count:,}, from 0"
                raise self.refused(message, layer=reader)
        self.widths[layer, call] = max(value + 1, self.widths.get((layer, call), 1))
        return Reference(layer, call, value)

    def node(self, layer: str, found: Any) -> Node:
        """A call as Keras 3 has it: `args`, and `kwargs` by name."""
        args, kwargs = (
            (found.get("args"), found.get("kwargs")) if isinstance(found, dict) else (None, None)
        )
        if not isinstance(args, list) or not isinstance(kwargs, dict):
            raise self.refused("a call without args and kwargs", layer=layer)
        reading = _Reading(self, layer)
        return reading.node(tuple(map(reading.value, args)), kwargs, keys_of(args))

    def older_node(self, layer: str, found: Any) -> Node:
        """A call as Keras 2 has it: lists of a layer, a call, a value and what else."""
        if not isinstance(found, list) or not found:
            raise self.refused("a call that is no list", layer=layer)
        single = isinstance(found[0], str)
        reading = _Reading(self, layer, older=True)
        args = tuple(map(reading.value, [found] if single else found))
        first = found if single else found[0]
        kwargs = first[3] if isinstance(first, list) and len(first) > 3 else {}
        return reading.node(args, kwargs if isinstance(kwargs, dict) else {}, keys_of(found))


class _Reading:
    """A call of a layer that is being read."""

    def __init__(self, values: Values, layer: str, older: bool = False) -> None:
        self.values, self.layer, self.older = values, layer, older
        self.inputs: list[Reference | Tensor] = []
        self.plain = False  # whether an argument so far was no value

    def node(
        self, args: tuple[Argument, ...], kwargs: Mapping[str, Any], keys: tuple[str, ...]
    ) -> Node:
        """The call with these positional arguments, and with those by name that are stated."""
        arguments: dict[str, Argument] = {"args": args} if self.plain else {}
        for name, stated in kwargs.items():
            if stated is not None:
                arguments[f"call.{name}"] = self.value(stated)
        return Node(tuple(self.inputs), keys, arguments)

    def value(self, found: Any) -> Argument:
        """What stands for an argument: "%0" for the first of the inputs."""
        if isinstance(found, list):
            if self.older and found and isinstance(found[0], str):
                if found[0] == CONSTANT and len(found) > 2:
                    return self.value(found[2])
                if found[0] in self.values.entries and len(found) in (3, 4):
                    return self._input(self.values.reference(self.layer, found, 1))
            return tuple(map(self.value, found))
        if isinstance(found, dict):
            return self._object(found)
        self.plain = True
        return found if is_plain(found) else None

    def _input(self, found: Reference | Tensor) -> str:
        self.inputs.append(found)
        return f"%{len(self.inputs) - 1}"

    def _object(self, found: dict[str, Any]) -> Argument:
        kind, config = found.get("class_name"), found.get("config")
        if found.keys() == SLICE:  # as Keras 2 has it
            kind, config = "__slice__", found
        if kind is None:
            return tuple(self.value(found[key]) for key in sorted(found))
        if kind == "__tuple__":
            return self.value(found.get("items"))
        if kind == "__keras_tensor__" and isinstance(config, dict):
            history = config.get("keras_history")
            if not isinstance(history, list) or not history or not isinstance(history[0], str):
                raise self.values.refused("a value without keras_history", layer=self.layer)
            value = self.values.reference(self.layer, history, 0)
            shape = shape_of(config.get("shape"))
            if shape is not None:
                self.values.shapes[value] = shape
            return self._input(value)
        if kind in ARRAYS and isinstance(config, dict):
            return self._input(self._array(config.get("value")))
        self.plain = True
        if kind == "__slice__" and isinstance(config, dict):
            return ("slice", *(self.value(config.get(key)) for key in SLICE))
        return "..." if kind == "__ellipsis__" else None

    def _array(self, found: Any) -> Tensor:
        """An array that is written as lists in lists."""
        shape: list[int] = []
        rows = [found]
        while rows and isinstance(rows[0], list):
            shape.append(len(rows[0]))
            if len(shape) > MAX_RANK or any(
                not isinstance(row, list) or len(row) != shape[-1] for row in rows
            ):
                raise self.values.refused("an array of rows that differ", layer=self.layer)
            rows = [one for row in rows for one in row]
        if any(isinstance(one, bool) or not isinstance(one, int | float) for one in rows):
            return Tensor(tuple(shape), learned=False)
        return Tensor(tuple(shape), tuple(rows) if len(rows) <= MAX_VALUES else None, False)


def keys_of(found: Any) -> tuple[str, ...]:
    """The keys in order where values come as a mapping, alone or as the first argument."""
    first = found[0] if isinstance(found, list) and found else found
    return tuple(sorted(first)) if isinstance(first, dict) and "class_name" not in first else ()
