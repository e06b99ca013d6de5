"""What is counted, as data: which named parts of the work and of the parameters, and how much."""

from collections.abc import Mapping
from typing import Any, NamedTuple

# The named parts that layer types expose, with the words for one of each.
WORK = {
    "multiply_accumulate": "multiply-accumulates",
    "bias": "bias additions",
    "normalization": "normalised values",
    "activation": "activated values",
    "pooling": "pooled values",
    "softmax": "softmax values",
    "elementwise": "elementwise sums and products",
    "resize": "resized values",
}
PARAMETERS = {
    "weights": "weights",
    "biases": "biases",
    "norm_affine": "normalisation γ and β",
    "norm_statistics": "running means and variances",
    "other": "other learned values",
}


class Convention(NamedTuple):
    """A selection and weighting of the named parts."""

    name: str
    words: str
    work: Mapping[str, int]
    parameters: tuple[str, ...]

    def params(self, amounts: Mapping[str, Any]) -> Any:
        """The parameters that this convention counts, of amounts by name."""
        return sum([amounts.get(kind, 0) for kind in self.parameters])

    def mult_adds(self, operations: Mapping[str, Any]) -> Any:
        """The operations that this convention counts, of operations by name."""
        return sum([operations.get(kind, 0) * weight for kind, weight in self.work.items()])


PAPER = Convention(
    name="paper",
    words=(
        "one mult-add is one multiply-accumulate of a convolution, dense or attention product; "
        "parameters are the kernels' weights (Howard et al. 2017)"
    ),
    work={"multiply_accumulate": 1},
    parameters=("weights",),
)
