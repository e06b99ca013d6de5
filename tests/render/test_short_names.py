"""Names in little room."""

import pytest
from rich.cells import cell_len

from mnetcost.render.short_names import short_names


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["conv_1", "a/b"], ["conv_1", "a/b"]),
        (["bottleneck_3.1/conv_1", "conv_2"], ["…k_3.1/conv_1", "conv_2"]),
        (
            ["first_of_a_block/same_end", "later_of_a_block/same_end"],
            ["firs…same_end", "late…same_end"],
        ),
        (["a", "b", "a", "a"], ["a", "b", "a (2)", "a (3)"]),
        (["x" * 40, "x" * 20 + "y" + "x" * 19], ["…" + "x" * 12, "…" + "x" * 8 + " (2)"]),
    ],
)
def test_names_are_told_apart(names: list[str], found: list[str]) -> None:
    assert short_names(names, 13) == found


def test_wide_letters_take_two_columns() -> None:
    names = ["移动网络移动网络/a", "络动网络移动网络/a", "plain"]
    found = short_names(names, 9, cell_len)
    assert len(set(found)) == 3
    assert all(cell_len(name) <= 9 for name in found)
