"""Reports for standard output: coloured and fitted in a terminal, plain anywhere else."""

import os
import sys
from typing import TYPE_CHECKING, TextIO

from mnetcost.render.layout import Line, report_lines
from mnetcost.tabular import Page

if TYPE_CHECKING:
    from rich.console import Console


def render_terminal(report: Page) -> str:
    """The report as standard output should show it."""
    return render_for(sys.stdout, report)


def render_for(stream: TextIO | None, report: Page) -> str:
    """The report as an output stream should show it."""
    if is_coloured(stream):
        return render_styled(report, stream)
    columns = os.environ.get("COLUMNS", "")[:6]  # which a shell exports only where it is asked to
    return render_plain(report, int(columns) or None if columns.isdecimal() else None)


def is_coloured(stream: TextIO | None) -> bool:
    """Whether what an output stream shows has colours: in a terminal, or where that is forced."""
    return bool((stream is not None and stream.isatty()) or os.environ.get("FORCE_COLOR"))


def render_plain(report: Page, width: int | None = None) -> str:
    """The report without colour, as wide as it needs unless there is a width."""
    return "".join(f"{_text(line)}\n" for line in report_lines(report, width))


def _text(line: Line) -> str:
    return "".join(text for text, _ in line).rstrip()


def console_of(stream: TextIO | None) -> "Console":
    """What knows the colours and the width of an output stream."""
    from rich.console import Console

    # Forced colour is meant for what rich takes for a terminal without any.
    dumb = os.environ.get("TERM", "").lower() in ("dumb", "unknown")
    forced = bool(os.environ.get("FORCE_COLOR"))
    return Console(file=stream, color_system="standard" if forced and dumb else "auto")


def render_styled(report: Page, stream: TextIO | None = None) -> str:
    """The report in the colours and the width of the terminal."""
    from rich.text import Text  # a pipe does not wait for it

    console = console_of(stream)
    with console.capture() as capture:
        for line in report_lines(report, console.width):
            text = Text.assemble(*line, overflow="fold")
            text.rstrip()
            console.print(text)
    return capture.get()
