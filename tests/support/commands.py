"""Runs commands as a shell does, for the tests of the command line."""

import os
import subprocess
import sys
from typing import Any, NamedTuple

import click

from mnetcost.cli.app import MODULES, app


class Ran(NamedTuple):
    code: int
    out: str
    err: str


def process(*arguments: str | bytes, env: dict[str, str] | None = None, **options: Any) -> Ran:
    """Runs a command in a process of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "PYTHONIOENCODING", "TERM")
    }
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
    found = {name: app.get_command(context, name) for name in MODULES}
    return {name: command for name, command in found.items() if command is not None}


def refused(ran: Ran, code: int) -> None:
    """Failed with this code, in words, with nothing on standard output."""
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.strip()
    assert "Traceback" not in ran.err


# Networks that are possible at the small inputs and odd widths of general tests; the others are
# counted at their own.
FIXED = {"alexnet", "deeplabv3_mobilenet_v3_large", "inception_v3", "ssd300_vgg16", "vit_b_16"}
CHAINS = {"mobilenet_v1", "mobilenet_v1_full", "mobilenet_v1_layer", "mobilenet_v1_shallow"}
