"""The scale, the ticks and the words of one matplotlib axis."""

from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import (
    FixedFormatter,
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from mnetcost.picture import Axis, Number, Scale, tick_text
from mnetcost.text import printable

GAP = 4  # pixels between what is written
TICKS = 5  # that stand beside each other in a column of a paper


def set_scale(axes: Axes, name: str, axis: Axis) -> None:
    """Set the "x" or "y" axis as its description says."""
    drawn: Any = getattr(axes, f"{name}axis")
    if axis.scale is Scale.LOG:
        getattr(axes, f"set_{name}scale")("log")
    getattr(axes, f"set_{name}lim")(*map(float, axis.ends))
    set_ticks(drawn, axis)
    drawn.set_label_text(printable(axis.words), parse_math=False)


def set_ticks(drawn: Any, axis: Axis) -> None:
    """Set what is written along an axis: its own ticks, or round numbers with their unit."""
    drawn.set_minor_locator(NullLocator())
    drawn.set_minor_formatter(NullFormatter())
    if axis.ticks:
        places, texts = zip(*axis.ticks)
        drawn.set_major_locator(FixedLocator(list(map(float, places))))
        drawn.set_major_formatter(FixedFormatter(list(map(printable, texts))))
    else:
        steps = MaxNLocator(TICKS, steps=[1, 2, 2.5, 5, 10])
        drawn.set_major_locator(_round(axis.ends) if axis.scale is Scale.LOG else steps)
        drawn.set_major_formatter(FuncFormatter(lambda value, place: tick_text(value)))


def thin(axes: Axes) -> None:
    """Leave out what is written along the x axis where it would touch its neighbour."""
    axis: Any = axes.xaxis
    locator = axis.get_major_locator()
    if isinstance(locator, MaxNLocator):
        for count in range(TICKS - 1, 1, -1):
            if not _touch(axes):
                return
            locator.set_params(nbins=count)
    elif _touch(axes):
        kept: list[Any] = []
        for label in reversed(_labels(axes)):
            if not kept or not _apart(label, kept[-1]) < GAP:
                kept.append(label)
        axis.set_ticks([one.get_position()[0] for one in kept], [one.get_text() for one in kept])


def _touch(axes: Axes) -> bool:
    return any(_apart(one, other) < GAP for one, other in pairwise(_labels(axes)))


def _labels(axes: Axes) -> list[Any]:
    """What is written along the x axis, from left to right."""
    low, high = axes.get_xlim()
    labels = [one for one in axes.get_xticklabels() if low <= one.get_position()[0] <= high]
    return sorted(labels, key=lambda one: float(one.get_position()[0]))


def _apart(one: Any, other: Any) -> float:
    """The pixels between the nearer sides of two labels, below zero where they cover each other."""
    left, right = sorted((one.get_window_extent(), other.get_window_extent()), key=lambda b: b.x0)
    return float(right.x0 - left.x1)


def _round(ends: tuple[Number, Number]) -> Any:
    """The 1, 2 and 5 of each power of ten, of many powers fewer."""
    low, high = map(float, ends)
    for subs in ((1, 2, 5), (1, 3), (1,)):
        ticks = [one for one in LogLocator(subs=subs).tick_values(low, high) if low <= one <= high]
        if len(ticks) <= 2 * TICKS - 3:
            return FixedLocator(ticks)
    return LogLocator(numticks=TICKS)
