"""Members of zip archives: every kind that is written, and sizes that lie."""

import io
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from archives_of_torch import packed

from mnetcost.importing.formats.zipped import MAGIC, MAX_LIST, first_names, members, unpacked
from mnetcost.problems import SpecError

LIMIT = 1_000


def contents(data: bytes, limit: int = LIMIT) -> dict[str, bytes]:
    found = members(data, "a.zip", lambda name: True)
    return {member.name: unpacked(data, "a.zip", member, limit) for member in found}


def refused(data: bytes, code: str) -> str:
    with pytest.raises(SpecError) as caught:
        contents(data)
    (one,) = caught.value.problems
    assert one.code == code
    return one.message


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_found_and_unpacked(method: int) -> None:
    data = packed({"a/b.json": "x" * 500, "c": b"\x00\xff", "empty": b""}, method)
    assert contents(data) == {"a/b.json": b"x" * 500, "c": b"\x00\xff", "empty": b""}
    assert [one.name for one in members(data, "", lambda name: name == "c")] == ["c"]


def test_an_archive_with_a_comment_and_no_members() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = b"PK"
    assert contents(file.getvalue()) == {}


def test_sizes_of_64_bits() -> None:
    """Both in a member's extra field and in the end of the archive."""
    content = b"hello"
    local = MAGIC + struct.pack("<HHHHHIIIHH", 45, 0, 0, 0, 0, zlib.crc32(content), 5, 5, 1, 0)
    first = local + b"m" + content
    extra = struct.pack("<HH2s", 9, 2, b"--") + struct.pack("<HHQQQ", 1, 24, 5, 5, 0)
    most, sizes = 2**32 - 1, (1, len(extra), 0, 0, 0, 0)
    listed = b"PK\x01\x02" + struct.pack(
        "<HHHHHHIIIHHHHHII", 45, 45, 0, 0, 0, 0, zlib.crc32(content), most, most, *sizes, most
    )
    listed += b"m" + extra
    place = len(first) + len(listed)
    end = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, len(listed), len(first))
    end += b"PK\x06\x07" + struct.pack("<IQI", 0, place, 1)
    end += b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, most, most, 0)
    data = first + listed + end
    assert contents(data) == {"m": content}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("m") == content
    assert "does not end as one" in refused(data.replace(b"PK\x06\x06", b"PK\x06\x05"), "malformed")


def test_a_bomb_is_not_unpacked() -> None:
    data = packed({"bomb": bytes(20_000_000)})
    assert f"at most {LIMIT:,}" in str(_error(data))
    lying = data.replace(struct.pack("<I", 20_000_000), struct.pack("<I", 10))
    tracemalloc.start()
    assert "unpacks to more" in refused(lying, "too-large")
    assert tracemalloc.get_traced_memory()[1] < 500_000
    tracemalloc.stop()


def _error(data: bytes) -> SpecError:
    with pytest.raises(SpecError) as caught:
        contents(data)
    return caught.value


def test_what_is_damaged_is_refused() -> None:
    data = packed({"a": "hello world " * 9})
    flipped = bytearray(data)
    flipped[35] ^= 1
    assert "damaged" in refused(bytes(flipped), "malformed") or "unpack" in str(_error(flipped))
    stored = packed({"a": "hello"}, zipfile.ZIP_STORED)
    assert "damaged" in refused(stored.replace(b"hello", b"hallo"), "malformed")
    assert "no member begins at byte 0" in refused(b"XX" + data[2:], "malformed")
    assert "does not go on here" in refused(data.replace(b"PK\x01\x02", b"PK\x01\x03"), "malformed")
    assert "is the file whole?" in refused(data[:-30], "malformed")


def test_what_is_packed_otherwise_is_refused() -> None:
    assert "method 12" in refused(packed({"a": "x"}, zipfile.ZIP_BZIP2), "unsupported")
    data = bytearray(packed({"a": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "encrypted" in refused(bytes(data), "unsupported")


def test_a_name_that_two_members_have_is_refused() -> None:
    twice = packed({"a": "x", "b": "y"}).replace(b"b", b"a")
    assert "member a: it is there twice" in refused(twice, "malformed")
    assert [one.name for one in members(twice, "", lambda name: False)] == []


def test_a_list_of_members_without_end_is_refused() -> None:
    data = bytearray(packed({"a": "x"})) + bytes(MAX_LIST)
    data += b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, MAX_LIST + 1, 0, 0)
    assert "the list of members takes 8,388,609 bytes" in refused(bytes(data), "too-large")


def test_names_at_the_beginning() -> None:
    data = packed({"a": "x" * 10, "b/c": "y", "d": "z"}, zipfile.ZIP_STORED)
    assert list(first_names(data[:4096])) == ["a", "b/c", "d"]
    assert list(first_names(data[:50])) == ["a"]
    assert list(first_names(b"")) == list(first_names(MAGIC)) == []
