"""Which parts of a network become a block: those that leave the fewest lines."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

from mnetcost.importing.folding.alike import Chain, fits, kind, places
from mnetcost.importing.folding.items import Fork, Item, Leaf, Placed, last, layers_of
from mnetcost.importing.folding.names import prefix
from mnetcost.importing.folding.rows import ONCE
from mnetcost.importing.spelling import keys_of
from mnetcost.importing.values import Entry
from mnetcost.layers.joins import Add, Merge
from mnetcost.layers.structural import Pad

MAX_ITEMS = 1_500  # beyond which a network is left as it is
LONGEST = 8  # items of a block
BLOCK, TABLE = 3, 3  # lines of a block beside its layers, and of rows beside their values
LEAST = 3  # lines that a block saves
Key: TypeAlias = tuple[Any, ...]


class Part(NamedTuple):
    """A part of the network that a block may stand for: its items, which read `reads`.

    A `residual` adds what it reads to what it gives; where some parts of a block do and others do
    not, both have the items of the branch alone.
    """

    key: Key
    items: Chain
    reads: tuple[str, ...]
    name: str
    linked: bool
    residual: bool | None = None
    join: Entry | None = None  # the sum of a residual

    @property
    def layers(self) -> list[Entry]:
        """Its layers in order."""
        return [*layers_of(self.items), *([self.join] if self.join else [])]

    @property
    def own(self) -> list[str]:
        """The names of its layers but those of sums, which are called after anything around."""
        return [one.name for one in self.layers if not isinstance(one.layer, Merge)]


class Found(NamedTuple):
    """The network's parts in order, and the parts of each block, by their place in it."""

    parts: list[Part]
    blocks: list[list[int]]


def found(items: Sequence[Placed], fixed: Collection[str], most: int) -> Found:
    """The blocks of a network, at `most` so many; layers `fixed` by name stay out of them."""
    parts = _with_chains(items, fixed)
    number = 0
    while number < most and len(items) <= MAX_ITEMS and (best := _best(parts, fixed)):
        size, starts = best
        for start in reversed(starts):
            parts[start : start + size] = [_together(parts[start : start + size], number)]
        number += 1
    blocks: list[list[int]] = [[] for _ in range(number)]
    for place, part in enumerate(parts):
        if part.key[0] == "block":
            blocks[part.key[1]].append(place)
    return Found(parts, blocks)


def _together(parts: Sequence[Part], number: int) -> Part:
    first, end = parts[0], parts[-1]
    items = tuple(item for part in parts for item in part.items)
    if len(parts) == 1:
        return first._replace(key=("block", number))
    return Part(("block", number), items, first.reads, end.name, first.linked)


# forks of a kind


def _with_chains(items: Sequence[Placed], fixed: Collection[str]) -> list[Part]:
    """The items as parts, forks by their kind; a chain is a residual without a shortcut."""
    forks = [one.item for one in items if isinstance(one.item, Fork)]
    kinds = _kinds(forks)
    of_kind = [(_kind_of(fork, kinds), fork) for fork in forks]
    joined = {number for number, fork in of_kind if not _is_residual(fork)}
    plain = {number: fork.branches[0] for number, fork in kinds.items() if number not in joined}
    parts: list[Part] = []
    at = 0
    while at < len(items):
        one = items[at]
        if isinstance(one.item, Fork):
            parts.append(_forked(one, kinds, plain))
            at += 1
            continue
        number, size = _chain(items[at:], plain, fixed)
        if size:
            end = items[at + size - 1]
            chain = tuple(each.item for each in items[at : at + size])
            key = ("fork", number)
            parts.append(Part(key, chain, one.reads, end.name, one.linked, residual=False))
        else:
            parts.append(Part(kind(one.item), (one.item,), one.reads, one.name, one.linked))
        at += max(size, 1)
    return _settled(parts)


def _kinds(forks: Sequence[Fork]) -> dict[int, Fork]:
    """The largest fork of each kind."""
    largest: list[Fork] = []
    for fork in sorted(forks, key=lambda one: -len(list(layers_of([one])))):
        if not any(fits(one, fork) for one in largest):
            largest.append(fork)
    return dict(enumerate(largest))


def _kind_of(fork: Fork, kinds: Mapping[int, Fork]) -> int:
    return next(number for number, other in kinds.items() if fits(other, fork))


def _is_residual(fork: Fork) -> bool:
    return isinstance(fork.join.layer, Add) and len(fork.branches) == 2 and not fork.branches[1]


def _forked(one: Placed, kinds: Mapping[int, Fork], plain: Mapping[int, Chain]) -> Part:
    fork: Any = one.item
    number = _kind_of(fork, kinds)
    key = ("fork", number)
    if number in plain:
        return Part(key, fork.branches[0], one.reads, one.name, one.linked, True, fork.join)
    return Part(key, (fork,), one.reads, one.name, one.linked)


