"""What changed from one network to another, layer by layer, in structure and in cost."""

from collections.abc import Hashable, Sequence
from fractions import Fraction
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple, Self

from mnetcost.analysis.diff.alignment import Pair, align
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import Count, LayerCost, Parameters
from mnetcost.exact import ratio_text
from mnetcost.graph import INPUT
from mnetcost.layers.base import Map
from mnetcost.layers.fields import fields_of
from mnetcost.layers.window import PaddingPair, Same
from mnetcost.multipliers import make_setting
from mnetcost.record import Record

# What two layers have in common counts so much for taking one as the other's successor.
LIKENESS = {"type": 4, "name": 3, "kernel": 2, "stride": 1, "in": 1, "out": 1}
LEAST_LIKENESS = 3
SAME_LAYER = 10  # beside the likeness of layers that are the same in all

# Keys that the output map and the groups tell; and how a layer is called, which is no structure.
TOLD = {"out", "group_width", "called_as"}


class Difference(NamedTuple):
    """One property of a layer that changed, in a spec's own words."""

    what: str
    before: str
    after: str


class _Cost(NamedTuple):
    params: int = 0
    mult_adds: int = 0
    parameters: Parameters = Parameters()
    counted: Bounds = Bounds(0, 0)


class Change(NamedTuple):
    """A layer before and after; None where it was not there, or is no more."""

    before: LayerCost | None
    after: LayerCost | None
    differences: tuple[Difference, ...] = ()

    @property
    def kind(self) -> str:
        """ "added", "removed", "changed" or "same"; a new name alone is no change."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        return "same" if not self.differences and self._cost(0) == self._cost(1) else "changed"

    @property
    def params(self) -> int:
        """How many more parameters there are after it."""
        return self._cost(1).params - self._cost(0).params

    @property
    def mult_adds(self) -> int:
        """How many more mult-adds there are after it."""
        return self._cost(1).mult_adds - self._cost(0).mult_adds

    def _cost(self, side: int) -> "_Cost":
        """What the layer costs on a side; it may change alone, such as for a gradient."""
        layer = (self.before, self.after)[side]
        if layer is None:
            return _Cost()
        return _Cost(layer.params, layer.mult_adds, layer.parameters, layer.counted)


class CountDiff(Record):
    """Two networks counted on one basis, and every layer of both, aligned, in order."""

    before: Count
    after: Count
    names: tuple[str, str]
    changes: tuple[Change, ...]

    @classmethod
    def of(cls, before: Count, after: Count, names: tuple[str, str]) -> Self:
        """The changes that lead from one network to another.

        Layers are paired by what they are, or by their names where that leaves fewer differences.
        """
        pairs = _in_line(_pairs(_Line(before), _Line(after)))
        changes = tuple(_changes(before, after, pairs))
        return cls(before=before, after=after, names=names, changes=changes)

    @property
    def same(self) -> bool:
        """Whether no layer differs in structure or cost."""
        return all(change.kind == "same" for change in self.changes)

    @property
    def params(self) -> int:
        """How many more parameters the second network has."""
        return self.after.params - self.before.params

    @property
    def mult_adds(self) -> int:
        """How many more mult-adds the second network needs."""
        return self.after.mult_adds - self.before.mult_adds


class _Line:
    """The layers of a network as the alignment sees them: keys on the widths before α and ρ."""

    def __init__(self, count: Count) -> None:
        graph = count.graph
        written = graph.shapes(make_setting(graph.base))
        self.families = [type(layer.node.layer).__module__ for layer in count.layers]
        self.traits: list[tuple[Any, ...]] = []
        self.structure: list[Hashable] = []
        self.names: list[Hashable] = [(layer.name, layer.type) for layer in count.layers]
        for layer, (_, x, y) in zip(count.layers, written):
            form = properties(layer)
            size = form.get("kernel"), form.get("stride")
            self.traits.append((layer.type, layer.name, *size, x.c, y.c))
            self.structure.append((layer.type, tuple(form.items()), x.c, y.c))


def _pairs(before: _Line, after: _Line) -> list[Pair]:
    """The pairs of the alignment that leaves the networks most alike, the same either way round."""
    lines = before, after
    if repr(before.traits) > repr(after.traits):
        return [(a, b) for b, a in _pairs(after, before)]
    return max(
        (_aligned(*lines, by) for by in ("structure", "names")),
        key=lambda found: sum(_likeness(*lines, a, b) for a, b in found),
    )


def _in_line(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs with what went before what came, wherever both did."""
    found: list[Pair] = []
    for _, run in groupby(pairs, lambda pair: None not in pair):
        found += sorted(run, key=lambda pair: pair[0] is None)
    return found


