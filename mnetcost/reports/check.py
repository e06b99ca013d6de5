"""Published figures and budgets against the count: what agrees, what differs, what is over."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from mnetcost.conventions.presets import paper
from mnetcost.cost import FORWARD, Basis, Count
from mnetcost.exact import ratio_text, read_ratio, read_whole
from mnetcost.graph import Graph
from mnetcost.multipliers import BOTH, read_size
from mnetcost.printed import (
    AGREES,
    DIFFERS,
    ERRATUM,
    FIGURES,
    FITS,
    OVER,
    Budget,
    Expectation,
    Printed,
    read_budget,
)
from mnetcost.problems import Mark, UsageError
from mnetcost.reports.measures import measures
from mnetcost.reports.notes import basis_notes, convention_notes
from mnetcost.spec.sources import stem
from mnetcost.tables import Column, Kind, Report, Table
from mnetcost.text import printable

FAILED = {DIFFERS, OVER}


class Checkable(Protocol):
    """A network that can take another variant and other knobs, and be costed."""

    @property
    def graph(self) -> Graph: ...

    @property
    def variant(self) -> str: ...

    def configured(self, variant: str | None, knobs: Mapping[str, Any], /) -> "Checkable": ...

    def counted(
        self, basis: Basis, alpha: Any, rho: Any, resolution: Any, size: Any, /
    ) -> Count: ...


class Check(NamedTuple):
    """One figure, of an expectation or a budget, against the count."""

    origin: str
    entry: Expectation | Budget
    cost: Count
    kind: str
    printed: Printed

    @property
    def spec(self) -> str:
        """The spec's name: its file without folder and suffix."""
        return stem(self.origin)

    @property
    def computed(self) -> int:
        """The count's own figure of this kind, as its basis counts."""
        figures = self.cost.figures
        return figures[self.kind] if self.kind in figures else FIGURES[self.kind](self.cost)

    @property
    def figure(self) -> str:
        """What the figure is called: its kind, or in words what another basis counts."""
        basis = self.cost.basis
        if basis == FORWARD or (self.kind == "params" and basis.convention is None):
            return self.kind
        if basis.convention and self.kind == "params":
            return f"params ({basis.convention.name})"
        return measures(self.cost)[-1].words

    @property
    def verdict(self) -> str:
        """agrees, differs or erratum of an expectation; fits or over of a budget."""
        return self.entry.verdict(self.printed, self.computed)

    @property
    def mark(self) -> Mark | None:
        """Where it stands in the spec; None for the budget of an option."""
        return self.entry.marks.get(self.kind)

    @property
    def message(self) -> str:
        """What is wrong, where the verdict is a failure; why it is passed over, of an erratum."""
        if self.verdict == ERRATUM and isinstance(self.entry, Expectation):
            return self.entry.erratum
        if self.verdict not in FAILED:
            return ""
        words = self.entry.complaint(self.figure, self.printed, self.computed)
        return f"{words}, at {self.setting}"

    @property
    def setting(self) -> str:
        """What it holds for: variant, α, ρ or resolution, input, knobs, and a batch."""
        batch = self.cost.basis.batch
        return setting_text(self.entry) + (f", batch {batch:,}" if batch > 1 else "")


def held_budget(  # noqa: PLR0913 - the limits, and what they hold for
    *,
    max_mult_adds: Any,
    max_params: Any,
    alpha: Any,
    rho: Any,
    resolution: Any,
    input: Any,  # noqa: A002 - the CLI's own word
    basis: Basis = FORWARD,
) -> Budget | None:
    """The budget of the options, and what it holds for; None without a limit.

    Raises UsageError for what cannot be read, for ρ with a resolution, and for a limit of work
    under a convention that counts none.
    """
    budget = read_budget(max_mult_adds, max_params)
    if not budget.most:
        return None
    convention = basis.convention
    if convention and "mult_adds" in budget.most and not convention.counts_work:
        raise UsageError(f"max-mult-adds: {convention.name} counts parameters alone")
    if rho is not None and resolution is not None:
        raise UsageError(BOTH)
    return budget._replace(
        alpha=read_ratio(alpha, "α"),
        rho=None if rho is None else read_ratio(rho, "ρ"),
        resolution=None if resolution is None else read_whole(resolution, "resolution"),
        size=None if input is None else read_size(input),
    )


