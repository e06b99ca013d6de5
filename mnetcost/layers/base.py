"""What a layer type is: a frozen record with plain arithmetic over shapes.

The same lines run on ints, NumPy arrays and SymPy symbols, so a formula never branches on a value.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple, Protocol, Self, TypeAlias, TypeVar

from mnetcost.exact import record_text
from mnetcost.layers.arithmetic import Quantity
from mnetcost.record import Record
from mnetcost.text import counted

UNKNOWN = float("nan")  # stands for a value that could not be read: it spreads and fails no check


class Pair(NamedTuple):
    """Height and width of a kernel, stride, padding (px)."""

    h: Quantity
    w: Quantity

    def __repr__(self) -> str:
        return record_text(self)


class Map(NamedTuple):
    """A feature map: height and width in px, and channels."""

    h: Quantity
    w: Quantity
    c: Quantity


class Part(NamedTuple):
    """Named work: operations at one position, and the number of positions."""

    kind: str
    per_position: Quantity
    positions: Quantity


class Amount(NamedTuple):
    """Named parameters: weights, biases, norm_affine, norm_statistics or other."""

    kind: str
    count: Quantity


class Check(NamedTuple):
    """A condition that makes a layer impossible, its stable code, and the words for it.

    A `final` one leaves no output map, as those of some codes do always.
    """

    bad: Quantity
    code: str
    message: Callable[[], str]
    final: bool = False


def undivided(parts: Quantity, what: str, *channels: Quantity, made: bool = False) -> Check:
    """Channels that do not divide into so many parts, such as "groups".

    Of input channels, or of input and output channels; `made` where the output is made of parts.
    """
    bad: Quantity = False
    for one in channels:
        bad = bad | (one % parts > 0)

    def message() -> str:
        of = counted(channels[0], "channel")
        if len(channels) > 1:
            of = f"{channels[0]} input and {channels[1]} output channels"
        return f"{parts} {what} do not divide {of}"

    return Check(bad, "groups", message, made)


class Width(Protocol):
    """Gives the channels of a written width under α; `scale` false leaves it as written."""

    def __call__(self, written: Quantity, scale: bool, /) -> Quantity: ...


class Reach(Record, kw_only=False):
    """The positions of one side of its input that a layer reads for position i of its output.

    From unit·⌊(step·i + first) / per⌋ + begin to unit·⌊(step·i + last) / per⌋ + unit - 1 + begin,
    of a map without ends, and `beyond` more at both ends where these differ; `whole` where it reads
    all that there are as well, `apart` where it reads as well those that lie a multiple of so many
    from i. With `step` 0 no window moves with i: the
    layer reads them all for each i; or all of them, but those for i are `unknown` as said.
    """

    first: int = 0
    last: int = 0
    step: int = 1
    per: int = 1
    unit: int = 1
    begin: int = 0
    beyond: int = 0
    apart: int = 0
    whole: bool = False
    unknown: str = ""


Reaches: TypeAlias = tuple[Reach | str, Reach | str]  # of both sides; a text says why it is unknown

HERE, HERE_AND_ALL = Reach(), Reach(whole=True)
WHOLE, MOVED = Reach(step=0, whole=True), Reach(step=0, unknown="its positions are others")


class Tie(Record, kw_only=False):
    """Channels that stay or go together: number n of `inputs` is number n of `outputs`.

    Of the latter those behind the output's own are channels that are summed over: they tie inputs
    to each other. `mixed` are those of an output that is a part of the input, whichever: both lose
    in proportion. `fixed` says why all of the input's must stay, `fixed_outputs` why the output's
    own must.
    """

    inputs: Sequence[int] = ()
    outputs: Sequence[int] = ()
    mixed: bool = False
    fixed: str = ""
    fixed_outputs: str = ""


UNSAID = "its type does not say it"

# Where the values of an output map lie in memory.
NEW = "new"  # in a place of their own
VIEW = "view"  # where its input's are: all of them
PART = "part"  # where its input's are, if an engine can read a part of a map: some of them
JOINED = "joined"  # where its inputs' are, if these were written side by side
OVER = "over"  # in a place of their own, or over those of an input of its size: each needs no other
KNOWN = "known"  # with the weights: they do not depend on the network's input


class Layer(Record):
    """One layer type. A record that forgets one of these methods cannot be registered."""

    written = ""  # the key that specs write
    example = ""  # entries of `layers:` that show it, one a line, the last one it
    source = False  # whether it reads no values; its sides may be those of a map
    sides_alone = False  # whether it reads nothing of its input maps but their sides
    widths = frozenset({"out"})  # the keys that α scales
    storage = NEW
    maps_within = False  # whether it makes maps while it works that `stages` does not tell

    @property
    def is_unknown(self) -> bool:
        """Whether it costs more than its numbers say, and nobody knows how much."""
        return False

    @abstractmethod
    def output(self, x: Map, width: Width) -> Map:
        """The output map for input map `x`."""

    @abstractmethod
    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        """The learned and stored values, for input map `x` and output map `y`."""

    @abstractmethod
    def work(self, x: Map, y: Map) -> Iterable[Part]:
        """The operations, for input map `x` and output map `y`."""

    def under(self, width: Width) -> Self:
        """The layer with those widths worked out under α that its output does not tell."""
        return self

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        """The axes of its weights, for maps `x` and `y`; () where their number says it all."""
        return ()

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        """What is impossible with input map `x` and output map `y`."""
        return ()

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        """Sizes beside the work that some counters weigh, for maps `x` and `y`."""
        return ()

    def product_gradients(self, x: Map, y: Map, needed: Sequence[bool]) -> Quantity:
        """Multiply-accumulates of the gradients of what its products of activations multiply.

        `needed` says of each input map whether it needs one. Unless a type says otherwise all that
        they multiply does, where a map does or the layer has kernels, or values that it learns.
        """
        parts = tuple(self.work(x, y))
        kinds = {kind for kind, *_ in (*parts, *self.parameters(x, y))}
        own = kinds & {"multiply_accumulate", "weights", "biases", "norm_affine", "other"}
        if not own and not any(needed):
            return 0
        return 2 * sum([each * at for kind, each, at in parts if kind == "attention_product"])

    def sees(self, x: Map, y: Map) -> Reaches:
        """What each position of output map `y` reads of input map `x` (ints), or why it is unknown.

        Of several input maps each is asked for, unless `sees_each` says otherwise.
        """
        return UNSAID, UNSAID

    def sees_each(self, maps: Sequence[Map], y: Map) -> Sequence[Reaches]:
        """The same for each input map."""
        return [self.sees(one, y) for one in maps]

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        """Which channels of input `maps` (ints) are which of output map `y`, for each input map.

        All others of the output are its own. Or why no channel can be taken away.
        """
        return UNSAID

    def equal_parts(self, x: Map) -> tuple[int, int]:
        """In how many equal parts it takes its input's and its own channels: each loses as many."""
        return 1, 1

    def narrowed(self, maps: Sequence[Map], to: Sequence[Map], y: Map) -> Self:
        """The layer of input `maps` on those of fewer channels, `to`, with output map `y`."""
        return self

    def stages(self, x: Map, y: Map) -> Iterable["Stage"]:
        """The simple layers it is made of, for input map `x` and output map `y`."""
        return (Stage(self, x, y),)

    def type_on(self, x: Map) -> str:
        """The type that tables print, for input map `x`."""
        return self.written

    def window_sides(self) -> tuple[Pair, Pair] | None:
        """The kernel and the stride of its window, px; None of a layer without one."""
        return None

    def riders(self) -> Iterable["Layer"]:
        """The layers that ride on this one (norm, act): part of its row."""
        return ()

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        """Groups of keys that say one thing, such as its sides: a spec writes those of one group.

        With `like` among them it takes the sides of another map; see `fitted`. With an empty group
        none of them need be written.
        """
        return ()

    def idle(self) -> Iterable[tuple[str, str]]:
        """The keys that mean nothing beside the others, each with the words for why."""
        return ()

    def fitted(self, x: Map, to: Map) -> Self:
        """The layer that gives input map `x` the sides of map `to`: what `like:` means."""
        raise NotImplementedError


