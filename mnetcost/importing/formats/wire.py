"""Messages of Protocol Buffers, read where they lie: what is not asked for is not looked at.

The encoding: protobuf.dev/programming-guides/encoding. A message is a row of fields, each a number
with a wire type and either a whole number (varint) or bytes; a field may come several times.
"""

import mmap
import struct
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from mnetcost.importing.model import MAX_NAME, Data, refusal
from mnetcost.problems import SpecError
from mnetcost.steps import Exhausted, Steps

Span: TypeAlias = tuple[int, int]  # from the first byte to the one after the last

Fields: TypeAlias = dict[int, list[int | Span]]  # by number: a whole number, or where bytes lie

VARINT, BYTES = 0, 2  # wire types
FIXED = {1: 8, 5: 4}  # those of so many bytes
WIRE_TYPES = {VARINT, BYTES, *FIXED}  # 3 and 4 were those of groups, which were given up
_SIGNED, _UNSIGNED = 2**63, 2**64

MESSAGE = 2  # steps to begin a message
ITEM = 6  # steps to make something of a message that has a number
DECODED = 32  # bytes of a text that a step decodes
FLOAT = 4  # bytes of a real number that a step decodes
JUMP = 4096  # bytes: after a longer field the system may have to fetch what comes next
JUMPED = 4  # steps of that
BEFORE = 8  # bytes at most before the first text of a message
NEAR = 2**24  # bytes around the last place that are kept in memory


