"""What each convention counts, and what it gives for one network."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from mnetcost.analysis.conventions.definitions import definitions
from mnetcost.analysis.conventions.terms import (
    by_layer,
    differences,
    learned,
    number,
    plain_count,
)
from mnetcost.conventions import MULTIPLY_ADDS, PARTS, Convention, Rules
from mnetcost.conventions.presets import NAMES, convention
from mnetcost.conventions.tally import present
from mnetcost.cost import Count
from mnetcost.exact import ratio_text
from mnetcost.layers.fields import CALLS
from mnetcost.reports.documents import count_header
from mnetcost.reports.notes import basis_notes, rounding_text, source_notes, warning_texts
from mnetcost.tabular import Column, Kind, Report, Table


def conventions_report() -> Report:
    """Every shipped convention with what it counts."""
    found = [convention(name) for name in NAMES]
    columns = (
        Column("name", "Name", Kind.TEXT),
        Column("unit", "Unit", Kind.TEXT),
        Column("multiply_add", "Multiply-add\nis", Kind.INTEGER),
        Column("tool", "Tool", Kind.TEXT, leaves=5),
        Column("measured", "Measured with", Kind.TEXT, leaves=6),
        Column("words", "Counts", Kind.TEXT),
    )
    table = Table(
        "conventions",
        "Conventions (--convention NAME, or the path of a file of your own)",
        columns,
        tuple(
            (one.name, one.unit, one.multiply_add, one.tool, one.versions, one.words)
            for one in found
        ),
    )
    parts = Table(
        "parts",
        "The parts that a preset file may weigh",
        (
            Column("part", "Part", Kind.TEXT),
            Column("words", "What one is", Kind.TEXT),
            Column("multiply_add", "Multiply-add", Kind.FLAG),
        ),
        tuple((name, words, name in MULTIPLY_ADDS) for name, words in PARTS.items()),
    )
    notes = [(one.name, note.text) for one in found for note in one.notes]
    notes += [(f"{one.name}, defect", note.text) for one in found for note in one.defects]
    return Report(
        title="Conventions",
        tables=(table, parts),
        notes=tuple(notes),
        document={
            "conventions": [_described(one) for one in found],
            "parts": dict(PARTS),
            "multiply_adds": {part: part in MULTIPLY_ADDS for part in PARTS},
        },
        flat=table,
    )


def _described(one: Convention) -> dict[str, Any]:
    return {
        **{key: getattr(one, key) for key in ("name", "words", "tool", "unit", "multiply_add")},
        "measured": dict(one.measured),
        "work": _plain(one.work),
        "per_image": _plain(one.per_image),
        "as_every": list(one.as_every),
        "free": {reason: list(types) for reason, types in one.free.items()},
        "parameters": _plain(one.parameters),
        "training_only": one.training_only,
        "notes": [note.text for note in one.notes],
        "defects": [note.text for note in one.defects],
    }


def _plain(rules: Rules) -> dict[str, Any]:
    """The rules as a file writes them: one number where every call weighs the same."""
    return {
        layer: {part: _weight(by_call) for part, by_call in parts.items()}
        for layer, parts in rules.items()
    }


def _weight(by_call: Mapping[str, int]) -> int | dict[str, int]:
    weights = set(by_call.values())
    same = len(by_call) == len(CALLS) and len(weights) == 1
    return weights.pop() if same else dict(by_call)


def comparison_report(count: Count, own: Convention | None = None) -> Report:
    """Every convention's number for one network, its ratio to plain MACs, and what differs.

    `own` is a preset of the user's, shown with the others.
    """
    found = [convention(name) for name in NAMES]
    if own is not None:
        found.append(own)
    rows = [_compared(count, one) for one in found]
    ranged = any("low" in row for row in rows)
    columns = (
        Column("convention", "Convention", Kind.TEXT),
        Column("low", "At least" if ranged else "Number", Kind.AMOUNT),
        *([Column("high", "At most", Kind.AMOUNT)] * ranged),
        Column("unit", "Unit", Kind.TEXT),
        Column("ratio", "Of plain\nMACs", Kind.TEXT),
        Column("params", "Parameters", Kind.AMOUNT),
        Column("terms", "More and less than MACs", Kind.TEXT),
    )
    plain = plain_count(count.layers)
    title = f"What each convention counts\n(plain multiply-accumulates, MACs: {plain:,})"
    table = Table("conventions", title, columns, tuple(_row(row, ranged) for row in rows))
    document = {
        **count_header(count),
        "multiply_accumulates": plain,
        "conventions": rows,
        "parameters": [
            {"definition": one.name, "counts": one.words, "value": one.value}
            for one in definitions(count)
        ],
    }
    return Report(
        title=count.graph.name,
        tables=(table, _terms_table(count, found), _parameters_table(count)),
        notes=(
            *_remarks(count, found),
            *source_notes(count.graph),
            *basis_notes(count.basis),
            ("Width", f"α = {ratio_text(count.setting.alpha)}; {rounding_text(count.graph)}"),
            ("Input", "×".join(map(str, count.input)) + " (height × width × channels)"),
        ),
        warnings=warning_texts(document),
        document=document,
        flat=_values(rows),
    )


def _remarks(count: Count, found: Sequence[Convention]) -> tuple[tuple[str, str], ...]:
    """What the conventions say of layer types and parts that this network has, each once."""
    here = present((layer.node, layer.input, layer.output) for layer in count.layers)
    names: dict[str, list[str]] = {}
    for one in found:
        for remark in (*one.notes, *one.defects):
            if remark.about in here:
                names.setdefault(remark.text, []).append(one.name)
    return tuple((", ".join(by), text) for text, by in names.items())


def _compared(count: Count, one: Convention) -> dict[str, Any]:
    """One convention's document."""
    params = learned(count.layers, one)
    if not one.counts_work:
        return {"convention": one.name, "value": None, "unit": one.unit, "params": params}
    batch = count.basis.batch
    values = [number(count.layers, one, batch, call) for call in CALLS]
    value, low, high = values[0], min(values), max(values)
    found = differences(count.layers, one, batch)
    document: dict[str, Any] = {"convention": one.name, "value": value, "unit": one.unit}
    plain = plain_count(count.layers) or 1
    document["ratio"] = float(Fraction(value, plain))
    if low != high:
        document |= {"value": None, "low": low, "high": high, "ratio": None}
        document["ratios"] = [float(Fraction(one, plain)) for one in (low, high)]
    return document | {
        "params": params,
        "terms": [
            {
                "layers": term.layer,
                "part": term.part,
                "times": term.times,
                "per_image": term.per_image,
                "adds": term.adds,
            }
            for term in found
        ],
        "summary": by_layer(found),
    }


