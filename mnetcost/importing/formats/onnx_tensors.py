"""The tensors and the shapes of an ONNX file: numbers only where they are few.

The numbers of the fields and types are those of onnx.proto (github.com/onnx/onnx, IR version 13).
"""

import struct
from math import prod
from typing import TypeAlias

from mnetcost.importing.formats.wire import Message
from mnetcost.importing.model import MAX_RANK, MAX_VALUES, Shape, Tensor

Numbers: TypeAlias = tuple[int | float, ...]

# Fields of a tensor that hold its numbers, by their type.
FLOATS, INTS32, INTS64, RAW, DOUBLES, UINTS64 = 4, 5, 7, 9, 10, 11
FLOAT16, BFLOAT16 = 10, 16  # in `INTS32` as whole numbers of their 16 bits

# The types that are read: code of `struct` in `RAW`, and the field where they are else.
TYPES = {
    1: ("f", FLOATS),
    2: ("B", INTS32),
    3: ("b", INTS32),
    4: ("H", INTS32),
    5: ("h", INTS32),
    6: ("i", INTS32),
    7: ("q", INTS64),
    9: ("B", INTS32),  # bool
    FLOAT16: ("e", INTS32),
    11: ("d", DOUBLES),
    12: ("I", UINTS64),
    13: ("Q", UINTS64),
    BFLOAT16: ("H", INTS32),
}
UNLEARNED = {*range(2, 10), 12, 13, 21, 22, 25, 26}  # whole numbers, texts, true or false
MAX_TYPE = 256  # bytes of a type that are looked up before they are read
EXTERNAL = 1  # the numbers are in a file of their own, which is not opened


def tensor(message: Message) -> Tensor:
    """A tensor: its shape, and its numbers where they are few and in this file."""
    shape, kind = dims(message, 1), message.number(2)
    inside = kind in TYPES and message.number(14) != EXTERNAL
    values = _numbers(message, kind, prod(shape)) if inside else None
    return Tensor(shape, values, kind not in UNLEARNED)


def dims(message: Message, field: int) -> tuple[int, ...]:
    """The sides of something stored."""
    found = message.numbers(field, MAX_RANK, "axes")
    if any(side < 0 for side in found):
        raise message.problem("malformed", f"a stored shape of {found}, expected sides from 0 up")
    return found


def _numbers(message: Message, kind: int, count: int) -> Numbers | None:
    """The numbers of a tensor, whose shape makes them `count`; None where they are not read."""
    code, field = TYPES[kind]
    if RAW in message:
        start, end = span = message.spans(RAW)[-1]
        size = count * struct.calcsize(f"<{code}")
        if end - start != size:
            words = f"a tensor of {end - start:,} bytes, expected {size:,} as its shape says"
            raise message.problem("malformed", words)
        if count > MAX_VALUES:
            return None
        found = message.unpacked(message.bytes_at(span), code)
    elif count > MAX_VALUES or (count and field not in message):
        return None
    else:
        found = _typed(message, kind, code, field)
        if len(found) != count:
            words = f"a tensor of {len(found):,} numbers, expected {count:,} as its shape says"
            raise message.problem("malformed", words)
    if kind == BFLOAT16:  # the upper half of a float
        bits = struct.pack(f"<{count}I", *(int(one) % 2**16 << 16 for one in found))
        return message.unpacked(bits, "f")
    return found


def _typed(message: Message, kind: int, code: str, field: int) -> Numbers:
    """Numbers that are fields of their own."""
    if field in (FLOATS, DOUBLES):
        return message.reals(field, code)
    found = message.numbers(field, MAX_VALUES)
    if kind == FLOAT16:
        return message.unpacked(struct.pack(f"<{len(found)}H", *(n % 2**16 for n in found)), code)
    return tuple(n % 2**64 for n in found) if field == UINTS64 else found


def sparse(message: Message) -> Tensor:
    """A sparse tensor: its shape when it is written out."""
    return Tensor(dims(message, 3), None, message.one(1).number(2) not in UNLEARNED)


def shape(value: Message, known: dict[bytes, Shape | None]) -> Shape | None:
    """The shape that the file states of a value; None where it states none.

    `known` are the shapes that are read so far by the bytes of their types: networks have few.
    """
    spans = value.spans(2)
    if len(spans) != 1 or spans[0][1] - spans[0][0] > MAX_TYPE:
        return _shape(value)
    type_ = value.bytes_at(spans[0])
    if type_ not in known:
        known[type_] = _shape(value)
    return known[type_]


def _shape(value: Message) -> Shape | None:
    stated = value.one(2).one(1)  # its type, where that is a tensor
    if 2 not in stated:
        return None
    sides: list[int | None] = []
    for side in stated.one(2).each(1):
        if len(sides) == MAX_RANK:
            raise value.problem("too-large", f"a shape of over {MAX_RANK} axes")
        length = side.number(1) if 1 in side else -1
        sides.append(length if length >= 0 else None)  # open ones have a name, or are below 0
    return tuple(sides)
