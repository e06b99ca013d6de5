"""Tables in a narrow terminal."""

from fractions import Fraction

from mnetcost.render.layout import report_lines
from mnetcost.tabular import Column, Kind, Report, Table


def test_a_long_last_cell_goes_on_below_itself() -> None:
    columns = (Column("name", "Name", Kind.TEXT), Column("words", "Words", Kind.TEXT))
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


def test_totals_are_of_the_columns_that_have_one() -> None:
    name, count = Column("name", "Name", Kind.TEXT), Column("n", "N", Kind.INTEGER, total=True)
    assert Table("t", "T", (name, count), (("a", 2), ("b", 5))).totals() == (None, 7)
    assert Table("t", "T", (name, count), ()).totals() == (None, 0)
    assert Table("t", "T", (name,), (("a",),)).totals() is None


def test_totals_of_a_tree_are_those_of_its_top() -> None:
    name, count = Column("name", "Name", Kind.TEXT), Column("n", "N", Kind.INTEGER, total=True)
    rows = (("block", 5), ("one", 2), ("other", 3), ("last", 1))
    table = Table("t", "", (name, count), rows, (0, 1, 1, 0))
    assert table.totals() == (None, 6)
    report = Report(title="R", tables=(table,), notes=(), document={}, flat=table)
    lines = ["".join(text for text, _ in line).rstrip() for line in report_lines(report, None)]
    assert lines[3:9] == [
        "Name     N",
        "block    5",
        "  one    2",
        "  other  3",
        "last     1",
        "Total    6",
    ]


def test_columns_leave_one_after_the_other_and_are_named() -> None:
    columns = (
        Column("name", "Name", Kind.TEXT),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("n", "N", Kind.INTEGER),
        Column("share", "%", Kind.SHARE, leaves=8),
    )
    table = Table("t", "", columns, (("conv_1", (224, 320, 3), 864, Fraction(1, 2)),))
    report = Report(title="R", tables=(table,), notes=(), document={}, flat=table)

    def shown(width: int) -> list[str]:
        lines = report_lines(report, width)
        return ["".join(text for text, _ in line).rstrip() for line in lines][3:]

    assert shown(31) == ["Name    Input        N      %", "conv_1  224×320×3  864  50.00", ""]
    assert shown(28)[:2] == ["Name    Input        N", "conv_1  224×320×3  864"]
    assert " ".join(shown(28)[3:]) == "Hidden: % (wider than 28 columns)"
    assert shown(12)[:2] == ["Name      N", "conv_1  864"]
    assert " ".join(shown(12)[3:]) == "Hidden: Input, % (wider than 12 columns)"


def test_what_is_hidden_is_told_table_by_table() -> None:
    columns = (
        Column("n", "N", Kind.INTEGER),
        Column("share", "%", Kind.SHARE, leaves=8),
        Column("bar", "", Kind.BAR, leaves=9),
    )
    first, empty = (
        Table("first", "A", columns, ((777, Fraction(1, 2), Fraction(1, 2)),)),
        Table("empty", "B", columns[:1], ()),
    )
    report = Report(title="R", tables=(first, empty), notes=(), document={}, flat=first)
    lines = ["".join(text for text, _ in line).rstrip() for line in report_lines(report, 9)]
    assert lines[:10] == ["R", "", "A", "  N", "777", "", "B", "N", "(none)", ""]
    assert " ".join(lines[10:]) == "Hidden: first: % (wider than 9 columns)"


def test_a_grid_is_shortened_before_its_last_columns_leave() -> None:
    """A cell of nine digits takes 13 columns exactly and 7 in short, with its shade."""
    columns = (
        Column("alpha", "α", Kind.NUMBER),
        *(Column(f"{n}", f"ρ{n}", Kind.HEAT) for n in range(20)),
    )
    rows = ((Fraction(1, 2), *[568_740_352] * 20),)
    grid = Table("grid", "G", columns, rows)
    report = Report(title="R", tables=(grid,), notes=(), document={}, flat=grid)

    def shown(width: int | None) -> list[str]:
        lines = report_lines(report, width)
        return ["".join(text for text, _ in line).rstrip() for line in lines][4:]

    assert shown(None)[0].count("568,740,352 █") == 20
    assert shown(23)[0] == "0.5  569 M █  569 M █"
    assert " ".join(shown(23)[2:]) == (
        "Hidden: ρ2, ρ3, ρ4, ρ5, ρ6, 13 more (wider than 23 columns)"
    )
