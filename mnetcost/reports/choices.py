"""The words that options of commands may say: what a command line is checked against at once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mnetcost.devices.dtypes import Dtypes

ALGORITHMS = "algorithms"
MEMORY = "memory"
LAYER_VIEWS = ("fields", "channels", ALGORITHMS, MEMORY)  # worked out only when asked for
ENGINE = "ncnn"  # whose algorithms, where nobody says
TABLE_VIEWS = ("layers", "types", "reduction", "blocks", *LAYER_VIEWS)
# Of bytes: weights, traffic, the most in memory at once, and FLOPs for each byte of traffic.
BYTE_COLUMNS = ("weights_bytes", "traffic_bytes", "alive_bytes", "intensity")
# The columns of the table of layers, and numbers that stand there where somebody asks for them.
LAYER_COLUMNS = (
    *("name", "type", "kernel", "stride", "groups", "input", "output"),
    *("params", "params_share", "mult_adds", "mult_adds_share", "bar"),
    *("count", "count_share", "count_low", "count_low_share", "count_high", "count_high_share"),
    *("weights", "biases", "norm_affine", "norm_statistics", "other", "folded"),
    *("multiplications", "additions", "comparisons", "divisions", "exponentials"),
    *BYTE_COLUMNS,
)
SORTS = ("params", "mult_adds")
SPEC_SORTS = (*SORTS, "name")
FIT_VIEWS = ("largest", "front")
FRONT_ROWS = 20  # of a front, where nobody says how many
COSTS = ("mult_adds", "params")  # what a picture is of
COST_PLOTS = ("blocks", "layers", "types", "cumulative", "reduction")
SWEEP_PLOTS = ("heat", "lines")
PLOTS = (*COST_PLOTS, MEMORY, *SWEEP_PLOTS, "fit", "scores", "networks")
THEMES = ("light", "dark")


class Shown(NamedTuple):
    """What to show of a count.

    `view` is one table alone. `depth` is how many parts of their names layers keep, `sort`
    ("params" or "mult_adds") orders them, `top` shows so many of the largest alone, `every` leaves
    nothing out, `columns` chooses. `apart` keeps multiplications, additions, comparisons, divisions
    and exponentials apart, `fold_norms` shows the parameters after folding. `engine` is whose
    algorithms the view of them shows: a name, or the path of a file. With `dtype` or `memory`, the
    ways to save some, bytes stand beside the cost.
    """

    view: str | None = None
    depth: int | None = None
    sort: str | None = None
    top: int | None = None
    every: bool = False
    columns: Sequence[str] = ()
    apart: bool = False
    fold_norms: bool = False
    engine: str | None = None
    dtype: "Dtypes | None" = None
    memory: Sequence[str] | None = None

    @property
    def asks_bytes(self) -> bool:
        """Whether bytes are shown, of float32 and under the plain convention unless it says."""
        asked = self.dtype is not None or self.memory is not None or self.view == MEMORY
        return asked or any(one in BYTE_COLUMNS for one in self.columns)
