"""Processes under limits of the operating system: one that takes more is ended by it."""

import subprocess
import sys
from pathlib import Path

import pytest

# A second is that of an idle processor: a busy one, on which a known piece of work takes longer
# than YARDSTICK, has as much more; and the limit is in whole seconds. Address space counts from
# what the interpreter itself has mapped. It is started once for several files: each is read by a
# process of its own, which has the limits.
YARDSTICK = 0.06
_LIMITED = """
import math, os, resource, sys, time, traceback
from mnetcost import SpecError, load
from mnetcost.analysis.check.check import checks
from mnetcost.analysis.reconcile.candidates import candidates
def limit(seconds):
    start = time.process_time()
    sum(len(str([number])) for number in range(200_000))
    busy = max(1, (time.process_time() - start) / float(sys.argv[1]))
    with open("/proc/self/statm") as file:
        sizes = file.read().split()
    mapped, resident = (int(pages) * resource.getpagesize() for pages in sizes[:2])
    seconds = math.ceil(time.process_time() + seconds * busy)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    most = mapped - resident + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
def held(path):
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    try:
        limit(float(sys.argv[2]))
        WORK
    except SpecError:
        pass
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
failed = [one for one in sys.argv[4:] if not any(held(one) for _ in range(int(sys.argv[3])))]
if failed:
    sys.exit("over the limits: " + ", ".join(failed))
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")


def limited(
    *paths: Path,
    work: str = "load(path)",
    seconds: float = 1,
    memory: int = 100_000_000,
    tries: int = 1,
) -> subprocess.CompletedProcess[str]:
    """What a process says that does the work on each file within these seconds and bytes."""
    code = _LIMITED.replace("WORK", work).replace("MEMORY", str(memory))
    command = [sys.executable, "-c", code, *map(str, (YARDSTICK, seconds, tries, *paths))]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def held(
    *paths: Path, work: str = "load(path)", seconds: float = 1, memory: int = 100_000_000
) -> None:
    """Hold the work to the limits; it has a second try, where others came in between."""
    ran = limited(*paths, work=work, seconds=seconds, memory=memory, tries=2)
    assert (ran.returncode, ran.stderr) == (0, "")
