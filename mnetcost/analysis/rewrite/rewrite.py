"""Depthwise separation as a change to the spec: standard convolutions by separable ones, or back.

Howard et al. 2017, arXiv:1704.04861, section 3.1. The new text is read again, and is the same
network but for what was replaced: that is checked node by node before anybody sees it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, Self

from mnetcost.analysis.rewrite.replacements import (
    Kept,
    Plan,
    Replacement,
    Run,
    Survey,
    by_separable,
    by_standard,
)
from mnetcost.analysis.separable.pairs import NETWORK, pair_name
from mnetcost.analysis.separable.reduction import PairCost, full_convolution, ratio_of
from mnetcost.cost import FORWARD, Basis, Count, LayerCost
from mnetcost.exact import record_text
from mnetcost.graph import Graph
from mnetcost.layers.base import Map
from mnetcost.multipliers import make_setting
from mnetcost.problems import TOP, Collector, Origin, Problem, SpecError, UsageError
from mnetcost.spec import Spec, read_graph
from mnetcost.spec.edits import Edits, inline
from mnetcost.spec.fmt import canonical
from mnetcost.spec.nodes import Entries, Items, Scalar, read_nodes
from mnetcost.spec.places import Place, places
from mnetcost.spec.renumbering import new_names, numbered, renumbered
from mnetcost.spec.respelling import (
    WINDOW,
    Defaults,
    Keys,
    by_default,
    entry_text,
    mapping,
    respelled,
    written_defaults,
)
from mnetcost.spec.settling import forget_knobs, rename, rename_variants, settle
from mnetcost.text import clip

PLANS = {"separable": by_separable, "standard": by_standard}
ENDINGS = {"separable": "depthwise separable", "standard": "standard convolutions"}
MAX_VARIANTS = 100
CODE = "rewrite"  # of what cannot be rewritten


class Saving(NamedTuple):
    """One replaced layer, or the whole network: the layers that it was, and those that it is."""

    name: str
    kernel: str
    input: Map | None
    output: Map | None
    old: Sequence[LayerCost]
    new: Sequence[LayerCost]

    def __repr__(self) -> str:
        return record_text(self, "name", "before", "after", "ratio", "params_ratio")

    @property
    def before(self) -> PairCost:
        """What it cost."""
        return _cost(self.old)

    @property
    def after(self) -> PairCost:
        """What it costs now."""
        return _cost(self.new)

    @property
    def ratio(self) -> Fraction | None:
        """Mult-adds now / mult-adds before, exact; None of nothing."""
        return ratio_of(self.after.mult_adds, self.before.mult_adds)

    @property
    def params_ratio(self) -> Fraction | None:
        """Parameters now / parameters before, exact; None of nothing."""
        return ratio_of(self.after.params, self.before.params)


@dataclass(frozen=True, slots=True, repr=False)
class Rewriting:
    """A rewritten spec: its text, and what the change brings.

    `savings` holds the replaced layers, and the network last; `kept` what was asked for and stays.
    `before` and `after` count both networks at one setting. `settled` says that one variant, or
    given knobs, became the whole spec, `unproven` how many `expect:` entries were left out.
    """

    to: str
    text: str
    before: Count
    after: Count
    savings: tuple[Saving, ...]
    kept: tuple[Kept, ...]
    settled: bool
    unproven: int

    @classmethod
    def of(
        cls,
        graph: Graph,
        to: str,
        layers: str | Sequence[str] = (),
        basis: Basis = FORWARD,
        **setting: Any,
    ) -> Self:
        """The spec of a network with separable convolutions, or with standard ones.

        `to` is "separable" or "standard", `layers` are globs of full names ("!stem" leaves one
        out), `basis` counts the saving, and `setting` is what `make_setting` takes. A variant, or a
        network with knobs of its own, becomes the whole spec; else every variant is kept, and
        holds. Raises UsageError for an unknown word or a glob without a layer, SpecError where the
        spec cannot be rewritten.
        """
        if to not in PLANS:
            raise UsageError(f"to: separable or standard, not {clip(str(to))!r}")
        settled = bool(graph.variant or graph.given)
        graphs = [graph] if settled else _every_variant(graph)
        counts = [Count.of(one, make_setting(one.base)) for one in graphs]
        root = read_nodes(Collector(graph.origin))
        assert isinstance(root, Entries)  # it was read before
        every = places(root)
        flat = [place for found in every.values() for place in found]
        globs = (layers,) if isinstance(layers, str) else tuple(layers)
        plan = PLANS[to](Survey(counts, flat, globs))
        text = _edited(graph, root, plan, every, to)
        changed = _checked(counts, plan, root, text, to)
        touched = settled or plan.replacements
        expected = root.nodes["expect"][1] if touched and "expect" in root.nodes else None
        at = make_setting(graph.base, **setting)
        before, after = (Count.of(one, at, basis) for one in (graph, changed[0].graph))
        return cls(
            to=to,
            text=text,
            before=before,
            after=after,
            savings=_savings(before, after, plan.runs[0], to),
            kept=plan.kept,
            settled=settled,
            unproven=len(expected.nodes) if isinstance(expected, Items) else 0,
        )

    def __repr__(self) -> str:
        saved = self.savings[-1]
        return (
            f"{type(self).__name__}({self.before.graph.name!r}, to={self.to!r}, "
            f"{len(self.savings) - 1} layers, mult_adds={saved.before.mult_adds:,} to "
            f"{saved.after.mult_adds:,})"
        )


def _every_variant(graph: Graph) -> list[Graph]:
    if len(graph.variants) > MAX_VARIANTS:
        message = f"a spec of over {MAX_VARIANTS} variants; rewrite one of them"
        raise UsageError(message)
    spec = Spec(graph.origin)
    return [graph, *(spec.graph(name, {}) for name in graph.variants)]


# the new text


def _edited(
    graph: Graph, root: Entries, plan: Plan, every: Mapping[str, Sequence[Place]], to: str
) -> str:
    edits = Edits(graph.origin)
    settled = bool(graph.variant or graph.given)
    if settled:
        settle(edits, root, graph.variant, graph.given)
    if plan.replacements:
        rename(edits, root, graph.variant, ENDINGS[to], tuple(ENDINGS.values()))
        if not settled:
            rename_variants(edits, root, ENDINGS[to], tuple(ENDINGS.values()))
        defaults = _write_defaults(edits, root, plan, every)
        for one in plan.replacements:
            _write(edits, one, written_defaults(root), defaults)
    elif settled:
        rename(edits, root, graph.variant)
    if "expect" in root.nodes and (settled or plan.replacements):
        edits.remove(root, "expect")
    words = {id(place): "" for one in plan.replacements for place in one.places}
    words |= {id(one.places[-1]): one.target for one in plan.replacements}
    changed = Origin(graph.origin.label, edits.apply())
    return canonical(forget_knobs(renumbered(changed, new_names(every, words))))


def _write_defaults(
    edits: Edits, root: Entries, plan: Plan, every: Mapping[str, Sequence[Place]]
) -> dict[str, Keys]:
    """The defaults as they are to be: of new layers too, of layers that are gone no more."""
    defaults = written_defaults(root)
    if not defaults:
        return {}
    section = root.nodes["defaults"][1]
    assert isinstance(section, Entries)
    gone = {id(place) for one in plan.replacements for place in one.places}
    left = {one.word for found in every.values() for one in found if id(one) not in gone}
    target = plan.replacements[0].target
    (source, *others) = {one.places[-1].word for one in plan.replacements}
    new: Keys = {}
    if target not in left | defaults.keys() and source in defaults and not others:
        said = respelled(defaults[source], source, target, defaults)
        new = {name: said[name] for name in defaults[source] if name in said}
    useless = {place.word for one in plan.replacements for place in one.places} - left - {target}
    useless &= defaults.keys()
    if new:
        text = inline(mapping(new))
        if source in useless:
            edits.replace_entry(section, source, f"{target}: {text}")
        else:
            edits.append(section, source, target, text)
        defaults[target] = new
    elif useless == defaults.keys():
        edits.remove(root, "defaults")
        return defaults
    for word in useless - {source if new else ""}:
        edits.remove(section, word)
    return defaults


def _write(edits: Edits, one: Replacement, was: Defaults, now: Defaults) -> None:
    """Write what replaces the entries."""
    first, last = one.places[0], one.places[-1]
    own = last.keys if first is last else _joined(first, last, was)
    columns = {name: Scalar(name, True, TOP) for name in last.columns}
    keys = respelled({**own, **columns}, last.word, one.target, now)
    keys = {name: node for name, node in keys.items() if name not in columns}
    if last.rows is None:
        edits.replace(first.entry, last.entry, entry_text(one.target, keys))
        return
    edits.replace_value(last.rows.nodes["rows"][1], one.target)
    if "with" in last.rows.nodes:
        edits.set(last.rows, "with", mapping(keys))
    elif keys:
        edits.append(last.rows, "columns", "with", inline(mapping(keys)))


def _joined(first: Place, last: Place, defaults: Defaults) -> Keys:
    """The keys of a pair's pointwise half, with the window and the input of its depthwise one."""
    filters = {**defaults.get(first.word, {}), **first.keys}
    own = {name: node for name, node in last.keys.items() if name not in ("from", "in")}
    for name in WINDOW:
        node = filters.get(name) or by_default(first.word, name)
        assert node is not None  # every key of a window has a default
        own[name] = node
    return own | {name: first.keys[name] for name in ("from", "in") if name in first.keys}


