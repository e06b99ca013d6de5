"""`fit` over several values of knobs: one list, the fullest budget first."""

import csv
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from commands import run
from documents import document

import mnetcost
from mnetcost import UsageError
from mnetcost.analysis.fit.knobs import Fits

# The subnets of Once-for-all's MobileNet v3: Cai et al. 2020, arXiv:1908.09791.
OFA = """\
name: OFA MobileNetV3 subnet
input: {height: 192, width: 192, channels: 3}
width: {round: divisible, divisible: 8}
knobs: {d: 2, e: 3, k: 3}
defaults:
  conv: {norm: batch}
  depthwise: {norm: batch}
blocks:
  mb:
    takes: {out: , stride: 1, se: , act: , e: , k: }
    layers:
      - conv: {out: "divisible($in * $e, 8)", act: $act, when: $e > 1}
      - depthwise: {kernel: $k, stride: $stride, act: $act}
      - squeeze_excitation:
          {squeeze: "divisible(floor($here / 4), 8)", gate: hard_sigmoid, when: $se}
      - conv: {out: $out}
    residual: $stride == 1 and $in == $out
layers:
  - conv: {out: 16, kernel: 3, stride: 2, act: hard_swish}
  - mb: {out: 16, se: false, act: relu, e: 1, k: 3}
  - rows: mb
    columns: [out, repeat, stride, se, act, e, k]
    first: [stride]
    values:
      - [24, $d, 2, false, relu, $e, $k]
      - [40, $d, 2, true, relu, $e, $k]
      - [80, $d, 2, false, hard_swish, $e, $k]
      - [112, $d, 1, true, hard_swish, $e, $k]
      - [160, $d, 2, true, hard_swish, $e, $k]
  - conv: {out: 960, act: hard_swish}
  - global_avg_pool
  - conv: {out: 1280, norm: none, act: hard_swish}
  - dense: {out: 1000, bias: true, scale: false}
"""
CHOICES: dict[str, list[Any]] = {"d": [2, 3, 4], "e": [3, 4, 6], "k": [3, 5, 7]}


