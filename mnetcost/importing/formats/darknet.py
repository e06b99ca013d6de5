"""Darknet's `.cfg`: sections of options, a layer each, the first the network's own.

Source: darknet's parser.c (read_cfg, parse_network_cfg_custom) and option_list.c. Layers have no
names there: a value is named by the index of the layer that writes it, as `route` counts.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from mnetcost.importing.formats.lines import Text, number
from mnetcost.importing.model import Argument, Call, Data, Shape, Source
from mnetcost.problems import TOP, Mark
from mnetcost.text import clip

INPUT = "input"  # the name of what the network reads
NETS = ("net", "network")
SIDES = ("channels", "height", "width")
FLAT = "inputs"  # of a network that reads a row of numbers
ALONE = {"implicit", "implicit_add", "implicit_mul"}  # read no layer: their weights are the value
LAYERS = {"route": "layers"}  # where a layer says what it reads; others add `from` to the last one
FROM = "from"
LINE, LISTED = 5, 2  # steps to read a line, and one more value of a list: under 200,000 layers

_BLANK = str.maketrans("", "", " \t\r")  # as Darknet reads a line: without any
_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s++|[#;][^\n]*+\n)*+\[net(?:work)?\][ \t\r]*(?:[#;].*)?\n"
)


class _Section(NamedTuple):
    """A section: its name and its options, texts as they are written."""

    name: str
    mark: Mark
    options: dict[str, str]


def looks_like(head: bytes) -> bool:
    """Whether a file that begins with these bytes is a Darknet configuration."""
    return _HEAD.match(head) is not None


def read(data: Data, label: str) -> Source:
    """What a Darknet .cfg says. Raises SpecError."""
    text = Text(data, label)
    sections = _sections(text)
    if not sections or sections[0].name not in NETS:
        mark = sections[0].mark if sections else TOP
        found = f"[{clip(sections[0].name)}]" if sections else "no section"
        text.refuse(mark, "wrong-format", f"found {found} at first", "[net] or [network]")
    shape = _shape(text, sections[0])
    if len(sections) == 1:
        text.refuse(sections[0].mark, "malformed", "the file has no layer")
    calls: list[Call] = []
    unread: dict[str, None] = {}
    for index, section in enumerate(sections[1:]):
        arguments = {key: _argument(value) for key, value in section.options.items()}
        inputs = tuple(_name(place) for place in _read(text, section, index, arguments))
        for name in inputs:
            unread.pop(name, None)
        unread[_name(index)] = None
        calls.append(Call(section.name, "", inputs, (_name(index),), arguments, section.mark))
    return Source(
        format="darknet",
        version="",
        name="",
        inputs={INPUT: shape},
        outputs=tuple(unread),
        calls=tuple(calls),
        stored={},
        shapes={},
    )


def _sections(text: Text) -> list[_Section]:
    """The sections of the text, as Darknet reads them: of an option that is there twice the first.

    A `#` ends an option too: Darknet reads a number up to it.
    """
    sections: list[_Section] = []
    for count, written in enumerate(text.lines(), 1):
        line = written.translate(_BLANK)
        if not line or line[0] in "#;":
            continue
        mark = Mark(count, 1)
        text.take(LINE + LISTED * line.count(","), mark)
        line = text.checked(line.partition("#")[0], mark)
        key, equals, value = line.partition("=")
        if line[0] == "[":
            if line[-1] != "]":
                text.refuse(mark, "malformed", f"found {clip(line)!r}", "a section, such as [net]")
            sections.append(_Section(line[1:-1], mark, {}))
        elif not equals or not key or not sections:
            expected = "an option, such as filters=32" if sections else "a section, such as [net]"
            text.refuse(mark, "malformed", f"found {clip(line)!r}", expected)
        else:
            sections[-1].options.setdefault(key, value)
    return sections


def _shape(text: Text, net: _Section) -> Shape:
    """What the network reads: one picture, or one row of numbers; `batch` is that of training."""
    keys = SIDES if any(key in net.options for key in SIDES) else (FLAT,)
    sides: list[int] = []
    for key in keys:
        side = number(net.options.get(key, ""))
        if not isinstance(side, int) or side < 1:
            found = f"{key} is {clip(net.options.get(key, 'not there'))}"
            expected = "channels, height and width, whole numbers above 0"
            text.refuse(net.mark, "malformed", found, expected)
        sides.append(side)
    return (1, *sides)


def _argument(value: str) -> Argument:
    """A number, a tuple of what commas part, or the text itself."""
    parts = value.split(",")
    return tuple(map(number, parts)) if len(parts) > 1 else number(value)


def _name(index: int) -> str:
    """The name of the value that a layer writes; before the first is the input."""
    return str(index) if index >= 0 else INPUT


def _read(
    text: Text, section: _Section, index: int, arguments: Mapping[str, Argument]
) -> list[int]:
    """The layers whose values a layer reads; -1 is the network's input."""
    if section.name in ALONE:
        return []
    key = LAYERS.get(section.name, FROM)
    places = [] if section.name in LAYERS else [index - 1]
    found = arguments.get(key, ())
    listed = found if isinstance(found, tuple) else (found,)
    if not listed and section.name in LAYERS:
        text.refuse(section.mark, "malformed", f"{section.name} {index} has no {key}")
    for one in listed:
        place = index + one if isinstance(one, int) and one < 0 else one
        if not isinstance(place, int) or not 0 <= place < index:
            reads = f"{section.name} {index} reads layer {clip(str(one))}"
            expected = f"one from 0 to {index - 1}, or from {-index} to -1"
            text.refuse(
                section.mark, "malformed", reads, expected if index else "a layer before it"
            )
        places.append(place)
    return places
