"""Pictures in signs."""

import re

import pytest
from commands import printed
from pictures import chart, hostile
from rich.cells import cell_len
from rich.text import Text

import mnetcost
from mnetcost.picture import Bars, Chart
from mnetcost.printed import read_budgets
from mnetcost.render.picture_text import render_picture
from mnetcost.reports.plot import cost_picture
from mnetcost.reports.plot_sweep import sweep_picture

pytest.importorskip("plotille")
V1 = mnetcost.load("mobilenet_v1")


@pytest.mark.parametrize("columns", [62, 80, 100])
@pytest.mark.parametrize("count", [1, 2, 15, 40, 70])
def test_a_chart_is_no_wider_than_the_terminal(columns: int, count: int) -> None:
    text = render_picture(hostile(count), columns)
    assert max(map(cell_len, text.split("\n"))) <= columns
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)


@pytest.mark.parametrize("columns", [40, 62, 80, 200])
@pytest.mark.parametrize("kind", ["blocks", "layers", "types"])
def test_bars_are_no_wider_than_the_terminal(columns: int, kind: str) -> None:
    cost = mnetcost.load("mobilenet_v3_large").cost(input="96x128")
    text = render_picture(cost_picture(cost, kind), columns)
    assert max(map(cell_len, text.split("\n"))) <= columns


def test_every_point_has_a_sign_of_its_own_and_the_best_a_star() -> None:
    points = chart([("b", 10**7, 10**9)], [("a", 10**6, 10**8), ("c", 10**8, 10**7)])
    drawn, key = render_picture(points).split("-|--", 1)
    assert [drawn.count(sign) for sign in ("2*", "3*")] == [1, 1]
    assert key.split("\n")[-6:-1] == ["   other:", "1  b", "   Pareto front:", "2* a", "3* c"]
    rows = [line.split("|")[-1].strip("* ") for line in drawn.split("\n")]
    assert rows.index("1") < rows.index("2") < rows.index("3")  # the most work on top


def test_the_best_stands_upon_another_at_its_place() -> None:
    text = render_picture(chart([("b", 10, 10), ("c", 99, 99)], [("a", 10, 10)]))
    plot = text.split("\n   other:")[0]
    assert "3*" in plot
    assert not re.search(r"\b1\b", plot.split("-|--")[0].split("|", 1)[1])


@pytest.mark.parametrize(
    "one",
    [
        chart([("zero", 0, 0)], [("b", 0, 5)]),
        chart([("a", 10**40, 10**60)], [("b", 1, 10**61)]),
    ],
)
def test_charts_of_nothing_and_of_very_much(one: Chart) -> None:
    assert "1 " in render_picture(one)


@pytest.mark.parametrize(
    "picture",
    [cost_picture(V1.cost(), "types"), sweep_picture(mnetcost.sweep(V1), "lines"), hostile(15)],
    ids=["bars", "lines", "hostile"],
)
def test_colours_change_no_sign(picture: Bars | Chart) -> None:
    plain, coloured = (render_picture(picture, 80, coloured) for coloured in (False, True))
    assert len(set(re.findall("\x1b\\[3[0-9]m", coloured))) > 1
    shown = Text.from_ansi(coloured.rstrip("\n")).plain.split("\n")
    assert [line.rstrip() for line in shown] == plain.rstrip("\n").split("\n")


@pytest.mark.parametrize(
    ("env", "codes"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colours_are_for_terminals(env: dict[str, str], codes: bool) -> None:
    for kind in ("layers", "lines"):
        out = printed("plot", "--kind", kind, env={"TERM": "xterm-256color", **env})
        assert ("\x1b[3" in out) == codes


def test_bars_have_their_numbers() -> None:
    text = render_picture(cost_picture(V1.cost(), "types"))
    assert re.search(r"pointwise █+ 94\.9 % \(539 M\)\n +▒+ 74\.6 % \(3\.14 M\)\n", text)
    assert "█  Mult-adds (MACs), 568,740,352" in text


def test_cells_have_the_letters_of_what_they_are_within() -> None:
    budgets = read_budgets(["300M"], ["1M"])
    text = render_picture(sweep_picture(mnetcost.sweep(V1), "heat", budgets=budgets))
    rows = [line.split() for line in text.split("\n")]
    assert ["1", "186", "M", "a", "291", "M", "a", "418", "M", "569", "M"] in rows
    assert next(row for row in rows if row[:1] == ["0.25"]).count("ab") == 4
    assert "a  ≤ 300 M mult-adds: 13 of 16 points" in text


def test_a_fine_grid_is_shaded_within_its_width() -> None:
    grid = mnetcost.sweep(V1, "0.01:1:0.01", resolution=range(64, 513, 2), input="384x512")
    for budgets in ((), read_budgets("300M")):
        text = render_picture(sweep_picture(grid, "heat", budgets=budgets), 60)
        assert max(map(cell_len, text.split("\n"))) <= 60
        assert "█" in text
        assert ("a" in text.split("\n   1 ")[1].split(" to ")[0]) == bool(budgets)


@pytest.mark.parametrize("columns", [80, 120])
def test_a_logarithmic_axis_says_so_and_has_round_numbers(columns: int) -> None:
    """569 M, 325 M, 149 M and 41 M of Table 6: a line from the lowest row to the highest."""
    text = render_picture(sweep_picture(mnetcost.sweep(V1), "lines"), columns)
    assert "Mult-adds (MACs) (up, log) against α (across)\n" in text
    ticks = re.findall(r"^ *(\S+ M) \|", text, re.MULTILINE)
    assert ticks == ["500 M", "200 M", "100 M", "50 M", "20 M"]
    ruler, numbers = text.split("1  224 px")[0].split("\n")[-3:-1]
    assert numbers.split() == ["|", "0.25", "0.5", "0.75", "1"]
    for number in ("0.25", "0.5", "0.75"):
        start = numbers.index(f" {number} ") + 1
        assert "|" in ruler[start : start + len(number)]


def test_marks_stand_where_their_numbers_are() -> None:
    """Points at 10^6 and 10^8 of an axis from 10^6 / r to 10^8 · r, and 10^7 in the middle."""
    points = chart([("b", 10**7, 10**9)], [("a", 10**6, 10**8), ("c", 10**8, 10**7)])
    lines = render_picture(points).split("\n")
    place = next(number for number, line in enumerate(lines) if line.startswith("-----"))
    ruler, numbers = lines[place], lines[place + 1]
    texts = "1 M   2 M   5 M   10 M   20 M   50 M   100 M"
    assert numbers.split()[1:] == texts.split()
    for sign in ("1", "2*", "3*"):
        [row] = [line for line in lines[:place] if sign in line.split("|", 1)[-1].split()]
        assert ruler[row.index(sign, 14)] == "|"
    assert "Parameters (across, log)" in lines[3]


def test_long_words_are_wrapped_and_not_cut() -> None:
    text = render_picture(cost_picture(V1.cost(), "reduction"), 62)
    assert "N, output channels of the pair" in " ".join(text.split())
    assert "(across, log)" in " ".join(text.split())


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("name", ["resnet152", "densenet201", "mobilenet_v1"])
def test_every_bar_has_a_name_of_its_own(name: str, columns: int) -> None:
    picture = cost_picture(mnetcost.load(name).cost(), "layers")
    text = render_picture(picture, columns)
    lines = text.split("Mult-adds (MACs)\n")[1].split("\n")[: len(picture.rows)]
    names = [re.split("[█▒░#]| (?=[0-9.]+ [KMG]$)", line)[0].strip() for line in lines]
    assert all(names)
    assert len(set(names)) == len(picture.rows) <= 45
