"""The command line as scripts meet it: exit codes, files, help, completion.

What a pipe, a terminal or an encoding changes is in test_streams.py.
"""

import os
import re
import stat
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
import pytest
from commands import Ran, commands, process, refused
from paths import BAD, SPECS

import mnetcost
from mnetcost import cli
from mnetcost.cli.app import MODULES
from mnetcost.spec import shipped_variants

NAMES = sorted(path.stem for path in SPECS.glob("*.yaml"))
KNOWN = {*NAMES, *(one for names in shipped_variants().values() for one in names)}
SUFFIXES = {
    "rich": ".txt",
    "json": ".json",
    "csv": ".csv",
    "markdown": ".md",
    "latex": ".tex",
    "html": ".html",
}
SMALL = "name: Small\ninput: {height: 16, width: 24, channels: 3}\nlayers:\n  - conv: {out: 8}\n"


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process."""

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        code = cli.run(list(arguments))
        return Ran(code, *capsys.readouterr())

    return call


WRONG_SPEC: list[Sequence[str]] = [
    ("table", "no_such_net"),
    ("table", ""),
    ("table", "no/such/file.yaml"),
    ("table", "missing.yaml"),
    ("table", str(BAD)),
    ("table", "."),
    ("table", str(BAD / "several.yaml")),
    ("sweep", str(BAD / "several.yaml")),
    ("show", "no_such_net"),
    ("sweep", "no_such_net"),
    ("table", str(BAD / "at-floor-zero.yaml"), "--alpha", "0.25"),
    ("table", str(BAD / "at-fraction.yaml"), "--alpha", "0.75"),
    ("table", str(BAD / "at-shrinks.yaml"), "--rho", "1/8"),
    ("table", str(BAD / "at-shrinks.yaml"), "--resolution", "4"),
    ("table", str(BAD / "at-shrinks.yaml"), "--input", "64x3"),
    ("table", "--alpha", "1000000000"),
    ("table", "--rho", "1e30"),
    ("table", "--resolution", "70000"),
    ("sweep", str(BAD / "at-floor-zero.yaml"), "--alpha", "1,0.25"),
    ("sweep", str(BAD / "at-shrinks.yaml"), "--rho", "1,0.125"),
]


@pytest.mark.parametrize("arguments", WRONG_SPEC, ids=" ".join)
def test_a_wrong_spec_exits_1(arguments: Sequence[str], run: Run) -> None:
    refused(run(*arguments), 1)


NOT_RATIOS = ["0", "-1", "0.0", "wide", "nan", "inf", "1/0", "3/-4", "", " ", "1:2", "1e-3000000"]
WRONG_USAGE: list[Sequence[str]] = [
    *(("table", option, value) for option in ("--alpha", "--rho") for value in NOT_RATIOS),
    *(("table", "--resolution", value) for value in ("0", "-5", "160.5", "px", "1/2", "nan")),
    *(("table", "--input", value) for value in ("0x0", "320x", "axb", "1x2x3", "-3x4", "1.5")),
    *(("table", option, "9" * 5_000) for option in ("--alpha", "--rho", "--resolution", "--input")),
    ("table", "--alpha", "1,0.5"),
    ("table", "--rho", "1", "--resolution", "160"),
    ("table", "--aplha", "1"),
    ("table", "--alpha"),
    ("table", "--format", "yaml"),
    ("table", "--view", "parts"),
    ("table", "mobilenet_v1", "mobilenet_v1_full"),
    ("tabel",),
    ("show",),
    ("specs", "extra"),
    *(("sweep", "--alpha", value) for value in (*NOT_RATIOS, ",", "1,,2", "1:2:3:4", "0.1:1:0")),
    ("sweep", "--alpha", "1:0.25:0.25"),
    ("sweep", "--alpha", "0.000001:1:0.000001"),
    ("sweep", "--rho", "1,0"),
    ("sweep", "--resolution", "160,0.5"),
    ("sweep", "--rho", "1", "--resolution", "160"),
    ("sweep", "--view", "layers"),
    ("table", "-o", "table.docx"),
    ("table", "-o", "table"),
    ("table", "-o", "no/such/folder/table.md"),
]


@pytest.mark.parametrize("arguments", WRONG_USAGE, ids=lambda words: " ".join(words)[:60])
def test_wrong_options_exit_2(arguments: Sequence[str], run: Run) -> None:
    refused(run(*arguments), 2)


def test_problems_name_the_file_line_and_column(run: Run) -> None:
    path = str(BAD / "unknown-key.yaml")
    assert f"{path}:5:20: unknown-key: " in run("table", path).err


@pytest.mark.parametrize("format_", SUFFIXES)
@pytest.mark.parametrize("command", ["table", "sweep", "specs"])
def test_the_suffix_of_output_tells_the_format(
    command: str, format_: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / f"result{SUFFIXES[format_]}"
    assert run(command, "-o", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8") == run(command, "--format", format_).out
    assert run(command, "-o", "-", "--format", format_).out == path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]


def test_format_wins_over_the_suffix(run: Run, tmp_path: Path) -> None:
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
def test_nothing_is_written_when_it_fails(
    arguments: list[str], code: int, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "kept.md").write_text("as it was")
    (tmp_path / "folder.md").mkdir()
    refused(run(*(word.replace("{0}", str(tmp_path)) for word in arguments)), code)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.md", "kept.md"]
    assert (tmp_path / "kept.md").read_text() == "as it was"
    assert not list((tmp_path / "folder.md").iterdir())


@pytest.mark.parametrize("step", ["replace", "close", "chmod"])
def test_a_failing_disk_leaves_the_old_file_alone(
    step: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
def test_a_replaced_file_keeps_its_mode_and_its_link(run: Run, tmp_path: Path) -> None:
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
def test_a_new_file_has_the_usual_mode(run: Run, tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    run("table", "-o", str(tmp_path / "table.csv"))
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert len(modes) == 1


@pytest.mark.parametrize("name", MODULES)
def test_help_mentions_every_option_and_the_exit_codes(name: str, run: Run) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert "Exit codes: 0 done; 1 " in out
    command = commands()[name]
    for option in command.params:
        for flag in option.opts if isinstance(option, click.Option) else ():
            assert flag in out
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_help_lists_the_commands(run: Run) -> None:
    for arguments in (["--help"], ["-h"], []):
        ran = run(*arguments)
        assert ran.code == 0
        assert all(re.search(rf"^  {name} ", ran.out, re.MULTILINE) for name in MODULES)
        assert "Exit codes" in ran.out


def test_version_and_entry_points(run: Run) -> None:
    assert run("--version") == (0, f"mnetcost {mnetcost.__version__}\n", "")
    assert process("--version").out == f"mnetcost {mnetcost.__version__}\n"
    [script] = entry_points(group="console_scripts", name="mnetcost")
    assert script.load() is cli.main


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mnetcost table mobil", {f"plain,{name}" for name in KNOWN if name.startswith("mobil")}),
        ("mnetcost sweep mobilenet_v1_s", {"plain,mobilenet_v1_shallow"}),
        ("mnetcost show mobilenet_v1_f", {"plain,mobilenet_v1_full"}),
        ("mnetcost ta", {"plain,table"}),
        ("mnetcost table --fo", {"plain,--format"}),
        ("mnetcost table --format ma", {"plain,markdown"}),
    ],
)
def test_the_shell_completes_names(words: str, expected: set[str]) -> None:
    env = {"_MNETCOST_COMPLETE": "bash_complete", "COMP_WORDS": words}
    ran = process(env=env | {"COMP_CWORD": str(len(words.split()) - 1)})
    found = {line for line in ran.out.split("\n") if line.startswith("plain,")}
    assert found == expected
    assert ran.err == ""


def test_specs_lists_and_show_prints_what_is_shipped(run: Run) -> None:
    listed = run("specs").out
    assert len(NAMES) >= 5
    for name in NAMES:
        assert run("show", name).out == (SPECS / f"{name}.yaml").read_text(encoding="utf-8")
        network = mnetcost.load(name)
        for one in network.graph.variants or (name,):
            assert re.search(rf"^{one} +{name} ", listed, re.MULTILINE)
            assert f"{mnetcost.load(one).cost().mult_adds:,}" in listed


@pytest.mark.parametrize("format_", SUFFIXES)
def test_the_default_the_name_and_the_path_are_the_same(format_: str, run: Run) -> None:
    byname = run("table", "mobilenet_v1", "--format", format_)
    assert byname.code == 0
    assert run("table", "--format", format_) == byname
    assert run("table", str(SPECS / "mobilenet_v1.yaml"), "--format", format_) == byname


def test_another_folder_and_a_file_of_the_same_name_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "mobilenet_v1").write_text("layers: 3\n")
    (tmp_path / "mine").write_text(SMALL)
    assert process("table", "mobilenet_v1", cwd=tmp_path) == process("table")
    assert "./mine" in process("table", "mine", cwd=tmp_path).err
    assert process("table", "./mine", cwd=tmp_path).code == 0
