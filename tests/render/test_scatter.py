"""A scatter in the terminal."""

import re

import pytest
from scatters import hostile, scatter

from mnetcost.render.figure import figure_bytes
from mnetcost.render.scatter import render_scatter, short
from mnetcost.tabular import Point, Scatter

# --- in the terminal


@pytest.mark.parametrize("columns", [62, 80, 100])
@pytest.mark.parametrize("count", [1, 2, 15, 40, 70])
def test_a_scatter_is_no_wider_than_the_terminal(columns: int, count: int) -> None:
    from rich.cells import cell_len

    text = render_scatter(hostile(count), columns)
    assert max(map(cell_len, text.split("\n"))) <= columns
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)
    assert text.count("\n") == 24 + count  # a line each for the title, the axes and 19 rows


def test_every_point_has_a_sign_of_its_own_and_the_best_a_star() -> None:
    text = render_scatter(scatter(("a", 10**6, 10**8), ("b", 10**7, 10**9), ("c", 10**8, 10**7)))
    drawn, key = text.split("-|--", 1)
    assert [drawn.count(sign) for sign in ("1*", "3*")] == [1, 1]
    assert key.split("\n")[-4:-1] == ["1* a", "2  b", "3* c"]
    rows = [line.split("|")[-1].strip("* ") for line in drawn.split("\n")]
    assert rows.index("2") < rows.index("1") < rows.index("3")  # the most work on top


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (1000, "1k"), (568_740_352, "568.7M"), (15.5e9, "15.5G")],
)
def test_short_numbers(value: float, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    "one", [scatter(("zero", 0, 0), ("b", 0, 5)), scatter(("a", 10**40, 10**60), ("b", 1, 10**61))]
)
def test_scatters_of_nothing_and_of_very_much(one: Scatter) -> None:
    assert "1*" in render_scatter(one)
    assert figure_bytes(one, "png")


def test_the_best_stands_upon_another_at_its_place() -> None:
    pytest.importorskip("plotille")
    points = (Point("a", 10, 10, True), Point("b", 10, 10, False), Point("c", 99, 99, False))
    plot = render_scatter(Scatter("x", "y", points)).split("\n1* a")[0]
    assert "1*" in plot
    assert "2*" not in plot