class Kept(Layer):
    """A layer whose output map is its input's: position for position, channel for channel."""

    def output(self, x: Map, width: Width) -> Map:
        return x

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE, HERE

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return (channel_for_channel(y.c),)


def channel_for_channel(channels: int, begin: int = 0) -> Tie:
    """The channels of an input map are as many of the output, from number `begin` on."""
    return Tie(range(channels), range(begin, begin + channels))


def copied(channels: int, copies: int) -> Tie:
    """Each of the input's channels is `copies` of the output, one behind the other."""
    outputs = range(channels * copies)
    return Tie([one // copies for one in outputs], outputs)


def side_by_side(ties: Sequence[Tie], maps: Sequence[Map]) -> Tie:
    """Those of one map that is all of these, one behind the other."""
    begins = accumulate((one.c for one in maps), initial=0)
    inputs = [begin + here for tie, begin in zip(ties, begins) for here in tie.inputs]
    return Tie(inputs, [there for tie in ties for there in tie.outputs])


class Stage(NamedTuple):
    """A simple layer from input map `x` to output map `y`."""

    layer: Layer
    x: Map
    y: Map


class Join(Layer):
    """A layer that reads several maps."""

    @abstractmethod
    def merged(self, maps: Sequence[Map]) -> Map:
        """The map that stands for all of its inputs."""

    def joined(self, maps: Sequence[Map]) -> Self:
        """The layer with what it must know of these maps, beside the one that stands for them."""
        return self

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        """What is impossible with these maps together."""
        return ()


class Compound(Record):
    """A written form that stands for several layers, such as `separable`."""

    written = ""  # the key that specs write
    example = ""  # entries of `layers:` that show it, one a line, the last one it

    @abstractmethod
    def expand(self) -> Iterator[tuple[str, Layer]]:
        """The layers it stands for, each with the suffix of its name ("" for none)."""


ABSTRACT = "__isabstractmethod__"  # what abstractmethod leaves on a method
LAYERS: dict[str, type[Layer] | type[Compound]] = {}

AnyLayer = TypeVar("AnyLayer", bound=Layer | Compound)


def layer(written: str, example: str = "") -> Callable[[type[AnyLayer]], type[AnyLayer]]:
    """Register a record under the key that specs write. A second registration is an error.

    `example` are the entries of a spec's `layers:`, one a line, that the manual shows it by, on a
    24×32×16 input; the last one is the layer. By default it is the key alone.
    """

    def register(record: type[AnyLayer]) -> type[AnyLayer]:
        missing = ", ".join(sorted(_forgotten(record)))
        if missing:
            raise TypeError(f"layer {written!r} does not say its {missing}")
        if written in LAYERS:
            raise TypeError(f"layer {written!r} is registered twice")
        record.written, record.example = written, example or written
        LAYERS[written] = record  # type: ignore[assignment]
        return record

    return register


def _forgotten(record: type) -> set[str]:
    """The abstract methods that a class has no other of."""
    names = {name for base in record.__mro__[1:] for name in _abstract(base)}
    return {name for name in names if getattr(getattr(record, name), ABSTRACT, False)}


@cache
def _abstract(base: type) -> tuple[str, ...]:
    return tuple(name for name, value in vars(base).items() if getattr(value, ABSTRACT, False))
