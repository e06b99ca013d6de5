"""Formats run nothing that they are given, and show it as it is."""

import csv
import io
import re
import unicodedata
from pathlib import Path

import pytest
from hostile import HOSTILE, LAYERS, named
from pages import TABLES, Page, unlatexed, unmarked

import mnetcost
from mnetcost import cli
from mnetcost.render import FORMATS, renderer
from mnetcost.reports.table import table_report
from mnetcost.tabular import Column, Kind, Report, Table

CONTROLS = ["\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\u202egnihsif", "a\tb", "\x9b31m"]
# Format characters: an Arabic mark, a soft hyphen, a Mongolian one, shaping, annotations, tags, and
# separators of lines and paragraphs (Unicode, categories Cf, Zl and Zp).
CONTROLS += ["\u061ca", "a\xadb", "a\u180eb", "a\u206ab\u206f", "\ufff9a\ufffb"]
CONTROLS += ["a\U000e0041\U000e007f"]
CONTROLS += ["a\u2028b\u2029", "a\u200db", "\U0001d173a", "a\u3164b"]


def _report(texts: list[str]) -> Report:
    """A report whose every text is one of these."""
    columns = (
        Column("name", "Name", Kind.TEXT),
        Column("words", "Words", Kind.TEXT),
        Column("count", "Count", Kind.INTEGER, total=True),
    )
    rows = tuple((text, text, number) for number, text in enumerate(texts, 1))
    table = Table("texts", "Texts", columns, rows)
    notes = tuple(("Source", text) for text in texts)
    return Report(
        title=texts[0], tables=(table,), notes=notes, document={"texts": texts}, flat=table
    )


@pytest.mark.parametrize("format_", TABLES)
def test_hostile_cells_are_only_shown(format_: str) -> None:
    [rows] = TABLES[format_](renderer(format_)(_report(HOSTILE)))
    assert [row[0] for row in rows[1:-1]] == HOSTILE
    assert [row[1] for row in rows[1:-1]] == HOSTILE


def test_hostile_texts_in_html() -> None:
    text = renderer("html")(_report(HOSTILE))
    page = Page(text)
    assert page.tags <= {
        *("html", "head", "meta", "title", "body", "div", "style", "h1", "p", "strong", "small"),
        *("details", "summary", "table", "thead", "tbody", "tfoot", "tr", "th", "td"),
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
    text = renderer("text")(_report(HOSTILE))
    for one in HOSTILE:
        assert one in text
    assert ("\x1b" in text) == bool(colour)


@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_passes_control_characters_on(format_: str) -> None:
    text = renderer(format_)(_report(CONTROLS))
    assert not {"Cc", "Cf", "Zl", "Zp"} & set(map(unicodedata.category, text.replace("\n", "")))
    assert "\u3164" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_spec_may_be_called_anything_printable(name: str) -> None:
    cost = mnetcost.load(named(name, name)).cost()
    report = table_report(cost)
    assert report.title == report.document["model"] == name
    assert name in Page(renderer("html")(report)).text
    assert unmarked(renderer("markdown")(report).split("\n")[0].removeprefix("# ")) == name
    caption = re.findall(r"\\caption\{(.*): Layers\}\n", renderer("latex")(report))
    assert list(map(unlatexed, caption)) == [name.replace("--", "–")]
    assert renderer("text")(report).split("\n")[0] == f"{name}: {report.setting}"


def test_a_nameless_spec_takes_the_name_of_its_file_and_shows_it_safely(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "<b>\x1b[31mred\tline.yaml"
    path.write_text(LAYERS)
    for format_ in FORMATS:
        assert cli.run(["table", str(path), "--format", format_]) == 0
        out = capsys.readouterr().out
        assert "\x1b" not in out
        if format_ in ("html", "markdown"):
            assert "<b>" not in out
    assert "red" in mnetcost.load(path).name
