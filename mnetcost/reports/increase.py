"""How much more networks cost than others, such as themselves on the main branch, as checks."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from mnetcost.analysis.check.increase import KINDS, Growth, Increase, New
from mnetcost.cost import Count
from mnetcost.exact import change_text, percent_text, ratio_text
from mnetcost.printed import FITS, OVER, PASSED_OVER, UNSURE
from mnetcost.reports.against import held_for, settings_text, warnings_of, with_rows
from mnetcost.reports.check import verdict_text
from mnetcost.reports.settings import knobs_document
from mnetcost.tabular import Column, Kind, Report, Table
from mnetcost.text import printable

Row = dict[str, Any]


def with_increases(
    report: Report, found: Sequence[Increase], new: Sequence[New], said: Sequence[str]
) -> Report:
    """The report of a check, and by how much each network is larger than another one.

    The `new` ones have no other; `said` are warnings about which the others are.
    """
    rows = [*map(_row, found), *(_new_row(one, kind) for one in new for kind in KINDS)]
    warnings = [*said, *map(nowhere, new)]
    warnings += warnings_of(list({id(one.pair): one.pair for one in found}.values()))
    tables = (*(table for table in report.tables if table.rows), _table(rows))
    whole = report._replace(tables=tables)
    whole = with_rows(whole, "increases", rows, tuple(dict.fromkeys(warnings)))
    return whole._replace(answer=(*whole.answer, *_tightest(found)))


def _tightest(found: Sequence[Increase]) -> Iterator[str]:
    """The figure of which least is left, where none is passed: what it was, what it is."""
    if found and all(one.verdict == FITS for one in found):
        one = min(found, key=lambda one: one.left / max(Fraction(1), one.most))
        change = "" if one.ratio is None else f"{change_text(one.ratio)}, "
        yield (
            f"Least headroom: {one.left:,} {one.kind} left: {one.pair.spec} has {one.computed:,}, "
            f"{one.there:,} in {one.pair.target} ({change}at most {_allowed(one.limit)}), "
            f"at {settings_text(one.pair)}"
        )


def _row(one: Increase) -> Row:
    here = one.pair.here
    grown = one.grown if one.verdict == OVER else ()
    # by hand: a model file has no such line
    mark = grown[0].layer.node.mark if grown and here.graph.ledger is None else None
    return _common(one.pair.spec, one.pair.target, here, one.kind) | {
        "setting": settings_text(one.pair),
        "there": one.there,
        "increase": None if one.ratio is None else str(one.ratio),
        "limit": str(one.limit),
        "most": int(one.most),
        "over": max(0, -one.left),
        "left": max(0, one.left),
        "headroom": _headroom_text(one),
        "grown": [_growth(growth) for growth in grown],
        "verdict": one.verdict,
        "failed": one.failed,
        "message": _message(one),
        "line": mark and mark.line,
        "column": mark and mark.column,
    }


def _new_row(one: New, kind: str) -> Row:
    return _common(one.spec, one.target, one.here, kind) | {
        "there": None,
        "increase": None,
        "limit": None,
        "most": None,
        "over": None,
        "left": None,
        "headroom": "",
        "grown": [],
        "verdict": PASSED_OVER,
        "failed": False,
        "message": f"it is not in {one.target}",
        "line": None,
        "column": None,
    }


def _common(spec: str, target: str, here: Count, kind: str) -> Row:
    """What a row says of the network itself."""
    graph, setting = here.graph, here.setting
    return {
        "key": "increase",
        "spec": spec,
        "variant": graph.variant or None,
        "set": knobs_document(graph.given),
        "alpha": str(setting.alpha),
        "rho": str(setting.rho),
        "setting": held_for(here),
        "target": target,
        "kind": kind,
        "figure": kind,
        "computed": here.params if kind == "params" else here.mult_adds,
        "file": graph.origin.label,
    }


def _growth(one: Growth) -> Row:
    return {"name": one.layer.name, "here": one.here, "there": one.there}


def nowhere(one: New) -> str:
    """That nothing holds it, in words."""
    return f"{one.spec} is not in {one.target}: nothing holds what it costs"


def _message(one: Increase) -> str:
    """What is wrong, where something is."""
    here, there, target = f"{one.computed:,}", f"{one.there:,}", one.pair.target
    if one.verdict == UNSURE:
        return (
            f"{one.kind} at least {here}, {there} in {target}: nobody knows whether"
            f" {_limit_text(one.limit)} holds, at {settings_text(one.pair)}"
        )
    if not one.failed:
        return ""
    more = "more" if one.ratio is None else f"{_over_text(one.ratio, one.limit)} more"
    grown = ", ".join(_growth_text(growth) for growth in one.grown)
    return (
        f"{one.kind} {here} is {more} than {there} in {target}, {_beyond_text(one)}: "
        f"{-one.left:,} too many, at {settings_text(one.pair)}"
        + (f"; grown most: {grown}" if grown else "")
    )


def _beyond_text(one: Increase) -> str:
    """How far that is above what is allowed: "5.25 percentage points above the 1 % allowed"."""
    if one.beyond is None or not one.limit:
        return f"and {_limit_text(one.limit)} is allowed"
    points = percent_text(one.beyond).removesuffix(" %")
    plural = "" if points == "1" else "s"
    return f"{points} percentage point{plural} above the {_exactly(one.limit)} allowed"


def _headroom_text(one: Increase) -> str:
    """How many are left, or too many; nothing where nobody knows."""
    words = {FITS: f"{one.left:,} left", OVER: f"over by {-one.left:,}"}
    return words.get(one.verdict, "")


def _growth_text(one: Growth) -> str:
    return f"{printable(one.layer.name)} +{one.here - one.there:,}"


def _limit_text(limit: Fraction) -> str:
    return f"at most {_exactly(limit)}" if limit else "no increase"


def _table(rows: Sequence[Row]) -> Table:
    """One row a figure; the setting stands once where all have the same."""
    settings = {row["setting"] for row in rows}
    columns = (
        Column("spec", "Spec", Kind.TEXT),
        *([Column("setting", "Setting", Kind.TEXT)] if len(settings) > 1 else []),
        Column("kind", "Figure", Kind.TEXT),
        Column("computed", "Here", Kind.AMOUNT),
        Column("there", "There", Kind.AMOUNT),
        Column("increase", "Increase", Kind.TEXT),
        Column("limit", "At most", Kind.TEXT),
        Column("verdict", "Verdict", Kind.VERDICT),
    )
    cells = tuple(tuple(_cell(row, column.key) for column in columns) for row in rows)
    where = f", at {rows[0]['setting']}" if len(settings) == 1 else ""
    return Table("increases", f"Increase over {rows[0]['target']}{where}", columns, cells)


def _cell(row: Row, key: str) -> Any:
    """The value of a column; a ratio in percent."""
    if key == "verdict":
        return verdict_text(row["verdict"], row["headroom"])
    if key not in ("increase", "limit"):
        return row[key]
    if row[key] is None:
        return ""
    ratio = Fraction(row[key])
    if key == "limit":
        return _allowed(ratio)
    if row["verdict"] == OVER:
        return f"+{_over_text(ratio, Fraction(row['limit']))}"
    return change_text(ratio)


def _allowed(limit: Fraction) -> str:
    """A limit in percent, as it was given, with its sign."""
    return f"+{_exactly(limit)}" if limit else _exactly(limit)


def _over_text(ratio: Fraction, limit: Fraction) -> str:
    """An increase above its limit, rounded up where it would read as that."""
    text = percent_text(ratio)
    return percent_text(ratio, ceil) if text == _exactly(limit) else text


def _exactly(limit: Fraction) -> str:
    """A limit in percent, as it was given."""
    return f"{ratio_text(limit * 100)} %"
