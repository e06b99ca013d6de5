"""Fully connected layers."""

from collections.abc import Iterable, Sequence

from mnetcost.layers.activation import Act, unheard
from mnetcost.layers.arithmetic import Quantity
from mnetcost.layers.base import HERE, Amount, Check, Layer, Map, Part, Reaches, Tie, Width, layer
from mnetcost.layers.convolution import kernel_parameters, kernel_work, riding
from mnetcost.layers.fields import Called, Channels, Switch
from mnetcost.layers.normalization import Norm


@layer("dense", example="global_avg_pool\ndense: {out: 10, bias: true}")
class Dense(Called, Layer):
    """Fully connected: M·N weights, each used once. Its input must be 1×1.

    With `per_position` it is used at every position of the map, as on the tokens of a transformer.
    """

    out: Channels
    bias: Switch = False
    per_position: Switch = False
    scale: Switch = True
    norm: Norm = "none"
    act: Act = "none"

    def output(self, x: Map, width: Width) -> Map:
        return Map(x.h, x.w, width(self.out, self.scale))

    def idle(self) -> Iterable[tuple[str, str]]:
        return unheard(self.act)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield Check(
            (x.h * x.w > 1) & (not self.per_position),
            "not-flat",
            lambda: (
                f"dense on a {x.h}×{x.w} map: put flatten or global_avg_pool before it, or write "
                "`per_position: true`"
            ),
        )

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE, HERE

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return ()

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        """1 × 1 × M × N, that of a 1×1 convolution."""
        return (1, 1, x.c, y.c)

    def weights(self, x: Map, y: Map) -> Quantity:
        """M·N."""
        return x.c * y.c

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return kernel_parameters(self.weights(x, y), self.bias, y)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return kernel_work(self.weights(x, y), self.bias, y)

    def riders(self) -> Iterable[Layer]:
        return riding(self.norm, self.act, self.called_as)
