"""What a notebook shows of what it holds."""

import csv
import io
import re
import sys
from collections.abc import Callable

import numpy as np
import pytest
from changes import AFTER, BEFORE, net
from explanations import explained
from hostile import HOSTILE, named
from pages import Page

import mnetcost
from mnetcost.notebook.shown import Framed
from mnetcost.problems import UsageError
from mnetcost.render import renderer
from mnetcost.render.csv import render_csv
from mnetcost.reports.diff import diff_report


@pytest.mark.parametrize("format_", ["text", "markdown", "latex", "html"])
def test_the_library_shows_it(format_: str) -> None:
    found = mnetcost.diff(net(BEFORE).cost(), net(AFTER))
    assert "+2,112" in repr(found)
    assert "+2,112" in found._repr_html_()
    assert "+2,112" in renderer(format_)(diff_report(found))


def test_a_notebook_shows_it() -> None:
    found = mnetcost.compare(
        [mnetcost.load("mobilenet_v1"), mnetcost.load("mobilenet_v1").cost(0.5)]
    )
    assert found.names == ("MobileNet v1", "MobileNet v1@alpha=0.5")
    assert "568,740,352" in found._repr_html_()
    assert repr(found) == "Comparison('MobileNet v1', 'MobileNet v1@alpha=0.5')"
    assert found.plot().axes[0].get_xscale() == "log"


def test_a_notebook_shows_mathematics():
    found = explained("mobilenet_v1", "separable_1")
    page = found._repr_html_()
    fraction = "<mfrac><mrow><mn>1</mn></mrow><mrow>{}</mrow></mfrac>".format
    kernel = "<msubsup><mi>D</mi><mi>K</mi><mrow><mn>2</mn></mrow></msubsup>"
    assert f"{fraction('<mi>N</mi>')}<mo>&#x0002B;</mo>{fraction(kernel)}" in page
    assert "separable_1/depthwise" in Page(page).text
    assert "1/N + 1/D_K²" in repr(found)


def test_a_formula_shows_its_signs_and_runs_nothing():
    spec = """
input: {height: 24, width: 32, channels: 3}
blocks:
  one: {takes: {a: }, layers: [conv: {out: "$here * 4 if $a == '<i>}_{x&#60;' else 8"}]}
layers: [one: {a: "<i>"}]
"""
    page = mnetcost.load(spec).cost().explain()._repr_html_()
    assert "<i>" not in page
    assert "'<i>}_{x&#60;'" in Page(page).text


def test_a_network_and_a_cost_display_as_html() -> None:
    net = mnetcost.load("mobilenet_v1")
    cost = net.cost(alpha=0.75, rho="6/7")
    page = Page(cost._repr_html_())
    assert len(page.tables) == 3
    assert f"{cost.mult_adds:,}" in page.text
    assert "MobileNet v1" in page.text
    assert net._repr_html_() == net.cost()._repr_html_()
    assert "568,740,352" in net._repr_html_()
    assert "MobileNet v1" in repr(net)
    assert f"{cost.mult_adds:,}" in repr(cost)
    hostile = mnetcost.load(named(HOSTILE[0], HOSTILE[0]))
    assert "<script" not in hostile._repr_html_()


def v1() -> mnetcost.Network:
    return mnetcost.load("mobilenet_v1")


# Each result with what a notebook shows of it, of MobileNet v1 the figures of its paper.
RESULTS: dict[str, tuple[Callable[[], object], tuple[str, ...]]] = {
    "cost": (lambda: v1().cost(), ("568,740,352", "4,209,088")),
    "types": (lambda: v1().cost().by_type(), ("94.86", "539,492,352")),
    "reductions": (lambda: v1().cost().reductions(), ("4,867,293,184", "1/1024 + 1/9")),
    "fields": (lambda: v1().cost(input="192x160").receptive_fields(), ("separable_9/pointwise",)),
    "channels": (lambda: v1().cost().channel_costs(), ("separable_9/pointwise",)),
    "explanation": (lambda: v1().cost().explain("conv_1"), ("10,838,016", "D_O")),
    "fit": (lambda: mnetcost.fit(v1(), "150M"), ("149,561,298", "at most 150,000,000")),
    "fits": (lambda: mnetcost.fit("densenet", "2G", set={"growth": [16, 24]}), ("1,616,535,552",)),
    "nothing fits": (lambda: mnetcost.fit(v1(), 1000), ("nothing fits", "123,408")),
    "ranking": (lambda: mnetcost.rank(v1(), "mobilenet_v1", "150M"), ("70.9", "149,497,088")),
    "none fits": (lambda: mnetcost.rank(v1(), "mobilenet_v1", 1), ("no measured network fits",)),
    "comparison": (lambda: mnetcost.compare(["mobilenet_v1", "resnet18"]), ("568,740,352",)),
    "diff": (lambda: mnetcost.diff("resnet18", "resnet34"), ("+1,849,688,064",)),
    "rewriting": (lambda: mnetcost.load("vgg16").rewrite("separable"), ("15,470,264,320",)),
}


