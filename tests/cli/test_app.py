"""Help, and the version."""

import re
from importlib.metadata import entry_points

import click
import pytest
from commands import commands, process, refused, run

import mnetcost
from mnetcost import cli
from mnetcost.cli.app import COMMANDS
from mnetcost.cli.options import SPEC

# Whose words are networks.
SPEC_TAKING = {
    name
    for name, command in commands().items()
    if any(one.type is SPEC for one in command.params if isinstance(one, click.Argument))
}


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


def test_help_has_every_command_once_and_whole_at_80_columns() -> None:
    lines = run("--help", env={"COLUMNS": "80"}).out.split("\n")
    listed = [line.split() for line in lines if re.match(r"  [a-z]+  +[A-Z]", line)]
    assert sorted(words[0] for words in listed) == list(COMMANDS)
    for name, *summary in listed:
        assert " ".join(summary) + "." == (commands()[name].help or "").split("\n")[0]


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)])
def test_help_fits_80_columns(words: list[str]) -> None:
    """Its examples and its exit codes too, which are not wrapped."""
    lines = run(*words, "--help", env={"COLUMNS": "80"}).out.splitlines()
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("name", sorted(SPEC_TAKING))
def test_help_says_what_a_spec_is(name: str) -> None:
    text = " ".join(run(name, "--help").out.split())
    assert "a shipped name" in text or "SPEC is the name of a shipped network" in text


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("tabel", "did you mean 'table'?"),
        ("convention", "did you mean 'conventions'?"),
        ("zzzzz", "`mnetcost --help` lists them"),
    ],
)
def test_a_misspelt_command_gets_a_suggestion(wrong: str, hint: str) -> None:
    ran = run(wrong)
    refused(ran, 2)
    assert ran.err.endswith(f"Error: no command '{wrong}'; {hint}\n")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_value_is_called_by_a_word(name: str) -> None:
    """Not by a type of the library's, and its bounds are said in words."""
    out = run(name, "--help").out
    assert not re.search(r"INTEGER|RANGE|TEXT|PATH|[<>]=", out)


def test_version_and_entry_points() -> None:
    assert run("--version") == (0, f"mnetcost {mnetcost.__version__}\n", "")
    assert process("--version").out == f"mnetcost {mnetcost.__version__}\n"
    [script] = entry_points(group="console_scripts", name="mnetcost")
    assert script.load() is cli.main


def test_help_is_as_wide_as_a_wide_terminal_up_to_100_columns() -> None:
    lines = [
        line
        for name in commands()
        for line in run(name, "--help", env={"COLUMNS": "300"}).out.split("\n")
    ]
    assert 90 < max(map(len, lines)) <= 100