def _chain(
    items: Sequence[Placed], plain: Mapping[int, Chain], fixed: Collection[str]
) -> tuple[int, int]:
    """Of which kind of residual a chain is that begins here, and how many items it has."""
    best = (0, 0)
    if len(items[0].reads) != 1:
        return best
    for number, whole in plain.items():
        size = min(len(whole) + 1, len(items))
        linked = [one.linked and isinstance(one.item, Leaf) for one in items[1:size]]
        size = linked.index(False) + 1 if False in linked else size
        for length in range(size, max(1, len(whole) // 2, best[1]), -1):
            chain = tuple(one.item for one in items[:length])
            if _is_chain(chain, whole) and not _any_fixed(chain, fixed):
                best = (number, length)
                break
    return best


def _is_chain(chain: Chain, whole: Chain) -> bool:
    """Whether a chain is a residual's branch, or less; a stride may have its padding apart."""
    bare = tuple(one for one in chain if not isinstance(last(one).layer, Pad))
    ends = kind(chain[-1]) == kind(whole[-1])
    return ends and 2 * len(bare) >= len(whole) and places(bare, whole) is not None


def _settled(parts: Sequence[Part]) -> list[Part]:
    """The parts, those residuals as forks of which none is without its shortcut."""
    mixed = {part.key for part in parts if part.residual is False}
    return [
        part._replace(items=(Fork(part.join, (part.items, ())),), residual=None, join=None)
        if part.join and part.key not in mixed
        else part
        for part in parts
    ]


# what saves most


def _best(parts: Sequence[Part], fixed: Collection[str]) -> tuple[int, list[int]] | None:
    """How many parts become one, and where: what leaves the fewest lines."""
    barred = [part.key[0] == "block" or _any_fixed(part.items, fixed) for part in parts]
    mixed = {part.key for part in parts if part.residual is not None}
    texts = [_text(part.items) for part in parts]
    lines = [len(part.layers) for part in parts]
    best: tuple[int, int, list[int]] = (LEAST - 1, 0, [])
    for size in range(1, LONGEST + 1):
        starts: dict[Key, list[int]] = defaultdict(list)
        for start in range(len(parts) - size + 1):
            window = parts[start : start + size]
            keys = tuple(part.key for part in window)
            alone = keys[0][0] == "fork" if size == 1 else not mixed.intersection(keys)
            linked = len(window[0].reads) == 1 and all(part.linked for part in window[1:])
            if alone and linked and not any(barred[start : start + size]):
                places = starts[keys]
                if not places or places[-1] + size <= start:
                    places.append(start)
        for each in starts.values():
            gain = _gain(parts, each, size, texts, lines)
            if gain > best[0] // 2:  # names may decide where it begins
                gain += _named(parts, each, size) if gain > LEAST - 1 else 0
            if gain > best[0]:
                best = (gain, size, each)
    return best[1:] if best[2] else None


def _gain(
    parts: Sequence[Part],
    starts: Sequence[int],
    size: int,
    texts: Sequence[str],
    lines: Sequence[int],
) -> int:
    """The lines that a block saves which stands for these places."""
    counts = [sum(lines[start : start + size]) for start in starts]
    together = Counter(start - number * size for number, start in enumerate(starts))
    runs = groupby(enumerate(starts), lambda one: _run(parts, one, size, texts))
    rows = Counter(key[0] for key, _ in runs)
    tables = sum(TABLE for number in together if rows[number] > 1)
    return sum(counts) - max(counts) - BLOCK - rows.total() - tables


def _named(parts: Sequence[Part], starts: Sequence[int], size: int) -> int:
    """How many of these places have a name of their own, which no part beside them has."""
    count = 0
    for start in starts:
        own = [name for part in parts[start : start + size] for name in part.own]
        before = parts[start - 1 : start] if start else []
        beside = [name for part in (*before, *parts[start + size :][:1]) for name in part.own]
        called = prefix(own)
        path = "." in called or "/" in called
        count += path and not any(name.startswith(called) for name in beside)
    return count


def _run(
    parts: Sequence[Part], one: tuple[int, int], size: int, texts: Sequence[str]
) -> tuple[Any, ...]:
    """What is the same for places that repeat each other directly."""
    number, start = one
    return (start - number * size, *texts[start : start + size], parts[start].residual)


def _any_fixed(items: Sequence[Item], fixed: Collection[str]) -> bool:
    return bool(fixed) and any(entry.name in fixed for entry in layers_of(items))


def _text(items: Sequence[Item]) -> str:
    """What is written of items but their names, and what only the first of repeated ones has."""
    texts = []
    for entry in layers_of(items):
        keys = {key: text for key, text in keys_of(entry).items() if key not in ONCE}
        texts.append(f"{entry.layer.written} {sorted(keys.items())}")
    return " ".join(texts)
