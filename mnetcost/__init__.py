"""Exact analytical cost of convolutional networks: parameters and mult-adds from a YAML spec.

import mnetcost
net = mnetcost.load("mobilenet_v1")
net.cost(alpha=0.75, rho="6/7").mult_adds
"""

from mnetcost.notebook.api import compare, diff, fit, load, rank, sweep
from mnetcost.notebook.compare import Comparison
from mnetcost.notebook.cost import Cost
from mnetcost.notebook.diff import Diff
from mnetcost.notebook.network import Network
from mnetcost.problems import Problem, SpecError, UsageError
from mnetcost.version import __version__

__all__ = [
    "Comparison",
    "Cost",
    "Diff",
    "Network",
    "Problem",
    "SpecError",
    "UsageError",
    "__version__",
    "compare",
    "diff",
    "fit",
    "load",
    "rank",
    "sweep",
]
