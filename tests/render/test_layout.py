"""Tables in a narrow terminal."""

from mnetcost.render.layout import report_lines
from mnetcost.tables import Column, Kind, Report, Table


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
