"""Writes small TFLite files, field by field as schema.fbs numbers them."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

# A field of a table: a number with its form of `struct`, a text, bytes, whole numbers, a table or
# tables.
Field = tuple[str, float] | str | bytes | list[int] | dict[int, Any] | list[dict[int, Any]]
ADD, CONV, DEPTHWISE, FULLY_CONNECTED, RESHAPE, SOFTMAX, CUSTOM = 0, 3, 4, 9, 22, 25, 32
FLOAT32, INT32, UINT8, INT64, INT8 = 0, 2, 3, 4, 9


class Made(NamedTuple):
    """A tensor: `scale` where it is quantised."""

    name: str
    shape: list[int]
    kind: int = FLOAT32
    data: bytes = b""
    scale: bool = False
    more: Mapping[int, Field] = {}

    def fields(self, buffer: int) -> dict[int, Field]:
        """The fields of its table, with its data in this buffer."""
        found: dict[int, Field] = {0: self.shape, 1: ("b", self.kind), 2: ("I", buffer)}
        found |= {3: self.name} if self.name else {}
        if self.scale:
            found[4] = {2: [0], 3: [0]}  # one scale, of four bytes
        return found | dict(self.more)


def operator(
    code: int, inputs: list[int], outputs: list[int], kind: int = 0, options: Any = None
) -> dict[int, Field]:
    """A call of the operator of this place in the file's list, with options of this number."""
    found: dict[int, Field] = {0: ("I", code), 1: inputs, 2: outputs}
    return found | ({3: ("B", kind), 4: options} if options is not None else {})


def model(
    tensors: Sequence[Made],
    operators: list[dict[int, Field]],
    codes: Sequence[int | str | dict[int, Field]],
    ends: tuple[list[int], list[int]],
    more: Mapping[int, Field] | None = None,
) -> bytes:
    """A file of one subgraph; a code that is a text is that of a custom operator."""
    buffers: list[dict[int, Field]] = [{}]
    fields = []
    for one in tensors:
        buffers += [{0: one.data}] if one.data else []
        fields.append(one.fields(len(buffers) - 1 if one.data else 0))
    graph: dict[int, Field] = {0: fields, 1: ends[0], 2: ends[1], 3: operators, 4: "main"}
    root: dict[int, Field] = {0: ("I", 3), 1: list(map(_code, codes)), 2: [graph], 4: buffers}
    return encoded(root | dict(more or {}))


def _code(code: int | str | dict[int, Field]) -> dict[int, Field]:
    if isinstance(code, dict):
        return code
    return {0: ("b", CUSTOM), 1: code} if isinstance(code, str) else {0: ("b", code)}


def encoded(root: dict[int, Field]) -> bytes:
    """A FlatBuffer of this root, with TFLite's identifier."""
    data = bytearray(b"\0\0\0\0TFL3")
    struct.pack_into("<I", data, 0, _put(data, root))
    return bytes(data)


def _put(data: bytearray, value: Any) -> int:
    """Write what a field points to; where it begins."""
    if isinstance(value, dict):
        return _table(data, value)
    start = len(data)
    if isinstance(value, str | bytes):
        text = value.encode() if isinstance(value, str) else value
        data += struct.pack("<I", len(text)) + text + b"\0"
        return start
    data += struct.pack("<I", len(value))
    if value and isinstance(value[0], dict):
        data += bytes(4 * len(value))
        written: dict[int, int] = {}  # a table that is there several times is written once
        for place, one in enumerate(value):
            at = start + 4 + 4 * place
            written[id(one)] = written.get(id(one)) or _put(data, one)
            struct.pack_into("<I", data, at, written[id(one)] - at)
    else:
        data += struct.pack(f"<{len(value)}i", *value)
    return start


def _table(data: bytearray, fields: dict[int, Any]) -> int:
    places, body, pointers = [0] * (max(fields, default=-1) + 1), bytearray(4), {}
    for field, value in fields.items():
        places[field] = len(body)
        if isinstance(value, tuple):
            body += struct.pack("<" + value[0], value[1])
        else:
            pointers[len(body)] = value
            body += bytes(4)
    size = 4 + 2 * len(places)
    data += struct.pack(f"<HH{len(places)}H", size, len(body), *places)
    start = len(data)
    struct.pack_into("<i", body, 0, size)
    data += body
    for place, value in pointers.items():
        struct.pack_into("<I", data, start + place, _put(data, value) - start - place)
    return start
