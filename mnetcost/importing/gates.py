"""Layers that files call in parts, found again: swish, and squeeze-and-excitation.

Their parts cost what the whole does; people write the whole.
"""

from collections.abc import Container, Sequence
from typing import Any

from mnetcost.importing.values import Entry, owners_of, readers_of
from mnetcost.layers.activation import HardSigmoid, HardSwish, Sigmoid, Swish
from mnetcost.layers.attention import SqueezeExcitation
from mnetcost.layers.base import Layer
from mnetcost.layers.convolution import Conv
from mnetcost.layers.dense import Dense
from mnetcost.layers.joins import Multiply
from mnetcost.layers.pooling import GlobalAvgPool
from mnetcost.layers.window import ONE

PRODUCTS: dict[type[Layer], type[Layer]] = {Sigmoid: Swish, HardSigmoid: HardSwish}
GATES = ("sigmoid", "hard_sigmoid", "relu6", "tanh")  # relu6(x + 3) / 6 too


class _Graph:
    """Layers by name, and how often each is read."""

    def __init__(self, entries: Sequence[Entry], ends: Container[str]) -> None:
        self.entries = {entry.name: entry for entry in entries}
        self.read = readers_of(entries)
        self.shared = owners_of(entries)
        self.ends = ends

    def only(self, name: str, kind: type[Layer] | tuple[type[Layer], ...]) -> Entry | None:
        """The layer of this name where it is of a kind, has its own weights and is read once."""
        entry = self.entries.get(name)
        if entry is None or not isinstance(entry.layer, kind) or name in self.ends:
            return None
        own = not entry.weights and name not in self.shared
        return entry if own and self.read[name] == 1 and len(entry.reads) == 1 else None


def with_products(entries: Sequence[Entry], ends: Container[str]) -> list[Entry]:
    """x·sigmoid(x) as one layer: swish; and hard swish."""
    graph = _Graph(entries, ends)
    found = dict(graph.entries)
    for entry in entries:
        if isinstance(entry.layer, Multiply) and len(set(entry.reads)) == 2:
            for x, name in (entry.reads, entry.reads[::-1]):
                gate = graph.only(name, tuple(PRODUCTS))
                if gate and gate.reads == (x,):
                    product: Any = PRODUCTS[type(gate.layer)]
                    found[entry.name] = entry._replace(layer=product(), reads=(x,))
                    del found[name]
                    break
    return list(found.values())


def with_excitations(entries: Sequence[Entry], ends: Container[str]) -> list[Entry]:
    """A map times the gate that its own means give, as one layer. Hu et al. 2018, figure 2."""
    graph = _Graph(entries, ends)
    found = dict(graph.entries)
    for entry in entries:
        if not isinstance(entry.layer, Multiply) or len(set(entry.reads)) != 2:
            continue
        for x, name in (entry.reads, entry.reads[::-1]):
            steps = _excitation(graph, x, name)
            if steps:
                found[entry.name] = entry._replace(layer=_whole(*steps[:2]), reads=(x,))
                for step in steps:
                    del found[step.name]
                break
    return list(found.values())


def _excitation(graph: _Graph, x: str, gate: str) -> tuple[Entry, Entry, Entry] | None:
    """The two products and the pool behind a gate, where they are those of a map `x`."""
    widen = graph.only(gate, (Conv, Dense))
    squeeze = graph.only(widen.reads[0], (Conv, Dense)) if widen else None
    pool = graph.only(squeeze.reads[0], GlobalAvgPool) if squeeze else None
    if widen is None or squeeze is None or pool is None or pool.reads != (x,):
        return None
    one, other = squeeze.layer, widen.layer
    alike = _is_product(one) and _is_product(other) and _bias(one) == _bias(other)
    return (squeeze, widen, pool) if alike and _act(other) in GATES else None


def _is_product(layer: Any) -> bool:
    """Whether a layer on a 1×1 map is a matrix product with at most a bias and an activation."""
    if layer.norm != "none":
        return False
    return isinstance(layer, Dense) or (layer.kernel == ONE and layer.groups == 1)


def _bias(layer: Any) -> bool:
    return bool(layer.bias)


def _act(layer: Any) -> str:
    return str(layer.act)


def _whole(squeeze: Entry, widen: Entry) -> Layer:
    narrow: Any = squeeze.layer
    return SqueezeExcitation(
        squeeze=narrow.out, bias=_bias(narrow), act=_act(narrow), gate=_act(widen.layer)
    )
