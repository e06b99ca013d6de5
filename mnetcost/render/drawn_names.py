"""The names of points on matplotlib axes, each beside its own and clear of what else is drawn."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from mnetcost.picture import Chart, Mark, Series
from mnetcost.render.drawn_chart import place_at
from mnetcost.render.short_names import short_names
from mnetcost.render.themes import Theme

NAME = 36  # characters of a name that are shown
# How far a name may stand from its point, in 1/72 inch, and in which directions.
RADII = (5, 8, 12, 17, 24, 33, 45, 60, 80)
ANGLES = np.linspace(0, 2 * np.pi, 16, endpoint=False)
LEADER = 9  # from here on a line leads to it
APART = 3  # from one name to the next
UPON = 5  # points that are nearer than this have one text, a line each
POINT = 3.5  # half the side of a point
STEP = 3  # from one place along a line to the next, which names keep clear of
LINE = {"arrowstyle": "-", "linewidth": 0.5, "shrinkA": 1, "shrinkB": POINT}
PASSES = 4  # over all names, each placed anew among the others
# What it costs to be where something else is: each time, and more the more of it is covered.
NAMED, CUT, MARKED, CROSSED, LED, NEARER, FAR = 3000, 3000, 400, 60, 600, 300, 60

Boxes = Any  # an array of shape [n, 4]: left, bottom, right, top, in pixels of the canvas
Points = Any  # an array of shape [n, 2]


class Candidates(NamedTuple):
    """Where one name may stand: its boxes, and the line from each to the point of the name."""

    shifts: Points
    boxes: Boxes
    lines: Any  # of shape [n, places along it, 2]
    led: Any  # of shape [n]: whether there is a line
    cost: Any  # of shape [n]: what each costs wherever the other names are


def name_places(axes: Axes, picture: Chart, theme: Theme) -> None:
    """Write each name beside its point, where it covers least of anything else.

    The names of points of a series that lie upon each other stand in one text, a line each.
    """
    pixel = axes.figure.dpi / 72
    named = _texts(axes, picture.series, UPON * pixel)
    if not named:
        return
    notes: list[Any] = [
        axes.annotate(
            text,
            at,
            xytext=(0, 0),
            textcoords="offset points",
            zorder=5,
            parse_math=False,
        )
        for text, at in named
    ]
    spots = axes.transData.transform([at for _, at in named])
    sizes = [note.get_window_extent() for note in notes]
    marks, lines = _drawn(axes, picture.series, pixel)
    frame = np.array(axes.get_window_extent().extents)
    every = [
        _candidates(spot, (size.width, size.height), pixel, (frame, marks, lines))
        for spot, size in zip(spots, sizes)
    ]
    for note, one, chosen in zip(notes, every, _chosen(every, APART * pixel)):
        shift, line = one.shifts[chosen] / pixel, one.lines[chosen]
        note.set(position=tuple(shift), multialignment="right" if shift[0] < 0 else "left")
        if one.led[chosen]:
            axes.annotate(
                "",
                note.xy,
                xytext=tuple((line[-1] - line[0]) / pixel),
                textcoords="offset points",
                arrowprops={**LINE, "color": theme.quiet},
            )


def _texts(
    axes: Axes, series: Sequence[Series], near: float
) -> list[tuple[str, tuple[float, float]]]:
    """What to write at which points; at those of a series that lie upon each other together."""
    named = [(n, place) for n, one in enumerate(series) for place in one.places if place.name]
    names = short_names([place.name for _, place in named], NAME)
    found: list[tuple[int, Points, tuple[float, float], list[str]]] = []
    order = sorted(range(len(named)), key=lambda turn: (-named[turn][1].y, named[turn][1].x))
    for turn in order:
        number, place = named[turn]
        at = place_at(place)
        spot = axes.transData.transform(at)
        for other, its, _, lines in found:
            if other == number and np.hypot(*(spot - its)) < near:
                lines.append(names[turn])
                break
        else:
            found.append((number, spot, at, [names[turn]]))
    return [("\n".join(lines), at) for _, _, at, lines in found]


def _drawn(axes: Axes, series: Sequence[Series], pixel: float) -> tuple[Boxes, Points]:
    """The boxes of the points, and the places along the lines."""
    marks, lines = [np.zeros((0, 4))], [np.zeros((0, 2))]
    for one in series:
        if not one.places:
            continue
        points = axes.transData.transform([place_at(place) for place in one.places])
        if one.mark is not Mark.POINTS:
            if one.mark is Mark.STEPS:
                corners = ((a, (b[0], a[1])) for a, b in pairwise(points))
                points = np.array([*(one for pair in corners for one in pair), points[-1]])
            lines += [_between(a, b, STEP * pixel) for a, b in pairwise(points)]
        if one.mark is Mark.POINTS or one.places[0].name:
            half = POINT * pixel
            marks.append(np.hstack([points - half, points + half]))
    return np.vstack(marks), np.unique(np.vstack(lines).round(), axis=0)


def _between(start: Points, end: Points, step: float) -> Points:
    """Places from one point to another."""
    count = int(np.hypot(*(np.asarray(end) - start)) / step) + 2
    return np.linspace(start, end, count)


def _candidates(
    spot: Points, size: tuple[float, float], pixel: float, drawn: tuple[Boxes, Boxes, Points]
) -> Candidates:
    """Where a name of this size may stand around its point, the nearest first.

    `drawn` are the frame, the points and the places along the lines.
    """
    frame, marks, lines = drawn
    half = np.array(size) / 2
    way = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
    beside = np.clip(1.5 * way, -1, 1) * half - half  # a name stands with its nearer side there
    radii = np.repeat(RADII, len(ANGLES))
    shifts = np.tile(beside, (len(RADII), 1)) + np.tile(way, (len(RADII), 1)) * (
        radii[:, None] * pixel
    )
    boxes = np.hstack([spot + shifts, spot + shifts + 2 * half])
    ends = np.clip(spot, boxes[:, :2], boxes[:, 2:])  # the place of a name next to its point
    parts = np.linspace(0, 1, 12)[None, :, None]
    leaders = spot + (ends - spot)[:, None, :] * parts
    area = 4 * half[0] * half[1]
    inside = _shared(boxes, frame[None, :])[:, 0]
    over = _shared(boxes, marks)
    along = _holds(boxes, lines)
    cut = area - inside
    led = radii >= LEADER
    centres = (marks[:, :2] + marks[:, 2:]) / 2
    far = np.hypot(*(centres - spot).T) > 2 * UPON * pixel  # the points of other names
    gaps = _gaps(boxes, centres[far])
    nearer = (gaps < _gaps(boxes, spot[None, :]) + APART * pixel).sum(axis=1)
    through = _holds(marks[far], leaders.reshape(-1, 2)).reshape(-1, *leaders.shape[:2])
    cost = (
        radii * 2
        + FAR * led
        + CUT * (cut > 1)
        + 10 * cut
        + (MARKED * (over > 0) + 4 * over).sum(axis=1)
        + CROSSED * along.sum(axis=1)
        + NEARER * nearer
        + LED * led * through.any(axis=2).sum(axis=0)
    )
    return Candidates(shifts, boxes, leaders, led, cost)


def _chosen(every: Sequence[Candidates], apart: float) -> list[int]:
    """Which candidate of each name is best among the others, of several orders the best."""
    spots = [one.lines[0, 0] for one in every]
    orders = [sorted(range(len(every)), key=lambda n: tuple(spots[n][::way])) for way in (1, -1)]
    found = [_settled(every, order[::way], apart) for order in orders for way in (1, -1)]
    return min(found, key=lambda one: one[0])[1]


def _settled(
    every: Sequence[Candidates], order: Sequence[int], apart: float
) -> tuple[float, list[int]]:
    """What is best where the names are placed in this order, and then anew until none moves."""
    chosen: dict[int, int] = {}
    costs: dict[int, float] = {}
    for _ in range(PASSES):
        before = dict(chosen)
        for turn in order:
            others = [(every[n], place) for n, place in chosen.items() if n != turn]
            costs[turn], chosen[turn] = _best(every[turn], others, apart)
        if chosen == before:
            break
    return sum(costs.values()), [chosen[turn] for turn in range(len(every))]


def _best(
    one: Candidates, others: Sequence[tuple[Candidates, int]], apart: float
) -> tuple[float, int]:
    """The least cost where the others are, names and the lines to them; and of which candidate."""
    cost = one.cost
    if others:
        boxes = np.array([other.boxes[place] for other, place in others])
        shared = _shared(one.boxes, boxes + np.array([-apart, -apart, apart, apart]))
        cost = cost + (NAMED * (shared > 0) + 10 * shared).sum(axis=1)
        crossing = _holds(boxes, one.lines.reshape(-1, 2)).any(axis=0)
        crossing = crossing.reshape(one.lines.shape[:2]).any(axis=1)
        led = [other.lines[place] for other, place in others if other.led[place]]
        if led:
            lines = np.array(led)
            over = _holds(one.boxes, lines.reshape(-1, 2)).reshape(-1, *lines.shape[:2])
            cost = cost + LED * over.any(axis=2).sum(axis=1)
            crossing |= _cross(one.lines[:, None], lines).any(axis=1)
        cost = cost + LED * (crossing & one.led)
    place = int(np.argmin(cost))
    return float(cost[place]), place


def _cross(some: Any, others: Any) -> Any:
    """Whether each of some lines crosses each of others, from its first place to its last."""
    start, end, other, to = some[..., 0, :], some[..., -1, :], others[:, 0], others[:, -1]

    def side(a: Points, b: Points, c: Points) -> Any:
        return np.sign((b - a)[..., 0] * (c - a)[..., 1] - (b - a)[..., 1] * (c - a)[..., 0])

    apart = side(start, end, other) != side(start, end, to)
    return apart & (side(other, to, start) != side(other, to, end))


def _shared(some: Boxes, others: Boxes) -> Any:
    """The area that each of some boxes shares with each of others, of shape [some, others]."""
    (left, bottom, right, top), other = some.T[:, :, None], others.T
    wide = np.minimum(right, other[2]) - np.maximum(left, other[0])
    high = np.minimum(top, other[3]) - np.maximum(bottom, other[1])
    return np.maximum(wide, 0) * np.maximum(high, 0)


def _gaps(boxes: Boxes, points: Points) -> Any:
    """How far each box is from each point, of shape [boxes, points]."""
    ends = np.clip(points[None, :, :], boxes[:, None, :2], boxes[:, None, 2:])
    return np.hypot(*np.moveaxis(points[None, :, :] - ends, 2, 0))


def _holds(boxes: Boxes, points: Points) -> Any:
    """Whether each box holds each point, of shape [boxes, points]."""
    (left, bottom, right, top), (x, y) = boxes.T[:, :, None], points.T
    return (left <= x) & (x <= right) & (bottom <= y) & (y <= top)
