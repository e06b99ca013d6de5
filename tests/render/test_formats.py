"""Each format shows the same cells, adds up to its own totals, and runs nothing it is given."""

import csv
import io
import re
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

import mnetcost
from mnetcost import cli
from mnetcost.render import FORMATS, renderer
from mnetcost.reports.compare import compare_report
from mnetcost.reports.cost import cost_report
from mnetcost.reports.diff import diff_report
from mnetcost.reports.sweep import sweep_report
from mnetcost.tables import Column, Kind, Report, Table

HOSTILE = [
    "<script>alert(1)</script>",
    "a | b || c",
    r"$\input{/etc/passwd}$ 100% #1 & ~ ^ _ {x}",
    r"\textbf{bold} \\ \end{tabular}",
    '=cmd("/C calc")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "[red]markup[/red] [link=http://x]y[/link]",
    "**bold** _em_ `code` ~~gone~~ # head ![img](x)",
    "&lt;b&gt; &amp; &#60;",
    "quotes \" and ' and , and ;",
    "移动网络 😀 ｗｉｄｅ",
]
CONTROLS = ["\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\u202egnihsif", "a\tb", "\x9b31m"]
NAMES = ["a (b) + c: d/e.f", "名", "1e5", "010", "x-y_z", "q" * 100]

_SPEC = "input: {height: 40, width: 24, channels: 3}\nwidth: {round: nearest}\nlayers:\n"
_SPEC += "  - conv: {out: 8, kernel: [3, 5], bias: true, norm: batch, act: prelu}\n"
_SPEC += "".join(f"  - separable: {{name: '{name}', out: 24}}\n" for name in NAMES)
_SPEC += "  - global_avg_pool\n  - dense: {out: 10}\n  - softmax\n"

_LATEX = {
    r"\textbackslash{}": "\\",
    r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^",
    r"\textsuperscript{2}": "²",
    r"$\times$": "×",
    r"$\to$": "→",
    r"$\alpha$": "α",
    r"$\beta$": "β",
    r"$\gamma$": "γ",
    r"$\rho$": "ρ",
    "--": "–",
    "``": "“",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\textbar{}": "|",
    "{[}": "[",
    "{]}": "]",
    **{rf"\{sign}": sign for sign in "{}$&#%_"},
}
_UNLATEX = re.compile("|".join(map(re.escape, _LATEX)))

Rows = list[list[str]]


def _spec(name: str, source: str) -> str:
    quoted = (text.replace("'", "''") for text in (name, source))
    return "name: '{}'\nsource: '{}'\n".format(*quoted) + _SPEC


def _report(texts: list[str]) -> Report:
    """A report whose every text is one of these."""
    columns = (
        Column("name", "Name", Kind.TEXT, label=True),
        Column("words", "Words", Kind.TEXT),
        Column("count", "Count", Kind.INTEGER, total=True),
    )
    rows = tuple((text, text, number) for number, text in enumerate(texts, 1))
    table = Table("texts", "Texts", columns, rows)
    notes = tuple(("Source", text) for text in texts)
    return Report(texts[0], (table,), notes, {"texts": texts}, table)


