"""Recurrent layers, over the positions of a map in order: row by row, as `flatten` has them."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from mnetcost.layers.arithmetic import Quantity
from mnetcost.layers.base import (
    HERE_AND_ALL,
    WHOLE,
    Amount,
    Check,
    Layer,
    Map,
    Part,
    Reaches,
    Tie,
    Width,
    layer,
)
from mnetcost.layers.fields import Channels, Choice, Integer, OptionalChannels, Switch
from mnetcost.text import counted

Layers = Annotated[Quantity, Integer(1, 1000, "layers")]
Biases = Annotated[int, Integer(0, 2, "biases a gate")]
Returns = Annotated[str, Choice(("sequence", "last"))]


class Recurrent(Layer):
    """Gates of the input and of the state before it, at every position.

    A gate has `out` · (M + `out`) weights, and as many `biases` a cell: two in torch, one in Keras
    (two in its GRU that resets after). Further `layers` read what the one before them gives.
    """

    maps_within = True  # its states, and what its gates give
    gates = 1
    activations = 1  # of a cell at a position
    elementwise = 0  # sums and products of a cell at a position

    out: Channels  # of one direction, scaled by α
    bidirectional: Switch = False
    layers: Layers = 1
    biases: Biases = 2
    returns: Returns = "sequence"
    scale: Switch = True

    def output(self, x: Map, width: Width) -> Map:
        channels = width(self.out, self.scale) * self.directions()
        return Map(1, 1, channels) if self.returns == "last" else x._replace(c=channels)

    def sees(self, x: Map, y: Map) -> Reaches:
        if self.returns == "last":
            return WHOLE, WHOLE
        if self.bidirectional:
            return HERE_AND_ALL, HERE_AND_ALL
        return "it sees all before it", "it sees all before it"

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        return ()  # a cell goes from all gates and layers

    def equal_parts(self, x: Map) -> tuple[int, int]:
        return 1, self.directions()

    def directions(self) -> int:
        """1, or 2 where it is bidirectional."""
        return 1 + self.bidirectional

    def state(self, y: Map) -> Quantity:
        """The channels that a layer gives in one direction, and reads at the next position."""
        return y.c // self.directions()

    def width(self, y: Map) -> Quantity:
        """The cells of one direction of a layer."""
        return self.state(y)

    def reading(self, x: Map, y: Map) -> Quantity:
        """The weights that read the map."""
        return self.directions() * self.gates * self.width(y) * x.c

    def projecting(self, y: Map) -> Quantity:
        """The weights that make what one direction of a layer gives of its cells."""
        return 0

    def weights(self, x: Map, y: Map) -> Quantity:
        """All weights; each is used once a position."""
        within = self.layers * self.state(y) + (self.layers - 1) * y.c
        within = self.gates * self.width(y) * within + self.layers * self.projecting(y)
        return self.reading(x, y) + self.directions() * within

    def cells_in_all(self, y: Map) -> Quantity:
        """The cells of all layers and directions."""
        return self.layers * self.directions() * self.width(y)

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        """Gates, channels in, cells, channels out of one direction."""
        return (self.gates, x.c, self.width(y), self.state(y))

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        yield Amount("weights", self.weights(x, y))
        if self.biases:
            yield Amount("biases", self.biases * self.gates * self.cells_in_all(y))

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        positions, cells = x.h * x.w, self.cells_in_all(y)
        yield Part("multiply_accumulate", self.weights(x, y), positions)
        if self.biases:
            yield Part("bias", self.biases * self.gates * cells, positions)
        yield Part("activation", self.activations * cells, positions)
        if self.elementwise:
            yield Part("elementwise", self.elementwise * cells, positions)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("cells", self.cells_in_all(y), x.h * x.w)
        yield Part("cells_one_way", self.layers * self.width(y), x.h * x.w)
        yield Part("input_projections", self.reading(x, y), x.h * x.w)


@layer("rnn", example="rnn: {out: 20}")
class RNN(Recurrent):
    """h = tanh(W·x + U·h + b) at every position. Elman 1990, doi:10.1207/s15516709cog1402_1."""


@layer("gru", example="gru: {out: 20, bidirectional: true}")
class GRU(Recurrent):
    """Three gates a cell: reset, update and candidate. Cho et al. 2014, arXiv:1406.1078."""

    gates = 3
    activations = 3
    elementwise = 5  # r∘Uh; then z∘h + (1 - z)∘h̃


@layer("lstm", example="lstm: {out: 20, layers: 2}")
class LSTM(Recurrent):
    """Four gates a cell, with a memory. Hochreiter and Schmidhuber 1997; Gers et al. 2000.

    With `cells` a layer has so many, projected to fewer, `out` channels: torch's `hidden_size` and
    `proj_size` (Sak et al. 2014, arXiv:1402.1128).
    """

    gates = 4
    activations = 5
    elementwise = 4  # f∘c + i∘g; then o∘tanh(c)

    cells: OptionalChannels = None

    def width(self, y: Map) -> Quantity:
        return self.state(y) if self.cells is None else self.cells

    def projecting(self, y: Map) -> Quantity:
        return 0 if self.cells is None else self.cells * self.state(y)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        if self.cells is not None:
            yield Check(
                self.state(y) >= self.cells,
                "shapes",
                lambda: (
                    f"{counted(self.cells, 'cell')} projected to {self.state(y)} of `out`, which "
                    "are to be fewer; without `cells` they are as many as `out`"
                ),
            )

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield from super().measures(x, y)
        if self.cells is not None:
            projected = self.layers * self.directions() * self.projecting(y)
            yield Part("projected", projected, x.h * x.w)
