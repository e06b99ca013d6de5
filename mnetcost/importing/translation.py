"""A model's calls to layers of the language: what every rule reads and writes.

A rule takes a call's operands and gives the values that the call writes. A layer is a record of
`layers/`, so that its output map is worked out where it always is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple, TypeAlias

from mnetcost.importing.arranging import rearranged
from mnetcost.importing.axes import IMAGE, SIDES, Axis, is_images, is_whole, whole
from mnetcost.importing.ledger import Ledger
from mnetcost.importing.model import Call, Source, Tensor
from mnetcost.importing.values import (
    Entry,
    Known,
    Numbers,
    Parts,
    Scores,
    Stored,
    Unsaid,
    Value,
    maps_of,
    within,
)
from mnetcost.layers.base import Check, Join, Layer, Pair
from mnetcost.layers.normalization import Normalization
from mnetcost.text import clip

INPUT = "input"
NONSENSE = (TypeError, ValueError, LookupError)  # what a table raises at arguments of other types
MAX_NAME = 80  # characters of a layer's name that the file gives


class Place(int):
    """An input by its place, where that is worked out of the call."""


# An input, an argument, the first of several that is there, or what is worked out of the call.
Where: TypeAlias = "int | str | tuple[Where, ...] | Callable[[Call], Any]"


def argument(word: str, default: Any) -> Callable[[Call], Any]:
    """An argument, with what the format has where a call leaves it out."""
    return lambda call: call.arguments.get(word, default)


def always(value: Any) -> Callable[[Call], Any]:
    """What is so in every call of an operator."""
    return lambda call: value


class Operands:
    """What a call is given, by the words of its rule."""

    def __init__(self, translation: "Translation", call: Call, where: Mapping[str, Where]) -> None:
        self.translation, self.call, self._where = translation, call, where

    def given(self, word: str) -> Any:
        """A known value or an argument; None where the call leaves it out."""
        return self._at(self._where[word]) if word in self._where else None

    def _at(self, where: Where) -> Any:
        if isinstance(where, tuple):
            found = map(self._at, where)
            return next((one for one in found if one is not None), None)
        if isinstance(where, int):
            if not self._has(where):
                return None
            known = self.translation.of(self.call.inputs[where])
            if isinstance(known, Stored):
                self.translation.ask(known)
            return known
        if not callable(where):
            return self.call.arguments.get(where)
        try:
            found = where(self.call)
        except NONSENSE:
            raise Unsaid("its arguments are of other types than its operator has") from None
        return self._at(int(found)) if isinstance(found, Place) else found

    def _has(self, place: int) -> bool:
        return place < len(self.call.inputs) and bool(self.call.inputs[place])

    def value(self, word: str = "x") -> Value:
        """A value that follows from the image. Raises Unsaid for anything else."""
        found = self.given(word)
        if not isinstance(found, Value):
            raise Unsaid(f"its {word} does not follow from the input")
        return found

    def stored(self, word: str) -> Stored | None:
        """A stored value, or None where there is none. Raises Unsaid for one that is computed."""
        found = self.given(word)
        if isinstance(found, Value):
            raise Unsaid(f"its {word} is computed from the input")
        return found if isinstance(found, Stored) else None

    def learned(self, word: str) -> Stored | None:
        """What is learned under an input, numbers too that could be part of the code elsewhere."""
        found = self.given(word)
        if isinstance(found, Numbers):
            name = self.call.inputs[int(str(self._where[word]))]
            found = Stored(name, found.shape, learned=True)
        if not isinstance(found, Stored):
            raise Unsaid(f"it has no stored {word}")
        return found if found.learned else None

    def numbers(self, word: str, default: Sequence[Any] = ()) -> tuple[Any, ...]:
        """Numbers, of an argument or of a stored value; one alone is one of them."""
        found = self.given(word)
        if isinstance(found, (Numbers, Stored)) and found.values is not None:
            if isinstance(found, Stored):
                self.translation.use([found.name])
            return found.values
        if isinstance(found, (Value, Stored, Parts, Scores)):
            raise Unsaid(f"its {word} is not known before it runs")
        if found is None:
            return tuple(default)
        values = found if isinstance(found, tuple) else (found,)
        if not all(isinstance(one, (int, float)) for one in values):
            raise Unsaid(f"its {word} is {clip(str(found))}, and no number")
        return values

    def number(self, word: str, default: Any = None) -> Any:
        """One number."""
        found = self.numbers(word, (default,))
        if len(found) != 1:
            raise Unsaid(f"its {word} is {len(found)} numbers")
        return found[0]

    def places(self, word: str) -> tuple[int, ...]:
        """Whole numbers: axes, sizes, places."""
        return tuple(self._whole(word, one) for one in self.numbers(word))

    def count(self, word: str, default: int | None = None) -> int:
        """A whole number above 0."""
        found = self._whole(word, self.number(word, default))
        if found < 1:
            raise Unsaid(f"its {word} is {found}")
        return found

    def axis(self, word: str, default: int, rank: int) -> int:
        """An axis of so many, from the first; a negative one is counted from the last."""
        return within(self._whole(word, self.number(word, default)), rank)

    def _whole(self, word: str, found: Any) -> int:
        if not isinstance(found, (int, float)) or found % 1:  # nan % 1 and inf % 1 are nan
            raise Unsaid(f"its {word} is {clip(str(found))}, and no whole number")
        return int(found)

    def flag(self, word: str, default: bool = False) -> bool:
        """Whether something is so."""
        return bool(self.number(word, default))

    def pair(self, word: str, default: int, least: int = 1) -> Pair:
        """Height and width, both of the least or more; one number is both."""
        found = self.places(word) or (default,)
        if len(found) > 2:
            raise Unsaid(f"its {word} is of {len(found)} sides: a map has two")
        if min(found) < least:
            raise Unsaid(f"its {word} is {list(found)}")
        return Pair(found[0], found[-1])


def learned(o: Operands) -> Stored | None:
    """What has the values that layers may share: the first stored one, or a name of it."""
    gamma, name = o.given("gamma"), o.given("shared")
    if isinstance(gamma, Stored):
        return gamma
    return Stored(f"layer {name}", (), True) if name else None


def kernel_of(o: Operands) -> Stored | None:
    """The stored kernel of a call.

    Raises Unsaid for a part of one: a layer would have that alone, and lose or repeat the rest.
    """
    found = o.stored("weight")
    if found and o.translation.is_part(found):
        raise Unsaid("its kernel is a part of a learned value, or of one that is counted already")
    return found


def has(o: Operands, word: str) -> bool:
    """Whether a layer has something: a stored value, or an argument that says so."""
    found = o.given(word)
    if isinstance(found, Stored) and o.translation.is_computed(found):
        o.translation.asked.discard(found.name)  # no layer has it
        o.translation.beside.add(found.name)
        return False
    return found is not None and found is not False and found != 0


def finished(o: Operands, value: Value) -> Value:
    """The value behind a function of its own layer, where a call has one after its activation."""
    after = o.given("after")
    if after is None:
        return value
    name = f"{o.call.name}/{after.written}"
    y = o.translation.layer(o.call._replace(name=name), after(), [value])
    return y._replace(axes=value.axes)


def agree(o: Operands, weights: int) -> None:
    """Raise Unsaid where the file states another number of weights than the layer has."""
    stated = o.number("weights_stated")
    o.translation.ledger.weights += stated is not None
    if stated is not None and stated != weights:
        raise Unsaid(f"the file says {stated} weights, and its arguments make {weights}")


Rule: TypeAlias = Callable[[Operands], Known]


class Use(NamedTuple):
    """What an operator of a format is: a rule, where what it asks for stands, and fixed words.

    `shapes` gives those of what it writes, for calls that the language cannot say.
    """

    rule: Rule
    where: Mapping[str, Where]
    shapes: Callable[[Operands], Sequence[tuple[int, ...]]] | None = None


class Translation:
    """The layers that are written so far, and what is known of every value."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.known: dict[str, Known] = {}
        self.entries: list[Entry] = []
        self.names: set[str] = {INPUT, "block_input"}
        # The first layer of a type that used a stored kernel: exporters store equal ones once.
        self.owners: dict[tuple[str, type[Layer]], str] = {}
        self.turns: dict[str, int] = {}
        self.ledger = Ledger()
        self.places: dict[str, int] = {}  # of the entries, by name
        self.read: set[str] = set()  # layers that others read
        self.outlined: dict[str, tuple[int, ...]] = {}  # shapes of what the present call writes
        self.sizes = {name: prod(one.shape) for name, one in source.stored.items()}
        self.wanted: set[str] = set()  # values that the network's outputs follow from
        self.changed = False  # whether the present call is a part of a layer before it
        self.asked: set[str] = set()  # stored values that the present call was asked for
        self.beside: set[str] = set()  # and those that they are computed of, which no layer has
        self.work: dict[str, int] = {}  # multiply-accumulates of computing them, by value
        # Scores whose products an attention has, or that are a layer of their own, by name.
        self.attended: set[str] = set()
        self.realized: dict[str, Value] = {}
        # Those that a layer has, or whose numbers are known, and after how many layers.
        self.used: dict[str, int] = {}
        self.apart: set[str] = set()  # those of them that are counted whole, beside any layer
        for name, tensor in source.stored.items():
            self.known[name] = _held(name, tensor)

    def layer(
        self, call: Call, record: Any, values: Sequence[Value], kernel: Stored | None = None
    ) -> Value:
        """Write a layer that reads these values, each arranged as its map; its output map."""
        maps = [value.map for value in values]
        if isinstance(record, Join):
            record = record.joined(maps)
            _demand(record.agreement(maps))
        before, after = maps_of(record, maps)
        _demand(record.checks(before, after))
        weights = self.owners.get((kernel.name, type(record)), "") if kernel else ""
        name = self.named(call.name or record.written)
        if kernel and not weights:
            self.owners[kernel.name, type(record)] = name
        reads = tuple(one.layer for one in values)
        self.places[name] = len(self.entries)
        self.entries.append(Entry(name, record, reads, weights))
        self.read.update(reads)
        self._have(self.entries[-1])
        return Value(name, after, ())

    def of(self, name: str) -> Known:
        """What is known of a value. Raises Unsaid for what a call before it did not give."""
        if name not in self.known:
            raise Unsaid(f"nothing is known of {clip(name)}, which it reads")
        return self.known[name]

    def ask(self, stored: Stored) -> None:
        """Note that the present call reads a stored value."""
        self.asked.add(stored.name)
        self.beside.update(stored.others)
        self.work.update(stored.work)

    def is_computed(self, stored: Stored) -> bool:
        """Whether a learned value is another one than the file stores under its name."""
        return stored.learned and bool(stored.others or stored.work or self.is_part(stored))

    def is_part(self, stored: Stored) -> bool:
        """Whether it is another number of learned values than the layer of its name may have."""
        whole = self.size(stored.name) == prod(stored.shape) and stored.name not in self.apart
        return stored.learned and not whole

    def size(self, name: str) -> int:
        """How many numbers the file stores under a name."""
        return self.sizes.get(name, 0)

    def begin(self) -> None:
        """Forget what the call before was asked for."""
        self.asked.clear()
        self.beside.clear()
        self.work.clear()
        self.changed = False

    def _have(self, entry: Entry) -> None:
        """Note the stored values of a layer: one with another's weights has its own beside them."""
        if entry.weights and not isinstance(entry.layer, Normalization):
            self.beside.update(self.asked - self.used.keys())
        self.use(self.asked - self.beside)

    def use(self, names: Iterable[str]) -> None:
        """Note stored values that a layer has."""
        for name in names:
            self.used.setdefault(name, len(self.entries))

    def use_apart(self, names: Iterable[str]) -> None:
        """Note stored values that are counted whole: no layer has them again."""
        names = list(names)
        self.use(names)
        self.apart.update(names)

    def forget(self, layers: int) -> None:
        """Leave out all but the first layers: what wrote the others was left off."""
        if len(self.entries) == layers:
            return
        for entry in self.entries[layers:]:
            self.names.discard(entry.name)
            del self.places[entry.name]
        del self.entries[layers:]
        self.read = {name for entry in self.entries for name in entry.reads}
        self.used = {name: after for name, after in self.used.items() if after <= layers}
        self.apart &= self.used.keys()
        self.realized = {
            name: one for name, one in self.realized.items() if one.layer in self.places
        }
        self.owners = {name: one for name, one in self.owners.items() if one in self.places}

    def unread(self, value: Value) -> Layer | None:
        """The layer of a value that none reads yet: what follows may still be a part of it."""
        place = self.places.get(value.layer)
        return None if place is None or value.layer in self.read else self.entries[place].layer

    def change(self, value: Value, record: Layer) -> None:
        """Put another record in the place of a value's layer."""
        self.changed, place = True, self.places[value.layer]
        self.entries[place] = self.entries[place]._replace(layer=record)
        self._have(self.entries[place])

    def say(self, value: Value, said: Mapping[str, str]) -> None:
        """Say keys of a value's layer as expressions instead of its own numbers."""
        place = self.places[value.layer]
        self.entries[place] = self.entries[place]._replace(said=said)

    def named(self, text: str) -> str:
        """A name of its own for a layer, as close to the file's as the language takes."""
        kept = "".join(one if one.isalnum() or one in "_.-" else "/" for one in text[:MAX_NAME])
        kept = kept.strip("/._-") or "layer"
        name = kept
        while name in self.names:  # from the last number on that was given: many may be called so
            self.turns[kept] = self.turns.get(kept, 1) + 1
            name = f"{kept}_{self.turns[kept]}"
        self.names.add(name)
        return name

    def as_map(self, call: Call, value: Value, roles: Sequence[str]) -> Value:
        """The value with a whole side of its map for each axis, as `roles` names them in order.

        What views have made of the map is written, where that is another one.
        """
        if len(value.axes) != len(roles):
            raise Unsaid(f"its input has {len(value.axes)} axes, not {len(roles)}")
        by_role: dict[str, Axis] = dict(zip(roles, value.axes))
        images = by_role.pop(IMAGE, ())
        if not is_images(images):
            raise Unsaid("parts of the map are taken for images")
        axes = [by_role.get(side, ()) for side in SIDES]
        if not all(map(is_whole, axes, SIDES, value.map)):
            written = self.layer(call, rearranged(axes, value.map), [value])
            value = written._replace(axes=value.axes)
        sides = {IMAGE: images, **{side: whole(side, n) for side, n in zip(SIDES, value.map)}}
        return value._replace(axes=tuple(sides[role] for role in roles))


def _demand(checks: Iterable[Check]) -> None:
    """Raise Unsaid where a layer is impossible with its maps."""
    for check in checks:
        if check.bad:
            raise Unsaid(check.message())


def _held(name: str, tensor: Tensor) -> Known:
    if tensor.values is not None and not tensor.learned:
        return Numbers(tensor.shape, tensor.values)
    return Stored(name, tensor.shape, tensor.learned, tensor.values)
