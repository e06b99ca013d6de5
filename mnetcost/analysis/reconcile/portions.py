"""The parts of a network that a printed number may be of."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mnetcost.cost import Count, LayerCost
from mnetcost.layers.base import Join

KERNELS = ("pointwise", "depthwise", "conv", "conv_transpose", "dense", "attention")
WHOLE = "the whole network"

# How far a scope is from what a number is plainly of: see `candidates`.
TRAINING, ENDS, TYPES = 2, 6, 9


class Scope(NamedTuple):
    """Some layers of a network, the words for them, and how far they are from all of them.

    With `training` the work of what only training runs is counted too.
    """

    words: str
    layers: tuple[LayerCost, ...]
    distance: int = 0
    training: bool = False


def scopes(count: Count) -> Iterator[Scope]:
    """The whole network, and the parts of it that papers print, each once."""
    seen: set[tuple[object, ...]] = set()
    for scope in _scopes(count):
        key = (scope.training, *(layer.name for layer in scope.layers))
        if scope.layers and key not in seen:
            seen.add(key)
            yield scope


def _scopes(count: Count) -> Iterator[Scope]:
    layers = count.layers
    yield Scope(WHOLE, layers)
    branches = [layer for layer in layers if layer.node.training_only]
    if branches:
        words = "training-time branches"
        yield Scope(f"the network with its {words}", layers, TRAINING, training=True)
        yield Scope(f"the network without its {words}", _without(layers, branches), TRAINING)
    kernels = [layer for layer in layers if layer.type in KERNELS]
    if len(kernels) > 1:
        first, head = kernels[:1], _head(layers) or kernels[-1:]
        names = " to ".join(dict.fromkeys((head[0].name, head[-1].name)))
        named = f"without the first convolution ({first[0].name})"
        yield Scope(named, _without(layers, first), ENDS)
        yield Scope(f"without the classifier ({names})", _without(layers, head), ENDS)
        words = f"without both ({first[0].name} and {names})"
        yield Scope(words, _without(layers, [*first, *head]), ENDS + 1)
    for kind in KERNELS:
        of = tuple(layer for layer in layers if layer.type == kind)
        if of and len(of) < len(kernels):
            yield Scope(f"without {kind} layers", _without(layers, of), TYPES)
            yield Scope(f"{kind} layers alone", of, TYPES)


def _head(layers: Iterable[LayerCost]) -> list[LayerCost]:
    """The dense layers that a network ends with, behind its last other kernel or join.

    Those at every position of a map are none of it; nor are all layers of a network.
    """
    found: list[LayerCost] = []
    for layer in reversed([one for one in layers if not one.node.training_only]):
        if layer.type == "dense" and layer.input.h * layer.input.w == 1:
            found.insert(0, layer)
        elif layer.type in KERNELS or isinstance(layer.node.layer, Join):
            return found
    return found[-1:]


def _without(layers: Iterable[LayerCost], left_out: Iterable[LayerCost]) -> tuple[LayerCost, ...]:
    names = {layer.name for layer in left_out}
    return tuple(layer for layer in layers if layer.name not in names)
