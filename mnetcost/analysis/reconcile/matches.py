"""What gives a printed number: every scope and way of counting that prints so."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mnetcost.analysis.conventions.definitions import definitions
from mnetcost.analysis.conventions.terms import number
from mnetcost.conventions.presets import NAMES, convention
from mnetcost.cost import Count, LayerCost
from mnetcost.printed import Printed

ROUNDED = "rounded"
KERNELS = ("pointwise", "depthwise", "conv", "conv_transpose", "dense", "attention")


class Scope(NamedTuple):
    """Some layers of a network, and the words for them."""

    words: str
    layers: tuple[LayerCost, ...]


class Match(NamedTuple):
    """A scope and a way of counting, the number that they give, and how it prints."""

    scope: str
    what: str
    unit: str
    value: int
    printed: str  # "rounded", "truncated" or "" where it does not print so


def scopes(count: Count) -> Iterator[Scope]:
    """The whole network, and the parts of it that papers print, each once."""
    seen: set[tuple[str, ...]] = set()
    for scope in _scopes(count):
        names = tuple(layer.name for layer in scope.layers)
        if names not in seen:
            seen.add(names)
            yield scope


def _scopes(count: Count) -> Iterator[Scope]:
    layers = count.layers
    yield Scope("the whole network", layers)
    kernels = [layer for layer in layers if layer.type in KERNELS]
    first, last = kernels[:1], kernels[-1:]
    if len(kernels) > 1:
        named = f"without the first convolution ({first[0].name})"
        yield Scope(named, _without(layers, first))
        yield Scope(f"without the classifier ({last[0].name})", _without(layers, last))
        words = f"without both ({first[0].name} and {last[0].name})"
        yield Scope(words, _without(layers, [*first, *last]))
    for kind in KERNELS:
        of = tuple(layer for layer in layers if layer.type == kind)
        if of and len(of) < len(kernels):
            yield Scope(f"without {kind} layers", _without(layers, of))
            yield Scope(f"{kind} layers alone", of)


def _without(layers: Iterable[LayerCost], left_out: Iterable[LayerCost]) -> tuple[LayerCost, ...]:
    names = {layer.name for layer in left_out}
    return tuple(layer for layer in layers if layer.name not in names)


def matches(count: Count, printed: Printed) -> list[Match]:
    """Every scope and way of counting that prints so: rounded before truncated, plainest first."""
    found = [one for one in candidates(count, printed) if one.printed]
    return sorted(found, key=lambda one: one.printed != ROUNDED)


def nearest(count: Count, printed: Printed, most: int = 5) -> list[Match]:
    """The numbers that come closest, of those that do not print so."""
    found = {one.value: one for one in reversed(list(candidates(count, printed)))}
    ordered = sorted(found.values(), key=lambda one: abs(one.value - printed.value))
    return ordered[:most]


def candidates(count: Count, printed: Printed) -> Iterator[Match]:
    """Work under every preset and parameters under every definition, for every scope.

    Presets that give the same number for a scope are one candidate.
    """
    presets = [one for one in map(convention, NAMES) if one.counts_work]
    for scope in scopes(count):
        found: dict[tuple[int, str], list[str]] = {}
        for one in presets:
            value = number(scope.layers, one, count.basis.batch)
            found.setdefault((value, f"{one.unit}s"), []).append(one.name)
        for (value, unit), names in found.items():
            yield Match(scope.words, ", ".join(names), unit, value, how(printed, value))
        for words, value in _parameters(count, scope):
            yield Match(scope.words, words, "parameters", value, how(printed, value))


def _parameters(count: Count, scope: Scope) -> Iterator[tuple[str, int]]:
    if len(scope.layers) == len(count.layers):
        seen: set[int] = set()
        for one in definitions(count):
            if one.value not in seen:
                seen.add(one.value)
                yield one.words, one.value
        return
    for words, kinds in (
        ("weights", ("weights",)),
        ("weights, biases", ("weights", "biases")),
        ("learned values", ("weights", "biases", "norm_affine", "other")),
    ):
        yield (
            words,
            sum(getattr(layer.parameters, kind) for layer in scope.layers for kind in kinds),
        )


def how(printed: Printed, value: int) -> str:
    """Whether a number prints so: "rounded", "truncated", or "" for neither."""
    for truncated, words in ((False, ROUNDED), (True, "truncated")):
        if printed._replace(truncated=truncated).agrees(value):
            return words
    return ""
