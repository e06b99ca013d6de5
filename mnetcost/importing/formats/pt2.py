"""Archives of `torch.export.save` (.pt2): the graph in them, as JSON, without a look at weights.

Sources: torch/_export/serde/schema.py (what the JSON says) and torch/export/pt2_archive (where it
is: models/NAME.json since PyTorch 2.8, serialized_exported_program.json before). Schemas 5 to 8,
of PyTorch 2.3 and later, say alike what is read here.

A stored value has the name of its parameter, the first of several: a tensor under two names is one
value, where the file has its weights or says the same name of both. What a call does in place is a
new value, and later calls read that: after `relu_` of `conv2d` who reads `conv2d` reads `relu_`.
What is written through a view stays with the view. Sizes that are symbols are open, and so are
arguments made of them. Bodies that run once, without gradients or under autocast, stand in the
place of their call; other bodies are one argument of it, the number of their calls.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from mnetcost.importing.formats.pt2_schema import (
    Wrong,
    arguments_of,
    body_of,
    items,
    mapping,
    outputs_of,
    shapes_of,
    text,
    whole,
)
from mnetcost.importing.formats.pt2_values import Values
from mnetcost.importing.formats.strict_json import MAX_TEXT, parsed
from mnetcost.importing.formats.zipped import Member, first_names, members, unpacked
from mnetcost.importing.model import MAX_CALLS, Call, Data, Source, refusal
from mnetcost.text import clip, listed

MAJORS = range(5, 9)  # of the schema
MAX_TABLE = 2**22  # bytes of the table of weights: some 10,000 of them

_PROGRAM = re.compile(r"([^/]+/)?(models/[^/]+|serialized_exported_program)\.json").fullmatch
_READ = re.compile(
    r"([^/]+/)?((models|data/weights)/[^/]+|serialized_exported_program\.json)"
).fullmatch
_OF_TORCH = re.compile(
    r"([^/]+/)?(models/|data/|code/|\.data/|archive_|byteorder|data\.pkl|constants\.pkl)"
    r"|serialized_|version$"
).match
_UNNAMED = "archive"  # what PyTorch calls an archive that it writes to memory
_ROOT = re.compile(r"L\['self'\]\.?")  # of module paths, in what older versions write


def looks_like(head: bytes) -> bool:
    """Whether a zip archive begins as PyTorch writes them, those of weights alone too."""
    return any(_OF_TORCH(name) for name in first_names(head))


def read(data: Data, label: str) -> Source:
    """The model in an archive of `torch.export.save`; SpecError of anything else."""
    found = members(data, label, lambda name: bool(_READ(name)))
    member = _program(found, label)
    shared = _shared(data, label, found, member)
    place = f"member {clip(member.name)}"
    document = parsed(unpacked(data, label, member, MAX_TEXT), label, place)
    with _placed(label, place):
        program = mapping(document, "the program")
        version = _version(program)
        module = mapping(program.get("graph_module"), "graph_module")
        graph = mapping(module.get("graph"), "graph_module.graph")
        signature = mapping(module.get("signature"), "graph_module.signature")
        values = Values(shapes_of(graph))
        for spec in items(signature.get("input_specs"), "signature.input_specs"):
            values.enter(spec, shared)
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
        shapes=values.written,
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


def _shared(data: Data, label: str, found: list[Member], program: Member) -> dict[str, str]:
    """Each parameter's name to the first name of the same tensor, where the file has its weights.

    The program's table of weights says in which member each is, and where in there. On the meta
    device all are in members without bytes, which says nothing.
    """
    root, _, model = program.name.removesuffix(".json").rpartition("models/")
    name = f"{root}data/weights/{model}_weights_config.json"
    table = next((member for member in found if member.name == name), None)
    if table is None:
        return {}
    filled = {member.name.rpartition("/")[2] for member in found if member.size}
    first: dict[tuple[str, str], str] = {}
    shared: dict[str, str] = {}
    place = f"member {clip(name)}"
    document = parsed(unpacked(data, label, table, MAX_TABLE), label, place)
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


def _calls(nodes: list[object], values: Values, label: str, above: str = "") -> Iterator[Call]:
    """The calls in the file's order, each reading only what was written before it.

    A body that a wrapper runs as it is stands in the wrapper's place.
    """
    place = above
    try:
        for number, one in enumerate(nodes, 1):
            place = f"{above}node {number:,}"
            node = mapping(one, "it")
            target = text(node.get("target"), "target")
            place = f"{place}, {clip(target)}"
            body = body_of(node)
            if body is None:
                yield _call(node, target.removeprefix("torch.ops."), values, place)
                continue
            outputs = outputs_of(items(node.get("outputs"), "outputs"))
            inner = values.inside(body, f"{next(filter(None, outputs), number)}.")
            yield from _calls(body.nodes, inner, label, f"{place}, ")
            for name, given in zip(outputs, body.outputs):
                if name and given:
                    values.bind(name, inner.newest(given))
    except Wrong as wrong:
        raise refusal(label, place, wrong.code, wrong.message, wrong.expected) from None


def _call(node: dict[str, object], operator: str, values: Values, place: str) -> Call:
    read, arguments = arguments_of(items(node.get("inputs"), "inputs"))
    inputs = tuple(values.newest(name) if name else "" for name in read)
    outputs = values.write(outputs_of(items(node.get("outputs"), "outputs")))
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
