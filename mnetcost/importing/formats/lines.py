"""What the readers of texts share: the text itself, places in it, its numbers, its values."""

import re
from collections.abc import Sequence
from typing import NoReturn

from mnetcost.importing.model import MAX_DIGITS, MAX_NAME, Data, refusal
from mnetcost.problems import TOP, Mark
from mnetcost.steps import MAX_STEPS, Exhausted, Steps
from mnetcost.text import clip

MAX_TEXT = 2**22  # bytes: the longest that is known has a twentieth
MAX_NUMBER = 40  # characters

_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?[fF]?")
_UNREADABLE = re.compile("[\ud800-\udfff]")  # what stands for bytes that are not UTF-8


class Text:
    """A text, the places in it (those in its order take one pass), and the steps for reading it."""

    def __init__(self, data: Data, label: str) -> None:
        if len(data) > MAX_TEXT:
            found = f"a text of {len(data):,} bytes"
            raise refusal(label, "", "too-large", found, f"at most {MAX_TEXT:,}")
        self.label = label
        # Comments may be in any encoding: what is read of the text must be UTF-8.
        self.text = data[:].decode("utf-8", "surrogateescape").removeprefix("\ufeff")
        self._line, self._start, self._at = 1, 0, 0
        self._steps = Steps()

    def lines(self) -> list[str]:
        """The lines of the text."""
        self.take(self.text.count("\n"), TOP)
        return self.text.split("\n")

    def take(self, steps: int, place: int | Mark) -> None:
        """Take steps for the work that comes next, at this place."""
        try:
            self._steps.take(steps)
        except Exhausted:
            message = f"reading it takes over {MAX_STEPS:,} steps; no known model needs them"
            self.refuse(place, "too-large", message)

    def mark(self, at: int, length: int = 1) -> Mark:
        """The place of a character: line and column from 1."""
        if at < self._at:
            self._line, self._start, self._at = 1, 0, 0
        self._line += self.text.count("\n", self._at, at)
        self._start = self.text.rfind("\n", self._at, at) + 1 or self._start
        self._at = at
        return Mark(self._line, at - self._start + 1, length)

    def refuse(
        self, place: int | Mark, code: str, message: str, expected: str | None = None
    ) -> NoReturn:
        """Raise what says what is wrong, at a character or a mark."""
        mark = place if isinstance(place, Mark) else self.mark(place)
        raise refusal(self.label, mark, code, message, expected)

    def checked(self, word: str, place: int | Mark) -> str:
        """The word, which is UTF-8 and of bounded length."""
        if len(word) > MAX_NAME:
            self.refuse(place, "too-large", f"{clip(word)}", f"at most {MAX_NAME:,} characters")
        if not word.isascii() and _UNREADABLE.search(word):
            self.refuse(place, "malformed", f"{clip(word)} is not UTF-8")
        return word


def number(word: str) -> int | float | str:
    """The number that a word says; the word itself where that is none, or is beyond the bounds."""
    if len(word) > MAX_NUMBER:
        return word
    if _WHOLE.fullmatch(word):
        return int(word) if len(word.lstrip("+-")) <= MAX_DIGITS else word
    if _DECIMAL.fullmatch(word):
        value = float(word.rstrip("fF"))
        return value if abs(value) != float("inf") else word
    return word


class Values:
    """The values that were written, each under a name of its own, and those that nobody read.

    Layers run in the order of the file: what one reads was written before.
    """

    def __init__(self, text: Text) -> None:
        self.unread: dict[str, None] = {}  # of what layers write: the network's outputs
        self._text = text
        self._newest: dict[str, str] = {}  # by the name that the file has
        self._written: set[str] = set()
        self._turns: dict[str, int] = {}

    def read(self, layer: str, names: Sequence[str], place: int | Mark) -> tuple[str, ...]:
        """The newest values of these names."""
        for name in names:
            if name not in self._newest:
                found = f"{clip(layer)} reads {clip(name)}, which no layer before it writes"
                self._text.refuse(place, "malformed", found)
            self.unread.pop(self._newest[name], None)
        return tuple(self._newest[name] for name in names)

    def give(self, layer: str, name: str, place: int | Mark) -> str:
        """A value that comes from outside or is stored."""
        value = self.write(layer, name, place)
        del self.unread[value]
        return value

    def write(self, layer: str, name: str, place: int | Mark, over: bool = False) -> str:
        """A new value of this name: over the one that is there, or where none is."""
        if name in self._newest and not over:
            found = f"{clip(layer)} writes {clip(name)}, which was written before"
            self._text.refuse(place, "malformed", found)
        value = name
        while value in self._written:
            self._turns[name] = self._turns.get(name, 1) + 1
            value = f"{name}#{self._turns[name]}"
        self._newest[name] = value
        self._written.add(value)
        self.unread[value] = None
        return value
