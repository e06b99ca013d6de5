"""Names: what one entry is called, no other is, nor an input or an output of a block."""

import pytest

import mnetcost

HEAD = "input: {height: 6, width: 10, channels: 4}\n"
CALL = "layers:\n  - conv: {name: p, out: 4}\n  - conv: {name: q, out: 8}\n  - b: {from: [p, q]}\n"
UNIT = "blocks:\n  b:\n    inputs: [a, {input}]\n    layers:\n{layers}"


def refused(text: str) -> list[tuple[str, int, str, str | None]]:
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(HEAD + text)
    found = error.value.problems
    assert all(one.expected for one in found)
    return [(one.code, one.mark.line, one.message, one.suggestion) for one in found]


def taken(name: str, line: int, first: int) -> list[tuple[str, int, str, str | None]]:
    words = f"the name `{name}` is taken; first in line {first}"
    return [("duplicate-name", line, words, f"{name}_2")]


@pytest.mark.parametrize(
    ("input_", "layers", "name"),
    [
        ("s", "      - conv: {name: s, from: a, out: 4}\n", "s"),
        ("conv_1", "      - conv: {from: a, out: 4}\n", "conv_1"),
        ("s", "      - split: {from: s, into: 2, names: [s, t]}\n", "s"),
        ("relu_1", "      - {repeat: 2, layers: [relu]}\n", "relu_1"),
        ("s", "      - {name: s, branches: [[relu], [relu]], merge: add}\n", "s"),
        ("s", "      - {name: s, branches: [[relu], [relu]]}\n", "s"),
        ("add_1", "      - {branches: [[relu], [relu]], merge: add}\n", "add_1"),
        ("relu_1", "      - {branches: [[relu]]}\n", "relu_1"),
        ("c_1", "      - c\n", "c_1"),
        ("c_1/2", "      - c\n", "c_1/2"),
        ("c_1/x", "      - c\n", "c_1/x"),
        ("relu_1", "      - {rows: relu, columns: [called_as], values: [[tensor]]}\n", "relu_1"),
    ],
)
def test_a_layer_is_not_called_as_an_input(input_: str, layers: str, name: str) -> None:
    unit = UNIT.format(input=input_, layers=layers)
    if "- c\n" in layers:
        unit += "  c: {layers: [relu: {name: x}, relu: {name: y}], outputs: [x, y]}\n"
    assert refused(unit + CALL) == taken(name, 6, 4)


@pytest.mark.parametrize(
    ("layers", "line", "name"),
    [
        ("  - conv: {name: input, out: 4}\n", 3, "input"),
        ("  - branches: [[conv: {name: block_input, out: 4}]]\n", 3, "block_input"),
        ("  - conv: {name: block_input/2, out: 4}\n", 3, "block_input/2"),
        ("  - {repeat: 2, layers: [conv: {name: input, out: 4}]}\n", 3, "input"),
        ("  - split: {names: [b, input]}\n  - conv: {from: input, out: 2}\n", 3, "input"),
    ],
)
def test_a_layer_is_not_called_as_the_language_calls_something(
    layers: str, line: int, name: str
) -> None:
    means = "the network's own input" if name == "input" else "what comes into a block"
    words = f"the name `{name}` is {means}"
    expected = [("duplicate-name", line, words, f"{name}_2")]
    assert refused(f"layers:\n{layers}") == expected
    inside = f"blocks:\n  b:\n    layers:\n{layers}layers: [b]\n".replace("\n  - ", "\n    - ")
    assert refused(inside) == [("duplicate-name", line + 2, words, f"{name}_2")]


@pytest.mark.parametrize("name", ["input", "block_input", "block_input/1"])
def test_an_input_is_not_called_as_the_language_calls_something(name: str) -> None:
    means = "the network's own input" if name == "input" else "what comes into a block"
    text = UNIT.format(input=name, layers="      - conv: {from: a, out: 4}\n")
    assert refused(text + CALL) == [("duplicate-name", 4, f"the input `{name}` is {means}", None)]


def test_parts_and_outputs_are_not_called_as_other_entries() -> None:
    layers = "layers: [relu: {name: x}, relu: {name: y}]"
    pair = f"blocks: {{b: {{inputs: 2, {layers}, outputs: [x, y]}}}}\n"
    call = "  - b: {name: pair, repeat: 2, from: [input, input]}\n"
    for name in ("pair/1", "pair/y"):
        layer = f"  - conv: {{name: {name}, out: 4}}\n"
        assert refused(f"{pair}layers:\n{call}{layer}") == taken(name, 5, 4)
        assert refused(f"{pair}layers:\n{layer}{call}") == taken(name, 5, 4)


