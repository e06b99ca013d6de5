"""`mnetcost compare`: published figures side by side, the Pareto front, and the scatters."""

import csv
import io
import json
import os
import re
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from commands import process, refused
from hypothesis import given
from hypothesis import strategies as st

import mnetcost
from mnetcost import UsageError, cli
from mnetcost.analysis.pareto import Priced, front
from mnetcost.render.figure import draw, figure_bytes
from mnetcost.render.scatter import render_scatter, short
from mnetcost.reports.compare import compare_report, scatter_of
from mnetcost.tables import Point, Scatter

# Howard et al. 2017, Table 6: mult-adds and parameters as its rows print, exact in tests/traps
WIDTHS = {
    "mobilenet_v1": (4_209_088, 568_740_352),
    "mobilenet_v1@alpha=0.75": (2_568_144, 325_400_448),
    "mobilenet_v1@alpha=0.5": (1_319_648, 149_497_088),
    "mobilenet_v1@alpha=0.25": (463_600, 41_030_272),
}
HOSTILE = [
    *("$x_1^2$", r"\frac{a}{b}", "<script>alert(1)</script>&amp;", "]]>", "[red]x[/red]"),
    *("\x1b[31mred", "a\nb", "移动网络 😀", "q" * 300, "\udcff", "'\"", "移" * 200),
]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert cli.run(["compare", *words]) == 0
    return capsys.readouterr().out


def test_an_abbreviation_keeps_its_capitals_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printed = run(capsys, "mobilenet_v1", "--convention", "fvcore")
    assert "smaller is better in parameters and in MACs (fvcore)\n" in printed
    printed = run(capsys, "mobilenet_v1", "--pass", "training")
    assert "smaller is better in parameters and in mult-adds of training\n" in printed


def scatter(*points: tuple[str, int, int]) -> Scatter:
    best = cheapest([point[1:] for point in points])
    return Scatter("Parameters", "Mult-adds", tuple(Point(*one, one[1:] in best) for one in points))


def cheapest(points: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """The pairs of costs on the front, where all are worth the same."""
    return {points[place] for place in front(Priced(0, *one) for one in points)}


def hostile(count: int) -> Scatter:
    names = [HOSTILE[turn % len(HOSTILE)] for turn in range(count)]
    return scatter(*((name, 900 + 40 * n, 10**6 // (n + 1)) for n, name in enumerate(names)))


def test_published_figures(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, *WIDTHS, "--format", "json"))["networks"]
    assert [one["target"] for one in found] == list(WIDTHS)
    costs = [(one["totals"]["params"], one["totals"]["mult_adds"]) for one in found]
    assert costs == list(WIDTHS.values())
    assert [one["pareto"] for one in found] == [False, False, False, True]
    assert [one["alpha"] for one in found] == ["1", "3/4", "1/2", "1/4"]
    # Table 2: 94.86 % of the mult-adds in 1×1 convolutions
    assert found[0]["pointwise_share"] == 539_492_352 / 568_740_352


def test_the_front_of_shipped_networks() -> None:
    """SqueezeNet has fewer parameters, MobileNet v3 needs less work; ResNet-18 loses both ways."""
    found = mnetcost.compare(["squeezenet1_1", "resnet18", "mobilenet_v3_small"])
    assert found.pareto == (True, False, True)


def test_ratios_are_to_the_first(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(run(capsys, *WIDTHS, "--format", "csv"))))
    ratios = [(float(row["params_ratio"]), float(row["mult_adds_ratio"])) for row in rows]
    assert ratios == [
        (params / 4_209_088, mult_adds / 568_740_352) for params, mult_adds in WIDTHS.values()
    ]
    assert [row["pareto"] for row in rows] == ["", "", "", "*"]
    assert [row["alpha"] for row in rows] == ["1", "0.75", "0.5", "0.25"]


def test_another_convention() -> None:
    (cost,) = mnetcost.compare("mobilenet_v1", convention="flops").counts
    assert cost.counted.high == 2 * 568_740_352
    (point,) = scatter_of(mnetcost.compare("mobilenet_v1", convention="flops")).points
    assert (point.x, point.y, point.best) == (4_231_976, 2 * 568_740_352, True)
    keras = mnetcost.compare(["mobilenet_v1", "mobilenet_v1@alpha=0.5"], convention="keras")
    assert keras.pareto == (False, True)
    (table,) = compare_report(keras).tables
    assert table.rows[0][3] == 4_253_864
    with pytest.raises(UsageError, match="counts work"):
        scatter_of(keras)


def test_options_hold_for_what_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["mobilenet_v1", "mobilenet_v1@rho=1", "--alpha", "0.5", "--resolution", "160"]
    found = json.loads(run(capsys, *words, "--format", "json"))["networks"]
    assert [one["totals"]["mult_adds"] for one in found] == [76_524_800, 149_497_088]


def test_no_network_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="at least one network"):
        mnetcost.compare([])
    refused(process("compare"), 2)


# --- the Pareto front

counts = st.integers(0, 6)
points = st.lists(st.tuples(counts, counts), min_size=1, max_size=20)


@given(points)
def test_the_front_is_what_no_other_beats(found: list[tuple[int, int]]) -> None:
    def beaten(one: tuple[int, int]) -> bool:
        return any(x <= one[0] and y <= one[1] and (x, y) != one for x, y in found)

    assert cheapest(found) == {one for one in found if not beaten(one)}


def test_the_front_of_parameters_alone_is_the_least() -> None:
    """keras counts no work: two of the same parameters stand on the front together."""
    names = ["mobilenet_v1", "mobilenet_v1@alpha=0.5", "mobilenet_v1@alpha=0.5,rho=4/7"]
    assert mnetcost.compare(names, convention="keras").pareto == (False, True, True)


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


def test_a_scatter_stands_under_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, *WIDTHS, "--scatter")
    assert out.index("In 1×1") < out.index("Convention: ") < out.index("Mult-adds (up) against")
    assert "4* mobilenet_v1@alpha=0.25" in out


