"""Processes under limits of the operating system: one that takes more is ended by it."""

import subprocess
import sys
from pathlib import Path

import pytest

# A second is that of an idle processor: a busy one, on which a known piece of work takes longer
# than YARDSTICK, has as much more; and the limit is in whole seconds. Address space counts from
# what the interpreter itself has mapped.
YARDSTICK = 0.06
_LIMITED = """
import math, resource, sys, time
start = time.process_time()
sum(len(str([number])) for number in range(200_000))
busy = max(1, (time.process_time() - start) / float(sys.argv[1]))
from mnetcost import SpecError, load
from mnetcost.analysis.check.check import checks
from mnetcost.analysis.reconcile.candidates import candidates
with open("/proc/self/statm") as file:
    mapped, resident = (int(pages) * resource.getpagesize() for pages in file.read().split()[:2])
seconds = math.ceil(time.process_time() + float(sys.argv[2]) * busy)
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
most = mapped - resident + int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_AS, (most, most))
path = sys.argv[3]
try:
    WORK
except SpecError as error:
    print(error)
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")


def limited(
    path: Path, work: str = "load(path)", seconds: float = 1, memory: int = 100_000_000
) -> subprocess.CompletedProcess[str]:
    """What a process says that does the work within these seconds and bytes."""
    code = _LIMITED.replace("WORK", work)
    command = [sys.executable, "-c", code, str(YARDSTICK), str(seconds), str(path), str(memory)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def held(
    path: Path, work: str = "load(path)", seconds: float = 1, memory: int = 100_000_000
) -> None:
    """Hold the work to the limits; it has a second try, where others came in between."""
    ran = limited(path, work, seconds, memory)
    if ran.returncode < 0:
        ran = limited(path, work, seconds, memory)
    assert (ran.returncode, ran.stderr) == (0, "")
