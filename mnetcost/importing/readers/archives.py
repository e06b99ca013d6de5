"""What files of several formats are wrapped in: a member of a zip archive, and JSON.

Source: PKWARE, APPNOTE.TXT 6.3 (zip); RFC 8259 (JSON). The bounds are looked at before anything is
made of the bytes.
"""

import json
import re
import zlib
from collections import Counter
from math import isfinite
from struct import calcsize, unpack_from
from typing import Any, NamedTuple

from mnetcost.importing.source import MAX_DIGITS, Data, refusal
from mnetcost.problems import Mark
from mnetcost.steps import Steps
from mnetcost.text import clip, first_line

MAX_MEMBERS = 20_000  # of an archive: some hold every weight in one of its own
MAX_PATH = 4_096  # bytes of the name of a member
MAX_BYTES = 2**24  # of a member, packed or not, and of a JSON text
MAX_DEPTH = 64  # brackets of a JSON text inside each other: a model in a model takes four more
MAX_FRACTION = 40  # characters of a number with a fraction
MEMBER = 5  # steps to read where a member is

_COMMENT = 2**16  # bytes that may follow the directory's end
_LARGE = 2**32 - 1  # says that a number of 64 bits stands elsewhere
_STORED, _DEFLATED = 0, 8
_NO_BRACKETS = bytes(one for one in range(256) if one not in b'[]{}"')


class Member(NamedTuple):
    """A member of an archive, as the directory at its end has it; sizes in bytes."""

    flags: int
    method: int
    crc: int
    packed: int
    size: int
    at: int


def directory(data: Data, label: str, steps: Steps) -> dict[str, Member]:
    """The members of a zip archive by name. Raises SpecError and Exhausted."""
    end = data.rfind(b"PK\5\6", max(0, len(data) - _COMMENT - calcsize("<4s6HIIH")))
    if end < 0:
        message = "an archive without a directory at its end"
        raise refusal(label, f"byte {len(data):,}", "malformed", message)
    count, _, at = _fields("<10xHII", data, end, label)
    if data[max(0, end - 20) : end].startswith(b"PK\6\7"):
        (wide,) = _fields("<8xQ", data, end - 20, label)
        count, _, at = _fields("<32xQQQ", data, wide, label)
    if count > MAX_MEMBERS:
        message = f"an archive of {count:,} members; {MAX_MEMBERS:,} are the most"
        raise refusal(label, f"byte {end:,}", "too-large", message)
    members: dict[str, Member] = {}
    form = "<4s4xHH4xIIIHHH8xI"
    for _ in range(count):
        steps.take(MEMBER)
        sign, *numbers, named, extra, comment, place = _fields(form, data, at, label)
        flags, method, crc, packed, size = numbers
        if sign != b"PK\1\2":
            message = f"{sign!r}, expected a member of the directory"
            raise refusal(label, f"byte {at:,}", "malformed", message)
        if named > MAX_PATH:
            message = f"a name of {named:,} bytes, {MAX_PATH:,} are the most"
            raise refusal(label, f"byte {at:,}", "too-large", message)
        start = at + calcsize(form)
        name = _name(bytes(data[start : start + named]))
        if name in members:
            message = f"{clip(name)} is there twice"
            raise refusal(label, f"byte {at:,}", "malformed", message)
        member = Member(flags, method, crc, packed, size, place)
        if _LARGE in member:
            member = _wide(member, bytes(data[start + named : start + named + extra]), steps)
        members[name] = member
        at = start + named + extra + comment
    return members


def _fields(form: str, data: Data, at: int, label: str) -> tuple[Any, ...]:
    """The fields of this form of `struct` from a byte on."""
    end = at + calcsize(form)
    if end > len(data):
        message = f"points to bytes {at:,} to {end:,} of a file that has {len(data):,}"
        raise refusal(label, f"byte {at:,}", "malformed", message)
    return unpack_from(form, data, at)


