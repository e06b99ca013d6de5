"""Each format shows the same cells, adds up to its own totals, and runs nothing it is given."""

import csv
import io
import re
from fractions import Fraction

import pytest
from hostile import named
from pages import TABLES, Rows

import mnetcost
from mnetcost.render import renderer
from mnetcost.reports.compare import compare_report
from mnetcost.reports.diff import diff_report
from mnetcost.reports.sweep import sweep_report
from mnetcost.reports.table import table_report
from mnetcost.tabular import Kind, Page


def _reports() -> dict[str, Page]:
    net = mnetcost.load(named("Names", "here"))
    return {
        "MobileNet v1": table_report(mnetcost.load("mobilenet_v1").cost("0.75", "6/7")),
        "names": table_report(net.cost(1, "1/2")),
        "sweep": sweep_report([({}, mnetcost.sweep(net, alpha="1,0.75", rho="1,6/7"))]),
        "diff": diff_report(mnetcost.diff("resnet18", net.cost("0.75"))),
        "compare": compare_report(mnetcost.compare([net, "mobilenet_v1@alpha=0.5", net.cost(2)])),
        "one point": sweep_report([({}, mnetcost.sweep("mobilenet_v1", alpha=1, resolution=160))]),
    }


REPORTS = _reports()
reports = pytest.mark.parametrize("name", REPORTS)


def _cells(name: str, format_: str) -> list[Rows]:
    """The body cells of every table of a report, without bars."""
    found = TABLES[format_](renderer(format_)(REPORTS[name]))
    bars = [
        {place for place, column in enumerate(table.columns) if column.kind is Kind.BAR}
        for table in REPORTS[name].tables
    ]
    drop = bars if format_ == "html" else [set()] * len(found)
    return [
        [[cell for place, cell in enumerate(row) if place not in gone] for row in rows[1:]]
        for rows, gone in zip(found, drop, strict=True)
    ]


@reports
@pytest.mark.parametrize("format_", ["latex", "html"])
def test_every_format_has_the_same_cells(name: str, format_: str) -> None:
    assert _cells(name, format_) == _cells(name, "markdown")


@reports
def test_the_plain_tables_have_the_same_cells(name: str) -> None:
    plain = renderer("text")(REPORTS[name])
    lines = {tuple(re.sub("[█▉▊▋▌▍▎▏░▒▓]", "", line).split()) for line in plain.split("\n")}
    for rows in _cells(name, "markdown"):
        for row in rows:
            assert tuple(" ".join(row).split()) in lines


@reports
@pytest.mark.parametrize("format_", TABLES)
def test_printed_columns_add_up_to_the_printed_totals(name: str, format_: str) -> None:
    for table, rows in zip(REPORTS[name].tables, _cells(name, format_), strict=True):
        shown = [column for column in table.columns if column.kind is not Kind.BAR]
        if any(column.total for column in shown):
            *every, total = rows
            assert total[table.without(Kind.BAR).label] == "Total"
            assert len(every) == len(table.rows)
            depths = table.depths or [0] * len(every)
            body = [row for row, depth in zip(every, depths) if not depth]
            for place, column in enumerate(shown):
                if column.total:
                    printed = [int(row[place].replace(",", "")) for row in body]
                    assert sum(printed) == int(total[place].replace(",", ""))


@reports
def test_printed_shares_add_up_to_a_hundred(name: str) -> None:
    for table, rows in zip(REPORTS[name].tables, _cells(name, "markdown"), strict=True):
        shown = [column for column in table.columns if column.kind is not Kind.BAR]
        for place, column in enumerate(shown):
            if column.kind is Kind.SHARE and table.key in ("layers", "types"):
                body = rows[:-1] if any(one.total for one in shown) else rows
                depths = table.depths or [0] * len(body)
                printed = [Fraction(row[place]) for row, depth in zip(body, depths) if not depth]
                assert abs(sum(printed) - 100) <= Fraction(len(printed), 200)


def test_csv_rows_read_back_and_sum_to_the_totals() -> None:
    for name, cost in (
        ("MobileNet v1", mnetcost.load("mobilenet_v1").cost("0.75", "6/7")),
        ("names", mnetcost.load(named("Names", "here")).cost(1, "1/2")),
    ):
        rows = list(csv.DictReader(io.StringIO(renderer("csv")(REPORTS[name]))))
        assert [row["name"] for row in rows] == [layer.name for layer in cost.layers]
        assert sum(int(row["params"]) for row in rows) == cost.params
        assert sum(int(row["mult_adds"]) for row in rows) == cost.mult_adds
        for row in rows:
            share = Fraction(int(row["mult_adds"]), cost.mult_adds)
            assert float(row["mult_adds_share"]) == float(share)
