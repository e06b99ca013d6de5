"""The scheduler that Dask's work goes to: found, watched, left, and its errors in words."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mnetcost.analysis.sweep.quantities import Array
from mnetcost.problems import UsageError, missing_extra
from mnetcost.text import clip, first_line

PATIENCE = 10  # seconds: for an answer, and for workers
# A worker is a process with logs of its own, and says so when it is ended at work.
SILENT = "import logging\nlogging.disable(logging.CRITICAL)"
# What reading raises that was not written by a scheduler, beside what its libraries define.
NONSENSE = (
    *(OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError),
    *(AssertionError, EOFError, ImportError, MemoryError, RuntimeError),
)


@contextmanager
def scheduler(address: str | None) -> Iterator[Any]:
    """A client of the scheduler at this address; without one, of two workers on this machine.

    Raises UsageError where no scheduler answers in time, or it has no workers.
    """
    try:
        import distributed
    except ImportError:
        raise missing_extra("this needs distributed", "dask") from None
    with _quiet():
        if address is not None:
            with _client(address) as client:
                yield client
            return
        try:
            with _unheard():
                cluster = distributed.LocalCluster(
                    n_workers=2,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                    preload=[SILENT],
                )
        except (OSError, RuntimeError) as error:
            words = _words(error)
            raise UsageError(f"no workers can be started on this machine: {words}") from None
        with cluster, distributed.Client(cluster) as client:
            yield client


@contextmanager
def _unheard() -> Iterator[None]:
    """What starts here hears no interrupt and no hang-up of the terminal: this process ends it."""
    import signal
    import threading

    names = ("SIGINT", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    heard = {one: signal.getsignal(one) for name in names if (one := getattr(signal, name, None))}
    try:
        for one in heard:
            signal.signal(one, signal.SIG_IGN)
        yield
    finally:
        for one, before in heard.items():
            signal.signal(one, before)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the logs of Dask and what it stands on: what is wrong is said in words of our own."""
    import logging

    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _client(address: str) -> Any:
    """A client of a scheduler that answers and has workers."""
    import asyncio
    import struct
    from pickle import PickleError

    from distributed import Client
    from msgpack import UnpackException

    answers: list[Any] = []
    try:
        asyncio.run(_find_workers(address, answers))
        return Client(address, timeout=f"{PATIENCE}s")
    except UsageError:
        raise
    except (*NONSENSE, PickleError, UnpackException, struct.error) as error:
        if answers and not answers[-1]["workers"]:
            raise UsageError(f"the scheduler at {clip(address)!r} has no workers") from None
        words = _words(error)
        raise UsageError(f"no scheduler answers at {clip(address)!r}: {words}") from None


def _words(error: Exception) -> str:
    """What went wrong on the way to a scheduler."""
    if isinstance(error, TimeoutError):
        return f"nothing within {PATIENCE} seconds"
    if isinstance(error, TypeError):  # tls without certificates, ucx without its library
        return "what its protocol needs is not set up here; see Dask's configuration"
    if isinstance(error, (OSError, RuntimeError, ValueError)):
        return first_line(error)
    return "something else does"


async def _find_workers(address: str, answers: list[Any]) -> None:
    """Ask the scheduler until it has workers; its answers are kept in `answers`."""
    import asyncio

    from distributed.core import rpc
    from distributed.security import Security

    own = Security().get_connection_args("client")
    async with asyncio.timeout(PATIENCE), rpc(address, connection_args=own) as there:
        while not answers or not answers[-1]["workers"]:
            found = await there.identity()
            if not isinstance(found, dict) or "workers" not in found:
                raise UsageError(f"no scheduler answers at {clip(address)!r}, but something else")
            answers.append(found)
            await asyncio.sleep(0.2)


def computed(arrays: Sequence[Any]) -> Sequence[Array]:
    """Dask arrays worked out, by the client in charge or in this process.

    Raises UsageError where the scheduler or its workers are gone.
    """
    import dask

    client = _in_charge()
    if client is None:
        found: Sequence[Array] = dask.compute(*arrays)
        return found
    from distributed import CancelledError, KilledWorker

    try:
        return _watched(client, arrays)
    except KilledWorker:
        raise UsageError("dask: workers died of this, one after the other") from None
    except (CancelledError, OSError):
        raise UsageError("dask: the scheduler does not answer any more") from None
    except (ImportError, MemoryError, RuntimeError) as error:  # of a worker
        words = first_line(error) or type(error).__name__
        raise UsageError(f"dask: a worker failed: {words}") from None


def _in_charge() -> Any:
    """The client that Dask gives its work to, if there is one."""
    if "distributed" not in sys.modules:
        return None
    from distributed import default_client

    try:
        return default_client()
    except ValueError:
        return None


def _watched(client: Any, arrays: Sequence[Any]) -> Sequence[Array]:
    """The arrays as they come in, as long as the scheduler answers and has workers."""
    from distributed import wait

    futures = client.compute(list(arrays))
    alone = 0
    while True:
        try:
            wait(futures, timeout=PATIENCE)
        except TimeoutError:
            answer = client.sync(client.scheduler.identity, callback_timeout=PATIENCE)
            alone = 0 if answer["workers"] else alone + 1
            if alone > 1:
                raise UsageError("dask: the scheduler has no workers any more") from None
        else:
            found: Sequence[Array] = client.gather(futures)
            return found
