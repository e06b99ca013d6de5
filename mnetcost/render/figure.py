"""A picture as a matplotlib figure: no display, no state, the same bytes every time."""

from typing import TYPE_CHECKING

from mnetcost.picture import Picture
from mnetcost.problems import UsageError, missing_extra
from mnetcost.render.themes import THEMES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = {".png": "png", ".svg": "svg", ".pdf": "pdf"}
WIDTH = 6.5  # inches: a page; a column is 3.3
NARROWEST, WIDEST = 2, 40


def draw(picture: Picture, theme: str = "light", width: float | None = None) -> "Figure":
    """The picture in the colours of a theme, so many inches wide (a page for None).

    It is as high as it needs; texts are 8 points high at any width. Raises UsageError where
    matplotlib is not installed, for an unknown theme, and for a width that is none.
    """
    if theme not in THEMES:
        raise UsageError(f"theme: one of {', '.join(THEMES)}, not {theme!r}")
    width = WIDTH if width is None else width
    if isinstance(width, bool) or not isinstance(width, (int, float)):
        raise UsageError(f"width: inches, such as 3.3, not {width!r}")
    if not NARROWEST <= width <= WIDEST:
        raise UsageError(f"width: {width:g} inches; from {NARROWEST} to {WIDEST}, such as 3.3")
    try:
        import matplotlib.figure  # noqa: F401 - whether it is there
    except ImportError:
        raise missing_extra("a picture needs matplotlib", "plot") from None
    from mnetcost.render.drawing import drawn

    return drawn(picture, THEMES[theme], float(width))


def figure_bytes(
    picture: Picture, format_: str, theme: str = "light", width: float | None = None
) -> bytes:
    """The picture as a PNG, SVG or PDF file. Raises UsageError as `draw` does."""
    figure = draw(picture, theme, width)
    from mnetcost.render.drawing import saved

    return saved(figure, format_)
