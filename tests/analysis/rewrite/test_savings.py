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


HEADS = """\
input: {height: 12, width: 20, channels: 4}
blocks:
  head:
    layers:
      - LAYER: {out: 4, kernel: [3, 5], norm: batch, act: relu}
      - LAYER: {name: out, out: 6, kernel: 3}
layers:
  - max_pool: {name: p4, kernel: 2}
  - head: {name: h3, from: input}
  - head: {name: h4, from: p4, weights: {from: h3, norm: own}}
  - repeat: 2
    layers:
      - LAYER: {name: c, out: 6, kernel: 3, weights: c}
"""


@pytest.mark.parametrize(("source", "to"), [("conv", "separable"), ("separable", "standard")])
def test_layers_with_weights_in_common_are_rewritten_together(source, to):
    other = "separable" if to == "separable" else "conv"
    found = mnetcost.load(HEADS.replace("LAYER", source)).rewrite(to)
    usual = ", kernel: 3" if other == "separable" else ""  # what needs no saying
    assert found.text == HEADS.replace("LAYER", other).replace(usual, "")
    assert found.kept == ()
    # weights of the standard convolutions and of both halves, the places where each works
    standard = (240, 216, 240, 216, 324, 324)
    separable = (60 + 16, 36 + 24, 60 + 16, 36 + 24, 54 + 36, 54 + 36)
    before, after = (standard, separable) if to == "separable" else (separable, standard)
    rows = {one.name: one for one in found.savings}
    names = ["h3/conv_1", "h3/out", "h4/conv_1", "h4/out", "c.1", "c.2"]
    names = [name.replace("conv", source) for name in names]
    assert list(rows) == [*names, "network"]
    places = (240, 240, 60, 60, 60, 60)
    for name, old, new, at in zip(names, before, after, places):
        owns = not name.startswith("h4") and name != "c.2"
        assert rows[name].before == (old * owns, old * at)
        assert rows[name].after == (new * owns, new * at)
