"""What a printed number counts: published figures, the order of answers, and chance.

HRNet-W32 for pose at 256×192 is published with 7.1 GFLOPs, 7,645,003,776 / 1024³ (HRNet's summary
divides so); YOLOv8n of Ultralytics with 8.9, twice what its counter counts.
"""

import random
from fractions import Fraction
from math import log
from pathlib import Path

import pytest
from commands import run
from documents import document
from paths import DATA
from tables import rows

import mnetcost
from mnetcost.analysis.conventions.terms import number
from mnetcost.analysis.reconcile.candidates import Candidate, candidates
from mnetcost.analysis.reconcile.matches import Matches, is_sure, matches
from mnetcost.conventions.presets import NAMES, convention
from mnetcost.printed import Printed
from mnetcost.spec import shipped


@pytest.mark.parametrize("row", rows("printed_figures.csv"), ids=lambda row: row["printed"])
def test_published_figures(row: dict[str, str]) -> None:
    words = (row["spec"], *row["options"].split(), "--printed", row["printed"])
    first = document("reconcile", *words)["answers"][0]
    assert (first["value"], first["scope"], first["network"]) == (
        int(row["value"]),
        row["scope"],
        row["network"],
    )
    assert row["counted"] in first["convention"]


# --- the order: (words of a spec, a figure, what comes first)

