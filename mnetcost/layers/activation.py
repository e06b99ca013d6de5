"""Activations: one operation an element, whatever the function. As layers, and as `act:`."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Annotated

from mnetcost.layers.base import (
    HERE,
    LAYERS,
    NEW,
    OVER,
    Amount,
    Check,
    Kept,
    Layer,
    Map,
    Part,
    Reaches,
    Tie,
    Width,
    layer,
    undivided,
)
from mnetcost.layers.fields import Called, Choice, Count

Slopes = Annotated[str, Choice(("channel", "one", "value"))]


class Activation(Called, Kept):
    """An elementwise function."""

    storage = OVER

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("activation", y.c, y.h * y.w),)


@layer("relu")
class ReLU(Activation):
    """max(0, x)."""


@layer("relu6")
class ReLU6(Activation):
    """min(max(0, x), 6). Krizhevsky 2010."""


@layer("leaky_relu")
class LeakyReLU(Activation):
    """x, or a fixed slope times x below zero. Maas et al. 2013."""


@layer("prelu", example="prelu: {slopes: value}")
class PReLU(Activation):
    """x, or a learned slope times x below zero. He et al. 2015, arXiv:1502.01852.

    There is one slope a channel, or one for all values, or one a value of the map.
    """

    slopes: Slopes = "channel"

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        numbers = {"one": 1, "channel": y.c, "value": y.h * y.w * y.c}
        return (Amount("other", numbers[self.slopes]),)


@layer("elu")
class ELU(Activation):
    """x, or exp(x) - 1 below zero. Clevert et al. 2015, arXiv:1511.07289."""


@layer("sigmoid")
class Sigmoid(Activation):
    """1 / (1 + exp(-x))."""


@layer("hard_sigmoid")
class HardSigmoid(Activation):
    """relu6(x + 3) / 6. Howard et al. 2019, arXiv:1905.02244."""


@layer("tanh")
class Tanh(Activation):
    """Hyperbolic tangent."""


@layer("swish")
class Swish(Activation):
    """x · sigmoid(x), also called SiLU. Ramachandran et al. 2017, arXiv:1710.05941."""


@layer("hard_swish")
class HardSwish(Activation):
    """x · relu6(x + 3) / 6. Howard et al. 2019, arXiv:1905.02244, eq. in section 5.2."""


@layer("gelu")
class GELU(Activation):
    """x · Φ(x). Hendrycks and Gimpel 2016, arXiv:1606.08415."""


@layer("hard_tanh")
class HardTanh(Activation):
    """min(max(-1, x), 1)."""


@layer("selu")
class SELU(Activation):
    """A scaled ELU. Klambauer et al. 2017, arXiv:1706.02515."""


@layer("softplus")
class Softplus(Activation):
    """log(1 + exp(x))."""


@layer("mish")
class Mish(Activation):
    """x · tanh(softplus(x)). Misra 2019, arXiv:1908.08681."""


@layer("celu")
class CELU(Activation):
    """x, or α·(exp(x / α) - 1) below zero. Barron 2017, arXiv:1704.07483."""


@layer("softsign")
class Softsign(Activation):
    """x / (1 + |x|). Turian et al. 2009."""


@layer("log_sigmoid")
class LogSigmoid(Activation):
    """log(1 / (1 + exp(-x)))."""


@layer("abs")
class Abs(Activation):
    """|x|, without the sign."""


@layer("square")
class Square(Activation):
    """x², as of a squared ReLU behind one."""


@layer("softmax")
class Softmax(Activation):
    """exp(x) over its sum along the channels, at each position."""

    storage = NEW

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("softmax", y.c, y.h * y.w),)


@layer("log_softmax")
class LogSoftmax(Softmax):
    """The logarithm of the softmax."""


class Narrowing(Called, Layer):
    """A function of several channels each, which it makes one of."""

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE, HERE

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        inputs = range(maps[0].c)
        return (Tie(inputs, [one % y.c for one in inputs]),)

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()


@layer("glu")
class GLU(Narrowing):
    """a · sigmoid(b) of both halves of the channels. Dauphin et al. 2017, arXiv:1612.08083."""

    def output(self, x: Map, width: Width) -> Map:
        return x._replace(c=x.c // 2)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("activation", y.c, y.h * y.w)
        yield Part("elementwise", y.c, y.h * y.w)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield undivided(2, "halves", x.c, made=True)


@layer("maxout", example="maxout: {pieces: 2}")
class Maxout(Narrowing):
    """The largest of so many channels each. Goodfellow et al. 2013, arXiv:1302.4389."""

    pieces: Count

    def output(self, x: Map, width: Width) -> Map:
        return x._replace(c=x.c // self.pieces)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("elementwise", (self.pieces - 1) * y.c, y.h * y.w),)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield undivided(self.pieces, "pieces", x.c, made=True)


# Every elementwise one can ride on a layer; softmax, which needs all channels, is not elementwise.
ACTIVATIONS: dict[str, type[Activation]] = {
    name: record
    for name, record in LAYERS.items()
    if issubclass(record, Activation) and not issubclass(record, Softmax)
}


@cache
def activation(name: str, called_as: str = "module") -> Activation:
    """The activation behind `act: NAME`."""
    return ACTIVATIONS[name](called_as=called_as)


def unheard(act: str) -> Iterator[tuple[str, str]]:
    """That nothing says how an `act:` is called where there is none."""
    if act == "none":
        yield "called_as", "without an `act`, of which it speaks here"


Act = Annotated[str, Choice(("none", *ACTIVATIONS))]
OptionalAct = Annotated[str | None, Choice(("none", *ACTIVATIONS))]