class Wire:
    """The bytes of a file, the steps that reading them may take, and what is being read."""

    def __init__(self, data: Data, label: str) -> None:
        self.data = data
        self.label = label
        self.steps = Steps()
        self.inside = ""  # such as "node 12"
        self._last = 0  # the place around which pages of a mapped file are in memory

    def place(self, at: int) -> str:
        """What a problem says of byte `at`."""
        return f"{self.inside}, byte {at:,}" if self.inside else f"byte {at:,}"

    def problem(self, at: int, code: str, message: str) -> SpecError:
        """The error that says what is wrong at byte `at`."""
        return refusal(self.label, self.place(at), code, message)

    def message(self) -> "Message":
        """The whole file as one message."""
        return Message(self, [(0, len(self.data))])

    def near(self, at: int) -> int:
        """The steps to get to byte `at`: pages of a mapped file that are far from it are let go."""
        if abs(at - self._last) > NEAR:
            self._last = at
            if isinstance(self.data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
                self.data.madvise(mmap.MADV_DONTNEED)
        return JUMPED

    def begins(self, span: Span, words: bytes) -> bool:
        """Whether the bytes that lie there have these words at their beginning."""
        start, end = span
        self.near(start)
        return self.data.find(words, start, min(end, start + len(words) + BEFORE)) >= 0

    def varint(self, at: int) -> tuple[int, int]:
        """The number from 0 to 2^64 - 1 at byte `at`, and the byte after it."""
        start, value, shift = at, 0, 0
        while shift < 70:
            byte = self.data[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value % _UNSIGNED, at
            shift += 7
        raise self.problem(start, "malformed", "a number of over 10 bytes")

    def fields(self, start: int, end: int, found: Fields) -> None:
        """Add the fields of the message that lies there to those that were found."""
        data, at, before, left = self.data, start, start, self.steps.left
        while at < end and left > 0:
            before = at
            try:
                tag, at = (data[at], at + 1) if data[at] < 128 else self.varint(at)
                size = FIXED.get(tag & 7)
                if size is None:  # of bytes the length, else the number itself
                    size, at = (data[at], at + 1) if data[at] < 128 else self.varint(at)
            except IndexError:
                raise self._cut(before, len(data)) from None
            if tag < 8 or tag & 7 not in WIRE_TYPES:
                words = f"field {tag >> 3} of wire type {tag & 7}; found no message here"
                raise self.problem(before, "malformed", words)
            left -= self.near(at) if size > JUMP else 1
            if tag & 7 == VARINT:
                found.setdefault(tag >> 3, []).append(size)
            else:
                found.setdefault(tag >> 3, []).append((at, at + size))
                at += size
        if at > end:
            raise self._cut(before, end)
        self.steps.left = left
        if at < end:
            raise Exhausted

    def _cut(self, at: int, end: int) -> SpecError:
        return self.problem(at, "malformed", f"this field runs past the end at byte {end:,}")


class Message:
    """A message: its fields by number. One that comes in several parts is their sum."""

    def __init__(self, wire: Wire, parts: Sequence[Span]) -> None:
        self.wire = wire
        self.start = parts[0][0] if parts else 0
        self._fields: Fields = {}
        for start, end in parts:
            wire.near(start)
            wire.steps.take(MESSAGE)
            wire.fields(start, end, self._fields)

    def __contains__(self, field: int) -> bool:
        return field in self._fields

    def problem(self, code: str, message: str) -> SpecError:
        """The error that says what is wrong with this message."""
        return self.wire.problem(self.start, code, message)

    def spans(self, field: int) -> list[Span]:
        """Where the values of a field lie that are bytes, each time that it is there."""
        found = self._fields.get(field, ())
        spans = [value for value in found if isinstance(value, tuple)]
        if len(spans) < len(found):
            raise self.problem("malformed", f"field {field} is a number, expected bytes")
        return spans

    def each(self, field: int) -> Iterator["Message"]:
        """The messages of a repeated field, each read when it is its turn."""
        return (Message(self.wire, [span]) for span in self.spans(field))

    def numbered(self, field: int, word: str) -> Iterator["Message"]:
        """The messages of a repeated field; problems inside say which it is, from 1."""
        for number, span in enumerate(self.spans(field), 1):
            self.wire.inside = f"{word} {number:,}"
            self.wire.steps.take(ITEM)
            yield Message(self.wire, [span])
        self.wire.inside = ""

    def one(self, field: int) -> "Message":
        """The message of a field; without any field where it is not there."""
        return Message(self.wire, self.spans(field))

    def number(self, field: int) -> int:
        """A whole number, the last of several; 0 where it is not there."""
        value = self._fields.get(field, [0])[-1]
        if isinstance(value, tuple):
            raise self.problem("malformed", f"field {field} is bytes, expected a number")
        return _signed(value)

    def text(self, field: int, errors: str = "strict") -> str:
        """A text, the last of several; "" where it is not there."""
        found = self._fields.get(field)
        return self._decoded(found[-1], errors) if found else ""

    def texts(self, field: int, errors: str = "strict") -> tuple[str, ...]:
        """The texts of a repeated field."""
        return tuple([self._decoded(span, errors) for span in self._fields.get(field, ())])

    def _decoded(self, value: int | Span, errors: str) -> str:
        if isinstance(value, int):
            raise self.problem("malformed", "found a number, expected a text")
        try:
            return str(self.bytes_at(value), "utf-8", errors)
        except UnicodeDecodeError as error:
            place = value[0] + error.start
            raise self.wire.problem(place, "malformed", "a text that is no UTF-8") from None

    def bytes_at(self, span: Span) -> bytes:
        """A copy of a few bytes."""
        start, end = span
        if end - start > MAX_NAME:
            words = f"{end - start:,} bytes of one text or list; at most {MAX_NAME:,} are read"
            raise self.wire.problem(start, "too-large", words)
        self.wire.near(start)
        self.wire.steps.take((end - start) // DECODED)
        return self.wire.data[start:end]

    def numbers(self, field: int, most: int = MAX_NAME, word: str = "numbers") -> tuple[int, ...]:
        """The whole numbers of a repeated field, packed or not; `word` says what they are."""
        found: list[int] = []
        for value in self._fields.get(field, ()):
            if isinstance(value, int):
                found.append(_signed(value))
            else:
                found += self._packed(value, most - len(found))
            if len(found) > most:
                raise self.problem("too-large", f"a list of over {most:,} {word}")
        return tuple(found)

    def _packed(self, span: Span, most: int) -> list[int]:
        """The numbers that lie there one after the other: one more than `most` at most."""
        at, end = span
        found: list[int] = []
        while at < end and len(found) <= most:
            self.wire.steps.take(1)
            try:
                value, at = self.wire.varint(at)
            except IndexError:
                at = end + 1
            if at > end:
                words = "the last number of a list runs past its end"
                raise self.wire.problem(span[0], "malformed", words)
            found.append(_signed(value))
        return found

    def reals(self, field: int, code: str = "f") -> tuple[float, ...]:
        """The real numbers of a repeated field, packed or not; `code` is that of `struct`."""
        if len(self.spans(field)) > MAX_NAME:
            raise self.problem("too-large", f"a list of over {MAX_NAME:,} numbers")
        found = b"".join(map(self.bytes_at, self.spans(field)))
        self.wire.steps.take(len(found) // FLOAT)
        return tuple(self.unpacked(found, code))

    def unpacked(self, found: bytes, code: str) -> tuple[int | float, ...]:
        """The numbers that these bytes are, in the order of the format: the lowest byte first."""
        size = struct.calcsize(f"<{code}")
        if len(found) % size:
            raise self.problem("malformed", f"{len(found):,} bytes of numbers of {size} bytes each")
        return struct.unpack(f"<{len(found) // size}{code}", found)


def _signed(value: int) -> int:
    return value if value < _SIGNED else value - _UNSIGNED
