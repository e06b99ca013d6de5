"""Wrong specs and wrong options: the exit codes, and that nothing else is printed."""

from collections.abc import Sequence

import pytest
from commands import refused, run
from paths import BAD

from mnetcost import cli


@pytest.mark.parametrize("option", ["--alpha", "--rho", "--resolution"])
def test_a_table_takes_each_option_once(option, capsys):
    assert cli.run(["table", option, "1", option, "2"]) == 2
    assert "sweep" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["./mobilenet_v1.yaml", "a\nb", "specs/mobilenet_v1.yaml"])
def test_show_takes_shipped_names_only(name, capsys):
    assert cli.run(["show", name]) == 2
    assert capsys.readouterr().out == ""


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
def test_a_wrong_spec_exits_1(arguments: Sequence[str]) -> None:
    refused(run(*arguments), 1)


NOT_RATIOS = ["0", "-1", "0.0", "wide", "nan", "inf", "1/0", "3/-4", "", " ", "1:2", "1e-3000000"]
WRONG_USAGE: list[Sequence[str]] = [
    *(("table", option, value) for option in ("--alpha", "--rho") for value in NOT_RATIOS),
    *(("table", "--resolution", value) for value in ("0", "-5", "160.5", "px", "1/2", "nan")),
    *(("table", "--input", value) for value in ("0x0", "320x", "axb", "1x2x3x4", "-3x4", "1.5")),
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
    ("specs", "extra", "more"),
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
def test_wrong_options_exit_2(arguments: Sequence[str]) -> None:
    refused(run(*arguments), 2)


def test_problems_name_the_file_line_and_column() -> None:
    path = str(BAD / "unknown-key.yaml")
    assert f"{path}:5:20: unknown-key: " in run("table", path).err