def _row(row: Mapping[str, Any], ranged: bool) -> tuple[Any, ...]:
    name, unit, params = row["convention"], row["unit"], row["params"]
    bounds = (row.get("low", row["value"]), row.get("high", row["value"]))[: 1 + ranged]
    if "summary" not in row:
        return name, *bounds, unit, "", params, "parameters alone"
    terms = ", ".join(f"{layer} {adds:+,}" for layer, adds in row["summary"].items()) or "nothing"
    if row["value"] is not None:
        return name, *bounds, f"{unit}s", f"{row['ratio']:.5f}", params, terms
    ratio = " to ".join(f"{one:.5f}" for one in row["ratios"])
    return name, *bounds, f"{unit}s", ratio, params, f"{terms} (where all are modules)"


def _values(rows: Sequence[Mapping[str, Any]]) -> Table:
    """One row a convention with both bounds of its number: for CSV."""
    columns = (
        Column("convention", "Convention", Kind.TEXT),
        Column("low", "At least", Kind.INTEGER),
        Column("high", "At most", Kind.INTEGER),
        Column("unit", "Unit", Kind.TEXT),
        Column("params", "Parameters", Kind.AMOUNT),
    )
    cells = (
        (
            row["convention"],
            *(row.get("low", row["value"]), row.get("high", row["value"])),
            *(row["unit"], row["params"]),
        )
        for row in rows
    )
    return Table("values", "What each convention counts", columns, tuple(cells))


def _terms_table(count: Count, found: list[Convention]) -> Table:
    """Each term that makes a difference: of which layers, how much each weighs, what it adds."""
    rows = [
        (one.name, term.layer, term.words, term.amount or None, term.adds)
        for one in found
        if one.counts_work
        for term in differences(count.layers, one, count.basis.batch)
    ]
    columns = (
        Column("convention", "Convention", Kind.TEXT),
        Column("layers", "Layers", Kind.TEXT),
        Column("part", "Counts", Kind.TEXT),
        Column("amount", "Of an image", Kind.AMOUNT, leaves=5),
        Column("adds", "Adds to\nplain MACs", Kind.AMOUNT),
    )
    return Table("terms", "The terms that make the difference", columns, tuple(rows))


def _parameters_table(count: Count) -> Table:
    columns = (
        Column("definition", "Definition", Kind.TEXT),
        Column("value", "Parameters", Kind.AMOUNT),
        Column("counts", "Counts", Kind.TEXT),
        Column("printed_by", "Printed by", Kind.TEXT, leaves=4),
    )
    rows = ((one.name, one.value, one.words, one.printed_by) for one in definitions(count))
    return Table("parameters", "Parameters, by what is meant", columns, tuple(rows))
