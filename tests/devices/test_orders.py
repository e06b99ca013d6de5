"""The order that needs least, against every order of small networks, tried one after the other."""

from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from small_memory import HEAD, memory, networks

import mnetcost
from mnetcost.devices.memory import Memory, read_ways
from mnetcost.devices.steps import IMAGE, Run, run_of
from mnetcost.problems import UsageError

MOST_ORDERS = 3_000


def orders(run: Run, done: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Every order in which each step reads what is there."""
    there = {IMAGE, *(run.steps[at].writes for at in done)}
    left = [at for at in range(len(run.steps)) if at not in done]
    if not left:
        yield done
    for at in left:
        if there >= set(run.steps[at].reads):
            yield from orders(run, (*done, at))


def peak(run: Run, order: tuple[int, ...], in_place: bool) -> int:
    """The most that is there at once, by what a step reads, writes, and others still need."""
    ends = {at for at, one in enumerate(run.tensors) if one.last == len(run.steps)}
    most, there = 0, {IMAGE}
    for place, at in enumerate(order):
        step = run.steps[at]
        later = {one for other in order[place + 1 :] for one in run.steps[other].reads}
        size = [run.tensors[one].size for one in there | {step.writes}]
        gone = [one for one in step.reads if one not in later | ends]
        saved = 0
        if in_place and step.storage == "over":
            written = run.tensors[step.writes].size
            saved = max((run.tensors[one].size for one in gone if one != IMAGE
                         and run.tensors[one].size == written), default=0)  # fmt: skip
        most = max(most, sum(size) - saved)
        there = {one for one in there | {step.writes} if one in later | ends}
    return most


@given(networks(), st.booleans())
def test_no_order_needs_less(layers: str, in_place: bool) -> None:
    run = run_of(mnetcost.load(HEAD + layers).cost())
    known = []
    for order in orders(run):
        known.append(order)
        assume(len(known) <= MOST_ORDERS)
    found = memory(layers, "reordered" + ",inplace-elementwise" * in_place)
    assert found.order is not None
    assert found.order.is_best
    assert found.peak == min(peak(run, one, in_place) for one in known)
    assert found.order.as_written == peak(run, tuple(range(len(run.steps))), in_place)


# Two branches of 24 positions: the wide one as written is kept while the other grows too.
BRANCHES = """\
  - conv: {name: a, out: 1, kernel: 1}
  - conv: {name: b, out: 20, kernel: 1, from: a}
  - conv: {name: c, out: 20, kernel: 1, from: a}
  - conv: {name: d, out: 1, kernel: 1, from: b}
  - conv: {name: e, out: 1, kernel: 1, from: c}
  - add: {from: [d, e]}
"""


def test_by_hand() -> None:
    """As written b and c are there at once: 24·(20 + 20 + 1). One after the other 24·(20 + 1 + 1)
    with a, or d, beside them."""
    assert memory(BRANCHES).peak == 24 * 41
    found = memory(BRANCHES, "reordered")
    assert found.peak == 24 * 22
    assert found.order == (True, 24 * 41)
    assert [one.layer for one in found.steps] in (
        ["a", "b", "d", "c", "e", "add_1"],
        ["a", "c", "e", "b", "d", "add_1"],
    )


def test_an_order_that_nothing_undercuts_stays_as_written() -> None:
    for name in ("mobilenet_v2", "resnet18"):
        cost = mnetcost.load(name).cost()
        plain, found = cost.memory("int8"), cost.memory("int8", "reordered")
        assert [one.layer for one in found.steps] == [one.layer for one in plain.steps]
        assert found.peak == plain.peak


def wide(branches: int) -> str:
    """Branches of other widths, of which each order needs something else."""
    lines = ["  - conv: {name: a, out: 3, kernel: 1}"]
    for at in range(branches):
        lines.append(f"  - conv: {{name: b{at}, out: {at + 2}, kernel: 1, from: a}}")
        lines.append(f"  - conv: {{name: c{at}, out: {2 * branches - at}, kernel: 1, from: b{at}}}")
    names = ", ".join(f"c{at}" for at in range(branches))
    return "\n".join([*lines, f"  - concat: {{from: [{names}]}}"]) + "\n"


def test_where_there_are_too_many_it_says_so() -> None:
    found = memory(wide(40), "reordered")
    assert found.order is not None
    assert (found.order.is_best, found.peak) == (False, memory(wide(40)).peak)


def test_ways_of_the_order_as_written_are_refused() -> None:
    with pytest.raises(UsageError, match="views follows from the order as written"):
        read_ways("views,reordered")


def test_an_arena_is_of_the_best_order() -> None:
    found: Memory = memory(BRANCHES, "reordered,arena")
    assert found.bound == 24 * 22 <= found.peak < 24 * 41
