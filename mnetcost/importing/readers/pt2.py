"""Archives of `torch.export.save` (.pt2): the graph in them, as JSON, without a look at weights.

Sources: torch/_export/serde/schema.py (what the JSON says) and torch/export/pt2_archive (where it
is: models/NAME.json since PyTorch 2.8, serialized_exported_program.json before). Schemas 5 to 8,
of PyTorch 2.3 and later, say alike what is read here.

A stored value has the name of its parameter, the first of several: a tensor under two names is one
value, where the file has its weights or says the same name of both. What a call does in place is a
new value, and later calls read that: after `relu_` of `conv2d` who reads `conv2d` reads `relu_`.
What is written through a view stays with the view. Sizes that are symbols are open, and so are
arguments made of them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from mnetcost.importing.readers.pt2_schema import (
    Wrong,
    arguments_of,
    choice,
    items,
    mapping,
    outputs_of,
    shape_of,
    text,
    whole,
)
from mnetcost.importing.readers.strict_json import MAX_TEXT, parsed
from mnetcost.importing.readers.zipped import Data, Member, first_names, members, unpacked
from mnetcost.importing.source import MAX_CALLS, Call, Shape, Source, Tensor, refusal
from mnetcost.text import clip, listed

MAJORS = range(5, 9)  # of the schema

_PROGRAM = re.compile(r"([^/]+/)?(models/[^/]+|serialized_exported_program)\.json").fullmatch
_TABLE = re.compile(r"([^/]+/)?data/weights/[^/]+_weights_config\.json").fullmatch
_READ = re.compile(
    r"([^/]+/)?((models|data/weights)/[^/]+|serialized_exported_program\.json)"
).fullmatch
_OF_TORCH = re.compile(
    r"([^/]+/)?(models/|data/|code/|\.data/|archive_|byteorder|data\.pkl|constants\.pkl)"
    r"|serialized_|version$"
).match
_UNNAMED = "archive"  # what PyTorch calls an archive that it writes to memory
_ROOT = re.compile(r"L\['self'\]\.?")  # of module paths, in what older versions write
_STORED = {  # of the kinds of input: where its name is, and whether training learns it
    "parameter": ("parameter_name", True),
    "buffer": ("buffer_name", False),
    "tensor_constant": ("tensor_constant_name", False),
}
_UNREAD = ("constant_input", "custom_obj", "token")  # kinds of input that are no tensors


def looks_like(head: bytes) -> bool:
    """Whether a zip archive begins as PyTorch writes them, those of weights alone too."""
    return any(_OF_TORCH(name) for name in first_names(head))


def read(data: Data, label: str) -> Source:
    """The model in an archive of `torch.export.save`; SpecError of anything else."""
    found = members(data, label, lambda name: bool(_READ(name)))
    shared = _shared(data, label, found)
    member = _program(found, label)
    place = f"member {clip(member.name)}"
    document = parsed(unpacked(data, label, member, MAX_TEXT), label, place)
    with _placed(label, place):
        program = mapping(document, "the program")
        version = _version(program)
        module = mapping(program.get("graph_module"), "graph_module")
        graph = mapping(module.get("graph"), "graph_module.graph")
        tensors = mapping(graph.get("tensor_values"), "graph.tensor_values")
        shapes = {name: shape_of(meta, name) for name, meta in tensors.items()}
        signature = mapping(module.get("signature"), "graph_module.signature")
        values = _Values(shapes, shared)
        for spec in items(signature.get("input_specs"), "signature.input_specs"):
            values.enter(spec)
        nodes = items(graph.get("nodes"), "graph.nodes")
        if len(nodes) > MAX_CALLS:
            raise Wrong(f"{len(nodes):,} calls", f"at most {MAX_CALLS:,}", "too-large")
    calls = tuple(_calls(nodes, values, label))
    with _placed(label, place):
        specs = items(signature.get("output_specs"), "signature.output_specs")
        outputs = tuple(name for spec in specs for name in values.leave(spec))
    name, _, inside = member.name.partition("/")
    return Source(
        format="pt2",
        version=version,
        name=name if inside and name != _UNNAMED else "",
        inputs=values.inputs,
        outputs=outputs,
        calls=calls,
        stored=values.stored,
        shapes={name: shapes[name] for call in calls for name in call.outputs if name in shapes},
    )


def _program(found: list[Member], label: str) -> Member:
    """The member that holds the graph."""
    programs = [member for member in found if _PROGRAM(member.name)]
    if not programs:
        message = "it holds no exported program, models/NAME.json"
        expected = "an archive of torch.export.save; torch.save writes weights and no network"
        raise refusal(label, "", "wrong-format", message, expected)
    if len(programs) > 1:
        message = f"it holds several: {listed(member.name for member in programs)}"
        raise refusal(label, "", "unsupported", message, "one exported program")
    return programs[0]


def _shared(data: Data, label: str, found: list[Member]) -> dict[str, str]:
    """Each parameter's name to the first name of the same tensor, where the file has its weights.

    The table of weights says in which member each is, and where in there. On the meta device all
    are in members without bytes, which says nothing.
    """
    first: dict[tuple[str, str], str] = {}
    shared: dict[str, str] = {}
    filled = {member.name.rpartition("/")[2] for member in found if member.size}
    for table in (member for member in found if _TABLE(member.name)):
        place = f"member {clip(table.name)}"
        document = parsed(unpacked(data, label, table, MAX_TEXT), label, place)
        with _placed(label, place):
            config = mapping(mapping(document, "the table").get("config"), "config")
            for name, entry in config.items():
                weight = mapping(entry, name)
                file = text(weight.get("path_name"), "path_name")
                if file in filled:
                    shared[name] = first.setdefault((file, repr(weight.get("tensor_meta"))), name)
    return shared


@contextmanager
def _placed(label: str, place: str) -> Iterator[None]:
    """What is wrong within is said of this place."""
    try:
        yield
    except Wrong as wrong:
        raise refusal(label, place, wrong.code, wrong.message, wrong.expected) from None


def _version(program: dict[str, object]) -> str:
    """What the file says of itself; Wrong of a schema that is not read here."""
    schema = mapping(program.get("schema_version"), "schema_version")
    major, minor = (whole(schema.get(part), f"schema {part}") for part in ("major", "minor"))
    torch = text(program.get("torch_version", "<=2.4"), "torch_version")
    if major not in MAJORS:
        expected = f"schema {MAJORS[0]} to {MAJORS[-1]}: PyTorch 2.3 and later"
        raise Wrong(f"schema {major}.{minor} of PyTorch {clip(torch)}", expected, "unsupported")
    return f"schema {major}.{minor}, torch {torch}"


def _calls(nodes: list[object], values: "_Values", label: str) -> Iterator[Call]:
    """The calls in the file's order, each reading only what was written before it."""
    for number, node in enumerate(nodes, 1):
        target = node.get("target") if isinstance(node, dict) else None
        place = (
            f"node {number:,}, {clip(target)}" if isinstance(target, str) else f"node {number:,}"
        )
        with _placed(label, place):
            call = _call(mapping(node, "it"), values, place)
        yield call


