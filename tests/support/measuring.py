"""Whole processes, timed and weighed."""

import os
import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median

# Compiled modules are kept between runs, as they are for any installed package.
ENVIRONMENT = {key: os.environ[key] for key in os.environ if key != "PYTHONDONTWRITEBYTECODE"}


# A small process in between: memory is counted from the one that starts another.
WATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def run(command: list[str]) -> str:
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, check=True)
    return done.stdout.decode()


def measure(benchmark, command: list[str], rounds: int, expected: str) -> None:
    """Time a whole process, and note its peak resident memory in MB (1e6 bytes)."""
    printed = run([sys.executable, "-I", "-c", WATCH, *command])
    assert expected in printed
    benchmark.extra_info["peak_memory_mb"] = round(int(printed.split()[-1]) * 1024 / 1e6)
    benchmark.pedantic(run, args=(command,), rounds=rounds, warmup_rounds=1)


def processor_seconds(command: list[str]) -> float:
    """User and system time of a whole process."""
    before = getrusage(RUSAGE_CHILDREN)
    run(command)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(benchmark, command: list[str], other: list[str], rounds: int) -> None:
    """Time two processes in turn, and note what the first takes in processor times of the other.

    Times of one pair lie close together: a machine whose speed drifts changes both.
    """
    own: list[float] = []
    others: list[float] = []

    def take_other() -> None:
        others.append(processor_seconds(other))

    def take_own() -> None:
        own.append(processor_seconds(command))

    take_other(), take_own()
    benchmark.pedantic(take_own, setup=take_other, rounds=rounds)
    benchmark.extra_info["median_seconds"] = [round(median(one), 4) for one in (own, others)]
    benchmark.extra_info["ratio"] = round(median(a / b for a, b in zip(own, others)), 2)
