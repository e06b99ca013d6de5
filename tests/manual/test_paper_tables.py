"""The tables of the tutorial on the MobileNets paper hold what is counted and what is printed."""

import csv
import re
from pathlib import Path

import mnetcost

PAGE = (Path(mnetcost.__file__).parent / "manual" / "paper-tables.md").read_text(encoding="utf-8")
PRINTED = Path(__file__).parents[1] / "data" / "paper_figures.csv"


def printed() -> dict[tuple[str, str], str]:
    """Table and row, and the quantity, to the figure as the paper prints it."""
    lines = PRINTED.read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {(row["table"], row["quantity"]): row["printed"].removesuffix(" M") for row in rows}


def test_table_3() -> None:
    row = r"^\| (\d) \| `mnetcost table (\S+)(.*)` \| (\S+) \| (\S+) \| (\S+) \| (\S+) \|$"
    found = re.findall(row, PAGE, re.MULTILINE)
    assert len(found) == 4
    for number, name, options, mult_adds, work, params, size in found:
        setting = dict(re.findall(r"--(\w+) (\S+)", options))
        cost = mnetcost.load(name).cost(**setting)
        assert f"{cost.mult_adds:,}" == mult_adds
        assert f"{cost.params:,}" == params
        assert printed()[f"Table 3 row {number}", "mult_adds"] == work
        assert printed()[f"Table 3 row {number}", "params"] == size


def test_tables_6_and_7() -> None:
    row = r"^\| ([67]) \| `mnetcost sweep mobilenet_v1 --(\w+) 1` \| (.*) \|$"
    found = re.findall(row, PAGE, re.MULTILINE)
    assert len(found) == 2
    for table, axis, figures in found:
        rows = [f"Table {table} row {number}" for number in range(1, 5)]
        assert figures.split(", ") == [printed()[one, "mult_adds"] for one in rows]
        grid = mnetcost.sweep("mobilenet_v1", **{axis: 1})
        for exact, figure in zip(grid.mult_adds.ravel(), figures.split(", "), strict=True):
            assert int(figure) in (exact // 10**6, (exact + 500_000) // 10**6)


def test_tables_8_and_9() -> None:
    row = r"^\| [^|]+ \| `(\S+)` \| \d+ \| (\d+\.\d\d) \| \S+ \| (\d+\.\d{3}) \|$"
    found = re.findall(row, PAGE, re.MULTILINE)
    assert len(found) == 6
    costs = mnetcost.compare([target for target, *_ in found]).counts
    for cost, (_, mult_adds, params) in zip(costs, found, strict=True):
        assert f"{cost.mult_adds / 10**6:.2f}" == mult_adds
        assert f"{cost.params / 10**6:.3f}" == params
