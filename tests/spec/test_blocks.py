"""Blocks, rows, branches, knobs and derived widths, by hand-counted literals; maps not square."""

import time

import pytest
from networks import BLOCKS, codes

import mnetcost

HEAD = "input: {height: 12, width: 20, channels: 4}\n"


def problems(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(text)
    return [(one.mark.line, one.mark.column, one.code) for one in caught.value.problems]


def test_rows_expand_first_and_residuals() -> None:
    cost = mnetcost.load(BLOCKS).cost()
    assert [(one.name, one.output, one.params) for one in cost.layers] == [
        ("mb_1/depthwise_1", (12, 20, 4), 12),
        ("mb_1/conv_2", (12, 20, 8), 32),
        ("mb_2.1/conv_1", (12, 20, 24), 192),
        ("mb_2.1/depthwise_1", (6, 10, 24), 72),
        ("mb_2.1/conv_2", (6, 10, 8), 192),
        ("mb_2.2/conv_1", (6, 10, 24), 192),
        ("mb_2.2/depthwise_1", (6, 10, 24), 72),
        ("mb_2.2/conv_2", (6, 10, 8), 192),
        ("mb_2.2/residual", (6, 10, 8), 0),
    ]


def test_derived_widths_do_not_scale_twice() -> None:
    # α 1.5: 8 becomes 12; expanded 12 · 3 = 36, not 8 · 3 · 1.5 · 1.5
    cost = mnetcost.load(BLOCKS).cost("1.5")
    assert [one.output.c for one in cost.layers] == [4, 12, 36, 36, 12, 36, 36, 12, 12]


def test_branches_nest_merge_and_keep_axes() -> None:
    text = (
        HEAD
        + """\
layers:
  - identity: {name: stem}
  - branches:
      - - conv: {out: 6}
        - branches:
            - - conv: {out: 2}
            - []
          merge: concat
      - []
    merge: concat
  - conv: {name: narrow, out: 4}
  - multiply: {from: [narrow, stem]}
  - branches:
      - []
      - - global_avg_pool
        - resize: {like: stem}
    merge: concat
    axis: height
"""
    )
    cost = mnetcost.load(text).cost()
    outputs = {one.name: one.output for one in cost.layers}
    assert outputs["concat_1"] == (12, 20, 8)
    assert outputs["concat_2"] == (12, 20, 12)
    assert outputs["multiply_1"] == (12, 20, 4)
    assert outputs["resize_1"] == (12, 20, 4)
    assert outputs["concat_3"] == (24, 20, 4)


def test_shared_weights_and_training_only() -> None:
    text = (
        HEAD
        + """\
layers:
  - conv: {name: a, out: 4, kernel: [3, 5], bias: true}
  - conv: {name: b, out: 4, kernel: [3, 5], bias: true, weights: a}
  - branches:
      - training_only: true
        layers: [{conv: {out: 7}}]
"""
    )
    cost = mnetcost.load(text).cost()
    assert cost.params == 3 * 5 * 4 * 4 + 4 * 7
    assert cost.parameters.biases == 4
    assert cost.mult_adds == 2 * 240 * 12 * 20


@pytest.mark.parametrize("named", ["p3", "head_1/p3"])
def test_a_separable_shares_both_halves(named: str) -> None:
    # 3·5·4 and 4·6 weights and 6 + 4 biases once, used at 12·20 and at 6·10 places
    layer = "separable: {name: NAME, out: 6, kernel: [3, 5], bias: true, norm: batch, KEYS}"
    one = layer.replace("NAME", "p3").replace("KEYS", "stride: 1")
    other = layer.replace("NAME", "p4").replace("KEYS", f"from: down, weights: {named}")
    inside = f"blocks:\n  head: {{takes: {{}}, layers: [{one}]}}\n"
    head = "  - head: {}\n" if "/" in named else f"  - {one}\n"
    text = HEAD + (inside if "/" in named else "") + "layers:\n" + head
    text += "  - max_pool: {name: down, from: input, kernel: 2}\n" + f"  - {other}\n"
    cost = mnetcost.load(text).cost()
    assert cost.params == 60 + 24
    assert cost.mult_adds == 84 * (12 * 20 + 6 * 10)
    assert cost.parameters.biases == 4 + 6
    assert cost.folded == 84 + 10
    (*pairs, network) = cost.reductions()
    assert [pair.standard.params for pair in pairs] == [15 * 4 * 6, 0]
    assert network.standard == (360, 360 * 300)


def test_a_separable_has_no_half_of_another_layer() -> None:
    text = HEAD + "layers:\n  - conv: {name: a, out: 4, kernel: 3}\n"
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(text + "  - separable: {out: 4, weights: a}\n")
    assert "shared-weights" in codes(caught)


def test_knobs() -> None:
    text = (
        HEAD
        + "knobs: {n: 2, act: relu}\nvariants:\n  wide: {knobs: {n: 3}, input: {width: 8}}\n"
        + "layers:\n  - repeat: $n\n    layers:\n      - conv: {out: 4, act: $act}\n"
    )
    net = mnetcost.load(text)
    assert len(net.cost().layers) == 2
    assert len(net.set(n=5).cost().layers) == 5
    assert net.set(n=4, act="none").configured("wide", {"n": 1}).cost().input == (12, 8, 4)
    assert len(mnetcost.load(text, variant="wide").cost().layers) == 3
    for wrong in ({"m": 1}, {"n": "x" * 200}):
        with pytest.raises(mnetcost.UsageError):
            net.configured("", wrong)
    with pytest.raises(mnetcost.SpecError, match="no variant 'narrow'"):
        mnetcost.load(text, variant="narrow")


def test_a_variant_gives_what_differs() -> None:
    """A key of the input, a rule where the spec has none, and another name."""
    text = (
        HEAD
        + "name: Plain\nvariants:\n  thin: {name: Thin, width: {round: floor}, input: {width: 8}}\n"
        + "layers:\n  - conv: {out: 10}\n"
    )
    plain, thin = mnetcost.load(text), mnetcost.load(text, variant="thin")
    assert (plain.name, thin.name) == ("Plain", "Thin")
    cost = thin.cost("0.75")
    assert (cost.input, cost.layers[0].output) == ((12, 8, 4), (12, 8, 7))
    with pytest.raises(mnetcost.SpecError, match=r"10 channels times α = 0.75 is not whole"):
        plain.cost("0.75")


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("blocks:\n  a:\n    layers: [relu]\nlayers: [relu]\n", [(3, 3, "unused")]),
        (
            "blocks:\n  a:\n    layers: [relu]\nlayers:\n  - relu # not a: at all\n",
            [(3, 3, "unused")],
        ),
        ("knobs: {n: 1}\nlayers: [relu]\n", [(2, 9, "unused")]),
        ("knobs: {n: 1}\nlayers: [relu] # not $n\n", [(2, 9, "unused")]),
        ("layers:\n  - conv: {out: $n}\n", [(3, 17, "expression")]),
        ("layers:\n  - relu: {from: nobody}\n", [(3, 18, "unknown-tensor")]),
        ("blocks:\n  a:\n    layers: [a]\nlayers: [a]\n", [(4, 14, "recursive")]),
        (
            "layers:\n  - add: {from: [input, x]}\n  - relu: {name: x}\n",
            [(3, 25, "unknown-tensor")],
        ),
        (
            "layers:\n  - conv: {name: c, out: 9}\n  - add: {from: [input, c]}\n",
            [(4, 5, "shapes")],
        ),
        (
            "blocks:\n  a:\n    takes: {out: }\n    layers:\n      - conv: {out: $out, strid: 2}\n"
            "layers:\n  - a: {out: 4}\n  - a: {out: 0}\n  - a: {}\n",
            [(6, 21, "out-of-range"), (6, 27, "unknown-key"), (10, 5, "missing-key")],
        ),
        (
            "layers:\n  - conv: {name: a, out: 4}\n  - conv: {out: 5, weights: a}\n",
            [(4, 5, "shared-weights")],
        ),
        (
            "layers:\n  - conv: {out: max(1, $here)}\n",
            [(3, 17, "wrong-type"), (3, 24, "unknown-key")],
        ),
        ("layers:\n  - conv: {expand: 2/3}\n", [(3, 5, "no-channels")]),
        (
            "layers:\n  - squeeze_excitation: {squeeze: $here * 5000000}\n",
            [(3, 5, "no-channels")],
        ),
        # what could not be read fails no check of what reads it
        (
            "layers:\n  - conv: {name: a, out: x}\n  - add: {from: [a, input]}\n"
            "  - concat: {axis: width, from: [input, a]}\n  - multiply: {from: [a, input]}\n"
            "  - reshape: {height: 5, width: 3}\n  - conv: {out: 4, in: 3, weights: a}\n",
            [(3, 26, "wrong-type")],
        ),
    ],
)
def test_problems(rest: str, expected: list[tuple[int, int, str]]) -> None:
    assert problems(HEAD + rest) == expected


