"""The shipped networks, with their cost."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

from mnetcost.cost import FORWARD, Basis, Count
from mnetcost.graph import Graph
from mnetcost.multipliers import make_setting
from mnetcost.printed import Budget
from mnetcost.problems import TOP, Problem, SpecError, UsageError
from mnetcost.reports.documents import basis_document, count_document
from mnetcost.reports.measures import (
    PASS_WORDS,
    own_cells,
    own_columns,
)
from mnetcost.reports.notes import basis_notes, convention_notes
from mnetcost.reports.settings import knobs_document, knobs_text
from mnetcost.spec import Spec, find, resized, shipped_variants
from mnetcost.spec.nodes import keys_under
from mnetcost.tabular import Column, Kind, Report, Table
from mnetcost.text import clip, did_you_mean, listed

NOUNS = {"params": "parameters", "mult_adds": "mult-adds"}

# How a setting that is asked for is said.
SETTINGS = {
    "alpha": "α = {}",
    "rho": "ρ = {}",
    "resolution": "resolution {} px",
    "input": "input {}",
}

Found = tuple[str, str, Count]  # the name, the file, and the count
Out = tuple[str, SpecError | UsageError]  # the name of what is left out, and why


class Asked(NamedTuple):
    """Which of the networks are listed, in which order, and at which setting."""

    pattern: str = ""  # a part of a name, or a glob
    sort: str | None = None
    budget: Budget = Budget({})
    setting: Mapping[str, Any] = {}
    knobs: Mapping[str, Any] = {}

    @property
    def elsewhere(self) -> bool:
        """Whether they are counted at another setting than their own."""
        return bool(self.setting or self.knobs)

    @property
    def words(self) -> str:
        """That setting: "α = 0.5, resolution 160 px, classes = 10"."""
        words = [
            SETTINGS[name].format(str(value).lower().replace("x", "×"))
            for name, value in self.setting.items()
        ]
        return ", ".join([*words, *([knobs_text(self.knobs)] if self.knobs else [])])


ALL = Asked()


def specs_report(basis: Basis = FORWARD, asked: Asked = ALL) -> Report:
    """One row a shipped network: each variant of a family, else the spec itself.

    Raises UsageError for a knob that none of them has, and for a limit that the basis does not
    count; SpecError where no network is left.
    """
    basis.limiting(asked.budget)
    found, out = _chosen(basis, asked)
    counts = [count for *_, count in found]
    table = _table(found, basis)
    return Report(
        title="Shipped networks",
        setting=asked.words,
        tables=(table,),
        notes=(
            *_left_out(out),
            *convention_notes(basis, counts),
            *basis_notes(basis),
        ),
        document={
            **basis_document(basis),
            "specs": [_document(one, asked) for one in found],
            **(
                {"left_out": [{"name": name, "reason": _reason(error)} for name, error in out]}
                if out
                else {}
            ),
        },
        flat=table,
    )


def _table(found: Sequence[Found], basis: Basis) -> Table:
    ranged = any(count.counted.low != count.counted.high for *_, count in found)
    columns = (
        Column("name", "Name", Kind.TEXT),
        Column("spec", "Spec", Kind.TEXT, leaves=8),
        Column("model", "Network", Kind.TEXT, leaves=4),
        Column("input", "Input", Kind.MAP, leaves=1),
        Column("params", "Weights", Kind.AMOUNT),
        Column("mult_adds", PASS_WORDS[basis.pass_], Kind.AMOUNT),
        *own_columns(basis, ranged),
        Column("source", "Source", Kind.TEXT, leaves=5),
        Column("knobs", "Knobs (--set)", Kind.TEXT, leaves=9),
    )
    rows = tuple(
        (
            *(name, file, count.graph.name, count.input, count.params, count.mult_adds),
            *own_cells(basis, ranged, count.figures["params"], count.counted),
            *(count.graph.source, knobs_text(count.graph.knobs)),
        )
        for name, file, count in found
    )
    return Table("specs", "Print one with `mnetcost show NAME`", columns, rows)


def _document(found: Found, asked: Asked) -> dict[str, Any]:
    name, file, count = found
    setting = {"alpha": str(count.setting.alpha), "rho": str(count.setting.rho)}
    return {
        "name": name,
        "spec": file,
        "model": count.graph.name,
        **(setting if asked.elsewhere else {}),
        "input": count.input,
        "params": count.params,
        "mult_adds": count.mult_adds,
        **count_document(count.basis, count),
        "source": count.graph.source,
        "knobs": knobs_document(count.graph.knobs),
    }


def _left_out(out: Iterable[Out]) -> Iterator[tuple[str, str]]:
    """What has no such setting, and why, said once a reason."""
    reasons: dict[str, list[str]] = {}
    for name, error in out:
        reasons.setdefault(_reason(error), []).append(name)
    for reason, names in reasons.items():
        yield "Left out", f"{', '.join(names)}: {reason}"


def _chosen(basis: Basis, asked: Asked) -> tuple[list[Found], list[Out]]:
    """The networks that are asked for, in order, and those that have no such setting."""
    files = shipped_variants().items()
    every = {name: (file, names) for file, names in files for name in names or (file,)}
    named = [name for name in every if _matches(name, asked.pattern)]
    if not named:
        message = f"no shipped network is called like {clip(asked.pattern)!r}"
        raise _nothing("unknown-spec", message, did_you_mean(asked.pattern, every))
    counted, out = _counted({name: every[name] for name in named}, basis, asked)
    if not counted:
        raise _unknown(asked.knobs, every.values()) or out[0][1]
    found = [one for one in counted if _within(asked.budget, one[2])]
    if not found:
        raise _nothing("nothing-fits", _smallest(counted, asked.budget))
    if sort := asked.sort:
        found.sort(key=lambda one: one[0] if sort == "name" else -one[2].figures.get(sort, 0))
    return found, out


def _unknown(knobs: Iterable[str], files: Iterable[tuple[str, Sequence[str]]]) -> UsageError | None:
    """What is said of a knob that none of the networks has."""
    known = {knob for file, _ in files for knob in keys_under(find(file).text, "knobs")}
    for name in knobs:
        if name not in known:
            near = did_you_mean(name, known)
            hint = f"; did you mean {near!r}?" if near else ""
            return UsageError(f"set: no network has a knob {clip(name)!r}{hint}")
    return None


def _matches(name: str, pattern: str) -> bool:
    """Whether the pattern is a part of the name, or a glob of all of it."""
    small = pattern.lower()
    return small in name or fnmatchcase(name, small)


def _within(budget: Budget, count: Count) -> bool:
    return all(count.figures[kind] <= most for kind, most in budget.limits().items())


def _smallest(counted: Sequence[Found], budget: Budget) -> str:
    """What is said where nothing is within the budget: how small each figure can be."""
    words = []
    for kind, most in budget.limits().items():
        name, _, count = min(counted, key=lambda one: one[2].figures[kind])
        least = f"the least is {name}: {count.figures[kind]:,}"
        words.append(f"at most {most:,} {NOUNS[kind]} ({least})")
    return f"no network has {' and '.join(words)}"


def _nothing(code: str, message: str, near: str | None = None) -> SpecError:
    return SpecError([Problem("specs", TOP, code, message, suggestion=near)])


def _reason(error: SpecError | UsageError) -> str:
    return error.problems[0].message if isinstance(error, SpecError) else str(error)


def _counted(
    names: Mapping[str, tuple[str, Sequence[str]]], basis: Basis, asked: Asked
) -> tuple[list[Found], list[Out]]:
    """Each network at the setting, of a file that is read once, and what is impossible there."""
    found: list[Found] = []
    out: list[Out] = []
    read = cache(lambda file: Spec(find(file)))
    for name, (file, variants) in names.items():
        try:
            graph = _set(read(file), name if variants else "", asked.knobs)
            graph, size = resized(graph, asked.setting.get("input"))
            others = {key: value for key, value in asked.setting.items() if key != "input"}
            setting = make_setting(graph.base, **others, size=size)
            found.append((name, file, Count.of(graph, setting, basis)))
        except (SpecError, UsageError) as error:
            out.append((name, error))
    return found, out


def _set(spec: Spec, variant: str, knobs: Mapping[str, Any]) -> Graph:
    """The network with these knobs. Raises UsageError for those that it has not."""
    graph = spec.graph(variant, {})
    if missing := knobs.keys() - graph.knobs.keys():
        raise UsageError(f"no knob {listed(sorted(missing))}")
    return spec.graph(variant, knobs) if knobs else graph
