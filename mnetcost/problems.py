"""What is wrong with a spec, as values that print themselves with position and caret."""

import gc
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from mnetcost.record import Record
from mnetcost.steps import MAX_STEPS, Exhausted, Steps
from mnetcost.text import MAX_GUESSED, counted, did_you_mean, printable

MAX_PROBLEMS = 100
WIDTH = 100  # characters of a line of explanation
EXCERPT = 100  # characters of an offending line that are shown
INDENT = 6  # of explanations, under the excerpt
NESTED = 3  # calls around a problem that are shown
PROBLEM = 4  # steps to find that a problem is known
GUESS = 20  # steps to compare a word with another

_LINE_BREAK = "\r\n|[\n\r\x85\u2028\u2029]"  # compiled once something is wrong


class Mark(NamedTuple):
    """A place in a text: line and column from 1, in characters, and how many it spans."""

    line: int
    column: int
    length: int = 1


TOP = Mark(1, 1)

# A text, and what it is, which a terminal may colour: place, code, caret, suggestion, warning, "".

Piece: TypeAlias = tuple[str, str]
Line: TypeAlias = list[Piece]


class Origin(Record, kw_only=False):
    """Where a spec came from: the label that problems name, and its text."""

    label: str
    text: str

    def lines(self) -> list[str]:
        """The lines of the text, split where YAML splits them."""
        return re.split(_LINE_BREAK, self.text)

    def starts(self) -> list[int]:
        """The place in the text where each line begins."""
        return [0, *(found.end() for found in re.finditer(_LINE_BREAK, self.text))]

    def mark(self, place: int) -> Mark:
        """The mark of the character at this place in the text."""
        lines = re.split(_LINE_BREAK, self.text[:place])
        return Mark(len(lines), len(lines[-1]) + 1)


class Use(Record, kw_only=False):
    """A call of a block: its name and where it is used."""

    block: str
    mark: Mark


class Problem(Record, kw_only=False):
    """One thing that is wrong: where, a stable code, what was found, what was expected.

    Inside a block the place is the definition's, and `uses` are the calls that lead there.
    """

    label: str
    mark: Mark
    code: str
    message: str
    expected: str | None = None
    suggestion: str | None = None
    excerpt: str = ""
    uses: tuple[Use, ...] = ()

    def __str__(self) -> str:
        return plain(_lines(self))


def _lines(one: Problem, said: Container[str] = ()) -> Iterator[Line]:
    """What a problem says, without the list of what is known where that was `said` before."""
    place = f"{printable(one.label)}:{one.mark.line}:{one.mark.column}"
    yield [(place, "place"), (": ", ""), (one.code, "code"), (f": {one.message}", "")]
    if one.excerpt:
        yield from _pointed(one.excerpt, one.mark)
    if one.suggestion:
        yield [(" " * INDENT, ""), (f"did you mean {one.suggestion!r}?", "suggestion")]
    if one.expected and one.expected not in said:
        yield from _wrapped(f"expected: {one.expected}")
    if one.uses:
        yield from _wrapped("; ".join(_calls(one.uses)))


def _calls(uses: Sequence[Use]) -> Iterator[str]:
    """The calls around a problem, from the inside out."""
    for use in uses[: -NESTED - 1 : -1]:
        line, column, _ = use.mark
        yield f"in block {printable(use.block)}, used at {line}:{column}"
    if more := len(uses[:-NESTED]):
        yield f"in {counted(more, 'more block')}"


def plain(lines: Iterable[Line]) -> str:
    """The lines as a text without colours."""
    return "\n".join("".join(text for text, _ in line) for line in lines)


def problem_lines(problems: Sequence[Problem]) -> Iterator[Line]:
    """Several problems as they are shown: what was expected is listed once, at the first."""
    said: set[str] = set()
    for one in problems:
        yield from _lines(one, said)
        if len(one.expected or "") > WIDTH:
            said.add(one.expected or "")
    if len(problems) >= MAX_PROBLEMS:
        yield [(f"(only the first {MAX_PROBLEMS} problems)", "")]


def _wrapped(text: str) -> Iterator[Line]:
    """A long text over several indented lines."""
    from textwrap import wrap  # only needed once something is wrong

    margin = " " * INDENT
    for line in wrap(text, WIDTH, initial_indent=margin, subsequent_indent=f"{margin}  "):
        yield [(line, "")]


