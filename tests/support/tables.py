"""Tables of published figures, in tests/data."""

import csv

from paths import DATA


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table, without its lines of comment."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))
