"""Texts that are made to cost much are refused in a second and 100 MB."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mnetcost

LABEL = "spec.yaml"
HEAD = "input: {height: 32, width: 32, channels: 3}\nlayers:\n"


def _fill(head: str, line: str) -> str:
    """Nearly a mebibyte of one line."""
    return head + line * ((2**20 - len(head)) // len(line))


LAUGHS = "a: &a [lol]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi")
)
REPEATS = HEAD + "".join(
    f"{'  ' * level}  - repeat: 10000\n{'  ' * level}    layers:\n" for level in range(0, 40, 2)
)
HOSTILE = {
    "billion laughs": LAUGHS,
    "100,000 brackets": "[" * 100_000,
    "nested repeats": REPEATS + " " * 84 + "- relu\n",
    "5,000 digits": f"{HEAD}  - conv: {{out: {'9' * 5_000}}}\n",
    "exponents": HEAD + "  - conv: {out: 1e-3000000}\n  - dropout: {rate: 1e-3000000}\n",
    "a mebibyte of unknown layers": _fill(HEAD, "  - sperable\n"),
    "a mebibyte of equal keys": _fill("", "a:\n"),
    "a mebibyte of layers": _fill(HEAD, "  - relu\n"),
    "a mebibyte of convolutions": _fill(HEAD, "  - conv: {out: 8}\n"),
    "a mebibyte of one list": _fill("a: [", "1,"),
    "a mebibyte of tags": _fill("a: [", "!!str 1,"),
    "a mebibyte in quotes": _fill('a: "', "\\x41"),
}

_MEASURE = """
import json, pathlib, resource, sys, time
import mnetcost
def yardstick():  # 0.06 seconds of processor time on an idle machine, more on a busy one
    start = time.process_time()
    sum(len(str([number])) for number in range(200_000))
    return time.process_time() - start
before = yardstick()
start = time.process_time()
try:
    mnetcost.load(sys.argv[1])
    problems = 0
except mnetcost.SpecError as error:
    problems = len(error.problems)
    str(error)
seconds = time.process_time() - start
seconds *= min(1, 0.12 / (before + yardstick()))
status = pathlib.Path("/proc/self/status")
if status.exists():  # here ru_maxrss would begin with what the test's own process holds
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([problems, seconds, peak]))
"""


def _measure(path: Path) -> tuple[int, float, int]:
    """Problems, seconds of an idle processor and peak bytes of a process that loads `path`."""
    command = [sys.executable, "-c", _MEASURE, str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    problems, seconds, peak = json.loads(ran.stdout)
    return problems, seconds, peak


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_refused_in_a_second_and_100_mb(name: str, tmp_path: Path) -> None:
    path = tmp_path / LABEL
    path.write_text(HOSTILE[name], encoding="utf-8")
    problems, seconds, peak = _measure(path)
    if seconds >= 1.0:
        seconds = min(seconds, _measure(path)[1])
    assert 1 <= problems <= 100
    assert seconds < 1.0
    assert peak < 100e6


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
