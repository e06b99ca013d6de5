"""The way from one number to another, and what gives a printed number."""

import re
from collections.abc import Sequence
from typing import Any

from mnetcost.analysis.conventions.terms import number
from mnetcost.analysis.reconcile.matches import Match, matches, nearest
from mnetcost.analysis.reconcile.way import Way
from mnetcost.conventions import Convention
from mnetcost.cost import Count
from mnetcost.layers.fields import CALLS
from mnetcost.printed import Printed
from mnetcost.problems import UsageError
from mnetcost.reports.documents import count_header
from mnetcost.reports.notes import cost_notes, parts_of, warning_notes
from mnetcost.tabular import Column, Kind, Report, Table
from mnetcost.text import clip

MAX_SHOWN = 20


def way_report(count: Count, start: Convention, end: Convention, way: Way) -> Report:
    """The terms that lead from one convention's number to another's."""
    columns = (
        Column("layers", "Layers", Kind.TEXT, label=True),
        Column("counts", "Counts", Kind.TEXT),
        Column("change", "Change", Kind.TEXT),
        Column("number", "Number", Kind.INTEGER),
    )
    rows = [(f"{start.name} ({start.unit}s)", "", "", way.start)]
    rows += [(one.layer, one.words, f"{one.change:+,}", one.reached) for one in way.steps]
    rows.append((f"{end.name} ({end.unit}s)", "", "", way.end))
    table = Table("way", f"From {start.name} to {end.name}", columns, tuple(rows))
    notes = [
        (one.name, "depends on calls that the spec does not know; all are taken for modules")
        for one in (start, end)
        if len({number(count.layers, one, count.basis.batch, call) for call in CALLS}) > 1
    ]
    for one in (start, end):
        notes.append((one.name, one.words))
        remarks = one.remarks(parts_of(one, [count]))
        notes += [(f"{one.name}, {label.lower()}", text) for label, text in remarks]
    setting = _setting(count)
    return Report(
        title=count.graph.name,
        tables=(table,),
        notes=(*_setting_notes(count), *notes, *warning_notes(setting)),
        document={
            **setting,
            "from": {"convention": start.name, "value": way.start, "unit": start.unit},
            "to": {"convention": end.name, "value": way.end, "unit": end.unit},
            "steps": [
                {"layers": one.layer, "counts": one.words, "change": one.change}
                for one in way.steps
            ],
        },
        flat=table,
    )


SETTING = ("Source", "Width", "Input", "Batch")


_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+", re.ASCII)


def read_printed(text: str) -> Printed:
    """A figure such as 317M or 568,740,352. Raises UsageError for anything else."""
    bare = text.strip()
    bare = bare.replace(",", "") if _THOUSANDS.fullmatch(bare) else bare
    try:
        found = Printed.read(bare)
    except ValueError:
        message = f"--printed: {clip(text)!r} is not a figure such as 317M, 1.14G or 568,740,352"
        raise UsageError(message) from None
    if not found.value:
        raise UsageError("--printed: nothing counts 0")
    return found


def printed_report(count: Count, printed: Printed) -> Report:
    """Every scope and way of counting that gives a printed number; the nearest where none does."""
    found = matches(count, printed)
    shown: Sequence[Match] = found or nearest(count, printed)
    title = f"{printed.text}: " + (
        "what prints so" if found else "nothing prints so; these come nearest"
    )
    columns = (
        Column("scope", "Scope", Kind.TEXT, label=True),
        Column("counted", "Counted as", Kind.TEXT),
        Column("unit", "Unit", Kind.TEXT),
        Column("value", "Number", Kind.INTEGER),
        Column("printed", "Prints so", Kind.TEXT),
        Column("off", "Off by", Kind.TEXT),
    )
    rows = tuple(
        (one.scope, one.what, one.unit, one.value, one.printed, _off(one, printed))
        for one in shown[:MAX_SHOWN]
    )
    if len(shown) > MAX_SHOWN:
        title += f" (the first {MAX_SHOWN} of {len(shown)})"
    table = Table("printed", title, columns, rows)
    setting = _setting(count)
    return Report(
        title=count.graph.name,
        tables=(table,),
        notes=(*_setting_notes(count), *warning_notes(setting)),
        document={
            **setting,
            "printed": printed.text,
            "found": [_document(one) for one in found],
            "nearest": [] if found else [_document(one) for one in shown],
        },
        flat=table,
    )


def _setting_notes(count: Count) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in cost_notes(count) if pair[0] in SETTING)


def _setting(count: Count) -> dict[str, Any]:
    """What the document begins with; its conventions stand for themselves."""
    begin = count_header(count)
    del begin["convention"], begin["input"]
    return begin


def _off(one: Match, printed: Printed) -> str:
    """How far the exact number is from the print."""
    return f"{float((one.value - printed.value) / printed.value):+.2%}"


def _document(one: Match) -> dict[str, Any]:
    return {
        "scope": one.scope,
        "counted_as": one.what,
        "unit": one.unit,
        "value": one.value,
        "printed": one.printed or None,
    }
