"""`mnetcost specs` and `show`: what is shipped, and what a name stands for."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from commands import SUFFIXES, run
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
