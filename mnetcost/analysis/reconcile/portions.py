"""The parts of a network that a printed number may be of."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mnetcost.cost import Count, LayerCost

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
    first, last = kernels[:1], kernels[-1:]
    if len(kernels) > 1:
        named = f"without the first convolution ({first[0].name})"
        yield Scope(named, _without(layers, first), ENDS)
        words = f"without the classifier ({last[0].name})"
        yield Scope(words, _without(layers, last), ENDS)
        words = f"without both ({first[0].name} and {last[0].name})"
        yield Scope(words, _without(layers, [*first, *last]), ENDS + 1)
    for kind in KERNELS:
        of = tuple(layer for layer in layers if layer.type == kind)
        if of and len(of) < len(kernels):
            yield Scope(f"without {kind} layers", _without(layers, of), TYPES)
            yield Scope(f"{kind} layers alone", of, TYPES)


def _without(layers: Iterable[LayerCost], left_out: Iterable[LayerCost]) -> tuple[LayerCost, ...]:
    names = {layer.name for layer in left_out}
    return tuple(layer for layer in layers if layer.name not in names)
