"""Two sequences of layers side by side: the same ones in line, then the most similar.

Hunt and Szymanski 1977 for the longest common subsequence; Needleman and Wunsch 1970 within gaps.
Not difflib's SequenceMatcher: its time is cubic where layers repeat, and its shortcut for that
leaves the commonest layers out.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TypeAlias

MAX_PAIRS = 2**20  # equal pairs that are looked at; beyond it the repeats of a layer are numbered
MAX_CELLS = 2**16  # of a gap's table; a larger gap is paired in order

Pair: TypeAlias = tuple[int | None, int | None]  # places before and after; None for no partner
Similarity: TypeAlias = Callable[[int, int], int]  # of two places; 0 where they are no pair


def align(
    before: Sequence[Hashable], after: Sequence[Hashable], similarity: Similarity
) -> list[Pair]:
    """Every place of both sequences once, in order: equal keys in line, the most similar between.

    Takes O(n log n) for sequences of distinct keys, and is bounded for any.
    """
    pairs: list[Pair] = []
    start_a = start_b = 0
    for a, b in [*common(before, after), (len(before), len(after))]:
        pairs += _gap(range(start_a, a), range(start_b, b), similarity)
        pairs.append((a, b))
        start_a, start_b = a + 1, b + 1
    pairs.pop()  # the ends are no layers
    return pairs


def common(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The places of a longest common subsequence; equal ends are always in it."""
    shorter = min(len(before), len(after))
    start = _run(zip(before, after))
    end = min(_run(zip(reversed(before), reversed(after))), shorter - start)
    left = before[start : len(before) - end], after[start : len(after) - end]
    found = [(place, place) for place in range(start)]
    found += [(start + a, start + b) for a, b in _longest(*map(_bounded(*left), left))]
    return found + [(len(before) - one, len(after) - one) for one in range(end, 0, -1)]


def _run(pairs: Iterator[tuple[Hashable, Hashable]]) -> int:
    """How many pairs are equal from the start."""
    count = 0
    for a, b in pairs:
        if a != b:
            break
        count += 1
    return count


def _bounded(
    before: Sequence[Hashable], after: Sequence[Hashable]
) -> Callable[[Sequence[Hashable]], Sequence[Hashable]]:
    """The keys as they are, or numbered where too many pairs of them are equal."""
    counts = Counter(before), Counter(after)
    pairs = sum(count * counts[1][key] for key, count in counts[0].items())
    return _numbered if pairs > MAX_PAIRS else lambda keys: keys


def _numbered(keys: Sequence[Hashable]) -> list[Hashable]:
    """The keys told apart by how often each came before."""
    seen: Counter[Hashable] = Counter()
    found: list[Hashable] = []
    for key in keys:
        found.append((key, seen[key]))
        seen[key] += 1
    return found


def _longest(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    places: dict[Hashable, list[int]] = {}
    for b, key in enumerate(after):
        places.setdefault(key, []).append(b)
    ends: list[int] = []  # for each length, the first place of `after` where so long a run ends
    chains: list[Any] = []  # and that run, last pair first
    for a, key in enumerate(before):
        for b in reversed(places.get(key, ())):
            length = bisect_left(ends, b)
            chain: Any = (a, b, chains[length - 1] if length else None)
            ends[length : length + 1] = [b]
            chains[length : length + 1] = [chain]
    found = []
    last: Any = chains[-1] if chains else None
    while last is not None:
        a, b, last = last
        found.append((a, b))
    return found[::-1]


def _gap(before: range, after: range, similarity: Similarity) -> list[Pair]:
    """The pairing of greatest similarity in all; in order where the gap is too large for it."""
    if not before or not after:
        return _apart(before, after)
    if len(before) * len(after) > MAX_CELLS:
        return _in_order(before, after, similarity)
    best = _table(before, after, similarity)
    pairs: list[Pair] = []
    a, b = 0, 0
    while a < len(before) and b < len(after):
        alike = similarity(before[a], after[b])
        if alike and best[a][b] == alike + best[a + 1][b + 1]:
            pairs.append((before[a], after[b]))
            a, b = a + 1, b + 1
        elif best[a][b] == best[a + 1][b]:
            pairs.append((before[a], None))
            a += 1
        else:
            pairs.append((None, after[b]))
            b += 1
    return pairs + _apart(before[a:], after[b:])


def _table(before: range, after: range, similarity: Similarity) -> list[list[int]]:
    """The greatest similarity of what is left from each pair of places on."""
    best = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for a in range(len(before) - 1, -1, -1):
        below, row, place = best[a + 1], best[a], before[a]
        for b in range(len(after) - 1, -1, -1):
            alike = similarity(place, after[b])
            row[b] = max(below[b], row[b + 1], alike and alike + below[b + 1])
    return best


def _in_order(before: range, after: range, similarity: Similarity) -> list[Pair]:
    pairs: list[Pair] = []
    for a, b in zip(before, after):
        pairs += [(a, b)] if similarity(a, b) else [(a, None), (None, b)]
    shorter = min(len(before), len(after))
    return pairs + _apart(before[shorter:], after[shorter:])


def _apart(before: range, after: range) -> list[Pair]:
    return [*((a, None) for a in before), *((None, b) for b in after)]
