"""The words that options of commands may say: what a command line is checked against at once."""

LAYER_VIEWS = ("fields", "channels")  # worked out only when asked for
TABLE_VIEWS = ("layers", "types", "reduction", "blocks", *LAYER_VIEWS)
SORTS = ("params", "mult_adds")
FIT_VIEWS = ("largest", "front")
FRONT_ROWS = 20  # of a front, where nobody says how many
COSTS = ("mult_adds", "params")  # what a picture is of
COST_PLOTS = ("blocks", "layers", "types", "cumulative", "reduction")
SWEEP_PLOTS = ("heat", "lines")
PLOTS = (*COST_PLOTS, *SWEEP_PLOTS, "fit", "scores", "networks")
THEMES = ("light", "dark")
