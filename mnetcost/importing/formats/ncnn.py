"""ncnn's `.param`: a layer a line, its arguments by number.

Source: ncnn's net.cpp (Net::load_param) and paramdict.cpp, docs/developer-guide/param-and-model-
file-structure.md. ncnn has no batch axis: every shape here begins with a 1 for it.
"""

import re
from collections.abc import Iterator, Sequence

from mnetcost.importing.formats.lines import Text, Values, number
from mnetcost.importing.model import (
    MAX_CALLS,
    MAX_NAME,
    Argument,
    Call,
    Data,
    Shape,
    Source,
    Tensor,
)
from mnetcost.problems import TOP, Mark
from mnetcost.text import clip

MAGIC = "7767517"
ARRAY = -23300  # of this number and below: an array, whose own number is the distance
INPUT, STORED = "Input", "MemoryData"
MAX_KEY = 32  # ncnn's NCNN_MAX_PARAM_COUNT
SHAPES = 30  # the argument in which ncnn's tools note the shapes of what a layer writes
NOTED = 4  # numbers a shape there: how many sides, and the width, the height, the channels
LINE, SIGNS = 5, 2  # steps to read a line, and signs of it that one more step reads
SIDES = ("0", "1", "2", "11")  # of Input and MemoryData: width, height, channels, depth

