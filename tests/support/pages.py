"""Reads the tables of a page, a Markdown text or a LaTeX text back, cells unescaped."""

import re
from html.parser import HTMLParser

LATEX = {
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
UNLATEX = re.compile("|".join(map(re.escape, LATEX)))

Rows = list[list[str]]


class Page(HTMLParser):
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


def markdown(text: str) -> list[Rows]:
    """The tables of a Markdown text, with their cells unescaped."""
    tables: list[Rows] = []
    for block in text.split("\n\n"):
        if block.startswith("|"):
            lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in block.strip().split("\n")]
            assert len({len(line) for line in lines}) == 1, "a cell that ends early"
            assert all(re.fullmatch(r" -+:? ", cell) for cell in lines[1])
            tables.append([[unmarked(cell) for cell in line] for line in (lines[0], *lines[2:])])
    return tables


def unmarked(text: str) -> str:
    text = re.sub(r"(?<!\\)\*\*", "", text.strip())
    return re.sub(r"\\(.)", r"\1", text).replace("&lt;", "<").replace("&amp;", "&")


def latex(text: str) -> list[Rows]:
    """The tables of a LaTeX text, with their cells unescaped."""
    tables = []
    for body in re.findall(r"\\toprule\n(.*?)\\bottomrule", text, re.DOTALL):
        lines = [line.strip() for line in body.split("\n") if line.strip().endswith(r"\\")]
        split = [re.split(r"(?<!\\)&", line.removesuffix(r"\\")) for line in lines]
        assert len({len(line) for line in split}) == 1
        tables.append([[unlatexed(cell) for cell in line] for line in split])
    return tables


def unlatexed(text: str) -> str:
    stacked = re.sub(r"\\shortstack\[[lr]\]\{(.*?)\}(?=\s|$)", r"\1", text).replace(r" \\ ", " ")
    return UNLATEX.sub(lambda found: LATEX[found.group()], stacked).strip()


def html(text: str) -> list[Rows]:
    return Page(text).tables


TABLES = {"markdown": markdown, "latex": latex, "html": html}