def test_a_name_with_a_parameter_is_not_that_of_another_entry() -> None:
    layers = 'takes: {id: }, layers: [conv: {name: "${id}", out: 4}, conv: {name: x, out: 2}]'
    text = f"blocks:\n  b: {{{layers}}}\nlayers:\n  - b: {{id: x}}\n"
    assert refused(text) == taken("x", 3, 3)


def test_the_sum_of_a_residual_is_not_called_as_a_layer() -> None:
    layers = "layers: [conv: {name: residual, out: 4}], residual: true"
    (found,) = refused(f"blocks:\n  b: {{{layers}}}\nlayers: [b]\n")
    assert found[:3] == (
        "duplicate-name",
        3,
        "the name `b_1/residual` is taken; first in line 3",
    )


@pytest.mark.parametrize("names", ["outputs: 3", "outputs: [c, 2]", "inputs: [1, 2]"])
def test_a_number_is_no_name(names: str) -> None:
    what = names.split(":")[0]
    layers = f"{names}, layers: [conv: {{name: c, out: 4}}]"
    found = refused(f"blocks:\n  b: {{{layers}}}\nlayers: [b: {{from: [input, input]}}]\n")
    expected = f"{what}: names, such as [high, low]; maps have numbers already"
    with pytest.raises(mnetcost.SpecError, match="found ") as error:
        mnetcost.load(f"{HEAD}blocks:\n  b: {{{layers}}}\nlayers: [b]\n")
    assert found[0][:2] == ("wrong-type", 3)
    assert error.value.problems[0].expected == expected


def test_inputs_with_other_names_are_read() -> None:
    layers = "      - conv: {name: t, from: a, out: 4}\n      - add: {from: [p_, t]}\n"
    text = (
        "layers:\n  - conv: {name: p, out: 4}\n  - conv: {name: q, out: 4}\n  - b: {from: [p, q]}\n"
    )
    net = mnetcost.load(HEAD + UNIT.format(input="p_", layers=layers) + text)
    nodes = net.graph.nodes
    assert [nodes[at].name for at in nodes[-1].reads] == ["q", "b_1/t"]
    assert net.cost().params == 3 * 16  # three 1×1 convolutions of 4 to 4 channels
    assert net.cost(2, "1/2").mult_adds == (4 * 8 + 2 * 64) * 15  # of 3×5 px


def test_the_same_entry_has_its_name_again_at_each_turn() -> None:
    text = "layers:\n  - repeat: 3\n    layers:\n      - conv: {name: c, out: 4}\n"
    text += "      - add: {from: [c, c]}\n"
    net = mnetcost.load(HEAD + text)
    nodes = net.graph.nodes
    assert [nodes[at].name for at in nodes[-1].reads] == ["c.3", "c.3"]


def read_by(net: mnetcost.Network, name: str) -> list[str]:
    nodes = net.graph.nodes
    (node,) = (one for one in nodes if one.name == name)
    return [nodes[at].name for at in node.reads]


# One-shot aggregation (VoVNet): three 3×3 convolutions of half the width, and all of it through 1×1
OSA = """\
input: {height: 20, width: 12, channels: 32}
blocks:
  osa:
    layers:
      - repeat: 3
        layers: [conv: {name: c, out: 16, kernel: 3}]
      - concat: {from: [block_input, c.1, c.2, c.3]}
      - conv: {out: 32}
layers: [osa, osa]
"""


def test_a_block_reads_each_turn_of_its_own_repeat() -> None:
    net = mnetcost.load(OSA)
    turns = ["osa_2/c.1", "osa_2/c.2", "osa_2/c.3"]
    assert read_by(net, "osa_2/concat_1") == ["osa_1/conv_2", *turns]
    whole = 2 * (9 * 32 * 16 + 2 * 9 * 16 * 16 + (32 + 3 * 16) * 32)
    # half as wide; the images have 32 channels still
    first = 9 * 32 * 8 + 2 * 9 * 8 * 8 + (32 + 3 * 8) * 16
    half = first + 9 * 16 * 8 + 2 * 9 * 8 * 8 + (16 + 3 * 8) * 16
    assert (whole, half) == (23_552, 7_296)
    sweep = mnetcost.sweep(net, alpha=["1/2", 1], rho=["1/2", 1])
    assert sweep.params.tolist() == [[half] * 2, [whole] * 2]
    assert sweep.mult_adds.tolist() == [[half * 60, half * 240], [whole * 60, whole * 240]]
    for alpha, weights in (("1/2", half), (1, whole)):
        for rho, positions in (("1/2", 10 * 6), (1, 20 * 12)):
            cost = net.cost(alpha, rho)
            assert (cost.params, cost.mult_adds) == (weights, weights * positions)


