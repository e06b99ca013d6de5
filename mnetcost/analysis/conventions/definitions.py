"""Parameters by what is meant: kernels, learned, stored, or with batch normalisation folded."""

from typing import NamedTuple

from mnetcost.cost import Count

FOLDED = "batch normalisation folded into biases"


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
        Definition("folded", FOLDED, count.folded, "inference engines"),
        Definition(
            "learned", "weights, biases, γ and β, other learned values", learned, "torch tools"
        ),
        Definition("stored", "learned, and running statistics", learned + statistics, "Keras"),
        Definition("trainable", "what training changes by its gradient", learned, ""),
        Definition("not trainable", "running means and variances", statistics, ""),
    )
