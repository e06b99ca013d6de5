"""Exact analytical cost of convolutional networks: parameters and mult-adds from a YAML spec.

import mnetcost
net = mnetcost.load("mobilenet_v1")
net.cost(alpha=0.75, rho="6/7").mult_adds
"""

from typing import TYPE_CHECKING

from mnetcost.problems import Problem, SpecError, UsageError
from mnetcost.version import __version__

if TYPE_CHECKING:
    from mnetcost.notebook.api import (
        Comparison,
        Cost,
        Diff,
        Network,
        Widths,
        compare,
        diff,
        fit,
        from_torch,
        load,
        rank,
        sweep,
    )

__all__ = [
    "Comparison",
    "Cost",
    "Diff",
    "Network",
    "Problem",
    "SpecError",
    "UsageError",
    "Widths",
    "__version__",
    "compare",
    "diff",
    "fit",
    "from_torch",
    "load",
    "rank",
    "sweep",
]


def __getattr__(name: str) -> object:
    """What a notebook can do, once it is asked for: a command needs a small part of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mnetcost.notebook import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
