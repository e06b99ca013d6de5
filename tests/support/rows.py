"""The rows of a sweep against its grid."""

from fractions import Fraction

import numpy as np

AXES = ("1,0.75,0.145", "1,6/7,0.31,5/4")


def assert_rows(frame, grid):
    """One row a point, α-major, with the exact counts."""
    alphas, rhos = grid.shape
    assert len(frame) == alphas * rhos
    for place, (a, r) in enumerate(np.ndindex(grid.shape)):
        row, point = frame.iloc[place], grid.point(a, r)
        assert [float(Fraction(row[name])) for name in ("alpha", "rho")] == [
            float(point.alpha),
            float(point.rho),
        ]
        assert (
            tuple(row[f"input_{name}"] for name in ("height", "width", "channels")) == point.input
        )
        assert (row["params"], row["mult_adds"]) == (point.params, point.mult_adds)
        for name, of_type in grid.types.items():
            assert row[f"{name}_params"] == of_type.params[a, r]
            assert row[f"{name}_mult_adds"] == of_type.mult_adds[a, r]
