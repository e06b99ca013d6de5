"""What does a network cost over a grid of width and resolution multipliers?

Read: `axes` (lists and ranges of exact numbers), `quantities` (numbers kept as columns times
rows), `grid` (both axes, each distinct column counted once), `counting` (the layers on them),
`values` (arrays over all points), `scheduler` and `cluster` (the same with Dask), `reducing` and
`front` (what a grid comes to, without holding it), `sweep` (the answer). Above it stand `knobs` (a
sweep for each combination), `budgets` (which points fit), `rows` (its points for files) and `parts`
(long ones, piece by piece).
"""
