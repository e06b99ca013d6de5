"""Pictures as data, against published figures and figures by hand."""

from fractions import Fraction

import pytest
from pictures import PAIRS, WIDTHS

import mnetcost
from mnetcost.picture import Axis, Mark, Role, Scale, logarithmic, tick_text
from mnetcost.printed import read_budget, read_budgets
from mnetcost.problems import UsageError
from mnetcost.reports.choices import Shown
from mnetcost.reports.plot import cost_picture
from mnetcost.reports.plot_fronts import comparison_picture, fit_picture, ranking_picture
from mnetcost.reports.plot_sweep import sweep_picture
from mnetcost.reports.table import table_report

ALIKE = """
input: {height: 6, width: 8, channels: 3}
blocks:
  pair: {layers: [conv: {name: a, out: 8}, conv: {name: b, out: 8, kernel: 3}]}
layers: [pair: {name: first}, pair: {name: second}]
"""
V1 = mnetcost.load("mobilenet_v1")
TOTAL = 568_740_352


def names_of(picture):
    return [one.name for one in picture.series]


# --- one network


def test_types_are_the_shares_of_table_2():
    """Howard et al. 2017, Table 2, whose 1.19 % is a misprint of 1.91 %."""
    picture = cost_picture(V1.cost(), "types")
    found = {name: [one.text.split(" (")[0] for one in row] for name, row in picture.rows}
    assert found == {
        "pointwise": ["94.9 %", "74.6 %"],
        "depthwise": ["3.06 %", "1.06 %"],
        "conv": ["1.91 %", "0.0205 %"],
        "dense": ["0.18 %", "24.3 %"],
    }
    assert picture.groups == ("Mult-adds (MACs), 568,740,352", "Weights, 4,209,088")
    assert picture.title == "MobileNet v1"
    assert picture.notes == ("α = 1, ρ = 1, input 224×224×3", "convention “paper”")


def test_layers_and_blocks_are_all_that_cost_something():
    layers, blocks = (cost_picture(V1.cost(), kind) for kind in ("layers", "blocks"))
    assert len(layers.rows) == 28 - 2 * 4  # of the paper; five equal pairs have two rows
    assert len(blocks.rows) == 15 - 4
    for picture in (layers, blocks):
        assert sum(one.value for _, row in picture.rows for one in row) == TOTAL
        assert picture.notes[1] == "total 568,740,352"
        assert picture.axis.words == "Mult-adds (MACs)"
    rows = dict(layers.rows)
    assert rows["separable_1/depthwise"][0].value == 9 * 32 * 112**2
    assert layers.groups[rows["separable_1/depthwise"][0].group] == "depthwise"
    assert rows["separable_7.1–5/pointwise ×5"][0].value == 5 * 512 * 512 * 14**2
    assert dict(blocks.rows)["separable_1"][0].value == 9 * 32 * 112**2 + 32 * 64 * 112**2
    five = dict(blocks.rows)["separable_7.1–5 ×5"][0].value
    assert five == 5 * (9 * 512 * 14**2 + 512 * 512 * 14**2)


def test_bars_are_the_rows_of_the_table():
    """He et al. 2016, Table 1: 3, 8, 36 and 3 blocks, the first of each on its own."""
    cost = mnetcost.load("resnet152").cost(input="160x224")
    shown = {row[0]: row[-2] for row in table_report(cost, Shown(depth=1)).tables[0].rows}
    blocks = cost_picture(cost, "blocks").rows
    assert [name for name, _ in blocks] == [
        *("conv_1", "bottleneck_1.1", "bottleneck_1.2–3 ×2"),
        *("bottleneck_2.1", "bottleneck_2.2–8 ×7", "bottleneck_3.1", "bottleneck_3.2–36 ×35"),
        *("bottleneck_4.1", "bottleneck_4.2–3 ×2", "logits"),
    ]
    assert list(shown) == [name for name, _ in blocks]
    # 35 times 1×1, 3×3 and 1×1 of 1024, 256, 256 and 1024 channels on a map of 10×14
    values = {name: one.value for name, (one,) in blocks}
    each = (1024 * 256 + 9 * 256 * 256 + 256 * 1024) * 10 * 14
    assert values["bottleneck_3.2–36 ×35"] == 35 * each
    layers = {name: one.value for name, (one,) in cost_picture(cost, "layers").rows}
    assert layers["bottleneck_3.2–36/conv_2 ×35"] == 35 * 9 * 256 * 256 * 10 * 14


