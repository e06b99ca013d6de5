"""Protocol buffers as text: fields, and messages of fields, without a schema.

Source: https://protobuf.dev/reference/protobuf/textformat-spec/. Any field may be there several
times; whether it may is for the reader of the messages to say.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mnetcost.importing.formats.lines import Text, number
from mnetcost.importing.model import MAX_NESTING
from mnetcost.text import clip

FIELD, LISTED = 5, 2  # steps to read a field, and one more value of a list
SIGNS = 8  # of a text that a step reads

SPACE = r"(?:\s++|[#][^\n]*+)*+"
_STRING = r"""(?:"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+')"""
_WORD = r"-?[ \t]*+[\w.+-]++"
_FIELD = re.compile(
    rf"""{SPACE}(?:
        (?P<name>[A-Za-z_]\w*+){SPACE}(?P<colon>:?){SPACE}
        (?:(?P<open>[{{<])|(?P<text>{_STRING}(?:{SPACE}{_STRING})*+)|(?P<word>{_WORD})
          |\[(?P<list>[\w\s.,+-]*+)\])
        |(?P<close>[}}>])
    ){SPACE}[,;]?""",
    re.ASCII | re.VERBOSE,
)
_SPACE = re.compile(SPACE, re.ASCII)
_ALONE = re.compile(_WORD, re.ASCII)
_STRINGS = re.compile(_STRING)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_ESCAPED = dict(zip(b"abfnrtv\\'\"?", b"\a\b\f\n\r\t\v\\'\"?"))
_TRUTH = {"true": True, "True": True, "false": False, "False": False}


class Message(NamedTuple):
    """A message: where its field begins in the text, and the values of its fields, by name."""

    at: int
    fields: dict[str, list["Value"]]


Value: TypeAlias = str | int | float | bool | Message  # an enum's word is a text


def parsed(text: Text) -> Message:
    """The message that a text is. Raises SpecError."""
    message, closing = Message(0, {}), ""
    around: list[tuple[Message, str]] = []  # those that are open, outermost first
    for field in _fields(text):
        at = field.start("name") if field["name"] else field.start("close")
        text.take(FIELD, at)
        if field["close"]:
            if field["close"] != closing:
                expected = f"{closing!r}" if closing else "a field, as no message is open"
                text.refuse(at, "malformed", f"found {field['close']!r}", expected)
            message, closing = around.pop()
        elif field["open"]:
            if len(around) == MAX_NESTING:
                text.refuse(at, "too-large", f"messages inside {MAX_NESTING} others")
            inside = Message(at, {})
            message.fields.setdefault(field["name"], []).append(inside)
            around.append((message, closing))
            message, closing = inside, "}" if field["open"] == "{" else ">"
        else:
            message.fields.setdefault(field["name"], []).extend(_values(text, field, at))
    if around:
        text.refuse(message.at, "malformed", f"a message that does not end; expected {closing!r}")
    return message


def _fields(text: Text) -> Iterator[re.Match[str]]:
    """The fields of a text and the ends of its messages, one after the other."""
    at, whole = 0, text.text
    while found := _FIELD.match(whole, at):
        yield found
        at = found.end()
    space = _SPACE.match(whole, at)
    at = space.end() if space else at
    if at < len(whole):
        expected = "a field, such as num_output: 32, or the end of a message"
        line = whole[at : at + 80].partition("\n")[0]
        text.refuse(at, "malformed", f"found {clip(line)!r}", expected)


def _values(text: Text, field: re.Match[str], at: int) -> list[Value]:
    """What a field without a message says: one value, or those of a list."""
    if not field["colon"]:
        text.refuse(at, "malformed", f"{clip(field['name'])} has no colon")
    if field["text"]:
        return [_unquoted(text, text.checked(field["text"], at), at)]
    if field["word"]:
        return [_value(text.checked(field["word"], at))]
    if not field["list"].strip():
        return []
    words = [word.strip() for word in text.checked(field["list"], at).split(",")]
    text.take(LISTED * len(words), at)
    if not all(map(_ALONE.fullmatch, words)):
        text.refuse(at, "malformed", f"found [{clip(field['list'])}]", "values with commas between")
    return list(map(_value, words))


def _value(word: str) -> Value:
    """A number, a truth or a word; a minus may stand apart from what follows it."""
    plain = "".join(word.split())
    return _TRUTH[plain] if plain in _TRUTH else number(plain)


def _unquoted(text: Text, quoted: str, at: int) -> str:
    """The text of strings that stand side by side: they are one."""
    text.take(len(quoted) // SIGNS, at)
    found = "".join(piece[1:-1] for piece in _STRINGS.findall(quoted))
    if "\\" in found:
        try:
            found = _ESCAPE.sub(_unescaped, found.encode()).decode()
        except (KeyError, ValueError):
            text.refuse(at, "malformed", f"found {clip(quoted)}", "escapes of a text in UTF-8")
    return found


def _unescaped(found: re.Match[bytes]) -> bytes:
    """The byte that an escape stands for. Raises KeyError, ValueError."""
    octal, hexadecimal, sign = found.groups()
    if sign is not None:
        return bytes([_ESCAPED[ord(sign)]])
    return bytes([int(octal, 8) if octal is not None else int(hexadecimal, 16)])