def divisible(value: Fraction) -> int:
    found = max(8, int(value + 4) // 8 * 8)
    return found + 8 if found < Fraction(9, 10) * value else found


def subnet(d: int, e: int, k: int, side: int = 192) -> int:
    """Mult-adds of a square input, added up here: what each line of the spec multiplies."""
    total, side, come = 0, -(-side // 2), 16
    total += 9 * 3 * 16 * side**2  # the first convolution
    total += (9 * 16 + 16 * 16) * side**2  # the block that expands by 1
    for out, stride, squeezed in (
        *((24, 2, False), (40, 2, True), (80, 2, False), (112, 1, True), (160, 2, True)),
    ):
        for turn in range(d):
            wide = divisible(Fraction(come * e))
            total += come * wide * side**2
            side = -(-side // stride) if turn == 0 else side
            total += (k * k * wide + wide * out) * side**2
            if squeezed:
                total += 2 * wide * divisible(Fraction(wide // 4))
            come = out
    return total + 160 * 960 * side**2 + 960 * 1280 + 1280 * 1000


def test_which_subnet_fills_a_budget_best() -> None:
    counted = {choice: subnet(*choice) for choice in product(*CHOICES.values())}
    fitting = sorted(
        ((cost, choice) for choice, cost in counted.items() if cost <= 150_000_000), reverse=True
    )
    assert fitting[0] == (144_059_136, (2, 4, 7))
    found = mnetcost.fit(OFA, "150M", set=CHOICES)
    assert isinstance(found, Fits)
    assert len(found) == 27
    assert [(one.choice.mult_adds, tuple(one.knobs.values())) for one in found.largest] == fitting
    assert found.best is not None
    assert found.best == found.largest[0]
    assert found.best.knobs == {"d": 2, "e": 4, "k": 7}
    assert (found.best.choice.setting.alpha, found.best.choice.setting.rho) == (1, 1)
    assert found.best.search.fills(found.best.choice) == {
        "mult_adds": Fraction(144_059_136, 150_000_000)
    }


@pytest.mark.parametrize("format_", ["text", "json", "csv", "markdown"])
def test_every_format_has_one_list_with_the_knobs(format_: str) -> None:
    choices = ((2, 3), (3, 4), (5, 7))  # of d, e, k: fewer, with the fullest two of all
    words = ["fit", "-", "--max-mult-adds", "150M", "--format", format_]
    for name, values in zip(CHOICES, choices):
        words += ["--set", f"{name}={values[0]},{values[1]}"]
    ran = run(*words, input=OFA.encode())
    assert (ran.code, ran.err) == (0, "")
    if format_ == "csv":
        rows = list(csv.DictReader(ran.out.splitlines()))
        assert [(row["d"], row["e"], row["k"]) for row in rows[:2]] == [
            ("2", "4", "7"),
            ("3", "3", "5"),
        ]
        assert [row["mult_adds"] for row in rows[:2]] == ["144059136", "142613312"]
    elif format_ == "json":
        assert '"combinations": 8' in ran.out
    else:
        lines = [line for line in ran.out.splitlines() if "192×192×3" in line]
        assert len(lines) == sum(subnet(*one) <= 150_000_000 for one in product(*choices))
        assert lines[0].replace("|", " ").split() == [
            *("2", "4", "7", "1", "192×192×3", "1", "3,857,152", "144,059,136", "96.04")
        ]


SMALL = """\
name: Small
input: {height: 6, width: 10, channels: 5}
width: {round: floor, min: 1}
knobs: {n: 1, act: relu}
layers:
  - repeat: $n
    layers:
      - conv: {out: 8, act: $act, kernel: [1, 3]}
"""


def test_widths_and_resolutions_are_searched_where_they_are_asked_for() -> None:
    # 8a of 8 channels: 5·3·8a + (n - 1)·3·(8a)² weights, each at 60 places, or at 15 where ρ is 1/2
    found = mnetcost.fit(SMALL, 9_000, set={"n": [1, 2, 3]}, rho="1,1/2", min_alpha="1/8")
    assert isinstance(found, Fits)
    expected = []
    for n, places in product((1, 2, 3), (60, 15)):
        costs = [(15 * c + (n - 1) * 3 * c * c) * places for c in range(1, 9)]
        expected.append((max(cost for cost in costs if cost <= 9_000), n, places))
    assert [
        (one.choice.mult_adds, one.knobs["n"], one.choice.setting.height * one.choice.setting.width)
        for one in found.largest
    ] == sorted(expected, key=lambda one: -one[0])


def test_parameters_alone_sort_by_parameters() -> None:
    found = mnetcost.fit(SMALL, max_params=400, set={"n": [1, 2, 3], "act": ["relu", "none"]})
    assert isinstance(found, Fits)
    assert [(one.choice.params, one.knobs["n"]) for one in found.largest] == [
        *((312, 2), (312, 2), (120, 1), (120, 1))
    ]
    assert [one.choice.params for one in found.smallest] == [120, 120]
    assert len(found[:2]) == 2
    assert found[5].best is None


def test_one_value_a_knob_is_a_search_of_its_own() -> None:
    found = mnetcost.fit(SMALL, 9_000, set={"n": 2})
    assert found.best == mnetcost.fit(mnetcost.load(SMALL).set(n=2), 9_000).best
    assert not isinstance(found, Fits)


def test_where_nothing_fits_the_smallest_is_said() -> None:
    ran = run("fit", "-", "--max-params", "100", "--set", "n=2,3", input=SMALL.encode())
    assert (ran.code, ran.out) == (1, "")
    assert "nothing fits at most 100 weights (2 combinations of n; α = 1;" in ran.err
    assert "312 weights, at α = 1, ρ = 1 (input 6×10), with n = 2" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--view", "front", "--set", "n=1,2"), "one value a knob"),
        (("--scores", "mobilenet_v1", "--set", "n=1,2"), "one value a knob"),
        (("--set", "m=1,2"), "there is no knob 'm'"),
        (("--set", "n=" + ",".join(map(str, range(1, 1002)))), "1,001 combinations"),
        (("--set", "n=1,,2"), "comma with no value"),
    ],
)
def test_what_cannot_be_searched(words: tuple[str, ...], said: str) -> None:
    ran = run("fit", "-", "--max-params", "1000", *words, input=SMALL.encode())
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_the_searches_share_what_may_be_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight widths each."""
    monkeypatch.setattr("mnetcost.analysis.fit.fit.MAX_CONFIGURATIONS", 24)
    given: dict[str, Any] = {"min_alpha": "1/100", "max_params": 1000}
    assert len(mnetcost.fit(SMALL, set={"n": [1, 2, 3]}, **given)) == 3
    with pytest.raises(UsageError, match="too many"):
        mnetcost.fit(SMALL, set={"n": [1, 2, 3, 4]}, **given)


def test_a_combination_that_is_impossible_is_named() -> None:
    text = SMALL.replace("[1, 3]}", "[$n, 3], padding: valid}")
    ran = run("fit", "-", "--max-params", "1000", "--set", "n=1,7", input=text.encode())
    assert ran.code == 1
    assert "with n = 7" in ran.err


def test_what_was_searched_is_said_of_every_combination() -> None:
    text = SMALL.replace("{height: 6, width: 10,", "{height: $n * 3, width: 10,")
    words = ("fit", "-", "--set", "n=1,2,3", "--set", "act=relu", "--max-params", "900")
    printed = run(*words, "--rho", "1,1/2", input=text.encode()).out
    inputs = "inputs 3×10, 2×5, 6×10, 3×5, 9×10, 5×5"
    assert f"Searched: 3 combinations of n, act; α = 1; {inputs}\n" in printed
    assert "Other knobs: act = relu\n" in printed
    ran = run(*words, "--max-mult-adds", "1", input=text.encode())
    assert "(3 combinations of n, act; α = 1; inputs 3×10, 6×10, 9×10)" in ran.err


def test_a_note_on_layers_that_one_combination_has_is_printed() -> None:
    """Whether any of them has the layer that a convention says something of."""
    text = SMALL + "  - resize: {scale: 2, when: $n > 1}\n"
    for command in (("fit", "-", "--max-params", "900"), ("sweep", "-", "--rho", "1")):
        for values, said in (("1,2", True), ("1", False)):
            words = (*command, "--set", f"n={values}", "--convention", "ptflops")
            assert ("nn.Upsample" in run(*words, input=text.encode()).out) == said


def test_the_document_says_what_is_common() -> None:
    found = document("fit", "squeezenet", "--max-params", "2M", "--set", "version=0,1")
    assert found["combinations"] == 2
    assert found["knobs"] == {"classes": 1000, "channels": 3}
    assert [one["set"] for one in found["largest"]] == [{"version": 0}, {"version": 1}]
    assert found["best"] == found["largest"][0]
    assert found["smallest"]["params"]["set"] == {"version": 1}
