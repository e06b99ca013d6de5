"""The calls of a block as rows: what repeats is one of them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from mnetcost.importing.folding.parameters import Parameter

ONCE = ("stride", "padding", "")  # keys that people give to the first of repeated parts alone
MAX_TRIED = 12  # parameters


class Call(NamedTuple):
    """A row: its parts, one after the other, and the values of the first."""

    parts: tuple[int, ...]
    values: Mapping[str, str]


def defaults(parameters: Sequence[Parameter]) -> dict[str, str]:
    """The value that most parts give a parameter."""
    found: dict[str, str] = {}
    for one in parameters:
        said = Counter(value for value in one.values if value is not None)
        found[one.name] = said.most_common(1)[0][0]
    return found


def filled(parameters: Sequence[Parameter], count: int) -> list[dict[str, str]]:
    """The values of every part; where none is asked for, that of the part before, or after."""
    columns: dict[str, list[str]] = {}
    for one in parameters:
        value = next(value for value in one.values if value is not None)
        columns[one.name] = [value := each or value for each in one.values]
    return [{name: column[part] for name, column in columns.items()} for part in range(count)]


def only_first(
    parameters: Sequence[Parameter],
    values: Sequence[Mapping[str, str]],
    usual: Mapping[str, str],
    runs: Sequence[Sequence[int]],
) -> frozenset[str]:
    """The parameters that the first of repeated parts alone has, the others their usual value."""

    def count(first: Collection[str]) -> int:
        return sum(len(list(calls(run, values, usual, first))) for run in runs)

    names = [one.name for one in parameters if one.key in ONCE][:MAX_TRIED]
    chosen: frozenset[str] = frozenset()
    while True:
        tries = [chosen.union(more) for size in (1, 2) for more in combinations(names, size)]
        best = min(tries, key=lambda one: (count(one), len(one)), default=chosen)
        if count(best) >= count(chosen):
            return chosen
        chosen = best


def calls(
    run: Sequence[int],
    values: Sequence[Mapping[str, str]],
    usual: Mapping[str, str],
    first: Collection[str],
) -> Iterator[Call]:
    """The rows of parts that follow each other."""
    parts: list[int] = []
    for part in run:
        if parts and not _repeats(values[parts[0]], values[part], usual, first):
            yield Call(tuple(parts), values[parts[0]])
            parts = []
        parts.append(part)
    if parts:
        yield Call(tuple(parts), values[parts[0]])


def _repeats(
    one: Mapping[str, str],
    other: Mapping[str, str],
    usual: Mapping[str, str],
    first: Collection[str],
) -> bool:
    return all(
        other[name] == (usual[name] if name in first else value) for name, value in one.items()
    )
