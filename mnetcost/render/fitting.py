"""Columns fitted into a width: which of them stay, how wide each is, and texts that go on below."""

import re
from collections.abc import Iterator, Mapping, Sequence

from mnetcost.tabular import Column, Kind

GAP = 2  # between columns
SENTENCE = 28  # columns that a text of several words asks for before others leave
WORD, LONG_WORD = 12, 24  # what is left of a text at the least, and where no word is to be cut

_TEXTUAL = {Kind.TEXT, Kind.FORMULA}
_NARROW = re.compile("[\x20-\x7e\xa0-\xff–→αβγρ█▉▊▋▌▍▎▏▓▒░…“”]*")
_PIECES = re.compile(r"/?[^\s/]*(?:/|\s+|$)")


def cell_len(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if _NARROW.fullmatch(text):
        return len(text)
    from rich.cells import cell_len  # only for signs that may be wide

    return cell_len(text)


def fit(
    columns: Sequence[Column], texts: Sequence[Sequence[str]], width: int | None
) -> dict[int, int]:
    """The places of the columns that stay, each with its width; all of them where `width` is None.

    Columns leave by their `leaves` until the rest fits, texts of several words as if they were a
    few words wide. What is then free goes to the longest texts; what is missing they give.
    """
    natural = {place: max(map(cell_len, cells)) for place, cells in enumerate(texts)}
    if width is None:
        return natural
    sizes = {
        place: min(size, SENTENCE) if _is_sentence(columns[place], texts[place]) else size
        for place, size in natural.items()
    }
    left = width - _taken(sizes)
    leaving = sorted((at for at in sizes if columns[at].leaves), key=lambda at: columns[at].leaves)
    while left < 0 and leaving:
        level = columns[leaving[-1]].leaves
        while leaving and columns[leaving[-1]].leaves == level:
            left += sizes.pop(leaving.pop()) + GAP
    least = {at: _least(columns[at], texts[at], size) for at, size in sizes.items()}
    if _taken(least) > width:
        least = {at: _least(columns[at], (), size) for at, size in sizes.items()}
    return _levelled(sizes, {at: natural[at] for at in sizes}, least, left)


def _taken(sizes: Mapping[int, int]) -> int:
    return sum(sizes.values()) + GAP * (len(sizes) - 1)


def _is_sentence(column: Column, cells: Sequence[str]) -> bool:
    return column.kind in _TEXTUAL and any(" " in text for text in cells)


def _least(column: Column, cells: Sequence[str], size: int) -> int:
    """The least width of a column: of a text that of its longest word, up to a bound."""
    if column.kind not in _TEXTUAL:
        return size
    words = (cell_len(piece.rstrip()) for text in cells for piece in _PIECES.findall(text))
    return min(size, max(WORD, min(max(words, default=0), LONG_WORD)))


def _levelled(
    sizes: dict[int, int], natural: Mapping[int, int], least: Mapping[int, int], left: int
) -> dict[int, int]:
    """The widths with what is left given to, or what is missing taken from, who has most to do."""
    step = 1 if left > 0 else -1
    bound = natural if left > 0 else least
    for _ in range(abs(left)):
        place = max(sizes, key=lambda at: abs(bound[at] - sizes[at]))
        if sizes[place] == bound[place]:
            break
        sizes[place] += step
    return sizes


def broken(text: str, size: int, indent: int = 0) -> list[str]:
    """The text in lines of at most `size` columns, cut after words and slashes, each indented."""
    space = " " * indent
    if indent + cell_len(text) <= size:
        return [space + text]
    lines: list[str] = [""]
    for piece in _short_pieces(text, max(size - indent, 1)):
        if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > size - indent:
            lines.append("")
        lines[-1] += piece
    return [space + line.rstrip() for line in lines]


def _short_pieces(text: str, size: int) -> Iterator[str]:
    """Words with what parts them from the next; of a word that is too long several parts."""
    for piece in _PIECES.findall(text):
        while cell_len(piece.rstrip()) > size:
            cut = next(
                at for at in range(len(piece), 0, -1) if at == 1 or cell_len(piece[:at]) <= size
            )
            yield piece[:cut]
            piece = piece[cut:]
        if piece:
            yield piece
