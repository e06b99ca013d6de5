"""How two sequences of layers are put side by side where there is too much to look at all of it."""

import pytest

from mnetcost.analysis import alignment
from mnetcost.analysis.alignment import align, common


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
