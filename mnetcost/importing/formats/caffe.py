"""Caffe's prototxt: layers with typed parameters, blobs by name, phases.

Source: BVLC's caffe.proto, net.cpp (FilterNet, AppendTop, AppendBottom), upgrade_proto.cpp and
data_transformer.cpp. Such a file states no shape but those of its inputs, and no weights.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NoReturn, TypeGuard

from mnetcost.importing.formats.lines import Text, Values
from mnetcost.importing.formats.prototxt import SPACE, Message, Value, parsed
from mnetcost.importing.model import MAX_CALLS, MAX_RANK, Argument, Call, Data, Shape, Source
from mnetcost.text import clip, listed

LAYERS, OLD_LAYERS = "layer", "layers"
PARAMETERS = "_param"  # how the field of a layer ends that holds its arguments
WEIGHTS, SHARED = "param", "shared"  # of weights that layers share: the field, the argument
MAX_PATH = 200  # characters of an argument's name, those of the messages around it too
STAGES = {"deploy"}  # the network is the one that answers, not one that learns
TEST = ("TEST", 1)
TOLD = {"Input", "DummyData"}  # state the shapes of what they give
FED = TOLD | {"Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "AnnotatedData"}
COLOURED = {"ImageData", "WindowData"}  # read pictures in colour unless told otherwise

# Fields that may be there several times, by the message that they are in: always tuples.
REPEATED = {
    *(("convolution_param", field) for field in ("kernel_size", "stride", "pad", "dilation")),
    *(("prior_box_param", field) for field in ("min_size", "max_size", "aspect_ratio", "variance")),
    *(("eltwise_param", "coeff"), ("slice_param", "slice_point"), ("crop_param", "offset")),
    *(("shape", "dim"), ("permute_param", "order"), ("transform_param", "mean_value")),
}
# And those that may not, of what a network's size is read from.
SINGLE = {
    *("num_output", "bias_term", "group", "axis", "concat_dim", "slice_dim", "local_size"),
    *(f"{word}_{side}" for word in ("kernel", "stride", "pad") for side in "hw"),
    *("pool", "global_pooling", "round_mode", "operation", "negative_slope", "end_axis"),
}

# The types of the older `layers`, in the order of their numbers from 1 (V1LayerParameter).
_TYPES = (
    *("Accuracy", "BNLL", "Concat", "Convolution", "Data", "Dropout", "EuclideanLoss", "Flatten"),
    *("HDF5Data", "HDF5Output", "Im2col", "ImageData", "InfogainLoss", "InnerProduct", "LRN"),
    *("MultinomialLogisticLoss", "Pooling", "ReLU", "Sigmoid", "Softmax", "SoftmaxWithLoss"),
    *("Split", "TanH", "WindowData", "Eltwise", "Power", "SigmoidCrossEntropyLoss", "HingeLoss"),
    *("MemoryData", "ArgMax", "Threshold", "DummyData", "Slice", "MVN", "AbsVal", "Silence"),
    *("ContrastiveLoss", "Exp", "Deconvolution"),
)
OLD_TYPES: Mapping[Value, str] = {
    **{one.upper(): one for one in _TYPES},  # words as CONTRASTIVE_LOSS, without their lines
    "SOFTMAXLOSS": "SoftmaxWithLoss",
    **dict(enumerate(_TYPES, 1)),
}

_HEAD = re.compile(
    rf"""(?:\xef\xbb\xbf)?{SPACE}
    (?:(?:name|input|input_dim|force_backward|debug_info){SPACE}:{SPACE}
       (?:"[^"\n]*+"|'[^'\n]*+'|\w++){SPACE}[,;]?{SPACE})*+
    (?:(?:layers?|input_shape|state){SPACE}|layer{SPACE}:{SPACE})[{{<]""".encode("latin-1"),
    re.VERBOSE,
)


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a net of Caffe's: its fields, then a layer."""
    return _HEAD.match(head) is not None


def read(data: Data, label: str) -> Source:
    """What a Caffe prototxt says of the network that answers (phase TEST). Raises SpecError."""
    text = Text(data, label)
    net = _Net(text, parsed(text))
    net.give()
    for layer in net.layers():
        if net.is_kept(layer):
            net.add(layer)
    return net.source()


class _Net:
    """What was read of a net, layer by layer."""

    def __init__(self, text: Text, root: Message) -> None:
        self.text = text
        self.root = root
        self.inputs: dict[str, Shape] = {}
        self.calls: list[Call] = []
        self.values = Values(text)
        self.old = bool(root.fields.get(OLD_LAYERS))
        state = self._messages(root, "state")
        self.stages = STAGES.union(*(self._words(one, "stage") for one in state))

    def source(self) -> Source:
        """All of it."""
        if not self.calls:
            self._refuse(self.root, "no layer that computes is there in phase TEST")
        return Source(
            format="caffe",
            version="",
            name=self._word(self.root, "name"),
            inputs=self.inputs,
            outputs=tuple(self.values.unread),
            calls=tuple(self.calls),
            stored={},
            shapes={},
        )

    def layers(self) -> list[Message]:
        """The messages of the layers, of the newer kind or the older one."""
        newer, older = (self._messages(self.root, one) for one in (LAYERS, OLD_LAYERS))
        if newer and older:
            self._refuse(older[0], f"both {LAYERS} and {OLD_LAYERS} are there", "one of them")
        if not newer and not older:
            found = f"a text with {listed(self.root.fields) or 'nothing in it'}"
            self.text.refuse(0, "wrong-format", found, "a net of Caffe's, with a layer")
        if len(newer or older) > MAX_CALLS:
            found = f"{len(newer or older):,} layers"
            self.text.refuse(0, "too-large", found, f"at most {MAX_CALLS:,}")
        return newer or older

    def give(self) -> None:
        """Note the inputs that the net itself states: each with a shape, or with four sides."""
        names = self._words(self.root, "input")
        shapes = [
            self._sides(one, one.fields.get("dim", ()))
            for one in self._messages(self.root, "input_shape")
        ]
        sides = self.root.fields.get("input_dim", [])
        if not shapes:
            shapes = [self._sides(self.root, sides[at : at + 4]) for at in range(0, len(sides), 4)]
        if len(shapes) != len(names):
            expected = "as many of input_shape, or four times as many of input_dim"
            found = f"{len(names)} inputs, and shapes for {len(shapes)}"
            self.text.refuse(0, "malformed", found, expected)
        for name, shape in zip(names, shapes):
            self._give(self.root, name, shape)

    def is_kept(self, layer: Message) -> bool:
        """Whether a layer is there in the network that answers."""
        include, exclude = (self._messages(layer, one) for one in ("include", "exclude"))
        if include and exclude:
            self._refuse(layer, "a layer with include and exclude", "one of them")
        if include:
            return any(map(self._holds, include))
        return not any(map(self._holds, exclude))

    def _holds(self, rule: Message) -> bool:
        """Whether the network that answers is in this state: level 0, as Caffe's own tool is."""
        return (
            self._one(rule, "phase", TEST[0]) in TEST
            and self._level(rule, "min_level") <= 0 <= self._level(rule, "max_level")
            and self.stages.issuperset(self._words(rule, "stage"))
            and self.stages.isdisjoint(self._words(rule, "not_stage"))
        )

    def _level(self, rule: Message, field: str) -> int:
        found = self._one(rule, field, 0)
        if not isinstance(found, int):
            self._refuse(rule, f"{field} is no whole number")
        return found

    def add(self, layer: Message) -> None:
        """Read one layer: what it reads must be there, what it writes must not, unless in place."""
        operator, name = self._type(layer), self._word(layer, "name")
        bottoms, tops = self._words(layer, "bottom"), self._words(layer, "top")
        arguments = self._arguments(layer)
        if operator in FED and not bottoms:
            for place, top in enumerate(tops):
                self._give(layer, top, self._fed(layer, operator, arguments, place))
            return
        said = name or operator
        inputs = self.values.read(said, bottoms, layer.at)
        outputs = tuple(
            self.values.write(said, top, layer.at, bottoms[place : place + 1] == [top])
            for place, top in enumerate(tops)
        )
        mark = self.text.mark(layer.at, len(LAYERS))
        self.calls.append(Call(operator, name, inputs, outputs, arguments, mark))

    def _give(self, where: Message, name: str, shape: Shape) -> None:
        self.inputs[self.values.give("the net", name, where.at)] = shape

    def _type(self, layer: Message) -> str:
        """The type of a layer, by its text today or its word in the older layers."""
        found = self._one(layer, "type", "")
        if not self.old:
            return self._word(layer, "type", needed=True)
        if LAYERS in layer.fields:
            self._refuse(
                layer, "a layer inside a layer, as Caffe had it in 2013", code="unsupported"
            )
        key = found.replace("_", "") if isinstance(found, str) else found
        if key not in OLD_TYPES:
            self._refuse(layer, f"the type {clip(str(found))} is none of the older layers'")
        return OLD_TYPES[key]

    # --- arguments

    def _arguments(self, layer: Message) -> dict[str, Argument]:
        """The fields of a layer's messages by their names, with the message's where two have one.

        A field inside another message has that one's name before it: "shape.dim".
        """
        arguments: dict[str, Argument] = {}
        for field in [one for one in layer.fields if one.endswith(PARAMETERS)]:
            message = self._one(layer, field, "")
            if not isinstance(message, Message):
                self._refuse(layer, f"{clip(field)} is no message")
            for path, value in self._flat(field, message):
                arguments[f"{field}.{path}" if path in arguments else path] = value
        if any(names := self._shared(layer)):
            arguments[SHARED] = names
        return arguments

    def _flat(self, field: str, message: Message) -> Iterator[tuple[str, Argument]]:
        """The plain fields of a message and of those inside it, with the way to each."""
        waiting = [("", field, message)]
        while waiting:
            way, around, message = waiting.pop()
            if len(way) > MAX_PATH:
                self._refuse(message, f"messages inside {clip(way)}", code="too-large")
            for name, values in message.fields.items():
                plain = tuple(one for one in values if not isinstance(one, Message))
                if len(plain) > 1 and name in SINGLE:
                    self._refuse(message, f"{name} is there {len(plain):,} times", "once")
                if plain:
                    single = len(plain) == 1 and (around, name) not in REPEATED
                    yield way + name, plain[0] if single else plain
                inside = (one for one in values if isinstance(one, Message))
                for count, one in enumerate(inside):
                    waiting.append((f"{way}{name}.{f'{count}.' if count else ''}", name, one))

    def _shared(self, layer: Message) -> tuple[str, ...]:
        """The names of a layer's weights, "" for those that it does not name."""
        values = layer.fields.get(WEIGHTS, ())
        return tuple(
            self._word(one, "name") if isinstance(one, Message) else str(one) for one in values
        )

    # --- inputs

    def _fed(
        self, layer: Message, operator: str, arguments: Mapping[str, Argument], place: int
    ) -> Shape:
        """The shape of what a layer gives that reads nothing; sides that it leaves open are None.

        What follows the pictures of a source of data are their labels, one each.
        """
        if operator in TOLD:
            stated = arguments.get(f"shape.{place}.dim", arguments.get("shape.dim"))
            if isinstance(stated, tuple):
                return self._sides(layer, stated)
            sides = (arguments.get(key) for key in ("num", "channels", "height", "width"))
            several = (one if isinstance(one, tuple) else (one,) for one in sides)
            return self._sides(layer, [one[min(place, len(one) - 1)] for one in several])
        batch = _side(arguments, "batch_size")
        if place:
            return (batch,)
        height = _side(arguments, "crop_size", "resize_param.height", "height", "new_height")
        width = _side(arguments, "crop_size", "resize_param.width", "width", "new_width")
        return batch, _channels(operator, arguments), height, width

    def _sides(self, where: Message, sides: "Sequence[Argument | Message]") -> Shape:
        """A shape that is stated."""
        known = tuple(one for one in sides if _is_side(one))
        if len(known) < len(sides) or not known:
            self._refuse(where, "the shape of an input", "whole numbers above 0")
        if len(known) > MAX_RANK:
            self._refuse(
                where, f"a shape of {len(known):,} sides", f"at most {MAX_RANK}", "too-large"
            )
        return known

    # --- fields

    def _refuse(
        self, where: Message, message: str, expected: str | None = None, code: str = "malformed"
    ) -> NoReturn:
        self.text.refuse(where.at, code, message, expected)

    def _one(self, message: Message, field: str, default: Value) -> Value:
        """The value of a field that is there once at most."""
        values = message.fields.get(field) or [default]
        if len(values) > 1:
            self._refuse(message, f"{clip(field)} is there {len(values):,} times", "once")
        return values[0]

    def _word(self, message: Message, field: str, needed: bool = False) -> str:
        """The text of a field that is there once at most."""
        found = self._one(message, field, "")
        if not isinstance(found, str) or (needed and not found):
            self._refuse(message, f"{field} is not there, or no text", f'{field}: "a text"')
        return found

    def _words(self, message: Message, field: str) -> list[str]:
        """The texts of a field that may be there several times."""
        values = message.fields.get(field, [])
        words = [one for one in values if isinstance(one, str) and one]
        if len(words) < len(values):
            self._refuse(message, f"{field} is no text", f'{field}: "a name"')
        return words

    def _messages(self, message: Message, field: str) -> list[Message]:
        """The messages of a field that may be there several times."""
        values = message.fields.get(field, [])
        messages = [one for one in values if isinstance(one, Message)]
        if len(messages) < len(values):
            self._refuse(message, f"{field} is no message", f"{field} {{ … }}")
        return messages


def _side(arguments: Mapping[str, Argument], *keys: str) -> int | None:
    """The first of these that is a whole number above 0."""
    found = (arguments.get(key) for key in keys)
    return next((one for one in found if _is_side(one)), None)


def _is_side(value: "Argument | Message") -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _channels(operator: str, arguments: Mapping[str, Argument]) -> int | None:
    """The channels of pictures, where the source of data says what they are."""
    means = arguments.get("mean_value")
    if arguments.get("force_color") or arguments.get("force_gray"):
        return 3 if arguments.get("force_color") else 1
    if operator in COLOURED:
        return 3 if arguments.get("is_color", True) else 1
    if isinstance(means, tuple) and len(means) > 1:
        return len(means)
    return _side(arguments, "channels")
