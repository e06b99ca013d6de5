"""Each convolution in the way that an engine computes it: as tables, and for programs."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

from mnetcost.cost import Count, LayerCost, in_order, share
from mnetcost.devices.algorithms import Algorithm, is_convolution
from mnetcost.devices.engines import Engine, chosen, engine
from mnetcost.exact import percent_text
from mnetcost.reports.layer_views import LayerView
from mnetcost.tabular import Column, Kind, Table

POINT = "1×1"  # the kernel of the layers that are a product of matrices as they stand
NOT_KNOWN = "not known"


class Way(NamedTuple):
    """A convolution, and the way in which the engine computes it."""

    layer: LayerCost
    taken: Algorithm


def algorithms_view(count: Count, name: str) -> LayerView:
    """The view of an engine. Raises UsageError or SpecError where there is none of this name."""
    found = engine(name)
    every = [Way(layer, chosen(layer, found)) for layer in count.layers]
    ways = [one for one in every if _computed(one.layer)]
    numbers = _numbers(found, ways)
    return LayerView(
        (_layers_table(found, ways, numbers), _types_table(count, found, ways, numbers)),
        _layers_table(found, ways, NUMBERS),
        [{"algorithm": _document(found, one)} for one in every],
        {"engine": _engine_document(found)},
        tuple(_said(count, found, ways)),
        (("Engine", f"“{found.name}”, {found.words}"), ("Rules", found.source), COUNTED),
    )


COUNTED = (
    "Counted",
    "one image; what is written beside the output is read back once, workspace is the most of it "
    "at once; tiles at the edges of a map are whole",
)


def _computed(layer: LayerCost) -> bool:
    return is_convolution(layer.node.layer) and not layer.node.training_only


def _said(count: Count, found: Engine, ways: Sequence[Way]) -> Iterator[str]:
    """What 1×1 layers need, and where the workspace goes."""
    points = [one for one in ways if one.layer.kernel == POINT]
    if points:
        part = share(sum(one.layer.mult_adds for one in points), count.mult_adds)
        words = _most(points) if found.known else f"workspace {NOT_KNOWN}"
        yield f"{POINT} layers: {percent_text(part)} of the mult-adds, {words}"
    others = [one for one in ways if one.layer.kernel != POINT]
    if others and found.known:
        yield f"Other layers: {_most(others)}"


def _most(ways: Sequence[Way]) -> str:
    """The largest workspace of these, and whose it is."""
    largest = max(ways, key=_size)
    if not any(_size(largest)):
        return "no workspace"
    taken = largest.taken
    size, what = (taken.workspace, "values") if taken.workspace else (taken.pointers, "pointers")
    return f"a workspace of up to {size:,} {what} ({largest.layer.name}, {taken})"


def _size(one: Way) -> tuple[int, int]:
    """What is compared: values first."""
    return (int(one.taken.workspace), int(one.taken.pointers))


def _own_weights(layer: LayerCost) -> int:
    """The weights of its kernel, another layer's too."""
    return prod(layer.node.layer.shape(layer.input, layer.output))


class _Number(NamedTuple):
    """A column of numbers: what it is of a way, and how ways are put together."""

    key: str
    header: str
    of: Callable[[Way], int]
    together: Callable[[Sequence[int]], int] = sum
    leaves: int = 0
    rare: bool = False  # whether it stands there only where some way has any
    of_workspace: bool = True


NUMBERS = (
    _Number("multiplies", "Multiplies", lambda one: int(one.taken.multiplies), of_workspace=False),
    _Number("written", "Written", lambda one: int(one.taken.written)),
    _Number("read_back", "Read back", lambda one: int(one.taken.read_back), leaves=5),
    _Number("workspace", "Workspace", lambda one: int(one.taken.workspace), max),
    _Number("pointers", "Pointers", lambda one: int(one.taken.pointers), max, rare=True),
    _Number(
        "more_weights",
        "More\nweights",
        lambda one: int(one.taken.weights) - _own_weights(one.layer),
        leaves=2,
        rare=True,
    ),
)


