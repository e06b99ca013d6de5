"""A picture in signs, for terminals and pipes."""

import shutil
import textwrap
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TextIO

from mnetcost.picture import Bars, Chart, Heat, Picture
from mnetcost.printed import short_text
from mnetcost.render.cells import EIGHTHS, SHADES, shade
from mnetcost.render.painted import paint
from mnetcost.render.short_names import short_names
from mnetcost.render.terminal import console_of, is_coloured
from mnetcost.text import printable

FILLS = "█▒░#=+·"  # of a group each
ROWS = 40  # of a grid that are shown
NAMES = 3  # the part of the width that names may take
LETTERS = "abcdefgh"  # of a limit each


def render_for(stream: TextIO | None, picture: Picture) -> str:
    """The picture as an output stream should show it: in colours in a terminal, in its width.

    Raises UsageError as `render_picture`.
    """
    columns = shutil.get_terminal_size().columns
    if not is_coloured(stream):
        return render_picture(picture, columns)
    from rich.text import Text  # a pipe does not wait for it

    console = console_of(stream)
    with console.capture() as capture:  # it knows whether colours are wanted
        for line in render_picture(picture, columns, coloured=True).splitlines():
            console.print(Text.from_ansi(line), no_wrap=True, crop=False)
    return capture.get()


def render_picture(picture: Picture, columns: int = 80, coloured: bool = False) -> str:
    """The picture, no wider than `columns`, with what its signs mean under it.

    Coloured it has the codes of a terminal. Raises UsageError where plotille is not installed,
    which draws charts.
    """
    key: list[tuple[str, str]] = []
    if isinstance(picture, Chart):
        from mnetcost.render.chart_text import chart_lines  # bars and grids do without plotille

        lines, key = chart_lines(picture, columns, coloured)
    elif isinstance(picture, Bars):
        lines, key = list(_bar_lines(picture, columns, coloured)), _groups(picture, coloured)
    else:
        assert isinstance(picture, Heat)
        lines, key = list(_heat_lines(picture, columns)), _limits(picture)
    said = [textwrap.wrap(text, columns) for text in ("; ".join(picture.notes), lines[0])]
    head = (_fitted(line, columns) for line in (picture.title, *said[0], "", *said[1]))
    under = (f"{sign} {_fitted(name, columns - 3)}" for sign, name in key)
    return "".join(f"{line.rstrip()}\n" for line in (*head, *lines[1:], *under))


def _fitted(text: str, columns: int) -> str:
    """A text, cut to so many columns of a terminal."""
    from rich.cells import cell_len, set_cell_size

    text = printable(text)
    return text if cell_len(text) <= columns else set_cell_size(text, columns - 1).rstrip() + "…"


def _groups(picture: Bars, coloured: bool) -> list[tuple[str, str]]:
    fills = (f"{paint(fill, group, coloured)} " for group, fill in enumerate(FILLS))
    return list(zip(fills, picture.groups))


def _bar_lines(picture: Bars, columns: int, coloured: bool) -> Iterator[str]:
    """A line a bar: the name of its row, the bar, and what is written at its end."""
    from rich.cells import cell_len, set_cell_size

    texts = [
        [one.text or short_text(int(one.value)) for one in lengths] for _, lengths in picture.rows
    ]
    shown = short_names([name for name, _ in picture.rows], columns // NAMES, cell_len)
    names = max(map(cell_len, shown))
    room = columns - names - 2 - max(len(text) for row in texts for text in row)
    within = picture.axis.within
    largest = Fraction(max(within(one.value) for _, lengths in picture.rows for one in lengths))
    yield picture.axis.words
    for name, (_, lengths), row in zip(shown, picture.rows, texts):
        for turn, (length, text) in enumerate(zip(lengths, row)):
            fill = FILLS[min(length.group, len(FILLS) - 1)]
            bar = _bar(Fraction(within(length.value)) / largest, max(room, 1), fill)
            bar = f"{paint(bar, length.group, coloured)} " if bar else ""
            yield f"{set_cell_size('' if turn else name, names)} {bar}{text}"


def _bar(part: Fraction, columns: int, fill: str) -> str:
    """A bar, of a full block to an eighth of a column."""
    eighths = round(part * columns * 8)
    if fill != FILLS[0]:
        return fill * max(round(eighths / 8), eighths > 0)
    return fill * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _limits(picture: Heat) -> list[tuple[str, str]]:
    return [(f"{letter} ", one.name) for letter, one in zip(LETTERS, picture.contours)]


def _heat_lines(picture: Heat, columns: int) -> Iterator[str]:
    """The rows from the top: numbers where there is room, else signs; letters within limits."""
    rows = _some(len(picture.rows), ROWS)
    label = max(len(picture.rows[one]) for one in rows)
    marks = [[_letters(picture, y, x) for x in range(len(picture.columns))] for y in rows]
    cells = [["–" if one is None else short_text(one) for one in picture.values[y]] for y in rows]
    heads = [text.split("\n") for text in picture.columns]
    wide = max(len(text) for row in [*cells, *heads] for text in row)
    more = len(picture.contours) + 1 if picture.contours else 0
    yield f"{picture.value.words}; {picture.y} (up), {picture.x} (across)"
    if label + len(heads) * (wide + more + 2) <= columns:
        for y, row, letters in reversed(list(zip(rows, cells, marks))):
            texts = (
                f"  {text:>{wide}}{' ' * bool(more)}{one:<{max(more - 1, 0)}}"
                for text, one in zip(row, letters)
            )
            yield f"{picture.rows[y]:>{label}}{''.join(texts)}"
        for parts in zip(*heads):
            yield " " * label + "".join(f"  {part:>{wide}}{' ' * more}" for part in parts)
        return
    yield from _shaded(picture, rows, label, columns)


def _shaded(picture: Heat, rows: Sequence[int], label: int, columns: int) -> Iterator[str]:
    """A sign a cell: the letter of the narrowest limit that it is within, or a shade."""
    largest = max(one for row in picture.values for one in row if one is not None)
    across = _some(len(picture.columns), columns - label - 1)
    for y in reversed(rows):
        signs = (
            _letters(picture, y, x).strip()[-1:] or SHADES[shade(picture.values[y][x], largest)]
            for x in across
        )
        yield f"{picture.rows[y]:>{label}} {''.join(signs)}"
    first, last = (picture.columns[one].replace("\n", ", ") for one in (across[0], across[-1]))
    yield " " * (label + 1) + f"{first} to {last}"


def _letters(picture: Heat, y: int, x: int) -> str:
    """The letters of the limits that a cell is within, each in its place."""
    found = zip(LETTERS, picture.contours)
    return "".join(letter if one.within[y][x] else " " for letter, one in found)


def _some(count: int, most: int) -> list[int]:
    """Every place, or of many every second, third, …"""
    return list(range(0, count, -(-count // most)))
