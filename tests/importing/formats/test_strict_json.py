"""JSON of strangers: what is refused before and after it is parsed."""

import json
import math

import pytest

from mnetcost.importing.formats.strict_json import MAX_ITEMS, MAX_QUOTES, MAX_TEXT, parsed
from mnetcost.problems import SpecError


def refused(text: bytes, code: str = "malformed") -> str:
    with pytest.raises(SpecError) as caught:
        parsed(text, "a.json", "member m")
    (one,) = caught.value.problems
    assert one.code == code
    assert one.message.startswith("member m: ")
    return one.message.removeprefix("member m: ")


@pytest.mark.parametrize(
    "value",
    [
        *({}, [], "", 0, -1, 2**63, 0.5, None, True, {"a": [1, {"b": "]}{["}]}),
        *('\\"', '"', "\\\\", "\\\\\\", ',"[' * 40, "\x1b[31m名😀", math.pi / 10_000, 5e-324),
    ],
)
def test_what_is_written_is_read(value: object) -> None:
    for plain in (True, False):
        assert parsed(json.dumps(value, ensure_ascii=plain).encode(), "", "") == value


def test_brackets_inside_of_texts_are_not_counted() -> None:
    assert parsed(b'"' + b"[" * 100 + b'"', "", "") == "[" * 100
    assert parsed(b'["\\\\", "[\\"[[", [1]]', "", "") == ["\\", '[""[['.replace('""', '"'), [1]]


def test_nesting_is_counted_and_not_met() -> None:
    assert parsed(b"[" * 32 + b"]" * 32, "", "") is not None
    assert refused(b"[" * 33 + b"]" * 33, "too-large") == "it has brackets 33 deep"
    assert "100,000 deep" in refused(b'{"a":' * 100_000, "too-large")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b"[NaN]", "NaN is no number"),
        (b"[-Infinity]", "-Infinity is no number"),
        (b"[1e999]", "1e999 is too large"),
        (b'{"a": 1, "b": 2, "a": 3}', "the key a stands twice"),
        (b'"\xff"', "byte 2 is no UTF-8"),
        (b'["\\ud800"]', "half a character"),
        (b'{"\\uDC00": 1}', "half a character"),
        (b"\xff\xfe[\x00]\x00", "byte 1 is no UTF-8"),
        (b"\xef\xbb\xbf[]", "line 1, column 1"),
        (b"[1] []", "line 1, column 5"),
        (b"]][[", "line 1, column 1"),
    ],
)
def test_what_is_no_json_is_refused(text: bytes, words: str) -> None:
    assert words in refused(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b" " * (MAX_TEXT + 1), "bytes"),
        (b'"' * (MAX_QUOTES + 2), "quotation marks"),
        (b"[" + b"0," * (MAX_ITEMS + 1) + b"0]", "items"),
        (b"[" + b"[]," * (MAX_ITEMS // 2 + 1) + b"0]", "items"),
        (b"1" * 30, "many digits"),
        (b"[0." + b"1" * 30 + b"]", "many digits"),
    ],
)
def test_what_no_network_needs_is_refused_before_it_is_built(text: bytes, words: str) -> None:
    assert words in refused(text, "too-large")
