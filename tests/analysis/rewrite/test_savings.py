"""What `rewrite` says of each replaced layer, counted by hand on a map that is not square."""

import pytest

import mnetcost

pytest.importorskip("ruamel.yaml")

HEAD = "input: {height: 12, width: 20, channels: 4}\nlayers:\n"
SEPARABLE = """\
  - separable: {out: 6, kernel: [3, 5]}
  - relu
  - depthwise: {stride: 2}
  - conv: {out: 8}
  - separable: {name: last, out: 10, kernel: [1, 3]}
"""
STANDARD = """\
  - conv: {out: 6, kernel: [3, 5]}
  - relu
  - conv: {out: 8, kernel: 3, stride: 2}
  - conv: {name: last, out: 10, kernel: [1, 3]}
"""
# Maps, the weights of each pair and of the convolution in its place, and the output's positions,
# at which all of both work: the stride is in the depthwise half.
SAVINGS = [
    ((12, 20, 4), (12, 20, 6), 15 * 4 + 4 * 6, 15 * 4 * 6, 12 * 20),
    ((12, 20, 6), (6, 10, 8), 9 * 6 + 6 * 8, 9 * 6 * 8, 6 * 10),
    ((6, 10, 8), (6, 10, 10), 3 * 8 + 8 * 10, 3 * 8 * 10, 6 * 10),
]


@pytest.mark.parametrize(
    ("body", "to", "names"),
    [
        (
            SEPARABLE,
            "standard",
            ["separable_1", "depthwise_1 + conv_1", "last"],
        ),
        (STANDARD, "separable", ["conv_1", "conv_2", "last"]),
    ],
)
def test_each_layer_by_hand(body: str, to: str, names: list[str]) -> None:
    *layers, network = mnetcost.load(HEAD + body).rewrite(to).savings
    assert [one.name for one in layers] == names
    assert [one.kernel for one in layers] == ["3×5", "3×3", "1×3"]
    for one, (before, after, pair, whole, positions) in zip(layers, SAVINGS, strict=True):
        costs = [(pair, pair * positions), (whole, whole * positions)]
        assert (one.input, one.output) == (before, after)
        assert [one.before, one.after] == (costs if to == "standard" else costs[::-1])
    for side in ("before", "after"):
        totals = [getattr(one, side) for one in layers]
        assert getattr(network, side) == tuple(map(sum, zip(*totals)))
