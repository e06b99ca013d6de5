"""Several reports of one spec, each with other knobs, as one."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from mnetcost.exact import ratio_text
from mnetcost.expressions import value_text
from mnetcost.tables import Column, Kind, Report, Table


def knobs_text(knobs: Mapping[str, Any]) -> str:
    """ "depth = 1.1, classes = 10"."""
    return ", ".join(f"{name} = {knob_text(value)}" for name, value in knobs.items())


def knob_text(value: Any) -> str:
    """A knob's value as a spec writes it."""
    return ratio_text(value) if isinstance(value, Fraction) else value_text(value)


def knobs_document(knobs: Mapping[str, Any]) -> dict[str, Any]:
    """Knobs for programs: whole numbers and booleans as they are, the rest as text."""
    return {
        name: value if isinstance(value, (bool, int)) else knob_text(value)
        for name, value in knobs.items()
    }


def joined(reports: Sequence[tuple[Mapping[str, Any], Report]]) -> Report:
    """One report: every table under its knobs, every point with its `set`."""
    if len(reports) == 1 and not reports[0][0]:
        return reports[0][1]
    tables, points, rows = [], [], []
    for knobs, report in reports:
        words = knobs_text(knobs)
        tables += [one._replace(title=f"{words}: {one.title}") for one in report.tables]
        points += [{"set": knobs_document(knobs), **one} for one in report.document["points"]]
        rows += [(*map(knob_text, knobs.values()), *row) for row in report.flat.rows]
    first_knobs, first = reports[0]
    labels = (Column(name, name, Kind.TEXT, label=True) for name in first_knobs)
    flat = Table(first.flat.key, first.flat.title, (*labels, *first.flat.columns), tuple(rows))
    document = {**first.document, "points": points}
    return first._replace(tables=tuple(tables), document=document, flat=flat)
