"""Which written layers `rewrite` replaces by others, and why it leaves the rest.

A layer is written once and may stand for many: in the repeats of a list, in every call of a block,
in every variant. It is replaced where all of them can be, and were asked for; where it has weights
in common with others, together with all of these.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from mnetcost.analysis.separable.pairs import find_pairs, multiplier, pair_name
from mnetcost.cost import Count, LayerCost
from mnetcost.layers import LAYERS
from mnetcost.layers.convolution import Conv
from mnetcost.layers.fields import fields_of
from mnetcost.layers.sequences import SequenceLayer
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
        self.sharing: list[dict[int, tuple[int, ...]]] = []
        self.pairs = [find_pairs(count) for count in counts]
        known = {name for one, found in zip(counts, self.pairs) for name in _pair_names(one, found)}
        for number, count in enumerate(counts):
            self.sharing.append(_sharing(count))
            for index, layer in enumerate(count.layers):
                known.update(names_of(layer))
                place = self.place_of.get(layer.node.mark)
                if place is not None:
                    variant = count.graph.variant if len(counts) > 1 else ""
                    self.uses[place].append(Use(number, index, layer, variant))
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

    def together(self, use: Use, index: int) -> tuple[int, ...]:
        """The nodes that have their weights in common with this one, itself among them."""
        return self.sharing[use.number].get(index, (index,))


def _sharing(count: Count) -> dict[int, tuple[int, ...]]:
    """The nodes with the same weights, for each that has them in common with another."""
    users: dict[int, list[int]] = {}
    owners: list[int] = []
    for index, layer in enumerate(count.layers):
        shares = layer.node.shares
        owners.append(index if shares is None else owners[shares])
        users.setdefault(owners[-1], []).append(index)
    return {one: tuple(group) for group in users.values() if len(group) > 1 for one in group}


class Chosen:
    """The written layers that are replaced, as far as is known, and those that are kept."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.runs: dict[int, list[tuple[Use, Run]]] = {}  # by the number of the written layer
        self.asked: dict[int, list[Use]] = {}
        self.reasons: dict[int, str] = {}

    def add(self, number: int, runs: list[tuple[Use, Run]], asked: list[Use], why: str) -> None:
        """A written layer that was asked for, and what keeps it, if anything does."""
        self.asked[number] = asked
        if why:
            self.reasons[number] = why
        else:
            self.runs[number] = runs

    def keep_apart(self) -> None:
        """Keep what has weights in common with what is kept, until nothing else has."""
        while found := dict(self._apart()):
            self.reasons |= found
            for number in found:
                del self.runs[number]

    def _apart(self) -> Iterator[tuple[int, str]]:
        ends = (0, -1)  # of a pair, the halves; else the same layer twice
        starts = {
            (use.number, end, run[end]): run[0]
            for mine in self.runs.values()
            for use, run in mine
            for end in ends
        }
        for number, mine in self.runs.items():
            for use, run in mine:
                groups = [self.survey.together(use, run[end]) for end in ends]
                replaced = [
                    [starts.get((use.number, end, one)) for one in group]
                    for end, group in zip(ends, groups)
                ]
                if replaced[0] != replaced[1] or None in replaced[0]:
                    yield number, self._why(use, groups, replaced)
                    break

    def _why(
        self, use: Use, groups: list[tuple[int, ...]], replaced: list[list[int | None]]
    ) -> str:
        layers = self.survey.counts[use.number].layers
        for group, starts in zip(groups, replaced):
            for one, start in zip(group, starts):
                if start is None:
                    return f"it shares its weights with {layers[one].name}, which stays"
        return "it shares the weights of one half alone"

    def kept(self) -> tuple[Kept, ...]:
        """What is kept, in written order, and why."""
        reasons = sorted(self.reasons.items())
        return tuple(_kept(self.asked[number], reason) for number, reason in reasons)

    def plan(self, target: str) -> Plan:
        """The replacements of what is left."""
        runs: tuple[dict[int, Run], ...] = tuple({} for _ in self.survey.counts)
        found = []
        for _, mine in sorted(self.runs.items()):
            places = [self.survey.places[one] for one in self.survey.written(*mine[0])]
            found.append(Replacement(tuple(places), target))
            for use, run in mine:
                runs[use.number][use.at] = run
        return Plan(tuple(found), self.kept(), runs)


