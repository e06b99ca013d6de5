"""Members of a zip archive, found by name and unpacked one at a time, within limits.

What an archive says of its sizes may lie, and the weights in it may take gigabytes: nothing is
unpacked beyond a limit, and nothing is read but the list at its end and the member asked for.
Source: APPNOTE.TXT 6.3.10 (PKWARE), sections 4.3 to 4.5.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mnetcost.importing.model import Data, refusal
from mnetcost.problems import SpecError
from mnetcost.text import clip

MAX_LIST = 2**23  # bytes of the list of members: some 100,000 of them

MAGIC = b"PK\x03\x04"  # of a member, with which an archive begins
_END, _END64, _LOCATOR, _LISTED = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
_MAX_END = 22 + 0xFFFF  # bytes of the end of an archive, with its comment
_OPEN16, _OPEN32 = 0xFFFF, 0xFFFFFFFF  # "see the 64-bit field"
_ENCRYPTED = 1  # among a member's flags
_STORED, _DEFLATED = 0, 8


class Member(NamedTuple):
    """One member as the list at the archive's end has it; sizes and place in bytes."""

    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    place: int


def members(data: Data, label: str, wanted: Callable[[str], bool]) -> list[Member]:
    """The members whose name is wanted, in the archive's order, each name once.

    Raises SpecError of an archive that is cut off.
    """
    found: dict[str, Member] = {}
    try:
        for member in _listed(data, label):
            if wanted(member.name) and found.setdefault(member.name, member) is not member:
                place = f"member {clip(member.name)}"
                raise refusal(label, place, "malformed", "it is there twice")
    except struct.error:
        raise _cut_off(label) from None
    return list(found.values())


def first_names(head: bytes) -> Iterator[str]:
    """The names of the members that begin in the first bytes of a file, as far as they say."""
    place = 0
    while head.startswith(MAGIC, place) and place + 30 <= len(head):
        flags, packed = struct.unpack_from("<6xH10xI", head, place)
        name, extra = struct.unpack_from("<26xHH", head, place)
        yield head[place + 30 : place + 30 + name].decode("utf-8", "replace")
        if flags & 8:  # its size follows after it
            return
        place += 30 + name + extra + packed


def unpacked(data: Data, label: str, member: Member, limit: int) -> bytes:
    """The content of a member, of `limit` bytes at most."""
    place = f"member {clip(member.name)}"
    if member.flags & _ENCRYPTED or member.method not in (_STORED, _DEFLATED):
        how = "encrypted" if member.flags & _ENCRYPTED else f"packed by method {member.method}"
        raise refusal(label, place, "unsupported", f"it is {how}", "stored or deflated")
    if max(member.packed, member.size) > limit:
        raise _too_large(label, place, limit)
    start = member.place + 30
    if data[member.place : member.place + 4] != MAGIC or start > len(data):
        message = f"no member begins at byte {member.place:,}"
        raise refusal(label, place, "malformed", message)
    start += sum(struct.unpack_from("<26xHH", data, member.place))
    packed = data[start : start + member.packed]
    content = _inflated(packed, label, place, limit) if member.method else packed
    if len(content) != member.size or zlib.crc32(content) != member.checksum:
        message = f"its {len(content):,} bytes are not those that were packed: the file is damaged"
        raise refusal(label, place, "malformed", message)
    return content


def _listed(data: Data, label: str) -> Iterator[Member]:
    """Every member of the list at the archive's end."""
    place, end = _list(data, label)
    while place < end:
        if data[place : place + 4] != _LISTED:
            message = f"byte {place:,}: the list of members does not go on here"
            raise refusal(label, "", "malformed", message)
        flags, method, checksum, packed, size, name, extra, comment, where = struct.unpack_from(
            "<8xHH4xIIIHHH8xI", data, place
        )
        start = place + 46
        place = start + name + extra + comment
        sizes: tuple[int, ...] = (size, packed, where)
        if _OPEN32 in sizes:
            sizes = _long(data[start + name : start + name + extra], sizes)
        size, packed, where = sizes
        words = data[start : start + name].decode("utf-8", "replace")
        yield Member(words, flags, method, checksum, packed, size, where)


def _list(data: Data, label: str) -> tuple[int, int]:
    """Where the list of members begins and ends."""
    last = data.rfind(_END, max(0, len(data) - _MAX_END))
    if last < 0:
        raise _cut_off(label)
    size, place, _ = struct.unpack_from("<12xIIH", data, last)
    if _OPEN32 in (size, place) and data[last - 20 : last - 16] == _LOCATOR:
        (last,) = struct.unpack_from("<8xQ", data, last - 20)
        if data[last : last + 4] != _END64:
            raise _cut_off(label)
        size, place = struct.unpack_from("<40xQQ", data, last)
    if place + size > last:
        raise _cut_off(label)
    if size > MAX_LIST:
        message = f"the list of members takes {size:,} bytes"
        raise refusal(label, "", "too-large", message, f"at most {MAX_LIST:,}")
    return place, place + size


def _long(extra: bytes, sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes with those that are open in 32 bits as the extra field has them in 64."""
    place = 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, place)
        if kind == 1:
            given = iter(struct.unpack_from(f"<{min(size // 8, 3)}Q", extra, place + 4))
            return tuple(next(given, one) if one == _OPEN32 else one for one in sizes)
        place += 4 + size
    return sizes


def _inflated(packed: bytes, label: str, place: str, limit: int) -> bytes:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = engine.decompress(packed, limit + 1)
    except zlib.error as error:
        raise refusal(label, place, "malformed", f"it does not unpack: {error}") from None
    if len(content) > limit:
        raise _too_large(label, place, limit)
    return content


def _too_large(label: str, place: str, limit: int) -> SpecError:
    message = "it unpacks to more than a network takes"
    return refusal(label, place, "too-large", message, f"at most {limit:,} bytes")


def _cut_off(label: str) -> SpecError:
    message = "it begins as a zip archive and does not end as one: is the file whole?"
    return refusal(label, "", "malformed", message)
