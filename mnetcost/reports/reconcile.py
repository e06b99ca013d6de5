"""The way from one number to another, and what gives a printed number."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from operator import add
from typing import Any

from mnetcost.analysis.conventions.terms import number
from mnetcost.analysis.reconcile.candidates import Candidate, candidates
from mnetcost.analysis.reconcile.matches import (
    CALLED,
    ROUNDED,
    Match,
    Matches,
    digits,
    is_sure,
    matches,
)
from mnetcost.analysis.reconcile.way import Way
from mnetcost.conventions import Convention
from mnetcost.conventions.presets import NAMES, convention
from mnetcost.cost import Count
from mnetcost.exact import change_text, percent_text
from mnetcost.layers.fields import CALLS
from mnetcost.multipliers import Setting
from mnetcost.printed import Printed
from mnetcost.problems import UsageError
from mnetcost.reports.documents import count_header
from mnetcost.reports.notes import cost_notes, parts_of, warning_texts
from mnetcost.tabular import Column, Kind, Report, Table

MAX_SHOWN = 20
MAX_DOUBTED = 5  # of what explains nothing
LEAST_CHANCE = 0.001  # that is told in digits


def way_report(count: Count, start: Convention, end: Convention, way: Way) -> Report:
    """The terms that lead from one convention's number to another's."""
    columns = (
        Column("layers", "Layers", Kind.TEXT),
        Column("counts", "Counts", Kind.TEXT),
        Column("change", "Change", Kind.CHANGE),
        Column("number", "Number", Kind.AMOUNT),
    )
    rows: list[tuple[Any, ...]] = [(f"{start.name} ({start.unit}s)", "", None, way.start)]
    rows += [(one.layer, one.words, one.change, one.reached) for one in way.steps]
    rows.append((f"{end.name} ({end.unit}s)", "", None, way.end))
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
    setting, answer = _setting(count), way_text(start, end, way)
    return Report(
        title=count.graph.name,
        answer=(answer,),
        tables=(table,),
        notes=(*_setting_notes(count), *notes),
        warnings=warning_texts(setting),
        document={
            **setting,
            "answer": answer,
            "from": {"convention": start.name, "value": way.start, "unit": start.unit},
            "to": {"convention": end.name, "value": way.end, "unit": end.unit},
            "steps": [
                {"layers": one.layer, "counts": one.words, "change": one.change}
                for one in way.steps
            ],
        },
        flat=table,
    )


def way_text(start: Convention, end: Convention, way: Way) -> str:
    """Both numbers, and what most of the difference is, in a sentence."""
    begins = f"{start.name} counts {way.start:,} {start.unit}s, {end.name} {way.end:,} {end.unit}s"
    change = way.end - way.start
    if not way.steps:
        return f"{begins}: the same."
    of = f" ({change_text(Fraction(change, way.start))})" if way.start else ""
    most: dict[str, int] = {}
    for one in way.steps:
        most[one.layer] = most.get(one.layer, 0) + one.change
    layer = max(most, key=lambda name: abs(most[name]))
    return f"{begins}: {change:+,}{of}, and {most[layer]:+,} of it in {layer}."


SETTING = ("Source", "Width", "Input", "Batch")


def read_printed(text: str) -> Printed:
    """A figure such as 317M or 568,740,352. Raises UsageError for anything else."""
    try:
        found = Printed.read(text)
    except ValueError as error:
        raise UsageError(f"--printed: {error}") from None
    if not found.value:
        raise UsageError("--printed: nothing counts 0")
    return found


def printed_report(count: Count, printed: Printed) -> Report:
    """Whatever explains a printed number; where nothing does, what may be chance or is nearest."""
    tried = candidates(count, printed.unit)
    found = matches(tried, printed)
    hits = found.explained or found.by_chance
    shown = hits or found.nearest
    most = MAX_SHOWN if found.explained else MAX_DOUBTED
    titles = {found.explained: "what explains it", found.by_chance: "what prints so, by chance"}
    title = titles.get(shown, "nothing prints so; these come nearest")
    if len(shown) > most:
        title += f" (the first {most} of {len(shown)})"
    table, flat = _tables(shown[:most], printed, f"{printed.text}: {title}")
    answer = answer_text(found, printed)
    setting = _setting(count)
    return Report(
        title=count.graph.name,
        answer=(answer,),
        tables=(table,),
        notes=(
            *_setting_notes(count),
            *_remarks(hits[:1], tried),
            ("Tried", _tried(found)),
        ),
        warnings=(*warning_texts(setting), *_warnings(shown[:most], setting["warnings"])),
        document={
            **setting,
            "printed": printed.text,
            "answer": answer,
            "candidates": found.tried,
            "answers": [_document(one, printed) for one in found.explained],
            "by_chance": [_document(one, printed) for one in found.by_chance],
            "nearest": [] if hits else [_document(one, printed) for one in found.nearest],
        },
        flat=flat,
    )


def answer_text(found: Matches, printed: Printed) -> str:
    """What a printed number counts, in one sentence."""
    if found.explained:
        first = found.explained[0]
        verb = "is" if is_sure(found, printed) else "may be"
        return f"{printed.text} {verb} {_match_text(first, printed)}."
    if not found.by_chance:
        near = found.nearest[0]
        return (
            f"Nothing explains {printed.text}: of {found.tried:,} numbers none prints so; the "
            f"nearest is {_found_text(near, printed)}, off by {_off(near, printed)}."
        )
    first = found.by_chance[0]
    why = f"{_chance_text(first.chance)} of the figures like it would find something as likely"
    if digits(printed) == 1:
        why = "its one digit says too little"
    return (
        f"Nothing explains {printed.text}: {why}, though it may be {_match_text(first, printed)}."
    )


def _match_text(one: Match, printed: Printed) -> str:
    """What it counts, how, and the number that prints so, and in which way."""
    way = "exactly" if one.shown == printed.value else one.printed
    return f"{_found_text(one, printed)}, {way}"


def _off(one: Match, printed: Printed) -> str:
    return change_text(_far(one, printed))


def _far(one: Match, printed: Printed) -> Fraction:
    """How far it is from the figure, as a part of that."""
    return (one.shown - printed.value) / printed.value


def _found_text(one: Match, printed: Printed) -> str:
    """What it counts, how, and the number."""
    found = one.candidate
    words = found.scope
    scope = words if words.startswith("the ") else f"the {words}"
    scope = f"the network {words}" if words.startswith("without") else scope
    called = f", which it calls {printed.unit}s" if _called_otherwise(one, printed) else ""
    divided = f" / {_prefix(one, printed)}" if one.binary else ""
    elsewhere = " and not at the setting asked for" if found.setting else ""
    where = ", ".join(filter(None, (scope, found.network))) + elsewhere
    number = f"{found.value:,} {_unit(found)}{divided}{called}"
    return f"{where}, counted as {_counted(found)}: {number}"


def _called_otherwise(one: Match, printed: Printed) -> bool:
    return (one.candidate.unit, printed.unit) in CALLED


def _counted(one: Candidate) -> str:
    """The conventions or the kinds of parameters, with the factor."""
    names = ", ".join(one.names)
    if one.unit == "bytes":
        return f"{names}, {one.factor} bytes each"
    return names if one.factor == 1 else f"{one.factor} × {names}"


def _unit(one: Candidate) -> str:
    return one.unit if one.unit in ("parameters", "bytes") else f"{one.unit}s"


def _prefix(one: Match, printed: Printed) -> str:
    """What the figure's prefix stands for: 10^9, or 2^30; empty without one."""
    if not printed.thousands:
        return ""
    return f"2^{10 * printed.thousands}" if one.binary else f"10^{3 * printed.thousands}"


