"""`input:` with knobs in it, and the number of channels that a size asks for."""

from typing import Any

import pytest
from commands import run
from documents import document

import mnetcost
from mnetcost import SpecError, UsageError
from mnetcost.spec import read_graph
from mnetcost.spec.sources import read_text

TEXT = """\
knobs: {channels: 3, side: 12}
input: {height: $side, width: "max($side / 2, 7)", channels: $channels}
variants:
  deep: {input: {channels: 5}}
layers:
  - conv: {out: 4, kernel: 3}
"""


def test_the_sides_and_the_channels_are_expressions() -> None:
    network = mnetcost.load(TEXT)
    # 3·3·channels·4 weights, each at every place
    for given, size, weights in (
        ({}, (12, 7, 3), 108),
        ({"side": 20}, (20, 10, 3), 108),
        ({"side": 20, "channels": 1}, (20, 10, 1), 36),
    ):
        cost = network.set(**given).cost()
        assert cost.input == size
        assert (cost.params, cost.mult_adds) == (weights, weights * size[0] * size[1])


@pytest.mark.parametrize("size", ["9x8x1", "9×8×1", (9, 8, 1), [9, 8, 1]])
def test_a_third_number_sets_the_knob(size: Any) -> None:
    cost = mnetcost.load(TEXT).cost(input=size)
    assert (cost.input, cost.params, cost.mult_adds) == ((9, 8, 1), 36, 36 * 72)
    assert cost.graph.knobs["channels"] == 1


@pytest.mark.parametrize("size", ["9x8x3", (9, 8, 3)])
def test_the_channels_that_there_are_change_nothing(size: Any) -> None:
    for text in (TEXT, TEXT.replace("$channels", "3").replace("channels: 3, side", "side")):
        cost = mnetcost.load(text).cost(input=size)
        assert (cost.input, cost.mult_adds, cost.graph.given) == ((9, 8, 3), 108 * 72, {})


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (mnetcost.load(TEXT.replace("$channels", "$channels * 2")), "make them a knob of it"),
        (mnetcost.load(TEXT, variant="deep"), "the spec's are 5; make them a knob"),
        (mnetcost.load(TEXT).set(channels=4), "the knob channels is set to 4; give one of them"),
    ],
)
def test_channels_that_the_spec_does_not_let_go(network: mnetcost.Network, words: str) -> None:
    for ask in (
        lambda: network.cost(input="9x8x1"),
        lambda: mnetcost.sweep(network, 1, 1, input="9x8x1"),
        lambda: mnetcost.fit(network, 1000, input="9x8x1"),
        lambda: mnetcost.rank(network, "alpha,rho,score\n1,1,1\n", input="9x8x1"),
    ):
        with pytest.raises(UsageError, match=words):
            ask()


@pytest.mark.parametrize(
    ("written", "code", "message"),
    [
        ("$here", "expression", "nothing comes into the input"),
        ("$in", "expression", "nothing comes into the input"),
        ("$turn", "expression", "nothing comes into the input"),
        ("$chanels", "expression", "no parameter or knob `$chanels`"),
        ("$side / 5", "wrong-type", "found `12/5`"),
        ("$side - 12", "out-of-range", "found 0"),
        ("[$side]", "wrong-type", "found a list"),
        ("$word", "wrong-type", "found `red`"),
    ],
)
def test_an_expression_without_a_number(written: str, code: str, message: str) -> None:
    text = f"input: {{height: 8, width: $side, channels: {written}}}\nlayers: [relu]\n"
    text += "knobs: {side: 12" + (", word: red" if "word" in written else "") + "}\n"
    with pytest.raises(SpecError) as caught:
        read_graph(read_text(text, "spec.yaml"))
    (problem,) = caught.value.problems
    assert (problem.mark.line, problem.mark.column) == (1, 44)
    assert problem.code == code
    assert message in problem.message


def test_every_command_that_takes_an_input_takes_its_channels() -> None:
    given = ("--input", "96x64x1", "--set", "classes=2")
    assert document("table", *given)["input"] == [96, 64, 1]
    assert document("sweep", "--alpha", "1", "--rho", "1", *given)["points"][0]["input"] == (
        [96, 64, 1]
    )
    assert document("fit", "--max-params", "1M", *given)["inputs"][0] == [96, 64, 1]
    ran = run("check", "mobilenet_v1", "--max-params", "1", *given)
    assert "input 96×64×1" in ran.err
    for command in (("explain", "mobilenet_v1", "conv_1"), ("conventions", "mobilenet_v1")):
        assert run(*command, *given).code == 0
    assert "96×64×1" in run("compare", "mobilenet_v1@input=96x64x1,classes=2").out


def test_a_rewritten_spec_keeps_the_knob() -> None:
    pytest.importorskip("ruamel.yaml")
    found = mnetcost.load(TEXT).set(channels=1).rewrite("separable")
    assert mnetcost.load(found.text).cost().input == (12, 7, 1)
    assert mnetcost.load(found.text).cost(input="9x8x1").params == 9 + 4
