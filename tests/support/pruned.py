"""Networks built anew with fewer channels: what is saved, without the rules of what is tied."""

from collections.abc import Collection, Mapping

from mnetcost.cost import Count
from mnetcost.layers.attention import DotProductAttention, Operands
from mnetcost.layers.channels import Slice
from mnetcost.layers.convolution import Conv, Depthwise
from mnetcost.layers.recurrent import Recurrent
from mnetcost.layers.transposed import ConvTranspose


def removed(costs, group):
    """How many output channels each layer of a group loses."""
    return {
        one.name: other.together for one in costs for other in one.kinds if other.group is group
    }


def without(count: Count, lost: Mapping[str, int], touched: Collection[str] = ()) -> Count:
    """The network counted with fewer output channels of these layers, all other widths written.

    A slice that a `touched` layer reads loses as many as they do.
    """
    nodes = []
    for row in count.layers:
        layer, fewer = row.node.layer, lost.get(row.name, 0)
        if isinstance(layer, Slice) and layer.every is None:
            readers = {one.name for one in count.layers if len(nodes) in one.node.sources}
            taken = max(lost.values()) if readers & {*touched} else 0
            key = "first" if layer.last is None else "last"
            layer = layer._replace(**{key: row.output.c - taken}, scale=False)
        if isinstance(layer, Conv | ConvTranspose) and _depthwise(layer, row.input.c):
            layer = _filtered(layer, row)
        elif isinstance(layer, DotProductAttention):
            values = (row.output.c - fewer) * layer.shared() // layer.heads
            layer = Uneven(**layer._asdict(), values=values)
        elif isinstance(layer, Recurrent):
            one_way = (row.output.c - fewer) // layer.directions()
            layer = layer._replace(out=one_way, scale=False)
        elif hasattr(layer, "out"):
            layer = layer._replace(out=row.output.c - fewer, scale=False)
            if isinstance(layer, Conv):
                layer = layer._replace(groups=layer.groups_on(row.input), group_width=None)
        nodes.append(row.node._replace(layer=layer, derived=(), states=None))
    return Count.of(count.graph.with_nodes(nodes), count.setting)


class Uneven(DotProductAttention):
    """One whose values have other widths than its queries and keys, also where they are one map."""

    values: int

    def operands(self, first):
        *others, last = self.maps
        left = last.c - self.values
        if len(others) == 2:
            return Operands(*self.maps)
        keys = left if others else left * self.shared() // (self.heads + self.shared())
        queries = others[0] if others else last._replace(c=left - keys)
        return Operands(queries, last._replace(c=keys), last._replace(c=self.values))

    def checks(self, x, y):
        q, k, v = self.operands(x)
        heads, shared = self.heads, self.shared()
        assert (q.c % heads, k.c % shared, v.c % shared) == (0, 0, 0)
        assert q.c // heads == k.c // shared
        return ()


def _depthwise(layer, channels):
    groups = layer.groups_on(Channels(channels)) if isinstance(layer, Conv) else layer.groups
    return groups == channels > 1


class Channels:
    """A map of which only the channels matter."""

    def __init__(self, channels):
        self.c = channels


def _filtered(layer, row):
    """The depthwise layer that a convolution of a group a channel is."""
    assert isinstance(layer, Conv), "a transposed one has no other name"
    keys = ("kernel", "stride", "padding", "dilation", "bias", "norm", "act", "called_as")
    same = {key: getattr(layer, key) for key in keys}
    return Depthwise(multiplier=row.output.c // row.input.c, **same)
