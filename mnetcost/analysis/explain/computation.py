"""What each way to compute a convolution takes: its own formulas, run on symbols."""

from collections.abc import Container, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from mnetcost.analysis.explain.explain import Line, line, model
from mnetcost.cost import Count, LayerCost
from mnetcost.devices.algorithms import (
    COL2IM,
    DIRECT,
    FFT,
    GEMM,
    IM2COL,
    INDIRECT,
    WINOGRAD,
    Algorithm,
    Refusal,
    algorithm,
    is_convolution,
    sizes_of,
    ways_of,
)
from mnetcost.layers.base import Pair

# What is said of each way: the field, and the words for it.
# Values that are written are read back; where they are the workspace, that alone is said.
MOVED, WORKSPACE = ("written", "written"), ("workspace", "workspace")
TILED = (("multiplies", "multiplications"), MOVED, WORKSPACE, ("weights", "weights kept"))
SAID = {
    DIRECT: (("multiplies", "multiplications"),),
    GEMM: (WORKSPACE,),
    IM2COL: (MOVED, WORKSPACE),
    COL2IM: (MOVED, WORKSPACE),
    WINOGRAD: TILED,
    FFT: TILED,
    INDIRECT: (("pointers", "pointers"),),
}
GAIN = "gain"  # over direct


class Ways(NamedTuple):
    """The ways to compute one layer: the lines of each by its name, and those that it has not."""

    layer: str
    symbols: dict[str, int | Fraction]
    found: dict[Algorithm, tuple[Line, ...]]
    refused: tuple[Refusal, ...]


def ways(count: Count, layers: Container[str]) -> Iterator[Ways]:
    """Those of each of these layers that is a convolution. Raises UsageError without SymPy."""
    for cost in count.layers:
        if cost.name in layers and is_convolution(cost.node.layer):
            yield _ways(cost)


def _ways(cost: LayerCost) -> Ways:
    every = tuple(ways_of(cost))
    made = {one: _lines(cost, one) for one in every if isinstance(one, Algorithm)}
    symbols: dict[str, int | Fraction] = {}
    for used, _ in made.values():
        symbols |= used
    return Ways(
        cost.name,
        {name: value for name, value in symbols.items() if name != "T"},  # each has its own
        {one: lines for one, (_, lines) in made.items()},
        tuple(one for one in every if isinstance(one, Refusal)),
    )


def _lines(cost: LayerCost, one: Algorithm) -> tuple[dict[str, Any], tuple[Line, ...]]:
    """The symbols of a way, and its lines."""
    found = model(cost)
    symbols, of = found.symbols, sizes_of(found.node.layer, found.x, found.y)
    of = of._replace(
        kernel=Pair(*map(_side, of.kernel, cost.node.layer.shape(cost.input, cost.output)))
    )
    tile = symbols.new("T", one.tile) if one.tile else 0
    images = symbols.new("B", cost.batch) if cost.batch > 1 else 1
    made = algorithm(one.name, of, tile=tile).of_batch(images)
    said = dict(SAID[one.name])
    if one.workspace == one.written:
        said.pop("written", None)
    lines = [
        line(words, symbols, symbols.exact(getattr(made, field)), int(getattr(one, field)))
        for field, words in said.items()
    ]
    if one.tile:
        plain = algorithm(DIRECT, of).of_batch(images)
        ratio = symbols.exact(plain.multiplies / made.multiplies)
        lines.append(line(GAIN, symbols, ratio, symbols.value(ratio)))
    return symbols.named(), tuple(lines)


def _side(symbol: Any, px: int) -> Any:
    """The symbol of a side of the kernel; the number of one that is 1, where nothing is tiled."""
    return 1 if px == 1 else symbol
