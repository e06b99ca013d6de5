"""Counts to reports: which tables, which columns, which notes, and the documents for programs.

Read: `measures` (the numbers of a row), `notes` (what stands under a table), `documents` (what
JSON documents share), `settings` (knobs in words), `runs` (equal neighbours as one), `choices`
(what options may say). The rest is called as the command whose words it holds. Beside it `table`
has its rows in `tree`, their `layer_columns`, the `pairs`, its `table_document`, and `layer_views`
and `layer_algorithms` (views that are worked out when asked for), `layer_bytes` and `layer_memory`
(bytes, and what is in memory at every step), `sweep` the `sweep_document`,
`fit` the `fit_parts` that all of its reports share, the `fit_knobs` of several values of knobs and
the `fit_scores` of `--scores`, `check` the `against` of `--against`, the `increase` of
`--max-increase` and the `costliest` of `--summary`, `plot` the `plot_sweep`,
`plot_fronts` and `plot_memory`.
"""
