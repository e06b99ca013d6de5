"""Reports to text, one format a file. Each is imported only when it is asked for.

Read: `cells` (values as people read them), `fitting` (columns in a width), `layout` (tables as
lines), then any format: `terminal`, `json`, `csv`, `markdown`, `latex`, `html` (and its `style`);
of checks `github` and `junit`; of formulas `mathematics`; of data frames `frame`; of the manual
`page`. Pictures: `picture_text` and `chart_text` in signs, in the colours of `painted`; `figure`
with matplotlib, in the colours of `themes`, on the sheet of `drawing`, whose axes are `drawn_axis`
and what is on them `drawn_bars`, `drawn_chart` (with its `drawn_names`), `drawn_heat`.
`short_names` are the names of both.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

# Format -> module and function, and the suffix of a file that means it.
FORMATS = {
    "text": ("terminal", "render_terminal", ".txt"),
    "json": ("json", "render_json", ".json"),
    "csv": ("csv", "render_csv", ".csv"),
    "markdown": ("markdown", "render_markdown", ".md"),
    "latex": ("latex", "render_latex", ".tex"),
    "html": ("html", "render_html", ".html"),
}

# What build servers read; only of checks, whose documents say which figures fail.
CHECK_FORMATS = {
    **FORMATS,
    "github": ("github", "render_github", ""),
    "junit": ("junit", "render_junit", ".xml"),
}
SUFFIXES = {suffix: name for name, (_, _, suffix) in FORMATS.items()}
CHECK_SUFFIXES = {**SUFFIXES, ".xml": "junit"}


def renderer(name: str) -> "Callable[[Any], str]":
    """The function that writes a report in this format; a page, where it is one for people."""
    module, function, _ = CHECK_FORMATS[name]
    found: Callable[[Any], str] = getattr(import_module(f"mnetcost.render.{module}"), function)
    return found
