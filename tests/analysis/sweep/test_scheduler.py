"""A scheduler that does not answer, answers nonsense, has no workers, or is lost midway."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

import mnetcost
from mnetcost.analysis.sweep import scheduler as asked
from mnetcost.analysis.sweep.scheduler import scheduler

pytest.importorskip("distributed")
# sockets and processes that are lost on purpose
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(asked, "PATIENCE", 2)


@contextmanager
def server(talk):
    """The address of a server that does this with every connection."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        kept = []

        def serve():
            try:
                while True:
                    kept.append(listening.accept()[0])
                    talk(kept[-1])
            except OSError:  # closed by the test, or by the other side
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        for one in kept:
            one.close()


def frames(*texts):
    """As Dask's protocol has them: their number, their lengths, their bytes."""
    numbers = (len(texts), *map(len, texts))
    body = b"".join(one.to_bytes(8, "little") for one in numbers) + b"".join(texts)
    return len(body).to_bytes(8, "little") + body


TALKS = {
    "silent": b"",
    "http": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n" * 100,
    "zeros": bytes(1_000),
    "no frames": frames(),
    "no msgpack": frames(b"\xc1" * 9, b"\xc1" * 9) * 4,
    "no greeting": frames(b"\x80", b"\x01") * 4,
}


@pytest.mark.parametrize("sent", TALKS.values(), ids=TALKS)
@pytest.mark.parametrize("closes", [False, True])
def test_a_server_that_is_no_scheduler(sent, closes):
    def talk(connection):
        connection.sendall(sent)
        if closes:
            connection.close()

    before = time.monotonic()
    said = pytest.raises(mnetcost.UsageError, match="no scheduler answers")
    with server(talk) as address, said, scheduler(address):
        raise AssertionError("connected")
    assert time.monotonic() - before < 20


ADDRESSES = (
    *("tcp://127.0.0.1:1", "127.0.0.1:1", "tls://127.0.0.1:1", "ucx://127.0.0.1:1"),
    *("ws://127.0.0.1:1", "http://127.0.0.1:1", "inproc://127.0.0.1/1/1", "tcp://127.0.0.1"),
    *(
        "tcp://127.0.0.1:99999",
        "tcp://127.0.0.1:abc",
        "tcp://",
        "nothing",
        "\x1b[31m",
        "a" * 10_000,
    ),
)


@pytest.mark.parametrize("address", ADDRESSES, ids=range(len(ADDRESSES)))
def test_nobody_is_there(address):
    said = pytest.raises(mnetcost.UsageError, match="no scheduler answers")
    with said as caught, scheduler(address):
        raise AssertionError("connected")
    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


@pytest.fixture
def started(tmp_path):
    """Starts a scheduler and its workers, as processes of their own; they end with the test."""
    running = []

    def start(workers):
        file, quiet = tmp_path / "scheduler.json", subprocess.DEVNULL
        common = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--no-dashboard"]
        lines = [["distributed.cli.dask_scheduler", *common, "--port", "0"]]
        lines += [["distributed.cli.dask_worker", *common, "--nthreads", "1", "--no-nanny"]]
        for line in lines[: 1 + workers]:
            command = [sys.executable, "-m", *line]
            running.append(subprocess.Popen(command, cwd=tmp_path, stdout=quiet, stderr=quiet))
            while not file.exists() or not file.read_text():
                time.sleep(0.05)
        return json.loads(file.read_text())["address"], *running

    yield start
    for one in running:
        one.kill()
        one.wait()


def test_a_scheduler_without_workers(started):
    address, _ = started(workers=0)
    with pytest.raises(mnetcost.UsageError, match="has no workers"), scheduler(address):
        raise AssertionError("connected")


def test_a_worker_is_no_scheduler(started, monkeypatch):
    monkeypatch.setattr(asked, "PATIENCE", 30)
    address, *_ = started(workers=1)
    with scheduler(address) as client:
        (worker,) = client.scheduler_info()["workers"]
    with pytest.raises(mnetcost.UsageError, match="but something else"), scheduler(worker):
        raise AssertionError("connected")


LOST = {
    "the scheduler dies": (0, "SIGKILL", "the scheduler does not answer any more"),
    "the scheduler ends": (0, "SIGTERM", "the scheduler does not answer any more"),
    "the scheduler is stopped": (0, "SIGSTOP", "the scheduler does not answer any more"),
    "the worker dies": (1, "SIGKILL", "the scheduler has no workers any more"),
}


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
def test_what_is_lost_midway(lost, started, monkeypatch, tmp_path):
    place, name, words = lost
    address, *processes = started(workers=1)
    grid = mnetcost.sweep("mobilenet_v1", "1,0.5", "1,6/7", engine="dask")
    path = tmp_path / "grid.csv"
    monkeypatch.setattr(asked, "PATIENCE", 30)
    with scheduler(address):
        grid.to_csv(path)
        expected = path.read_text()
        monkeypatch.setattr(asked, "PATIENCE", 2)
        processes[place].send_signal(getattr(signal, name))
        with pytest.raises(mnetcost.UsageError, match=words):
            grid.to_csv(path)
    assert path.read_text() == expected
    assert sorted(one for one in os.listdir(tmp_path) if "grid" in one) == ["grid.csv"]
