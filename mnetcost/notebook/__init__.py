"""The notebook's API. Read `api` from top to bottom: it is the list of what a notebook can do.

`network` is what `load` gives. What the functions and methods give shows itself as tables, formulas
and pictures, each in a file named after the command: `cost` (of `table`), `explain`, `sweep`,
`diff`, `compare`. `targets` are networks as `diff` and `compare` take them.
"""
