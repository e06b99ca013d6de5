"""Why is a number what it is?

Read: `formulas` (the layers on SymPy symbols, written as the paper writes them), `widths` (α and
the rounding rules), `explain` (a layer line by line), `derivation` (how 1/N + 1/D_K² follows),
`computation` (how a convolution can be computed, and what that takes).
"""
