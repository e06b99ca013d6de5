"""Several networks on one cost table."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from mnetcost.analysis.compare.compare import CountComparison, pointwise_share
from mnetcost.cost import Count, share
from mnetcost.reports.documents import count_header, totals_document
from mnetcost.reports.measures import Measure, cost_words, measures
from mnetcost.reports.notes import basis_notes, convention_notes, fold_notes, warning_texts
from mnetcost.tabular import Column, Kind, Report, Table


def compare_report(comparison: CountComparison, fold_norms: bool = False) -> Report:
    """One row a network: input, cost, ratios to the first, share in 1×1 convolutions, the front.

    With `fold_norms` the parameters after folding batch normalisation stand beside the parameters.
    """
    counts = comparison.counts
    found = _measures(counts, fold_norms)
    scaled = any(count.setting.alpha != 1 for count in counts)
    totals = [[sum(map(one.of, count.layers)) for one in found] for count in counts]
    work = max(place for place, one in enumerate(found) if one.shared)
    largest = max(row[work] for row in totals)
    rows = tuple(
        (
            name,
            *([count.setting.alpha] if scaled else []),
            count.input,
            *(cell for pair in zip(row, map(_ratio, row, totals[0])) for cell in pair),
            share(row[work], largest),
            pointwise_share(count),
            pareto,
        )
        for name, count, row, pareto in zip(comparison.names, counts, totals, comparison.pareto)
    )
    basis, documents = counts[0].basis, _documents(comparison)
    answer = _answer(comparison)
    inputs = {count.input for count in comparison.counts}
    table = Table("networks", "Networks", _columns(found, scaled, len(inputs) > 1), rows)
    return Report(
        title="Comparison",
        answer=(answer,) if answer else (),
        tables=(table,),
        notes=(
            ("Pareto", _pareto_text(counts, found)),
            *convention_notes(basis, counts),
            *basis_notes(basis),
            *(fold_notes(*counts) if fold_norms else ()),
        ),
        warnings=warning_texts(*documents),
        document={"answer": answer, "networks": documents},
        flat=table,
    )


def _answer(comparison: CountComparison) -> str:
    """Which network has the fewest parameters and needs the least work; empty of one alone.

    And empty where a number is only known at least.
    """
    counts = comparison.counts
    if len(counts) < 2 or any(count.at_least for count in counts):
        return ""
    said: dict[str, list[str]] = {}
    for kind in counts[0].figures:
        least = min(count.figures[kind] for count in counts)
        pairs = zip(comparison.names, counts)
        those = dict.fromkeys(name for name, count in pairs if count.figures[kind] == least)
        names = " and ".join(those)
        words = cost_words(counts[0].basis)[kind]
        said.setdefault(names, []).append(f"the fewest {words} ({least:,})")
    return "; ".join(f"{names}: {' and '.join(words)}" for names, words in said.items()) + "."


def _columns(found: Sequence[Measure], scaled: bool, sized: bool) -> tuple[Column, ...]:
    """The columns; inputs that differ stay, for costs are no fair comparison without them."""
    return (
        Column("name", "Network", Kind.TEXT),
        *([Column("alpha", "α", Kind.NUMBER)] if scaled else []),
        Column("input", "Input", Kind.MAP, leaves=0 if sized else 7),
        *(
            column
            for one in found
            for column in (
                Column(one.key, one.header, Kind.AMOUNT),
                Column(f"{one.key}_ratio", "of the\nfirst", Kind.RATIO, leaves=6),
            )
        ),
        Column("bar", "", Kind.BAR, leaves=9),
        Column("pointwise_share", "In 1×1\n%", Kind.SHARE, leaves=8),
        Column("pareto", "Pareto", Kind.FLAG),
    )


def _measures(counts: Sequence[Count], fold_norms: bool = False) -> Sequence[Measure]:
    """What all are measured by; two bounds, or “at least”, where one of them has."""
    found = [(measures(count, fold_norms=fold_norms), count.at_least) for count in counts]
    return max(found, key=lambda one: (len(one[0]), one[1]))[0]


def _pareto_text(counts: Sequence[Count], found: Sequence[Measure]) -> str:
    """What the marks mean, and which networks can have none."""
    words = f"what no other beats: smaller is better in {_objectives(found)}"
    unsure = any(count.at_least for count in counts)
    return words + ("; what is only known at least is left out" if unsure else "")


def _objectives(found: Sequence[Measure]) -> str:
    words = [one.words for one in found if one.shared]
    return " and in ".join(dict.fromkeys([words[0], words[-1]]))


def _ratio(value: int, first: int) -> Fraction | None:
    return Fraction(value, first) if first else None


def _documents(comparison: CountComparison) -> list[dict[str, Any]]:
    return [
        {
            "target": name,
            **count_header(count),
            "totals": totals_document(count),
            "pointwise_share": float(pointwise_share(count)),
            "pareto": pareto,
        }
        for name, count, pareto in zip(comparison.names, comparison.counts, comparison.pareto)
    ]
