"""What of a network does not follow its input, and what of it does nobody know?

Read: `unknown` (layers whose work is not known), `warnings` (these, sides in numbers, and
parameters that depend on the input).
"""