def test_layers_of_one_name_in_two_blocks_are_told_apart():
    names = [name for name, _ in cost_picture(mnetcost.load(ALIKE).cost(), "layers").rows]
    assert names == ["first/a", "first/b", "second/a", "second/b"]


@pytest.mark.parametrize("kind", ["blocks", "layers"])
def test_what_has_no_room_for_a_name_is_one_bar(kind):
    """60 convolutions of 1 to 60 channels, 1×1 on a map of 6×8: 48·n·(n - 1) each but the first."""
    spec = "input: {height: 6, width: 8, channels: 1}\nlayers:\n"
    spec += "".join(f"  - conv: {{out: {n}}}\n" for n in range(1, 61))
    work = [48, *(48 * n * (n - 1) for n in range(2, 61))]
    picture = cost_picture(mnetcost.load(spec).cost(), kind)
    *rows, (name, (rest,)) = picture.rows
    assert [one.value for _, (one,) in rows] == work[16:]
    assert [name for name, _ in rows] == [f"conv_{n}" for n in range(17, 61)]
    assert (name, rest.value) == ("(16 more)", sum(work[:16]))
    assert rest.text == "65.3 K"  # 48 · (1 + 2·1 + 3·2 + … + 16·15) = 48 · 1361
    assert picture.notes[1] == f"total {sum(work):,}"
    assert picture.axis.ends[1] == Fraction(21, 20) * work[-1]


def test_the_bar_of_all_others_never_sets_the_scale():
    """Of 100 convolutions 56 are in it, which together are more than the largest."""
    spec = "input: {height: 6, width: 8, channels: 1}\nlayers:\n"
    spec += "".join(f"  - conv: {{out: {n}}}\n" for n in range(101, 201))
    work = [48 * 101, *(48 * n * (n - 1) for n in range(102, 201))]
    picture = cost_picture(mnetcost.load(spec).cost(), "layers")
    name, (rest,) = picture.rows[-1]
    assert (name, rest.value) == ("(56 more)", sum(work[:56]))
    assert rest.text == "44.3 M, cut"  # 48 · (101 + (155·156·157 - 100·101·102) / 3)
    assert picture.axis.within(rest.value) == picture.axis.ends[1] < rest.value
    assert picture.groups == ("pointwise", "of several types")


def test_of_the_parameters():
    picture = cost_picture(V1.cost(), "blocks", "params")
    assert sum(one.value for _, (one,) in picture.rows) == 4_209_088
    assert picture.axis.words == "Weights"
    assert dict(picture.rows)["logits"][0].value == 1024 * 1000
    types = cost_picture(V1.cost(), "types", "params")
    assert types.groups[0] == "Weights, 4,209,088"


def test_cumulative_reaches_half_where_the_hand_does():
    """Up to separable_7.1 are 280.8 M, with separable_7.2 there are 333.1 M."""
    picture = cost_picture(V1.cost(), "cumulative")
    work, params, half = picture.series
    assert [one.y for one in (work.places[0], work.places[-1], params.places[-1])] == [0, 1, 1]
    assert half.name == "half is reached with separable_7.2/pointwise"
    assert half.places[0].x == 17  # conv_1, and eight pairs
    assert half.places[0].y == Fraction(333_118_464, TOTAL)
    ticks = [text for _, text in picture.y.ticks]
    assert ticks == ["0 %", "25 %", "50 %", "75 %", "100 %"]


def test_reductions_are_on_the_curve():
    """3×5 kernels: 1/N + 1/15, and twice that where a channel has two filters."""
    picture = cost_picture(mnetcost.load(PAIRS).cost(), "reduction")
    one, two, pairs, whole = picture.series
    assert (one.name, two.name) == ("1/N + 1/15 (3×5)", "2·(1/N + 1/15 (3×5))")
    assert [(place.x, place.y) for place in pairs.places] == [
        (16, Fraction(1, 16) + Fraction(1, 15)),
        (32, 2 * (Fraction(1, 32) + Fraction(1, 15))),
    ]
    for curve, times in ((one, 1), (two, 2)):
        assert all(p.y == pytest.approx(times * (1 / p.x + 1 / 15)) for p in curve.places)
    assert whole.mark is Mark.LIMIT
    assert picture.notes[0] == "α = 1, ρ = 1, input 24×32×3"