def test_a_scatter_in_plain_signs() -> None:
    ran = process("compare", "vgg16", "--scatter", env={"PYTHONIOENCODING": "ascii"})
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.isascii()
    assert "?" not in ran.out.split("Mult-adds (up)")[1]
    assert "\x1b" not in ran.out


def test_a_scatter_is_for_standard_output_alone(tmp_path: Path) -> None:
    refused(process("compare", "vgg16", "--scatter", "--format", "json"), 2)
    refused(process("compare", "vgg16", "--scatter", "-o", str(tmp_path / "x.txt")), 2)
    assert list(tmp_path.iterdir()) == []


# --- in files


@pytest.mark.parametrize("count", [1, 2, 15, 40])
def test_figures_are_the_same_every_time_and_show_texts_as_they_are(count: int) -> None:
    one = hostile(count)
    svg = figure_bytes(one, "svg")
    assert svg == figure_bytes(one, "svg")
    assert figure_bytes(one, "png") == figure_bytes(one, "png")
    root = ElementTree.fromstring(svg)
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    for name in HOSTILE[: min(count, 3)]:
        assert name in texts
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert b"date" not in svg.lower()


def test_labels_stand_apart() -> None:
    names = [*WIDTHS, "mobilenet_v2", "mobilenet_v3_large", "resnet18", "vgg16", "vgg16_bn"]
    figure = draw(scatter_of(mnetcost.compare(names)))
    (axes,) = figure.axes
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in axes.texts]
    frame = axes.get_window_extent(renderer)
    assert len(boxes) == len(names)
    for place, box in enumerate(boxes):
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert not any(box.overlaps(other) for other in boxes[:place])


@pytest.mark.parametrize("suffix", ["png", "SVG"])
def test_a_plot_is_written(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"nets.{suffix}"
    run(capsys, *WIDTHS, "--plot", str(path))
    data = path.read_bytes()
    assert list(tmp_path.iterdir()) == [path]
    if suffix == "png":
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", data[16:24]) == (1080, 780)
    else:
        assert data.startswith(b"<?xml")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["vgg16", "--plot", "x.pdf"], 2),
        (["vgg16", "--plot", "-"], 2),
        (["vgg16", "--plot", "no/such/folder/x.png"], 2),
        (["vgg16", "--plot", "x.png", "--convention", "keras"], 2),
        (["vgg16", "--plot", "x.svg", "--output", "x.svg", "--format", "json"], 2),
        (["vgg16", "no_such", "--plot", "x.png"], 1),
    ],
)
def test_a_plot_that_cannot_be_leaves_nothing(words: list[str], code: int, tmp_path: Path) -> None:
    refused(process("compare", *words, cwd=tmp_path), code)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "library"), [(["--scatter"], "plotille"), (["--plot", "x.svg"], "matplotlib")]
)
def test_without_the_extra_the_error_names_it(
    words: list[str], library: str, tmp_path: Path
) -> None:
    (tmp_path / f"{library}.py").write_text("raise ImportError", encoding="utf-8")
    ran = process("compare", "vgg16", *words, env={"PYTHONPATH": str(tmp_path)}, cwd=tmp_path)
    refused(ran, 2)
    assert "pip install 'mnetcost[plot]'" in ran.err
    assert library in ran.err


def test_a_notebook_shows_it() -> None:
    found = mnetcost.compare(
        [mnetcost.load("mobilenet_v1"), mnetcost.load("mobilenet_v1").cost(0.5)]
    )
    assert found.names == ("MobileNet v1", "MobileNet v1@alpha=0.5")
    assert "568,740,352" in found._repr_html_()
    assert repr(found) == "Comparison('MobileNet v1', 'MobileNet v1@alpha=0.5')"
    assert found.plot().axes[0].get_xscale() == "log"
