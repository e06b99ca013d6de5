"""Where the files are that tests read."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
SPECS = TESTS.parent / "specs"
DATA = TESTS / "data"
BAD = TESTS / "spec" / "bad"
BENCHMARKS = TESTS / "benchmarks"
