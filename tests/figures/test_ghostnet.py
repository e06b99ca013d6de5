"""GhostNet at every α, against a loop over its bottlenecks as the authors' code has them."""

from fractions import Fraction

import pytest
from evaluator import make_divisible

import mnetcost

# Han et al. 2020, arXiv:1911.11907, Table 1: kernel, expansion, out, squeeze-and-excitation, stride
ROWS = [
    *(
        (3, 16, 16, 0, 1),
        (3, 48, 24, 0, 2),
        (3, 72, 24, 0, 1),
        (5, 72, 40, 1, 2),
        (5, 120, 40, 1, 1),
    ),
    *((3, 240, 80, 0, 2), (3, 200, 80, 0, 1), (3, 184, 80, 0, 1), (3, 184, 80, 0, 1)),
    *((3, 480, 112, 1, 1), (3, 672, 112, 1, 1), (5, 672, 160, 1, 2)),
    *((5, 960, 160, 0, 1), (5, 960, 160, 1, 1), (5, 960, 160, 0, 1), (5, 960, 160, 1, 1)),
]


def ghostnet(alpha: Fraction, height: int, width: int) -> tuple[int, int]:
    """What is learned, and mult-adds."""

    def channels(written: int) -> int:
        return int(make_divisible(written * alpha, Fraction(4)))

    def conv(weights: int, outputs: int, positions: int, values: int = 2) -> None:
        nonlocal learned, work  # values an output: γ and β, or a bias
        learned += weights + values * outputs
        work += weights * positions

    def ghost(before: int, after: int, positions: int) -> None:
        half = -(-after // 2)
        conv(before * half, half, positions)
        conv(9 * half, half, positions)

    learned = work = 0
    h, w = -(-height // 2), -(-width // 2)
    c = channels(16)
    conv(27 * c, c, h * w)
    for kernel, expansion, written, squeezes, stride in ROWS:
        middle, out, before, block = channels(expansion), channels(written), h * w, c
        ghost(c, middle, before)
        h, w = -(-h // stride), -(-w // stride)
        if stride > 1:
            conv(kernel * kernel * middle, middle, h * w)
        if squeezes:
            narrow = int(make_divisible(Fraction(middle, 4), Fraction(4)))
            conv(middle * narrow, narrow, 1, 1)
            conv(narrow * middle, middle, 1, 1)
        ghost(middle, out, h * w)
        if stride > 1 or block != out:
            conv(kernel * kernel * block, block, h * w)
            conv(block * out, out, h * w)
        c = out
    conv(c * channels(960), channels(960), h * w)
    conv(channels(960) * 1280, 1280, 1, 1)
    conv(1280 * 1000, 1000, 1, 1)
    return learned, work


@pytest.mark.parametrize("alpha", [Fraction(1, 2), Fraction(1), Fraction(13, 10), Fraction(7, 10)])
def test_ghostnet_scales_as_its_authors_do(alpha: Fraction) -> None:
    net = mnetcost.load("ghostnet")
    sweep = mnetcost.sweep(net, alpha=[alpha], rho=["1", "1/2"])
    for r, (height, width) in enumerate([(224, 224), (112, 112)]):
        cost = net.cost(alpha, input=(height, width))
        parameters = cost.parameters
        learned = sum(parameters) - parameters.norm_statistics
        assert (learned, cost.mult_adds) == ghostnet(alpha, height, width)
        assert (sweep.params[0, r], sweep.mult_adds[0, r]) == (cost.params, cost.mult_adds)
    assert net.cost(alpha, input=(160, 224)).mult_adds == ghostnet(alpha, 160, 224)[1]
