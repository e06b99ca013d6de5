"""The sheet that a picture is drawn on: its title, notes, key and axes, stacked, and its bytes."""

import io
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mnetcost.picture import Bars, Chart, Heat, Picture
from mnetcost.problems import UsageError
from mnetcost.render.drawn_axis import thin
from mnetcost.render.drawn_bars import draw_bars, write_lengths
from mnetcost.render.drawn_chart import draw_chart
from mnetcost.render.drawn_heat import draw_heat
from mnetcost.render.drawn_names import name_places
from mnetcost.render.themes import Theme
from mnetcost.text import clip, printable

POINTS = 8  # of a letter
LINE = 0.155  # inches from one line to the next
EDGE = 0.06  # inches of paper around everything
MARGINS = 1.0  # inches left and right of the axes, about
LETTER = 0.078  # inches of a letter, on average and with room
TITLE = 200  # characters that are shown of a title or a note
SHOWN = 96  # px of an inch on a screen
DENSITY = 2  # dots of a px, for screens that have them

# A user's style and fonts would change the bytes; the salt makes ids of an SVG the same.
STYLE = {
    "svg.hashsalt": "mnetcost",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,  # outlines that journals take
    "text.parse_math": False,
    "font.size": POINTS,
    "axes.labelsize": POINTS,
    "xtick.labelsize": POINTS,
    "ytick.labelsize": POINTS,
    "legend.fontsize": POINTS,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.4,
    "hatch.linewidth": 0.5,
}
UNSAID = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


class Sheet(Figure):
    """A figure that a notebook shows as it is, once, whether or not pyplot was ever loaded."""

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        """Its pixels, and how wide and high they are on the screen."""
        width, height = (round(inches * SHOWN) for inches in self.get_size_inches())
        return saved(self, "png", SHOWN * DENSITY), {"width": width, "height": height}


class quiet(warnings.catch_warnings):  # noqa: N801 - a context, as its base is
    """Without a warning for every sign that the font does not have."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)


def saved(figure: Figure, format_: str, dots: int = 200) -> bytes:
    """The figure as a file of this format, with so many dots an inch."""
    buffer = io.BytesIO()
    with _style({}), quiet():
        figure.savefig(buffer, format=format_, dpi=dots, metadata=UNSAID[format_])
    return buffer.getvalue()


def drawn(picture: Picture, theme: Theme, width: float) -> Sheet:
    """The picture on a sheet of this width, in inches."""
    with _style(_colours(theme)), quiet():
        sheet = Sheet(figsize=(width, width))
        FigureCanvasAgg(sheet)
        axes = sheet.add_axes((0.3, 0.3, 0.6, 0.6))
        axes.spines[["top", "right"]].set_visible(False)
        height, beside = _draw(axes, picture, theme, width - MARGINS)
        picture = _said(picture, beside)
        _stack(sheet, axes, _head(sheet, axes, picture, theme), height, beside)
        _write(axes, picture, theme)
    return sheet


def drawn_into(axes: Axes, picture: Picture, theme: Theme) -> Axes:
    """The picture in Axes of a figure of somebody else, with its title and its key.

    The Axes keep their place, and what is not of the picture the style of their figure. Raises
    UsageError for what are no Axes.
    """
    if not isinstance(axes, Axes):
        found = type(axes).__name__
        raise UsageError(
            f"ax: matplotlib Axes, of several one of them, such as axes[0], not {found}"
        )
    with mpl.rc_context({"text.parse_math": False}), quiet():
        width = axes.get_window_extent().width / axes.figure.dpi
        _, beside = _draw(axes, picture, theme, width)
        picture = _said(picture, beside)
        key = _key(axes, axes, width, loc="lower left", bbox_to_anchor=(0, 1.02), fontsize="small")
        high = key.get_window_extent().height / axes.figure.dpi * 72 if key else 0
        letters = int(width / LETTER)
        head = [*_wrapped([picture.title], letters), *_wrapped(picture.notes, letters)]
        look: Any = {"fontsize": "small", "parse_math": False, "pad": high + POINTS}
        axes.set_title("\n".join(head), loc="left", **look)
        thin(axes)
        _write(axes, picture, theme)
    return axes


def _draw(axes: Axes, picture: Picture, theme: Theme, width: float) -> tuple[float, Axes | None]:
    """Draw the picture on axes that are so many inches wide; how high they should be, in inches.

    And the scale of colours beside them, where there is one.
    """
    axes.set_axisbelow(True)
    if isinstance(picture, Bars):
        return draw_bars(axes, picture, theme, width), None
    if isinstance(picture, Chart):
        return draw_chart(axes, picture, theme, width), None
    assert isinstance(picture, Heat)
    return draw_heat(axes, picture, theme, width)


def _said(picture: Picture, beside: Axes | None) -> Picture:
    """The picture with what its cells hold among its notes, where no scale beside them says it."""
    if isinstance(picture, Heat) and beside is None:
        return picture._replace(notes=(picture.value.words, *picture.notes))
    return picture


def _write(axes: Axes, picture: Picture, theme: Theme) -> None:
    """Write what stands beside the points and the bars, whose places are settled now."""
    if isinstance(picture, Chart):
        name_places(axes, picture, theme)
    elif isinstance(picture, Bars):
        write_lengths(axes, picture)
        thin(axes)


def _style(more: Mapping[str, Any]) -> Any:
    """A context with the settings of a picture, whatever the user's are."""
    settings: dict[Any, Any] = {**mpl.rcParamsDefault}
    settings.update(STYLE)
    settings.update(more)
    return mpl.rc_context(settings)


