"""Both totals of MobileNet v1 on 4,000 by 2,500 points: a process of its own, to be measured."""

import numpy as np

import mnetcost

grid = mnetcost.sweep("mobilenet_v1", np.linspace(0.1, 1, 4_000), np.linspace(0.2, 1.2, 2_500))
assert grid.params.shape == grid.mult_adds.shape == (4_000, 2_500)
print(grid.at(alpha=1, rho="1.2").mult_adds)
