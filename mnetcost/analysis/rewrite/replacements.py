"""Which written layers `rewrite` replaces by others, and why it leaves the rest.

A layer is written once and may stand for many: in the repeats of a list, in every call of a block,
in every variant. It is replaced where all of them can be, and were asked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from mnetcost.analysis.separable.pairs import find_pairs, multiplier, pair_name
from mnetcost.cost import Count, LayerCost
from mnetcost.layers import LAYERS
from mnetcost.layers.convolution import Conv
from mnetcost.layers.fields import fields_of
from mnetcost.problems import UsageError
from mnetcost.spec.edits import inline
from mnetcost.spec.places import Place
from mnetcost.text import clip, did_you_mean

Run = tuple[int, ...]  # indices of the graph nodes that are replaced together, in order


class Replacement(NamedTuple):
    """Neighbouring entries of a list, by their places, and the word of what replaces them."""

    places: tuple[Place, ...]
    target: str


class Kept(NamedTuple):
    """Layers that were asked for and could not be replaced, and why."""

    names: tuple[str, ...]
    reason: str


class Plan(NamedTuple):
    """What is replaced. `runs` are the nodes of each count, by their first."""

    replacements: tuple[Replacement, ...]
    kept: tuple[Kept, ...]
    runs: tuple[dict[int, Run], ...]


class Use(NamedTuple):
    """One node that a written layer stands for, in one of the counts."""

    number: int
    at: int  # its index in the graph
    layer: LayerCost
    variant: str

    def __str__(self) -> str:
        return self.layer.name + (f" of {self.variant}" if self.variant else "")


class Selection:
    """Layers by their full names: globs, those after a `!` leave out."""

    def __init__(self, globs: Sequence[str]) -> None:
        self.wanted = [one for one in globs if not one.startswith("!")]
        self.unwanted = [one[1:] for one in globs if one.startswith("!")]

    def __contains__(self, names: Iterable[str]) -> bool:
        names = list(names)
        taken = not self.wanted or _matches(names, self.wanted)
        return taken and not _matches(names, self.unwanted)

    def check(self, names: set[str]) -> None:
        """Raises UsageError where a glob is the name of no layer."""
        for glob in (*self.wanted, *self.unwanted):
            if not _matches(names, [glob]):
                near = did_you_mean(glob, names)
                hint = f"; did you mean {near!r}?" if near else ""
                raise UsageError(f"layers: no layer has the name {clip(glob)!r}{hint}")


def _matches(names: Iterable[str], globs: Sequence[str]) -> bool:
    return any(fnmatchcase(name, glob) for name in names for glob in globs)


def _pair_names(count: Count, pairs: Mapping[int, Run]) -> Iterator[str]:
    return (
        pair_name(count.layers[run[0]].name, count.layers[run[-1]].name) for run in pairs.values()
    )


def names_of(layer: LayerCost) -> tuple[str, ...]:
    """What a layer may be called: its own name, and of a half that of the pair."""
    owner = layer.name.removesuffix("/depthwise").removesuffix("/pointwise")
    return (layer.name,) if owner == layer.name else (layer.name, owner)


class Survey:
    """The written layers of a spec, and what each stands for in every count of it."""

    def __init__(self, counts: Sequence[Count], places: Sequence[Place], globs: Sequence[str]):
        self.counts, self.places = counts, places
        self.place_of = {mark: number for number, one in enumerate(places) for mark in one.marks}
        self.uses: list[list[Use]] = [[] for _ in places]
        self.sharing: set[tuple[int, int]] = set()
        self.pairs = [find_pairs(count) for count in counts]
        known = {name for one, found in zip(counts, self.pairs) for name in _pair_names(one, found)}
        for number, count in enumerate(counts):
            for index, layer in enumerate(count.layers):
                known.update(names_of(layer))
                place = self.place_of.get(layer.node.mark)
                if place is not None:
                    variant = count.graph.variant if len(counts) > 1 else ""
                    self.uses[place].append(Use(number, index, layer, variant))
                if layer.node.shares is not None:
                    self.sharing |= {(number, index), (number, layer.node.shares)}
        self.selection = Selection(globs)
        self.selection.check(known)

    def names(self, use: Use, run: Run) -> set[str]:
        """What the layers of a run may be called, a pair by the names of both halves too."""
        layers = [self.counts[use.number].layers[index] for index in run or (use.at,)]
        names = {name for layer in layers for name in names_of(layer)}
        return names | {pair_name(layers[0].name, layers[-1].name)} if run else names

    def written(self, use: Use, run: Run) -> tuple[int, ...]:
        """The numbers of the written layers of a run, each once."""
        layers = [self.counts[use.number].layers[index] for index in run]
        return tuple(dict.fromkeys(self.place_of[layer.node.mark] for layer in layers))

    def shares(self, use: Use, run: Iterable[int] = ()) -> bool:
        """Whether any of these nodes has its weights in common with another."""
        return any((use.number, one) in self.sharing for one in (use.at, *run))


# standard convolutions by separable ones


def by_separable(survey: Survey) -> Plan:
    """Every k×k convolution of one group (k > 1) by a `separable`."""
    found, kept = [], []
    runs: tuple[dict[int, Run], ...] = tuple({} for _ in survey.counts)
    for place, uses in zip(survey.places, survey.uses):
        wide = [use for use in uses if use.layer.type == "conv"]
        asked = [use for use in wide if names_of(use.layer) in survey.selection]
        if place.word != "conv" or not asked:
            continue
        if reason := _why_not_separable(survey, place, uses, wide, asked):
            kept.append(_kept(asked, reason))
            continue
        found.append(Replacement((place,), "separable"))
        for use in uses:
            runs[use.number][use.at] = (use.at,)
    return Plan(tuple(found), tuple(kept), runs)


def _why_not_separable(
    survey: Survey, place: Place, uses: list[Use], wide: list[Use], asked: list[Use]
) -> str | None:
    for use in wide:
        layer = use.layer.node.layer
        groups = layer.groups_on(use.layer.input) if isinstance(layer, Conv) else 1
        if groups > 1:
            return f"{use} has {groups} groups"
    narrow = next((use for use in uses if use.layer.type != "conv"), None)
    if narrow is not None:
        return f"it is written once with {narrow}, which is {narrow.layer.type}"
    return _why_not_at_all(survey, place, "separable", wide, asked)


def _why_not_at_all(
    survey: Survey, place: Place, target: str, uses: list[Use], asked: list[Use]
) -> str | None:
    """What keeps a written layer from being replaced, whichever way."""
    if len(asked) < len(uses):
        known = {(use.number, use.at) for use in asked}
        other = next(use for use in uses if (use.number, use.at) not in known)
        return f"it is written once with {other}, which was not asked for"
    if any(map(survey.shares, uses)):
        return "it shares its weights"
    takes = {*fields_of(LAYERS[target]), "name", "repeat", "expand", "round", "when"}
    column = next((one for one in place.columns if one not in takes), None)
    return None if column is None else f"it is written in rows with `{column}`"


def _kept(uses: list[Use], reason: str) -> Kept:
    return Kept(tuple(dict.fromkeys(use.layer.name for use in uses)), reason)


# separable convolutions by standard ones


def by_standard(survey: Survey) -> Plan:
    """Every depthwise-separable pair, a `separable` or two layers, by a standard convolution."""
    found, kept = [], []
    runs: tuple[dict[int, Run], ...] = tuple({} for _ in survey.counts)
    for place, uses in zip(survey.places, survey.uses):
        filters = [use for use in uses if use.layer.type == "depthwise"]
        mine = [(use, survey.pairs[use.number].get(use.at, ())) for use in filters]
        asked = [use for use, run in mine if survey.names(use, run) in survey.selection]
        if not asked:
            continue
        reason = _why_not_standard(survey, mine)
        reason = reason or _why_not_at_all(survey, place, "conv", filters, asked)
        if reason:
            kept.append(_kept(asked, reason))
            continue
        together = tuple(survey.places[number] for number in survey.written(*mine[0]))
        found.append(Replacement(together, "conv"))
        for use, run in mine:
            runs[use.number][use.at] = run
    return Plan(tuple(found), tuple(kept), runs)


def _why_not_standard(survey: Survey, mine: list[tuple[Use, Run]]) -> str | None:
    for use, run in mine:
        if not run:
            return f"no 1×1 convolution of stride 1 alone reads {use}"
        half = survey.counts[use.number].layers[run[-1]]
        if half.node.derived and multiplier(use.layer) > 1:
            return f"the width of {half.name} follows from the filters of {use}"
    if any(survey.shares(use, run) for use, run in mine):
        return "it shares its weights"
    together = {survey.written(use, run) for use, run in mine}
    if len(together) > 1:
        return "its pointwise half is not always the same"
    return _why_not_one(survey, together.pop(), mine)


def _why_not_one(survey: Survey, numbers: Run, mine: list[tuple[Use, Run]]) -> str | None:
    """What keeps a pair from being one entry of its list, where it is written as several."""
    places = [survey.places[number] for number in numbers]
    first = places[0]
    apart = [one for step, one in enumerate(places) if one.at != first.at + step]
    if apart or any(one.siblings is not first.siblings for one in places):
        return "its halves do not stand next to each other in one list"
    if len(places) > 1 and any(one.rows for one in places):
        return "one half is written in rows"
    runs = {(use.number, index) for use, run in mine for index in run}
    for use in (use for number in numbers for use in survey.uses[number]):
        if (use.number, use.at) not in runs:
            return f"it is written once with {use}, which is in no pair"
    if len({inline(one.keys["when"]) if "when" in one.keys else "" for one in places}) > 1:
        return "one half stands under a `when` of its own"
    return None
