"""The same numbers as Dask arrays, worked out block by block on a cluster or on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from mnetcost.analysis.factors import Array, Number
from mnetcost.analysis.frames import needs
from mnetcost.analysis.values import Values
from mnetcost.problems import UsageError

SIDE = 2_000  # points a side of a block: 32 MB
TRIES = 10  # of a task whose worker died


def dask_array(values: Values, number: Number) -> Any:
    """A number over the grid as a Dask array of shape [A, R]. Needs the extra `dask`."""
    try:
        import dask
        import dask.array
    except ImportError:
        raise needs("dask", "dask") from None
    # one object for all blocks: a scheduler sends it once to each worker
    shared = dask.delayed(_Block(values.alone(), number), pure=False)
    alphas, rhos = values.shape
    dtype = values.dtype_of(number)
    rows = [
        [
            dask.array.from_delayed(shared(top, left), _size((top, left), values.shape), dtype)
            for left in range(0, rhos, SIDE)
        ]
        for top in range(0, alphas, SIDE)
    ]
    return dask.array.block(rows)


def _size(start: tuple[int, int], shape: tuple[int, int]) -> tuple[int, ...]:
    return tuple(min(SIDE, whole - place) for place, whole in zip(start, shape))


class _Block:
    """A number over a grid, to be worked out at one block of it."""

    def __init__(self, values: Values, number: Number) -> None:
        self.values, self.number = values, number

    def __call__(self, top: int, left: int) -> Array:
        return self.values.part(
            self.number, slice(top, top + SIDE), slice(left, left + SIDE)
        )


@contextmanager
def scheduler(address: str | None) -> Iterator[Any]:
    """A client of the scheduler at this address; without one, of two workers on this machine.

    Raises UsageError where nobody answers.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise needs("dask", "distributed") from None
    if address is not None:
        try:
            client = Client(address, timeout="10s")
        except (OSError, ValueError) as error:
            raise UsageError(f"no scheduler answers at {address!r}: {error}") from None
        with client:
            yield client
        return
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
