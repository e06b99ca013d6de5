"""Parameters by what is meant: kernels, learned, stored, or with batch normalisation folded."""

from typing import NamedTuple

from mnetcost.cost import Count, LayerCost
from mnetcost.layers.convolution import Convolution
from mnetcost.layers.dense import Dense
from mnetcost.layers.normalization import BatchNorm


class Definition(NamedTuple):
    """One meaning of "parameters": a short name, what it counts, how many, who prints it."""

    name: str
    words: str
    value: int
    printed_by: str


def definitions(count: Count) -> tuple[Definition, ...]:
    """The five definitions, from fewest to most, and what is not trained."""
    weights, biases, affine, statistics, other = count.parameters
    learned = weights + biases + affine + other
    return (
        Definition("kernels", "weights", weights, "paper"),
        Definition("biased", "weights, biases", weights + biases, ""),
        Definition(
            "folded", "batch normalisation folded into biases", folded(count), "inference engines"
        ),
        Definition(
            "learned", "weights, biases, γ and β, other learned values", learned, "torch tools"
        ),
        Definition("stored", "learned, and running statistics", learned + statistics, "Keras"),
        Definition("trainable", "what training changes by its gradient", learned, ""),
        Definition("not trainable", "running means and variances", statistics, ""),
    )


def folded(count: Count) -> int:
    """The values left when each batch normalisation behind a kernel becomes its bias.

    One that cannot be folded, as it follows no kernel or something reads between them, keeps a
    scale and a shift per channel.
    """
    values = sum(layer.parameters.weights + layer.parameters.other for layer in count.layers)
    readers = [0] * len(count.layers)
    for layer in count.layers:
        for place in layer.node.sources:
            if place >= 0:
                readers[place] += 1
    for place, layer in enumerate(count.layers):
        values += _shifts(count, place, layer, readers)
    return values


def _shifts(count: Count, place: int, layer: LayerCost, readers: list[int]) -> int:
    """Biases, scales and shifts of one layer after folding."""
    values = int(layer.parameters.biases)
    if isinstance(layer.node.layer, BatchNorm):
        before = _kernel_before(count, layer, readers)
        if before is None:
            return values + 2 * int(layer.output.c)
        return values + (0 if before.parameters.biases else int(layer.output.c))
    batch = [one for one in layer.node.riders if isinstance(one, BatchNorm)]
    if batch and layer.node.shares is None:
        return values or int(layer.output.c)
    return values + (0 if batch else layer.parameters.norm_affine)


def _kernel_before(count: Count, layer: LayerCost, readers: list[int]) -> LayerCost | None:
    """The kernel that a normalisation written as a layer can be folded into."""
    (place,) = layer.node.reads
    if place < 0 or readers[place] > 1:
        return None
    before = count.layers[place]
    kernel = isinstance(before.node.layer, Convolution | Dense)
    return before if kernel and not before.node.riders else None
