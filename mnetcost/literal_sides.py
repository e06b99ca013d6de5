"""What a model file has as numbers, and a program may work out of its input: is it so elsewhere?

A spec says what its writer means, and a count of it warns. A file was written at one input and one
width; what its numbers are at others, nobody said. So another count of it is refused by name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from mnetcost.exact import ratio_text
from mnetcost.graph import Graph, Placed
from mnetcost.layers.opaque import Opaque
from mnetcost.multipliers import Setting, make_setting
from mnetcost.problems import Collector
from mnetcost.text import counted

SHOWN = 3  # layers that a message names


def demand_said(
    graph: Graph, settings: Sequence[Setting], alphas: Iterable[Fraction] | None = None
) -> None:
    """Raise SpecError where a file does not say what it costs at one of these settings.

    They differ in scale alone: the smallest and the largest input are looked at. `alphas` are asked
    for instead of their own. Nothing is asked of the graph of a spec.
    """
    if graph.ledger is None:
        return
    others = [one for one in settings if (one.height, one.width) != graph.base]
    for one in ends(others):
        own = placed_by_name(graph, make_setting(graph.base, one.alpha))
        rows = placed_by_name(graph, one)
        words = [fixed(row, own[name]) for name, row in rows.items() if name in own]
        _refuse(graph, [text for text in words if text], f"{one.height}×{one.width}")
    asked = (one.alpha for one in settings) if alphas is None else alphas
    alpha = next((one for one in asked if one != 1), None)
    if alpha is not None:
        kernels = [node.name for node in graph.nodes if _has_kernels(node.layer)]
        words = [f"`{name}` has kernels of the file's own widths" for name in kernels]
        _refuse(graph, words, f"α = {ratio_text(alpha)}")


def _has_kernels(layer: object) -> bool:
    return isinstance(layer, Opaque) and bool(layer.kernel_weights)


def _refuse(graph: Graph, words: Sequence[str], place: str) -> None:
    if words:
        message = f"what it costs at {place} its file does not say: {first_of(words)}"
        raise graph.refusal("literal-sides", message)


def first_of(words: Sequence[str]) -> str:
    """What is said of the first layers, and of how many more it holds."""
    left = len(words) - SHOWN
    more = f"; and so with {counted(left, 'more layer')}" if left > 0 else ""
    return f"{'; '.join(words[:SHOWN])}{more}"


def ends(settings: Sequence[Setting]) -> Iterator[Setting]:
    """The settings of the smallest and of the largest input."""
    if settings:
        found = (end(settings, key=_positions) for end in (min, max))
        yield from dict.fromkeys(found)


def _positions(setting: Setting) -> int:
    return setting.height * setting.width


def placed_by_name(graph: Graph, setting: Setting) -> Mapping[str, Placed]:
    """The layers by name; where the setting is impossible, those that have a map all the same."""
    unsaid = Collector(graph.origin)
    return {row[0].name: row for row in graph.placed(setting, unsaid)}


def fixed(row: Placed, own: Placed) -> str:
    """The sides of a layer, where they are written in numbers and what it reads is another map."""
    (node, x, y), (_, own_x, own_y) = row, own
    if node.like or x[:2] == own_x[:2] or not any(_literal(row, own)):
        return ""
    made, usual = (f"{one.h}×{one.w}" for one in (y, own_y))
    if not node.reads:
        return f"`{node.name}` is {made} at every input"
    also = "" if made == usual else f"{usual} "
    read = f"{made} of {x.h}×{x.w}, and {also}of {own_x.h}×{own_x.w}"
    return f"`{node.name}` makes {read} at the spec's own input"


def _literal(row: Placed, own: Placed) -> Iterator[bool]:
    """Of height and width, whether it is a number that meets another map.

    A side of channels is none, where the other side goes through as it comes.
    """
    (node, x, y), (_, own_x, own_y) = row, own
    fields = type(node.layer)._fields  # what else is called so is none
    for side, key in enumerate(("height", "width")):
        written = getattr(node.layer, key) if key in fields else None
        other = 1 - side
        through = y[other] == x[other] and own_y[other] == own_x[other]
        yield bool(written and written > 1) and not (x[side] == own_x[side] and through)