def test_the_network_of_the_paper_is_an_eighth():
    """Table 4: 569 M against 4866 M, which leaves the classifier out."""
    *_, whole = cost_picture(V1.cost(), "reduction").series
    assert whole.name == "whole network, 0.11685"
    assert whole.places[0].y == Fraction(TOTAL, 4_867_293_184)


def test_another_basis_is_named():
    cost = V1.cost(0.75, "6/7", convention="fvcore", batch=8)
    picture = cost_picture(cost, "blocks")
    assert picture.axis.words == "MACs (fvcore)"
    assert picture.notes[0] == "α = 0.75, ρ = 6/7, input 192×192×3"
    assert picture.notes[2] == "convention “fvcore”, batch 8"
    assert sum(one.value for _, (one,) in picture.rows) == cost.counted.low
    training = cost_picture(V1.cost(pass_="training"), "types")
    assert training.groups[0].startswith("Mult-adds (MACs) of training, ")
    assert training.notes[-1] == "convention “paper”, training pass"


@pytest.mark.parametrize(
    ("kind", "of", "convention", "words"),
    [
        ("pie", "mult_adds", None, "kind: one of blocks, layers, types, cumulative, reduction"),
        ("types", "flops", None, "of: one of mult_adds, params, not 'flops'"),
        ("types", "mult_adds", "keras", "keras counts parameters alone"),
    ],
)
def test_what_cannot_be_drawn_is_told(kind, of, convention, words):
    with pytest.raises(UsageError, match=words):
        cost_picture(V1.cost(convention=convention), kind, of)


def test_nothing_to_draw_is_told():
    flat = mnetcost.load("input: {height: 6, width: 8, channels: 3}\nlayers: [flatten]\n").cost()
    with pytest.raises(UsageError, match="no mult-adds to draw"):
        cost_picture(flat, "layers")
    with pytest.raises(UsageError, match="VGG-16 has no depthwise-separable pair to draw"):
        cost_picture(mnetcost.load("vgg16").cost(), "reduction")


# --- sweeps


def test_a_heat_map_holds_what_the_paper_prints():
    """Tables 6 and 7, exactly; what fits 300 M by hand."""
    budgets = read_budgets(["300M"], ["1M"])
    picture = sweep_picture(mnetcost.sweep(V1), "heat", budgets=budgets)
    assert picture.rows == ("0.25", "0.5", "0.75", "1")
    assert picture.columns == ("4/7\n128", "5/7\n160", "6/7\n192", "1\n224")
    assert picture.values[3] == (186_400_768, 290_675_200, 418_121_728, TOTAL)
    assert [row[3] for row in picture.values] == [41_030_272, 149_497_088, 325_400_448, TOTAL]
    work, params = picture.contours
    assert work.name == "≤ 300 M mult-adds: 13 of 16 points"
    assert [sum(row) for row in work.within] == [4, 4, 3, 2]
    assert set(work.edges) == {
        *(((3, 2), (3, 3)), ((2, 3), (2, 4))),  # upright: right of 192 px, and of 160 px
        *(((3, 2), (4, 2)), ((2, 3), (3, 3))),
    }
    assert params.name == "≤ 1 M weights: 4 of 16 points"
    assert params.edges == tuple(((x, 1), (x + 1, 1)) for x in range(4))


def test_a_heat_map_is_in_order_and_without_equals():
    grid = mnetcost.sweep(V1, alpha=["1", 0.5, 1], resolution=[160, 128], input="96x160")
    picture = sweep_picture(grid, "heat", "params")
    assert (picture.rows, picture.columns) == (("0.5", "1"), ("0.8\n77×128", "1\n96×160"))
    assert picture.values == ((1_319_648,) * 2, (4_209_088,) * 2)
    assert picture.value.words == "Weights"