def _numbers(found: Engine, ways: Sequence[Way]) -> list[_Number]:
    """Those that say something of this network."""
    return [
        one
        for one in NUMBERS
        if (found.known or not one.of_workspace) and (not one.rare or any(map(one.of, ways)))
    ]


def _columns(numbers: Sequence[_Number]) -> Iterator[Column]:
    """The numbers, and behind the first how many times as many direct loops multiply."""
    for one in numbers:
        kind, total = Kind.AMOUNT, one.together is sum
        yield Column(one.key, one.header, kind, total, leaves=one.leaves)
        if one is numbers[0]:
            yield Column("gain", "Gain", Kind.RATIO, leaves=1)


def _cells(found: Engine, numbers: Sequence[_Number], ways: Sequence[Way]) -> Iterator[Any]:
    for one in numbers:
        value = one.together([one.of(way) for way in ways])
        yield value if found.known or not one.of_workspace else None
        if one is numbers[0]:
            yield Fraction(sum(way.layer.mult_adds for way in ways), value) if value else None


def _layers_table(found: Engine, ways: Sequence[Way], numbers: Sequence[_Number]) -> Table:
    columns = (
        Column("name", "Layer", Kind.TEXT),
        Column("type", "Type", Kind.TEXT, leaves=6),
        Column("kernel", "Kernel", Kind.TEXT, leaves=3),
        Column("stride", "Stride", Kind.SIDES, leaves=4),
        Column("output", "→ Output", Kind.MAP, leaves=7),
        Column("algorithm", "Algorithm", Kind.TEXT),
        *_columns(numbers),
    )
    rows = tuple(
        (*_shape(one.layer), str(one.taken), *_cells(found, numbers, [one])) for one in ways
    )
    return Table("algorithms", "Algorithms\n(numbers are values)", columns, rows)


def _shape(layer: LayerCost) -> tuple[Any, ...]:
    sides = layer.node.layer.window_sides()
    return (layer.name, layer.type, layer.kernel, sides and sides[1], layer.output)


def _types_table(
    count: Count, found: Engine, ways: Sequence[Way], numbers: Sequence[_Number]
) -> Table:
    """A row a layer type and algorithm: the sums, and the largest workspace."""
    columns = (
        Column("type", "Type", Kind.TEXT),
        Column("algorithm", "Algorithm", Kind.TEXT),
        Column("layers", "Layers", Kind.INTEGER, total=True),
        Column("mult_adds_share", "Mult-adds %", Kind.SHARE, leaves=8),
        *_columns(numbers),
    )
    groups: dict[tuple[str, str], list[Way]] = {}
    for kind in in_order(one.layer.type for one in ways):
        for one in ways:
            if one.layer.type == kind:
                groups.setdefault((kind, one.taken.name), []).append(one)
    rows = tuple(
        (
            *names,
            len(of),
            share(sum(one.layer.mult_adds for one in of), count.mult_adds),
            *_cells(found, numbers, of),
        )
        for names, of in groups.items()
    )
    return Table("types", "By layer type", columns, rows)


def _document(found: Engine, one: Way) -> dict[str, Any] | None:
    """What is said of a layer; nothing of one that is no convolution."""
    if not _computed(one.layer):
        return None
    taken, known = one.taken, found.known
    return {
        "name": taken.name,
        "tile": taken.tile or None,
        "multiplies": int(taken.multiplies),
        "weights": int(taken.weights),
        "written": int(taken.written) if known else None,
        "read_back": int(taken.read_back) if known else None,
        "workspace": int(taken.workspace) if known else None,
        "pointers": int(taken.pointers) if known else None,
        "value_bytes": taken.widened or None,
        "transforms": None if taken.transforms is None else int(taken.transforms),
    }


def _engine_document(found: Engine) -> dict[str, Any]:
    return {
        "name": found.name,
        "words": found.words,
        "source": found.source,
        "workspace_known": found.known,
    }
