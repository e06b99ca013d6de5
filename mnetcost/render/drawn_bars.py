"""Named bars on matplotlib axes."""

from matplotlib.axes import Axes

from mnetcost.picture import Bars
from mnetcost.render.drawn_axis import set_scale
from mnetcost.render.short_names import short_names
from mnetcost.render.themes import Theme
from mnetcost.text import printable

ROW = 0.15  # inches of a row
NAME, LEAST = 9, 3  # characters of a name that are shown, an inch of so many at least
GAP = 3  # from a bar to what is written at its end, in 1/72 inch


def draw_bars(axes: Axes, picture: Bars, theme: Theme, width: float) -> float:
    """Draw the bars from the top on so many inches; how high the axes should be.

    One that is longer than the axis is cut.
    """
    rows = picture.rows
    each = max(len(lengths) for _, lengths in rows)
    wide = 0.8 / each
    for group, name in enumerate(picture.groups or ("",)):
        found = [
            (
                place - 0.4 + wide / 2 + (group * wide if each > 1 else 0),
                float(picture.axis.within(length.value)),
            )
            for place, (_, lengths) in enumerate(rows)
            for length in lengths
            if length.group == group
        ]
        axes.barh(
            [place for place, _ in found],
            [value for _, value in found],
            height=wide,
            color=theme.each[min(group, len(theme.each) - 1)],
            linewidth=0,
            label=printable(name),
        )
    axes.set_ylim(len(rows) - 0.5, -0.5)
    names = short_names([name for name, _ in rows], int(max(width, LEAST) * NAME))
    axes.set_yticks(range(len(rows)), names, parse_math=False)
    axes.tick_params(axis="y", length=0)
    set_scale(axes, "x", picture.axis)
    axes.grid(visible=True, axis="x", linewidth=0.5)
    axes.set_axisbelow(True)
    return max(len(rows) * ROW * (each + 0.2), 4 * ROW)


def write_lengths(axes: Axes, picture: Bars) -> None:
    """Write at the end of each bar what stands there, and make room for the longest."""
    dots = axes.figure.dpi / 72
    each = max(len(lengths) for _, lengths in picture.rows)
    wide, high, room = 0.8 / each, axes.get_xlim()[1], axes.get_window_extent().width
    for place, (_, lengths) in enumerate(picture.rows):
        for turn, length in enumerate(lengths):
            if not length.text:
                continue
            end = float(picture.axis.within(length.value))
            note = axes.annotate(
                printable(length.text),
                (end, place - 0.4 + wide / 2 + turn * wide),
                xytext=(GAP, 0),
                textcoords="offset points",
                va="center_baseline",
            )
            text = note.get_window_extent().width + 2 * GAP * dots
            high = max(high, end / max(1 - text / room, 0.2))
    axes.set_xlim(0, high)
