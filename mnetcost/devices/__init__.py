"""What a network needs of a device: bytes, and what follows from them.

Read: `dtypes` (the bytes of a value), `traffic` (weights and activations of every layer).
"""
