"""What a notebook draws is what `mnetcost plot` draws."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from commands import printed

import mnetcost

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


def test_a_sweep_that_dask_works_out_is_drawn_too() -> None:
    pytest.importorskip("dask.array")
    here, there = (mnetcost.sweep(NET, engine=engine).plot() for engine in ("numpy", "dask"))
    cells, same = (one.axes[0].collections[0].get_array() for one in (here, there))
    assert cells.tolist() == same.tolist()
