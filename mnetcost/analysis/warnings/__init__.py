"""What of a network does not follow its input, and what of it does nobody know?

Read: `unknown` (layers whose work is not known), `ends` (classes that α scales), `warnings` (these,
sides in numbers, and parameters that depend on the input), `rounding` (widths that nothing rounds).
"""