def _chance_text(share: float) -> str:
    """A chance in percent; it is an estimate, and of less than a thousandth no more is said."""
    return percent_text(Fraction(share)) if share >= LEAST_CHANCE else "under 0.1 %"


def _tables(shown: Sequence[Match], printed: Printed, title: str) -> tuple[Table, Table]:
    """What prints so, with its chance in words; and with plain numbers, for programs."""
    columns = (
        Column("scope", "Scope", Kind.TEXT),
        Column("counted", "Counted as", Kind.TEXT),
        Column("unit", "Unit", Kind.TEXT),
        Column("value", "Number", Kind.AMOUNT),
        Column("prefix", "In", Kind.TEXT),
        Column("printed", "Prints so", Kind.TEXT),
    )
    said = Column("off", "Off by", Kind.TEXT, leaves=4), Column("chance", "By chance", Kind.TEXT)
    plain = tuple(one._replace(kind=Kind.RATIO) for one in said)
    cells = [_cells(one, printed) for one in shown]
    texts = ((_off(one, printed), _chance_text(one.chance) if one.printed else "") for one in shown)
    numbers = ((_far(one, printed), one.chance if one.printed else None) for one in shown)
    told = Table("printed", title, (*columns, *said), tuple(map(add, cells, texts)))
    if not any(one.printed for one in shown):  # then how far off is all that there is to say
        last = {"off": 0, "prefix": 4}
        leaving = tuple(one._replace(leaves=last.get(one.key, 0)) for one in told.columns)
        kept = [at for at, one in enumerate(leaving) if one.key not in ("printed", "chance")]
        told = told._replace(columns=leaving).only(kept)
    return told, Table("printed", title, (*columns, *plain), tuple(map(add, cells, numbers)))