# standard convolutions by separable ones


def by_separable(survey: Survey) -> Plan:
    """Every k×k convolution of one group (k > 1) by a `separable`."""
    chosen = Chosen(survey)
    for number, (place, uses) in enumerate(zip(survey.places, survey.uses)):
        wide = [use for use in uses if use.layer.type == "conv"]
        asked = [use for use in wide if names_of(use.layer) in survey.selection]
        if place.word not in ("conv", "conv1d") or not asked:
            continue
        why = _why_not_separable(place, uses, wide, asked)
        chosen.add(number, [(use, (use.at,)) for use in uses], asked, why or "")
    chosen.keep_apart()
    return chosen.plan("separable")


def _why_not_separable(
    place: Place, uses: list[Use], wide: list[Use], asked: list[Use]
) -> str | None:
    if why := _why_not_along([place]):
        return why
    for use in wide:
        layer = use.layer.node.layer
        groups = layer.groups_on(use.layer.input) if isinstance(layer, Conv) else 1
        if groups > 1:
            return f"{use} has {groups} groups"
    narrow = next((use for use in uses if use.layer.type != "conv"), None)
    if narrow is not None:
        return f"it is written once with {narrow}, which is {narrow.layer.type}"
    return _why_not_at_all(place, "separable", wide, asked)


def _why_not_along(places: list[Place]) -> str | None:
    """A layer of sequences has no like of the other form."""
    found = next((one.word for one in places if issubclass(LAYERS[one.word], SequenceLayer)), None)
    return found and f"it is written as `{found}`, along a sequence"


def _why_not_at_all(place: Place, target: str, uses: list[Use], asked: list[Use]) -> str | None:
    """What keeps a written layer from being replaced, whichever way."""
    if len(asked) < len(uses):
        known = {(use.number, use.at) for use in asked}
        other = next(use for use in uses if (use.number, use.at) not in known)
        return f"it is written once with {other}, which was not asked for"
    takes = {*fields_of(LAYERS[target]), "name", "repeat", "expand", "round", "when"}
    column = next((one for one in place.columns if one not in takes), None)
    return None if column is None else f"it is written in rows with `{column}`"


def _kept(uses: list[Use], reason: str) -> Kept:
    return Kept(tuple(dict.fromkeys(use.layer.name for use in uses)), reason)


# separable convolutions by standard ones


def by_standard(survey: Survey) -> Plan:
    """Every depthwise-separable pair, a `separable` or two layers, by a standard convolution."""
    chosen = Chosen(survey)
    for number, (place, uses) in enumerate(zip(survey.places, survey.uses)):
        filters = [use for use in uses if use.layer.type == "depthwise"]
        mine = [(use, survey.pairs[use.number].get(use.at, ())) for use in filters]
        asked = [use for use, run in mine if survey.names(use, run) in survey.selection]
        if not asked:
            continue
        reason = _why_not_standard(survey, mine)
        reason = reason or _why_not_at_all(place, "conv", filters, asked)
        chosen.add(number, mine, asked, reason or "")
    chosen.keep_apart()
    return chosen.plan("conv")


def _why_not_standard(survey: Survey, mine: list[tuple[Use, Run]]) -> str | None:
    for use, run in mine:
        if not run:
            return f"no 1×1 convolution of stride 1 alone reads {use}"
        half = survey.counts[use.number].layers[run[-1]]
        if half.node.derived and half.node.entry is None and multiplier(use.layer) > 1:
            return f"the width of {half.name} follows from the filters of {use}"
    together = {survey.written(use, run) for use, run in mine}
    if len(together) > 1:
        return "its pointwise half is not always the same"
    return _why_not_one(survey, together.pop(), mine)


def _why_not_one(survey: Survey, numbers: Run, mine: list[tuple[Use, Run]]) -> str | None:
    """What keeps a pair from being one entry of its list, where it is written as several."""
    places = [survey.places[number] for number in numbers]
    if why := _why_not_along(places):
        return why
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
