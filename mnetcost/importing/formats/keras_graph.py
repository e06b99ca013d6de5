"""A model of Keras as a graph: which call of which layer reads what, in an order that can run.

A Sequential model becomes what a Functional one is: calls that name what they read. Recursion
follows models in models, which are counted, and brackets, of which the text is refused that has too
many in each other.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from mnetcost.importing.formats.keras_calls import Node, Reference, Values, keys_of
from mnetcost.importing.formats.keras_layers import INPUT, Entry, entry, shape_of
from mnetcost.importing.formats.ordering import ordered
from mnetcost.importing.model import MAX_BODIES, Call, Shape
from mnetcost.text import clip

MODEL_INPUT = "input"  # of a Sequential model whose file names none


class Layer(NamedTuple):
    """A layer with its calls; `model` where it is a model itself."""

    entry: Entry
    nodes: tuple[Node, ...]
    model: "Model | None"


class Model(NamedTuple):
    """A model: its layers by name, what goes in and out, its calls as they can run."""

    name: str
    functional: bool  # and not Sequential
    layers: Mapping[str, Layer]
    inputs: tuple[Reference, ...]
    keys: tuple[str, ...]  # of inputs that come as a mapping
    outputs: tuple[Reference, ...]
    order: tuple[tuple[str, int], ...]  # layers and calls
    widths: Mapping[tuple[str, int], int]  # how many values of a call are read
    shapes: Mapping[Reference, Shape]


def model_of(config: Any, label: str, path: str = "", depth: int = 0) -> Model:
    """The model of a configuration, itself inside `depth` others. Raises SpecError."""
    fields = {"layers": config} if isinstance(config, list) else config
    graph = _Graph(label, path)
    if not _is_model(fields):
        message = "no list of layers; expected a Functional or Sequential model, since the layers"
        raise graph.refused(f"{message} of others are in their code", "unsupported")
    if depth >= MAX_BODIES:
        raise graph.refused(f"models over {MAX_BODIES} deep in each other", "too-large")
    for number, one in enumerate(fields["layers"], 1):
        found = entry(one, label, f"layer {clip(path)}{number}")
        if found.name in graph.entries:
            raise graph.refused("is there twice", layer=found.name)
        graph.entries[found.name] = found
        if _is_model(found.config):
            inner = model_of(found.config, label, f"{path}{found.name}/", depth + 1)
            graph.models[found.name], graph.outputs[found.name] = inner, len(inner.outputs)
    return graph.functional(fields) if "input_layers" in fields else graph.sequential(fields)


def _is_model(config: Any) -> bool:
    """Whether a configuration has layers; the oldest of a Sequential model are the list itself."""
    if isinstance(config, list):
        return all(isinstance(one, dict) for one in config)
    return isinstance(config, dict) and isinstance(config.get("layers"), list)


class _Graph(Values):
    """A model that is being read."""

    def __init__(self, label: str, path: str) -> None:
        super().__init__(label, path)
        self.models: dict[str, Model] = {}  # of the layers that are one
        self.nodes: dict[str, tuple[Node, ...]] = {}

    # --- the two kinds of models

    def sequential(self, fields: Mapping[str, Any]) -> Model:
        """The model in which each layer reads the one before it."""
        if not self.entries:
            raise self.refused("a Sequential model without layers")
        first = next(iter(self.entries.values()))
        if first.operator != INPUT:
            name = MODEL_INPUT
            while name in self.entries:
                name += "'"
            shape = shape_of(fields.get("build_input_shape")) or self._entrance(first)
            stated = first._replace(name=name, operator=INPUT, shape=shape, arguments={})
            self.entries = {name: stated, **self.entries}
        for name, count in self.outputs.items():
            if count != 1:
                message = f"has {count:,} outputs, expected one in a Sequential model"
                raise self.refused(message, layer=name)
        for before, after in pairwise(self.entries):
            value = Reference(before, 0, 0)
            self.nodes[after] = (Node((value,)),)
            if self.entries[after].built:
                self.shapes[value] = self.entries[after].built[0]
        start, *_, end = (*self.entries, next(reversed(self.entries)))
        return self._model(fields, (Reference(start, 0, 0),), (), (Reference(end, 0, 0),))

    def _entrance(self, first: Entry) -> Shape | None:
        """The shape of what the first layer of a Sequential model reads, where stated."""
        inner = self.models.get(first.name)
        if inner and inner.inputs:
            return inner.layers[inner.inputs[0].layer].entry.shape
        return first.shape or (first.built[0] if first.built else None)

    def functional(self, fields: Mapping[str, Any]) -> Model:
        """The model in which each call names what it reads."""
        older = not any(
            isinstance(node, dict) for one in self.entries.values() for node in one.nodes
        )
        for name, one in self.entries.items():
            read = self.older_node if older else self.node
            listed = one.nodes if one.operator != INPUT else []
            self.nodes[name] = tuple(read(name, node) for node in listed)
            built, nodes = one.built, self.nodes[name]
            if nodes and len(built) == len(nodes[0].inputs):
                for value, shape in zip(nodes[0].inputs, built):
                    if isinstance(value, Reference):
                        self.shapes.setdefault(value, shape)
        inputs = tuple(self._ends(fields["input_layers"], older))
        outputs = tuple(self._ends(fields.get("output_layers"), older))
        return self._model(fields, inputs, keys_of(fields["input_layers"]), outputs)

    def _ends(self, found: Any, older: bool) -> Iterator[Reference]:
        """The values that go into a model or out of it, in the order in which Keras takes them."""
        if isinstance(found, dict):
            for key in sorted(found):
                yield from self._ends(found[key], older)
        elif isinstance(found, list) and found and isinstance(found[0], str):
            # A Functional model counts as called once already, by itself; so does every older one.
            inner = self.models.get(found[0])
            counts = inner is not None and (older or inner.functional)
            yield self.reference("", found, int(counts))
        elif isinstance(found, list):
            for one in found:
                yield from self._ends(one, older)
        else:
            raise self.refused("expected the names of what goes in and out of the model")

    def _model(
        self,
        fields: Mapping[str, Any],
        inputs: tuple[Reference, ...],
        keys: tuple[str, ...],
        outputs: tuple[Reference, ...],
    ) -> Model:
        name = fields.get("name")
        entering = {value.layer for value in inputs}
        for layer in entering:
            if self.entries[layer].operator != INPUT:
                raise self.refused("goes into the model, expected an InputLayer", layer=layer)
        for value in outputs:
            self._check_entry("", value, entering)
        return Model(
            name=name if isinstance(name, str) else "",
            functional="input_layers" in fields,
            layers={
                name: Layer(one, self.nodes.get(name, ()), self.models.get(name))
                for name, one in self.entries.items()
            },
            inputs=inputs,
            keys=keys,
            outputs=outputs,
            order=self._order(entering),
            widths=self.widths,
            shapes=self.shapes,
        )

    def _order(self, entering: set[str]) -> tuple[tuple[str, int], ...]:
        """The calls as the file has them, but each after those that it reads."""
        places = {
            _called(layer, number): (layer, number)
            for layer, nodes in self.nodes.items()
            for number in range(len(nodes))
        }
        calls = [
            Call(
                operator="",
                name=layer,
                inputs=tuple(self._needs(layer, self.nodes[layer][number], entering)),
                outputs=(name,),
                arguments={},
                place=f"layer {clip(self.path + layer)}",
            )
            for name, (layer, number) in places.items()
        ]
        return tuple(places[call.outputs[0]] for call in ordered(self.label, calls, (), ()))

    def _needs(self, layer: str, node: Node, entering: set[str]) -> Iterator[str]:
        """The calls whose values a call reads."""
        for value in node.inputs:
            if isinstance(value, Reference):
                self._check_entry(layer, value, entering)
                if value.layer not in entering:
                    yield _called(value.layer, value.call)

    def _check_entry(self, layer: str, value: Reference, entering: set[str]) -> None:
        if self.entries[value.layer].operator == INPUT and value.layer not in entering:
            message = f"{clip(value.layer)} is read, and is no input of the model"
            raise self.refused(message, layer=layer)


def _called(layer: str, number: int) -> str:
    """A call as one value, which stands for all that it writes."""
    return f"call {number} of {layer}"
