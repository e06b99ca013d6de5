"""`mnetcost compare`: published figures side by side, and the Pareto front."""

from fractions import Fraction

import pytest
from networks import small

import mnetcost
from mnetcost import UsageError
from mnetcost.analysis.compare.compare import pointwise_share
from mnetcost.reports.compare import compare_report
from mnetcost.reports.plot_fronts import comparison_picture


def test_another_convention() -> None:
    (cost,) = mnetcost.compare("mobilenet_v1", convention="flops").counts
    assert cost.counted.high == 2 * 568_740_352
    keras = mnetcost.compare(["mobilenet_v1", "mobilenet_v1@alpha=0.5"], convention="keras")
    assert keras.pareto == (False, True)
    (table,) = compare_report(keras).tables
    assert table.rows[0][3] == 4_253_864
    with pytest.raises(UsageError, match="keras counts parameters alone"):
        comparison_picture(keras)


# A unit of ShuffleNet v1 (Zhang et al. 2017, arXiv:1707.01083, figure 2b) with 3 groups.
SHUFFLE_UNIT = """
  - pointwise: {out: 60, groups: 3}
  - channel_shuffle: {groups: 3}
  - depthwise
  - pointwise: {out: 240, groups: 3}
"""


@pytest.mark.parametrize(
    ("layers", "share"),
    [
        # 240·60/3 + 60·240/3 against 9·60 of the depthwise convolution, at every position
        (SHUFFLE_UNIT, Fraction(9600, 9600 + 540)),
        # at stride 2, written as conv, with as many groups as channels: 240·60·70 + 60·70, 9·60·70
        (
            "  - conv: {out: 60, stride: 2}\n  - conv: {out: 60, groups: 60}\n  - depthwise",
            Fraction(240 * 60 + 60, 240 * 60 + 60 + 540),
        ),
        # transposed: 240·4 at every position, and 2·3·4·4 at those of a map that is as large
        (
            "  - conv_transpose: {out: 4, kernel: 1}\n  - conv: {out: 4, kernel: [2, 3]}",
            Fraction(960, 960 + 96),
        ),
        # a dense layer is none, at every position neither; 1×3 is no 1×1
        (
            "  - pointwise: {out: 4}\n  - dense: {out: 4, per_position: true}\n"
            "  - conv: {out: 4, kernel: [1, 3]}",
            Fraction(960, 960 + 16 + 48),
        ),
        ("  - max_pool: {kernel: 2}", Fraction(0)),
    ],
)
def test_what_is_in_1x1_convolutions(layers: str, share: Fraction) -> None:
    assert pointwise_share(small(layers, 28, 20, 240).cost()) == share