# is it the same network?


def _checked(counts: Sequence[Count], plan: Plan, root: Entries, text: str, to: str) -> list[Count]:
    """The counts of the new text. Raises SpecError where it is not the network that was meant."""
    found = []
    origin = counts[0].graph.origin
    for count, runs in zip(counts, plan.runs):
        try:
            variant = count.graph.variant if len(counts) > 1 else ""
            graph = read_graph(Origin(origin.label, text), variant)
        except SpecError as error:
            words = error.problems[0].message
            raise _refusal(origin, root, f"it could not be read: {words}") from None
        changed = Count.of(graph, count.setting)
        if not _agree(count, changed, runs, to):
            raise _refusal(origin, root, "other layers would change with it")
        found.append(changed)
    return found


def _agree(before: Count, after: Count, runs: dict[int, Run], to: str) -> bool:
    """Whether both are the same but for the runs: their full-convolution twins are alike."""
    if to == "standard":
        return _alike(_twin(before, runs), after)
    pairs: dict[int, Run] = {
        first + step: (first + step, first + step + 1) for step, first in enumerate(sorted(runs))
    }
    if len(after.layers) != len(before.layers) + len(runs):
        return False
    if any(after.layers[start].type != "depthwise" for start in pairs):
        return False
    return _alike(_twin(after, pairs), before)