def _call(node: dict[str, object], values: "_Values", place: str) -> Call:
    operator = text(node.get("target"), "target").removeprefix("torch.ops.")
    read, arguments = arguments_of(items(node.get("inputs"), "inputs"))
    inputs = tuple(values.newest(name) if name else "" for name in read)
    outputs = outputs_of(items(node.get("outputs"), "outputs"))
    values.write(outputs)
    if _in_place(operator) and inputs and outputs and inputs[0]:
        values.replace(inputs[0], outputs[0])
    path = _module(mapping(node.get("metadata", {}), "metadata"))
    return Call(operator, path, inputs, outputs, arguments, place)


def _in_place(operator: str) -> bool:
    """Whether "aten.relu_.default" changes its first input: `__and__` and its like do not."""
    name = operator.split(".")[-2] if operator.count(".") >= 2 else operator
    return name.endswith("_") and not name.endswith("__")


def _module(metadata: dict[str, object]) -> str:
    """The path of the innermost module around a call, "" of the model itself."""
    stack = text(metadata.get("nn_module_stack", ""), "nn_module_stack")
    _, path, *_ = [*stack.rpartition(";")[2].split(",", 2), "", ""]
    return _ROOT.sub("", path, count=1)


class _Values:
    """What each name of the file stands for: a value that is stored, given or written."""

    def __init__(self, shapes: dict[str, Shape], shared: dict[str, str]) -> None:
        self.inputs: dict[str, Shape] = {}
        self.stored: dict[str, Tensor] = {}
        self._shapes, self._shared = shapes, shared
        self._names: dict[str, str] = {}  # of the file, to those of values
        self._after: dict[str, str] = {}  # what stands for a value since it was changed in place

    def enter(self, spec: object) -> None:
        """Take an input of the graph: what is stored comes in by these too."""
        kind, content = choice(spec, "an input")
        if kind in _UNREAD:
            return
        entry = mapping(content, f"the input {kind}")
        if kind == "user_input":
            for name in outputs_of([entry.get("arg")]):
                if name in self._shapes:
                    self._name(name, name)
                    self.inputs[name] = self._shapes[name]
        elif kind in _STORED:
            key, learned = _STORED[kind]
            name = text(mapping(entry.get("arg"), f"arg of {kind}").get("name"), "its name")
            self._store(name, text(entry.get(key), key), learned)
        else:
            raise Wrong(f"an input of kind {clip(kind)}", listed(_STORED), "unsupported")

    def leave(self, spec: object) -> Iterator[str]:
        """The values that an output of the graph gives to whoever runs it."""
        kind, content = choice(spec, "an output")
        if kind in ("user_output", "loss_output"):
            given = mapping(content, f"the output {kind}").get("arg")
            given = {"as_tensor": given} if kind == "loss_output" else given
            yield from (self.newest(name) for name in outputs_of([given]) if name in self._shapes)

    def write(self, names: tuple[str, ...]) -> None:
        """A call writes these."""
        for name in names:
            if name:
                self._name(name, name)

    def replace(self, value: str, by: str) -> None:
        """From now on the other value stands for this one."""
        self._after[value] = by

    def newest(self, name: str) -> str:
        """The value that a name of the file stands for by now."""
        if name not in self._names:
            raise Wrong(f"it reads {clip(name)}, which nothing before it writes")
        value, passed = self._names[name], []
        while value in self._after:
            passed.append(value)
            value = self._after[value]
        for one in passed:  # the way is walked once
            self._after[one] = value
        return value

    def _store(self, name: str, given: str, learned: bool) -> None:
        sides = self._shapes.get(name)
        if sides is None:
            raise Wrong(f"{clip(name)} has no entry in tensor_values")
        shape = tuple(side for side in sides if side is not None)
        if len(shape) < len(sides):
            raise Wrong(f"the stored value {clip(given)} has a side that is a symbol")
        given = self._shared.get(given, given)
        value = name if given in self._shapes or not given else given
        tensor = Tensor(shape, learned=learned)
        if self.stored.setdefault(value, tensor) != tensor:
            raise Wrong(f"{clip(value)} is stored with two shapes")
        self._name(name, value)

    def _name(self, name: str, value: str) -> None:
        if name in self._names:
            raise Wrong(f"the value {clip(name)} is written twice")
        self._names[name] = value
