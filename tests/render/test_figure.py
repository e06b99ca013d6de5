"""Pictures drawn by matplotlib: the values, the words, the colours, the bytes."""

import io
import struct
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from pictures import HOSTILE, PAIRS, WIDTHS, chart, hostile

import mnetcost
from mnetcost.devices.needs import needs_of
from mnetcost.picture import Bars, Chart, Length, from_zero
from mnetcost.printed import read_budgets
from mnetcost.problems import UsageError
from mnetcost.render.figure import draw, figure_bytes
from mnetcost.render.themes import THEMES
from mnetcost.reports.plot import cost_picture
from mnetcost.reports.plot_fronts import comparison_picture, fit_picture, ranking_picture
from mnetcost.reports.plot_memory import memory_picture
from mnetcost.reports.plot_sweep import sweep_picture

pytest.importorskip("matplotlib")
V1 = mnetcost.load("mobilenet_v1")
SVG = "{http://www.w3.org/2000/svg}"
SIZES = [(theme, width) for theme in THEMES for width in (3.3, 6.5)]


def pictures():
    """One of every kind, and what is large, long or not square."""
    for kind in ("blocks", "layers", "types", "cumulative", "reduction"):
        yield kind, cost_picture(V1.cost(), kind)
    yield "memory", memory_picture(V1.cost(), needs_of(V1.cost()))
    many = mnetcost.load("densenet201").cost()
    yield "arena", memory_picture(many, needs_of(many, ways=["arena"]))
    yield "deep", cost_picture(mnetcost.load("resnet152").cost(input="224x320"), "layers")
    yield "densest", cost_picture(mnetcost.load("densenet201").cost(), "layers")
    b7 = mnetcost.load("efficientnet_b7").cost()
    yield "deeper", cost_picture(b7, "layers", "params")
    yield "oblong", cost_picture(mnetcost.load(PAIRS).cost(), "reduction")
    grid = mnetcost.sweep(V1)
    limits = read_budgets(["300M", "100M"], "1M")
    yield "heat", sweep_picture(grid, "heat", budgets=limits)
    yield "lines", sweep_picture(grid, "lines", budgets=limits)
    fine = mnetcost.sweep(V1, "0.05:1:0.01", resolution=range(96, 257, 4), input="224x320")
    yield "fine", sweep_picture(fine, "heat", budgets=limits)
    yield "point", sweep_picture(mnetcost.sweep(V1, 1, 1), "heat")
    yield "fit", fit_picture(mnetcost.fit(V1, "150M", "2M"))
    yield "scores", ranking_picture(mnetcost.rank(V1, "mobilenet_v1", "150M"))
    yield "networks", comparison_picture(mnetcost.compare(WIDTHS))


PICTURES = dict(pictures())


def texts(svg):
    root = ElementTree.fromstring(svg)
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]


def overflow(figure):
    """How far anything that is written stands out of the paper, px."""
    renderer = figure.canvas.get_renderer()
    width, height = figure.bbox.width, figure.bbox.height
    found = [figure.get_tightbbox(renderer)]
    boxes = [one.transformed(figure.dpi_scale_trans) for one in found]
    return max(max(-b.x0, -b.y0, b.x1 - width, b.y1 - height) for b in boxes)


@pytest.mark.parametrize(("theme", "width"), SIZES)
@pytest.mark.parametrize("name", PICTURES)
def test_everything_is_on_the_paper_and_legible(name, theme, width):
    figure = draw(PICTURES[name], theme, width)
    assert figure.get_figwidth() == width
    assert overflow(figure) <= 1
    written = [*figure.texts, *figure.axes[0].texts, *figure.axes[0].get_xticklabels()]
    assert all(text.get_fontsize() >= 8 for text in written if text.get_text())
    ticks = [one for one in figure.axes[0].get_xticklabels() if one.get_text()]
    low, high = sorted(figure.axes[0].get_xlim())
    shown = [one for one in ticks if low <= one.get_position()[0] <= high]
    boxes = [one.get_window_extent() for one in shown]
    assert not any(a.overlaps(b) for a, b in pairwise(boxes))
    assert len(boxes) >= 1


