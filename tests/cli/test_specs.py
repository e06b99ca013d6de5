"""`mnetcost specs` and `show`: what is shipped, and what a name stands for."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from commands import SUFFIXES, printed, refused, run
from documents import document
from paths import SHIPPED, SPECS

import mnetcost

SMALL = "name: Small\ninput: {height: 16, width: 24, channels: 3}\nlayers:\n  - conv: {out: 8}\n"


def test_specs_lists_every_network_with_its_cost(nets: dict[str, mnetcost.Network]) -> None:
    listed = run("specs").out
    assert nets.keys() == set(SHIPPED)
    for name, network in nets.items():
        last = name
        for last in network.graph.variants or (name,):
            assert re.search(rf"^{last} +{name} ", listed, re.MULTILINE)
        cost = mnetcost.load(last).cost()
        assert re.search(rf"^{last} .* {cost.params:,} +{cost.mult_adds:,} ", listed, re.MULTILINE)


def test_show_prints_what_is_shipped() -> None:
    for name in SHIPPED:
        assert run("show", name).out == (SPECS / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("mobilenet_v1@classes=10", 4_209_088 - 1024 * 990),
        ("mobilenet_v1@classes=10,channels=1", 4_209_088 - 1024 * 990 - 9 * 2 * 32),
        ("mobilenet_v1_shallow@classes=10", 2_875_328 - 1024 * 990),
    ],
)
def test_show_writes_knobs_into_the_spec(name: str, params: int) -> None:
    """The last layer has 1024 weights a class, the first one 3×3 to each of 32 a channel."""
    text = printed("show", name)
    assert "expect:" not in text
    assert mnetcost.load(text).cost().params == params


def test_show_writes_the_knobs_of_any_variant(nets: dict[str, mnetcost.Network]) -> None:
    """And what it was with them: a spec of its own, in which nothing else is left."""
    for family, base in nets.items():
        if "classes" in base.graph.knobs:
            name = (base.graph.variants or (family,))[-1]
            net = mnetcost.load(name, set={"classes": 7})
            found = mnetcost.load(printed("show", f"{name}@classes=7"))
            assert not found.graph.variants
            assert found.name == net.name
            assert found.cost().params == net.cost().params


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["show", "vgg16@alpha=0.5"], 2, "alpha is what a network is counted at"),
        (["show", "vgg16@rho=5/7"], 2, "`mnetcost table vgg16@rho=5/7` counts it there"),
        (["show", "vgg16@clases=10"], 2, "there is no knob 'clases'"),
        (["show", "vgg16@classes=some"], 1, "expected: a whole number"),
        (["show", "vgg16@"], 2, "is not SETTING=VALUE"),
        (["fmt", "vgg16@alpha=0.5"], 2, "fmt writes the spec as it is, `mnetcost fmt vgg16`"),
        (["fmt", "vgg16@classes=10"], 2, "what stands behind an @ is for a count"),
    ],
)
def test_what_cannot_be_written_into_a_spec_is_told(words: list[str], code: int, said: str) -> None:
    ran = run(*words)
    refused(ran, code)
    assert said in ran.err


@pytest.mark.usefixtures("few_listed")
def test_specs_say_the_knobs_of_each_network_and_their_values() -> None:
    expected: dict[str, dict[str, Any]] = {
        "mobilenet_v1": {"classes": 1000, "channels": 3},
        "googlenet": {"auxiliary": False, "classes": 1000, "channels": 3},
        "googlenet_aux": {"auxiliary": True, "classes": 1000, "channels": 3},
        "efficientnet_b0": {"depth": 1, "classes": 1000, "channels": 3},
        "efficientnet_b1": {"depth": "1.1", "classes": 1000, "channels": 3},
    }
    assert {one["name"]: one["knobs"] for one in document("specs")["specs"]} == expected
    rows = csv.DictReader(io.StringIO(run("specs", "--format", "csv").out))
    knobs = {row["name"]: row["knobs"] for row in rows}
    assert knobs["googlenet_aux"] == "auxiliary = true, classes = 1000, channels = 3"
    assert knobs["efficientnet_b1"] == "depth = 1.1, classes = 1000, channels = 3"
    for set_ in ("auxiliary=true", "classes=1000", "channels=3"):  # as it stands there
        assert run("table", "googlenet", "--set", set_).code == 0


@pytest.mark.usefixtures("few_listed")
def test_the_knobs_are_there_in_a_wide_window() -> None:
    ran = run("specs", env={"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": "240", "TERM": "xterm"})
    lines = re.sub(r"\x1b\[[0-9;]*m", "", ran.out).splitlines()
    assert any(line.endswith("auxiliary = true, classes = 1000, channels = 3") for line in lines)


@pytest.mark.parametrize("format_", SUFFIXES)
def test_the_default_the_name_and_the_path_are_the_same(format_: str) -> None:
    byname = run("table", "mobilenet_v1", "--format", format_)
    assert byname.code == 0
    assert run("table", "--format", format_) == byname
    assert run("table", str(SPECS / "mobilenet_v1.yaml"), "--format", format_) == byname


def test_another_folder_and_a_file_of_the_same_name_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "mobilenet_v1").write_text("layers: 3\n")
    (tmp_path / "mine").write_text(SMALL)
    assert run("table", "mobilenet_v1", cwd=tmp_path) == run("table")
    assert "./mine" in run("table", "mine", cwd=tmp_path).err
    assert run("table", "./mine", cwd=tmp_path).code == 0


@pytest.mark.usefixtures("few_listed")
def test_specs_have_the_conventions_own_numbers() -> None:
    ran = run("specs", "--convention", "flops", "--format", "csv")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(ran.out))}
    found = rows["mobilenet_v1"]
    assert (found["params"], found["count_params"]) == ("4209088", "4231976")
    assert (found["mult_adds"], found["count"]) == (str(568_740_352), str(2 * 568_740_352))


@pytest.mark.usefixtures("few_listed")
def test_json_says_what_was_counted() -> None:
    plain = document("specs")
    assert plain["convention"] == "paper"
    assert plain.keys() == {"convention", "specs"}
    other = document("specs", "--convention", "flops", "--batch", "2", "--pass", "training")
    basis = other["convention"], other["batch"], other["pass"]
    assert basis == ("flops", 2, "training")


def _names(*words: str) -> list[str]:
    return [one["name"] for one in document("specs", *words)["specs"]]


# Of the networks of `few_listed` the papers print, in millions of parameters and of mult-adds:
# MobileNet v1 4.2 and 569, GoogLeNet 6.8 and 1500, EfficientNet B0 5.3 and 390, B1 7.8 and 700.
@pytest.mark.usefixtures("few_listed")
@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["MobileNet"], ["mobilenet_v1"]),
        (["*_b?"], ["efficientnet_b0", "efficientnet_b1"]),
        (["net_b1"], ["efficientnet_b1"]),
        (["--max-mult-adds", "600M"], ["mobilenet_v1", "efficientnet_b0"]),
        (["--max-params", "4.209088M"], ["mobilenet_v1"]),
        (
            ["--sort", "mult_adds", "--max-mult-adds", "700M"],
            ["efficientnet_b1", "mobilenet_v1", "efficientnet_b0"],
        ),
        (
            ["--sort", "params", "--max-mult-adds", "700M"],
            ["efficientnet_b1", "efficientnet_b0", "mobilenet_v1"],
        ),
        (
            ["--sort", "name", "e"],
            ["efficientnet_b0", "efficientnet_b1", "googlenet", "googlenet_aux", "mobilenet_v1"],
        ),
        (["--set", "depth=1"], ["efficientnet_b0", "efficientnet_b1"]),
        (["--convention", "flops", "--max-mult-adds", "1.1G"], ["efficientnet_b0"]),
    ],
)
def test_a_network_is_chosen(words: list[str], names: list[str]) -> None:
    assert _names(*words) == names


@pytest.mark.usefixtures("few_listed")
def test_networks_are_counted_at_a_setting() -> None:
    [found] = document("specs", "mobilenet_v1", "--alpha", "0.5", "--resolution", "160")["specs"]
    # Howard et al. 2017, Table 9: 76 million mult-adds, 1.32 million parameters
    assert (found["params"], found["mult_adds"]) == (1_319_648, 76_524_800)
    assert (found["alpha"], found["rho"], found["input"]) == ("1/2", "5/7", [160, 160, 3])
    [found] = document("specs", "mobilenet_v1", "--input", "96x128x1")["specs"]
    assert (found["input"], found["knobs"]["channels"]) == ([96, 128, 1], 1)
    assert found["mult_adds"] == mnetcost.load("mobilenet_v1").cost(input="96x128x1").mult_adds


@pytest.mark.usefixtures("few_listed")
def test_the_setting_stands_above_the_table() -> None:
    words = ["specs", "mobilenet_v1", "--alpha", "1/3", "--input", "96x128", "--set", "classes=10"]
    title = run(*words).out.splitlines()[0]
    assert title == "Shipped networks: α = 1/3, input 96×128, classes = 10"
    assert run("specs", "mobilenet_v1").out.splitlines()[0] == "Shipped networks"
    page = run(*words, "--format", "markdown").out
    assert page.index("α = 1/3, input 96×128, classes = 10") < page.index("| Name |")


@pytest.mark.usefixtures("few_listed")
def test_what_has_no_such_knob_is_left_out_and_named() -> None:
    out = document("specs", "--set", "depth=1")["left_out"]
    assert {one["name"]: one["reason"] for one in out} == dict.fromkeys(
        ("mobilenet_v1", "googlenet", "googlenet_aux"), "no knob depth"
    )
    assert (
        "Left out: mobilenet_v1, googlenet, googlenet_aux: no knob depth\n"
        in run("specs", "--set", "depth=1").out
    )


@pytest.mark.usefixtures("few_listed")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["mobilnet_v1"], 1, "called like 'mobilnet_v1'\n      did you mean 'mobilenet_v1'?"),
        (["zzz"], 1, "no shipped network is called like 'zzz'"),
        (
            ["--max-params", "1k"],
            1,
            "at most 1,000 parameters (the least is mobilenet_v1: 4,209,088)",
        ),
        (["--set", "dpth=1"], 2, "no network has a knob 'dpth'; did you mean 'depth'?"),
        (["--alpha", "0"], 2, "α: 0 is not above zero"),
        (["--rho", "1", "--resolution", "96"], 2, "resolution"),
        (["--max-params", "many"], 2, "max-params: "),
        (["--convention", "keras", "--max-mult-adds", "1G"], 2, "keras counts parameters alone"),
    ],
)
def test_nothing_found_is_said(words: list[str], code: int, said: str) -> None:
    ran = run("specs", *words)
    refused(ran, code)
    assert said in ran.err