def checks(
    networks: Iterable[Checkable], budget: Budget | None = None, basis: Basis = FORWARD
) -> Iterator[Check]:
    """Every figure that the networks' specs expect, and all of their budgets; of a variant, only
    its own. Then that of `budget`, which holds for each network as `basis` counts it."""
    for network in networks:
        entries: tuple[Expectation | Budget, ...] = network.graph.expectations
        for one in entries + network.graph.budgets:
            if network.variant in ("", one.variant):
                yield from _figures(network.configured(one.variant, one.set), one)
        if budget is not None:
            own = budget._replace(variant=network.variant or None, set=network.graph.given)
            yield from _figures(network, own, basis)


def _figures(
    network: Checkable, entry: Expectation | Budget, basis: Basis = FORWARD
) -> Iterator[Check]:
    cost = network.counted(basis, entry.alpha, entry.rho, entry.resolution, entry.size)
    for kind, printed in entry.figures():
        yield Check(network.graph.origin.label, entry, cost, kind, printed)


def complaints(report: Report) -> tuple[str, ...]:
    """One line for each figure that differs and each limit that is passed: its place, and how."""
    return tuple(
        f"{printable(row['file'])}:{row['line'] or 1}:{row['column'] or 1}: "
        f"{row['key']}: {row['message']}"
        for row in (*report.document["checks"], *report.document["budgets"])
        if row["failed"]
    )


def check_report(
    networks: Iterable[Checkable], budget: Budget | None = None, basis: Basis = FORWARD
) -> Report:
    """One row a figure that is expected, and one a limit of a budget.

    `basis` counts for `budget` alone: what specs say is the paper's count.
    """
    found = tuple(checks(networks, budget, basis))
    figures = tuple(one for one in found if isinstance(one.entry, Expectation))
    limits = tuple(one for one in found if isinstance(one.entry, Budget))
    tables = (
        _table("checks", "Printed and computed figures", "Printed", figures),
        _table("budgets", "Budgets", "At most", limits),
    )
    return Report(
        title="Published figures" + (" and budgets" if limits else ""),
        tables=tuple(table for table, rows in zip(tables, (figures, limits)) if rows) or tables[:1],
        notes=(
            *convention_notes(),
            *(convention_notes(basis) if basis.convention else ()),
            *basis_notes(basis),
            ("Verdicts", _summary(found)),
            *_errata(figures),
        ),
        document={
            "checks": [_figure_document(one) for one in figures],
            "budgets": [_limit_document(one) for one in limits],
        },
        flat=_table("checks", "Figures and budgets", "Printed", found),
    )


def _table(key: str, title: str, header: str, found: Iterable[Check]) -> Table:
    columns = (
        Column("spec", "Spec", Kind.TEXT, label=True),
        Column("setting", "Setting", Kind.TEXT),
        Column("kind", "Figure", Kind.TEXT),
        Column("printed", header, Kind.TEXT),
        Column("computed", "Computed", Kind.INTEGER),
        Column("verdict", "Verdict", Kind.TEXT),
        Column("source", "Source", Kind.TEXT),
    )
    rows = (
        (
            *(one.spec, one.setting, one.figure, _printed_text(one.printed)),
            *(one.computed, one.verdict, _source(one.entry)),
        )
        for one in found
    )
    return Table(key, title, columns, tuple(rows))


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


def _summary(found: Iterable[Check]) -> str:
    """How many figures there are of each verdict; budgets only where there are any."""
    verdicts = [one.verdict for one in found]
    words = {AGREES: "agree", DIFFERS: "differ", ERRATUM: "are known misprints"}
    if {FITS, OVER} & set(verdicts):
        words |= {FITS: "fit their budget", OVER: "are over it"}
    return ", ".join(f"{verdicts.count(verdict):,} {word}" for verdict, word in words.items())


def _errata(found: Iterable[Check]) -> tuple[tuple[str, str], ...]:
    """Why each misprint is known to be one, said once an entry."""
    texts = (f"{one.spec}, {one.setting}: {one.message}" for one in found if one.verdict == ERRATUM)
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
    basis = one.cost.basis
    return {
        **_document(one, "budget"),
        "limit": limit,
        "over": max(0, one.computed - limit),
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
        "rho": str(one.cost.setting.rho),
        "setting": one.setting,
        "kind": one.kind,
        "figure": one.figure,
        "computed": one.computed,
        "verdict": one.verdict,
        "failed": one.verdict in FAILED,
        "message": one.message,
        "file": one.origin,
        "line": one.mark and one.mark.line,
        "column": one.mark and one.mark.column,
    }


def _json_value(value: Any) -> Any:
    """A knob's value; a fraction as its text."""
    return str(value) if isinstance(value, Fraction) else value
