"""`mnetcost specs` and `show`: what is shipped, and what a name stands for."""

import csv
import io
import re
from pathlib import Path

import pytest
from commands import SUFFIXES, run
from documents import document
from paths import SHIPPED, SPECS

import mnetcost

SMALL = "name: Small\ninput: {height: 16, width: 24, channels: 3}\nlayers:\n  - conv: {out: 8}\n"


def test_specs_lists_and_show_prints_what_is_shipped() -> None:
    listed = run("specs").out
    assert len(SHIPPED) >= 5
    for name in SHIPPED:
        assert run("show", name).out == (SPECS / f"{name}.yaml").read_text(encoding="utf-8")
        network = mnetcost.load(name)
        for one in network.graph.variants or (name,):
            assert re.search(rf"^{one} +{name} ", listed, re.MULTILINE)
            assert f"{mnetcost.load(one).cost().mult_adds:,}" in listed


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


def test_specs_have_the_conventions_own_numbers() -> None:
    ran = run("specs", "--convention", "flops", "--format", "csv")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(ran.out))}
    found = rows["mobilenet_v1"]
    assert (found["params"], found["count_params"]) == ("4209088", "4231976")
    assert (found["mult_adds"], found["count"]) == (str(568_740_352), str(2 * 568_740_352))


def test_json_says_what_was_counted() -> None:
    plain = document("specs")
    assert plain["convention"] == "paper"
    assert plain.keys() == {"convention", "specs"}
    other = document("specs", "--convention", "flops", "--batch", "2", "--pass", "training")
    basis = other["convention"], other["batch"], other["pass"]
    assert basis == ("flops", 2, "training")
