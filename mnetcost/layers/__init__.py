"""The layer types. Importing a family registers its records; a new family is one line here."""

from mnetcost.layers import activation, convolution, dense, normalization, pooling, structural
from mnetcost.layers.base import LAYERS

__all__ = [
    "LAYERS",
    "activation",
    "convolution",
    "dense",
    "normalization",
    "pooling",
    "structural",
]
