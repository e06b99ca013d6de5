"""Runs commands as a shell does, for the tests of the command line."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from mnetcost import cli
from mnetcost.cli.app import COMMANDS, app

# What a terminal or its user says of colours, widths and encodings, only where a test says it too.
TERMINAL = ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "PYTHONIOENCODING", "TERM")

# Every format, and the suffix of a file that says it.
SUFFIXES = {
    "text": ".txt",
    "json": ".json",
    "csv": ".csv",
    "markdown": ".md",
    "latex": ".tex",
    "html": ".html",
}


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def run(
    *arguments: str,
    input: bytes = b"",  # noqa: A002 - as subprocess.run calls it
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> Ran:
    """Runs a command in this process, with streams of its own: as a pipe has them."""
    streams = {
        name: io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=None if name == "stdin" else "")
        for name, data in (("stdin", input), ("stdout", b""), ("stderr", b""))
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in TERMINAL:
            patch.delenv(name, raising=False)
        for name, value in (env or {}).items():
            patch.setenv(name, value)
        if cwd:
            patch.chdir(cwd)
        for name, stream in streams.items():
            patch.setattr(sys, name, stream)
        code = cli.run(arguments)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    out, err = (streams[name].buffer.getvalue().decode() for name in ("stdout", "stderr"))
    return Ran(code, out, err)


def printed(*arguments: str, **options: Any) -> str:
    """The standard output of a command that succeeds and complains of nothing."""
    ran = run(*arguments, **options)
    assert (ran.code, ran.err) == (0, "")
    return ran.out


def process(*arguments: str | bytes, env: dict[str, str] | None = None, **options: Any) -> Ran:
    """Runs a command in a process of its own, for what only that shows."""
    kept = {name: value for name, value in os.environ.items() if name not in TERMINAL}
    options.setdefault("stdout", subprocess.PIPE)
    ran = subprocess.run(
        [sys.executable, "-m", "mnetcost", *arguments],
        stderr=subprocess.PIPE,
        env=kept | {"PYTHONUTF8": "1"} | (env or {}),
        timeout=60,
        check=False,
        **options,
    )
    return Ran(ran.returncode, (ran.stdout or b"").decode(), ran.stderr.decode())


def commands() -> dict[str, click.Command]:
    """Every command by its name."""
    context = click.Context(app)
    found = {name: app.get_command(context, name) for name in COMMANDS}
    return {name: command for name, command in found.items() if command is not None}


def refused(ran: Ran, code: int) -> None:
    """Failed with this code, in words, with nothing on standard output."""
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.strip()
    assert "Traceback" not in ran.err
