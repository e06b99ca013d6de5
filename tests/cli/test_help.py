"""`mnetcost help`: pages as they stand in a pipe, for reading in a terminal."""

import os
import re
import subprocess
import sys
from contextlib import suppress

import pytest
from commands import commands, process, refused

from mnetcost.layers import LAYERS
from mnetcost.manual import find, layer_types, pages, topics
from mnetcost.problems import UsageError
from mnetcost.render.page import render_page


def test_without_a_topic_every_topic_is_listed() -> None:
    ran = process("help")
    assert (ran.code, ran.err) == (0, "")
    for topic in set(topics()) - {"index"}:
        assert f"[{topic}](" in ran.out
    for heading in ("## Tutorials", "## Reference", "## Commands", "## Layer types"):
        assert heading in ran.out.splitlines()


def test_a_page_is_its_text() -> None:
    assert process("help", "table").out == pages()["table"].path.read_text(encoding="utf-8")


def test_a_layer_type_is_its_section() -> None:
    printed = process("help", "conv").out
    assert printed.startswith("## conv\n")
    assert "| mult-adds | D_K²·M·N·D_Oh·D_Ow | 3²·16·64·12·16 | 1,769,472 |" in printed
    assert "## conv_transpose" not in printed


def test_every_command_and_layer_type_is_a_topic() -> None:
    assert set(commands()) <= set(pages())
    assert set(LAYERS) == set(layer_types())
    for topic in topics():
        assert find(topic).startswith("#")


@pytest.mark.parametrize(
    ("topic", "near"),
    [("convetions", "conventions"), ("conv2d", "conv"), ("linear", "dense"), ("swep", "sweep")],
)
def test_an_unknown_topic_has_a_near_one(topic: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"no page '{topic}'; did you mean '{near}'"):
        find(topic)


def test_an_unknown_topic_is_wrong_usage() -> None:
    ran = process("help", "\x1b[31mnothing like it")
    refused(ran, 2)
    assert "\\x1b[31mnothing like it" in ran.err
    assert "`mnetcost help` lists them" in ran.err
    assert "\x1b" not in ran.err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see [the blocks](language.md#blocks) there", "see the blocks (language) there"),
        ("see [language](language.md)", "see language"),
        ("see [`conv`](layers.md#conv)", "see conv"),
        ("see [a layer](../layers.md#conv)", "see a layer (conv)"),
        ("see [below](#here)", "see below"),
        ("see [it](https://example.org/)", "see it (https://example.org/)"),
        ("![a picture](types.svg)\n\ntext", "text"),
        ("<!-- options -->\n\ntext\n\n<!-- end -->", "text"),
    ],
)
def test_a_link_names_its_topic(text: str, shown: str, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert render_page(text).split() == shown.split()


def test_code_is_not_taken_for_links(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert "x[0](language.md)" in render_page("```python\nx[0](language.md)\n```\n")


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("lines", "paged"), [(500, False), (20, True)])
def test_in_a_terminal_a_long_page_goes_through_the_pager(lines: int, paged: bool) -> None:
    import fcntl
    import pty
    import struct
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 80, 0, 0))
    kept = {
        name: os.environ[name]
        for name in os.environ
        if name not in ("COLUMNS", "LINES", "NO_COLOR")
    }
    env = kept | {"TERM": "xterm-256color", "PAGER": "sed s/^/paged:/"}
    command = [sys.executable, "-m", "mnetcost", "help", "conv"]
    with subprocess.Popen(command, stdin=follower, stdout=follower, env=env) as process:
        os.close(follower)
        seen = b""
        with suppress(OSError):  # how Linux says that the other end is closed
            while chunk := os.read(leader, 65_536):
                seen += chunk
    os.close(leader)
    text = seen.decode()
    assert process.returncode == 0
    assert "\x1b[" in text
    assert ("paged:conv" in re.sub(r"\x1b\[[0-9;]*m", "", text)) == paged
    assert "```" not in text
    assert "1,769,472" in text


def test_other_commands_do_not_wait_for_the_manual() -> None:
    code = "import sys; from mnetcost import cli; cli.run(['table']); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "mnetcost.cli.app" in ran.stdout.split()
    assert "mnetcost.manual" not in ran.stdout.split()
