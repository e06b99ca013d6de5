"""The names that a notebook relies on."""

from fractions import Fraction
from pathlib import Path

import pytest
from paths import SPECS

import mnetcost


def test_the_python_names(tmp_path: Path) -> None:
    path = tmp_path / "mobilenet.yaml"
    text = (SPECS / "mobilenet_v1.yaml").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    costs = [mnetcost.load(spec).cost() for spec in ("mobilenet_v1", str(path), path, text)]
    assert {(cost.params, cost.mult_adds) for cost in costs} == {(4_209_088, 568_740_352)}
    net = mnetcost.load("mobilenet_v1")
    cost = net.cost(alpha=0.75, rho="6/7")
    assert cost == net.cost("3/4", Fraction(6, 7)) == net.cost(alpha=Fraction(3, 4), resolution=192)
    assert cost.mult_adds == sum(layer.mult_adds for layer in cost.layers)
    assert cost.params == cost.parameters.weights == sum(layer.params for layer in cost.layers)
    assert sum(one.mult_adds for one in cost.by_type().values()) == cost.mult_adds
    assert cost.reductions()[-1].name == "network"
    for grid in (
        mnetcost.sweep(net, alpha=[1, 0.75], rho=["1", "6/7", "5/7"]),
        mnetcost.sweep("mobilenet_v1", alpha="1,0.75", resolution="224,192,160"),
    ):
        assert grid.params.shape == grid.mult_adds.shape == (2, 3)
        assert grid.mult_adds.dtype.kind == grid.params.dtype.kind == "i"
        assert grid.mult_adds[1, 1] == cost.mult_adds
    with pytest.raises(mnetcost.UsageError):
        net.cost(rho=1, resolution=192)
    assert issubclass(mnetcost.SpecError, ValueError)
