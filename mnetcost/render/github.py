"""A check as GitHub's workflow commands: an annotation for each figure that fails.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Mapping
from typing import Any

from mnetcost.reports.check import rows_of
from mnetcost.tabular import Report
from mnetcost.text import printable

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def render_github(report: Report) -> str:
    """One `::error` line for each failure of a check; nothing where all is well."""
    return "".join(f"{_command(row)}\n" for row in rows_of(report) if row["failed"])


def _command(row: Mapping[str, Any]) -> str:
    named = {"file": row["file"], "line": row["line"], "col": row["column"]}
    named["title"] = f"mnetcost {row['key']}"
    given = (f"{name}={_escape(value, _PROPERTY)}" for name, value in named.items() if value)
    return f"::error {','.join(given)}::{_escape(row['message'], _DATA)}"


def _escape(value: Any, signs: Mapping[str, str]) -> str:
    return printable("".join(signs.get(sign, sign) for sign in str(value)))
