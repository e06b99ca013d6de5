"""Published figures and budgets against the count: what agrees, what differs, what is over."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any

from mnetcost.analysis.check.check import (
    Check,
    Checkable,
    checks,
    names_of,
    nothing_text,
    unchecked,
)
from mnetcost.conventions.presets import paper
from mnetcost.cost import FORWARD, Basis
from mnetcost.exact import percent_text, ratio_text
from mnetcost.printed import (
    AGREES,
    DIFFERS,
    ERRATUM,
    FITS,
    OVER,
    PASSED_OVER,
    SAME,
    UNSURE,
    Budget,
    Expectation,
    Printed,
)
from mnetcost.problems import Line, Problem, SpecError
from mnetcost.reports.measures import cost_headers, in_words
from mnetcost.reports.notes import basis_notes, convention_notes
from mnetcost.spec.sources import stem
from mnetcost.tabular import Column, Kind, Report, Table
from mnetcost.text import printable

PROBLEM = "problem"  # the verdict of a spec that cannot be checked
SKIPPED = {ERRATUM, PASSED_OVER}  # verdicts of what is neither right nor wrong


# What is said of one figure of a verdict, and of several.
WORDS = {
    OVER: ("limit is broken", "limits are broken"),
    DIFFERS: ("figure differs", "figures differ"),
    UNSURE: ("is not known", "are not known"),
    FITS: ("limit holds", "limits hold"),
    AGREES: ("figure agrees", "figures agree"),
    SAME: ("figure is the same", "figures are the same"),
    ERRATUM: ("figure is a known misprint", "figures are known misprints"),
    PASSED_OVER: ("is not compared", "are not compared"),
}


def figure_text(one: Check) -> str:
    """What the figure is called: its kind, or in words what another basis counts."""
    basis = one.held.basis
    if basis == FORWARD or (one.kind == "params" and basis.convention is None):
        return one.kind
    if basis.convention and one.kind == "params":
        return f"params ({basis.convention.name})"
    words = in_words(cost_headers(basis)["mult_adds"])
    return f"{words} at most" if one.held.ranges else words


def message_text(one: Check) -> str:
    """What is wrong, where the verdict is a failure; why it is passed over, of an erratum."""
    if one.verdict == ERRATUM and isinstance(one.entry, Expectation):
        return one.entry.erratum
    if not one.failed:
        return ""
    if one.verdict == UNSURE:
        words = f"{figure_text(one)} is at least {one.computed:,}: "
        words += f"nobody knows whether {one.printed.text} holds"
    else:
        words = one.entry.complaint(figure_text(one), one.printed, one.computed)
    return f"{words}, at {held_for(one)}{_largest_text(one)}"


def _largest_text(one: Check) -> str:
    """The layers that cost most, where a limit is passed."""
    parts = one.largest if one.verdict == OVER else ()
    texts = ", ".join(f"{printable(part.name)} {part.value:,}" for part in parts)
    return f"; most of it: {texts}" if len(parts) > 1 else ""


def headroom_text(one: Check) -> str:
    """How much of a limit is left, or by how much it is passed; nothing where nobody knows."""
    if one.left is None or one.verdict not in (FITS, OVER):
        return ""
    if one.verdict == OVER:
        return f"over by {one.computed - int(one.printed.value):,}"
    return f"{percent_text(one.left, floor)} left"


def held_for(one: Check) -> str:
    """What it holds for: variant, α, ρ or resolution, input, knobs, and a batch."""
    batch = one.held.basis.batch
    return setting_text(one.entry) + (f", batch {batch:,}" if batch > 1 else "")


def complaints(report: Report) -> tuple[Line, ...]:
    """One line for each figure that differs and each limit that is passed: its place, and how."""
    return tuple(
        [
            (f"{printable(row['file'])}:{row['line'] or 1}:{row['column'] or 1}", "place"),
            (": ", ""),
            (row["key"], "code"),
            (f": {row['message']}", ""),
        ]
        for row in rows_of(report)
        if row["failed"]
    )


def rows_of(report: Report) -> Iterator[Mapping[str, Any]]:
    """Every figure of a check, whatever it is held against."""
    for key in ("checks", "budgets", "against", "increases"):
        yield from report.document.get(key, ())


def check_report(
    networks: Iterable[Checkable],
    budgets: Sequence[Budget] = (),
    basis: Basis = FORWARD,
    asked: Sequence[Checkable] = (),
) -> Report:
    """One row a figure that is expected, and one a limit of a budget.

    `budgets` are asked for, one for each network, or none; `basis` counts for them alone: what
    specs say is the paper's count. Those `asked` for are warned of where they have no figures.
    """
    found = tuple(checks(networks, budgets, basis))
    warnings = (*_nothing(asked), *_warnings(found))
    figures = tuple(one for one in found if isinstance(one.entry, Expectation))
    limits = tuple(one for one in found if isinstance(one.entry, Budget))
    tables = (
        _table("checks", "Printed and computed figures", "Printed", figures),
        _limits_table(limits),
    )
    return Report(
        title="Published figures" + (" and budgets" if limits else ""),
        answer=(verdicts_text(one.verdict for one in found), *_tightest(limits), *_asked_at(found)),
        tables=tuple(table for table, rows in zip(tables, (figures, limits)) if rows) or tables[:1],
        notes=(
            *convention_notes(),
            *(convention_notes(basis) if basis.convention else ()),
            *basis_notes(basis),
            *_errata(figures),
        ),
        warnings=warnings,
        document={
            "warnings": list(warnings),
            "checks": [_figure_document(one) for one in figures],
            "budgets": [_limit_document(one) for one in limits],
        },
        flat=_table("checks", "Figures and budgets", "Printed", found),
    )


def _nothing(networks: Sequence[Checkable]) -> Iterator[str]:
    """Which networks have nothing to check."""
    names = names_of(networks)
    for graph in unchecked(networks):
        yield f"{names[graph.origin.label]}: {nothing_text(graph)}"


def _warnings(found: Iterable[Check]) -> Iterable[str]:
    """The warnings about each network at a setting, said once."""
    held = {(one.spec, held_for(one)): one.held for one in found}
    for (spec, setting), one in held.items():
        for text in one.warnings:
            yield f"{spec}, {setting}: {text}"


def problems_report(error: SpecError) -> Report:
    """What is wrong with specs that cannot be checked, in the form of checks, for build servers."""
    columns = (
        Column("place", "Place", Kind.TEXT),
        Column("code", "Code", Kind.TEXT),
        Column("message", "Message", Kind.TEXT),
    )
    cells = tuple(
        (f"{one.label}:{one.mark.line}:{one.mark.column}", one.code, one.message)
        for one in error.problems
    )
    rows = [
        {
            "key": one.code,
            "spec": stem(one.label),
            "verdict": PROBLEM,
            "failed": True,
            "message": _problem_text(one),
            "file": one.label,
            "line": one.mark.line,
            "column": one.mark.column,
        }
        for one in error.problems
    ]
    table = Table("problems", "What is wrong with the specs", columns, cells)
    return Report(
        title="Problems",
        tables=(table,),
        notes=(),
        document={"checks": rows, "budgets": []},
        flat=table,
    )


def _table(key: str, title: str, header: str, found: Iterable[Check]) -> Table:
    columns = (
        Column("spec", "Spec", Kind.TEXT),
        Column("setting", "Setting", Kind.TEXT),
        Column("kind", "Figure", Kind.TEXT),
        Column("printed", header, Kind.TEXT),
        Column("computed", "Computed", Kind.AMOUNT),
        Column("verdict", "Verdict", Kind.VERDICT),
        Column("source", "Source", Kind.TEXT, leaves=5),
    )
    rows = (
        (
            *(one.spec, held_for(one), figure_text(one), _printed_text(one.printed)),
            *(one.computed, one.verdict, _source(one.entry)),
        )
        for one in found
    )
    return Table(key, title, columns, tuple(rows))


def _problem_text(one: Problem) -> str:
    """What is wrong in one line, as a build server shows it."""
    meant = f"; did you mean {one.suggestion!r}?" if one.suggestion else ""
    return one.message + meant + (f"; expected: {one.expected}" if one.expected else "")


def _limits_table(limits: Iterable[Check]) -> Table:
    """Budgets, each with what is left of it."""
    columns = (
        Column("spec", "Spec", Kind.TEXT),
        Column("setting", "Setting", Kind.TEXT, leaves=1),
        Column("kind", "Figure", Kind.TEXT),
        Column("limit", "At most", Kind.TEXT),
        Column("computed", "Computed", Kind.AMOUNT),
        Column("verdict", "Verdict", Kind.VERDICT),
    )
    rows = (
        (
            *(one.spec, held_for(one), figure_text(one), _printed_text(one.printed)),
            *(one.computed, verdict_text(one.verdict, headroom_text(one))),
        )
        for one in limits
    )
    return Table("budgets", "Budgets", columns, tuple(rows))


def _tightest(limits: Iterable[Check]) -> Iterator[str]:
    """The limit of which least is left, where all are kept."""
    kept = [one for one in limits if one.left is not None]
    if kept and all(one.verdict == FITS for one in kept):
        one = min(kept, key=lambda one: one.left or 0)
        limit = int(one.printed.value)
        yield (
            f"Least headroom: {limit - one.computed:,} {figure_text(one)} left: {one.spec} has "
            f"{one.computed:,} of {limit:,} ({headroom_text(one)}), at {held_for(one)}"
        )


def verdict_text(verdict: str, headroom: str) -> str:
    """A verdict and by how much: "fits, 12.3 % left"."""
    return f"{verdict}, {headroom}" if headroom and verdict == FITS else headroom or verdict


def _asked_at(found: Sequence[Check]) -> Iterator[str]:
    """Where the budgets that were asked for hold, if not where what stands in the specs does."""
    asked = dict.fromkeys((one.spec, held_for(one)) for one in found if one.mark is None)
    places = {place for _, place in asked}
    if places <= {setting_text(Budget({}))} or all(one.mark is None for one in found):
        return
    one_place = len(places) == 1
    texts = dict.fromkeys(f"at {to}" if one_place else f"{spec} at {to}" for spec, to in asked)
    yield (
        f"Budget asked for: {'; '.join(texts)}. "
        "Those of a spec (`expect:`, `budget:`): each at its own setting"
    )


def failing(report: Report) -> Report:
    """The report with what fails alone in its tables; the document and the CSV hold all."""
    tables = []
    for table in report.tables:
        rows = report.document.get(table.key)  # those that the table shows, in its order
        kept = table.rows
        if rows is not None:
            kept = tuple(cells for cells, row in zip(kept, rows) if row["failed"])
        if kept:
            tables.append(table._replace(rows=kept))
    notes = report.notes if any(row["failed"] for row in rows_of(report)) else ()
    return report._replace(tables=tuple(tables), notes=notes)


def _source(entry: Expectation | Budget) -> str:
    """Where a figure is printed, or that it is a limit."""
    return entry.source if isinstance(entry, Expectation) else "budget"


def setting_text(one: Expectation | Budget) -> str:
    """What a figure holds for: variant, α, ρ or resolution, input, and knobs."""
    parts = [one.variant or "", f"α = {ratio_text(one.alpha)}"]
    if one.resolution is not None:
        parts.append(f"{one.resolution} px")
    else:
        parts.append(f"ρ = {ratio_text(Fraction(1) if one.rho is None else one.rho)}")
    if one.size is not None:
        parts.append("input " + "×".join(map(str, one.size)))
    parts += [f"{knob} = {_value_text(value)}" for knob, value in one.set.items()]
    return ", ".join(filter(None, parts))


def _value_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _printed_text(printed: Printed) -> str:
    return f"{printed.text} (truncated)" if printed.truncated else printed.text


def verdicts_text(verdicts: Iterable[str]) -> str:
    """How many figures there are of each verdict, what fails first."""
    counts = Counter(verdicts)
    texts = (
        f"{counts[one]:,} {words[counts[one] > 1]}" for one, words in WORDS.items() if counts[one]
    )
    return ", ".join(texts) or "nothing is checked"


def _errata(found: Iterable[Check]) -> tuple[tuple[str, str], ...]:
    """Why each misprint is known to be one, said once an entry."""
    texts = (
        f"{one.spec}, {held_for(one)}: {message_text(one)}"
        for one in found
        if one.verdict == ERRATUM
    )
    return tuple(("Erratum", text) for text in dict.fromkeys(texts))


def _figure_document(one: Check) -> dict[str, Any]:
    entry = one.entry
    assert isinstance(entry, Expectation)
    return {
        **_document(one, "expect"),
        "printed": one.printed.text,
        "source": entry.source,
        "erratum": entry.erratum,
    }


def _limit_document(one: Check) -> dict[str, Any]:
    limit = int(one.printed.value)
    basis = one.held.basis
    return {
        **_document(one, "budget"),
        "limit": limit,
        "over": max(0, one.computed - limit),
        "left": max(0, limit - one.computed),
        "headroom": headroom_text(one),
        "largest": [part._asdict() for part in one.largest] if one.verdict == OVER else [],
        "convention": (basis.convention or paper()).name,
        "batch": basis.batch,
        "pass": basis.pass_,
    }


def _document(one: Check, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "spec": one.spec,
        "variant": one.entry.variant,
        "set": {knob: _json_value(value) for knob, value in one.entry.set.items()},
        "alpha": str(one.entry.alpha),
        "rho": str(one.held.setting.rho),
        "setting": held_for(one),
        "kind": one.kind,
        "figure": figure_text(one),
        "computed": one.computed,
        "verdict": one.verdict,
        "failed": one.failed,
        "message": message_text(one),
        "file": one.origin,
        "line": one.mark and one.mark.line,
        "column": one.mark and one.mark.column,
    }


def _json_value(value: Any) -> Any:
    """A knob's value; a fraction as its text."""
    return str(value) if isinstance(value, Fraction) else value
