"""What the names in a graph of torch.export stand for, while its calls are read in their order."""

from collections.abc import Iterator

from mnetcost.importing.formats.pt2_schema import Body, Wrong, choice, mapping, outputs_of, text
from mnetcost.importing.model import Shape, Tensor
from mnetcost.text import clip, listed

_STORED = {  # of the kinds of input: where its name is, and whether training learns it
    "parameter": ("parameter_name", True),
    "buffer": ("buffer_name", False),
    "tensor_constant": ("tensor_constant_name", False),
}
_UNREAD = ("constant_input", "custom_obj", "token")  # kinds of input that are no tensors


class Values:
    """The values of a graph by its names: stored, given, or written by a call.

    A body's are named after its call's output, and what it changes in place is changed outside.
    """

    def __init__(self, shapes: dict[str, Shape]) -> None:
        self.inputs: dict[str, Shape] = {}
        self.stored: dict[str, Tensor] = {}
        self.written: dict[str, Shape] = {}  # of those that calls write, where the file says one
        self._shapes = shapes
        self._prefix = ""
        self._names: dict[str, str] = {}  # of the graph, to those of values
        self._taken: set[str] = set()  # names of values
        self._after: dict[str, str] = {}  # what stands for a value since it was changed in place

    def inside(self, body: Body, prefix: str) -> "Values":
        """Those of a body, which begins with what its call gives it."""
        inner = Values(body.shapes)
        inner.written, inner._taken, inner._after = self.written, self._taken, self._after
        inner._prefix = self._prefix + prefix
        for name, given in zip(body.inputs, body.given):
            if name and given:
                inner.bind(name, self.newest(given))
        return inner

    def enter(self, spec: object, shared: dict[str, str]) -> None:
        """Take an input of the graph: what is stored comes in by these too.

        `shared` has another name of a parameter, by which the same tensor is known.
        """
        kind, content = choice(spec, "an input")
        if kind in _UNREAD:
            return
        entry = mapping(content, kind)
        if kind == "user_input":
            for name in filter(None, outputs_of([entry.get("arg")])):
                self.bind(name, self._new(name))
                if name in self._shapes:  # and is no symbol
                    self.inputs[name] = self._shapes[name]
        elif kind in _STORED:
            key, learned = _STORED[kind]
            name = text(mapping(entry.get("arg"), kind).get("name"), kind)
            given = text(entry.get(key), key)
            self._store(name, shared.get(given, given), learned)
        else:
            raise Wrong(f"an input of kind {clip(kind)}", listed(_STORED), "unsupported")

    def leave(self, spec: object) -> Iterator[str]:
        """The values that an output of the graph gives to whoever runs it."""
        kind, content = choice(spec, "an output")
        if kind in ("user_output", "loss_output"):
            given = mapping(content, kind).get("arg")
            given = {"as_tensor": given} if kind == "loss_output" else given
            yield from (self.newest(name) for name in outputs_of([given]) if name in self._shapes)

    def write(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """A call writes these names of the graph: their values, "" for what is nothing."""
        return tuple(self._written(name) if name else "" for name in names)

    def bind(self, name: str, value: str) -> None:
        """From now on the name stands for the value, and never for another."""
        if name in self._names:
            raise Wrong(f"the value {clip(name)} is written twice")
        self._names[name] = value

    def replace(self, value: str, by: str) -> None:
        """From now on the other value stands for this one."""
        self._after[value] = by

    def newest(self, name: str) -> str:
        """The value that a name of the graph stands for by now."""
        if name not in self._names:
            raise Wrong(f"it reads {clip(name)}, which nothing before it writes")
        value, passed = self._names[name], []
        while value in self._after:
            passed.append(value)
            value = self._after[value]
        for one in passed:  # the way is walked once
            self._after[one] = value
        return value

    def _written(self, name: str) -> str:
        value = self._new(self._prefix + name)
        self.bind(name, value)
        if name in self._shapes:
            self.written[value] = self._shapes[name]
        return value

    def _store(self, name: str, given: str, learned: bool) -> None:
        sides = self._shapes.get(name)
        if sides is None:
            raise Wrong(f"{clip(name)} has no entry in tensor_values")
        shape = tuple(side for side in sides if side is not None)
        if len(shape) < len(sides):
            raise Wrong(f"the stored value {clip(given)} has a side that is a symbol")
        value = name if given in self._shapes or not given else given
        tensor = Tensor(shape, learned=learned)
        if value not in self.stored:
            self.stored[self._new(value)] = tensor
        elif self.stored[value] != tensor:
            raise Wrong(f"{clip(value)} is stored with two shapes")
        self.bind(name, value)

    def _new(self, value: str) -> str:
        if value in self._taken:
            raise Wrong(f"the value {clip(value)} is written twice")
        self._taken.add(value)
        return value
