"""The layers of a model file with all that is asked for, or found, of their widths under α."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

from mnetcost.importing.values import Entry
from mnetcost.importing.widths.chain import Chain
from mnetcost.importing.widths.ends import is_kept, layers_called, layers_of, under_alpha
from mnetcost.importing.widths.expansions import derived, expansions, halves, part_of, rule_text
from mnetcost.importing.widths.options import DERIVED, WRITTEN
from mnetcost.importing.widths.resolving import Rules
from mnetcost.importing.widths.squeezes import Gate, gates, misfit, rules_for, squeezed
from mnetcost.layers.base import Map
from mnetcost.multipliers import Rounding
from mnetcost.problems import UsageError
from mnetcost.text import clip, counted


class Followed(NamedTuple):
    """The layers, and what was done to their widths: names of layers, and rules.

    `derivable` are those that `--expand derived` derives, whether `expand` is that or not;
    `squeezes` the rules that hold for all `gates`, of which the first is used.
    """

    entries: list[Entry]
    kept: list[str]
    at_least: list[str]
    derived: list[str]
    derivable: list[str]
    expand: str
    gates: int
    squeezes: list[str]


def with_widths(x: Map, entries: Sequence[Entry], ends: Collection[str], rules: Rules) -> Followed:
    """The layers with the widths that these rules give them.

    Raises UsageError for a layer that is not there, and for a rounding that changes the widths
    that the file has.
    """
    chain = Chain(x, entries, ends)
    keep, at_least, derive = _chosen(chain, rules)
    for name in keep:
        chain.change(under_alpha(chain.entries[name], False))
    for name in at_least:
        chain.change(_at_least(chain.entries[name], rules.rounding))
    for name in derive:
        chain.change(derived(chain, chain.entries[name], rules.rounding))
    derivable = _derivable(chain, {*keep, *at_least, *derive}, rules)
    expand = rules.expand or (DERIVED if all(map(_is_whole, derivable.values())) else WRITTEN)
    if expand == DERIVED:
        derive += list(derivable)
        for entry in _alike(derivable.values(), rules.rounding):
            chain.change(entry)
    found = gates(chain)
    squeezes = _squeeze_rules(found, rules)
    for name, gate in found.items() if squeezes else ():
        chain.change(squeezed(chain.entries[name], gate, squeezes[0]))
    made = list(chain.entries.values())
    _demand_base(made, rules.rounding)
    kept = [one.name for one in made if is_kept(one)]
    return Followed(made, kept, at_least, derive, list(derivable), expand, len(found), squeezes)


def _chosen(chain: Chain, rules: Rules) -> tuple[list[str], list[str], list[str]]:
    """The layers to keep, to get no narrower, and to derive: as asked for, or as the preset says.

    What is asked for goes before the preset. Raises UsageError where a layer is asked for twice.
    """
    asked, family = rules.asked, rules.family
    options = {"keep": asked.keep, "at least": asked.at_least, "derive": asked.derive}
    found = {word: layers_called(chain, names) for word, names in options.items()}
    for (word, names), (other, others) in combinations(found.items(), 2):
        for name in names:
            if name in others:
                raise UsageError(f"{clip(name)} is to {word} and to {other}: one of both")
    taken = {name for names in found.values() for name in names}
    for names, roles in zip(found.values(), (family.keep, family.at_least, family.derive)):
        others = [name for role in roles for name in layers_of(chain, role) if name not in taken]
        names += others
        taken.update(others)
    keep, at_least, derive = found.values()
    return keep, at_least, derive


def _at_least(entry: Entry, rounding: Rounding) -> Entry:
    """The layer with a width that is never below the file's."""
    if rounding.rule == "none":
        raise UsageError(f"{clip(entry.name)} at least as wide: say how α rounds (--round)")
    layer: Any = entry.layer
    said = {**entry.said, "round": rule_text(rounding, layer.out)}
    return under_alpha(entry, True)._replace(said=said)


def _derivable(chain: Chain, taken: Collection[str], rules: Rules) -> dict[str, Entry]:
    """The layers whose widths may follow from others, as they are then."""
    found = {
        name: derived(chain, chain.entries[name], rules.rounding)
        for name in expansions(chain)
        if name not in taken
    }
    for name, whole, parts in halves(chain):
        if name not in taken and name not in found:
            found[name] = part_of(chain.entries[name], whole, parts)
    return found


def _alike(entries: Collection[Entry], rounding: Rounding) -> Iterator[Entry]:
    """Derived widths: where one is rounded all are, as in the authors' code."""
    rounded = any("round" in entry.said for entry in entries)
    for entry in entries:
        more = {"round": rule_text(rounding)} if rounded and "expand" in entry.said else {}
        yield entry._replace(said={**entry.said, **more})


def _is_whole(entry: Entry) -> bool:
    """Whether a derived width is so many times what comes in."""
    return entry.said.get("expand", "").isdecimal()


def _squeeze_rules(found: Mapping[str, Gate], rules: Rules) -> list[str]:
    """The rule for these gates, and others that they have: as asked for, the preset's, or found.

    Raises UsageError where a rule that is asked for is not that of the file.
    """
    asked, said = rules.asked.squeeze, rules.family.squeeze
    if asked and not found:
        raise UsageError(f"--squeeze {clip(asked)}: the file has no squeeze-and-excitation")
    if asked and (wrong := misfit(asked, found)):
        raise UsageError(f"--squeeze {clip(asked)}: {wrong}")
    if not found:
        return []
    first = asked or (said if said and not misfit(said, found) else "")
    return [
        *filter(None, [first]),
        *(one for one in rules_for(list(found.values())) if one != first),
    ]


def _demand_base(entries: Iterable[Entry], rounding: Rounding) -> None:
    """Refuse a rule of rounding that makes other widths of the file's own, at α = 1."""
    wrong = [
        (entry.name, width, found)
        for entry in entries
        for width in _widths(entry)
        if (found := rounding.apply(width, Fraction(1))) != width
    ]
    if wrong:
        name, width, found = wrong[0]
        more = f" (and {counted(len(wrong) - 1, 'other width')})" if len(wrong) > 1 else ""
        raise UsageError(
            f"{rounding} makes {found} of the {counted(width, 'channel')} that {clip(name)} has in "
            f"the file{more}: round otherwise (--round), or keep its width (--keep)"
        )


def _widths(entry: Entry) -> Iterator[int]:
    """The numbers of a layer that α scales by the network's own rule, as the spec has them."""
    layer: Any = entry.layer
    if getattr(layer, "scale", True) is False:
        return
    for key in (layer.widths | {"sizes"}) & layer._fields.keys():
        value = getattr(layer, key)
        if key not in entry.said:
            yield from (one for one in (value if isinstance(value, tuple) else (value,)) if one)
