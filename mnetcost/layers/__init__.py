"""The layer types. Importing a family registers its records; a new family is one line here.

Read: `arithmetic`, `base` (what a layer type is), `fields` (what its keys may hold), `window`
(output sides), then the families: `convolution`, `adaptive`, `transposed`, `dense`, `recurrent`,
`attention`, `pooling`, `normalization`, `activation`, `joins`, `structural`, `channels`,
`sequences`, `opaque`.
"""

from mnetcost.layers import (
    activation,
    adaptive,
    attention,
    channels,
    convolution,
    dense,
    joins,
    normalization,
    opaque,
    pooling,
    recurrent,
    sequences,
    structural,
    transposed,
)
from mnetcost.layers.base import LAYERS

__all__ = [
    "LAYERS",
    "activation",
    "adaptive",
    "attention",
    "channels",
    "convolution",
    "dense",
    "joins",
    "normalization",
    "opaque",
    "pooling",
    "recurrent",
    "sequences",
    "structural",
    "transposed",
]
