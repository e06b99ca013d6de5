"""Arithmetic without a `$`: refused with what to write instead, or of widths under α."""

import pytest
from networks import codes

import mnetcost

HEAD = (
    "knobs: {side: 3, size: 5}\ninput: {height: $side * 4, width: 20, channels: $size}\nlayers:\n"
)
RULE = "an expression has a `$name` or `scaled()` in it"


@pytest.mark.parametrize(
    ("entry", "text", "instead"),
    [
        ("conv: {out: TEXT}", "4 * 16", "64"),
        ("conv: {out: TEXT}", "2 ** 5 - 1", "31"),
        ("conv: {out: TEXT}", '"max(3, 8)"', "8"),
        ("conv: {out: TEXT}", "side * 2", "$side * 2"),
        (
            "conv: {out: TEXT}",
            "floor(5 / 2) if size > 4 else 1",
            "floor(5 / 2) if $size > 4 else 1",
        ),
        ("conv: {out: 16, kernel: TEXT}", "1 + 2", "3"),
        ("conv: {out: 16, kernel: [TEXT, 3]}", "side - 1", "$side - 1"),
        ("conv: {out: 16, padding: TEXT}", "3 - 1", "2"),
        ("resize: {scale: TEXT}", "1 + 1/2", "3/2"),
        ("resize: {scale: TEXT}", "1 / side", "1 / $side"),
        ("relu: {when: TEXT}", "1 < 2", "true"),
        ("relu: {when: TEXT}", "side == 3 or 1 > 2", "$side == 3 or 1 > 2"),
        ("{repeat: TEXT, layers: [relu]}", "2 * 3", "6"),
        ("conv: {out: 16, in: TEXT}", "2 + 3", "5"),
    ],
)
def test_what_to_write_instead(entry: str, text: str, instead: str) -> None:
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(f"{HEAD}  - {entry.replace('TEXT', text)}\n")
    (problem,) = error.value.problems
    assert (problem.code, problem.suggestion) == ("wrong-type", instead)
    assert RULE in problem.message
    mnetcost.load(f"{HEAD}  - {entry.replace('TEXT', instead)}\n")


@pytest.mark.parametrize(
    "text", ["5 / 2", "1 / 0", "3 +", "hard-swish", "8x8", "a.b * 2", "f(3)", "[1, 2]", "2 > 1"]
)
def test_what_has_no_whole_value_is_refused_without_a_suggestion(text: str) -> None:
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(f"{HEAD}  - conv: {{out: {text}}}\n")
    assert {(one.code, one.suggestion) for one in error.value.problems} == {("wrong-type", None)}


def test_where_no_expression_can_stand() -> None:
    defaults = "defaults: {conv: {bias: $side > 2, groups: $size}}\n"
    with pytest.raises(mnetcost.SpecError, match="no expression can stand here") as error:
        mnetcost.load(f"{defaults}{HEAD}  - conv: {{out: $size}}\n")
    assert codes(error) == ["wrong-type", "wrong-type"]


def test_a_width_under_alpha_needs_no_parameter() -> None:
    """By hand: at α = 27/20 of 10 channels 13.5 are 14, half of them 7; of 15 20.25 are 20."""
    rule = "width: {round: nearest}\n"
    layers = "  - conv: {out: scaled(10) / 2, kernel: [3, 1]}\n" * 2
    net = mnetcost.load(f"{rule}{HEAD}  - conv: {{out: 15}}\n{layers}")
    found = {}
    for alpha in ("6/5", "27/20"):
        cost = net.cost(alpha)
        found[alpha] = [one.output.c for one in cost.layers], cost.params
    assert found["6/5"] == ([18, 6, 6], 5 * 18 + 3 * 18 * 6 + 3 * 36)
    assert found["27/20"] == ([20, 7, 7], 5 * 20 + 3 * 20 * 7 + 3 * 49)
    sweep = mnetcost.sweep(net, alpha=["6/5", "27/20"], rho=[1, "1/2"])
    for a, alpha in enumerate(("6/5", "27/20")):
        for r, rho in enumerate((1, "1/2")):
            cost = net.cost(alpha, rho)
            assert (sweep.params[a, r], sweep.mult_adds[a, r]) == (cost.params, cost.mult_adds)


def test_a_width_under_alpha_is_no_argument_and_no_knob() -> None:
    block = "blocks: {b: {takes: {out: }, layers: [conv: {out: $out}]}}\n"
    with pytest.raises(mnetcost.SpecError, match=r"`scaled\(\)` stands in a block's own") as error:
        mnetcost.load(f"{block}{HEAD}  - b: {{out: scaled(16)}}\n")
    assert codes(error) == ["expression"]
    with pytest.raises(mnetcost.SpecError, match="decided before α"):
        mnetcost.load(f"{HEAD}  - conv: {{out: 3, kernel: scaled(3)}}\n")
