"""Series over two axes, on matplotlib axes; names stand beside their points."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import hypot
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.axes import Axes

from mnetcost.picture import Chart, Mark, Place, Role, Series
from mnetcost.render.drawn_axis import set_scale
from mnetcost.render.themes import Theme
from mnetcost.text import clip, printable

MAP = "viridis"
NAME = 36  # characters of a name that are shown
RADII = (5, 10, 16, 25, 38, 55, 75)  # how far a name may stand from its point, in 1/72 inch
LEADER = 12  # from here on a line leads to it
MARKED = 24  # points of a line, beyond which it has no marks
SHAPES = ("o", "s", "^", "D", "v", "P")  # beside the colours, which not everybody sees
UNREAD = 2_000  # square px that a name is to cover rather than any of another name
MARK = 4  # half the side of a point, px
CROSSED, BETWEEN = 60, 8  # corners of a line that names keep clear of, and the parts of each edge
LOWEST, HIGHEST = 1.9, 3.6  # inches


class Box(NamedTuple):
    """A rectangle on the canvas, in its pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def shared(self, other: "Box") -> float:
        """The area that both cover."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0) * max(height, 0)

    def distance(self, x: float, y: float) -> float:
        """How far a point outside is from it."""
        across = max(self.left - x, x - self.right, 0)
        return hypot(across, max(self.bottom - y, y - self.top, 0))

    def outside(self, other: "Box") -> float:
        """The area that the other one does not cover."""
        return (self.right - self.left) * (self.top - self.bottom) - self.shared(other)


def draw_chart(axes: Axes, picture: Chart, theme: Theme, width: float) -> float:
    """Draw the series; the height of the axes, in inches."""
    set_scale(axes, "x", picture.x)
    set_scale(axes, "y", picture.y)
    axes.grid(visible=True, linewidth=0.5)
    colours = _colours(picture.series, theme)
    for number, (one, colour) in enumerate(zip(picture.series, colours)):
        xs, ys = zip(*map(_at, one.places)) if one.places else ((), ())
        label = printable(one.name) or None
        style: dict[str, Any] = {"color": colour, "label": label}
        if one.mark is Mark.LIMIT:
            axes.plot(xs, ys, linestyle=(0, (4, 2)), linewidth=1, zorder=2, **style)
        elif one.mark is Mark.POINTS:
            best = one.role is Role.BEST
            shape = "D" if best else SHAPES[number % len(SHAPES)]
            axes.scatter(xs, ys, s=26 if best else 18, marker=shape, zorder=4, **style)
        else:
            shape = SHAPES[number % len(SHAPES)] if len(xs) <= MARKED and label else ""
            drawstyle = "steps-post" if one.mark is Mark.STEPS else "default"
            axes.plot(xs, ys, marker=shape, markersize=3.5, drawstyle=drawstyle, zorder=3, **style)
    return min(max(width * 0.5, LOWEST), HIGHEST)


def _at(place: Place) -> tuple[float, float]:
    """A count may be larger than the integers of an array; no eye sees the difference."""
    return float(place.x), float(place.y)


def _colours(series: Sequence[Series], theme: Theme) -> list[Any]:
    """The colour of each series, by its role among them."""
    ordered = [one for one in series if one.role is Role.ORDERED]
    each = [one for one in series if one.role is Role.EACH]
    low, high = theme.span
    spread = [high - (high - low) * turn / max(len(ordered) - 1, 1) for turn in range(len(ordered))]
    fixed = {Role.BEST: theme.best, Role.REST: theme.quiet}
    return [
        mpl.colormaps[MAP](spread[ordered.index(one)])
        if one.role is Role.ORDERED
        else theme.each[each.index(one) % len(theme.each)]
        if one.role is Role.EACH
        else fixed[one.role]
        for one in series
    ]


def name_places(axes: Axes, picture: Chart, theme: Theme) -> None:
    """Each name beside its point where it covers least of the points and the names before it."""
    figure: Any = axes.figure
    renderer = figure.canvas.get_renderer()
    pixel = figure.dpi / 72
    frame = Box(*axes.get_window_extent(renderer).extents)
    transform = axes.transData.transform
    named = [place for one in picture.series for place in one.places if place.name]
    taken = [
        (Box(x - half, y - half, x + half, y + half), 0)
        for one in picture.series
        for x, y in {tuple(map(_near, spot)) for spot in transform(_along(one))}
        for half in [MARK if one.mark is Mark.POINTS else 1]
    ]
    for place in named:
        spot = tuple(transform(_at(place)))
        note: Any = axes.annotate(
            clip(printable(place.name), NAME),
            _at(place),
            xytext=(0, 0),
            textcoords="offset points",
            zorder=5,
            parse_math=False,
            arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": theme.quiet},
        )
        note.arrow_patch.set_visible(False)
        extent = note.get_window_extent(renderer)
        size = extent.width, extent.height
        shift = min(_shifts(size, pixel), key=lambda one: _cost(one, spot, size, frame, taken))
        note.set_position((shift[0] / pixel, shift[1] / pixel))
        box = _box(shift, spot, size)
        note.arrow_patch.set_visible(box.distance(*spot) > LEADER * pixel)
        taken.append((box, UNREAD))


def _near(pixel: float) -> float:
    """A place on the canvas, to the side of a point: what is upon each other counts once."""
    return float(round(pixel / MARK) * MARK)


def _along(series: Series) -> list[tuple[float, float]]:
    """Where a series is on the canvas: its points, and those between them along its line."""
    points = [_at(place) for place in series.places]
    if series.mark is Mark.POINTS:
        return points
    step = max(len(points) // CROSSED, 1)
    corners = points[::step]
    if series.mark is Mark.STEPS:
        corners = [corner for a, b in pairwise(corners) for corner in (a, (b[0], a[1]))]
    found = list(points[:1])
    parts = [n / BETWEEN for n in range(1, BETWEEN + 1)]
    for (x, y), (right, up) in pairwise(corners):
        found += [(x + (right - x) * part, y + (up - y) * part) for part in parts]
    return found


def _shifts(size: tuple[float, float], pixel: float) -> Iterator[tuple[float, float]]:
    """Where the lower left corner of a name may stand from its point, the nearest first."""
    width, height = size
    for radius in RADII:
        far = radius * pixel
        for across in (far, -far - width, -width / 2):
            for up in (-height / 2, far * 0.7, -far * 0.7 - height):
                if across != -width / 2 or up != -height / 2:  # not upon the point
                    yield across, up


def _box(shift: tuple[float, float], spot: Sequence[float], size: tuple[float, float]) -> Box:
    left, bottom = spot[0] + shift[0], spot[1] + shift[1]
    return Box(left, bottom, left + size[0], bottom + size[1])


def _cost(
    shift: tuple[float, float],
    spot: Sequence[float],
    size: tuple[float, float],
    frame: Box,
    taken: Sequence[tuple[Box, int]],
) -> float:
    """How much of what is there a name would cover, and how much of it would be cut."""
    box = _box(shift, spot, size)
    return 8 * box.outside(frame) + sum(
        shared + more for one, more in taken if (shared := box.shared(one))
    )