def _cells(one: Match, printed: Printed) -> tuple[Any, ...]:
    found = one.candidate
    where = ", ".join(filter(None, (found.scope, found.network)))
    number = _counted(found), _unit(found), found.value, _prefix(one, printed)
    return where, *number, one.printed


def _remarks(first: Iterable[Match], tried: Sequence[Candidate]) -> Iterator[tuple[str, str]]:
    """What another network changes, and who prints twice a tool's number."""
    for found in (one.candidate for one in first):
        own = (one for one in tried if not one.network and _counts_as(one) == _counts_as(found))
        if found.network and (one := next(own, None)):
            change = f"{found.value - one.value:+,} against {one.value:,} {_unit(one)}"
            yield "Changed", f"{found.network}: {change} of the network as it was asked for"
        doubled = [convention(name).doubled for name in found.names if name in NAMES]
        if found.factor == 2 and any(doubled):
            yield (
                "Doubled",
                f"{', '.join(filter(None, doubled))}: twice what {found.names[0]} counts",
            )


def _counts_as(one: Candidate) -> tuple[Any, ...]:
    """What is counted, and how."""
    return one.names[0], one.unit, one.factor, one.scope


def _warnings(shown: Iterable[Match], own: Collection[str]) -> tuple[str, ...]:
    """What is to be warned of in the networks of these rows, said once; `own` is said already."""
    candidates = (one.candidate for one in shown)
    texts = (
        f"{one.network.partition(',')[0]}: {text}"
        for one in candidates
        for text in one.warnings
        if text not in own
    )
    return tuple(dict.fromkeys(texts))


def _tried(found: Matches) -> str:
    """How many numbers were tried, and what chance means."""
    words = (
        f"{found.tried:,} numbers. By chance: the share of figures with as many digits, from half "
        "to twice this one, that a number as plain as the row's would give"
    )
    more = len(found.by_chance) if found.explained else 0
    return words + (f"; {more} more print so, which chance explains as well" if more else "")


def _setting_notes(count: Count) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in cost_notes(count) if pair[0] in SETTING)


def _setting(count: Count) -> dict[str, Any]:
    """What the document begins with; its conventions stand for themselves."""
    begin = count_header(count)
    del begin["convention"], begin["input"]
    return begin


def _document(one: Match, printed: Printed) -> dict[str, Any]:
    found = one.candidate
    factor = found.factor
    return {
        "value": found.value,
        "convention": ", ".join(found.names),
        "scope": found.scope,
        "network": found.network,
        "unit": found.unit,
        "factor": int(factor) if factor.denominator == 1 else float(factor),
        "prefix": _prefix(one, printed),
        "printed": one.printed or None,
        "rounded": one.printed == ROUNDED,
        "chance": one.chance if one.printed else None,
        "warnings": list(found.warnings),
        "setting": _setting_document(found.setting),
    }


def _setting_document(setting: Setting | None) -> dict[str, Any] | None:
    """The setting that a number is of; None of that asked for."""
    if setting is None:
        return None
    return {"alpha": str(setting.alpha), "input": [setting.height, setting.width]}
