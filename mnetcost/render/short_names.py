"""Names of bars and points in the room that there is, each told from the others."""

from collections.abc import Callable, Sequence

from mnetcost.text import printable

CUT = "…"


def short_names(names: Sequence[str], most: int, size: Callable[[str], int] = len) -> list[str]:
    """The names, each no longer than `most` in what `size` measures.

    Of a long one the end stays, which tells a layer from its neighbours; where ends are alike, so
    much of the beginning too that they differ; names that are alike are numbered.
    """
    texts = list(map(printable, names))
    for head in (0, most // 3, 2 * most // 3, 0):  # where nothing tells them apart, the ends
        found = [_cut(text, most, head, size) for text in texts]
        if len(set(found)) == len(set(texts)):
            break
    turns = [found[:place].count(name) for place, name in enumerate(found)]
    marks = [f" ({turn + 1})" if turn else "" for turn in turns]
    return [
        _cut(text, most - len(mark), head, size) + mark if mark else name
        for text, name, mark in zip(texts, found, marks)
    ]


def _cut(text: str, most: int, head: int, size: Callable[[str], int]) -> str:
    """A text, of a long one the first `head` letters and the end."""
    if size(text) <= most:
        return text
    begin, end = text[:head], text[head:]
    while size(f"{begin}{CUT}{end}") > most and (begin or end):
        begin, end = (begin, end[1:]) if end else (begin[:-1], end)
    return f"{begin}{CUT}{end}"
