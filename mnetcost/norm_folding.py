"""Batch normalisation folded into the kernels before it, as networks are stored for inference.

A normalisation by fixed statistics is a scale and a shift a channel. The kernel that it follows
takes both in: its weights are scaled, and the shift is added to its bias. Jacob et al. 2018,
arXiv:1712.05877, section 3.2.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import takewhile
from typing import Any

from mnetcost.graph import Node
from mnetcost.layers.base import Layer
from mnetcost.layers.convolution import Convolution
from mnetcost.layers.dense import Dense
from mnetcost.layers.normalization import BatchNorm
from mnetcost.layers.structural import Dropout, Identity

BIAS, SCALE_AND_SHIFT = 1, 2  # values a channel
VANISHING = (Dropout, Identity)  # at inference: exporters and engines leave them out


def with_folds(nodes: Sequence[Node]) -> list[Node]:
    """The nodes, each with what folding gives it."""
    return [
        node._replace(folds=values) if values else node
        for node, values in zip(nodes, _folds(nodes))
    ]


def _folds(nodes: Sequence[Node]) -> list[int]:
    """The values a channel that folding gives each node, beside its kernel's weights and biases.

    1 is the bias of a kernel that takes a normalisation in and had none, 2 the scale and the shift
    of a batch normalisation that stays. One is folded that follows a kernel, riding on it or as the
    one reader of its output, and behind a folded one; what does nothing at inference stands nowhere
    between. Kernels in common take in what is common too.
    """
    owners = _owners([node.shares for node in nodes])
    scales = _owners([None if node.own_norm else node.shares for node in nodes])
    norms = {place for place, node in enumerate(nodes) if _normalises(node)}
    taken = _taken(nodes, owners, scales) if norms else {}
    folded = {place for runs in taken.values() for run in runs for place in run}
    kept = {scales[place] for place in norms - folded}
    found = [0] * len(nodes)
    for owner, runs in taken.items():
        if runs[0] and not getattr(nodes[owner].layer, "bias", True):
            found[owner] = BIAS
    for place in kept:
        found[place] = SCALE_AND_SHIFT
    return found


def _owners(shares: Sequence[int | None]) -> list[int]:
    """Whose values each node has, where they are those of another."""
    owners: list[int] = []
    for place, other in enumerate(shares):
        owners.append(place if other is None else owners[other])
    return owners


def _normalises(node: Node) -> bool:
    return BatchNorm in map(type, (node.layer, *node.riders))


@cache
def _takes_in(kind: type[Layer]) -> bool:
    return issubclass(kind, (Convolution, Dense))


def _taken(
    nodes: Sequence[Node], owners: Sequence[int], scales: Sequence[int]
) -> dict[int, list[list[int]]]:
    """The normalisations that go into each kernel, for each use of it, by the kernel's owner.

    `owners` have the kernels of the nodes, `scales` their γ and β.
    """
    readers = _readers(nodes)
    uses: dict[int, list[list[int]]] = {}
    for place, node in enumerate(nodes):
        if _takes_in(type(node.layer)):
            after = list(_after(nodes, place, readers))
            uses.setdefault(owners[place], []).append(after)
    return {
        owner: runs if len(runs) == 1 else _common(runs, scales) for owner, runs in uses.items()
    }


def _readers(nodes: Sequence[Node]) -> list[list[int]]:
    """What reads the values of each node at inference, through what does nothing then.

    Nothing of what is there for training alone reads anything. What does nothing and is read by
    nobody is an output of the network, and stays.
    """
    read_by_any = {read for node in nodes for read in node.sources}
    meant: list[int] = []  # whose values each node has
    readers: list[list[int]] = [[] for _ in nodes]
    for place, node in enumerate(nodes):
        sources = [read if read < 0 else meant[read] for read in node.sources]
        vanishes = type(node.layer) in VANISHING and place in read_by_any
        meant.append(sources[0] if vanishes else place)
        for read in () if vanishes else sources:
            if read >= 0 and nodes[read].training_only >= node.training_only:
                readers[read].append(place)
    return readers


def _after(nodes: Sequence[Node], place: int, readers: Sequence[Sequence[int]]) -> Iterator[int]:
    """The batch normalisations behind a kernel with nothing between, by their places."""
    for rider in nodes[place].riders:
        if type(rider) is not BatchNorm:
            return
        yield place
    while len(readers[place]) == 1:
        (place,) = readers[place]
        if type(nodes[place].layer) is not BatchNorm:
            return
        yield place
        if nodes[place].riders:
            return


def _common(runs: list[list[int]], scales: Sequence[int]) -> list[list[int]]:
    """The runs as far as they have the same values in every use."""
    steps = zip(*runs)
    same = takewhile(lambda step: len({scales[place] for place in step}) == 1, steps)
    length = len(list(same))
    return [run[:length] for run in runs]


def folded_values(given: Any, parameters: Mapping[str, Any]) -> Any:
    """What is left of a node's parameters, by kind, with those that folding has given it.

    γ, β and the statistics of a batch normalisation are gone; no other kind has statistics.
    """
    batch = parameters.get("norm_statistics", 0) != 0
    gone = ("norm_affine", "norm_statistics") if batch else ()
    return given + sum([count for kind, count in parameters.items() if kind not in gone])
