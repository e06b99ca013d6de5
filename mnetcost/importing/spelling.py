"""Layers as the text of a spec, in the language's plainest form: a line a layer."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from mnetcost.importing.translation import INPUT
from mnetcost.importing.values import Entry
from mnetcost.layers.base import Layer, Map, Pair
from mnetcost.layers.fields import fields_of
from mnetcost.layers.window import VALID, PaddingPair, Same
from mnetcost.text import SENTENCE, clip, printable

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "none"}


def spelled(
    name: str, x: Map, entries: Iterable[Entry], comments: Iterable[str], width: str = ""
) -> str:
    """The spec of these layers on input map `x`; it begins with the comments.

    `width` says how α rounds, as `width:` has it.
    """
    lines = [f"# {printable(clip(one, SENTENCE))}" for one in comments]
    lines += ["mnetcost: 1", f"name: {quoted(name)}"]
    lines.append(f"input: {{height: {x.h}, width: {x.w}, channels: {x.c}}}")
    lines += [f"width: {{{width}}}"] if width else []
    lines += ["layers:", *_layers(entries)]
    return "\n".join(lines) + "\n"


def _layers(entries: Iterable[Entry]) -> Iterator[str]:
    before = INPUT
    for entry in entries:
        keys = [f"name: {quoted(entry.name)}"]
        reads = [quoted(one) for one in entry.reads]
        if len(reads) > 1:
            keys.append(f"from: [{', '.join(reads)}]")
        elif reads and entry.reads[0] != before:
            keys.append(f"from: {reads[0]}")
        keys += _keys(entry)
        if entry.weights:
            keys.append(f"weights: {quoted(entry.weights)}")
        yield f"  - {entry.layer.written}: {{{', '.join(keys)}}}"
        before = entry.name


def _keys(entry: Entry) -> Iterator[str]:
    """The keys that a layer does not have by default, and those that are said of it."""
    texts = {**dict(_own_keys(entry.layer)), **entry.said}
    return (f"{name}: {text}" for name, text in texts.items() if text)


def _own_keys(layer: Layer) -> Iterator[tuple[str, str]]:
    for name, field in fields_of(type(layer)).items():
        value = getattr(layer, name)
        if (field.required or value != field.default) and value is not None:
            yield name, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, PaddingPair):
        return _padding(value)
    if isinstance(value, Pair):
        return _text(value.h) if value.h == value.w else f"[{_text(value.h)}, {_text(value.w)}]"
    if isinstance(value, tuple):
        return f"[{', '.join('rest' if one is None else _text(one) for one in value)}]"
    if isinstance(value, (int, Fraction)):
        return str(value)
    return quoted(str(value))


def _padding(value: PaddingPair) -> str:
    if isinstance(value.h, Same) or isinstance(value.w, Same):
        return "same"
    if value == VALID:
        return "valid"
    return _text(Pair(value.h.pad, value.w.pad))


def quoted(text: str) -> str:
    """A text as YAML reads it back."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escaped(one) for one in escaped) + '"'


def _escaped(letter: str) -> str:
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"
