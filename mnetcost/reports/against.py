"""Another network against that of a spec, in the form of checks: what is the same, what differs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mnetcost.analysis.check.against import Against, LayerPair, costly
from mnetcost.cost import Count, LayerCost
from mnetcost.exact import ratio_text
from mnetcost.printed import DIFFERS, PASSED_OVER, SAME, UNSURE
from mnetcost.reports.check import verdicts_text
from mnetcost.reports.documents import layer_document, warned
from mnetcost.reports.notes import setting_text
from mnetcost.reports.settings import knobs_document, knobs_text
from mnetcost.tabular import Column, Kind, Report, Table, Whole

SHOWN = 10  # layers that differ, in a table
NAMED = 3  # and in a message
FIGURES = {
    "params": "params",
    "mult_adds": "mult_adds",
    "norm_affine": "values of norms",
    "layers": "layers with a cost",
}
COMPARED = (
    "kernels' weights and mult-adds of the layers that have any, by shape and order, whatever they"
    " are called; γ and β where both have as many norms; no biases, activations or wiring"
)


def with_others(report: Report, found: Sequence[Against], said: Sequence[str] = ()) -> Report:
    """The report of a check, and what each network is against another one.

    `said` are warnings about which the others are.
    """
    rows = [row for one in found for row in _rows(one)]
    warnings = (*said, *warnings_of(found))
    tables = _tables(found, rows) if found else ()
    return with_rows(
        report._replace(
            tables=(*(table for table in report.tables if table.rows), *tables),
            notes=(*report.notes, *_notes(found)),
        ),
        "against",
        rows,
        warnings,
    )


def with_rows(
    report: Report, key: str, rows: Sequence[Mapping[str, Any]], warnings: Sequence[str]
) -> Report:
    """The report with these rows in its document and in its flat table, and how they came out.

    Of specs that say no figures it is called after what they are compared with.
    """
    flat = report.flat
    every = tuple(flat.rows)
    document = {**report.document, "warnings": [*report.document["warnings"], *warnings]}
    title, said = report.title, report.answer
    if rows:
        target = rows[0]["target"]
        if not every:
            title, said = f"Compared with {target}", ()
        said = (*said, f"Against {target}: {verdicts_text(row['verdict'] for row in rows)}")
    return report._replace(
        title=title,
        answer=said,
        warnings=(*report.warnings, *warnings),
        document={**document, key: rows},
        flat=flat._replace(rows=(*every, *map(_flat_row, rows))),
    )


def _flat_row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """A row under the columns of a check: what the other network has is what is asked for."""
    return (
        *(
            row["spec"],
            row["setting"],
            row["figure"],
            "" if row["there"] is None else str(row["there"]),
        ),
        *(row["computed"], row["verdict"], row["target"]),
    )


def _rows(one: Against) -> Iterator[dict[str, Any]]:
    here, there = one.here, one.there
    yield _row(one, "params", (here.params, there.params))
    yield _row(one, "mult_adds", (here.mult_adds, there.mult_adds))
    norms = here.parameters.norm_affine, there.parameters.norm_affine
    if one.norms[0] == one.norms[1]:
        if one.norms[0]:
            yield _row(one, "norm_affine", norms)
    else:
        words = "{:,} norms here, {:,} in {}: some may be folded into kernels"
        message = words.format(*one.norms, one.target)
        yield _row(one, "norm_affine", norms, PASSED_OVER, message)
    verdict = DIFFERS if one.differing else SAME
    layers = [_pair_document(one, pair) for pair in one.differing]
    counts = len(costly(here)), len(costly(there))
    yield _row(one, "layers", counts, verdict, _layers_text(one)) | {"layers": layers}


def _row(
    one: Against, kind: str, figures: tuple[int, int], verdict: str = "", message: str = ""
) -> dict[str, Any]:
    here, there = figures
    graph, setting = one.here.graph, one.here.setting
    verdict = verdict or (SAME if here == there else DIFFERS)
    if verdict == SAME and (one.here.at_least or one.there.at_least):
        verdict = UNSURE
        message = (
            f"{FIGURES[kind]} at least {here:,}: nobody knows whether {one.target} has as many"
        )
    failed = verdict in (DIFFERS, UNSURE)
    if failed and not message:
        message = f"{FIGURES[kind]} {here:,} here, {there:,} in {one.target}"
    written = graph.ledger is None  # by hand: a model file has no such line
    mark = _mark(one.differing) if kind == "layers" and written else None
    return {
        "key": "against",
        "spec": one.spec,
        "variant": graph.variant or None,
        "set": knobs_document(graph.given),
        "alpha": str(setting.alpha),
        "rho": str(setting.rho),
        "setting": settings_text(one),
        "target": one.target,
        "kind": kind,
        "figure": FIGURES[kind],
        "computed": here,
        "there": there,
        "verdict": verdict,
        "failed": failed,
        "message": message + (f", at {settings_text(one)}" if failed else ""),
        "file": graph.origin.label,
        "line": mark and mark.line,
        "column": mark and mark.column,
    }


def _mark(pairs: Sequence[LayerPair]) -> Any:
    """Where the first layer that differs is written."""
    return next((layer.node.mark for layer, _ in pairs if layer), None)


def held_for(count: Count) -> str:
    """Variant, α, input and knobs."""
    texts = count.graph.variant, _scale(count), knobs_text(count.graph.given)
    return ", ".join(filter(None, texts))


def _scale(count: Count) -> str:
    return f"α = {ratio_text(count.setting.alpha)}, input {_map(count.input)}"


def settings_text(one: Against) -> str:
    """What both hold for; what the other does beside it, where that is another setting."""
    here, there = _scale(one.here), _scale(one.there)
    return held_for(one.here) + ("" if here == there else f", there {there}")


def _map(sides: Sequence[int]) -> str:
    return "×".join(map(str, sides))


def _layers_text(one: Against) -> str:
    """The first layers that differ, in words."""
    if not one.differing:
        return ""
    texts = [_pair_text(*pair) for pair in one.differing[:NAMED]]
    more = len(one.differing) - len(texts)
    texts += [f"{more:,} more"] if more else []
    here, there = len(costly(one.here)), len(costly(one.there))
    counts = f"{len(one.differing):,} (of {here:,} here, {there:,} in {one.target})"
    return f"layers differ: {counts}: {'; '.join(texts)}"


def _pair_text(here: LayerCost | None, there: LayerCost | None) -> str:
    if here is None or there is None:
        layer, where = (there, "there") if here is None else (here, "here")
        assert layer is not None
        costs = f"{layer.params:,} params, {layer.mult_adds:,} mult_adds"
        return f"{layer.name} is {where} alone ({costs})"
    figures = (
        ("params", *(f"{one.params:,}" for one in (here, there))),
        ("mult_adds", *(f"{one.mult_adds:,}" for one in (here, there))),
        ("output", *(_map(one.output) for one in (here, there))),
    )
    texts = (f"{what} {one} here, {other} there" for what, one, other in figures if one != other)
    return f"{here.name} has {', '.join(texts)}"


def _pair_document(one: Against, pair: LayerPair) -> dict[str, Any]:
    sides = zip(("here", "there"), (one.here, one.there), pair)
    return {key: layer and layer_document(count, layer) for key, count, layer in sides}


def _tables(found: Sequence[Against], rows: Sequence[dict[str, Any]]) -> Iterator[Table]:
    """The figures, and the first layers that differ where any do."""
    columns = (
        Column("spec", "Spec", Kind.TEXT),
        Column("setting", "Setting", Kind.TEXT, leaves=5),
        Column("kind", "Figure", Kind.TEXT),
        Column("computed", "Here", Kind.AMOUNT),
        Column("there", "There", Kind.AMOUNT),
        Column("verdict", "Verdict", Kind.VERDICT),
    )
    keys = [column.key.replace("kind", "figure") for column in columns]
    title = f"Against {found[0].target}"
    yield Table("against", title, columns, tuple(_cells(row, keys) for row in rows))
    for one in found:
        if one.differing:
            yield _layers_table(one)


def _cells(row: Mapping[str, Any], keys: Sequence[str]) -> tuple[Any, ...]:
    """The values under these keys. How many layers there are, no unit shortens."""
    layers = row["kind"] == "layers"
    number = Whole if layers else int
    cells = {key: number(row[key]) if key in ("computed", "there") else row[key] for key in keys}
    if layers and row["layers"]:
        cells["verdict"] = f"{row['verdict']}: {len(row['layers']):,} of them"
    return tuple(cells.values())


def _layers_table(one: Against) -> Table:
    pairs = one.differing[:SHOWN]
    more = f", the first {len(pairs):,} of {len(one.differing):,}" if one.differing[SHOWN:] else ""
    columns = [
        Column("here", f"Layer of {one.spec}", Kind.TEXT),
        Column("there", f"of {one.target}", Kind.TEXT),
    ]
    for key, header in (("params", "Weights"), ("mult_adds", "Mult-adds")):
        columns.append(Column(f"{key}_here", f"{header}\nhere", Kind.AMOUNT))
        columns.append(Column(f"{key}_there", f"{header}\nthere", Kind.AMOUNT))
    rows = (
        (
            *(layer.name if layer else "" for layer in pair),
            *(layer.params if layer else None for layer in pair),
            *(layer.mult_adds if layer else None for layer in pair),
        )
        for pair in pairs
    )
    return Table("layers", f"Layers that differ{more}", tuple(columns), tuple(rows))


def _notes(found: Sequence[Against]) -> Iterator[tuple[str, str]]:
    """What was compared, and at which settings."""
    yield "Compared", COMPARED
    for one in found:
        yield "Here", setting_text(one.here)
    for one in found[:1]:
        yield "There", setting_text(one.there)


def warnings_of(found: Sequence[Against]) -> Iterator[str]:
    """What is likely a mistake in any of the networks at these settings."""
    counts = [(one.spec, one.here) for one in found]
    counts += [(one.target, one.there) for one in found[:1]]
    for name, count in counts:
        for text in warned(count.graph, [count.setting]):
            yield f"{name}, {held_for(count)}: {text}"
