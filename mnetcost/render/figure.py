"""A picture as a matplotlib figure: no display, no state, the same bytes every time."""

from typing import TYPE_CHECKING, overload

from mnetcost.picture import Picture
from mnetcost.problems import UsageError, missing_extra
from mnetcost.render.themes import THEMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS = {".png": "png", ".svg": "svg", ".pdf": "pdf"}
WIDTH = 6.5  # inches: a page; a column is 3.3
NARROWEST, WIDEST = 2, 40


@overload
def draw(picture: Picture, theme: str = ..., width: float | None = ..., ax: None = ...) -> "Figure":
    """A figure of its own."""


@overload
def draw(picture: Picture, theme: str, width: float | None, ax: "Axes | None") -> "Figure | Axes":
    """In Axes of a figure of somebody else, where they are given."""


def draw(
    picture: Picture,
    theme: str = "light",
    width: float | None = None,
    ax: "Axes | None" = None,
) -> "Figure | Axes":
    """The picture in the colours of a theme, so many inches wide (a page for None).

    It is as high as it needs; texts are 8 points high at any width. With `ax` it is drawn into
    those matplotlib Axes, which are returned: their figure has a size and letters of its own.
    Raises UsageError where matplotlib is not installed, for an unknown theme, for a width that is
    none, or one beside `ax`.
    """
    if theme not in THEMES:
        raise UsageError(f"theme: one of {', '.join(THEMES)}, not {theme!r}")
    if ax is not None and width is not None:
        raise UsageError("width: not with ax, whose figure has its own")
    width = WIDTH if width is None else width
    if isinstance(width, bool) or not isinstance(width, (int, float)):
        raise UsageError(f"width: inches, such as 3.3, not {width!r}")
    if not NARROWEST <= width <= WIDEST:
        raise UsageError(f"width: {width:g} inches; from {NARROWEST} to {WIDEST}, such as 3.3")
    try:
        import matplotlib.figure  # noqa: F401 - whether it is there
    except ImportError:
        raise missing_extra("a picture needs matplotlib", "plot") from None
    from mnetcost.render.drawing import drawn, drawn_into

    if ax is not None:
        return drawn_into(ax, picture, THEMES[theme])
    return drawn(picture, THEMES[theme], float(width))


def figure_bytes(
    picture: Picture, format_: str, theme: str = "light", width: float | None = None
) -> bytes:
    """The picture as a PNG, SVG or PDF file. Raises UsageError as `draw` does."""
    figure = draw(picture, theme, width)
    from mnetcost.render.drawing import saved

    return saved(figure, format_)