class _Page(HTMLParser):
    """The tags, texts and table cells of a page; fails where tags do not balance."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.tables: list[Rows] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag not in ("meta", "!doctype"):
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data


def _markdown(text: str) -> list[Rows]:
    """The tables of a Markdown text, with their cells unescaped."""
    tables: list[Rows] = []
    for block in text.split("\n\n"):
        if block.startswith("|"):
            lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in block.strip().split("\n")]
            assert len({len(line) for line in lines}) == 1, "a cell that ends early"
            assert all(re.fullmatch(r" -+:? ", cell) for cell in lines[1])
            tables.append([[_unmarked(cell) for cell in line] for line in (lines[0], *lines[2:])])
    return tables


def _unmarked(text: str) -> str:
    text = re.sub(r"(?<!\\)\*\*", "", text.strip())
    return re.sub(r"\\(.)", r"\1", text).replace("&lt;", "<").replace("&amp;", "&")


def _latex(text: str) -> list[Rows]:
    """The tables of a LaTeX text, with their cells unescaped."""
    tables = []
    for body in re.findall(r"\\toprule\n(.*?)\\bottomrule", text, re.DOTALL):
        lines = [line.strip() for line in body.split("\n") if line.strip().endswith(r"\\")]
        split = [re.split(r"(?<!\\)&", line.removesuffix(r"\\")) for line in lines]
        assert len({len(line) for line in split}) == 1
        tables.append([[_unlatexed(cell) for cell in line] for line in split])
    return tables


def _unlatexed(text: str) -> str:
    stacked = re.sub(r"\\shortstack\[[lr]\]\{(.*?)\}(?=\s|$)", r"\1", text).replace(r" \\ ", " ")
    return _UNLATEX.sub(lambda found: _LATEX[found.group()], stacked).strip()


def _html(text: str) -> list[Rows]:
    return _Page(text).tables


TABLES = {"markdown": _markdown, "latex": _latex, "html": _html}


def _reports() -> dict[str, Report]:
    net = mnetcost.load(_spec("Names", "here"))
    return {
        "MobileNet v1": cost_report(mnetcost.load("mobilenet_v1").cost("0.75", "6/7")),
        "names": cost_report(net.cost(1, "1/2")),
        "sweep": sweep_report(mnetcost.sweep(net, alpha="1,0.75", rho="1,6/7")),
        "diff": diff_report(mnetcost.diff("resnet18", net.cost("0.75"))),
        "compare": compare_report(mnetcost.compare([net, "mobilenet_v1@alpha=0.5", net.cost(2)])),
        "one point": sweep_report(mnetcost.sweep("mobilenet_v1", alpha=1, resolution=160)),
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
    plain = renderer("rich")(REPORTS[name])
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
            *body, total = rows
            assert total[0] == "Total"
            assert len(body) == len(table.rows)
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
                printed = [Fraction(row[place]) for row in rows[:-1]]
                assert abs(sum(printed) - 100) <= Fraction(len(printed), 200)


def test_csv_rows_read_back_and_sum_to_the_totals() -> None:
    for name, cost in (
        ("MobileNet v1", mnetcost.load("mobilenet_v1").cost("0.75", "6/7")),
        ("names", mnetcost.load(_spec("Names", "here")).cost(1, "1/2")),
    ):
        rows = list(csv.DictReader(io.StringIO(renderer("csv")(REPORTS[name]))))
        assert [row["name"] for row in rows] == [layer.name for layer in cost.layers]
        assert sum(int(row["params"]) for row in rows) == cost.params
        assert sum(int(row["mult_adds"]) for row in rows) == cost.mult_adds
        for row in rows:
            share = Fraction(int(row["mult_adds"]), cost.mult_adds)
            assert float(row["mult_adds_share"]) == float(share)


@pytest.mark.parametrize("format_", TABLES)
def test_hostile_cells_are_only_shown(format_: str) -> None:
    [rows] = TABLES[format_](renderer(format_)(_report(HOSTILE)))
    assert [row[0] for row in rows[1:-1]] == HOSTILE
    assert [row[1] for row in rows[1:-1]] == HOSTILE


def test_hostile_texts_in_html() -> None:
    text = renderer("html")(_report(HOSTILE))
    page = _Page(text)
    assert page.tags <= {
        *("html", "head", "meta", "title", "body", "div", "style", "h3", "dl", "dt", "dd"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    }
    assert all(one in page.text for one in HOSTILE)
    assert "<script" not in text


def test_hostile_texts_in_markdown() -> None:
    text = renderer("markdown")(_report(HOSTILE))
    assert not re.search(r"<\w", text)
    assert not re.search(r"(?<!\\)[`\[\]~]", text)
    outside = [line for line in text.split("\n") if not line.startswith("|")]
    assert not any(re.search(r"(?<!\\)\|", line) for line in outside)


def test_hostile_texts_in_latex() -> None:
    text = renderer("latex")(_report(HOSTILE))
    commands = set(re.findall(r"\\([A-Za-z]+)", text))
    assert not commands & {"input", "textbf"}
    assert text.count(r"\end{tabular}") == 1
    lines = [line for line in text.split("\n") if not line.startswith("%")]
    assert not any(re.search(r"(?<!\\)%(?!$)", line) for line in lines), "a comment hides text"
    for line in lines:
        assert len(re.findall(r"(?<!\\)\$", line)) % 2 == 0


def test_hostile_texts_in_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(renderer("csv")(_report(HOSTILE)))))
    for row, text in zip(rows, HOSTILE, strict=True):
        assert row["name"] == (f"'{text}" if text[0] in "=+-@" else text)


@pytest.mark.parametrize("colour", ["", "1"])
def test_hostile_texts_in_a_terminal(colour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", colour)
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("TERM", "xterm-256color")
    text = renderer("rich")(_report(HOSTILE))
    for one in HOSTILE:
        assert one in text
    assert ("\x1b" in text) == bool(colour)


@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_passes_control_characters_on(format_: str) -> None:
    text = renderer(format_)(_report(CONTROLS))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_spec_may_be_called_anything_printable(name: str) -> None:
    cost = mnetcost.load(_spec(name, name)).cost()
    report = cost_report(cost)
    assert report.title == report.document["model"] == name
    assert name in _Page(renderer("html")(report)).text
    assert _unmarked(renderer("markdown")(report).split("\n")[0].removeprefix("# ")) == name
    caption = re.findall(r"\\caption\{(.*): Layers \(MACs.*\}\n", renderer("latex")(report))
    assert list(map(_unlatexed, caption)) == [name.replace("--", "–")]
    assert renderer("rich")(report).split("\n")[0] == name


def test_a_nameless_spec_takes_the_name_of_its_file_and_shows_it_safely(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "<b>\x1b[31mred\tline.yaml"
    path.write_text(_SPEC)
    for format_ in FORMATS:
        assert cli.run(["table", str(path), "--format", format_]) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        if format_ in ("html", "markdown"):
            assert "<b>" not in out
    assert "red" in mnetcost.load(path).name


def test_a_network_and_a_cost_display_as_html() -> None:
    net = mnetcost.load("mobilenet_v1")
    cost = net.cost(alpha=0.75, rho="6/7")
    page = _Page(cost._repr_html_())
    assert len(page.tables) == 3
    assert f"{cost.mult_adds:,}" in page.text
    assert "MobileNet v1" in page.text
    assert net._repr_html_() == net.cost()._repr_html_()
    assert "568,740,352" in net._repr_html_()
    assert "MobileNet v1" in repr(net)
    assert f"{cost.mult_adds:,}" in repr(cost)
    hostile = mnetcost.load(_spec(HOSTILE[0], HOSTILE[0]))
    assert "<script" not in hostile._repr_html_()
