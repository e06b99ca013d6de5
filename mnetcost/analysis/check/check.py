"""Published figures and budgets against the count, each with its verdict."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import zip_longest
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from mnetcost.analysis.warnings.warnings import warnings
from mnetcost.cost import FORWARD, Basis, Count
from mnetcost.exact import read_ratio, read_whole
from mnetcost.graph import Graph
from mnetcost.multipliers import BOTH, Setting, make_setting, read_size
from mnetcost.printed import (
    DIFFERS,
    ERRATUM,
    FIGURES,
    OVER,
    UNSURE,
    Budget,
    Expectation,
    Printed,
)
from mnetcost.problems import TOP, Mark, Problem, SpecError, UsageError
from mnetcost.spec import Spec, resized
from mnetcost.spec.sources import stem

MOST = 3  # layers that are named
FAILED = {DIFFERS, OVER, UNSURE}
EXPECTED = "a budget such as `budget: {mult_adds: 600M, params: 5M}`"


class Checkable(Protocol):
    """What has a network."""

    @property
    def graph(self) -> Graph: ...


class Part(NamedTuple):
    """A layer, and what it has of a figure."""

    name: str
    value: int


class Held(NamedTuple):
    """A network as it was counted at one setting: no more of it than a check says."""

    setting: Setting
    basis: Basis
    figures: Mapping[str, int]
    largest: Mapping[str, tuple[Part, ...]]  # of every figure the layers with most of it
    ranges: bool  # whether the work is the most of a range
    at_least: bool  # whether the work of a layer is not known
    warnings: tuple[str, ...]


class Check(NamedTuple):
    """One figure, of an expectation or a budget, against the count."""

    origin: str
    entry: Expectation | Budget
    held: Held
    kind: str
    printed: Printed
    verdict: str  # agrees, differs or erratum of an expectation; fits or over of a budget; unknown
    spec: str  # its file without folder and suffix, or all of it where another is called so too

    @property
    def computed(self) -> int:
        """The count's own figure of this kind, as its basis counts."""
        return self.held.figures[self.kind]

    @property
    def largest(self) -> tuple[Part, ...]:
        """The layers that have most of it."""
        return self.held.largest[self.kind]

    @property
    def left(self) -> Fraction | None:
        """Which part of a limit is not used, below zero where it is passed; None of a figure."""
        most = int(self.printed.value)
        if not isinstance(self.entry, Budget) or not most:
            return None
        return Fraction(most - self.computed, most)

    @property
    def failed(self) -> bool:
        """Whether the verdict is a failure: a figure or a limit that does not surely hold."""
        return self.verdict in FAILED

    @property
    def mark(self) -> Mark | None:
        """Where it stands in the spec; None for the budget of an option."""
        return self.entry.marks.get(self.kind)


def held_at(
    budget: Budget,
    alpha: Any = 1,
    rho: Any = None,
    resolution: Any = None,
    input: Any = None,  # noqa: A002 - the CLI's own word
) -> Budget:
    """The budget with what it holds for.

    Raises UsageError for what cannot be read, and for ρ with a resolution.
    """
    if rho is not None and resolution is not None:
        raise UsageError(BOTH)
    return budget._replace(
        alpha=read_ratio(alpha, "α"),
        rho=None if rho is None else read_ratio(rho, "ρ"),
        resolution=None if resolution is None else read_whole(resolution, "resolution"),
        size=None if input is None else read_size(input),
    )


def names_of(networks: Iterable[Checkable]) -> dict[str, str]:
    """What the files of networks are called: without folder and suffix where that tells them."""
    files = {network.graph.origin.label for network in networks}
    called = Counter(map(stem, files))
    return {file: stem(file) if called[stem(file)] == 1 else file for file in files}


def checks(
    networks: Iterable[Checkable], budgets: Iterable[Budget] = (), basis: Basis = FORWARD
) -> Iterator[Check]:
    """Every figure that the networks' specs expect, and all of their budgets; of a variant, only
    its own. Then `budgets`, one for each network as `basis` counts it, or none."""
    networks = tuple(networks)
    names = names_of(networks)
    for network, budget in zip_longest(networks, budgets):
        graph = network.graph
        name = names[graph.origin.label]
        for one, held in _spec_figures(graph):
            yield from _checks(graph, name, one, held)
        if budget is not None:
            own = budget._replace(variant=graph.variant or None, set=graph.given)
            yield from _checks(graph, name, own, _held(graph, own, basis))