@pytest.mark.parametrize("name", PICTURES)
def test_units_setting_and_convention_are_on_it(name):
    found = " ".join(texts(figure_bytes(PICTURES[name], "svg", width=3.3)))
    picture = PICTURES[name]
    assert picture.title in found
    assert "convention “paper”" in found
    for note in picture.notes:
        assert all(word in found for word in note.split())
    if isinstance(picture, Chart):
        assert picture.x.words in found
        assert picture.y.words in found


def test_bars_are_as_long_as_the_paper_says():
    """Table 2: 94.86 % of the mult-adds and 74.59 % of the parameters in 1×1 convolutions."""
    (axes,) = draw(PICTURES["types"]).axes
    widths = [bar.get_width() for bar in axes.patches]
    assert widths[0] == 539_492_352 / 568_740_352
    assert widths[4] == 3_139_584 / 4_209_088
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        *("pointwise", "depthwise", "conv", "dense"),
    ]
    assert axes.texts[0].get_text() == "94.9 % (539 M)"
    (axes,) = draw(PICTURES["layers"]).axes
    assert sum(bar.get_width() for bar in axes.patches) == 568_740_352


def test_cells_and_lines_are_the_published_totals():
    (axes,) = draw(PICTURES["heat"]).axes
    assert axes.collections[0].get_array()[3].tolist() == [
        *(186_400_768, 290_675_200, 418_121_728, 568_740_352),
    ]
    assert "569 M" in [text.get_text() for text in axes.texts]
    assert len(axes.collections[1].get_segments()) == 4
    assert "Mult-adds (MACs)" in axes.figure.texts[1].get_text()
    (axes,) = draw(PICTURES["lines"]).axes
    assert axes.lines[0].get_ydata().tolist() == [
        *(41_030_272, 149_497_088, 325_400_448, 568_740_352),
    ]
    assert axes.get_yscale() == "log"


def test_cells_of_a_fine_grid_have_a_scale_beside_them():
    axes, beside = draw(PICTURES["fine"]).axes
    assert not axes.texts
    assert beside.get_ylabel() == "Mult-adds (MACs)"
    assert len(figure_bytes(PICTURES["fine"], "svg")) < 200_000


