"""Help, the version, and what the shell completes."""

import re
from importlib.metadata import entry_points

import click
import pytest
from commands import commands, process, run
from paths import SHIPPED

import mnetcost
from mnetcost import cli
from mnetcost.cli.app import COMMANDS
from mnetcost.spec import shipped_variants

KNOWN = {*SHIPPED, *(one for names in shipped_variants().values() for one in names)}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_mentions_every_option_and_the_exit_codes(name: str) -> None:
    code, out, _ = run(name, "--help")
    assert code == 0
    assert "Exit codes: 0 done; 1 " in out
    command = commands()[name]
    for option in command.params:
        for flag in option.opts if isinstance(option, click.Option) else ():
            assert flag in out
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))


def test_help_lists_the_commands() -> None:
    for arguments in (["--help"], ["-h"], []):
        ran = run(*arguments)
        assert ran.code == 0
        assert all(re.search(rf"^  {name} ", ran.out, re.MULTILINE) for name in COMMANDS)
        assert "Exit codes" in ran.out


def test_version_and_entry_points() -> None:
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
        ("mnetcost table --fo", {"plain,--format", "plain,--fold"}),
        ("mnetcost table --format ma", {"plain,markdown"}),
    ],
)
def test_the_shell_completes_names(words: str, expected: set[str]) -> None:
    env = {"_MNETCOST_COMPLETE": "bash_complete", "COMP_WORDS": words}
    ran = process(env=env | {"COMP_CWORD": str(len(words.split()) - 1)})
    found = {line for line in ran.out.split("\n") if line.startswith("plain,")}
    assert found == expected
    assert ran.err == ""


def test_help_is_as_wide_as_a_wide_terminal_up_to_100_columns() -> None:
    lines = [
        line
        for name in commands()
        for line in run(name, "--help", env={"COLUMNS": "300"}).out.split("\n")
    ]
    assert 90 < max(map(len, lines)) <= 100
