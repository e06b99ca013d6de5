"""An operation that the language has no layer for, by numbers that hold for its own maps alone."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

from mnetcost.layers.arithmetic import Quantity, differs
from mnetcost.layers.base import UNKNOWN, Amount, Check, Join, Map, Part, Reaches, Tie, Width, layer
from mnetcost.layers.fields import MAX_CHANNELS, MAX_SIDE, Integer, ListOf, Switch
from mnetcost.layers.joins import shown

MAX_MAPS = 1_000
MAX_NUMBER = 2**63 - 1
UNTOLD = "the language does not know what it does"

InputMaps = Annotated[
    tuple[Quantity, ...], ListOf(Integer(1, MAX_CHANNELS, "px or channels"), 3 * MAX_MAPS)
]
FixedPixels = Annotated[int | None, Integer(1, MAX_SIDE, "px", fixed=True)]
FixedChannels = Annotated[int | None, Integer(1, MAX_CHANNELS, "channels", fixed=True)]
Values = Annotated[int, Integer(0, MAX_NUMBER, "values", fixed=True)]
Products = Annotated[int, Integer(0, MAX_NUMBER, "multiply-accumulates", fixed=True)]


@layer(
    "opaque",
    example="opaque: {of: [24, 32, 16], height: 12, width: 16, channels: 48, kernel_weights: 3072, "
    "biases: 48, mult_adds: 589824, products: 9216}",
)
class Opaque(Join):
    """An operation that the language has no layer for, with the numbers that its spec states.

    They are of input maps `of` this height, width and channels, three numbers for each map of
    `from`; another map is refused, at every α, ρ and input. The output map has the first one's
    sides and channels where none are written, and follows neither α nor ρ. `kernel_weights` are the
    weights of kernels, `mult_adds` their multiply-accumulates for an image, all of them on the
    input maps; `products` are those of activations with activations, `other` all other learned
    values. It is not known what products multiply: the gradients of both operands are counted of
    all, where a map that it reads needs one, or it has kernels or learned values. With `unknown`
    it costs more than its numbers say: every total of its network is “at least”.
    """

    maps_within = True  # nobody knows which
    of: InputMaps
    height: FixedPixels = None
    width: FixedPixels = None
    channels: FixedChannels = None
    kernel_weights: Values = 0
    biases: Values = 0
    other: Values = 0
    mult_adds: Products = 0
    products: Products = 0
    unknown: Switch = False

    @property
    def is_unknown(self) -> bool:
        return bool(self.unknown)

    def merged(self, maps: Sequence[Map]) -> Map:
        return maps[0]

    def agreement(self, maps: Sequence[Map]) -> Iterator[Check]:
        """That they are the maps which its numbers are of."""
        numbers = iter(self.of)
        yield _length(self.of, maps)
        yield from map(_other, maps, map(Map, numbers, numbers, numbers))

    def output(self, x: Map, width: Width) -> Map:
        return _or(x, self.height, self.width, self.channels)

    def sees(self, x: Map, y: Map) -> Reaches:
        return UNTOLD, UNTOLD

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return UNTOLD

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        values = {"weights": self.kernel_weights, "biases": self.biases, "other": self.other}
        return [Amount(kind, number) for kind, number in values.items() if number]  # none is none

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        work = {"multiply_accumulate": self.mult_adds, "attention_product": self.products}
        return [Part(kind, number, 1) for kind, number in work.items() if number]


def _or(x: Map, *written: Quantity | None) -> Map:
    """The sides and channels that are written, else those of a map."""
    return Map(*(of_x if own is None else own for own, of_x in zip(written, x)))


def _length(of: Sequence[Quantity], maps: Sequence[Map]) -> Check:
    """That `of` has not three numbers for each map; what could not be read fails nothing."""
    needed = 3 * len(maps)
    return Check(
        len(of) != needed and UNKNOWN not in of[:1],
        "opaque",
        lambda: (
            f"`of` is a list of {len(of)}, and not of {needed}: "
            f"height, width and channels of each map that it reads, {shown(maps)}"
        ),
    )


def _other(x: Map, own: Map) -> Check:
    """That map `x` comes in, and the numbers are of another, `own`."""
    return Check(
        differs(x.h, own.h) | differs(x.w, own.w) | differs(x.c, own.c),
        "opaque",
        lambda: f"its numbers are of a {shown([own])} map, and {shown([x])} comes in",
    )
