"""A grid of values on matplotlib axes, with the borders of what is within limits."""

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, Normalize
from matplotlib.patheffects import Stroke

from mnetcost.picture import Heat, Scale
from mnetcost.printed import short_text
from mnetcost.render.drawn_axis import set_ticks
from mnetcost.render.themes import Theme
from mnetcost.text import printable

WRITTEN = 0.5  # inches that a value needs within its cell
TICKS = 10  # rows that have their name
LETTER, BESIDE = 0.075, 0.3  # inches of a letter, and of the scale beside the columns
ROW = 0.26  # inches of a row
LOWEST, HIGHEST = 1.2, 3.6
ASPECT = 0.6  # of the width
DRAWN = 2_000  # cells, beyond which they are one image within the file
DASHES: tuple[Any, ...] = ("solid", (0, (4, 2)), (0, (1, 1.5)), (0, (4, 1.5, 1, 1.5)))
MAP = "viridis"
LIGHT = 0.55  # of the colours: upon lighter ones letters are black


def draw_heat(axes: Axes, picture: Heat, theme: Theme, width: float) -> tuple[float, Axes | None]:
    """Draw the grid on so many inches; how high the axes should be, and those of the scale.

    The values stand in their cells where there is room, and else there is the scale.
    """
    rows, columns = len(picture.rows), len(picture.columns)
    low, high = map(float, picture.value.ends)
    logarithmic = picture.value.scale is Scale.LOG and low < high
    norm = LogNorm(low, high) if logarithmic else Normalize(low, high if low < high else low + 1)
    cells = np.array(
        [[float("nan") if one is None else float(one) for one in row] for row in picture.values]
    )
    colours = mpl.colormaps[MAP].with_extremes(bad=theme.grid)
    mesh = axes.pcolormesh(
        np.arange(columns + 1),
        np.arange(rows + 1),
        np.ma.masked_invalid(cells),
        cmap=colours,
        norm=norm,
        rasterized=rows * columns > DRAWN,
    )
    _name(axes, picture, width)
    _border(axes, picture, theme)
    written = columns * WRITTEN <= width and rows <= TICKS
    if written:
        _write(axes, picture, norm)
        return max(rows * ROW, 2 * ROW), None
    figure: Any = axes.figure
    bar = figure.colorbar(mesh, ax=axes)
    bar.outline.set_visible(False)
    set_ticks(bar.ax.yaxis, picture.value)
    bar.ax.set_ylabel(printable(picture.value.words))
    return min(max(rows * ROW, LOWEST, width * ASPECT), HIGHEST), bar.ax


def _name(axes: Axes, picture: Heat, width: float) -> None:
    """Name the rows and the columns: of many every second, third, …, from the largest on."""
    longest = max(len(line) for text in picture.columns for line in text.split("\n"))
    across = max(int((width - BESIDE) / ((longest + 1) * LETTER)), 2)
    for name, texts, most in (("x", picture.columns, across), ("y", picture.rows, TICKS)):
        step = -(-len(texts) // most)
        places = range((len(texts) - 1) % step, len(texts), step)
        axis: Any = getattr(axes, f"{name}axis")
        axis.set_ticks([one + 0.5 for one in places], [texts[one] for one in places])
    axes.set_xlabel(picture.x)
    axes.set_ylabel(picture.y)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _border(axes: Axes, picture: Heat, theme: Theme) -> None:
    """Draw each limit as a white line with a dark edge, which is seen upon every colour."""
    for place, contour in enumerate(picture.contours):
        dashes = DASHES[place % len(DASHES)]
        lines = LineCollection(
            list(contour.edges), colors="white", linewidths=1.6, linestyles=[dashes], zorder=4
        )
        lines.set_path_effects([Stroke(linewidth=3.2, foreground="black"), Stroke()])
        lines.set_clip_on(False)
        axes.add_collection(lines, autolim=False)
        axes.plot(
            [], [], color=theme.ink, linestyle=dashes, linewidth=1.4, label=printable(contour.name)
        )


def _write(axes: Axes, picture: Heat, norm: Any) -> None:
    """Write each value into its cell."""
    for y, row in enumerate(picture.values):
        for x, value in enumerate(row):
            if value is not None:
                dark = norm(float(value)) < LIGHT
                colour = "white" if dark else "black"
                axes.text(
                    x + 0.5, y + 0.5, short_text(value), color=colour, ha="center", va="center"
                )