def _aligned(before: _Line, after: _Line, by: str) -> list[Pair]:
    return align(getattr(before, by), getattr(after, by), partial(_likeness, before, after))


def _likeness(before: _Line, after: _Line, a: int | None, b: int | None) -> int:
    """How much two layers are alike; 0 for layers of two families, which are no pair."""
    if a is None or b is None or before.families[a] != after.families[b]:
        return 0
    alike = sum(
        weight
        for weight, one, other in zip(LIKENESS.values(), before.traits[a], after.traits[b])
        if one == other and one is not None
    )
    if before.structure[a] == after.structure[b]:
        alike += SAME_LAYER
    return alike if alike >= LEAST_LIKENESS else 0


def _changes(before: Count, after: Count, pairs: Sequence[Pair]) -> list[Change]:
    alike = {(INPUT, INPUT), *pairs}  # maps of both networks that stand for each other
    changes = []
    for a, b in pairs:
        one = None if a is None else before.layers[a]
        other = None if b is None else after.layers[b]
        found: tuple[Difference, ...] = ()
        if one and other:
            found = differences(one, other)
            if not _reads_alike(one, other, (a, b), alike):
                found += (Difference("reads", _reads(before, one), _reads(after, other)),)
        changes.append(Change(one, other, found))
    return changes


def _reads_alike(one: LayerCost, other: LayerCost, places: Pair, alike: set[Pair]) -> bool:
    """Whether two layers read maps that stand for each other.

    So do those just before both: what is put in between is a change of its own, and none of the
    layers after it.
    """
    reads = list(zip(one.node.reads, other.node.reads))
    alike.update(pair for pair in reads if (pair[0] + 1, pair[1] + 1) == places)
    return len(one.node.reads) == len(other.node.reads) and alike.issuperset(reads)


def _reads(count: Count, layer: LayerCost) -> str:
    names = ("input" if at == INPUT else count.layers[at].name for at in layer.node.reads)
    return ", ".join(names)


def differences(before: LayerCost, after: LayerCost) -> tuple[Difference, ...]:
    """What two layers differ in: type, the keys that both have, maps, shared weights."""
    forms = [{"type": one.type, **properties(one), **_place(one)} for one in (before, after)]
    return tuple(
        Difference(what, *(_words(form[what]) for form in forms))
        for what in forms[0]
        if what in forms[1] and forms[0][what] != forms[1][what]
    )


def properties(layer: LayerCost) -> dict[str, Any]:
    """The keys of a layer as its spec would write them, with the groups that it has."""
    record, told = layer.node.layer, set(TOLD)
    if layer.node.like:  # its sides are those of a map that it reads
        told.update(*record.ways())
    if hasattr(record, "out"):  # whether α scales it
        told.add("scale")
    found = {key: getattr(record, key) for key in fields_of(type(record)) if key not in told}
    if "groups" in found and hasattr(record, "groups_on"):
        found["groups"] = record.groups_on(layer.input)
    return found


def _place(layer: LayerCost) -> dict[str, Any]:
    """What follows from where a layer stands."""
    return {
        "input": layer.input,
        "output": layer.output,
        "shares weights": layer.node.shares is not None,
        "training only": layer.node.training_only,
    }


def _words(value: Any) -> str:
    """A value as a spec or a table writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, PaddingPair):
        sides = ["same" if isinstance(side, Same) else str(side.pad) for side in value]
        return sides[0] if value.h == value.w else "×".join(sides)
    if isinstance(value, (Map, tuple)):
        return "×".join(map(str, value))
    if isinstance(value, Fraction):
        return ratio_text(value)
    return "none" if value is None else str(value)
