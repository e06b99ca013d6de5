"""Runs what a page shows: commands as a shell does, Python as a notebook does."""

import ast
import io
import os
import re
import shlex
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from mnetcost import cli

WIDTH = {"COLUMNS": "100"}  # of a page
_SHELL = set("|<>;&$*`\\~")


class Ran(NamedTuple):
    """The exit code of a command, and what it printed, standard error last."""

    code: int
    printed: str


def run(command: str, folder: Path) -> Ran:
    """Run a command in a folder: in this process where it is of mnetcost alone, else in a shell."""
    if command.startswith("mnetcost ") and not _SHELL & set(command):
        return _here(shlex.split(command)[1:], folder)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **WIDTH, "PATH": path, "PYTHONIOENCODING": "utf-8"}
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, check=False
    )
    return Ran(done.returncode, (done.stdout + done.stderr).decode())


def _here(words: list[str], folder: Path) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    wide = mock.patch.dict(os.environ, WIDTH)
    with wide, chdir(folder), redirect_stdout(out), redirect_stderr(err):
        code = cli.run(words)
    return Ran(code, out.getvalue() + err.getvalue())


def commands_of(text: str) -> Iterator[tuple[str, str]]:
    """Each `$ command` of a console block, with what is shown of its output."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = re.sub(r"\\\n(?:> )?", "", part).partition("\n")
        yield command, shown.rstrip("\n")


def matches(shown: str, printed: str) -> bool:
    """Whether a command printed what is shown; a line of `...` stands for any lines."""
    kept = [re.escape(part) for part in f"\n{shown}".split("\n...")]
    return re.fullmatch(r"(?:\n.*)*".join(kept), f"\n{printed.rstrip()}") is not None


class Claim(NamedTuple):
    """A line of Python whose comment says what it gives, and whether it does."""

    code: str
    comment: str
    given: Any
    holds: bool


def claims(text: str, names: dict[str, Any]) -> Iterator[Claim]:
    """Run a block statement by statement; yield each comment that says a value."""
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    for statement in ast.parse(text).body:
        given, printed = _run(statement, names)
        comment = comments.get(statement.end_lineno or 0, "")
        holds = printed == comment.removeprefix("→ ") if printed else says(comment, given)
        if comment and holds is not None:
            code = ast.get_source_segment(text, statement) or ""
            yield Claim(code, comment, printed or given, holds)


def _run(statement: ast.stmt, names: dict[str, Any]) -> tuple[Any, str]:
    """The value of a statement, or what it assigns to one name; and what it prints."""
    out = io.StringIO()
    with redirect_stdout(out):
        if isinstance(statement, ast.Expr):
            given = eval(compile(ast.Expression(statement.value), "page", "eval"), names)
        else:
            exec(compile(ast.Module([statement], []), "page", "exec"), names)
            targets = getattr(statement, "targets", [None])
            given = names[targets[0].id] if isinstance(targets[0], ast.Name) else None
    return given, out.getvalue().strip()


def says(comment: str, given: Any) -> bool | None:
    """Whether a comment is true of a value; None where it says no value, but words.

    What stands behind an arrow is a value always, as Python shows it.
    """
    words = comment.removeprefix("→ ")
    try:
        said = ast.literal_eval(words)
    except (ValueError, SyntaxError):
        pass
    else:
        return repr(said) == repr(given)
    if re.fullmatch(r"-?\d+/\d+", words):
        return bool(given == Fraction(words))
    if words != comment or re.fullmatch(r"[A-Z]\w*\(.*\)", words):
        return repr(given) == words
    if type(given) is int and (number := re.match(r"\d[\d,_]*(?= )", words)):
        return given == int(number[0].replace(",", ""))
    return None