def _pointed(line: str, mark: Mark) -> Iterator[Line]:
    """The line and a caret under the marked characters; a long line is cut around them."""
    from rich.cells import cell_len  # only needed once something is wrong

    start = max(0, mark.column - 1 - EXCERPT // 2) if len(line) > EXCERPT else 0
    before = printable(line[start : mark.column - 1])
    marked = printable(line[mark.column - 1 : mark.column - 1 + max(1, mark.length)][:EXCERPT])
    after = printable(line[mark.column - 1 + max(1, mark.length) : start + EXCERPT])
    head = "…" if start else ""
    tail = "…" if len(line) > start + EXCERPT else ""
    carets = "^" * max(1, cell_len(marked))
    yield [(f"{mark.line:>5} | ", "place"), (f"{head}{before}{marked}{after}{tail}", "")]
    yield [("      | ", "place"), (" " * cell_len(head + before), ""), (carets, "caret")]


class SpecError(ValueError):
    """Something is wrong in or with a spec. `problems` holds all of it, sorted by position."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.label, problem.mark)))
        super().__init__(plain(problem_lines(self.problems)))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


class UsageError(ValueError):
    """A wrong option or argument, such as an unreadable or non-positive α, ρ or resolution."""


def missing_extra(words: str, extra: str) -> UsageError:
    """What says that a package is not installed, and which extra brings it."""
    return UsageError(f"{words}: pip install 'mnetcost[{extra}]'")


@contextmanager
def without_garbage() -> Iterator[None]:
    """Without the search for cycles, which takes half as long as reading does: it makes none."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


class Stop(Exception):
    """Raised once MAX_PROBLEMS of a spec were found: more would help nobody."""


class Collector:
    """Gathers the problems of one spec, and holds the steps that reading it may take."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.problems: list[Problem] = []
        self.uses: list[Use] = []  # the block calls that are being read, outermost first
        self.steps = Steps()
        self.section = TOP  # what is being read, at its top level
        self.told = 0  # how often something was wrong, what was said before included
        self._said: dict[tuple[Mark, str, str], str | None] = {}  # with what each suggests
        self._lines: list[str] | None = None  # split once, and only when something is wrong

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Around the reading of the text: raises SpecError with everything that it gathered."""
        with suppress(Stop), without_garbage():
            try:
                yield
            except Exhausted:
                self.uses.clear()
                self.steps = Steps()  # for saying so
                message = f"reading it takes over {MAX_STEPS:,} steps; no spec or preset needs them"
                self.add(self.section, "too-large", message)
        self.raise_if_any()

    def add(  # noqa: PLR0913 - all that a problem says
        self,
        mark: Mark,
        code: str,
        message: str,
        *,
        expected: str | Callable[[], str] | None = None,
        suggestion: str | Callable[[], str | None] | None = None,
        uses: tuple[Use, ...] = (),
    ) -> str | None:
        """Note one problem at `mark`, once however often it recurs; what it suggests.

        What takes long to say comes as a function, which is only called for a new problem. `uses`
        are the block calls around it, by default those that are being read. Raises Stop at the
        hundredth problem.
        """
        self.steps.take(PROBLEM)
        self.told += 1
        place = mark, code, message
        if place in self._said:
            return self._said[place]
        meant = self._said[place] = suggestion() if callable(suggestion) else suggestion
        self.problems.append(
            Problem(
                self.origin.label,
                mark,
                code,
                message,
                expected() if callable(expected) else expected,
                meant,
                self.line(mark.line),
                uses or tuple(self.uses),
            )
        )
        if len(self.problems) >= MAX_PROBLEMS:
            raise Stop
        return meant

    def suggests(self, name: str) -> bool:
        """Whether a problem says that this name was meant."""
        return name in self._said.values()

    def guess(self, word: str, known: Iterable[str]) -> str | None:
        """What `word` means of the known ones, as long as there are steps to spare."""
        first = tuple(islice(known, MAX_GUESSED))
        return did_you_mean(word, first) if self.steps.spare(GUESS * len(first)) else None

    def line(self, number: int) -> str:
        """Line `number` (from 1) of the spec, or an empty text past the end."""
        if self._lines is None:
            self._lines = self.origin.lines()
        return self._lines[number - 1] if number <= len(self._lines) else ""

    def raise_if_any(self) -> None:
        """Raise SpecError with everything gathered so far, if anything was."""
        if self.problems:
            raise SpecError(self.problems)
