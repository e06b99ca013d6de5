"""Reports as HTML: how tables fold, stand as trees, scroll and are coloured."""

import re
from fractions import Fraction

import pytest
from commands import printed
from pages import Page

from mnetcost.render.html import render_fragment, render_html
from mnetcost.tabular import Column, Kind, Report, Table

NAME, COUNT = Column("name", "Name", Kind.TEXT), Column("n", "N", Kind.AMOUNT, total=True)


def table(rows: int, title: str = "Rows\nand what they are") -> Table:
    return Table("t", title, (NAME, COUNT), tuple((f"row {one}", one) for one in range(rows)))


def report(*tables: Table, **more: object) -> Report:
    return Report(title="R", tables=tables, notes=(), document={}, flat=tables[0], **more)


def opened(page: str) -> list[bool]:
    return [words == " open" for words in re.findall("<details( open|)>", page)]


def test_a_notebook_folds_what_is_long_unless_it_is_all() -> None:
    page = render_fragment(report(table(41), table(40)))
    assert opened(page) == [False, True]
    assert "<summary>Rows (41 rows)<small>and what they are</small></summary>" in page
    assert "<summary>Rows<small>and what they are</small></summary>" in page
    alone = render_fragment(report(table(41)))
    assert opened(alone) == [True]
    assert 'class="box long"' in alone  # which scrolls
    assert opened(render_fragment(report(*[table(1)] * 8))) == [True] * 6 + [False] * 2


def test_a_page_folds_nothing_and_fits_its_window() -> None:
    page = render_html(report(table(41), table(40)))
    assert opened(page) == [True, True]
    assert "long" not in re.findall('class="box([^"]*)"', page)
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "@media print" in page
    assert Page(page).tags >= {"h1", "details", "summary", "table"}


def test_a_page_needs_no_network() -> None:
    assert not re.search(
        r"https?://(?!www\.w3\.org/)|<script|@import|url\(", render_html(report(table(1)))
    )


def test_a_tree_is_indented_and_its_totals_are_those_of_its_top() -> None:
    rows = (("block", 5), ("one", 2), ("other", 3), ("last", 1))
    page = render_fragment(report(Table("t", "T", (NAME, COUNT), rows, (0, 1, 1, 0))))
    assert '<tr class="h"><td>block</td>' in page
    assert page.count("padding-left:1.9em") == 2
    assert '<tfoot><tr><td>Total</td><td class="n">6</td></tr></tfoot>' in page


def test_amounts_are_in_the_unit_of_their_table() -> None:
    page = render_fragment(report(table(2)).in_unit("K"))
    assert '<td class="n">0.001 K</td>' in page


@pytest.mark.parametrize("sign", ["added", "removed", "changed", "same"])
def test_a_row_that_changed_is_coloured(sign: str) -> None:
    columns = (Column("change", "", Kind.SIGN), NAME, COUNT)
    page = render_fragment(report(Table("t", "T", columns, ((sign, "a", 1),))))
    assert f'<tr class="{sign}"><td>' in page
    assert f"tr.{sign}{{" in page
    assert "<td></td><td>Total</td>" in page  # none in the column of signs


@pytest.mark.parametrize(
    ("verdict", "colour"),
    [
        *(("agrees", "good"), ("fits", "good"), ("same", "good"), ("differs", "bad")),
        *(("over", "bad"), ("unknown", "bad"), ("erratum", "warn"), ("not compared", "")),
    ],
)
def test_a_verdict_is_coloured(verdict: str, colour: str) -> None:
    column = Column("verdict", "Verdict", Kind.VERDICT)
    page = render_fragment(report(Table("t", "T", (NAME, column), (("a", verdict),))))
    words = f' class="{colour}"' if colour else ""
    assert f"<td><span{words}>{verdict}</span></td>" in page


def test_a_long_text_takes_several_lines_and_has_room() -> None:
    rows = (("x" * 41, 1), ("y", 2))  # a third of its signs, em, and never more than 13
    page = render_fragment(report(Table("t", "T", (NAME, COUNT), rows)))
    assert page.count('<td class="w" style="min-width:13em">') == 2
    assert "min-width:13em" in render_fragment(report(Table("t", "T", (NAME,), (("x" * 500,),))))
    assert 'class="w"' not in render_fragment(report(table(1)))


def test_an_empty_table_says_so() -> None:
    assert "<small>(none)</small>" in render_fragment(report(table(0)))


def test_answers_stand_above_the_tables_and_warnings_below() -> None:
    page = render_fragment(report(table(1), answer=("Weights   12  <b>",), warnings=("mind it",)))
    assert '<p class="said">Weights&emsp;12&emsp;&lt;b&gt;</p><details' in page
    assert '<strong class="warn">Warning:</strong> mind it' in page


def test_columns_leave_a_narrow_window_by_their_priority_and_are_named() -> None:
    columns = (
        NAME,
        Column("input", "Input\nof it", Kind.MAP, leaves=7),
        COUNT,
        Column("share", "%", Kind.SHARE, leaves=8),
        Column("bar", "", Kind.BAR, leaves=9),
    )
    row = ("separable_7/depthwise", (112, 112, 1024), 12_345_678, Fraction(1, 3), Fraction(1, 3))
    page = render_fragment(report(Table("t", "T", columns, (row,))))
    # em: name 21·0.6 + 1.4 = 14; input 12·0.6 + 1.4 = 8.6; N 10·0.6 + 1.4 = 7.4; % 4.4; bar 9.2.
    # All are 43.6, without the bar 34.4, without the share 30.
    assert '<td class="u48"><div class="b"' in page
    assert '<td class="n u36">33.33</td>' in page
    assert '<th class="u30">Input\nof it</th>' in page
    assert '<tfoot><tr><td>Total</td><td class="u30"></td><td class="n">12,345,678</td>' in page
    named = '<span class="v36">%</span><span class="v30">Input of it</span>'
    assert f'<small class="v36">Wider windows show: {named}</small>' in page
    for em in (30, 36, 48):
        assert f"@container (max-width:{em}em){{.mnetcost .u{em}{{display:none}}" in page
    assert "Wider" not in render_fragment(report(table(2)))


@pytest.mark.parametrize(
    "words",
    [
        ["table", "resnet50"],
        ["specs", "resnet"],
        ["conventions"],
        ["fit", "mobilenet_v1", "--max-mult-adds", "150M"],
        ["sweep", "mobilenet_v1_layer", "--alpha", "0.1:1:0.0002", "--rho", "1"],
    ],
    ids=lambda words: words[0],
)
def test_a_page_names_no_options_of_the_command_line(words: list[str]) -> None:
    """They stand in brackets, which a page leaves out; its style sheet is none of what it says."""
    body = printed(*words, "--format", "html").partition("</style>")[2]
    text = re.sub("<[^>]*>", " ", body)
    assert not re.search(r"(?<![\w-])--[a-z]", text)
    assert "(--" in printed(*words)
