"""What a network needs of a device: bytes, and what follows from them.

Read: `dtypes` (the bytes of a value), `traffic` (weights and activations of every layer),
`steps` (a network as it runs, and the tensors between), `memory` (its peak), `algorithms` (the ways
to compute a convolution), `engines` (which one an engine takes), `work` (products and bytes), `units`, `fitting` (two numbers
from measured times), `profiles` (of devices), `timing` (of a network on one).
"""
