"""A scatter as a matplotlib figure: no display, no state, the same bytes every time."""

import io
import warnings
from collections.abc import Iterator, Sequence
from math import hypot
from typing import TYPE_CHECKING, Any, NamedTuple

from mnetcost.problems import missing_extra
from mnetcost.tabular import Point, Scatter
from mnetcost.text import clip, printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = {".png": "png", ".svg": "svg"}
INCHES = (9, 6.5)
NAME = 36  # characters of a name that are shown
RADII = (7, 15, 25, 38, 55, 75)  # how far a label may stand from its point, in 1/72 inch
LEADER = 12  # from here on a line leads to it
BEST, OTHERS = "#c8102e", "#4a6fa5"

# A user's style and fonts would change the bytes; the salt makes ids of an SVG the same.
_STYLE = {"svg.hashsalt": "mnetcost", "svg.fonttype": "none", "text.parse_math": False}


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


def draw(scatter: Scatter) -> "Figure":
    """The scatter on axes that are logarithmic where no value is zero, its front as a line.

    Raises UsageError where matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise missing_extra("a plot needs matplotlib", "plot") from None
    with mpl.rc_context(_style(mpl.rcParamsDefault)), _quiet():
        figure = Figure(figsize=INCHES, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        _set_axes(axes, scatter)
        for best, colour, label in ((False, OTHERS, "other"), (True, BEST, "Pareto front")):
            points = [point for point in scatter.points if point.best is best]
            if points:
                xs, ys = zip(*map(_place, points))
                axes.scatter(xs, ys, s=28, c=colour, label=label, zorder=3)
        steps = sorted({_place(point) for point in scatter.points if point.best})
        axes.plot(*zip(*steps), color=BEST, linewidth=0.8, alpha=0.5, zorder=2)
        axes.legend(loc="upper left", frameon=False)
        figure.draw_without_rendering()
        figure.set_layout_engine("none")
        _label(axes, scatter)
    return figure


def figure_bytes(scatter: Scatter, format_: str) -> bytes:
    """The scatter as a PNG or an SVG file. Raises UsageError where matplotlib is not installed."""
    figure = draw(scatter)
    import matplotlib as mpl

    unsaid = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
    buffer = io.BytesIO()
    with mpl.rc_context(_style(mpl.rcParamsDefault)), _quiet():
        figure.savefig(buffer, format=format_, dpi=120, metadata=unsaid[format_])
    return buffer.getvalue()


def _style(defaults: Any) -> Any:
    """The settings of a figure, whatever the user's are."""
    return {**defaults, **_STYLE}


def _place(point: Point) -> tuple[float, float]:
    """A count may be larger than the integers of an array; no eye sees the difference."""
    return float(point.x), float(point.y)


class _quiet(warnings.catch_warnings):  # noqa: N801 - a context, as its base is
    """Without a warning for every sign that the font does not have."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)


def _set_axes(axes: "Axes", scatter: Scatter) -> None:
    from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

    for name, words in (("x", scatter.x), ("y", scatter.y)):
        span = scatter.span(name)
        axis = getattr(axes, f"{name}axis")
        if span is not None:
            getattr(axes, f"set_{name}scale")("log")
            getattr(axes, f"set_{name}lim")(*span)
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_minor_formatter(NullFormatter())
        else:
            getattr(axes, f"set_{name}lim")(0, scatter.highest(name))
        axis.set_major_formatter(EngFormatter(sep=" "))
        getattr(axes, f"set_{name}label")(f"{words} (smaller is better)")
    axes.grid(visible=True, alpha=0.25)


def _label(axes: "Axes", scatter: Scatter) -> None:
    """Each name beside its point where it covers least of the points and the names before it."""
    figure: Any = axes.figure
    renderer = figure.canvas.get_renderer()
    pixel = figure.dpi / 72
    frame = Box(*axes.get_window_extent(renderer).extents)
    places = axes.transData.transform([_place(point) for point in scatter.points])
    taken = [Box(x - 4, y - 4, x + 4, y + 4) for x, y in places]
    legend = axes.get_legend()
    if legend is not None:
        taken.append(Box(*legend.get_window_extent(renderer).extents))
    for point, place in zip(scatter.points, places):
        note: Any = axes.annotate(
            clip(printable(point.name), NAME),
            _place(point),
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=8,
            parse_math=False,
            arrowprops={"arrowstyle": "-", "linewidth": 0.4, "color": "#808080"},
        )
        note.arrow_patch.set_visible(False)
        extent = note.get_window_extent(renderer)
        size = extent.width, extent.height
        shift = min(_shifts(size, pixel), key=lambda one: _cost(one, place, size, frame, taken))
        note.set_position((shift[0] / pixel, shift[1] / pixel))
        box = _box(shift, place, size)
        note.arrow_patch.set_visible(box.distance(*place) > LEADER * pixel)
        taken.append(box)


def _shifts(size: tuple[float, float], pixel: float) -> Iterator[tuple[float, float]]:
    """Where the lower left corner of a label may stand from its point, the nearest first."""
    width, height = size
    for radius in RADII:
        far = radius * pixel
        for across in (far, -far - width, -width / 2):
            for up in (-height / 2, far * 0.7, -far * 0.7 - height):
                if across != -width / 2 or up != -height / 2:  # not upon the point
                    yield across, up


def _box(shift: tuple[float, float], place: Sequence[float], size: tuple[float, float]) -> Box:
    left, bottom = place[0] + shift[0], place[1] + shift[1]
    return Box(left, bottom, left + size[0], bottom + size[1])


def _cost(
    shift: tuple[float, float],
    place: Sequence[float],
    size: tuple[float, float],
    frame: Box,
    taken: Sequence[Box],
) -> float:
    """How much of what is there a label would cover, and how much of it would be cut."""
    box = _box(shift, place, size)
    return 4 * box.outside(frame) + sum(box.shared(one) for one in taken)
