"""The notebook's API. Read `api` from top to bottom: it is the list of what a notebook can do.

Read: `api`, then `network` (what `load` gives). `shown` is how a result shows itself and becomes a
data frame. Each has a file named after its command: `cost` and `memory` (of `table`), `explain`,
`sweep`, `fit` (with what `rank` gives), `diff`, `compare`, `rewrite`. `targets` are networks as
`diff` and `compare` take them.
"""
