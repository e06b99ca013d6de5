"""Where a report goes: its format by the suffix, whole files or none, modes and links."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from commands import SUFFIXES, refused, run
from paths import BAD


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
