"""A check as JUnit XML, as build servers read it: a suite for each file, a case for each figure.

The elements and attributes are those of the Jenkins xUnit plugin's junit-10.xsd.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from mnetcost.reports.check import PROBLEM, SKIPPED, rows_of
from mnetcost.tabular import Report
from mnetcost.text import printable

_NO_XML = re.compile("[\ufffe\uffff]")  # with the control characters, what XML 1.0 has not


def render_junit(report: Report) -> str:
    """Every figure of a check as a test, and every problem; what decides nothing is skipped."""
    every = tuple(rows_of(report))
    suites: dict[str, list[Mapping[str, Any]]] = {}
    for row in every:
        suites.setdefault(row["file"], []).append(row)
    root = _element(None, "testsuites", name="mnetcost check", **_counts(every))
    for file, rows in suites.items():
        skipped = sum(row["verdict"] in SKIPPED for row in rows)
        suite = _element(
            root, "testsuite", name=rows[0]["spec"], file=file, **_counts(rows), skipped=skipped
        )
        for row in rows:
            _case(suite, row)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _counts(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    errors = sum(row["verdict"] == PROBLEM for row in rows)
    failures = sum(row["failed"] for row in rows) - errors
    return {"tests": len(rows), "failures": failures, "errors": errors}


def _case(suite: ElementTree.Element, row: Mapping[str, Any]) -> None:
    place = _text(f"{row['file']}:{row['line'] or 1}:{row['column'] or 1}")
    if row["verdict"] == PROBLEM:
        case = _element(suite, "testcase", name=f"{row['key']}, {place}", classname=row["spec"])
        _element(case, "error", type=row["key"], message=row["message"]).text = place
        return
    name = f"{row['key']}: {row['figure']} {_held_against(row)}, {row['setting']}"
    case = _element(suite, "testcase", name=name, classname=row["spec"])
    if row["failed"]:
        _element(case, "failure", type=row["key"], message=row["message"]).text = place
    elif row["verdict"] in SKIPPED:
        _element(case, "skipped", message=row["message"])


def _held_against(row: Mapping[str, Any]) -> str:
    """What a figure must be, at most be, or be the same as."""
    if row["key"] == "increase":
        return f"over {row['target']}"
    if row["key"] == "against":
        return f"as in {row['target']}"
    return str(row["printed"]) if row["key"] == "expect" else f"at most {row['limit']:,}"


def _element(parent: ElementTree.Element | None, tag: str, **named: Any) -> ElementTree.Element:
    texts = {name: _text(value) for name, value in named.items()}
    if parent is None:
        return ElementTree.Element(tag, texts)
    return ElementTree.SubElement(parent, tag, texts)


def _text(value: Any) -> str:
    return _NO_XML.sub(lambda found: ascii(found.group())[1:-1], printable(str(value)))
