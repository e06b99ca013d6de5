"""What a key of a layer may hold: descriptions only, read by the spec reader."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from mnetcost.layers.arithmetic import Quantity
from mnetcost.layers.base import Pair
from mnetcost.record import Record

MAX_CHANNELS = 2**24
MAX_SIDE = 2**16


class Integer(Record, kw_only=False):
    """A whole number from `minimum` to `maximum`; a `word` stands for none, if there is one.

    One that is `fixed` never follows from incoming channels: it is decided once.
    """

    minimum: int
    maximum: int
    unit: str
    word: str = ""
    fixed: bool = False


class Ratio(Record, kw_only=False):
    """A number above zero, such as 2, 1/2 or 0.75, kept exact."""


class PairOf(Record, kw_only=False):
    """One number for both sides, or [height, width]."""

    side: Integer | Ratio


class Choice(Record, kw_only=False):
    """One of a few words."""

    options: tuple[str, ...]


class Flag(Record, kw_only=False):
    """true or false, or one of a few `words` between them."""

    words: tuple[str, ...] = ()


class Fractional(Record, kw_only=False):
    """A decimal number from 0 to below 1."""


class WindowPadding(Record, kw_only=False):
    """same, valid, one number for all sides, or [height, width]."""

    side: Integer


class LengthPadding(Record, kw_only=False):
    """same, valid, or one number for both ends of a sequence."""

    side: Integer


class Name(Record, kw_only=False):
    """A name that a layer can have."""


class ListOf(Record, kw_only=False):
    """A list of one to `most`, written as they are: none follows from incoming channels."""

    item: Integer | Name
    most: int


class Nested(Record, kw_only=False):
    """A mapping read into a record of its own."""

    record: type[Record]


Number = Integer | Ratio | PairOf | Fractional | WindowPadding | LengthPadding
Kind = Number | Choice | Flag | Name | ListOf | Nested


class Field(Record, kw_only=False):
    """A key of a record: what it may hold, and its default, None where it is required."""

    kind: Kind
    default: Any
    required: bool


@cache
def fields_of(record: type[Record]) -> Mapping[str, Field]:
    """The keys of a record in written order, from its annotations; how it is called last."""
    defaults = record._field_defaults
    found = {
        name: Field(annotation.__metadata__[0], defaults.get(name), name not in defaults)
        for name, annotation in record._fields.items()
        if hasattr(annotation, "__metadata__")  # others are set by the graph, not by a spec
    }
    return dict(sorted(found.items(), key=lambda pair: pair[0] == "called_as"))


Channels = Annotated[Quantity, Integer(1, MAX_CHANNELS, "channels")]
OptionalChannels = Annotated[Quantity | None, Integer(1, MAX_CHANNELS, "channels")]
Groups = Annotated[Quantity, Integer(1, MAX_CHANNELS, "groups")]
Multiplier = Annotated[Quantity, Integer(1, MAX_CHANNELS, "output channels per input channel")]
Size = Annotated[Pair, PairOf(Integer(1, MAX_SIDE, "px"))]
OptionalSize = Annotated[Pair | None, PairOf(Integer(1, MAX_SIDE, "px"))]
Edges = Annotated[Pair, PairOf(Integer(0, MAX_SIDE, "px"))]
OptionalScale = Annotated[Pair | None, PairOf(Ratio())]
Switch = Annotated[bool, Flag()]
OptionalSwitch = Annotated[bool | None, Flag()]
Count = Annotated[Quantity, Integer(1, MAX_CHANNELS, "parts")]
Pixels = Annotated[Quantity, Integer(1, MAX_SIDE, "px")]
OptionalPixels = Annotated[Quantity | None, Integer(1, MAX_SIDE, "px")]
Edge = Annotated[Quantity, Integer(0, MAX_SIDE, "px")]
Rate = Annotated[Any, Fractional()]
Mode = Annotated[str, Choice(("nearest", "bilinear", "bicubic", "area"))]

# How the reference implementation calls it: some counters see a module otherwise than a function.
# A "subclass" is a module of a class of its own, derived from torch's, that calls the function;
# "inplace" and "functional_inplace" are a module and a function that overwrite their input.
# "absent" is what a paper has and the implementation leaves out, such as a last softmax.
CALLS = ("module", "functional", "tensor", "subclass", "inplace", "functional_inplace")
CalledAs = Annotated[str, Choice((*CALLS, "absent", "unknown"))]


class Called(Record):
    """A layer that some counters count by how it is called."""

    called_as: CalledAs = "module"
