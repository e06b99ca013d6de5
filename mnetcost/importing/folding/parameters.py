"""What differs between the parts that a block stands for, as few parameters as say it."""

import re
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from mnetcost.importing.folding.alike import Aligned, Row, Unlike
from mnetcost.importing.folding.names import bare, identifier, local, short
from mnetcost.importing.spelling import keys_of, quoted, text_of
from mnetcost.importing.values import Entry
from mnetcost.layers.fields import fields_of
from mnetcost.layers.window import Same
from mnetcost.spec.blocks import RESERVED, TAKEN
from mnetcost.spec.builder import MERGES

WORDS = {"out": "width"}  # parameters that have another name than their key
FIRST = ("out", "expand", "kernel", "stride", "padding")  # keys in the order of a line
HERE = "$here"
_NUMBERS = re.compile(r"(\d+)")
Values: TypeAlias = tuple[str | None, ...]


class Parameter(NamedTuple):
    """A parameter of a block, and its value in each part; None where no layer asks for it."""

    name: str
    key: str
    values: Values


class Line(NamedTuple):
    """A layer of a block: its keys as text, in which parameters stand, and the parts with it.

    `own` are the parameters that it was the first to ask for, `values` what a key is in each part.
    """

    word: str
    keys: dict[str, str]
    there: tuple[bool, ...]
    own: tuple[str, ...]
    values: dict[str, Values]


class Joined(NamedTuple):
    """Branches of a block, and the layer in which they meet."""

    line: Line
    branches: tuple[tuple["Line | Joined", ...], ...]


Body: TypeAlias = tuple[Line | Joined, ...]


class Parameters:
    """The parameters of one block of several parts, as its layers ask for them."""

    def __init__(self, prefixes: Sequence[str]) -> None:
        self.prefixes = prefixes
        self.known: dict[str, Parameter] = {}
        self.names: set[str] = set()  # of layers

    def body(self, layers: Sequence[Aligned]) -> Body:
        """The layers of the block. Raises Unlike where no parameter can say what differs."""
        return tuple(self._one(one) for one in layers)

    def _one(self, one: Aligned) -> Line | Joined:
        if isinstance(one, Row):
            return self._line(one.layers)
        branches = tuple(self.body(branch) for branch in one.branches)
        line = self._line(one.joins)
        if line.word not in MERGES and not all(line.there):  # names that it reads would be missing
            raise Unlike
        return Joined(line, branches)

    def _line(self, entries: Sequence[Entry | None]) -> Line:
        texts = _texts(entries)
        name = self._name(entries)
        keys = {"name": quoted(name)} if name else {}
        own: list[str] = []
        for key in sorted(texts, key=_order):
            said = {one for one in texts[key] if one is not None}
            if len(said) == 1 and (key != "expand" or all(entries)):
                keys[key] = said.pop()  # an expansion of 1 is none, as papers have it
            else:
                keys[key] = self._asked(key, texts[key], name, own)
        first = next(one for one in entries if one is not None)
        keys = {key: text for key, text in keys.items() if text != _default(first, key)}
        return Line(first.layer.written, keys, tuple(map(bool, entries)), tuple(own), texts)

    def _name(self, entries: Sequence[Entry | None]) -> str:
        """What most parts call a layer inside of them, where nothing else is called so."""
        said = Counter(
            short(local(entry.name, before))
            for entry, before in zip(entries, self.prefixes)
            if entry is not None
        )
        (name, count), *_ = said.most_common(1)
        if not name or name in self.names or 2 * count < said.total() or name[-1].isdigit():
            return ""
        self.names.add(name)
        return name

    def _asked(self, key: str, values: Values, layer: str, own: list[str]) -> str:
        """The expression for a key whose values differ. Raises Unlike where there is none."""
        if any((value and "$" in value) or "scaled" in (value or "") for value in values):
            return self._within(key, values, layer, own)
        for one in self.known.values():
            if one.key == key and (merged := _merged(one.values, values)):
                self.known[one.name] = one._replace(values=merged)
                return f"${one.name}"
        for one in self.known.values():
            if found := _following(key, values, one):
                return found
        name = self.fresh(WORDS.get(key, key), layer)
        self.known[name] = Parameter(name, key, values)
        own.append(name)
        return f"${name}"

    def _within(self, key: str, values: Values, layer: str, own: list[str]) -> str:
        """An expression of which the numbers differ: a number of it is a parameter."""
        split = [None if value is None else _NUMBERS.split(value) for value in values]
        first = next(one for one in split if one)
        if any(one and one[::2] != first[::2] for one in split):
            raise Unlike
        for place in range(1, len(first), 2):
            column: Values = tuple(one[place] if one else None for one in split)
            if len(set(column) - {None}) > 1:
                before = first[place - 1]
                if before.endswith(f"{HERE} / ") and (ratio := self._before_expansion(column)):
                    first[place - 1 : place + 1] = [before.replace(HERE, "$in"), ratio]
                else:
                    first[place] = self._asked(key, column, layer, own)
        return "".join(first)

    def _before_expansion(self, column: Values) -> str:
        """The part of a block's input that is this part of it expanded; "" where they differ."""
        for one in self.known.values():
            if one.key == "expand":
                times = [Fraction(1 if value is None else value) for value in one.values]
                found = {int(part) / many for part, many in zip(column, times) if part}
                ratio = found.pop()
                # what is rounded is not so many times what comes in
                if not found and all(each.denominator == 1 for each in (ratio, *times)):
                    return str(ratio)
        return ""

    def flag(self, word: str, values: Sequence[bool]) -> str:
        """The name of a parameter that is true in just these parts."""
        texts = tuple("true" if one else "false" for one in values)
        for one in self.known.values():
            if one.values == texts:
                return one.name
        name = self.fresh(word)
        self.known[name] = Parameter(name, "", texts)
        return name

    def fresh(self, word: str, layer: str = "") -> str:
        """A name for a parameter that none has."""
        word = identifier(bare(word))
        tries = [word, *([f"{word}_{identifier(bare(layer))}"] if layer else [])]
        tries += [f"{word}_{number}" for number in range(2, len(self.known) + 3)]
        taken = {*self.known, *RESERVED, *TAKEN}
        return next(one for one in tries if one not in taken and one.isidentifier())


