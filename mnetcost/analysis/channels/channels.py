"""What one output channel of a layer costs, and what is saved with all that goes with it.

A group is taken away by counting every layer that loses channels once more, on maps of fewer: the
savings are exact, whatever the layer. Widths that are written stay, such as that of a squeeze.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mnetcost.analysis.channels.groups import Ends, Group, Loss, groups
from mnetcost.conventions import PARAMETERS, WORK
from mnetcost.conventions.presets import kernels
from mnetcost.cost import Count, Parameters, amounts, multiply_adds, operations
from mnetcost.graph import INPUT
from mnetcost.layers.base import Join, Layer, Map, Tie
from mnetcost.layers.joins import Product


class ChannelSaving(NamedTuple):
    """Parameters (values) and mult-adds (MACs of one image forward) that are gone."""

    params: int
    mult_adds: int
    parameters: Parameters


class ChannelGroup(NamedTuple):
    """Channels that can only go at once: output channels of `layers`, which `readers` read.

    Without them the network saves `saved`; where they must stay, `fixed` says why.
    """

    layers: tuple[str, ...]
    readers: tuple[str, ...]
    saved: ChannelSaving | None
    fixed: str

    def __repr__(self) -> str:
        return f"ChannelGroup({len(self.layers)} layers, saved={self.saved}, fixed={self.fixed!r})"


class ChannelKind(NamedTuple):
    """Output channels of a layer that cost alike: `number` of them, `together` at once.

    One costs its layer `own`; None where they are positions of another map. What goes with them is
    a `group`, one for all layers that it takes channels of.
    """

    number: int
    together: int
    own: ChannelSaving | None
    group: ChannelGroup


class ChannelCost(NamedTuple):
    """The output channels of a layer by kind; most layers have one."""

    name: str
    kinds: tuple[ChannelKind, ...]


def channel_costs(count: Count) -> tuple[ChannelCost, ...]:
    """The output channels of every layer that costs parameters or mult-adds, in order, by kind.

    Counted forward, for one image. Raises UsageError where the network has too many channels.
    """
    counter = _Counter(count)
    ends, found = groups(count, counter.costly)
    shown = {at for at in counter.costly if ends[at].own or count.layers[at].mult_adds}
    kinds: dict[int, list[ChannelKind]] = {}
    for one in found:
        lost = [loss for loss in one.losses if loss.place in counter.costly]
        group = counter.group(one, lost, ends)
        for loss in (loss for loss in lost if loss.outputs and loss.place in shown):
            kind = ChannelKind(
                number=one.times * loss.outputs,
                together=loss.outputs,
                own=counter.one(loss.place, ends[loss.place]),
                group=group,
            )
            kinds.setdefault(loss.place, []).append(kind)
    return tuple(ChannelCost(count.layers[at].name, tuple(kinds[at])) for at in sorted(kinds))


class _Counter:
    """Counts layers on fewer channels, each loss once."""

    def __init__(self, count: Count) -> None:
        self._layers = count.layers
        at = {INPUT: count.input} | {place: row.output for place, row in enumerate(count.layers)}
        self._maps = [[at[source] for source in row.node.sources] for row in count.layers]
        self._whole = [
            ChannelSaving(row.params, multiply_adds(row.work) // row.batch, row.parameters)
            for row in count.layers
        ]
        self._known: dict[Loss, ChannelSaving] = {}
        self._own: dict[int, ChannelSaving | None] = {}
        self.costly = {
            place for place, one in enumerate(self._whole) if one.mult_adds or any(one.parameters)
        }

    def group(self, group: Group, lost: Sequence[Loss], ends: Sequence[Ends]) -> ChannelGroup:
        """What goes at once, of the layers that lose something that costs."""
        fixed = group.fixed or self._emptied(group)
        readers = [
            one.place
            for one in lost
            if any(one.inputs) and (ends[one.place].own or not one.outputs)
        ]
        return ChannelGroup(
            layers=tuple(self._layers[one.place].name for one in lost if one.outputs),
            readers=tuple(self._layers[place].name for place in readers),
            saved=None if fixed else _sum(map(self.saving, group.losses)),
            fixed=fixed,
        )

    def _emptied(self, group: Group) -> str:
        """Which layer the group takes everything from; an empty text for none."""
        for loss in group.losses:
            layer, maps, y = self._left(loss)
            operands = layer.operands(maps[0]) if isinstance(layer, Product) else ()
            if not all(one.c for one in (*maps, *operands, y)):
                return f"{self._layers[loss.place].name} would have none left"
        return ""

    def saving(self, loss: Loss) -> ChannelSaving:
        """What a layer costs less with this loss."""
        if loss not in self._known:
            whole, left = self._whole[loss.place], self._counted(loss)
            self._known[loss] = _less(whole, left)
        return self._known[loss]

    def one(self, place: int, ends: Ends) -> ChannelSaving | None:
        """What one output channel costs a layer: of as many as must stay equal, an equal part."""
        if place not in self._own:
            self._own[place] = self._of_one(place, ends) if ends.said else None
        return self._own[place]

    def _of_one(self, place: int, ends: Ends) -> ChannelSaving:
        row, maps = self._layers[place], self._maps[place]
        _, number = row.node.layer.equal_parts(row.input)
        inputs = [0] * len(maps)
        if not ends.own:
            firsts = range(0, row.output.c, row.output.c // number)
            ties = row.node.layer.ties(maps, row.output)
            inputs = [_of_outputs(tie, firsts) for tie in ties if isinstance(tie, Tie)]
        params, mult_adds, parameters = self.saving(Loss(place, tuple(inputs), number))
        of_one = Parameters(*(value // number for value in parameters))
        return ChannelSaving(params // number, mult_adds // number, of_one)

    def _left(self, loss: Loss) -> tuple[Layer, list[Map], Map]:
        """A layer after a loss, the maps that it reads, and its output map."""
        row, maps = self._layers[loss.place], self._maps[loss.place]
        left = [x._replace(c=x.c - lost) for x, lost in zip(maps, loss.inputs)]
        y = row.output._replace(c=row.output.c - loss.outputs)
        return row.node.layer.narrowed(maps, left, y), left, y

    def _counted(self, loss: Loss) -> ChannelSaving:
        """What a layer costs after a loss."""
        row = self._layers[loss.place]
        layer, left, y = self._left(loss)
        x = left[0] if left else row.input
        if isinstance(layer, Join):
            x = layer.merged(left)
        node = row.node._replace(layer=layer)
        values = amounts(node, x, y, PARAMETERS)
        work = 0 if node.training_only else multiply_adds(operations(node, x, y, WORK))
        return ChannelSaving(kernels(values), work, Parameters(**values))


def _of_outputs(tie: Tie, outputs: range) -> int:
    """How many of the input's channels are some of the output's."""
    if tie.inputs == tie.outputs:
        return len(outputs)
    return len({here for here, there in zip(tie.inputs, tie.outputs) if there in outputs})


def _less(one: ChannelSaving, other: ChannelSaving) -> ChannelSaving:
    return ChannelSaving(
        one.params - other.params,
        one.mult_adds - other.mult_adds,
        Parameters(*(mine - less for mine, less in zip(one.parameters, other.parameters))),
    )


def _sum(savings: Iterable[ChannelSaving]) -> ChannelSaving:
    params, mult_adds, parameters = zip(*savings)
    return ChannelSaving(sum(params), sum(mult_adds), Parameters(*map(sum, zip(*parameters))))
