"""Published figures against the count: which agree, which differ, which are known misprints."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from mnetcost.cost import Count
from mnetcost.exact import ratio_text
from mnetcost.graph import Graph
from mnetcost.printed import FIGURES, Expectation, Printed
from mnetcost.reports.notes import convention_notes
from mnetcost.spec.sources import stem
from mnetcost.tables import Column, Kind, Report, Table

AGREES, DIFFERS, ERRATUM = "agrees", "differs", "erratum"


class Checkable(Protocol):
    """A network that can take another variant and other knobs, and be costed."""

    @property
    def graph(self) -> Graph: ...

    @property
    def variant(self) -> str: ...

    def configured(self, variant: str | None, knobs: Mapping[str, Any], /) -> "Checkable": ...

    def cost(self, alpha: Any, rho: Any, resolution: Any, /) -> Count: ...


class Check(NamedTuple):
    """One printed figure against the count."""

    spec: str
    expectation: Expectation
    cost: Count
    kind: str
    printed: Printed

    @property
    def computed(self) -> int:
        """The count's own figure of this kind."""
        return FIGURES[self.kind](self.cost)

    @property
    def verdict(self) -> str:
        """agrees, differs, or erratum for a print that is known to be off."""
        if self.printed.agrees(self.computed):
            return AGREES
        return ERRATUM if self.expectation.erratum else DIFFERS


def checks(networks: Iterable[Checkable]) -> Iterator[Check]:
    """Every figure that the networks' specs expect; of a variant, only its own."""
    for network in networks:
        spec = stem(network.graph.origin.label)
        for one in network.graph.expectations:
            if network.variant in ("", one.variant):
                configured = network.configured(one.variant, one.set)
                cost = configured.cost(one.alpha, one.rho, one.resolution)
                for kind, printed in one.figures():
                    yield Check(spec, one, cost, kind, printed)


def misses(report: Report) -> int:
    """How many figures of a report differ."""
    return sum(row["verdict"] == DIFFERS for row in report.document["checks"])


def check_report(networks: Iterable[Checkable]) -> Report:
    """One row a printed figure."""
    found = tuple(checks(networks))
    columns = (
        Column("spec", "Spec", Kind.TEXT, label=True),
        Column("setting", "Setting", Kind.TEXT),
        Column("kind", "Figure", Kind.TEXT),
        Column("printed", "Printed", Kind.TEXT),
        Column("computed", "Computed", Kind.INTEGER),
        Column("verdict", "Verdict", Kind.TEXT),
        Column("source", "Source", Kind.TEXT),
    )
    rows = tuple(
        (
            *(one.spec, setting_text(one.expectation), one.kind, _printed_text(one.printed)),
            *(one.computed, one.verdict, one.expectation.source),
        )
        for one in found
    )
    table = Table("checks", "Printed and computed figures", columns, rows)
    return Report(
        title="Published figures",
        tables=(table,),
        notes=(*convention_notes(), ("Verdicts", _summary(found)), *_errata(found)),
        document={"checks": [_document(one) for one in found]},
        flat=table,
    )


def setting_text(one: Expectation) -> str:
    """What a figure holds for: variant, α, ρ or resolution, and knobs."""
    parts = [one.variant or "", f"α = {ratio_text(one.alpha)}"]
    if one.resolution is not None:
        parts.append(f"{one.resolution} px")
    else:
        parts.append(f"ρ = {ratio_text(Fraction(1) if one.rho is None else one.rho)}")
    parts += [f"{knob} = {_value_text(value)}" for knob, value in one.set.items()]
    return ", ".join(filter(None, parts))


def _value_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _printed_text(printed: Printed) -> str:
    return f"{printed.text} (truncated)" if printed.truncated else printed.text


def _summary(found: Iterable[Check]) -> str:
    verdicts = [one.verdict for one in found]
    words = {AGREES: "agree", DIFFERS: "differ", ERRATUM: "are known misprints"}
    return ", ".join(f"{verdicts.count(verdict):,} {word}" for verdict, word in words.items())


def _errata(found: Iterable[Check]) -> tuple[tuple[str, str], ...]:
    """Why each misprint is known to be one, said once an entry."""
    texts = (
        f"{one.spec}, {setting_text(one.expectation)}: {one.expectation.erratum}"
        for one in found
        if one.verdict == ERRATUM
    )
    return tuple(("Erratum", text) for text in dict.fromkeys(texts))


def _document(one: Check) -> dict[str, Any]:
    entry = one.expectation
    return {
        "spec": one.spec,
        "variant": entry.variant,
        "set": {knob: _json_value(value) for knob, value in entry.set.items()},
        "alpha": str(entry.alpha),
        "rho": str(one.cost.setting.rho),
        "kind": one.kind,
        "printed": one.printed.text,
        "computed": one.computed,
        "verdict": one.verdict,
        "source": entry.source,
        "erratum": entry.erratum,
    }


def _json_value(value: Any) -> Any:
    """A knob's value; a fraction as its text."""
    return str(value) if isinstance(value, Fraction) else value
