"""Times by hand: products and bytes of layers on maps that are not square, at round rates."""

from fractions import Fraction

import pytest

import mnetcost
from mnetcost.devices.dtypes import of
from mnetcost.devices.engines import engine
from mnetcost.devices.profiles import Profile, profile
from mnetcost.devices.timing import timing
from mnetcost.devices.work import DIVISION, EXPONENTIAL, work_of
from mnetcost.problems import UsageError

HEAD = "input: {height: 4, width: 6, channels: 2}\nlayers:\n"


def work(layers: str, how: str = "direct", dtype: str = "float32") -> list[tuple[int, int]]:
    found = work_of(mnetcost.load(HEAD + layers).cost(), engine(how), of(dtype))
    return [(one.products, one.moved) for one in found]


@pytest.mark.parametrize(
    ("layers", "how", "found"),
    [
        # 3·1·2·5 weights, each at 4·6 positions; 30 weights, 48 values in and 120 out
        ("  - conv: {out: 5, kernel: [3, 1]}\n", "direct", [(720, 4 * (30 + 48 + 120))]),
        # the matrix of 3·1·2 rows and 4·6 columns is written and read back
        ("  - conv: {out: 5, kernel: [3, 1]}\n", "im2col", [(720, 4 * (198 + 2 * 144))]),
        # 1×1: the map is the matrix, of which ncnn copies panels
        ("  - conv: {out: 5}\n", "im2col", [(240, 4 * (10 + 48 + 120))]),
        ("  - conv: {out: 5}\n", "ncnn", [(240, 4 * (10 + 48 + 120 + 48))]),
        # swish is not fused by ncnn: another pass over 120 values, an exponential and a division
        (
            "  - conv: {out: 5, act: swish}\n",
            "ncnn",
            [(240 + 120 * (EXPONENTIAL + DIVISION), 4 * (10 + 48 + 120 + 48 + 2 * 120))],
        ),
        ("  - conv: {out: 5, act: relu}\n", "ncnn", [(240, 4 * (10 + 48 + 120 + 48))]),
        # the map is read once to be pooled, to two means, and once to be multiplied
        (
            "  - squeeze_excitation: {squeeze: 1, bias: false, gate: none}\n",
            "direct",
            [(4 + 2 * DIVISION, 4 * (4 + 48 + 48 + 48))],
        ),
        ("  - flatten\n", "direct", [(0, 0)]),
        ("  - max_pool: {kernel: 2}\n", "direct", [(0, 4 * (48 + 12))]),
        ("  - dense: {out: 3}\n", "ncnn", None),
    ],
)
def test_work_by_hand(layers: str, how: str, found: list[tuple[int, int]] | None) -> None:
    if found is None:  # a vector is read as it stands
        assert work("  - flatten\n" + layers, how)[1] == (144, 4 * (144 + 48 + 3))
        return
    assert work(layers, how) == found


def test_a_layer_takes_its_products_and_its_bytes_one_after_the_other() -> None:
    board = Profile(
        name="board",
        words="A board",
        engine=engine("direct"),
        dtypes=of("float32"),
        rate=Fraction(1000),
        bandwidth=Fraction(800),
        half_width=Fraction(1, 4),
    )
    layers = "  - conv: {out: 5, kernel: [3, 1]}\n  - relu\n  - flatten\n"
    found = timing(mnetcost.load(HEAD + layers).cost(), board)
    # 720 / 1000 and 792 / 800; 120 values read and written; nothing
    assert [(one.computing, one.moving) for one in found.layers] == [
        (Fraction(18, 25), Fraction(99, 100)),
        (0, Fraction(6, 5)),
        (0, 0),
    ]
    assert [one.bound for one in found.layers] == ["memory", "memory", ""]
    assert found.seconds == Fraction(291, 100)
    assert found.interval == (Fraction(291, 125), Fraction(291, 80))
    assert not found.at_least


def test_a_batch_takes_one_after_another() -> None:
    net = mnetcost.load(HEAD + "  - conv: {out: 5, kernel: [3, 1]}\n")
    one, many = (
        work_of(net.cost(batch=batch), engine("direct"), of("float32"))[0] for batch in (1, 7)
    )
    assert many.products == 7 * one.products
    assert many.moved == 7 * 4 * (48 + 120) + 4 * 30


def test_what_was_not_measured_has_no_time() -> None:
    sheet = profile("rk3399-big")._replace(rate=None, bandwidth=None, peak=Fraction(10**9))
    with pytest.raises(UsageError, match="known by its data sheet alone"):
        timing(mnetcost.load("mobilenet_v1").cost(), sheet)
    with pytest.raises(UsageError, match="of a forward pass"):
        timing(mnetcost.load("mobilenet_v1").cost(pass_="training"), profile("pi-4"))


def test_mobilenet_on_the_board_that_it_was_put_on() -> None:
    """111.1 ms on one Cortex-A72 of RK3399: Tencent/ncnn, benchmark/README.md, run 88."""
    found = timing(mnetcost.load("mobilenet_v1").cost(), profile("rk3399-big"))
    low, high = found.interval
    assert low < Fraction(1111, 10_000) < high
    pointwise = sum(one.seconds for one in found.layers if one.work.layer.type == "pointwise")
    assert pointwise / found.seconds > Fraction(4, 5)
