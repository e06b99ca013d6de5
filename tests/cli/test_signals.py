"""A process that is told to end: nothing half-written stays, and its exit code says why."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals")

# Seconds of work each, with something half-written nearly all the time.
LINES = {
    "-o": ["sweep", "--alpha", "0.0001:1:0.0001", "--rho", "0.001:2:0.001", "-o", "grid.parquet"],
    "--parts": ["sweep", "--alpha", "0.0001:1:0.0001", "--rho", "0.001:2:0.001", "--parts", "."],
}


def heed():
    """A process of a build server, or behind nohup, is born deaf to some signals."""
    for one in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(one, signal.SIG_DFL)


@pytest.mark.parametrize("words", LINES.values(), ids=LINES)
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_nothing_half_written_stays(words, number, code, tmp_path):
    command = [sys.executable, "-m", "mnetcost", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=pipe, stderr=pipe, preexec_fn=heed
    ) as running:
        deadline = time.monotonic() + 50
        while not halves(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.002)
        running.send_signal(number)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (code, b"", b"")
    assert not halves(tmp_path)
    assert "grid.parquet" not in os.listdir(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGHUP, 129)])
def test_workers_end_without_a_word(number, code, tmp_path):
    """A terminal sends these to all of its processes, workers too."""
    words = [*LINES["--parts"], "--engine", "dask"]
    command = [sys.executable, "-m", "mnetcost", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=pipe, stderr=pipe, preexec_fn=heed, start_new_session=True
    ) as running:
        deadline = time.monotonic() + 50
        while not (tmp_path / "part-000000.parquet").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        os.killpg(running.pid, number)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, err) == (code, b"", b"")
    assert not halves(tmp_path)


@pytest.mark.parametrize(
    ("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)], ids=str
)
def test_a_signal_in_a_callback_that_cannot_raise_is_heard(name, code, tmp_path):
    """What a collector's callback raises is printed and forgotten by the interpreter."""
    body = (
        "import gc, os, signal, sys\n"
        "from mnetcost import cli\n"
        "def once(phase, info):\n"
        "    if any(n.endswith('.mnetcost') for n in os.listdir('.')):\n"
        "        gc.callbacks.remove(once)\n"
        "        os.kill(os.getpid(), getattr(signal, sys.argv[1]))\n"
        "gc.callbacks.append(once)\n"
        "gc.set_threshold(10)\n"
        "cli.main(sys.argv[2:])\n"
    )
    command = [sys.executable, "-c", body, name, *LINES["--parts"]]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, preexec_fn=heed, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", b"")
    assert not halves(tmp_path)


def halves(folder):
    return [name for name in os.listdir(folder) if name.endswith(".mnetcost")]


def test_a_hang_up_that_is_ignored_stays_ignored(tmp_path):
    """As nohup has it."""
    script = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "os.execv(sys.executable, [sys.executable, '-c', sys.argv[1]])\n"
    )
    body = (
        "import os, signal\n"
        "from mnetcost import cli\n"
        "cli._end_in_order()\n"
        "os.kill(os.getpid(), signal.SIGHUP)\n"
        "print(cli.run(['--version']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, body], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0"
