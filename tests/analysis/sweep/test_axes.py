"""The axes of a sweep: how they are written, and what is no axis."""

from fractions import Fraction

import numpy as np
import pytest

import mnetcost


@pytest.mark.parametrize(
    "value",
    [Fraction(10**5000), Fraction(1, 10**5000), 10**5000, b"1", "1" * 41, "1e99", True],
    ids=["huge ratio", "tiny ratio", "huge", "bytes", "long", "exponent", "truth"],
)
def test_unreasonable_multipliers_are_wrong_usage(value):
    network = mnetcost.load("mobilenet_v1")
    with pytest.raises(mnetcost.UsageError):
        network.cost(alpha=value)
    with pytest.raises(mnetcost.UsageError):
        mnetcost.sweep(network, alpha=value)


def test_axes_may_be_numpy_scalars():
    network = mnetcost.load("mobilenet_v1")
    found = mnetcost.sweep(network, alpha=np.array(0.5), rho=np.float32(1))
    assert found.mult_adds.tolist() == [[149_497_088]]


# --- axes, places, kinds of numbers


def test_floats_are_read_by_their_shortest_decimals():
    alphas = np.linspace(0.1, 1, 10_000)
    found = mnetcost.sweep("mobilenet_v1_layer", alphas, 1).alpha
    assert found == tuple(Fraction(str(one)) for one in alphas.tolist())
    assert mnetcost.sweep("mobilenet_v1", np.array([0.1], dtype=np.float32)).alpha == (
        Fraction(1, 10),
    )
    assert mnetcost.sweep("mobilenet_v1", [1e-2, 1.5e0, ".5", "2.", "1e-1"], 1).alpha == (
        *(Fraction(1, 100), Fraction(3, 2), Fraction(1, 2), Fraction(2), Fraction(1, 10)),
    )


# --- axes


def test_default_axes_are_the_papers():
    found = mnetcost.sweep("mobilenet_v1")
    assert found.alpha == (1, Fraction(3, 4), Fraction(1, 2), Fraction(1, 4))
    assert found.rho == (1, Fraction(6, 7), Fraction(5, 7), Fraction(4, 7))
    assert found.sides == ((224, 224), (192, 192), (160, 160), (128, 128))
    assert found.shape == found.params.shape == found.mult_adds.shape == (4, 4)
    assert found.mult_adds[:, 0].tolist() == [568_740_352, 325_400_448, 149_497_088, 41_030_272]
    assert found.mult_adds[0].tolist() == [568_740_352, 418_121_728, 290_675_200, 186_400_768]
    assert found.params[:, 3].tolist() == [4_209_088, 2_568_144, 1_319_648, 463_600]


def test_shape_is_alphas_by_rhos():
    found = mnetcost.sweep("mobilenet_v1", alpha=[1, "0.5"], rho="1,6/7,5/7", input="160x224")
    assert found.shape == found.params.shape == found.types["dense"].params.shape == (2, 3)
    assert found.sides == ((160, 224), (137, 192), (114, 160))
    assert found.mult_adds[0, 0] == 406_535_680
    assert found.input(1, 2) == (114, 160, 3)


@pytest.mark.parametrize(
    ("axis", "values"),
    [
        ("0.25:1:0.25", ("1/4", "1/2", "3/4", "1")),
        ("0.1:1:0.3", ("1/10", "2/5", "7/10", "1")),
        ("0.1:0.3:0.1", ("1/10", "1/5", "3/10")),
        ("1/7:1:2/7", ("1/7", "3/7", "5/7", "1")),
        ("1:0.25:-0.25", ("1", "3/4", "1/2", "1/4")),
        ("0.25:0.9:0.25", ("1/4", "1/2", "3/4")),
        ("0.5:0.5:1", ("1/2",)),
        ("2,0.25:0.5:0.25,1/3", ("2", "1/4", "1/2", "1/3")),
        (["1", 0.75, Fraction(1, 3), "0.5:1:0.5"], ("1", "3/4", "1/3", "1/2", "1")),
        (np.array([0.75, 0.1]), ("3/4", "1/10")),
        (0.35, ("7/20",)),
        (1, ("1",)),
    ],
)
def test_ranges_include_their_end(axis, values):
    expected = tuple(map(Fraction, values))
    assert mnetcost.sweep("mobilenet_v1", alpha=axis, rho="1").alpha == expected
    assert mnetcost.sweep("mobilenet_v1", alpha="1", rho=axis).rho == expected


@pytest.mark.parametrize("size", [None, "112x224", "224x160"])
def test_a_resolution_axis_is_a_rho_axis(size):
    by_px = mnetcost.sweep("mobilenet_v1", resolution="224,192,160:128:-32", input=size)
    by_rho = mnetcost.sweep("mobilenet_v1", rho="1,6/7,5/7,4/7", input=size)
    assert by_px.rho == by_rho.rho
    assert by_px.sides == by_rho.sides
    assert [max(sides) for sides in by_px.sides] == [224, 192, 160, 128]
    assert by_px.mult_adds.tolist() == by_rho.mult_adds.tolist()
    assert by_px.params.tolist() == by_rho.params.tolist()


@pytest.mark.parametrize(
    "axes",
    [
        {"rho": "1", "resolution": "224"},
        {"alpha": "0"},
        {"alpha": "-1"},
        {"alpha": ""},
        {"alpha": []},
        {"alpha": "0:1:0.1"},
        {"alpha": "0.1:1:0"},
        {"alpha": "0.1:1:-0.1"},
        {"alpha": "0.1:1"},
        {"alpha": "0.000001:1:0.000001"},
        {"rho": "x"},
        {"rho": "nan"},
        {"resolution": "192.5"},
        {"resolution": "96:128:1/3"},
        {"resolution": "0"},
    ],
)
def test_wrong_axes_are_refused(axes):
    with pytest.raises(mnetcost.UsageError):
        mnetcost.sweep("mobilenet_v1", **axes)
