"""The same numbers as Dask arrays, worked out block by block on a cluster or on this machine."""

from collections.abc import Iterable, Sequence
from typing import Any

from mnetcost.analysis.sweep.quantities import Array, Number
from mnetcost.analysis.sweep.scheduler import computed
from mnetcost.analysis.sweep.values import Values
from mnetcost.problems import missing_extra

SIDE = 2_000  # points a side of a block: 32 MB


def dask_array(values: Values, number: Number, alphas: slice) -> Any:
    """A number at these α and every ρ as a Dask array. Raises UsageError without Dask."""
    try:
        import dask
        import dask.array
    except ImportError:
        raise missing_extra("this needs dask", "dask") from None
    # one object for all blocks: a scheduler sends it once to each worker
    shared = dask.delayed(_Block(values.alone(), number), pure=False)
    dtype, across = values.dtype_of(number), values.shape[1]
    blocks = [
        [
            dask.array.from_delayed(
                shared(*rows, *columns), (rows[1] - rows[0], columns[1] - columns[0]), dtype
            )
            for columns in _cuts(0, across)
        ]
        for rows in _cuts(alphas.start, alphas.stop)
    ]
    return dask.array.block(blocks)


class OnCluster:
    """Dask: arrays that are worked out when asked, by the client in charge or on this machine."""

    def array(self, values: Values, number: Number) -> Any:
        """The values at every point, a Dask array."""
        return dask_array(values, number, slice(0, values.shape[0]))

    def parts(self, values: Values, numbers: Iterable[Number], alphas: slice) -> Sequence[Array]:
        """The values of several numbers at these α, worked out together."""
        return computed([dask_array(values, one, alphas) for one in numbers])


def _cuts(start: int, stop: int) -> list[tuple[int, int]]:
    return [(place, min(place + SIDE, stop)) for place in range(start, stop, SIDE)]


class _Block:
    """A number over a grid, to be worked out at one block of it."""

    def __init__(self, values: Values, number: Number) -> None:
        self.values, self.number = values, number

    def __call__(self, top: int, bottom: int, left: int, right: int) -> Array:
        return self.values.part(self.number, slice(top, bottom), slice(left, right))