@pytest.mark.parametrize(
    "call",
    [
        "a # a call",
        '"a"',
        "{a: {out: 4}}",
        "rows: a   # the block\n    columns: [out]\n    values: [[4]]",
        "{columns: [out], values: [[4]], rows: a}",
        "branches: [[a], {layers: [{repeat: 2, layers: [a]}]}]\n    merge: add",
    ],
)
def test_a_block_is_used_however_its_call_is_written(call: str) -> None:
    block = "blocks:\n  a: {takes: {out: 4}, layers: [{conv: {out: $out}}]}\n"
    cost = mnetcost.load(f"{HEAD}{block}layers:\n  - {call}\n").cost()
    assert cost.layers[-1].output.c == 4


def test_a_problem_in_a_block_names_the_use() -> None:
    text = HEAD + "blocks:\n  a:\n    layers:\n      - conv: {out: 3, groups: 2}\nlayers:\n  - a\n"
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(text)
    assert "<text>:5:9: groups:" in str(caught.value)
    assert "in block a, used at 7:5" in str(caught.value)


def test_a_billion_nodes_are_refused_at_once() -> None:
    blocks = "".join(
        f"  b{n}:\n    layers:\n      - b{n + 1}: {{repeat: 1000}}\n" for n in range(9)
    )
    text = f"{HEAD}blocks:\n{blocks}  b9:\n    layers: [relu]\nlayers: [b0]\n"
    start = time.process_time()
    assert [code for _, _, code in problems(text)] == ["too-large"]
    assert time.process_time() - start < 2
    empty = text.replace("layers: [relu]", "layers: [{relu: {when: false}}]")
    assert [code for _, _, code in problems(empty)] == ["too-large"]


def test_a_separable_in_a_block_is_read_by_its_full_name() -> None:
    net = mnetcost.load(
        "input: {height: 8, width: 12, channels: 4}\n"
        "blocks:\n  unit:\n    layers:\n      - separable: {out: 6}\n      - relu\n"
        "layers:\n  - unit\n  - add: {from: [unit_1/separable_1, unit_1]}\n"
    )
    names = [net.graph.nodes[index].name for index in net.graph.nodes[-1].reads]
    assert names == ["unit_1/separable_1/pointwise", "unit_1/relu_1"]


@pytest.mark.parametrize("first", ["", "bias: true, "], ids=["one more", "one less"])
def test_weights_in_common_are_of_the_same_kinds(first: str) -> None:
    """A bias that only one of both has, in either order."""
    text = HEAD + f"layers:\n  - conv: {{name: a, out: 4, {first}kernel: 3}}\n"
    second = "" if first else "bias: true, "
    text += f"  - conv: {{out: 4, {second}kernel: 3, weights: a, from: input}}\n"
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(text)
    assert "shared-weights" in codes(caught)