def _twin(count: Count, runs: dict[int, Run]) -> Count:
    return Count.of(full_convolution(count, runs)[0], count.setting)


def _alike(one: Count, other: Count) -> bool:
    return [_told(layer) for layer in one.layers] == [_told(layer) for layer in other.layers]


def _told(layer: LayerCost) -> tuple[Any, ...]:
    node = layer.node
    shape = layer.input, layer.output, node.reads, node.shares, node.training_only
    return (*shape, layer.parameters, layer.work)


def _refusal(origin: Origin, root: Entries, message: str) -> SpecError:
    """What stands in the way: layers that are read by their numbers, where there are any."""
    collector = Collector(origin)
    for one in numbered(root):
        words = f"`{clip(one.text)}` names a layer by a number, which the rewriting changes"
        expected = "a `name:` on that layer, and that name here"
        collector.add(one.mark, CODE, words, expected=expected)
    whole = Problem(origin.label, TOP, CODE, f"not rewritten: {message}")
    return SpecError(collector.problems or [whole])


# what it brings


def _savings(before: Count, after: Count, runs: dict[int, Run], to: str) -> tuple[Saving, ...]:
    rows = []
    shift = 0
    for start, run in sorted(runs.items()):
        old = [before.layers[index] for index in run]
        place = start + shift
        size = 2 if to == "separable" else 1
        new = after.layers[place : place + size]
        shift += size - len(run)
        name = old[0].name if len(old) == 1 else pair_name(old[0].name, old[-1].name)
        shape = old[0].kernel, old[0].input, old[-1].output
        rows.append(Saving(name, *shape, tuple(old), tuple(new)))
    rows.append(Saving(NETWORK, "", None, None, before.layers, after.layers))
    return tuple(rows)


def _cost(layers: Sequence[LayerCost]) -> PairCost:
    return PairCost(sum(one.params for one in layers), sum(one.mult_adds for one in layers))
