"""Texts that are made to cost much are read or refused in a second and 100 MB."""

import subprocess
import sys
from pathlib import Path

import pytest
from attacks import ATTACKS

import mnetcost
from mnetcost.manual import find
from mnetcost.spec import shipped
from mnetcost.steps import MAX_STEPS, Steps

# What a process may take is the operating system's to say: one that takes more is ended by it. A
# second is that of an idle processor: a busy one, on which a known piece of work takes longer than
# YARDSTICK, has as much more; and the limit is in whole seconds. Address space counts from what the
# interpreter itself has mapped.
YARDSTICK = 0.06
_LIMITED = """
import math, resource, sys, time
start = time.process_time()
sum(len(str([number])) for number in range(200_000))
busy = max(1, (time.process_time() - start) / float(sys.argv[1]))
from mnetcost import SpecError, load
with open("/proc/self/statm") as file:
    mapped, resident = (int(pages) * resource.getpagesize() for pages in file.read().split()[:2])
seconds = math.ceil(time.process_time() + busy)
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
most = mapped - resident + 100_000_000
resource.setrlimit(resource.RLIMIT_AS, (most, most))
try:
    load(sys.argv[2])
except SpecError as error:
    print(error)
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")


def _read(path: Path) -> subprocess.CompletedProcess[str]:
    """What a process says that reads a file under the limits."""
    command = [sys.executable, "-c", _LIMITED, str(YARDSTICK), str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@linux
@pytest.mark.parametrize("name", ATTACKS)
def test_a_text_is_read_or_refused_within_the_limits(name: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(ATTACKS[name], encoding="utf-8")
    assert path.stat().st_size <= 2**20
    ran = _read(path)
    if ran.returncode < 0:
        ran = _read(path)  # others came in between
    assert (ran.returncode, ran.stderr) == (0, "")


@linux
def test_the_limits_end_what_takes_more(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("layers: []\n", encoding="utf-8")
    for more in (
        "load = lambda path: [None] * 20_000_000",
        "load = lambda path: sum(range(10**9))",
    ):
        command = [sys.executable, "-c", _LIMITED.replace("with open", f"{more}\nwith open", 1)]
        ran = subprocess.run(
            [*command, str(YARDSTICK), str(path)], capture_output=True, check=False
        )
        assert ran.returncode != 0


def test_the_manual_says_how_many_steps_there_are() -> None:
    assert f"at most {MAX_STEPS:,} steps" in " ".join(find("language").split())


def test_a_network_of_the_zoo_takes_a_small_part_of_the_steps() -> None:
    class Counted(Steps):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    made: list[Steps] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mnetcost.problems.Steps", Counted)
        for name in shipped():
            mnetcost.load(name)
    assert 15_000 < MAX_STEPS - min(one.left for one in made) < 25_000  # some 20,000


def test_a_list_has_as_many_entries_as_a_network_has_layers() -> None:
    head = "input: {height: 9, width: 6, channels: 3}\nlayers:\n"
    assert len(mnetcost.load(head + "  - relu\n" * 10_000).graph.nodes) == 10_000
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(head + "  - relu\n" * 10_001)
    (problem,) = error.value.problems
    assert (problem.code, problem.mark[:2]) == ("too-large", (3, 3))


def test_a_text_of_too_many_values_says_how_many_there_may_be() -> None:
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load("a: [" + ("[" + "1," * 9_000 + "],") * 20 + "]\n")
    assert "over 150,000 values; no spec or preset has so many" in str(caught.value)
