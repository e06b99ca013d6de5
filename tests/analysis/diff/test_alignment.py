"""How two sequences of layers are put side by side, also where there is too much to look at all."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnetcost.analysis.diff import alignment
from mnetcost.analysis.diff.alignment import align, common


@pytest.mark.parametrize(("bound", "length"), [(3, 2), (2, 1)])
def test_too_many_equal_pairs_are_numbered(
    bound: int, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three pairs are equal: b, and each a of the first. Numbered, only its first a is one."""
    monkeypatch.setattr(alignment, "MAX_PAIRS", bound)
    assert len(common("cabad", "ebaf")) == length


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (4, [(None, 0), (0, 1), (1, None)]),
        (3, [(0, None), (None, 0), (1, None), (None, 1)]),
    ],
)
def test_a_gap_too_large_is_paired_in_order(
    bound: int, expected: list[alignment.Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gap of 2 × 2 in which the first is like the second alone."""
    monkeypatch.setattr(alignment, "MAX_CELLS", bound)
    assert align("ab", "xy", lambda a, b: int((a, b) == (0, 1))) == expected


# --- the alignment

words = st.lists(st.sampled_from("abc"), max_size=9)


def longest(one: list[str], other: list[str]) -> int:
    """The length of a longest common subsequence, by trying."""
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + longest(one[1:], other[1:])
    return max(longest(one[1:], other), longest(one, other[1:]))


@given(words, words)
def test_a_longest_common_subsequence(one: list[str], other: list[str]) -> None:
    found = common(one, other)
    assert len(found) == longest(one, other)
    assert all(one[a] == other[b] for a, b in found)
    assert found == sorted(found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))


@given(words, words, st.sampled_from([0, 2**20]), st.sampled_from([0, 2**16]))
def test_every_place_once(one: list[str], other: list[str], pairs: int, cells: int) -> None:
    """Within the bounds and beyond them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "MAX_PAIRS", pairs)
        patch.setattr(alignment, "MAX_CELLS", cells)
        found = align(one, other, lambda a, b: int(abs(ord(one[a]) - ord(other[b])) < 2))
    assert [a for a, _ in found if a is not None] == list(range(len(one)))
    assert [b for _, b in found if b is not None] == list(range(len(other)))


def test_a_gap_is_paired_by_the_greatest_likeness_in_all() -> None:
    likeness = {(0, 1): 3, (1, 0): 3, (1, 1): 2, (0, 0): 2}
    found = align("ab", "xy", lambda a, b: likeness[a, b])
    assert found == [(0, 0), (1, 1)]  # 4 together, where the likeliest pair alone has 3
