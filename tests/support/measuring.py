"""Whole processes, timed and weighed."""

import os
import subprocess
import sys

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
