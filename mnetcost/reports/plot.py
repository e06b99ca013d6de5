"""Where the cost of one network goes, as pictures: by layer, block or type, cumulative, reduced."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any, NamedTuple

from mnetcost.analysis.separable.reduction import Reduction, reductions
from mnetcost.conventions.presets import paper
from mnetcost.cost import FORWARD, Basis, Count, share
from mnetcost.exact import percent_text, ratio_text
from mnetcost.graph import Graph
from mnetcost.picture import (
    Axis,
    Bars,
    Chart,
    Length,
    Mark,
    Picture,
    Place,
    Role,
    Scale,
    Series,
    from_zero,
    of_shares,
    tick_text,
)
from mnetcost.printed import short_text
from mnetcost.problems import UsageError
from mnetcost.reports.choices import COST_PLOTS, COSTS
from mnetcost.reports.measures import Measure, cost_words, measures
from mnetcost.reports.settings import common_knobs, knobs_text
from mnetcost.reports.tree import Row, tree

POINTS = 48  # of a curve
MOST_BARS = 45  # that have room for their names
SEVERAL = "of several types"  # what the bar of all others is


class Bar(NamedTuple):
    """A row of the table, the type that it is of, and what it costs."""

    row: Row
    group: str
    value: int


def cost_picture(count: Count, kind: str, of: str = "mult_adds") -> Picture:
    """The picture of this kind, of the "mult_adds" or the "params".

    Raises UsageError for another kind, for mult-adds under a convention that counts none, and where
    there is nothing to draw.
    """
    check_words(kind, COST_PLOTS, of)
    made = {
        "types": _types,
        "layers": _layers,
        "blocks": _blocks,
        "cumulative": _cumulative,
        "reduction": _reduction,
    }
    found = {one.key: one for one in _measured(count)}
    if of not in found:
        raise no_work(count.basis)
    if not sum(map(found[of].of, count.layers)):
        raise UsageError(f"{count.graph.name} has no {found[of].words} to draw")
    return made[kind](count, found, of)


def check_words(kind: str, kinds: Iterable[str], of: str) -> None:
    """Raise UsageError for a kind that is none of these, or for a cost that is neither."""
    for name, value, known in (("kind", kind, kinds), ("of", of, COSTS)):
        if value not in known:
            raise UsageError(f"{name}: one of {', '.join(known)}, not {value!r}")


def no_work(basis: Basis) -> UsageError:
    """What says that a convention counts no work."""
    name = basis.convention.name if basis.convention else ""
    return UsageError(f"{name} counts parameters alone: draw those (of: params)")


def _measured(count: Count) -> tuple[Measure, ...]:
    """Parameters and work, of a range the most, under the keys of `COSTS`."""
    params, *work = measures(count)
    found = (params, work[-1]) if work else (params,)
    return tuple(one._replace(key=key) for one, key in zip(found, ("params", "mult_adds")))


def unit_words(header: str, basis: Basis) -> str:
    """A header as the words of an axis: "Mult-adds (MACs)", "FLOPs (flops)", "Parameters"."""
    words = header.replace("\n", " ")
    plain = basis.convention is None or not basis.convention.counts_work
    return words.replace("Mult-adds", "Mult-adds (MACs)", 1) if plain else words


def limit_text(kind: str, limit: int, basis: Basis) -> str:
    """ "≤ 300 M mult-adds"."""
    return f"≤ {tick_text(limit)} {cost_words(basis)[kind]}"


def sides_text(height: int, width: int) -> str:
    """ "224", or "160×224" where the sides differ; px."""
    return str(height) if height == width else f"{height}×{width}"


def notes_of(basis: Basis, *settings: str) -> tuple[str, ...]:
    """The setting, and by which convention, of how many images and which pass is counted."""
    name = (basis.convention or paper()).name
    more = [f"batch {basis.batch:,}"] if basis.batch > 1 else []
    more += [f"{basis.pass_} pass"] if basis.pass_ != "forward" else []
    return (*filter(None, settings), ", ".join([f"convention “{name}”", *more]))


def alike_text(graphs: Sequence[Graph]) -> str:
    """The knobs that were set, and to one value in all of these networks."""
    given = graphs[0].given
    return knobs_text({name: one for name, one in common_knobs(graphs).items() if name in given})


def apart_text(knobs: Mapping[str, Any], sets: Sequence[Mapping[str, Any]]) -> str:
    """Of a combination of knobs those that tell it from the others of the `sets`."""
    told = [name for name in knobs if len({repr(one[name]) for one in sets}) > 1]
    return knobs_text({name: knobs[name] for name in told})


def _setting(count: Count) -> str:
    """ "α = 0.75, ρ = 6/7, input 192×192×3", and the knobs that were set."""
    setting = count.setting
    words = f"α = {ratio_text(setting.alpha)}, ρ = {ratio_text(setting.rho)}"
    knobs = f", {knobs_text(count.graph.given)}" if count.graph.given else ""
    return f"{words}, input {'×'.join(map(str, count.input))}{knobs}"


def _types(count: Count, found: Mapping[str, Measure], of: str) -> Picture:
    """Each type's share of both, as in the paper's Table 2; the one asked for on top."""
    order = [found[of], *(one for key, one in found.items() if key != of)]
    totals = [sum(map(one.of, count.layers)) for one in order]
    rows = []
    for name, cost in count.by_type().items():
        values = [sum(map(one.of, cost.layers)) for one in order]
        if any(values):
            parts = [share(*pair) for pair in zip(values, totals)]
            lengths = tuple(
                Length(place, part, f"{percent_text(part)} ({short_text(value)})")
                for place, (part, value) in enumerate(zip(parts, values))
            )
            rows.append((name, lengths))
    groups = tuple(
        f"{unit_words(one.header, count.basis)}, {total:,}" for one, total in zip(order, totals)
    )
    longest = max(length.value for _, lengths in rows for length in lengths)
    axis = of_shares("Share of all", longest)
    return Bars("types", *head_of(count), axis, groups, tuple(rows))


def _layers(count: Count, found: Mapping[str, Measure], of: str) -> Picture:
    """A bar a layer that costs something, in the colour of its type, equal neighbours as one."""
    levels = max(one.name.count("/") + 1 for one in count.layers)
    rows = _leaves(tree(count.layers, measures(count), levels).rows)
    return _bars(count, "layers", found[of], [(row, row.layers[0].type) for row in rows])


def _blocks(count: Count, found: Mapping[str, Measure], of: str) -> Picture:
    """A bar a block that costs something, equal neighbours as one."""
    rows = tree(count.layers, measures(count), depth=1).rows
    return _bars(count, "blocks", found[of], [(row, "") for row in rows])


def _leaves(rows: Iterable[Row]) -> Iterator[Row]:
    """The layers of a tree under their full names: two blocks may have parts of one name."""
    path: list[str] = []
    for row in rows:
        path[row.depth :] = [row.name]
        if not row.block:
            yield row._replace(name="/".join(path))


def _bars(count: Count, kind: str, one: Measure, rows: Iterable[tuple[Row, str]]) -> Picture:
    """Rows of the table with their groups as bars, those that cost something.

    Of many the largest have a bar, and the others one together, which never sets the scale.
    """
    bars = [Bar(row, group, sum(map(one.of, row.layers))) for row, group in rows]
    bars = [bar for bar in bars if bar.value]
    order = sorted(range(len(bars)), key=lambda place: -bars[place].value)
    kept = set(order if len(bars) <= MOST_BARS else order[: MOST_BARS - 1])
    shown = [bar for place, bar in enumerate(bars) if place in kept]
    others = [bar for place, bar in enumerate(bars) if place not in kept]
    groups = [name for name in count.by_type() if name in {bar.group for bar in shown}]
    groups += [SEVERAL] if others and groups else []
    place = {name: number for number, name in enumerate(groups)}
    axis = from_zero(unit_words(one.header, count.basis), [bar.value for bar in shown])
    drawn = [(bar.row.label, (Length(place.get(bar.group, 0), bar.value),)) for bar in shown]
    if others:
        value = sum(bar.value for bar in others)
        text = short_text(value) + ", cut" * (value > axis.ends[1])
        name = f"({sum(bar.row.times for bar in others):,} more)"
        drawn.append((name, (Length(place.get(SEVERAL, 0), value, text),)))
    title, notes = head_of(count, f"total {sum(bar.value for bar in bars):,}")
    return Bars(kind, title, notes, axis, tuple(groups), tuple(drawn))


def head_of(count: Count, *more: str) -> tuple[str, tuple[str, ...]]:
    """The title of a picture of a network, and its notes."""
    return count.graph.name, notes_of(count.basis, _setting(count), *more)


def _cumulative(count: Count, found: Mapping[str, Measure], of: str) -> Picture:
    """What the layers up to each one cost, of all; and where half is reached."""
    kept = [layer for layer in count.layers if any(one.of(layer) for one in found.values())]
    order = [found[of], *(one for key, one in found.items() if key != of)]
    series: list[Series] = []
    for one in order:  # the first colour is that of what was asked for
        values = [0, *accumulate(map(one.of, kept))]
        total = f"{unit_words(one.header, count.basis)}, {values[-1]:,}"
        places = tuple(Place(at, share(value, values[-1])) for at, value in enumerate(values))
        series.append(Series(total, Mark.LINE, Role.EACH, places))
    half = next(place for place in series[0].places if 2 * place.y >= 1)
    words = f"half is reached with {kept[int(half.x) - 1].name}"
    return Chart(
        "cumulative",
        *head_of(count),
        Axis("Layers that cost something, in order", Scale.LINEAR, (0, len(kept))),
        of_shares("Share of all, cumulative"),
        (*series, Series(words, Mark.POINTS, Role.BEST, (half,))),
    )


def _reduction(count: Count, found: Mapping[str, Measure], of: str) -> Picture:
    """The ratio of each pair to its standard convolution, on the curves that the formula gives."""
    *rows, whole = reductions(count)
    ratio: Callable[[Reduction], Fraction | None] = (
        (lambda row: row.ratio) if of == "mult_adds" else (lambda row: row.params_ratio)
    )
    pairs = [(row, part) for row in rows if (part := ratio(row)) is not None]
    if not pairs:
        raise UsageError(f"{count.graph.name} has no depthwise-separable pair to draw")
    widths = sorted({int(row.n or 1) for row, _ in pairs})
    ends = (widths[0] * 0.8, widths[-1] * 1.25)
    lines = tuple(
        Series(_curve_words(row), Mark.LINE, Role.ORDERED, _curve(row, *ends))
        for row in {_curve_words(row): row for row, _ in pairs}.values()
    )
    all_of = ratio(whole)
    total = () if all_of is None else (Place(ends[0], all_of), Place(ends[1], all_of))
    highest = [part for _, part in pairs] + [all_of or 0, *(line.places[0].y for line in lines)]
    points = tuple(Place(int(row.n or 1), part) for row, part in pairs)
    return Chart(
        "reduction",
        count.graph.name,
        notes_of(FORWARD, _setting(count)),
        Axis("N, output channels of the pair", Scale.LOG, ends, tuple((n, str(n)) for n in widths)),
        from_zero(f"Separable / standard {cost_words(FORWARD)[of]}", highest),
        (
            *lines,
            Series("pairs", Mark.POINTS, Role.BEST, points),
            Series(f"whole network, {float(all_of or 0):.5f}", Mark.LIMIT, Role.REST, total),
        ),
    )


def _curve(row: Reduction, low: float, high: float) -> tuple[Place, ...]:
    """What the formula gives for the kernel of a pair from one N to another, evenly on a log axis.

    Howard et al. 2017, arXiv:1704.04861, section 3.1.
    """
    widths = (low * (high / low) ** (step / POINTS) for step in range(POINTS + 1))
    area = row.d_k.h * row.d_k.w if row.d_k else 1
    return tuple(Place(n, (row.multiplier or 1) * (1 / n + 1 / area)) for n in widths)


def _curve_words(row: Reduction) -> str:
    """ "1/N + 1/9 (3×3)", what the formula is for the pairs of one kernel."""
    if row.d_k is None:
        return ""
    height, width = row.d_k
    formula = f"1/N + 1/{height * width} ({height}×{width})"
    return formula if row.multiplier == 1 else f"{row.multiplier}·({formula})"