def unchecked(networks: Iterable[Checkable]) -> list[Graph]:
    """The networks of which their specs expect nothing, and which have no budget there."""
    return [one.graph for one in networks if not _entries(one.graph)]


def nothing_text(graph: Graph) -> str:
    """What is to be said of a network that has nothing to check."""
    of = f" of its variant {graph.variant}" if graph.variant else ""
    return f"nothing to check: the spec has no `expect:` and no `budget:`{of}"


def demand_checked(networks: Iterable[Checkable]) -> None:
    """Raise SpecError with every network that has nothing to check."""
    problems = [
        Problem(one.origin.label, TOP, "nothing-checked", nothing_text(one), expected=EXPECTED)
        for one in unchecked(networks)
    ]
    if problems:
        raise SpecError(problems)


def _entries(graph: Graph) -> list[Expectation | Budget]:
    """Its figures and budgets; of a variant only its own."""
    written: tuple[Expectation | Budget, ...] = graph.expectations
    return [one for one in written + graph.budgets if graph.variant in ("", one.variant)]


def _spec_figures(graph: Graph) -> list[tuple[Expectation | Budget, Held]]:
    """The figures and the budgets of a spec, each with what it holds for, in written order.

    Each variant with other knobs is read once, and counted once at each setting.
    """
    entries = _entries(graph)
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(entries):
        groups.setdefault(_build(one.variant, one.set), []).append(place)
    spec = None
    found: dict[int, Held] = {}
    for build, places in groups.items():
        first, built = entries[places[0]], graph
        if build != _build(graph.variant, graph.given):
            spec = spec or Spec(graph.origin)
            built = spec.graph(first.variant or "", first.set)
        known: dict[tuple[Any, ...], Held] = {}
        for place in places:
            one = entries[place]
            setting = one.alpha, one.rho, one.resolution
            if setting not in known:
                known[setting] = _held(built, one)
            found[place] = known[setting]
    return [(one, found[place]) for place, one in enumerate(entries)]


def _build(variant: str | None, given: Mapping[str, Any]) -> str:
    """What says which network of its spec is meant."""
    return repr((variant or "", sorted(given.items(), key=itemgetter(0))))


def _held(graph: Graph, entry: Expectation | Budget, basis: Basis = FORWARD) -> Held:
    graph, size = resized(graph, entry.size)
    setting = make_setting(graph.base, entry.alpha, entry.rho, entry.resolution, size)
    count = Count.of(graph, setting, basis)
    return Held(
        setting=setting,
        basis=basis,
        figures={kind: figure(count) for kind, figure in FIGURES.items()} | count.figures,
        largest=_largest(count),
        ranges=count.counted.low != count.counted.high and not count.at_least,
        at_least=count.at_least,
        warnings=warnings(count.graph, [setting]),
    )


def _largest(count: Count) -> dict[str, tuple[Part, ...]]:
    """Of every figure the layers that have most of it."""
    figures: dict[str, Callable[[Any], int]] = {**FIGURES}
    if count.basis.convention:
        figures["params"] = lambda layer: int(layer.counted_params)
        figures["mult_adds"] = lambda layer: int(layer.counted.high)
    found = {}
    for kind, figure in figures.items():
        parts = sorted((Part(one.name, figure(one)) for one in count.layers), key=_by_value)
        found[kind] = tuple(one for one in parts[:MOST] if one.value)
    return found


def _by_value(part: Part) -> int:
    return -part.value


def _checks(graph: Graph, name: str, entry: Expectation | Budget, held: Held) -> Iterator[Check]:
    for kind, printed in entry.figures():
        verdict = _verdict(entry, printed, held, held.figures[kind])
        yield Check(graph.origin.label, entry, held, kind, printed, verdict, name)


def _verdict(entry: Expectation | Budget, printed: Printed, held: Held, exact: int) -> str:
    """The entry's own, where it stands however much more the network costs than was counted."""
    verdict = entry.verdict(printed, exact)
    stands = verdict in (OVER, ERRATUM) or (verdict == DIFFERS and exact > printed.value)
    return verdict if stands or not held.at_least else UNSURE