def _order(key: str) -> int:
    return FIRST.index(key) if key in FIRST else len(FIRST)


def _default(entry: Entry, key: str) -> str | None:
    """What a key of a layer is where nothing is said; None for one that must be."""
    field = fields_of(type(entry.layer)).get(key)
    if field is None or field.required or field.default is None:
        return None
    return text_of(field.default)


def _texts(entries: Sequence[Entry | None]) -> dict[str, Values]:
    """The keys that any of these layers has, and their values in all of them."""
    found = [None if entry is None else (entry, keys_of(entry)) for entry in entries]
    every = dict.fromkeys(key for one in found if one for key in one[1])
    texts: dict[str, Values] = {}
    for key in every:
        values = [one[1].get(key, _default(one[0], key)) if one else None for one in found]
        if any(one and value is None for one, value in zip(found, values)):
            raise Unlike
        texts[key] = tuple(values)
    if len(set(texts.get("padding", ())) - {None}) > 1:
        texts["padding"] = tuple(
            value if entry is None or value is None else _in_px(entry.layer, value)
            for entry, value in zip(entries, texts["padding"])
        )
    return texts


def _in_px(layer: Any, text: str) -> str:
    """The padding `same` in px, where that is the same for every map."""
    (kernel, across), dilation = layer.kernel, layer.dilation.h
    plain = layer.stride == (1, 1) and kernel == across and layer.dilation.w == dilation
    if layer.padding.h == layer.padding.w == Same() and plain and kernel % 2:
        return str((kernel - 1) // 2 * dilation)
    return text


def _merged(one: Values, other: Values) -> Values | None:
    """The values of two that are one; None where they differ, or are never both there."""
    pairs = list(zip(one, other))
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    if not both or any(a != b for a, b in both):
        return None
    return tuple(b if a is None else a for a, b in pairs)


def _following(key: str, values: Values, one: Parameter) -> str:
    """How a key follows from a parameter in every part: a multiple, or half of a kernel."""
    pairs = [(value, base) for value, base in zip(values, one.values) if value is not None]
    if not all(base and base.isdecimal() and value.isdecimal() for value, base in pairs):
        return ""
    numbers = [(int(value), int(base or 0)) for value, base in pairs]
    if key == "padding" and one.key == "kernel":
        half = all(2 * value == base - 1 for value, base in numbers)
        return f"(${one.name} - 1) / 2" if half else ""
    if key != "out" or one.key != key:
        return ""
    ratios = {Fraction(value, base) for value, base in numbers}
    ratio = ratios.pop()
    if ratios or 1 not in (ratio.numerator, ratio.denominator):
        return ""
    if ratio >= 1:
        return f"${one.name} * {ratio}"
    return f"${one.name} / {ratio.denominator}"