_WORD = re.compile(r"[^ \t\v\f\r]+")  # as C's isspace has it; lines were told apart before
_KEY = re.compile("-?[0-9]{1,5}")
_COUNT = re.compile("[0-9]{1,9}")
_HEAD = re.compile(rb"7767517\s+[0-9]+[ \t]+[0-9]+\s")


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with these bytes is one of ncnn's or of PNNX's."""
    return _HEAD.match(head) is not None


def read(data: Data, label: str) -> Source:
    """What an ncnn .param says. Raises SpecError."""
    text = Text(data, label)
    rows = _rows(text)
    mark, words = next(rows, (TOP, [""]))
    if words != [MAGIC]:
        text.refuse(mark, "wrong-format", f"found {clip(' '.join(words))!r}", MAGIC)
    mark, words = next(rows, (mark, []))
    if len(words) != 2 or not all(map(_COUNT.fullmatch, words)):
        expected = "two whole numbers: how many layers, and how many values"
        text.refuse(mark, "malformed", f"found {clip(' '.join(words))!r}", expected)
    layers, values = map(int, words)
    if layers > MAX_CALLS:
        text.refuse(mark, "too-large", f"{layers:,} layers", f"at most {MAX_CALLS:,}")
    net = _Net(text)
    for count, (line, row) in enumerate(rows, 1):
        if count > layers:
            text.refuse(line, "malformed", f"a layer beyond the {layers:,} that line 2 states")
        net.add(line, row)
    return net.source(mark, layers, values)


def _rows(text: Text) -> Iterator[tuple[Mark, list[str]]]:
    """The words of each line that has some."""
    for line, row in enumerate(text.lines(), 1):
        mark = Mark(line, 1)
        text.take(len(row) // SIGNS, mark)
        if words := _WORD.findall(row):
            text.take(LINE, mark)
            for word in () if row.isascii() and len(row) <= MAX_NAME else words:
                text.checked(word, mark)
            yield mark, words


class _Net:
    """What was read of a net, line by line."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.layers = self.written = 0
        self.inputs: dict[str, Shape] = {}
        self.calls: list[Call] = []
        self.stored: dict[str, Tensor] = {}
        self.shapes: dict[str, Shape] = {}
        self.values = Values(text)

    def source(self, mark: Mark, layers: int, values: int) -> Source:
        """All of it, once it is as much as line 2 states."""
        if self.layers < layers:
            found = f"{layers:,} layers are stated, and the file ends after {self.layers:,}"
            self.text.refuse(mark, "malformed", found)
        if self.written > values:
            found = f"{values:,} values are stated, and the layers write {self.written:,}"
            self.text.refuse(mark, "malformed", found)
        if not self.calls:
            self.text.refuse(mark, "malformed", "the file has no layer that computes")
        return Source(
            format="ncnn",
            version="",
            name="",
            inputs=self.inputs,
            outputs=tuple(self.values.unread),
            calls=tuple(self.calls),
            stored=self.stored,
            shapes=self.shapes,
        )

    def add(self, mark: Mark, words: Sequence[str]) -> None:
        """Read the line of one layer."""
        if len(words) < 4 or not all(map(_COUNT.fullmatch, words[2:4])):
            expected = "type, name, how many inputs, how many outputs, their names, arguments"
            self.text.refuse(mark, "malformed", f"found {clip(' '.join(words[:8]))!r}", expected)
        operator, name = words[:2]
        first, last = 4 + int(words[2]), 4 + int(words[2]) + int(words[3])
        if last > len(words):
            found = f"{operator} {clip(name)} states {last - 4:,} inputs and outputs"
            self.text.refuse(mark, "malformed", f"{found}; {len(words) - 4:,} words follow")
        arguments = self._arguments(mark, words[last:])
        noted = arguments.pop(str(SHAPES), None)
        reads, writes = self.values.read(name, words[4:first], mark), words[first:last]
        write = self.values.give if operator in (INPUT, STORED) else self.values.write
        for word in writes:
            write(name, word, mark)
        self.layers += 1
        self.written += len(writes)
        shapes = self._noted(mark, name, writes, noted)
        if operator == INPUT:
            self.inputs |= {
                one: self._given(mark, name, arguments, shapes.get(one)) for one in writes
            }
        elif operator == STORED:
            self.stored |= {one: self._kept(mark, name, arguments) for one in writes}
        else:
            self.shapes |= shapes
            self.calls.append(Call(operator, name, reads, tuple(writes), arguments, mark))

    def _arguments(self, mark: Mark, words: Sequence[str]) -> dict[str, Argument]:
        """The arguments of `0=96 1=11 -23303=2,5,7`, by their numbers."""
        arguments: dict[str, Argument] = {}
        for word in words:
            key, equals, value = word.partition("=")
            if not equals or not _KEY.fullmatch(key):
                in_words = key.isidentifier() or key[:1] in "@#$"
                expected = "ncnn's own arguments by number, such as 0=32"
                self.text.refuse(
                    mark,
                    "unsupported" if in_words else "malformed",
                    f"found {clip(word)!r}",
                    expected,
                )
            index = int(key) if int(key) > ARRAY else ARRAY - int(key)
            if not 0 <= index < MAX_KEY:
                expected = f"an argument from 0 to {MAX_KEY - 1}, or an array from {ARRAY} down"
                self.text.refuse(mark, "malformed", f"found {clip(word)!r}", expected)
            if str(index) in arguments:
                self.text.refuse(mark, "malformed", f"argument {index} is there twice")
            arguments[str(index)] = self._value(mark, word, int(key) <= ARRAY, value)
        return arguments

    def _value(self, mark: Mark, word: str, array: bool, value: str) -> Argument:
        """One value, or those of an array: how many, and then each. A text may have commas."""
        if not array and (value[:1] == '"' or value[:1].isalpha()):
            return self.text.checked(value, mark).strip('"')
        found = tuple(map(number, self.text.checked(value, mark).split(",")))
        if not array:
            return found if len(found) > 1 else found[0]
        length, *numbers = found
        if length != len(numbers) or any(isinstance(one, str) for one in numbers):
            expected = "how many numbers, and then the numbers, such as -23303=2,5,7"
            self.text.refuse(mark, "malformed", f"found {clip(word)!r}", expected)
        return tuple(numbers)

    def _noted(
        self, mark: Mark, name: str, writes: Sequence[str], noted: Argument
    ) -> dict[str, Shape]:
        """The shapes that ncnn's tools noted of what a layer writes, where they knew them."""
        if noted is None:
            return {}
        if not isinstance(noted, tuple) or len(noted) != NOTED * len(writes):
            expected = f"{NOTED} numbers for each of its {len(writes)} outputs"
            self.text.refuse(mark, "malformed", f"the shapes of {clip(name)}", expected)
        shapes: dict[str, Shape] = {}
        for place, value in enumerate(writes):
            rank, *sides = noted[NOTED * place : NOTED * (place + 1)]
            if not isinstance(rank, int) or not 0 <= rank < NOTED:
                expected = "a rank from 0 to 3, and width, height, channels"
                self.text.refuse(mark, "malformed", f"the shapes of {clip(name)}", expected)
            known = [self._side(mark, name, side) for side in sides[:rank]]
            shapes |= {value: (1, *reversed(known))} if known else {}
        return shapes

    def _side(self, mark: Mark, name: str, side: Argument) -> int | None:
        """A side, None where it is left open."""
        if isinstance(side, bool) or not isinstance(side, int):
            expected = "a whole number, as the sides of a value are"
            self.text.refuse(mark, "malformed", f"{clip(name)}: found {clip(str(side))}", expected)
        return side if side > 0 else None

    def _sides(self, mark: Mark, name: str, arguments: dict[str, Argument]) -> Shape:
        """The sides that Input and MemoryData state, outermost first; none where they do not."""
        width, height, channels, depth = (
            self._side(mark, name, arguments.get(key, 0)) for key in SIDES
        )
        if SIDES[3] in arguments:
            return channels, depth, height, width
        if SIDES[2] in arguments:
            return channels, height, width
        if SIDES[1] in arguments:
            return height, width
        return (width,) if SIDES[0] in arguments else ()

    def _given(
        self, mark: Mark, name: str, arguments: dict[str, Argument], noted: Shape | None
    ) -> Shape:
        """The shape of an input, its sides left open where nothing states them."""
        sides = self._sides(mark, name, arguments)
        return (1, *sides) if any(sides) else noted or (1, None, None, None)

    def _kept(self, mark: Mark, name: str, arguments: dict[str, Argument]) -> Tensor:
        """What the file of weights keeps under this name."""
        sides = self._sides(mark, name, arguments)
        known = tuple(side for side in sides if side is not None)
        if not sides or len(known) < len(sides):
            self.text.refuse(mark, "malformed", f"{clip(name)} does not state its sides")
        return Tensor((1, *known))
