"""What a network needs of a device: bytes, and what follows from them.

Read: `dtypes` (the bytes of a value), `traffic` (weights and activations of every layer),
`steps` (a network as it runs, and the tensors between), `liveness` (what is there when), `arena`
(where it lies), `orders` (the best one), `patches` (the first layers in parts), `memory` (its
peak), `needs` (all of these together), `algorithms` (the ways to compute a convolution),
`engines` (which one an engine takes), `work` (what it does for a layer), `fitting` (the two numbers
of a device), `units` (of its rates), `profiles` (devices as data), `timing` (of networks).
"""
