"""What goes wrong, on standard error: coloured on a terminal, plain anywhere else."""

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from io import StringIO
from typing import Any

import click

from mnetcost.problems import Line

STYLES: Mapping[str, Mapping[str, Any]] = {
    "place": {"bold": True},
    "code": {"fg": "red", "bold": True},
    "caret": {"fg": "red", "bold": True},
    "suggestion": {"fg": "green"},
    "warning": {"fg": "yellow", "bold": True},
}
ERROR = "Error:"  # begins what click says of a wrong option


def print_lines(lines: Iterable[Line]) -> None:
    """Print to standard error, where anybody reads it."""
    coloured = _is_coloured()
    _print("".join(f"{_styled(line) if coloured else _plain(line)}\n" for line in lines))


def print_usage(error: click.ClickException) -> None:
    """Print what is wrong with an option, as click words it."""
    words = StringIO()
    error.show(words)
    text = words.getvalue()
    if _is_coloured():
        before, found, after = text.partition(ERROR)
        text = f"{before}{click.style(found, **STYLES['code'])}{after}"
    _print(text)


def _is_coloured() -> bool:
    """Whether standard error is a terminal that shows colours, or is to be taken for one."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    dumb = os.environ.get("TERM", "").lower() in ("dumb", "unknown")
    return sys.stderr is not None and sys.stderr.isatty() and not dumb


def _styled(line: Line) -> str:
    return "".join(click.style(text, **STYLES[kind]) if kind else text for text, kind in line)


def _plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def _print(text: str) -> None:
    with suppress(OSError):  # nobody reads standard error
        if sys.stderr is not None:
            sys.stderr.write(text)
