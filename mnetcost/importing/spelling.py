"""Layers as the text of a spec, in the language's plainest form: a line a layer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from mnetcost.importing.translation import INPUT
from mnetcost.importing.values import Entry
from mnetcost.layers.base import Layer, Map, Pair
from mnetcost.layers.fields import fields_of
from mnetcost.layers.window import VALID, PaddingPair, Same
from mnetcost.text import SENTENCE, clip, printable

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "none"}


class Listing(NamedTuple):
    """A network as layers in order, on input map `x`; the comments are of where it came from.

    `width` says how α rounds, as a spec's `width:` has it.
    """

    name: str
    x: Map
    entries: Sequence[Entry]
    comments: Sequence[str] = ()
    width: str = ""


def spelled(listing: Listing) -> str:
    """The spec of a network, a line a layer."""
    lines = [*head(listing), "layers:"]
    before = INPUT
    for entry in listing.entries:
        lines.append(f"  - {layer_line(entry, before)}")
        before = entry.name
    return "\n".join(lines) + "\n"


def head(listing: Listing) -> list[str]:
    """What a spec says before its layers."""
    lines = [f"# {printable(clip(one, SENTENCE))}" for one in listing.comments]
    lines += ["mnetcost: 1", f"name: {quoted(listing.name)}"]
    x = listing.x
    lines.append(f"input: {{height: {x.h}, width: {x.w}, channels: {x.c}}}")
    return [*lines, f"width: {{{listing.width}}}"] if listing.width else lines


def layer_line(entry: Entry, before: str, called: Mapping[str, str] | None = None) -> str:
    """A layer behind the one called `before`; `called` are other names of what it reads."""
    reads = [(called or {}).get(one, one) for one in entry.reads]
    keys = {"name": quoted(entry.name)}
    if len(reads) > 1:
        keys["from"] = f"[{', '.join(map(quoted, reads))}]"
    elif reads and reads[0] != before:
        keys["from"] = quoted(reads[0])
    keys |= keys_of(entry)
    if entry.weights:
        keys["weights"] = quoted(entry.weights)
    return written(entry.layer.written, keys)


def written(word: str, keys: Mapping[str, str]) -> str:
    """A word and its keys, each as YAML; the word alone where it has none."""
    texts = ", ".join(f"{key}: {text}" for key, text in keys.items())
    return f"{word}: {{{texts}}}" if keys else word


def keys_of(entry: Entry) -> dict[str, str]:
    """The keys that a layer does not have by default, and those that are said of it, as YAML."""
    texts = {**dict(_own_keys(entry.layer)), **entry.said}
    return {key: text for key, text in texts.items() if text}


def _own_keys(layer: Layer) -> Iterator[tuple[str, str]]:
    for name, field in fields_of(type(layer)).items():
        value = getattr(layer, name)
        if (field.required or value != field.default) and value is not None:
            yield name, text_of(value)


def text_of(value: Any) -> str:
    """A value of a key as YAML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, PaddingPair):
        return _padding(value)
    if isinstance(value, Pair):
        height, width = map(text_of, value)
        return height if height == width else f"[{height}, {width}]"
    if isinstance(value, tuple):
        return f"[{', '.join('rest' if one is None else text_of(one) for one in value)}]"
    if isinstance(value, (int, Fraction)):
        return str(value)
    return quoted(str(value))


def _padding(value: PaddingPair) -> str:
    if isinstance(value.h, Same) or isinstance(value.w, Same):
        return "same"
    if value == VALID:
        return "valid"
    return text_of(Pair(value.h.pad, value.w.pad))


def quoted(text: str) -> str:
    """A text as YAML reads it back."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escaped(one) for one in escaped) + '"'


def _escaped(letter: str) -> str:
    return letter if letter.isprintable() else f"\\U{ord(letter):08x}"