# 3·3·8·16 = 1,152 weights on 96×64 places: 7,077,888, a bias for each of 98,304 values
BIASED = """\
input: {height: 96, width: 64, channels: 8}
layers: [conv: {out: 16, kernel: 3, bias: true, act: relu}]
"""
MACS, VALUES = 1152 * 96 * 64, 16 * 96 * 64


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (MACS, "paper"),
        (2 * MACS, "flops"),
        (MACS + VALUES, "macs + biases"),
        (2 * MACS + VALUES, "flops + biases"),
        (2 * MACS + 2 * VALUES, "flops + 2 × biases"),
    ],
)
def test_biases_are_counted(value: int, names: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(BIASED, encoding="utf-8")
    answer = document("reconcile", str(path), "--printed", str(value))["answers"][0]
    assert names in answer["convention"]
    assert (answer["value"], answer["factor"]) == (value, 1)


def test_a_value_of_a_kernel_without_a_bias(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(BIASED.replace("bias: true, ", "norm: batch, "), encoding="utf-8")
    found = document("reconcile", str(path), "--printed", str(2 * MACS + VALUES))["answers"]
    assert "flops + values of kernels" in [one["convention"] for one in found]


def test_a_fire_module_by_the_formula_of_its_counter(tmp_path: Path) -> None:
    """SqueezeDet's (1 + 2·Cin·K²)·Cout·H·W.

    96·312·(16·(1 + 2·64) + 64·(1 + 2·16) + 64·(1 + 2·144)) = 679,071,744.
    """
    path = tmp_path / "fire.yaml"
    path.write_text(
        "input: {height: 96, width: 312, channels: 64}\n"
        "defaults: {conv: {bias: true, act: relu}}\n"
        "layers:\n"
        "  - conv: {out: 16}\n"
        "  - branches: [[conv: {out: 64}], [conv: {out: 64, kernel: 3}]]\n"
        "    merge: concat\n",
        encoding="utf-8",
    )
    first = document("reconcile", str(path), "--printed", "679.07M")["answers"][0]
    assert (first["value"], first["unit"]) == (679_071_744, "FLOP")
    assert "flops + biases" in first["convention"]


@pytest.mark.parametrize(("prefix", "power"), [("k", 10), ("M", 20), ("G", 30)])
def test_units_of_1024(prefix: str, power: int) -> None:
    """MobileNet v1's 568,740,352, whatever the prefix."""
    shown = Fraction(568_740_352, 2**power)
    printed = f"{float(shown):.4f}{prefix}" if power == 30 else f"{float(shown):.2f}{prefix}"
    first = document("reconcile", "mobilenet_v1", "--printed", printed)["answers"][0]
    assert (first["value"], first["prefix"], first["rounded"]) == (568_740_352, f"2^{power}", True)


def first_of(*found: Candidate, printed: str = "569M") -> list[int]:
    explained = matches(found, Printed.read(printed)).explained
    return [one.candidate.value for one in explained]


def candidate(value: int, distance: int = 0, unit: str = "MAC") -> Candidate:
    return Candidate(value, ("paper",), unit, Fraction(1), "the whole network", "", distance)


def test_what_is_plain_and_cut_comes_before_a_part_that_rounds() -> None:
    assert first_of(candidate(569_000_001, 6), candidate(569_999_999)) == [569_999_999, 569_000_001]


def test_rounded_comes_before_cut_and_decimal_before_binary() -> None:
    found = [candidate(569 * 2**20), candidate(569_600_000), candidate(569_499_999)]
    assert first_of(*found) == [569_499_999, 569_600_000, 569 * 2**20]


def test_a_unit_decides_the_order() -> None:
    found = [candidate(569_000_000, 0, "MAC"), candidate(569_000_000, 0, "FLOP")]
    units = {
        unit: [one.candidate.unit for one in matches(found, Printed.read(f"569M{unit}")).explained]
        for unit in ("MACs", "FLOPs")
    }
    assert units == {"MACs": ["MAC", "FLOP"], "FLOPs": ["FLOP", "MAC"]}


def test_a_whole_network_in_units_of_1024_comes_before_its_parts() -> None:
    """HRNet-W32: 7.1G is 7,645,003,776 / 2^30, and no part of it that prints 7.1 by itself."""
    parts = [candidate(7_100_000_000 + 1_000_000 * step, 9) for step in range(-40, 40, 20)]
    found = matches([*parts, candidate(7_645_003_776)], Printed.read("7.1G"))
    first = found.explained[0]
    assert (first.candidate.value, first.binary, first.printed) == (7_645_003_776, True, "rounded")
    assert all(one.candidate.value == 7_645_003_776 for one in found.explained)


def test_the_stride_of_the_paper_comes_before_units_of_1024() -> None:
    """3,857,973,248 cut to 3.8, and torchvision's 4,089,184,256 / 2^30 = 3.81."""
    answers = document("reconcile", "resnet50", "--printed", "3.8G")["answers"]
    assert [(one["value"], one["prefix"]) for one in answers[:2]] == [
        (3_857_973_248, "10^9"),
        (4_089_184_256, "2^30"),
    ]
    built = ("resnet50", "--set", "stride_in_1x1=true")
    first = document("reconcile", *built, "--printed", "3.8G")["answers"][0]
    assert (first["value"], first["scope"], first["network"]) == (
        3_857_973_248,
        "the whole network",
        "",
    )
    assert (first["rounded"], first["printed"]) == (False, "truncated")


# --- what is not surely so


def surely(*found: Candidate, printed: str) -> bool:
    return is_sure(matched(*found, printed=printed), Printed.read(printed))


def matched(*found: Candidate, printed: str) -> Matches:
    return matches(found, Printed.read(printed))


def by_tool(value: int, distance: int = 2, unit: str = "MAC") -> Candidate:
    return candidate(value, distance, unit)._replace(names=("fvcore",), tool=True)


def test_what_a_definition_counts_is_so() -> None:
    assert surely(candidate(569_000_000), printed="569M")
    assert surely(candidate(569_900_000), printed="569M")  # cut


def test_a_tool_that_would_have_cut_its_number_is_never_surely_it() -> None:
    assert surely(by_tool(569_000_000), printed="569M")
    assert not surely(by_tool(569_900_000), printed="569M")


def test_two_tools_that_exclude_each_other_are_neither_surely() -> None:
    assert not surely(by_tool(569_000_000), by_tool(569_100_000), printed="569M")
    assert surely(by_tool(569_000_000), by_tool(569_100_000, 4), printed="569M")
    assert surely(by_tool(569_000_000), by_tool(569_000_000), printed="569M")


def test_a_tool_whose_number_is_called_otherwise_needs_more_digits() -> None:
    assert not surely(by_tool(57_000_000), printed="57 MFLOPs")
    assert surely(candidate(57_000_000), printed="57 MFLOPs")
    assert surely(by_tool(569_040_000), printed="569.04 MFLOPs")


def test_parameters_in_units_of_1024_need_digits() -> None:
    """RegNetX-400MF has 5,457,120 weights; 5.2 M are another network's."""
    assert not surely(candidate(5_457_120, 0, "parameters"), printed="5.2M params")
    assert surely(candidate(5_457_120, 0, "parameters"), printed="5.2043M params")
    answer = document("reconcile", "regnet_x_400mf", "--printed", "5.2M")["answer"]
    assert answer.startswith("5.2M may be the whole network, ")


@pytest.mark.parametrize(
    ("name", "printed"),
    [("x0_5", "41"), ("x1_0", "146"), ("x1_5", "299"), ("x2_0", "591")],
)
def test_no_tool_is_said_to_have_counted_shufflenet(name: str, printed: str) -> None:
    """Ma et al. 2018, arXiv:1807.11164, Table 8; no counter gives all four."""
    answer = document("reconcile", f"shufflenet_v2_{name}", "--printed", f"{printed} MFLOPs")
    assert answer["answer"].startswith(f"{printed} MFLOPs may be the whole network, ")


def test_what_a_tool_would_have_cut_comes_behind_plain_parts() -> None:
    """VGG-16's convolutions alone, rounded, before what darknet would count, cut."""
    part = candidate(30_693_000_000, 6, "FLOP")
    assert first_of(by_tool(30_699_000_000, 2, "FLOP"), part, printed="30.69 GFLOPs")[0] == (
        part.value
    )


def test_the_sentence_is_whole() -> None:
    answer = document("reconcile", "resnet50", "--printed", "2,048,000 params")["answer"]
    assert answer.startswith("2,048,000 params is the dense layers alone, counted as weights: ")


SQUARES = (224, 224), (256, 256), (320, 320), (416, 416), (512, 512), (640, 640)
SHAPED = (224, 149), (256, 171), (320, 213), (416, 277), (512, 341), (640, 427)


@pytest.mark.parametrize(("height", "width"), [*SQUARES, *SHAPED])
def test_inputs_that_a_source_may_have_meant(height: int, width: int, tmp_path: Path) -> None:
    """1,152 weights at every place; the network's own input is 96×64."""
    path = tmp_path / "net.yaml"
    path.write_text(BIASED, encoding="utf-8")
    first = document("reconcile", str(path), "--printed", str(1152 * height * width))["answers"][0]
    assert first["network"] == f"at {height}×{width} px"


# --- chance


def test_chance_by_hand() -> None:
    """One number in millions: it is given by the figures from 568.5 to 569.5, of all to a factor
    of two: ln(569.5 / 568.5) / ln 4."""
    (one,) = matches([candidate(569_000_000)], Printed.read("569M")).explained
    assert one.chance == pytest.approx(log(569.5 / 568.5) / log(4), rel=1e-9)
    # what is cut is found by what follows it too
    (one,) = matches([candidate(569_900_000)], Printed.read("569M")).explained
    assert one.chance == pytest.approx(log(570.4 / 568.9) / log(4), rel=1e-9)


def test_numbers_side_by_side_are_one_chance() -> None:
    apart = [candidate(569_000_000), candidate(700_000_000)]
    alike = [candidate(569_000_000), candidate(569_000_001)]
    one, two = (
        matches(found, Printed.read("569M")).explained[0].chance for found in (alike, apart)
    )
    assert one == pytest.approx(log(569.5 / 568.5) / log(4), rel=1e-4)
    assert two == pytest.approx(one + log(700.5 / 699.5) / log(4), rel=1e-4)


def test_many_numbers_explain_nothing() -> None:
    many = [candidate(500_000_000 + 500_000 * step) for step in range(400)]
    found = matches(many, Printed.read("569M"))
    assert not found.explained
    assert found.by_chance


@pytest.mark.parametrize("printed", ["4G", "5e8", "0.6G", "9M"])
def test_one_digit_is_no_explanation(printed: str) -> None:
    value = int(Printed.read(printed).value)
    found = matches([candidate(value)], Printed.read(printed))
    assert found.explained == ()
    assert found.by_chance[0].candidate.value == value


@pytest.mark.parametrize("name", ["mobilenet_v1", "resnet18", "squeezenet1_1"])
def test_a_random_figure_is_explained_by_nothing_that_does_not_print_so(name: str) -> None:
    """Figures of three digits, of which few are hit, and none is explained that is not."""
    count = mnetcost.load(name).cost()
    known = candidates(count)
    chosen = random.Random(20260101)
    explained = 0
    for _ in range(200):
        printed = Printed.read(f"{chosen.randrange(100, 1000)}M")
        found = matches(known, printed)
        explained += bool(found.explained)
        for one in found.explained:
            shown = Fraction(one.candidate.value, 2**20 if one.binary else 10**6)
            digits = int(printed.value / 10**6)
            assert digits in (shown.__floor__(), (shown + Fraction(1, 2)).__floor__())
            assert one.chance <= 0.2
    assert explained <= 20


def test_few_random_figures_are_said_to_be_something() -> None:
    """Of 120 figures of three digits 2.5 % at the most."""
    chosen, said = random.Random(14), []
    for name in ("mobilenet_v2", "resnet50", "shufflenet_v2_x1_0"):
        known = candidates(mnetcost.load(name).cost())
        for _ in range(40):
            printed = Printed.read(f"{chosen.randrange(100, 1000)}{chosen.choice('MG')}")
            found = matches(known, printed)
            if found.explained and is_sure(found, printed):
                said.append((name, printed.text))
    assert len(said) <= 3


def test_what_nothing_prints_is_explained_by_nothing() -> None:
    ran = run("reconcile", "mobilenet_v1", "--printed", "123.4M", "--format", "json")
    assert ran.code == 1
    assert '"answers": [],' in ran.out


# --- the numbers that are tried


@pytest.mark.parametrize("name", ["mobilenet_v1", "vit_b_16", "googlenet_aux"])
def test_every_convention_of_work_is_tried(name: str) -> None:
    count = mnetcost.load(name).cost(batch=2)
    own = [one for one in candidates(count) if one.scope == "the whole network" and not one.network]
    for one in (convention(name) for name in NAMES):
        if one.counts_work:
            value = number(count.layers, one, 2)
            units = [found.unit for found in own if found.value == value]
            assert one.unit in units, one.name
            if one.name == "darknet":  # not of dense layers: nobody halves its figures
                continue
            other = "FLOP" if one.unit == "MAC" else "MAC"
            twice = 2 * value if one.unit == "MAC" else value // 2
            assert other in [found.unit for found in own if found.value == twice], one.name


def test_a_preset_of_ones_own_is_tried(tmp_path: Path) -> None:
    """darknet's rule: two operations a multiply-add, and one for each value in a pool's windows."""
    path = tmp_path / "pools.yaml"
    path.write_text(
        "words: as darknet prints\ntool: darknet\nunit: FLOP\nmultiply_add: 2\n"
        "work: {every: {multiply_accumulate: 1}, max_pool: {pooling: 1}}\n",
        encoding="utf-8",
    )
    spec = BIASED + "  # and a pool\n"
    spec = spec.replace("act: relu}]", "act: relu}, max_pool: {kernel: 2}]")
    count = mnetcost.load(spec).cost()
    found = candidates(count, "FLOP", [convention(str(path)), convention("paper")])
    assert 2 * MACS + VALUES in [one.value for one in found if "pools" in one.names]


def test_what_darknet_prints() -> None:
    """The total of YOLOv3-tiny at 416 px: 5,564,961,792 and its pools."""
    for printed in ("5.571G", "5.571 BFLOPS"):
        first = document("reconcile", str(DATA / "yolov3_tiny.yaml"), "--printed", printed)
        assert first["answers"][0]["convention"] == "darknet"


def test_parameters_that_a_tool_leaves_out(tmp_path: Path) -> None:
    """thop knows no group norm, and so not its 2·32 values: 3·32 + 32, and 32·5 + 2·5 are left."""
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: {height: 10, width: 12, channels: 3}\n"
        "layers: [conv: {out: 32, norm: group, bias: true}, conv: {out: 5, norm: batch}]\n",
        encoding="utf-8",
    )
    answer = document("reconcile", str(path), "--printed", "298 params")["answers"][0]
    assert (answer["value"], answer["convention"]) == (96 + 32 + 160 + 10, "thop")


def test_branches_of_training_may_be_counted() -> None:
    count = mnetcost.load("googlenet_aux").cost()
    scope = "the network with its training-time branches"
    (one,) = [
        one for one in candidates(count, "MAC") if one.scope == scope and "paper" in one.names
    ]
    heads = [layer for layer in count.layers if layer.node.training_only]
    assert heads
    # 1×1 to 128 channels of 4×4, then 2048·1024 and 1024·1000 weights, of both heads
    first = [(14, 512), (14, 528)]
    assert one.value == count.mult_adds + sum(
        4 * 4 * channels * 128 + 2048 * 1024 + 1024 * 1000 for _, channels in first
    )


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_network_is_explained_plainly(name: str) -> None:
    count = mnetcost.load(name).cost()
    found = matches(candidates(count, "MAC"), Printed.read(str(count.mult_adds)))
    first = found.explained[0].candidate
    assert (first.scope, first.network, first.value) == ("the whole network", "", count.mult_adds)
    assert "paper" in first.names
