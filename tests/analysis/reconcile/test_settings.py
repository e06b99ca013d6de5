"""Figures of another setting than the one asked for: named ones first, and chance said.

MobileNet v1 is counted here by the rows of Howard et al. 2017, arXiv:1704.04861, Table 1.
"""

import random
import time
from pathlib import Path

import pytest
from commands import run
from documents import document

import mnetcost
from mnetcost.analysis.reconcile.candidates import candidates
from mnetcost.analysis.reconcile.matches import matches
from mnetcost.printed import Printed

# (stride, filters) of the separable layers of Table 1
TABLE_1 = [(1, 64), (2, 128), (1, 128), (2, 256), (1, 256), (2, 512), *[(1, 512)] * 5, (2, 1024)]
TABLE_1 += [(1, 1024)]


def mobilenet(percent: int, height: int, width: int, first: bool = True) -> int:
    """Mult-adds at α = percent / 100, with or without the first convolution."""
    height, width, channels = -(-height // 2), -(-width // 2), 32 * percent // 100
    total = 27 * channels * height * width * first
    for stride, written in TABLE_1:
        height, width, filters = -(-height // stride), -(-width // stride), written * percent // 100
        total += (9 + filters) * channels * height * width
        channels = filters
    return total + channels * 1000


@pytest.mark.parametrize("side", [192, 160, 128])
def test_the_resolutions_of_the_paper(side: int) -> None:
    value = mobilenet(100, side, side)
    found = document("reconcile", "mobilenet_v1", "--printed", f"{value:,}")
    assert found["answer"] == (
        f"{value:,} is the whole network, at {side}×{side} px and not at the setting asked for, "
        f"counted as paper, macs, deepspeed-macs: {value:,} MACs, exactly."
    )
    assert found["answers"][0]["setting"] == {"alpha": "1", "input": [side, side]}


@pytest.mark.parametrize("percent", [75, 50, 25])
@pytest.mark.parametrize("side", [224, 192, 160, 128])
def test_every_network_of_the_paper(percent: int, side: int) -> None:
    """The sixteen of Figure 4, which are trained; also less the first convolution, as TF-slim."""
    for first in (True, False):
        value = mobilenet(percent, side, side, first)
        answer = document("reconcile", "mobilenet_v1", "--printed", str(value))["answers"][0]
        assert answer["value"] == value
        assert answer["setting"] == {
            "alpha": {75: "3/4", 50: "1/2", 25: "1/4"}[percent],
            "input": [side, side],
        }


def test_what_the_setting_changes_is_said() -> None:
    """From 568,740,352 mult-adds at 224 px and α = 1."""
    for words, value in (
        ("at 192×192 px", mobilenet(100, 192, 192)),
        ("at α = 0.5 and 160×160 px", mobilenet(50, 160, 160)),
    ):
        out = run("reconcile", "mobilenet_v1", "--printed", f"{value:,}").out
        change = f"{value - mobilenet(100, 224, 224):,} against 568,740,352 MACs"
        assert f"Changed: {words}: {change} of the network as it was" in out.replace("\n", " ")


def test_what_was_asked_for_has_no_setting_of_its_own() -> None:
    found = document("reconcile", "mobilenet_v1", "--printed", "568,740,352")
    assert found["answers"][0]["setting"] is None
    assert "not at the setting" not in found["answer"]


def test_the_spec_itself_is_another_setting_than_the_one_asked_for() -> None:
    found = document("reconcile", "mobilenet_v1", "--alpha", "0.5", "--printed", "568740352")
    assert found["answer"].startswith(
        "568740352 is the whole network, at α = 1 and not at the setting asked for, counted as "
    )


@pytest.mark.parametrize(
    ("height", "width", "percent"),
    [(224, 224, 35), (224, 224, 140), (288, 288, 100), (544, 544, 100), (96, 96, 50)],
)
def test_the_widths_and_inputs_of_the_field(height: int, width: int, percent: int) -> None:
    """None of these is in the spec; its rounding is down, to 8 channels at least."""
    value = mobilenet(percent, height, width)
    answer = document("reconcile", "mobilenet_v1", "--printed", str(value))["answers"][0]
    assert (answer["value"], answer["scope"]) == (value, "the whole network")
    assert answer["setting"]["input"] == [height, width]


# 3·3·8·16 weights at every place of an oblong input
OBLONG = """\
input: {height: 96, width: 64, channels: 8}
layers: [conv: {out: 16, kernel: 3}]
expect:
  - {resolution: 72, mult_adds: 3981312}  # 1,152·72·48
  - {alpha: 0.5, rho: 0.5, mult_adds: 884736}  # 3·3·8·8·48·32
"""


@pytest.mark.parametrize(
    ("value", "network"),
    [
        (1152 * 72 * 48, "at 72×48 px"),
        (576 * 48 * 32, "at α = 0.5 and 48×32 px"),
        (1152 * 192 * 128, "at 192×128 px"),  # in steps of 32 px of the longer side
        (864 * 192 * 128, "at α = 0.75 and 192×128 px"),
    ],
)
def test_an_oblong_input_keeps_its_shape(value: int, network: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(OBLONG, encoding="utf-8")
    answer = document("reconcile", str(path), "--printed", f"{value} MACs")["answers"][0]
    assert (answer["value"], answer["network"]) == (value, network)


@pytest.mark.parametrize(
    ("more", "network"),
    [("", "at 128×128 px"), ("\nexpect: [{alpha: 0.25, rho: 4, mult_adds: 18874368}]",
                             "at α = 0.25 and 256×256 px")],
)  # fmt: skip
def test_a_named_setting_comes_before_one_that_is_only_usual(
    more: str, network: str, tmp_path: Path
) -> None:
    """1,152·128·128 = 288·256·256: where the spec has a figure of the second, that is it."""
    path = tmp_path / "net.yaml"
    text = "input: {height: 64, width: 64, channels: 8}\nlayers: [conv: {out: 16, kernel: 3}]"
    path.write_text(text + more + "\n", encoding="utf-8")
    answer = document("reconcile", str(path), "--printed", "18,874,368 MACs")["answers"][0]
    assert (answer["value"], answer["network"]) == (18_874_368, network)


def test_a_rounded_figure_of_another_setting_may_be_so() -> None:
    """Of the figures of three digits one in fifty prints so by chance: it is said and shown."""
    ran = run("reconcile", "mobilenet_v1", "--printed", "418M")
    assert ran.code == 0
    assert ran.out.splitlines()[1].startswith("418M may be the whole network, at 192×192 px and")
    first = document("reconcile", "mobilenet_v1", "--printed", "418M")["answers"][0]
    assert 0.01 < first["chance"] < 0.02
    exact = document("reconcile", "mobilenet_v1", "--printed", "418,121,728")["answers"][0]
    assert exact["chance"] < 1e-6


def test_the_network_asked_for_comes_before_any_other_setting() -> None:
    """569 M is the plain count; what is twice 284.5 M or so somewhere else stands behind it."""
    answers = document("reconcile", "mobilenet_v1", "--printed", "569M")["answers"]
    assert answers[0]["setting"] is None
    places = [one["setting"] is None for one in answers]
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize("name", ["mobilenet_v1", "mobilenet_v2", "resnet50"])
def test_a_random_exact_figure_is_explained_by_nothing(name: str) -> None:
    known = candidates(mnetcost.load(name).cost())
    chosen = random.Random(17)
    for _ in range(100):
        printed = Printed.read(str(chosen.randrange(10**8, 10**9)))
        assert not matches(known, printed).explained


def test_a_figure_of_three_digits_is_seldom_of_another_setting_by_chance() -> None:
    """What is explained by another setting prints so by chance less often than one in five."""
    known = candidates(mnetcost.load("mobilenet_v1").cost(), "MAC")
    chosen, hits = random.Random(3), 0
    for _ in range(100):
        found = matches(known, Printed.read(f"{chosen.randrange(100, 1000)}M MACs"))
        hits += any(one.candidate.setting for one in found.explained)
    assert hits <= 20


def test_settings_take_no_longer_than_a_second() -> None:
    """Of a network of usual size, by the processor's clock."""
    count = mnetcost.load("resnet50").cost()
    candidates(count)
    begun = time.process_time()
    candidates(count)
    assert time.process_time() - begun < 1
