"""What changed from one network to another: a table of layers, and its JSON document."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from mnetcost.analysis.diff.diff import Change, CountDiff
from mnetcost.cost import Count, LayerCost
from mnetcost.exact import change_text
from mnetcost.reports.documents import count_header, layer_document, totals_document
from mnetcost.reports.measures import Measure, common_measures, cost_words
from mnetcost.reports.notes import basis_notes, convention_notes, setting_text, warning_texts
from mnetcost.reports.runs import runs, span
from mnetcost.tabular import Column, Kind, Report, Table
from mnetcost.text import counted

WORDS = {"added": "added", "removed": "removed", "changed": "changed", "same": "unchanged"}
MAPS = ("input", "output")
_NUMBERS = re.compile("[0-9.]+")  # of a name, which tell equal neighbours apart


def diff_report(diff: CountDiff, every: bool = False) -> Report:
    """Every layer that changed, equal neighbours as one, and between them how many did not.

    `every` layer has a row of its own on demand, and always in CSV.
    """
    columns, rows = _columns(diff), _rows(diff)
    title = _title(diff)
    whole = Table("diff", title, columns, tuple(rows))
    folded = Table("diff", title, columns, tuple(_folded(rows)))
    document = _document(diff)
    return Report(
        title=" → ".join(diff.names),
        answer=(document["answer"],),
        tables=(whole if every else folded,),
        notes=(
            *(("Before", setting_text(diff.before)), ("After", setting_text(diff.after))),
            *convention_notes(diff.before.basis, [diff.before, diff.after]),
            *basis_notes(diff.before.basis),
        ),
        warnings=warning_texts(document["before"], document["after"]),
        document=document,
        flat=whole,
    )


def _answer(diff: CountDiff) -> str:
    """Both costs before and after, and how many layers differ, in a sentence."""
    counts = Counter(change.kind == "same" for change in diff.changes)
    if diff.same:
        return f"Nothing differs in {counted(len(diff.changes), 'layer')}."
    layers = f"{counts[False]:,} of {counted(len(diff.changes), 'layer')} differ"
    if diff.before.at_least or diff.after.at_least:
        return f"{layers}."
    words = cost_words(diff.before.basis)
    pairs = zip(diff.before.figures.items(), diff.after.figures.values())
    costs = [f"{words[kind]} {_change_text(old, new)}" for (kind, old), new in pairs]
    text = f"{', '.join(costs)}; {layers}."
    return text[0].upper() + text[1:]


def _change_text(before: int, after: int) -> str:
    """ "4,209,088 → 2,568,144 (-39 %)"."""
    part = f" ({change_text(Fraction(after - before, before))})" if before else ""
    return f"{before:,} → {after:,}{part}" if before != after else f"{before:,} (the same)"


def _title(diff: CountDiff) -> str:
    counts = Counter(change.kind for change in diff.changes)
    words = ", ".join(f"{counts[kind]:,} {word}" for kind, word in WORDS.items() if counts[kind])
    return f"Layers: {words}"


def _columns(diff: CountDiff) -> tuple[Column, ...]:
    columns = [
        Column("change", "", Kind.SIGN),
        Column("name", "Layer", Kind.TEXT),
        Column("type", "Type", Kind.TEXT, leaves=4),
        Column("differences", "What changed", Kind.TEXT),
    ]
    for one in common_measures(diff.before, diff.after):
        for when, kind, leaves in (
            ("before", Kind.AMOUNT, 6),
            ("after", Kind.AMOUNT, 5),
            ("change", Kind.CHANGE, 0),
        ):
            header = f"{one.header}\n{when}"
            columns.append(Column(f"{one.key}_{when}", header, kind, total=True, leaves=leaves))
    return tuple(columns)


def _rows(diff: CountDiff) -> list[tuple[Any, ...]]:
    found = common_measures(diff.before, diff.after)
    return [
        (
            change.kind,
            _both(change, "name"),
            _both(change, "type"),
            ", ".join(_difference_texts(change)),
            *(value for one in found for value in _values(change, one)),
        )
        for change in diff.changes
    ]


def _both(change: Change, key: str) -> str:
    """The name or type before and after, once where it is the same."""
    texts = (getattr(layer, key) for layer in (change.before, change.after) if layer)
    return " → ".join(dict.fromkeys(texts))


def _difference_texts(change: Change) -> Iterator[str]:
    """ "kernel 3×3 → 5×5"; of a layer that came or went, its maps."""
    lone = change.before or change.after
    if lone and (change.before is None or change.after is None):
        yield f"{_map(lone.read or ())} → {_map(lone.output)}".lstrip()
    of = [one.what for one in change.differences]
    for what, before, after in change.differences:
        if what == "input" and "output" in of:
            continue  # the layer before says it of its own output
        yield _map_change(what, before, after) if what in MAPS else f"{what} {before} → {after}"


def _map_change(what: str, before: str, after: str) -> str:
    """What differs of two maps: "output channels 32 → 16", "output 56×56 → 48×48"."""
    (*old, old_channels), (*new, new_channels) = before.split("×"), after.split("×")
    if old == new:
        return f"{what} channels {old_channels} → {new_channels}"
    if old_channels == new_channels:
        return f"{what} {'×'.join(old)} → {'×'.join(new)}"
    return f"{what} {before} → {after}"


def _map(sides: Sequence[int]) -> str:
    return "×".join(map(str, sides))


def _values(change: Change, one: Measure) -> tuple[int, int, int]:
    before, after = (one.of(layer) if layer else 0 for layer in (change.before, change.after))
    return before, after, after - before


def _folded(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The rows, neighbours that changed alike as one and all that did not between two others too,
    so that the columns still add up."""
    for kind, run in groupby(_alike(rows), lambda of: of[0][0]):
        found = list(run)
        same = [row for of in found for row in of]
        if kind == "same" and len(same) > 1:
            yield ("same", f"({len(same):,} unchanged)", "", "", *_sums(same))
        else:
            yield from map(_together, found)


