"""What is not known of a network, and what is likely a mistake at another input or α than its own.

Sides in numbers stay where all around them changes, and so do channels: then it is a side that
gives way. And parameters are seldom meant to depend on the input: what was trained at one size
could not be loaded at another.
"""

from collections.abc import Iterable, Mapping

from mnetcost.analysis.warnings.ends import scaled_ends
from mnetcost.analysis.warnings.unknown import unsure
from mnetcost.conventions import PARAMETERS
from mnetcost.cost import amounts
from mnetcost.exact import ratio_text
from mnetcost.graph import Graph, Placed
from mnetcost.layers.structural import Reshape
from mnetcost.literal_sides import ends, first_of, fixed, placed_by_name
from mnetcost.multipliers import Setting, make_setting


def warnings(graph: Graph, settings: Iterable[Setting]) -> tuple[str, ...]:
    """Which layers cost what is not known, which have sides in numbers and another map to read than
    at the spec's own input, which end the network and are scaled by α, which have channels in
    numbers and others to read than at α = 1, and which have other parameters than at the spec's own
    input at the same α: one warning each.

    `settings` differ in scale alone. A larger input makes no map smaller, so that a map which
    differs at any of them differs at the smallest or at the largest; no others are looked at. It is
    the same with α.
    """
    settings = tuple(settings)
    others = [one for one in settings if (one.height, one.width) != graph.base]
    literal: dict[str, str] = {}
    grown: dict[str, str] = {}
    for setting in ends(others):
        own = placed_by_name(graph, make_setting(graph.base, setting.alpha))
        for name, row in placed_by_name(graph, setting).items():
            if name in own and (words := fixed(row, own[name])):
                literal.setdefault(name, words)
            if name in own and (words := _grown(row, own[name], setting, graph.base)):
                grown.setdefault(name, words)
    return (
        *unsure(graph),
        *_warning("sides in numbers do not follow the input", literal),
        *scaled_ends(graph, settings),
        *_warning("channels in numbers do not follow α", _rigid(graph, settings)),
        *_warning("parameters depend on the input", grown),
    )


def _warning(what: str, found: Mapping[str, str]) -> tuple[str, ...]:
    """One warning about all of these layers, or none."""
    return (f"{what}: {first_of(list(found.values()))}",) if found else ()


def _rigid(graph: Graph, settings: Iterable[Setting]) -> dict[str, str]:
    """What layers with channels in numbers make at other α, by name."""
    alphas = [one.alpha for one in settings if one.alpha != 1]
    if not alphas or not any(isinstance(node.layer, Reshape) for node in graph.nodes):
        return {}
    usual = placed_by_name(graph, make_setting(graph.base))
    found: dict[str, str] = {}
    for alpha in dict.fromkeys((min(alphas), max(alphas))):
        for name, (node, x, y) in placed_by_name(graph, make_setting(graph.base, alpha)).items():
            _, own_x, own = usual.get(name, (node, x, y))
            written = isinstance(node.layer, Reshape) and node.layer.channels
            if written and "channels" not in node.derived and x.c != own_x.c:
                made, before = (f"{one.h}×{one.w}×{one.c}" for one in (y, own))
                place = f"{made} at α = {ratio_text(alpha)}"
                found.setdefault(name, f"`{name}` makes {place}, and {before} at α = 1")
    return found


def _grown(row: Placed, own: Placed, setting: Setting, base: tuple[int, int]) -> str:
    """The first kind of parameters of a layer that are others than at the spec's own input."""
    here, there = (amounts(*one, PARAMETERS) for one in (row, own))
    for kind, words in PARAMETERS.items():
        if here.get(kind, 0) != there.get(kind, 0):
            place = f"{setting.height}×{setting.width}"
            amount = f"{here.get(kind, 0):,} {words} at {place}"
            usual = f"{there.get(kind, 0):,} at the spec's own {base[0]}×{base[1]}"
            return f"`{row[0].name}` has {amount}, {usual}"
    return ""
