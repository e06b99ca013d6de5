"""Tables in a narrow terminal."""

import pytest

from mnetcost.render.layout import report_lines, split
from mnetcost.tabular import Column, Kind, Report, Table


def test_a_long_last_cell_goes_on_below_itself() -> None:
    columns = (Column("name", "Name", Kind.TEXT, label=True), Column("words", "Words", Kind.TEXT))
    rows = (("thop", "normalised values where γ and multiply-accumulates are"), ("ours", "few"))
    table = Table("t", "Title", columns, rows)
    report = Report(title="R", tables=(table,), notes=(), document={}, flat=table)
    lines = ["".join(text for text, _ in line).rstrip() for line in report_lines(report, 40)]
    assert lines[3:7] == [
        "Name  Words",
        "thop  normalised values where γ and",
        "      multiply-accumulates are",
        "ours  few",
    ]
    wide = ["".join(text for text, _ in line).rstrip() for line in report_lines(report, None)]
    assert wide[4] == "thop  normalised values where γ and multiply-accumulates are"


@pytest.mark.parametrize(
    ("width", "parts"),
    [
        (48, [[0, 1, 2, 3, 4]]),
        (40, [[0, 1, 2, 3], [0, 4]]),  # what is joined stays together where it fits
        (30, [[0, 1, 2], [0, 3, 4]]),  # and is broken where even alone it does not
        (12, [[0, 1], [0, 2], [0, 3], [0, 4]]),
    ],
)
def test_tables_are_split_between_columns(width, parts):
    columns = [
        Column("name", "Name", Kind.TEXT, label=True),
        Column("a", "A", Kind.INTEGER),
        Column("b", "B", Kind.INTEGER, joined=True),
        Column("c", "C", Kind.INTEGER, joined=True),
        Column("d", "D", Kind.INTEGER),
    ]
    assert split(columns, [8, 8, 8, 8, 8], width) == parts


def test_totals_are_of_the_columns_that_have_one() -> None:
    name, count = Column("name", "Name", Kind.TEXT), Column("n", "N", Kind.INTEGER, total=True)
    assert Table("t", "T", (name, count), (("a", 2), ("b", 5))).totals() == (None, 7)
    assert Table("t", "T", (name, count), ()).totals() == (None, 0)
    assert Table("t", "T", (name,), (("a",),)).totals() is None