def test_impossible_points_are_empty():
    spec = """
input: {height: 12, width: 16, channels: 3}
width: {round: none}
layers: [conv: {out: 6, kernel: 3}]
"""
    grid = mnetcost.sweep(mnetcost.load(spec), alpha="0.25,0.5,1", rho="1", invalid="mask")
    picture = sweep_picture(grid, "heat", budgets=[read_budget(10**9)])
    assert picture.values == ((None,), (12 * 16 * 27 * 3,), (12 * 16 * 27 * 6,))
    assert picture.contours[0].name.endswith("2 of 3 points")


def test_lines_are_one_an_input():
    picture = sweep_picture(mnetcost.sweep(V1), "lines", budgets=read_budgets("300M", "1M"))
    assert names_of(picture) == ["224 px", "192 px", "160 px", "128 px", "≤ 300 M mult-adds"]
    first = picture.series[0]
    assert [(float(one.x), one.y) for one in first.places] == [
        *((0.25, 41_030_272), (0.5, 149_497_088), (0.75, 325_400_448), (1.0, TOTAL)),
    ]
    assert picture.y.scale is Scale.LOG
    assert (picture.x.words, picture.y.words) == ("α", "Mult-adds (MACs)")


def test_lines_of_many_inputs_are_some():
    grid = mnetcost.sweep(V1, resolution=range(96, 257, 8), input="224x320")
    picture = sweep_picture(grid, "lines")
    assert len(picture.series) == 8
    assert picture.notes[-1] == "8 of 21 inputs"
    assert names_of(picture)[0] == "179×256 px"  # 224 · 256/320 = 179.2
    params = sweep_picture(grid, "lines", "params")
    assert len(params.series) == 1  # ρ leaves parameters as they are


def test_a_sweep_that_cannot_be_drawn_is_told():
    with pytest.raises(UsageError, match="one of heat, lines"):
        sweep_picture(mnetcost.sweep(V1), "pie")
    with pytest.raises(UsageError, match="keras counts parameters alone"):
        sweep_picture(mnetcost.sweep(V1, convention="keras"), "heat")
    grid = mnetcost.sweep(V1, convention="keras")
    with pytest.raises(UsageError, match="keras counts parameters alone"):
        sweep_picture(grid, "heat", "params", read_budgets("300M"))
    with pytest.raises(UsageError, match="200,000 points; 100,000 at most"):
        sweep_picture(mnetcost.sweep(V1, "0.001:1:0.001", "0.005:1:0.005"), "heat")


# --- fronts


def test_a_fit_shows_its_front_and_its_best():
    fit = mnetcost.fit(V1, "150M", "2M")
    picture = fit_picture(fit)
    front, largest, best, limit = picture.series
    assert best.places[0].x == 149_653_568  # the tutorial's: α in [605/1024, 303/512) at 192 px
    assert best.places[0].y == Fraction("0.591") * Fraction(192, 224)
    assert best.places[0].name == "α 0.591, 192 px"
    assert (best.role, front.mark) == (Role.BEST, Mark.STEPS)
    assert len(largest.places) == len(fit.largest) - 1
    assert limit.name == "≤ 150 M mult-adds"
    assert {place.x for place in limit.places} == {150_000_000}
    heights = [place.y for place in front.places]
    assert heights == sorted(heights)
    assert picture.notes[0] == "≤ 2 M weights"
    assert fit_picture(mnetcost.fit(V1, max_params="2M")).x.words == "Weights"


def test_a_ranking_shows_every_measured_network():
    """Table 6 and 7's accuracies: 63.3 % within 150 M, 0.5 at 224 px."""
    picture = ranking_picture(mnetcost.rank(V1, "mobilenet_v1", "150M"))
    best = next(one for one in picture.series if one.role is Role.BEST)
    assert [(one.x, one.y) for one in best.places] == [(149_497_088, Fraction("63.3"))]
    front, others, over = picture.series[:3]
    assert picture.notes[0] == "scores of mobilenet_v1.csv"  # wherever that lies
    assert len(front.places) + len(others.places) + len(over.places) == 16
    assert all(place.x > 150_000_000 for place in over.places)
    assert "0.5, 224" in [place.name for place in front.places]
    free = ranking_picture(mnetcost.rank(V1, "mobilenet_v1"))
    assert "over the budget" not in names_of(free)


