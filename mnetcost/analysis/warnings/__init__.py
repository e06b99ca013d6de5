"""What of a network does not follow its input?

Read: `warnings` (sides in numbers, and parameters that depend on the input).
"""
