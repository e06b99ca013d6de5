"""The parts that a block stands for, as the block and what each call of it gives."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mnetcost.importing.folding.alike import aligned
from mnetcost.importing.folding.conditions import condition_of, known_of, lines_of, when
from mnetcost.importing.folding.names import prefix
from mnetcost.importing.folding.parameters import Body, Joined, Parameters
from mnetcost.importing.folding.repeats import Part
from mnetcost.importing.folding.rows import defaults, filled, only_first

DEPTHWISE, POINTWISE = "depthwise", ("conv", "pointwise")


class Block(NamedTuple):
    """A block: its layers, what it takes with the defaults, the values of each of its parts.

    What it takes without a default has "" there. `first` are the parameters that only the first of
    repeated parts has, the others their `usual` value.
    """

    body: Body
    residual: str
    takes: Mapping[str, str]
    usual: Mapping[str, str]
    values: Sequence[Mapping[str, str]]
    first: frozenset[str]
    prefixes: Sequence[str]  # what the names of each part's layers begin with


def block_of(
    parts: Sequence[Part], runs: Sequence[Sequence[int]], channels: Mapping[str, int]
) -> Block:
    """The block of parts that are alike; `runs` are those that follow each other.

    `channels` are those of every map, by its name. Raises Unlike where no block says them all.
    """
    prefixes = [prefix(part.own) for part in parts]
    parameters = Parameters(prefixes)
    body = parameters.body(aligned([part.items for part in parts]))
    known = known_of(body, [channels[part.reads[0]] for part in parts])
    for line in lines_of(body):
        if condition := when(line, parameters, known):
            line.keys["when"] = condition
    residual = ""
    if parts[0].residual is not None:
        residual = condition_of([bool(one.residual) for one in parts], "sum", parameters, known)
    elif (branch := _added(body)) is not None:
        body, residual = branch, "true"
    if known.out.startswith("$") and known.out[1:] in parameters.known:
        residual = _called_out(parameters, known.out[1:], body, residual)
    every = list(parameters.known.values())
    usual, values = defaults(every), filled(every, len(parts))
    first = only_first(every, values, usual, runs)
    takes = {one.name: usual[one.name] if one.name in first or not one.key else "" for one in every}
    return Block(body, residual, takes, usual, values, first, prefixes)


def _called_out(parameters: Parameters, old: str, body: Body, residual: str) -> str:
    """Call the last width `out` everywhere; the condition of the residual, with that name."""

    def renamed(text: str) -> str:
        return re.sub(rf"\${old}\b", "$out", text)

    parameters.known = {
        "out" if name == old else name: one._replace(name="out") if name == old else one
        for name, one in parameters.known.items()
    }
    for line in lines_of(body):
        line.keys.update({key: renamed(text) for key, text in line.keys.items()})
    return renamed(residual)


def _added(body: Body) -> Body | None:
    """The layers whose map a block adds its input to, where that is all that it does."""
    match body:
        case (Joined(line=line, branches=(branch, ())),) if line.word == "add":
            return branch
    return None


def kind_of(block: Block) -> str:
    """What people call a block of these layers."""
    lines = list(lines_of(block.body))
    words = [line.word for line in lines]
    points = [line.word == "conv" and "kernel" not in line.keys for line in lines]
    adds = block.residual or "add" in words
    if "dot_product_attention" in words or "attention" in words:
        return "transformer"
    if DEPTHWISE in words and points[0] and points[-1] and adds:
        return "inverted_residual"
    convolutions = [point for point, word in zip(points, words) if word == "conv"]
    if adds and convolutions[:3] == [True, False, True]:
        return "bottleneck"
    if adds:
        return "residual"
    return "branched" if any(isinstance(one, Joined) for one in block.body) else "block"