def _alike(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    """The rows with each its equal neighbours, whatever numbers are in their names.

    Layers of a block stay together: blocks are alike as a whole. New names are told one by one.
    """
    blocks = [list(of) for _, of in groupby(rows, lambda row: row[1].rpartition("/")[0] or row[1])]
    keys = [
        at if any("→" in row[1] for row in of) else [_neighbour(row) for row in of]
        for at, of in enumerate(blocks)
    ]
    place = 0
    while place < len(blocks):
        found = next(runs(keys, place), range(place, place + 1))
        for at in range(place, place + found.step):
            yield from zip(*blocks[at : found.stop : found.step])
        place = found.stop


def _neighbour(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """What equal neighbours have in common."""
    return row[0], _NUMBERS.sub("", row[1]), *row[2:]


def _together(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Rows that are equal but for their names as one."""
    kind, name, *texts = rows[0][:4]
    times = f" ×{len(rows):,}" if len(rows) > 1 else ""
    return (kind, span(name, rows[-1][1]) + times, *texts, *_sums(rows))


def _sums(rows: Sequence[tuple[Any, ...]]) -> Iterator[int]:
    return map(sum, zip(*(row[4:] for row in rows)))


def _document(diff: CountDiff) -> dict[str, Any]:
    return {
        "answer": _answer(diff),
        "before": _side(diff.before, diff.names[0]),
        "after": _side(diff.after, diff.names[1]),
        "same": diff.same,
        "change": {"params": diff.params, "mult_adds": diff.mult_adds},
        "layers": [_changed(diff, change) for change in diff.changes],
    }


def _side(count: Count, name: str) -> dict[str, Any]:
    return {
        "target": name,
        **count_header(count),
        "totals": totals_document(count),
    }


def _changed(diff: CountDiff, change: Change) -> dict[str, Any]:
    return {
        "change": change.kind,
        "before": _layer(diff.before, change.before),
        "after": _layer(diff.after, change.after),
        "differences": [one._asdict() for one in change.differences],
        "params_change": change.params,
        "mult_adds_change": change.mult_adds,
    }


def _layer(count: Count, layer: LayerCost | None) -> dict[str, Any] | None:
    return None if layer is None else layer_document(count, layer)
