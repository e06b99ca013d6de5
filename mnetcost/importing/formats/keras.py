"""Keras: the configuration of a Functional or Sequential model, in an archive or as JSON.

Source: Keras 3.15, keras/src/models/functional.py and keras/src/saving/serialization_lib.py, and
tf_keras 2.21 for the lists of calls of Keras 2. Weights lie beside the configuration and are not
read. A model in a model is written out: its layers are named "outer/inner".
"""

from typing import Any

from mnetcost.importing.formats.keras_calls import Node, Reference
from mnetcost.importing.formats.keras_graph import Layer, Model, model_of
from mnetcost.importing.formats.strict_json import parsed
from mnetcost.importing.formats.zipped import MAGIC, first_names, members, unpacked
from mnetcost.importing.model import (
    MAX_CALLS,
    Argument,
    Call,
    Data,
    Shape,
    Source,
    Tensor,
    refusal,
)
from mnetcost.problems import SpecError
from mnetcost.steps import MAX_STEPS, Exhausted, Steps
from mnetcost.text import clip

CONFIG, METADATA = "config.json", "metadata.json"
EARLY = (CONFIG, METADATA, "model.weights.h5")  # an archive begins with one
MAX_TEXT = 2**23  # bytes of a configuration, which of the largest networks of Keras has a million
PART = 2  # steps of a value of JSON
QUOTES = 2  # that are a step
CALL = 8  # steps of a call, beside what it reads and is made with
LETTERS = 32  # characters of a name that are a step
BOM = b"\xef\xbb\xbf"


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with these bytes is an archive of Keras, or such JSON."""
    if head.startswith(MAGIC):
        return any(name in EARLY for name in first_names(head))
    text = head.removeprefix(BOM).lstrip()
    return text.startswith(b"{") and b'"class_name"' in text and b'"config"' in text


def read(data: Data, label: str) -> Source:
    """The calls of the model, the models in it written out. Raises SpecError."""
    steps = Steps()
    packed = data[: len(MAGIC)] == MAGIC
    texts = _members(data, label) if packed else {CONFIG: _whole(data, label)}
    try:
        found = {}
        for name, text in texts.items():
            steps.take(PART * sum(map(text.count, (b"[", b"{", b","))) + text.count(b'"') // QUOTES)
            found[name] = parsed(text, label, f"member {name}" if packed else "")
        version = _version(found.get(METADATA, found[CONFIG]))
        return _Writer(label, steps).source(_model(found[CONFIG], label), version)
    except Exhausted:
        message = f"reading it takes over {MAX_STEPS:,} steps; no network needs them"
        raise refusal(label, "", "too-large", message) from None


def _whole(data: Data, label: str) -> bytes:
    """A file that is JSON."""
    if len(data) > MAX_TEXT:
        message = f"{len(data):,} bytes of JSON"
        raise refusal(label, "", "too-large", message, f"at most {MAX_TEXT:,}")
    return bytes(data[:]).removeprefix(BOM)


def _members(data: Data, label: str) -> dict[str, bytes]:
    """The texts of an archive by name."""
    texts = members(data, label, (CONFIG, METADATA).__contains__)
    found = {member.name: unpacked(data, label, member, MAX_TEXT) for member in texts}
    if CONFIG not in found:
        raise refusal(label, "", "wrong-format", f"no member {CONFIG}, expected one")
    return found


def _version(found: Any) -> str:
    """What a file says of the Keras that wrote it."""
    version = found.get("keras_version") if isinstance(found, dict) else None
    if isinstance(version, str):
        return f"keras {version}"
    return "keras 3" if isinstance(found, dict) and "module" in found else ""


def _model(found: Any, label: str) -> Model:
    """The model of a configuration, which to_json, get_config or TensorFlow.js has written."""
    for key in ("modelTopology", "model_config"):
        if isinstance(found, dict) and key in found:
            found = found[key]
    if not isinstance(found, dict):
        raise refusal(label, "", "wrong-format", "no model of Keras, expected its class_name")
    return model_of(found.get("config", found), label)


class _Writer:
    """Writes the calls of a model, and of those in it, one after the other."""

    def __init__(self, label: str, steps: Steps) -> None:
        self.label, self.steps = label, steps
        self.calls: list[Call] = []
        self.stored: dict[str, Tensor] = {}
        self.shapes: dict[str, Shape] = {}
        self.taken: dict[str, int] = {}  # names of values, and the last number behind each
        self.called: dict[int | str, str] = {}  # layers, and the name of the first call of each

    def source(self, model: Model, version: str) -> Source:
        """Everything that the file says."""
        inputs: dict[str, Shape] = {}
        given = []
        for value in dict.fromkeys(model.inputs):
            shape = model.layers[value.layer].entry.shape
            if shape is None:
                raise self._refused(
                    value.layer, "states no shape of the input: build the model first"
                )
            given.append(self._fresh(value.layer))
            inputs[given[-1]] = shape
        outputs = self._run(model, "", given)
        return Source(
            format="keras",
            version=version,
            name=model.name,
            inputs=inputs,
            outputs=tuple(outputs),
            calls=tuple(self.calls),
            stored=self.stored,
            shapes={name: shape for name, shape in self.shapes.items() if name not in inputs},
        )

    def _refused(self, path: str, message: str, code: str = "malformed") -> SpecError:
        return refusal(self.label, f"layer {clip(path)}", code, message)

    def _fresh(self, name: str) -> str:
        """A name of a value that no other one has."""
        self.steps.take(1 + len(name) // LETTERS)
        found = name
        while found in self.taken:
            self.steps.take(1)
            self.taken[name] += 1
            found = f"{name}#{self.taken[name]}"
        self.taken[found] = 1
        return found

    def _run(self, model: Model, path: str, given: list[str]) -> list[str]:
        """Write the calls of a model that is given these values; what comes out of it."""
        values = dict(zip(model.inputs, given))
        for name, number in model.order:
            layer = model.layers[name]
            node = layer.nodes[number]
            inputs = [
                values[one] if isinstance(one, Reference) else self._constant(f"{path}{name}", one)
                for one in node.inputs
            ]
            if layer.model:
                given = self._given(f"{path}{name}", node, layer.model, inputs)
                found = self._run(layer.model, f"{path}{name}/", given)
            else:
                width = model.widths.get((name, number), 1)
                found = self._call(f"{path}{name}", layer, node, inputs, width)
            for index, one in enumerate(found):
                value = Reference(name, number, index)
                values[value] = one
                if value in model.shapes:
                    self.shapes.setdefault(one, model.shapes[value])
        return [values[one] for one in model.outputs]

    def _constant(self, path: str, found: Tensor) -> str:
        name = self._fresh(f"{path}/constant")
        self.stored[name] = found
        return name

    def _call(
        self, path: str, layer: Layer, node: Node, inputs: list[str], width: int
    ) -> list[str]:
        """Write a call of a layer; the names of the values that it writes."""
        entry = layer.entry
        arguments: dict[str, Argument] = {**entry.arguments, **node.arguments}
        self.steps.take(CALL + len(inputs) + width + len(arguments) + len(path) // LETTERS)
        first = self.called.setdefault(path if entry.identity is None else entry.identity, path)
        if first != path or path in self.taken:
            arguments["weights"] = first
        outputs = [self._fresh(f"{path}:{index}" if index else path) for index in range(width)]
        place = f"layer {clip(path)}"
        self.calls.append(
            Call(entry.operator, path, tuple(inputs), tuple(outputs), arguments, place)
        )
        if len(self.calls) > MAX_CALLS:
            message = f"over {MAX_CALLS:,} calls, the models in it written out"
            raise refusal(self.label, "", "too-large", message)
        return outputs

    def _given(self, path: str, node: Node, model: Model, inputs: list[str]) -> list[str]:
        """What a call gives to a model, in the model's own order."""
        self.steps.take(CALL)
        if len(inputs) != len(model.inputs):
            message = f"is called on {len(inputs):,} values, and has {len(model.inputs):,} inputs"
            raise self._refused(path, message)
        if node.keys in ((), model.keys) or len(inputs) == 1:
            return inputs
        named = dict(zip(node.keys, inputs))
        names = [value.layer for value in model.inputs]
        if model.keys or named.keys() != set(names):
            message = "is called on a mapping that does not have the names of its inputs"
            raise self._refused(path, message)
        return [named[name] for name in names]
