"""The networks that a printed number may be of: with pools called otherwise, knobs, as variants."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

from mnetcost.analysis.warnings.warnings import warnings
from mnetcost.cost import Count
from mnetcost.graph import Graph, Node, Placed
from mnetcost.layers.pooling import GlobalAvgPool
from mnetcost.multipliers import Setting, make_setting
from mnetcost.problems import SpecError
from mnetcost.spec import Spec

# How else a global pool is called, which most authors write as a function or as x.mean.
CALLED = {
    "module": "with global pools as modules",
    "functional": "with global pools as functions",
    "tensor": "with global pools as tensors' methods",
}
MAX_OTHERS = 20  # variants and switched knobs that are tried

# How far each is from the network that was asked for: see `candidates`.
CALLED_AS, SAME_WEIGHTS, VARIANT = 1, 1, 7
WARNED = 2  # further: what of the network does not follow its input


class Reading(NamedTuple):
    """A network that is not the one asked for: how it differs, in words, and how far.

    Its `layers`, where they are given, are counted in every way; `mult_adds` only as definitions
    count. `counted` has its parameters, and its parts where it has them at another `setting`.
    `warnings` are about what of it does not follow its input.
    """

    words: str
    distance: int
    layers: tuple[Placed, ...] = ()
    mult_adds: int = 0
    counted: Count | None = None
    setting: Setting | None = None  # where it is another than that asked for
    warnings: tuple[str, ...] = ()

    def warned(self, found: tuple[str, ...]) -> "Reading":
        """The same with these warnings, which its words name."""
        if not found:
            return self
        what = " and ".join(one.partition(":")[0] for one in found)
        words, distance = f"{self.words}, though {what}", self.distance + WARNED
        return self._replace(words=words, distance=distance, warnings=found)


def readings(count: Count) -> Iterator[Reading]:
    """The network with its pools called otherwise, as other variants, and with a switch turned.

    What has the same parameters is the same network, built otherwise, and so the likeliest.
    """
    yield from _calls(count)
    known = [_build(count.graph)]
    others = tuple(islice(_others(count.graph), MAX_OTHERS))
    if not others:
        return
    spec = Spec(count.graph.origin)
    for words, variant, given in others:
        with suppress(SpecError):
            graph = spec.graph(variant, given)
            if _build(graph) not in known:
                known.append(_build(graph))
                yield _other(count, graph, words)


def _build(graph: Graph) -> tuple[Any, ...]:
    """What a spec makes a network of: two that have it in common are one."""
    return dict(graph.knobs), graph.base, graph.rounding


def _calls(count: Count) -> Iterator[Reading]:
    """The network with its global pools called otherwise, to which some tools are blind."""
    rows = tuple((layer.node, layer.input, layer.output) for layer in count.layers)
    for call, words in CALLED.items():
        called = tuple((_called(node, call), x, y) for node, x, y in rows)
        if called != rows:
            yield Reading(words, CALLED_AS, called)


def _called(node: Node, call: str) -> Node:
    pool = isinstance(node.layer, GlobalAvgPool)
    return node._replace(layer=node.layer._replace(called_as=call)) if pool else node


def _others(graph: Graph) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Words, variant and set knobs: each other variant, then each switch turned."""
    for name in graph.variants:
        if name != graph.variant:
            yield f"as {name}", name, graph.given
    for name, value in graph.knobs.items():
        if isinstance(value, bool):
            turned = {**graph.given, name: not value}
            yield f"with {name}={str(not value).lower()}", graph.variant, turned


def _other(count: Count, graph: Graph, words: str) -> Reading:
    other = Count.of(graph, _setting(count, graph), count.basis)
    if other.parameters == count.parameters:
        rows = tuple((layer.node, layer.input, layer.output) for layer in other.layers)
        found = Reading(words, SAME_WEIGHTS, rows)
    else:
        found = Reading(words, VARIANT, mult_adds=other.mult_adds, counted=other)
    return found.warned(warnings(graph, [other.setting]))


def _setting(count: Count, graph: Graph) -> Setting:
    """The count's own setting, at the input of a variant where that is another."""
    if graph.base == count.graph.base:
        return count.setting
    return make_setting(graph.base, count.setting.alpha, count.setting.rho)
