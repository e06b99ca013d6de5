"""Tensors at fixed places of one piece of memory, an arena: the offset of each.

Greedy by size: the largest first, each into the smallest gap that is large enough between those
that are there at the same time, or else behind them all. Pisarchyk and Lee 2020, arXiv:2001.03288,
as TensorFlow Lite places them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from mnetcost.problems import UsageError

MOST = 100_000  # steps of all tensors together: placing more takes more than a second


class Block(NamedTuple):
    """Bytes at an offset, from its first to its last step."""

    size: int
    first: int
    last: int
    offset: int = 0

    @property
    def end(self) -> int:
        """The first byte behind it."""
        return self.offset + self.size


def placed(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with their offsets; of equal size the one that is there first goes first.

    Raises UsageError for more than can be placed in a second.
    """
    if (steps := sum(one.last - one.first + 1 for one in blocks)) > MOST:
        raise UsageError(
            f"memory: an arena of {len(blocks):,} tensors that are there for {steps:,} steps is "
            f"over {MOST:,}; --memory plain has the least that any arena needs"
        )
    at_step: dict[int, set[Block]] = {}
    made = list(blocks)
    for at in sorted(range(len(made)), key=lambda at: (-made[at].size, made[at].first, at)):
        one = made[at]
        life = range(one.first, one.last + 1)
        there = set().union(*(at_step.get(step, ()) for step in life))
        made[at] = one._replace(offset=_offset(one.size, there))
        for step in life:
            at_step.setdefault(step, set()).add(made[at])
    return made


def _offset(size: int, there: set[Block]) -> int:
    """The offset of the smallest gap between blocks that is large enough, or behind them."""
    gaps, end = [], 0
    for one in sorted(there, key=lambda one: one.offset):
        if one.offset - end >= size:
            gaps.append((one.offset - end, end))
        end = max(end, one.end)
    return min(gaps)[1] if gaps else end