def _name(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp437")  # what the format has where it does not say UTF-8


def _wide(member: Member, extra: bytes, steps: Steps) -> Member:
    """A member with the numbers that are too large for the directory's own fields."""
    at = 0
    while at + 4 <= len(extra):
        steps.take(1)
        kind, size = unpack_from("<HH", extra, at)
        if kind == 1:
            numbers = iter(unpack_from(f"<{size // 8}Q", extra[at + 4 :].ljust(size, b"\0")))
            wide = {
                field: next(numbers, _LARGE)
                for field in ("size", "packed", "at")
                if getattr(member, field) == _LARGE
            }
            return member._replace(**wide)
        at += 4 + size
    return member


def unpacked(data: Data, label: str, name: str, member: Member) -> bytes:
    """The bytes of a member. Raises SpecError."""
    place = f"{clip(name)}, byte {member.at:,}"
    if max(member.size, member.packed) > MAX_BYTES:
        message = f"{member.size:,} bytes, {MAX_BYTES:,} are the most"
        raise refusal(label, place, "too-large", message)
    if member.flags & 1 or member.method not in (_STORED, _DEFLATED):
        secret = "encrypted" if member.flags & 1 else f"packed by method {member.method}"
        raise refusal(label, place, "unsupported", f"{secret}, expected deflated or as it is")
    sign, named, extra = _fields("<4s22xHH", data, member.at, label)
    start = member.at + 30 + named + extra
    packed = bytes(data[start : start + member.packed])
    if sign != b"PK\3\4" or len(packed) != member.packed:
        raise refusal(label, place, "malformed", "no member where the directory says one is")
    try:
        text = (
            zlib.decompressobj(-15).decompress(packed, member.size + 1) if member.method else packed
        )
    except zlib.error as error:
        raise refusal(label, place, "malformed", first_line(error)) from None
    if len(text) != member.size or zlib.crc32(text) != member.crc:
        message = "the bytes are not those that the directory tells of: their number or sum differs"
        raise refusal(label, place, "malformed", message)
    return text


def json_value(data: Data, label: str, steps: Steps) -> Any:
    """What a JSON text says. Raises SpecError and Exhausted."""
    if len(data) > MAX_BYTES:
        message = f"{len(data):,} bytes of JSON, {MAX_BYTES:,} are the most"
        raise refusal(label, "", "too-large", message)
    text = bytes(data[:])
    steps.take(sum(map(text.count, (b"[", b"]", b"{", b"}", b","))))
    _check_depth(text, label)

    hooks = _Hooks(label)
    try:
        found = json.loads(
            text.decode("utf-8-sig"),
            object_pairs_hook=hooks.fields,
            parse_int=hooks.whole,
            parse_float=hooks.fraction,
            parse_constant=hooks.fraction,
        )
        if b"\\ud" in text or b"\\uD" in text:  # halves of a sign, which alone are no text
            json.dumps(found, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        mark = Mark(error.lineno, error.colno)
        raise refusal(label, mark, "malformed", f"no JSON: {error.msg}") from None
    except UnicodeDecodeError as error:
        place = f"byte {error.start:,}"
        raise refusal(label, place, "malformed", "a text that is not UTF-8") from None
    except UnicodeEncodeError:
        raise refusal(label, "", "malformed", "a text with half a sign in it") from None
    return found


class _Hooks:
    """What the parser of JSON asks about objects and numbers."""

    def __init__(self, label: str) -> None:
        self.label = label

    def fields(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object, whose keys differ."""
        found = dict(pairs)
        if len(found) < len(pairs):
            ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
            raise refusal(self.label, "", "malformed", f"the key {clip(twice)} is there twice")
        return found

    def whole(self, digits: str) -> int:
        """A whole number, which 64 bits hold or nearly."""
        if len(digits) > MAX_DIGITS + digits.startswith("-"):
            message = f"a whole number of {len(digits):,} digits, {MAX_DIGITS} are the most"
            raise refusal(self.label, "", "too-large", message)
        return int(digits)

    def fraction(self, digits: str) -> float:
        """Another number, or what stands for one that is none."""
        if len(digits) > MAX_FRACTION or not isfinite(value := float(digits)):
            message = f"the number {clip(digits)}, expected a finite one"
            raise refusal(self.label, "", "malformed", message)
        return value


def _check_depth(text: bytes, label: str) -> None:
    """Refuse brackets that are too deep for a reader that follows them."""
    plain = text.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _NO_BRACKETS)
    plain = re.sub(rb'"[^"]*"', b"", plain.replace(b'""', b""))
    turns = 0  # each takes off what is innermost
    while turns < MAX_DEPTH and (left := plain.replace(b"[]", b"").replace(b"{}", b"")) != plain:
        plain, turns = left, turns + 1
    # What is left without a pair has no end, of which the parser says where it begins.
    if len(plain) > (0 if turns == MAX_DEPTH else MAX_DEPTH):
        message = f"brackets over {MAX_DEPTH} deep, or that have no end"
        raise refusal(label, "", "too-large", message)
