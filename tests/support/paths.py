"""Where the files are that tests read."""

from pathlib import Path

TESTS = Path(__file__).parents[1]
SPECS = TESTS.parent / "specs"
DATA = TESTS / "data"
BAD = TESTS / "spec" / "bad"
BENCHMARKS = TESTS / "benchmarks"
SHIPPED = sorted(path.stem for path in SPECS.glob("*.yaml"))
MIXED = str(DATA / "mixed.yaml")  # a spec with every kind of convolution
