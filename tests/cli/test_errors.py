"""What goes wrong is coloured on a terminal, and plain anywhere else."""

import re

import pytest
from commands import run

SPEC = b"input: {height: 4, width: 6, channels: 3}\nlayers:\n  - cnov: {out: 8}\n"
PLAIN = "<stdin>:3:5: unknown-layer: there is no layer `cnov`\n"
FORCED = {"FORCE_COLOR": "1", "TERM": "xterm"}


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_pipe_is_plain() -> None:
    ran = run("table", "-", input=SPEC)
    assert ran.err.startswith(PLAIN)
    assert "\x1b" not in ran.err


def test_forced_colours_change_nothing_else() -> None:
    ran = run("table", "-", input=SPEC, env=FORCED)
    assert plain(ran.err) == run("table", "-", input=SPEC).err
    place, code, *_ = re.findall(r"\x1b\[[0-9;m\x1b[]*m?([^\x1b]+)\x1b\[0m", ran.err)
    assert (place, code) == ("<stdin>:3:5", "unknown-layer")
    assert "\x1b[32mdid you mean 'conv'?\x1b[0m" in ran.err
    assert re.search(r"\x1b\[31m\x1b\[1m\^{4}\x1b\[0m", ran.err)


@pytest.mark.parametrize("value", ["1", "yes"])
def test_no_colours_win(value: str) -> None:
    ran = run("table", "-", input=SPEC, env={**FORCED, "NO_COLOR": value})
    assert ran.err.startswith(PLAIN)


@pytest.mark.parametrize(
    ("words", "coloured"),
    [
        (["table", "--alpha", "0"], "Error:"),
        (["table", "--no-such"], "Error:"),
        (["check", "mobilenet_v1", "--max-params", "1M"], "budget"),
    ],
)
def test_every_complaint_is_coloured(words: list[str], coloured: str) -> None:
    ran = run(*words, env=FORCED)
    assert f"\x1b[31m\x1b[1m{coloured}\x1b[0m" in ran.err
    assert plain(ran.err) == run(*words).err
