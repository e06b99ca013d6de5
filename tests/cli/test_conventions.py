"""conventions, reconcile and --convention as users meet them: options, own presets, raw output."""

import csv
import io
from pathlib import Path

import pytest
from commands import refused, run
from documents import document

import mnetcost
from mnetcost.problems import UsageError

MACS = 568_740_352
OWN = "words: mine\nunit: MAC\nwork: {every: {multiply_accumulate: 7}}\nparameters: [weights]\n"


@pytest.mark.parametrize("name", ["paper", "fvcore", "ours"])
def test_an_own_preset_is_never_taken_for_a_shipped_one(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.yaml"
    path.write_text(OWN, encoding="utf-8")
    own = document("table", "mobilenet_v1", "--convention", str(path))
    assert own["totals"]["count"] == {"value": 7 * MACS, "unit": "MAC", "params": 4_209_088}
    shown = "ours" if name == "ours" else f"{name} (own)"
    assert own["convention"] == shown
    rows = document("conventions", "mobilenet_v1", "--own", str(path))["conventions"]
    assert [row["value"] for row in rows if row["convention"] == shown] == [7 * MACS]
    steps = document("reconcile", "--from", str(path))["steps"]
    assert sum(step["change"] for step in steps) == -6 * MACS


@pytest.mark.parametrize(
    "arguments",
    [
        ("conventions", "--alpha", "0.5"),
        ("conventions", "--batch", "2"),
        ("conventions", "--set", "depth=2"),
        ("conventions", "mobilenet_v1", "--own", "fvcor"),
        ("reconcile",),
        ("reconcile", "--from", "keras"),
        ("reconcile", "--from", "paper", "--to", "keras"),
        ("reconcile", "--printed", "317M", "--to", "thop"),
        ("reconcile", "--printed", "317M", "--from", "thop"),
        ("reconcile", "--from", "thop", "--from", "fvcore"),
        ("reconcile", "--printed", "0"),
        ("reconcile", "--printed", "1,23"),
        ("reconcile", "--printed", "9" * 10_000),
        ("table", "--columns", "--pass", "training"),
        ("table", "--columns", "--convention", "flops"),
        ("table", "--columns", "--sort", "params"),
    ],
)
def test_options_that_say_nothing_together_are_refused(arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)
    refused(ran, 2)
    assert len(ran.err) < 600


@pytest.mark.parametrize("wrong", [{"convention": 3}, {"batch": True}, {"batch": "2"}])
def test_wrong_arguments_are_usage_errors(wrong: dict) -> None:
    with pytest.raises(UsageError):
        mnetcost.load("mobilenet_v1").cost(**wrong)


def test_csv_holds_raw_numbers_and_both_bounds(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "input: {height: 3, width: 4, channels: 2}\n"
        "layers:\n  - conv: {out: 5}\n  - relu: {called_as: unknown}\n",
        encoding="utf-8",
    )
    ran = run("conventions", str(spec), "--format", "csv")
    rows = {row["convention"]: row for row in csv.DictReader(io.StringIO(ran.out))}
    # 3·4·2·5 products; a functional relu of 60 values counts once, a module twice, a tensor's not
    assert (rows["ptflops"]["low"], rows["ptflops"]["high"]) == ("120", "240")
    assert (rows["paper"]["low"], rows["paper"]["high"]) == ("120", "120")
    assert rows["keras"]["low"] == ""
    found = document("conventions", str(spec))["conventions"]
    ptflops = next(row for row in found if row["convention"] == "ptflops")
    assert (ptflops["value"], ptflops["ratios"]) == (None, [1.0, 2.0])
    way = run("reconcile", str(spec), "--from", "ptflops")
    assert "depends on calls that the spec does not know" in way.out


def test_remarks_stand_where_they_concern_the_network(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(
        OWN + "notes: [Always., attention: Of heads.]\ndefects:\n  - uneven_padding: Of windows.\n",
        encoding="utf-8",
    )
    spec = tmp_path / "net.yaml"
    begin = "input: {height: 4, width: 6, channels: 2}\nlayers:\n  - "

    def notes(layer: str, *command: str) -> str:
        spec.write_text(begin + layer, encoding="utf-8")
        ran = run(*command, "--convention", str(path))
        assert ran.code == 0, ran.err
        return ran.out

    for command in (
        ("table", str(spec)),
        ("sweep", str(spec), "--alpha", "1"),
        ("compare", str(spec)),
    ):
        assert "Note: Always." in notes("relu", *command)
        assert "Of heads." not in notes("relu", *command)
        assert "Note: Of heads." in notes("attention: {heads: 2}", *command)
        assert "Defect: Of windows." in notes("conv: {out: 2, kernel: [2, 3]}", *command)
        assert "Of windows." not in notes("conv: {out: 2, kernel: [1, 3]}", *command)


@pytest.mark.parametrize("entry", ["atention: x", "attention: [x]", "[x]"])
def test_a_wrong_remark_is_a_problem(entry: str, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(OWN + f"notes:\n  - {entry}\n", encoding="utf-8")
    refused(run("table", "--convention", str(path)), 1)
