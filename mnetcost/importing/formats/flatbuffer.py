"""FlatBuffers: tables of numbers, texts and vectors at offsets, each looked up inside the file.

Source: FlatBuffers, "FlatBuffer Binary Format", https://flatbuffers.dev/internals. Nothing is read
but what is asked for, and each look takes steps of one budget.
"""

from math import isfinite
from struct import calcsize, unpack_from

from mnetcost.importing.model import MAX_CALLS, MAX_NAME, Data, refusal
from mnetcost.problems import SpecError
from mnetcost.steps import Steps

TABLE = 3  # steps to find the fields of a table
FIELDS = 16  # of a table that are looked at: a schema that is read here has no more
LETTERS = 32  # bytes of a text that are a step
OFFSETS = 8  # offsets that are a step


class FlatBuffer:
    """The bytes of a file. Every look outside it raises SpecError, `malformed`."""

    def __init__(self, data: Data, label: str) -> None:
        self.data, self.label = data, label
        self.size = len(data)
        self.steps = Steps()

    def refused(self, at: int, message: str, code: str = "malformed") -> SpecError:
        """The error that says what is wrong at a byte."""
        return refusal(self.label, f"byte {at:,}", code, message)

    def numbers(self, form: str, at: int) -> tuple[int, ...]:
        """The numbers of this form (of `struct`) from this byte on."""
        end = at + calcsize(form)
        if at < 0 or end > self.size:
            message = f"points to bytes {at:,} to {end:,} of a file that has {self.size:,}"
            raise self.refused(at, message)
        return unpack_from(form, self.data, at)

    def number(self, form: str, at: int) -> int:
        """One number of this form at this byte."""
        return self.numbers(form, at)[0]

    def root(self) -> "Table":
        """The table that everything hangs on."""
        return Table(self, self.number("<I", 0))


class Table:
    """A table by where it begins; a field that is not there is its default.

    Fields go by their place in the schema, from 0.
    """

    __slots__ = ("_places", "at", "file")

    def __init__(self, file: FlatBuffer, at: int) -> None:
        file.steps.take(TABLE)
        self.file, self.at = file, at
        start = at - file.number("<i", at)
        size = file.number("<H", start)
        if size < 4 or size % 2:
            raise file.refused(start, f"a list of fields of {size} bytes, expected pairs from 4 on")
        self._places = file.numbers(f"<{min(size // 2 - 2, FIELDS)}H", start + 4)

    def _place(self, field: int) -> int:
        """The byte at which a field is, 0 where it is left out."""
        place = self._places[field] if field < len(self._places) else 0
        return place and self.at + place

    def _target(self, field: int) -> int:
        """The byte that a field points to, 0 where it is left out."""
        place = self._place(field)
        return place and place + self.file.number("<I", place)

    def has(self, field: int) -> bool:
        """Whether the field is there."""
        return self._place(field) > 0

    def number(self, field: int, form: str, default: int = 0) -> int:
        """A number of this form of `struct`."""
        place = self._place(field)
        return self.file.number(form, place) if place else default

    def fraction(self, field: int) -> float:
        """A number of 32 bits with a fraction."""
        place = self._place(field)
        value: float = self.file.numbers("<f", place)[0] if place else 0.0
        if not isfinite(value):
            raise self.file.refused(place, f"{value}, expected a finite number")
        return value

    def table(self, field: int) -> "Table | None":
        """The table that the field points to."""
        target = self._target(field)
        return Table(self.file, target) if target else None

    def span(self, field: int, width: int = 1) -> tuple[int, int]:
        """The first byte and the number of elements of a vector whose elements are this wide."""
        target = self._target(field)
        if not target:
            return 0, 0
        count = self.file.number("<I", target)
        if target + 4 + count * width > self.file.size:
            message = f"a list of {count:,} in a file that has {self.file.size:,} bytes"
            raise self.file.refused(target, message)
        return target + 4, count

    def text(self, field: int) -> str:
        """A text, "" where it is left out."""
        start, count = self.span(field)
        if count > MAX_NAME:
            message = f"a text of {count:,} bytes; {MAX_NAME:,} are the most"
            raise self.file.refused(start, message, "too-large")
        self.file.steps.take(count // LETTERS)
        try:
            return self.file.data[start : start + count].decode()
        except UnicodeDecodeError as error:
            message = "a text that is not UTF-8"
            raise self.file.refused(start + error.start, message) from None

    def integers(self, field: int) -> tuple[int, ...]:
        """A vector of whole numbers of 32 bits."""
        start, count = self.span(field, 4)
        self.file.steps.take(count)
        return self.file.numbers(f"<{count}i", start)

    def tables(self, field: int) -> tuple[int, ...]:
        """Where the tables of a vector begin."""
        start, count = self.span(field, 4)
        if count > MAX_CALLS:
            message = f"a list of {count:,} tables; {MAX_CALLS:,} are the most"
            raise self.file.refused(start, message, "too-large")
        self.file.steps.take(count // OFFSETS)
        offsets = self.file.numbers(f"<{count}I", start)
        return tuple(start + 4 * index + offset for index, offset in enumerate(offsets))
