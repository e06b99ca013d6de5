"""The layer types. Importing a family registers its records; a new family is one line here."""

from mnetcost.layers import (
    activation,
    attention,
    convolution,
    dense,
    joins,
    normalization,
    pooling,
    structural,
    transposed,
)
from mnetcost.layers.base import LAYERS

__all__ = [
    "LAYERS",
    "activation",
    "attention",
    "convolution",
    "dense",
    "joins",
    "normalization",
    "pooling",
    "structural",
    "transposed",
]