def test_a_block_reads_each_turn_of_its_own_calls() -> None:
    text = """\
blocks:
  unit: {layers: [conv: {name: o, out: 4, kernel: [1, 3]}, relu]}
  c2f:
    layers:
      - split: {names: [a, b]}
      - unit: {name: m, repeat: 2}
      - concat: {from: [a, b, m.1, m.2/o, m.1/1]}
layers: [c2f, c2f]
"""
    net = mnetcost.load(HEAD + text)
    made = ["m.1/relu_1", "m.2/o", "m.1/relu_1"]
    assert read_by(net, "c2f_2/concat_1") == [f"c2f_2/{one}" for one in ("a", "b", *made)]
    first, second = 3 * 2 * 4 + 3 * 4 * 4, 3 * 8 * 4 + 3 * 4 * 4  # 2 + 2 + 3·4 = 16 come out
    assert net.cost().params == first + second
    # twice as wide, but for the image: 2 and 2 of it, and 3·8, which are 28 with halves of 14
    wide = 3 * 2 * 8 + 3 * 8 * 8 + 3 * 14 * 8 + 3 * 8 * 8
    cost = net.cost(2, "1/2")
    assert (cost.params, cost.mult_adds) == (wide, wide * 15)


def test_a_call_and_its_turns_have_full_names() -> None:
    text = "blocks: {b: {layers: [relu]}, c: {layers: [b: {name: i, repeat: 2}]}}\nlayers:\n"
    calls = "  - c: {name: o}\n  - repeat: 2\n    layers: [c: {name: r}]\n"
    net = mnetcost.load(f"{HEAD}{text}{calls}  - add: {{from: [o/i, o/i.1, r.1, r.1/i.1]}}\n")
    full = ["o/i.2", "o/i.1", "r.1/i.2", "r.1/i.1"]
    assert read_by(net, "add_1") == [f"{one}/relu_1" for one in full]


@pytest.mark.parametrize("wrong", ["c.5", "c_1", "osa_1/c.9"])
def test_no_layer_of_another_call_is_suggested(wrong: str) -> None:
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(OSA.replace("[block_input, c.1,", f"[block_input, {wrong},"))
    (found,) = error.value.problems
    assert (found.code, found.mark.line) == ("unknown-tensor", 7)
    assert found.message == f"there is no earlier layer named `{wrong}` here"
    assert found.suggestion in ((None,) if "/" in wrong else ("c.1", "c.2", "c.3"))


def test_a_layer_of_a_number_goes_before_the_map_of_that_number() -> None:
    layers = "".join(
        f"      - conv: {{name: '{at}', out: {out}}}\n" for at, out in enumerate((8, 6, 9))
    )
    text = f"blocks:\n  b:\n    layers:\n{layers}layers:\n  - b: {{name: features}}\n"
    net = mnetcost.load(f"{HEAD}{text}  - conv: {{name: x, from: features/1, out: 2}}\n")
    assert read_by(net, "x") == ["features/1"]
    assert net.cost().params == 4 * 8 + 8 * 6 + 6 * 9 + 6 * 2
    cost = net.cost(2, "1/2")
    assert cost.mult_adds == (4 * 16 + 16 * 12 + 12 * 18 + 12 * 4) * 15
    inside = text.replace("layers:\n  - b", "  c:\n    layers:\n      - b")
    call = "      - conv: {name: x, from: features/1, out: 2}\nlayers: [c]\n"
    assert read_by(mnetcost.load(HEAD + inside + call), "c_1/x") == ["c_1/features/1"]


def test_a_call_of_no_turns_gives_what_comes_in_by_its_outputs() -> None:
    pair = "inputs: 2, layers: [relu: {name: p}, relu: {name: q, from: block_input/2}]"
    text = f"blocks: {{b: {{{pair}, outputs: [p, q]}}}}\nlayers:\n"
    calls = "  - conv: {name: u, out: 4}\n  - conv: {name: v, out: 4}\n"
    calls += "  - b: {name: t, from: [u, v], repeat: 0}\n  - add: {from: [t/p, t/1, t/q, t/2]}\n"
    assert read_by(mnetcost.load(HEAD + text + calls), "add_1") == ["u", "u", "v", "v"]
