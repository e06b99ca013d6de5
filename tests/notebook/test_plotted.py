"""What a notebook draws is what `mnetcost plot` draws."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import printed

import mnetcost
from mnetcost.problems import UsageError

pytest.importorskip("matplotlib")
NET = mnetcost.load("mobilenet_v1")
COST = NET.cost(0.75, "6/7")
SETTING = ("--alpha", "0.75", "--rho", "6/7")
NAMES = ("mobilenet_v1", "resnet18")
LIMIT = ("--max-mult-adds", "150M")

DRAWN: dict[tuple[str, ...], Callable[..., Any]] = {
    ("--kind", "blocks", *SETTING): COST.plot,
    ("--kind", "layers", "--of", "params", *SETTING): lambda **look: COST.plot(
        "layers", "params", **look
    ),
    ("--kind", "types", *SETTING): COST.by_type().plot,
    ("--kind", "reduction", *SETTING): COST.reductions().plot,
    ("--kind", "heat", *LIMIT): lambda **look: mnetcost.sweep(NET).plot(
        max_mult_adds="150M", **look
    ),
    ("--kind", "lines"): lambda **look: mnetcost.sweep(NET).plot("lines", **look),
    ("--kind", "fit", "--max-params", "1M", "--rho", "1"): mnetcost.fit(
        NET, max_params="1M", rho=1
    ).plot,
    ("--scores", "mobilenet_v1", *LIMIT): mnetcost.rank(NET, "mobilenet_v1", "150M").plot,
    NAMES: mnetcost.compare(NAMES).plot,
}


@pytest.mark.parametrize(("words", "plot"), DRAWN.items(), ids=[" ".join(one) for one in DRAWN])
def test_every_result_draws_what_the_command_draws(
    words: tuple[str, ...], plot: Callable[..., Any], tmp_path: Path
) -> None:
    from mnetcost.render.drawing import saved

    path = tmp_path / "x.svg"
    printed("plot", *words, "--theme", "dark", "--width", "3.3", "-o", str(path))
    figure = plot(theme="dark", width=3.3)
    assert saved(figure, "svg") == path.read_bytes()
    assert figure._repr_png_()[0].startswith(b"\x89PNG")


@pytest.mark.parametrize(("words", "plot"), DRAWN.items(), ids=[" ".join(one) for one in DRAWN])
def test_every_result_is_drawn_into_given_axes(
    words: tuple[str, ...], plot: Callable[..., Any]
) -> None:
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(11, 5), layout="constrained")
    assert plot(ax=right, theme="dark") is right
    assert len(pyplot.get_fignums()) == len(before) + 1
    assert not left.has_data()
    (alone, *_) = plot(theme="dark").axes
    assert _data(right) == _data(alone)
    assert right.get_xlabel() == alone.get_xlabel()
    said = right.get_title(loc="left")
    assert said.startswith(("MobileNet v1\n", "Comparison\n"))
    assert "convention “paper”" in said.replace("\n", " ")
    figure.savefig(io.BytesIO(), format="png")
    pyplot.close(figure)


def _data(axes: Any) -> list[Any]:
    """The lengths of bars, the places of lines and points, and the values of cells."""
    return [
        *([bar.get_width(), bar.get_y()] for bar in axes.patches),
        *(line.get_xydata().tolist() for line in axes.lines),
        *(one.get_offsets().tolist() for one in axes.collections),
        *([] if one.get_array() is None else one.get_array().tolist() for one in axes.collections),
    ]


def test_axes_have_a_width_and_are_one() -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots(1, 2)
    with pytest.raises(UsageError, match="width: not with ax, whose figure has its own"):
        COST.plot(ax=axes[0], width=3.3)
    with pytest.raises(UsageError, match=r"of several one of them, such as axes\[0\], not ndarray"):
        COST.plot(ax=axes)


KNOBS = """
knobs: {deep: 1, wide: 4}
input: {height: 6, width: 8, channels: 4}
width: {round: floor, min: 1}
layers:
  - repeat: $deep
    layers: [conv: {out: $wide}]
"""


def test_sweeps_are_a_line_a_combination_and_an_input() -> None:
    """1×1 convolutions of 4 or 8 channels on 6×8 and 3×4 px, two of them; α 1 and 0.5."""
    net = mnetcost.load(KNOBS)
    sweeps = mnetcost.sweep(net, "1,0.5", "1,0.5", set={"wide": [4, 8], "deep": 2})
    (axes,) = sweeps.plot(theme="dark", width=3.3).axes
    found = {line.get_label(): line.get_xydata().tolist() for line in axes.lines}
    assert found == {
        "wide = 8, 6×8 px": [[0.5, 48 * (4 * 4 + 4 * 4)], [1, 48 * (4 * 8 + 8 * 8)]],
        "wide = 8, 3×4 px": [[0.5, 12 * (4 * 4 + 4 * 4)], [1, 12 * (4 * 8 + 8 * 8)]],
        "wide = 4, 6×8 px": [[0.5, 48 * (4 * 2 + 2 * 2)], [1, 48 * (4 * 4 + 4 * 4)]],
        "wide = 4, 3×4 px": [[0.5, 12 * (4 * 2 + 2 * 2)], [1, 12 * (4 * 4 + 4 * 4)]],
    }
    assert any("deep = 2; convention “paper”" in text.get_text() for text in axes.figure.texts)
    params = sweeps.plot("params", max_params=50).axes[0]
    labels = [line.get_label() for line in params.lines]
    assert labels == ["wide = 8, 3×4 px to 6×8 px", "wide = 4, 3×4 px to 6×8 px", "≤ 50 weights"]
    many = mnetcost.sweep(net, "1,0.5", "1,0.5", set={"wide": list(range(1, 21))})
    texts = [text.get_text() for text in many.plot().texts]
    assert len(many.plot().axes[0].lines) == 8
    assert any("8 of 20 combinations; 1 of 2 inputs" in text for text in texts)


def test_fits_are_what_each_configuration_fills() -> None:
    """Of 1×1 convolutions of 4, 5 and 6 channels on 6×8 px 768, 960 and 1152; on 3×4 a fourth."""
    net = mnetcost.load(KNOBS)
    fits = mnetcost.fit(net, 1000, 24, set={"wide": [4, 5, 6]}, rho="1,0.5")
    (axes,) = fits.plot(width=3.3).axes
    names = [one.get_text() for one in axes.get_yticklabels()]
    assert names == [
        *("wide = 5, 6×8 px", "wide = 4, 6×8 px"),
        *("wide = 6, 3×4 px", "wide = 5, 3×4 px", "wide = 4, 3×4 px"),
    ]
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == [0.96, 0.768, 0.288, 0.24, 0.192, *(20 / 24, 16 / 24, 1, 20 / 24, 16 / 24)]
    texts = [one.get_text() for one in axes.texts]
    assert texts[:6] == ["96 %", "83.3 %", "76.8 %", "66.6 %", "28.8 %", "100 %"]  # never over
    with pytest.raises(UsageError, match="nothing fits"):
        mnetcost.fit(net, 1, set={"wide": [4, 5]}).plot()


def test_a_sweep_that_dask_works_out_is_drawn_too() -> None:
    pytest.importorskip("dask.array")
    here, there = (mnetcost.sweep(NET, engine=engine).plot() for engine in ("numpy", "dask"))
    cells, same = (one.axes[0].collections[0].get_array() for one in (here, there))
    assert cells.tolist() == same.tolist()