def _colours(theme: Theme) -> dict[str, str]:
    """The settings of matplotlib that give a figure the colours of a theme."""
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    papers = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")
    return {
        **dict.fromkeys(inks, theme.ink),
        **dict.fromkeys(papers, theme.paper),
        "grid.color": theme.grid,
    }


def _head(sheet: Sheet, axes: Axes, picture: Picture, theme: Theme) -> list[Any]:
    """What stands above the axes, from the top: title, notes, key."""
    letters = int((sheet.get_figwidth() - 2 * EDGE) / LETTER)
    bold = [{"s": line, "weight": "bold"} for line in _wrapped([picture.title], letters)]
    said = [{"s": line, "color": theme.quiet} for line in _wrapped(picture.notes, letters)]
    lines: list[dict[str, Any]] = [*bold, *said]
    found: list[Any] = [sheet.text(0, 0, va="top", **line) for line in lines]
    key = _key(sheet, axes, sheet.get_figwidth() - 2 * EDGE, loc="upper left")
    return [*found, key] if key else found


def _wrapped(texts: Sequence[str], letters: int) -> list[str]:
    """The texts in lines: several on one where they fit."""
    found: list[str] = []
    for text in (clip(printable(one), TITLE) for one in texts):
        joined = f"{found[-1]}; {text}" if found else text
        if len(joined) <= letters:
            found[-1:] = [joined]
        else:
            found += textwrap.wrap(text, letters)
    return found


def _key(holder: Any, axes: Axes, width: float, **place: Any) -> Any:
    """What the colours mean, in as many columns as fit into so many inches; None for nothing."""
    handles, names = axes.get_legend_handles_labels()
    for columns in range(len(names), 0, -1):
        key = holder.legend(
            handles,
            [clip(printable(name)) for name in names],
            ncols=columns,
            frameon=False,
            borderpad=0,
            borderaxespad=0,
            handlelength=1.4,
            columnspacing=1.2,
            labelspacing=0.25,
            **place,
        )
        if columns == 1 or key.get_window_extent().width <= width * axes.figure.dpi:
            return key
        key.remove()
    return None


def _stack(
    sheet: Sheet, axes: Axes, head: Sequence[Any], height: float, beside: Axes | None
) -> None:
    """Put the head at the top and the axes under it, `height` inches high, and fit the sheet."""
    width, dots = sheet.get_figwidth(), sheet.dpi
    renderer: Any = sheet.canvas.get_renderer()  # type: ignore[attr-defined]
    tops, top = [], EDGE
    for one in head:
        tops.append(top)
        is_text = one.__class__.__name__ == "Text"
        top += LINE if is_text else one.get_window_extent(renderer).height / dots + 0.05
    top += 0.07
    margins = (0.6, 0.5, 0.3)
    for _ in range(3):  # what is written at the axes depends on their size
        left, bottom, right = margins
        total = top + height + bottom
        sheet.set_size_inches(width, total)
        inner = max(width - left - right, 0.3)
        axes.set_position((left / width, bottom / total, inner / width, height / total))
        if beside is not None:
            beside.set_box_aspect(None)
            place = (left + inner + 0.08) / width
            beside.set_position((place, bottom / total, 0.1 / width, height / total))
        thin(axes)
        margins = _margins(sheet, [axes, *([beside] if beside else [])], margins)
    for one, place in zip(head, tops):
        x, y = EDGE / width, 1 - place / total
        if one.__class__.__name__ == "Text":
            one.set_position((x, y))
        else:
            one.set_bbox_to_anchor((x, y), transform=sheet.transFigure)


def _margins(
    sheet: Sheet, axes: Sequence[Axes], margins: tuple[float, float, float]
) -> tuple[float, float, float]:
    """The inches left of, below and right of the axes that what is written there needs."""
    renderer: Any = sheet.canvas.get_renderer()  # type: ignore[attr-defined]
    frame = axes[0].get_window_extent(renderer)
    boxes = [box for one in axes if (box := one.get_tightbbox(renderer)) is not None]
    return (
        (frame.x0 - min(box.x0 for box in boxes)) / sheet.dpi + EDGE,
        (frame.y0 - min(box.y0 for box in boxes)) / sheet.dpi + EDGE,
        (max(box.x1 for box in boxes) - frame.x1) / sheet.dpi + EDGE,
    )