def luminance(colour):
    """Of WCAG 2.1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("columns", [3.3, 6.5])
@pytest.mark.parametrize("name", ["layers", "deep", "deeper", "densest"])
def test_every_bar_has_a_name_of_its_own(name, columns):
    (axes,) = draw(PICTURES[name], width=columns).axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert len(names) == len(PICTURES[name].rows) == len(set(names))
    boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert not any(a.overlaps(b) for a, b in pairwise(boxes))
    assert axes.get_window_extent().width > 0.3 * columns * 100


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_colours_stand_out_from_the_paper(theme):
    def contrast(colour):
        low, high = sorted((luminance(colour), luminance(theme.paper)))
        return (high + 0.05) / (low + 0.05)

    assert contrast(theme.ink) > 7
    assert contrast(theme.quiet) > 4.5
    assert all(contrast(colour) > 2 for colour in (theme.best, *theme.each))


@pytest.mark.parametrize("theme", THEMES)
def test_a_theme_colours_the_paper_and_the_words(theme):
    figure = draw(PICTURES["types"], theme)
    import matplotlib.colors

    paper = matplotlib.colors.to_hex(figure.get_facecolor())
    assert paper == THEMES[theme].paper
    assert figure.axes[0].xaxis.label.get_color() == THEMES[theme].ink


@pytest.mark.parametrize(
    ("name", "format_"),
    [("types", "svg"), ("scores", "svg"), ("heat", "svg"), ("fine", "png"), ("types", "pdf")],
)
def test_the_bytes_are_the_same_every_time(name, format_):
    import matplotlib as mpl

    first = figure_bytes(PICTURES[name], format_, "dark", 3.3)
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "svg.hashsalt": "x"}):
        assert figure_bytes(PICTURES[name], format_, "dark", 3.3) == first
    assert b"Date" not in first


@pytest.mark.parametrize("count", [1, 2, 15])
def test_hostile_names_are_shown_as_they_are(count):
    svg = figure_bytes(hostile(count), "svg")
    assert svg == figure_bytes(hostile(count), "svg")
    found = texts(svg)
    for name in HOSTILE[: min(count, 3)]:
        assert name in found
    assert not list(ElementTree.fromstring(svg).iter(f"{SVG}script"))
    bars = Bars("x", HOSTILE[0], tuple(HOSTILE), from_zero(HOSTILE[2], [1]), (HOSTILE[0],), ())
    rows = tuple((name, (Length(0, 1, name),)) for name in HOSTILE)
    assert HOSTILE[0] in texts(figure_bytes(bars._replace(rows=rows), "svg"))


def test_hostile_names_in_given_axes_are_no_formulas():
    from matplotlib.figure import Figure

    from mnetcost.render.drawing import quiet

    rows = tuple((name, (Length(0, 1, name),)) for name in HOSTILE)
    bars = Bars("x", HOSTILE[0], (HOSTILE[1],), from_zero(HOSTILE[0], [1]), (HOSTILE[0],), rows)
    for picture in (hostile(15), bars):
        figure = Figure()
        axes = draw(picture, "light", None, figure.subplots())
        with quiet():  # the font has no Chinese
            figure.savefig(io.BytesIO(), format="svg")
        written = [*axes.texts, *axes.get_yticklabels(), axes.xaxis.label, axes._left_title]
        assert not any(text.get_parse_math() for text in written if "$" in text.get_text())
        assert HOSTILE[0] in "\n".join(text.get_text() for text in written)


def test_nothing_and_very_much_are_drawn():
    assert figure_bytes(chart([("zero", 0, 0)], [("b", 0, 5)]), "png")
    assert figure_bytes(chart([("a", 10**40, 10**60)], [("b", 1, 10**61)]), "png")


NETWORKS = ["mobilenet_v2", "mobilenet_v3_large", "resnet18", "resnet50", "vgg16", "vgg16_bn"]
NAMED = {
    **{name: PICTURES[name] for name in ("fit", "scores", "networks")},
    "given": fit_picture(mnetcost.fit(V1, "150M", alpha="1,0.75,0.5,0.25")),
    "oblong fit": fit_picture(mnetcost.fit(V1, "100M", input="160x224"), "params"),
    "many": comparison_picture(mnetcost.compare([*WIDTHS, *NETWORKS])),
    "crowded": comparison_picture(
        mnetcost.compare([*NETWORKS, "mobilenet_v1", "efficientnet_b0", "squeezenet1_0"])
    ),
}


@pytest.mark.parametrize(("theme", "width"), SIZES)
@pytest.mark.parametrize("name", NAMED)
def test_names_stand_apart(name, theme, width):
    """By two px at least of 100 an inch; no name is cut, and none covers a point."""
    picture = NAMED[name]
    figure = draw(picture, theme, width)
    (axes,) = figure.axes
    written = [text for text in axes.texts if text.get_text()]  # lines to points have none
    names = [place.name for one in picture.series for place in one.places if place.name]
    assert sorted(line for text in written for line in text.get_text().split("\n")) == sorted(names)
    frame = axes.get_window_extent()
    boxes = [text.get_window_extent() for text in written]
    spots = [
        axes.transData.transform((float(place.x), float(place.y)))
        for one in picture.series
        for place in one.places
        if place.name
    ]
    for place, box in enumerate(boxes):
        assert frame.x0 - 1 <= box.x0 < box.x1 <= frame.x1 + 1
        assert not any(box.padded(2).overlaps(other) for other in boxes[:place])
        assert not any(box.contains(*spot) for spot in spots)


def test_a_notebook_shows_it_once_and_sharply():
    data, size = draw(PICTURES["types"], width=3.3)._repr_png_()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert (size["width"], width) == (317, 633)  # 3.3 inches of 96 px, each of two dots
    assert abs(height - 2 * size["height"]) <= 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"theme": "blue"}, "theme: one of light, dark, not 'blue'"),
        ({"width": 0.5}, "width: 0.5 inches; from 2 to 40"),
        ({"width": float("nan")}, "width: nan inches"),
        ({"width": "wide"}, "width: inches, such as 3.3, not 'wide'"),
    ],
)
def test_a_wrong_look_is_told(given, words):
    with pytest.raises(UsageError, match=words):
        draw(PICTURES["types"], **given)
