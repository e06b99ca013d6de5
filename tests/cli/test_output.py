"""Where a report goes: its format by the suffix, whole files or none, modes and links."""

import csv
import io
import os
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from commands import SUFFIXES, printed, refused, run
from paths import BAD

from mnetcost.reports.choices import TABLE_VIEWS


@pytest.mark.parametrize("format_", SUFFIXES)
@pytest.mark.parametrize("command", ["table", "sweep", "specs"])
@pytest.mark.usefixtures("few_listed")
def test_the_suffix_of_output_tells_the_format(command: str, format_: str, tmp_path: Path) -> None:
    path = tmp_path / f"result{SUFFIXES[format_]}"
    assert run(command, "-o", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8") == run(command, "--format", format_).out
    assert run(command, "-o", "-", "--format", format_).out == path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]


def test_format_wins_over_the_suffix(tmp_path: Path) -> None:
    run("table", "-o", str(tmp_path / "table.md"), "--format", "json")
    assert (tmp_path / "table.md").read_text() == run("table", "--format", "json").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["table", "no_such_net", "-o", "{0}/kept.md"], 1),
        (["table", str(BAD / "several.yaml"), "-o", "{0}/kept.md"], 1),
        (["table", str(BAD / "at-floor-zero.yaml"), "--alpha=.25", "-o{0}/kept.md"], 1),
        (["sweep", str(BAD / "at-floor-zero.yaml"), "-o", "{0}/kept.md"], 1),
        (["table", "--alpha", "0", "-o", "{0}/kept.md"], 2),
        (["table", "-o", "{0}/other.docx"], 2),
        (["table", "-o", "{0}/none/other.md"], 2),
        (["table", "-o", "{0}/folder.md"], 2),
    ],
)
def test_nothing_is_written_when_it_fails(arguments: list[str], code: int, tmp_path: Path) -> None:
    (tmp_path / "kept.md").write_text("as it was")
    (tmp_path / "folder.md").mkdir()
    refused(run(*(word.replace("{0}", str(tmp_path)) for word in arguments)), code)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.md", "kept.md"]
    assert (tmp_path / "kept.md").read_text() == "as it was"
    assert not list((tmp_path / "folder.md").iterdir())


@pytest.mark.parametrize("step", ["replace", "chmod"])
def test_a_failing_disk_leaves_the_old_file_alone(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.md"
    path.write_text("as it was")

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    ran = run("table", "-o", str(path))
    monkeypatch.undo()
    assert ran.code in (1, 2)
    assert "No space left on device" in ran.err
    assert [one.read_text() for one in tmp_path.iterdir()] == ["as it was"]


@pytest.mark.skipif(os.name != "posix", reason="modes and links")
def test_a_replaced_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    real, link = tmp_path / "store" / "real.csv", tmp_path / "link.csv"
    real.write_text("old " * 100_000)
    real.chmod(0o640)
    link.symlink_to(real)
    assert run("table", "-o", str(link)).code == 0
    assert link.is_symlink()
    assert real.read_text() == run("table", "--format", "csv").out
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert [path.name for path in real.parent.iterdir()] == ["real.csv"]


@pytest.mark.skipif(os.name != "posix", reason="modes")
def test_a_new_file_has_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    run("table", "-o", str(tmp_path / "table.csv"))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


# Every command that writes CSV, in words that show columns of every kind.
TABLES = [
    *(["table", "mobilenet_v1", "--view", view] for view in TABLE_VIEWS),
    ["sweep", "mobilenet_v1", "--alpha", "1,0.5", "--rho", "1", "--max-params", "2M"],
    ["fit", "mobilenet_v1", "--max-mult-adds", "100M"],
    ["fit", "mobilenet_v1", "--scores", "mobilenet_v1", "--max-mult-adds", "150M"],
    ["fit", "googlenet", "--max-params", "7M", "--set", "auxiliary=true,false"],
    ["compare", "mobilenet_v1", "vgg16"],
    ["diff", "resnet18", "resnet34"],
    ["specs", "mobilenet"],
    ["expand", "mobilenet_v1"],
    ["explain", "mobilenet_v1", "conv_1"],
    ["conventions"],
    ["conventions", "mobilenet_v1"],
    ["reconcile", "mobilenet_v1", "--from", "torch"],
    ["reconcile", "mobilenet_v1", "--printed", "569M"],
    ["rewrite", "mobilenet_v1", "--to", "standard"],
]


FOR_PEOPLE = re.compile(r"'?[-+]?[\d.]+(,\d{3})+|'?[-+]?[\d.,]+ %|'[-+][\d.]+")


@pytest.mark.parametrize("words", TABLES, ids=" ".join)
def test_numbers_and_flags_of_csv_are_plain(words: list[str]) -> None:
    """No commas, signs or per cent for people; true and false."""
    rows = list(csv.DictReader(io.StringIO(printed(*words, "--format", "csv"))))
    assert rows
    for row in rows:
        for name, cell in row.items():
            assert not FOR_PEOPLE.fullmatch(cell), name
            assert cell not in ("*", "yes", "no", "True", "False", "–"), name


def test_flags_and_groups_by_hand() -> None:
    """Of MobileNet v1 the depthwise layer of 32 channels has 32 groups, all others one or none."""
    rows = csv.DictReader(io.StringIO(printed("table", "mobilenet_v1", "--format", "csv")))
    keys = ("stride_height", "stride_width", "groups")
    found = {row["name"]: tuple(row[key] for key in keys) for row in rows}
    assert found["conv_1"] == ("2", "2", "1")
    assert found["separable_1/depthwise"] == ("1", "1", "32")
    assert found["separable_1/pointwise"] == ("1", "1", "1")
    assert found["logits"] == ("", "", "")
    words = ["fit", "mobilenet_v1", "--scores", "mobilenet_v1", "--max-mult-adds", "150M"]
    ranked = list(csv.DictReader(io.StringIO(printed(*words, "--format", "csv"))))
    assert (ranked[0]["mult_adds"], ranked[0]["fits"]) == ("568740352", "false")
    assert {row["fits"] for row in ranked if row["alpha"] == "0.25"} == {"true"}