@pytest.fixture(scope="module", params=RESULTS)
def result(request: pytest.FixtureRequest) -> tuple[Framed, tuple[str, ...]]:
    make, shown = RESULTS[request.param]
    found = make()
    assert isinstance(found, Framed)
    return found, shown


def test_every_result_shows_itself(result: tuple[Framed, tuple[str, ...]]) -> None:
    found, shown = result
    page = Page(found._repr_html_())
    assert {"table", "details"} <= page.tags or "fits" in page.text
    for one in shown:
        assert one in page.text


STYLE, OPTION = re.compile("<style>.*?</style>", re.DOTALL), re.compile(r"(?<![\w-])--[a-z]")


def said(found: Framed) -> str:
    """What a notebook shows of a result, without its style sheet."""
    return Page(STYLE.sub("", found._repr_html_())).text


def test_no_result_names_an_option_of_the_command_line(
    result: tuple[Framed, tuple[str, ...]],
) -> None:
    assert not OPTION.search(said(result[0]))


def test_nor_does_one_that_warns_or_leaves_out() -> None:
    """All α but 1, 1/2 and 1/4 of four channels are impossible; of ResNet-152 most blocks fold."""
    text = "input: {height: 8, width: 6, channels: 3}\nlayers: [conv: {out: 4, kernel: 3}, relu]\n"
    fit = said(mnetcost.fit(text, "10K"))
    assert "round: nearest" in fit
    cost = said(mnetcost.load("resnet152").cost())
    assert "Left out" in cost
    for found in (fit, cost):
        assert not OPTION.search(found)


def test_every_result_is_a_data_frame_with_the_names_of_csv(
    result: tuple[Framed, tuple[str, ...]],
) -> None:
    found, _ = result
    frame = found.to_pandas()
    rows = list(csv.reader(io.StringIO(render_csv(found._page()))))
    assert list(frame.columns) == rows[0]
    assert len(frame) == len(rows) - 1
    for name, place in zip(frame.columns, range(len(rows[0]))):
        written = [row[place] for row in rows[1:]]
        if frame[name].dtype in (np.int64, np.float64) and all(one.isdigit() for one in written):
            assert frame[name].tolist() == list(map(int, written))
    assert "object" not in {str(one) for one in frame.dtypes} or len(frame) == 0


def test_no_column_of_texts_holds_numbers_or_flags(
    result: tuple[Framed, tuple[str, ...]],
) -> None:
    frame = result[0].to_pandas()
    for name in frame.select_dtypes(exclude=["number", "bool", "boolean"]):
        texts = [str(one) for one in frame[name].dropna() if one != ""]
        assert not texts or not all(re.fullmatch(r"[-+]?[\d.,]+( %)?", one) for one in texts), name
        assert not set(texts) & {"true", "false", "yes", "no", "*"}, name


def test_numbers_of_a_data_frame_are_plain() -> None:
    frame = v1().cost("0.75", input="192x160").to_pandas()
    numbers = frame.drop(columns=["name", "type"]).select_dtypes("number")
    assert {str(one) for one in numbers.dtypes} == {
        "int64",
        "Int64",
        "float64",
    }  # a gap where a layer has no stride
    assert frame["mult_adds"].sum() == v1().cost("0.75", input="192x160").mult_adds
    first = frame.iloc[0]
    assert (first["input_height"], first["input_width"]) == (192, 160)
    # 3·3·3 kernels of 24 channels, each at 96·80 positions
    assert (first["params"], first["mult_adds"]) == (648, 648 * 96 * 80)


