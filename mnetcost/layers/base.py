"""What a layer type is: a frozen record with plain arithmetic over shapes.

The same lines run on ints, NumPy arrays and SymPy symbols, so a formula never branches on a value.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, Protocol, Self, TypeAlias, TypeVar

from mnetcost.record import Record

Quantity: TypeAlias = Any  # an int, an integer array or a symbol: no static type covers all three

UNKNOWN = float("nan")  # stands for a value that could not be read: it spreads and fails no check


class Pair(NamedTuple):
    """Height and width of a kernel, stride, padding (px)."""

    h: Quantity
    w: Quantity


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
    """A condition that makes a layer impossible, its stable code, and the words for it."""

    bad: Quantity
    code: str
    message: Callable[[], str]


class Width(Protocol):
    """Gives the channels of a written width under α; `scale` false leaves it as written."""

    def __call__(self, written: Quantity, scale: bool, /) -> Quantity: ...


class Layer(Record):
    """One layer type. A record that forgets one of these methods cannot be registered."""

    written = ""  # the key that specs write
    example = ""  # entries of `layers:` that show it, one a line, the last one it
    source = False  # whether it reads no values; its sides may be those of a map
    widths = frozenset({"out"})  # the keys that α scales

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

    def stages(self, x: Map, y: Map) -> Iterable["Stage"]:
        """The simple layers it is made of, for input map `x` and output map `y`."""
        return (Stage(self, x, y),)

    def type_on(self, x: Map) -> str:
        """The type that tables print, for input map `x`."""
        return self.written

    def kernel_text(self) -> str:
        """The window as "3×3", or an empty text for a layer without one."""
        return ""

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

    def fitted(self, x: Map, to: Map) -> Self:
        """The layer that gives input map `x` the sides of map `to`: what `like:` means."""
        raise NotImplementedError


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


LAYERS: dict[str, type[Layer] | type[Compound]] = {}

AnyLayer = TypeVar("AnyLayer", bound=Layer | Compound)


def layer(written: str, example: str = "") -> Callable[[type[AnyLayer]], type[AnyLayer]]:
    """Register a record under the key that specs write. A second registration is an error.

    `example` are the entries of a spec's `layers:`, one a line, that the manual shows it by, on a
    24×32×16 input; the last one is the layer. By default it is the key alone.
    """

    def register(record: type[AnyLayer]) -> type[AnyLayer]:
        missing = ", ".join(sorted(record.__abstractmethods__))
        if missing:
            raise TypeError(f"layer {written!r} does not say its {missing}")
        if written in LAYERS:
            raise TypeError(f"layer {written!r} is registered twice")
        record.written, record.example = written, example or written
        LAYERS[written] = record  # type: ignore[assignment]
        return record

    return register


def times(value: Quantity, ratio: Quantity) -> Quantity:
    """value · ratio, rounded down: never a Fraction, as a ratio may be that is whole."""
    if not isinstance(ratio, Fraction):
        return value * ratio
    product = value * ratio.numerator
    return product // ratio.denominator if ratio.denominator > 1 else product


def differs(a: Quantity, b: Quantity) -> Quantity:
    """Where two quantities are not equal; what is unknown differs from nothing."""
    if a is b:  # over a grid most are, and a difference takes long
        return False
    apart = a - b
    return not isinstance(apart, float) and apart != 0  # only UNKNOWN makes a float


def ceil_div(numerator: Quantity, denominator: Quantity) -> Quantity:
    """numerator / denominator, rounded up; works on ints, arrays and symbols."""
    if _symbolic(numerator, denominator):
        from sympy import ceiling  # only formulas need it

        return ceiling(numerator / denominator)
    return -(-numerator // denominator)


def maximum(a: Quantity, b: Quantity) -> Quantity:
    """The larger one; works on ints, arrays and symbols."""
    if _symbolic(a, b):
        from sympy import Max  # only formulas need it

        return Max(a, b)
    return a + (b - a) * (b > a)


def minimum(a: Quantity, b: Quantity) -> Quantity:
    """The smaller one; works on ints, arrays and symbols."""
    if _symbolic(a, b):
        from sympy import Min  # only formulas need it

        return Min(a, b)
    return a + (b - a) * (b < a)


def _symbolic(*values: Quantity) -> bool:
    return any(hasattr(value, "free_symbols") for value in values)
