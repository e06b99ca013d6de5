"""TFLite: the first subgraph of a FlatBuffer of TensorFlow's schema, quantised or not.

Source: TensorFlow, tensorflow/compiler/mlir/lite/schema/schema.fbs. Other subgraphs are bodies of
control flow or other signatures: a call that runs one has its number as an argument.
"""

from math import prod
from typing import NamedTuple

from mnetcost.importing.formats.flatbuffer import FlatBuffer, Table
from mnetcost.importing.formats.ordering import ordered
from mnetcost.importing.formats.tflite_schema import (
    BITS,
    CUSTOM,
    FLAGS,
    FRACTIONS,
    LISTS,
    OPERATORS,
    OPTIONS,
    TYPES,
    UNUSED,
    WORDS,
)
from mnetcost.importing.model import (
    MAX_RANK,
    MAX_VALUES,
    Argument,
    Call,
    Data,
    Shape,
    Source,
    Tensor,
    refusal,
)
from mnetcost.steps import MAX_STEPS, Exhausted
from mnetcost.text import clip

IDENTIFIER = b"TFL3"  # at byte 4
VERSION = 3
ENTRY = 4  # steps of an operator or a tensor, beside its tables, lists and texts
LEFT_OUT = -1  # instead of the number of a tensor
INDICES = {"INT32": "i", "INT64": "q"}  # types that shapes and axes have
NEVER_LEARNED = ("BOOL", "STRING", "RESOURCE", "VARIANT")


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with these bytes is TFLite."""
    return head[4:8] == IDENTIFIER


def read(data: Data, label: str) -> Source:
    """The calls and the stored values of the first subgraph. Raises SpecError."""
    file = FlatBuffer(data, label)
    try:
        if not looks_like(data[:8]):
            message = f"no TFLite file: bytes 4 to 8 are {data[4:8]!r}, expected {IDENTIFIER!r}"
            raise refusal(label, "byte 4", "wrong-format", message)
        return _Model(file).source()
    except Exhausted:
        message = f"reading it takes over {MAX_STEPS:,} steps; no network needs them"
        raise refusal(label, "", "too-large", message) from None


class _Value(NamedTuple):
    """A tensor of the subgraph: its unique name, what the file states, and what it stores."""

    name: str
    at: int  # the byte of its table
    shape: Shape | None  # None where the file states none
    stored: Tensor | None


class _Model:
    """A file that is being read: its tables, and the tensors of its first subgraph."""

    def __init__(self, file: FlatBuffer) -> None:
        self.file, root = file, file.root()
        self.version = root.number(0, "<I")
        if self.version != VERSION:
            message = f"version {self.version} of the schema, expected {VERSION}"
            raise file.refused(root.at, message, "unsupported")
        self.codes = [self._code(Table(file, at)) for at in root.tables(1)]
        graphs = root.tables(2)
        if not graphs:
            raise file.refused(root.at, "no subgraph, expected at least one")
        self.graphs, self.graph = len(graphs), Table(file, graphs[0])
        self.buffers = root.tables(4)
        taken: set[str] = set()
        places = self.graph.tables(0)
        self.values = [self._tensor(index, at, taken) for index, at in enumerate(places)]

    def source(self) -> Source:
        """Everything that the first subgraph says."""
        given = [self._value(index, self.graph.at) for index in self.graph.integers(1)]
        inputs = {value.name: self._input(value) for value in given}
        stored = {
            value.name: value.stored
            for value in self.values
            if value.stored and value.name not in inputs
        }
        calls = [self._call(index, at) for index, at in enumerate(self.graph.tables(3))]
        written = {name for call in calls for name in call.outputs}
        needed = {name for call in calls for name in call.inputs}
        stored |= self._empty(needed - written - inputs.keys())
        outputs = tuple(self._value(index, self.graph.at).name for index in self.graph.integers(2))
        return Source(
            format="tflite",
            version=f"schema {self.version}" + self._part(),
            name=self.graph.text(4),
            inputs=inputs,
            outputs=outputs,
            calls=ordered(self.file.label, calls, {**inputs, **stored}, outputs),
            stored=stored,
            shapes={
                value.name: value.shape
                for value in self.values
                if value.shape is not None and value.name in written
            },
        )

    def _part(self) -> str:
        return f", the first of {self.graphs:,} subgraphs" if self.graphs > 1 else ""

    def _code(self, code: Table) -> str:
        """What an entry of the file's list of operators is called."""
        # Files from before 2020 have the narrow field alone, in which newer ones may say 127.
        number = max(code.number(0, "<b"), code.number(3, "<i"))
        if number == CUSTOM:
            return f"custom::{code.text(1)}"
        if number < 0:
            raise self.file.refused(code.at, f"operator {number}, expected one from 0 on")
        return OPERATORS[number] if number < len(OPERATORS) else f"BUILTIN_{number}"

    # --- tensors

    def _names(self, table: Table, field: int) -> tuple[str, ...]:
        """The tensors that a vector of numbers names; "" where an operator leaves one out."""
        return tuple(
            self._value(index, table.at).name if index != LEFT_OUT else ""
            for index in table.integers(field)
        )

    def _value(self, index: int, at: int) -> _Value:
        """The tensor of this number, which something at a byte names."""
        if not 0 <= index < len(self.values):
            message = f"names tensor {index:,}; there are {len(self.values):,}, from 0"
            raise self.file.refused(at, message)
        return self.values[index]

    def _input(self, value: _Value) -> Shape:
        if value.shape is None:
            message = f"tensor {clip(value.name)} is an input, and has no shape"
            raise self.file.refused(value.at, message)
        return value.shape

    def _tensor(self, index: int, at: int, taken: set[str]) -> _Value:
        """The tensor whose table is at this byte."""
        self.file.steps.take(ENTRY)
        table = Table(self.file, at)
        name = table.text(3) or f"tensor {index}"
        while name in taken:
            self.file.steps.take(ENTRY)
            name = f"{name}:{index}"
        taken.add(name)
        start, size = self._held(table)
        stored = size > 0 or table.number(10, "<I") > 0  # the latter in a file beside this one
        shape = self._shape(table)
        if table.number(5, "<B"):  # a state, which calls read and write
            return _Value(name, at, shape, Tensor(self._sides(at, shape), learned=False))
        if not stored:
            ranked = shape or table.number(8, "<B")
            return _Value(name, at, shape if ranked else None, None)
        return _Value(name, at, shape, self._stored(table, self._sides(at, shape), start, size))

    def _shape(self, table: Table) -> Shape:
        """The sides that a tensor states, which may be none."""
        sides = table.integers(7) or table.integers(0)  # the first says -1 of what a run may change
        if len(sides) > MAX_RANK:
            message = f"a tensor of {len(sides):,} axes; {MAX_RANK} are the most"
            raise self.file.refused(table.at, message, "too-large")
        if min(sides, default=0) < -1:
            raise self.file.refused(table.at, f"a side of {min(sides)}, expected one from 0 on")
        return tuple(None if side == -1 else side for side in sides)

    def _sides(self, at: int, shape: Shape) -> tuple[int, ...]:
        """The sides of what is stored, each of which is known."""
        sides = tuple(side for side in shape if side is not None)
        if len(sides) < len(shape):
            raise self.file.refused(at, "a stored tensor with a side that is left open")
        return sides

    def _held(self, table: Table) -> tuple[int, int]:
        """The first byte and the number of bytes that the file has of a tensor."""
        index = table.number(2, "<I")
        if index >= len(self.buffers):
            if not index:
                return 0, 0
            message = f"names buffer {index:,}; there are {len(self.buffers):,}, from 0"
            raise self.file.refused(table.at, message)
        buffer = Table(self.file, self.buffers[index])
        start, size = buffer.span(0)
        if not size and buffer.number(1, "<Q") > 1:  # behind the tables, in files over 2 GB
            start, size = buffer.number(1, "<Q"), buffer.number(2, "<Q")
            if start + size > self.file.size:
                message = f"bytes {start:,} to {start + size:,}, past the end of the file"
                raise self.file.refused(buffer.at, message)
        return start, size

    def _stored(self, table: Table, sides: tuple[int, ...], start: int, size: int) -> Tensor:
        """What the file stores of a tensor: its numbers too where they may be a shape or axes.

        An integer of 32 or 64 bits that has a scale is a bias, and else a shape, an axis or an
        index, which training does not learn; nor does it a single number or a text.
        """
        number = table.number(1, "<b")
        kind = TYPES[number] if 0 <= number < len(TYPES) else ""
        count = prod(sides)
        packed = size == 0 or table.has(6)  # in another file, or without its zeros
        if kind in BITS and not packed and size != -(-count * BITS[kind] // 8):
            message = f"{size:,} bytes of {count:,} numbers of {BITS[kind]} bits"
            raise self.file.refused(table.at, message)
        if kind not in INDICES:
            return Tensor(sides, learned=bool(sides) and kind not in NEVER_LEARNED)
        scales = table.table(4)
        learned = scales is not None and scales.span(2, 4)[1] > 0
        if learned or packed or count > MAX_VALUES:
            return Tensor(sides, learned=learned)
        self.file.steps.take(count)
        return Tensor(sides, self.file.numbers(f"<{count}{INDICES[kind]}", start), learned=False)

    # --- operators

    def _call(self, index: int, at: int) -> Call:
        """The operator whose table is at this byte."""
        self.file.steps.take(ENTRY)
        table = Table(self.file, at)
        code = table.number(0, "<I")
        if code >= len(self.codes):
            message = f"operator {code:,} of a list of {len(self.codes):,}, from 0"
            raise self.file.refused(at, message)
        return Call(
            operator=self.codes[code],
            name="",
            inputs=self._names(table, 1),
            outputs=self._names(table, 2),
            arguments=self._arguments(table),
            place=f"operator {index:,}, byte {at:,}",
        )

    def _empty(self, names: set[str]) -> dict[str, Tensor]:
        """Those of these values that are stored and have no numbers, so that no buffer has them."""
        return {
            value.name: Tensor(self._sides(value.at, value.shape), (), learned=False)
            for value in self.values
            if value.name in names and value.shape and 0 in value.shape and not value.stored
        }

    def _arguments(self, table: Table) -> dict[str, Argument]:
        """The options of an operator; the schema says what a field is that is left out."""
        options = table.table(4)
        if options is None:
            return {}
        fields = OPTIONS.get(table.number(3, "<B"), "").split()
        self.file.steps.take(len(fields))
        return {
            name: self._argument(options, field, name, default)
            for field, (name, _, default) in enumerate(one.partition("=") for one in fields)
            if name != UNUSED
        }

    def _argument(self, options: Table, field: int, name: str, default: str) -> Argument:
        if name in FLAGS:
            return options.number(field, "<B", int(default or 0)) != 0
        if name in FRACTIONS:
            return options.fraction(field)
        if name in LISTS:
            return options.integers(field)
        if name not in WORDS:
            return options.number(field, "<i", int(default or 0))
        words, number = WORDS[name], options.number(field, "<b")
        if not 0 <= number < len(words):
            message = f"{name} {number}, expected one from 0 to {len(words) - 1}"
            raise self.file.refused(options.at, message)
        return words[number]
