"""The notebook's API. Read `api` from top to bottom: it is the list of what a notebook can do.

Read: `api`, then `network` (what `load` gives). What shows or writes itself in a notebook has a
file named after the command: `cost` (of `table`), `explain`, `sweep`, `diff`, `compare`; what
`fit`, `rank` and `rewrite` give are the plain records of `analysis`. `targets` are networks as
`diff` and `compare` take them.
"""