def test_fronts_that_cannot_be_drawn_are_told():
    with pytest.raises(UsageError, match="nothing fits"):
        fit_picture(mnetcost.fit(V1, 1))
    with pytest.raises(UsageError, match="of: one of"):
        fit_picture(mnetcost.fit(V1, "150M"), "flops")


def test_a_comparison_marks_its_front():
    picture = comparison_picture(mnetcost.compare(WIDTHS))
    line, rest, best = picture.series
    assert [place.name for place in best.places] == ["mobilenet_v1@alpha=0.25"]
    assert {place.name: (place.x, place.y) for place in (*rest.places, *best.places)} == WIDTHS
    assert line.name == ""
    assert picture.notes == ("input 224×224×3", "convention “paper”")
    assert (picture.x.words, picture.y.words) == ("Weights", "Mult-adds (MACs)")


def test_networks_at_other_inputs_are_told_apart():
    """299 px is Inception's, 224 px MobileNet's; of the same network each has its own."""
    targets = ["mobilenet_v1", "mobilenet_v1@resolution=160", "inception_v3"]
    assert names_and_notes(mnetcost.compare(targets)) == (
        {"mobilenet_v1 (224)", "mobilenet_v1@resolution=160 (160)", "inception_v3 (299)"},
        ("α = 1", "in brackets the input, px", "convention “paper”"),
    )
    costs = [V1.cost(input="160x224"), V1.cost(0.5, input="160x224")]
    assert names_and_notes(mnetcost.compare(costs)) == (
        {"MobileNet v1@input=160x224", "MobileNet v1@alpha=0.5,input=160x224"},
        ("input 160×224×3", "convention “paper”"),
    )


def test_networks_of_other_channels_widths_and_knobs_are_told_apart():
    gray = mnetcost.load("mobilenet_v1", set={"channels": 1})
    assert names_and_notes(mnetcost.compare([V1, gray]))[0] == {
        *("MobileNet v1 (224×224×3)", "MobileNet v1 (224×224×1)"),
    }
    few = mnetcost.load("mobilenet_v1", set={"classes": 10})
    assert names_and_notes(mnetcost.compare([V1, few])) == (
        {"MobileNet v1", "MobileNet v1 (classes = 10)"},
        ("α = 1", "input 224×224×3", "convention “paper”"),
    )


def names_and_notes(comparison):
    picture = comparison_picture(comparison)
    return {
        place.name for one in picture.series for place in one.places if place.name
    }, picture.notes


# --- axes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0, "0"), (0.25, "0.25"), (999, "999"), (1000, "1 K"), (2500.0, "2.5 K")),
        *((10**8, "100 M"), (568_740_352, "569 M"), (15.5e9, "15.5 G"), (2e40, "2e+40")),
    ],
)
def test_round_numbers_are_written_as_the_tables_do(value, text):
    assert tick_text(value) == text


@pytest.mark.parametrize(
    ("scale", "ends", "texts"),
    [
        (Scale.LOG, (3e6, 4e7), ["5 M", "10 M", "20 M"]),
        (Scale.LOG, (2.3e6, 7.2e6), ["3 M", "4 M", "5 M", "6 M", "7 M"]),
        (Scale.LOG, (7e4, 2.5e8), ["100 K", "1 M", "10 M", "100 M"]),
        (Scale.LOG, (0.5, 1e15), ["1", "1 K", "1 M", "1 G", "1 T", "1 P"]),
        (Scale.LINEAR, (0, 0.56), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
        (Scale.LINEAR, (41, 72.5), ["50", "60", "70"]),
        (Scale.LINEAR, (0, 28), ["0", "5", "10", "15", "20", "25"]),
    ],
)
def test_marks_are_powers_or_round_numbers(scale, ends, texts):
    marks = Axis("x", scale, ends).marks(6)
    assert [text for _, text in marks] == texts


def test_an_axis_over_zeros_is_linear():
    assert logarithmic("x", [0, 5]).scale is Scale.LINEAR
    low, high = logarithmic("x", [7, 7]).ends
    assert high / low == pytest.approx(4)
