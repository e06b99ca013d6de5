"""Messages of Protocol Buffers by hand."""

import struct
from collections.abc import Iterable
from typing import TypeAlias

Value: TypeAlias = int | float | str | bytes
Field: TypeAlias = tuple[int, Value]


def varint(number: int) -> bytes:
    """A whole number; one below 0 as its 64 bits."""
    number %= 2**64
    found = []
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def message(*fields: Field) -> bytes:
    """A message of these fields: numbers, floats of 32 bits, texts, or what is encoded already."""
    return b"".join(_field(number, value) for number, value in fields)


def _field(number: int, value: Value) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def packed(*numbers: int) -> bytes:
    """Whole numbers one after the other."""
    return b"".join(map(varint, numbers))


def repeated(number: int, values: Iterable[Value]) -> list[Field]:
    """A field that is there once for each value."""
    return [(number, value) for value in values]