def test_types_are_a_mapping_and_reductions_a_tuple() -> None:
    cost = v1().cost()
    types = cost.by_type()
    assert list(types)[:4] == ["pointwise", "depthwise", "conv", "dense"]
    assert dict(types) == types
    assert sum(one.mult_adds for one in types.values()) == 568_740_352
    assert cost.reductions() == tuple(cost.reductions())
    assert cost.reductions()[-1].name == "network"


@pytest.mark.parametrize(("alpha", "points"), [("0.25:1:0.25", 16), ("0.01:1:0.001", 991 * 4)])
def test_a_sweep_shows_its_grid_and_of_a_long_one_both_ends(alpha: str, points: int) -> None:
    grid = mnetcost.sweep(v1(), alpha=alpha, input="320x256")
    page = Page(grid._repr_html_())
    ends = (grid.point(0, 0), grid.point(len(grid.alpha) - 1, 3))
    assert all(f"{one.mult_adds:,}" in page.text for one in ends)
    assert sum(len(rows) - 1 for rows in page.tables) <= 250
    assert len(grid.to_pandas()) == points
    assert ("to_pandas" in page.text) is (points > 200)
    assert "--format" not in page.text


@pytest.mark.parametrize("given", [{"dtype": "float64"}, {"engine": "dask"}, {"invalid": "mask"}])
def test_a_sweep_shows_integers_whatever_holds_them(given: dict[str, str]) -> None:
    page = Page(mnetcost.sweep(v1(), **given)._repr_html_())
    assert page.tables == Page(mnetcost.sweep(v1())._repr_html_()).tables
    assert "568,740,352" in page.text


def test_sweeps_show_themselves_with_their_knobs() -> None:
    sweeps = mnetcost.sweep("efficientnet_b0", 1, 1, set={"depth": [1, "1.1"]})
    assert "569,651,680" in Page(sweeps._repr_html_()).text


def test_reprs_say_decimals_beside_exact_ratios() -> None:
    exact = "0.5051 (exactly 2525506376594149/5000000000000000)"
    cost = v1().cost(alpha=0.5051012753188298, rho="6/7")
    assert f"alpha={exact}, rho=0.8571 (exactly 6/7)" in repr(cost)
    assert repr(cost.setting) == (
        f"Setting(alpha={exact}, rho=0.8571 (exactly 6/7), height=192, width=192)"
    )
    assert exact in cost._repr_html_()
    pointwise = v1().cost().by_type()["pointwise"]
    assert "mult_adds=539,492,352, mult_adds_share=0.9486 (exactly " in repr(pointwise)
    # 1/64 + 1/9 = 73/576
    assert "ratio=0.1267 (exactly 73/576)" in repr(v1().cost().reductions()[0])
    for found in (mnetcost.fit(v1(), "150M"), mnetcost.rank(v1(), "mobilenet_v1", "150M")):
        assert "Fraction(" not in repr(found)
    assert repr(mnetcost.sweep(v1()).point(1, 0)) == (
        "Point(alpha=0.75, rho=1, input=Map(h=224, w=224, c=3), "
        "params=2,568,144, mult_adds=325,400,448)"
    )


@pytest.mark.parametrize(
    ("library", "extra", "show"),
    [("latex2mathml", "explain", "_repr_html_"), ("pandas", "pandas", "to_pandas")],
)
def test_without_the_extra_the_error_names_it(
    library: str, extra: str, show: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = v1().cost().explain("conv_1")
    for name in [one for one in sys.modules if one.split(".")[0] == library]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(mnetcost.UsageError, match=rf"{library}: pip install 'mnetcost\[{extra}\]'"):
        getattr(found, show)()


def test_memory_shows_its_peak_and_its_steps() -> None:
    found = mnetcost.load("mobilenet_v2").cost().memory("int8", "inplace-depthwise")
    assert (found.peak, found.peak_layer) == (1372 * 1024, "inverted_residual_2.1/conv_1")
    assert "peak=1,404,928, peak_layer='inverted_residual_2.1/conv_1'" in repr(found)
    assert "1,404,928" in found._repr_html_()
    frame = found.to_pandas()
    assert frame["bytes"].max() == found.peak == max(one.bytes for one in found.steps)
    assert found.weights == sum(one.stored for one in found.layers.values()) == 3_541_984
    with pytest.raises(UsageError, match="training keeps"):
        mnetcost.load("mobilenet_v2").cost(pass_="training").memory()
