"""Series over two axes, on matplotlib axes."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes

from mnetcost.picture import Chart, Mark, Place, Role, Series
from mnetcost.render.drawn_axis import set_scale
from mnetcost.render.themes import Theme
from mnetcost.text import printable

MAP = "viridis"
MARKED = 24  # points of a line, beyond which it has no marks
DASHES: tuple[Any, ...] = ((0, (4, 2)), (0, (1, 1.5)), (0, (4, 1.5, 1, 1.5)))  # of limits
SHAPES = ("o", "s", "^", "D", "v", "P")  # beside the colours, which not everybody sees
ASPECT = 0.6  # of the width
LOWEST, EACH, HIGHEST = 1.9, 0.07, 3.6  # inches: without a name, more a name, at most


def draw_chart(axes: Axes, picture: Chart, theme: Theme, width: float) -> float:
    """Draw the series on so many inches; how high the axes should be."""
    set_scale(axes, "x", picture.x)
    set_scale(axes, "y", picture.y)
    axes.grid(visible=True, linewidth=0.5)
    colours, dashes = _colours(picture.series, theme), cycle(DASHES)
    for number, (one, colour) in enumerate(zip(picture.series, colours)):
        xs, ys = zip(*map(place_at, one.places)) if one.places else ((), ())
        label = printable(one.name) or None
        style: dict[str, Any] = {"color": colour, "label": label}
        if one.mark is Mark.LIMIT:
            axes.plot(xs, ys, linestyle=next(dashes), linewidth=1, zorder=2, **style)
        elif one.mark is Mark.POINTS:
            best = one.role is Role.BEST
            shape = "D" if best else SHAPES[number % len(SHAPES)]
            axes.scatter(xs, ys, s=26 if best else 18, marker=shape, zorder=4, **style)
        else:
            shape = SHAPES[number % len(SHAPES)] if len(xs) <= MARKED and label else ""
            drawstyle = "steps-post" if one.mark is Mark.STEPS else "default"
            axes.plot(xs, ys, marker=shape, markersize=3.5, drawstyle=drawstyle, zorder=3, **style)
    named = sum(bool(place.name) for one in picture.series for place in one.places)
    return min(max(width * ASPECT, LOWEST + EACH * named), HIGHEST)


def place_at(place: Place) -> tuple[float, float]:
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
