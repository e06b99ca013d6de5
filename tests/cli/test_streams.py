"""The command line at its edges: pipes, closed streams, terminals, colours, widths, encodings.

Each runs a process of its own, as only that shows what a shell sees.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import process, refused
from paths import SPECS

import mnetcost
from mnetcost import cli

SMALL = "name: Small\ninput: {height: 16, width: 24, channels: 3}\nlayers:\n  - conv: {out: 8}\n"

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


def test_an_argument_that_is_no_text_is_only_an_unknown_name() -> None:
    refused(process("table", b"\xff\xfe"), 1)


def test_a_file_whose_name_is_no_text_can_be_counted(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.yaml"
    try:
        Path(os.fsdecode(path)).write_text(SMALL.partition("\n")[2])
    except OSError:
        pytest.skip("this file system has only names that are text")
    for words in (["table"], ["sweep", "--alpha=1"], ["table", "--format=csv"]):
        ran = subprocess.run(
            [sys.executable, "-m", "mnetcost", words[0], path, *words[1:]],
            capture_output=True,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, b"")
    assert cli.run(["table", os.fsdecode(path), "-o", str(tmp_path / "table.md")]) == 0


def test_a_spec_from_standard_input_is_the_same_spec() -> None:
    text = (SPECS / "mobilenet_v1.yaml").read_bytes()
    assert process("table", "-", input=text) == process("table")
    alone = process("sweep", "-", "--format", "json", "--alpha", "1", input=text)
    assert alone == process("sweep", "--format", "json", "--alpha", "1")


@pytest.mark.parametrize(
    "text",
    [b"", b"\xff\xfe", b"layers: [conv2]\n", b"#" * 2**21],
    ids=["empty", "not UTF-8", "unknown layer", "two mebibytes"],
)
def test_problems_of_standard_input(text: bytes) -> None:
    ran = process("table", "-", input=text)
    refused(ran, 1)
    assert ran.err.startswith("<stdin>:1:")


def test_standard_input_without_an_end_isrefused() -> None:
    if not Path("/dev/zero").exists():
        pytest.skip("no /dev/zero here")
    with Path("/dev/zero").open("rb") as endless:
        refused(process("table", "-", stdin=endless), 1)


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor in the shell")
@pytest.mark.parametrize(
    ("words", "codes"), [("table - <&-", {1, 2}), ("table >&-", {0, 1}), ("table >/dev/full", {1})]
)
def test_a_closed_or_full_stream_is_no_traceback(words: str, codes: set[int]) -> None:
    if "/dev/full" in words and not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    command = f'"{sys.executable}" -m mnetcost {words}'
    ran = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in ran.stderr
    assert ran.returncode in codes


PIPED = ["table", "table --format json", "sweep", "conventions", "show mobilenet_v1", "--help"]


@pytest.mark.skipif(os.name != "posix", reason="no such pipes")
@pytest.mark.parametrize("words", [*PIPED, "sweep --alpha 0.01:1:0.001 --format json"])
@pytest.mark.parametrize("lines", [0, 1])
def test_a_reader_that_stops_early_is_no_problem(words: str, lines: int) -> None:
    command = [sys.executable, "-m", "mnetcost", *words.split()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as writer:
        assert writer.stdout
        assert writer.stderr
        for _ in range(lines):  # as `| head -1`; without it the pipe is closed before a word
            writer.stdout.readline()
        writer.stdout.close()
        assert (writer.wait(), writer.stderr.read()) == (0, b"")


@pytest.mark.parametrize("command", ["table", "sweep", "conventions"])
def test_colour_only_where_it_is_wanted(command: str) -> None:
    plain = process(command).out
    assert "\x1b" not in plain
    assert _COLOUR.search(process(command, env={"FORCE_COLOR": "1"}).out)
    assert "\x1b" not in process(command, env={"NO_COLOR": "1"}).out
    both = process(command, env={"FORCE_COLOR": "1", "NO_COLOR": "1", "COLUMNS": "300"}).out
    assert not _COLOUR.search(both)


def _wide(text: str) -> int:
    return max(len(line) for line in _ESCAPE.sub("", text).split("\n"))


@pytest.mark.parametrize("columns", [60, 80, 200])
def test_every_number_is_there_at_every_width(columns: int) -> None:
    env = {"FORCE_COLOR": "1", "COLUMNS": str(columns)}
    cost = mnetcost.load("mobilenet_v1").cost()
    printed = _ESCAPE.sub("", process("table", "--all", env=env).out)
    assert _wide(printed) <= columns
    lines = [set(line.split()) for line in printed.splitlines()]
    for layer in cost.layers:  # the row of each is whole
        shape = "×".join(map(str, layer.output))
        row = {layer.name, shape, f"{layer.params:,}", f"{layer.mult_adds:,}"}
        assert any(row <= line for line in lines)
    assert any({f"{cost.params:,}", f"{cost.mult_adds:,}", "Total"} <= line for line in lines)
    pairs = _ESCAPE.sub("", process("table", "--view", "reduction", env=env).out)
    for pair in cost.reductions():
        row = {pair.name, f"{pair.standard.mult_adds:,}", f"{pair.separable.mult_adds:,}"}
        assert any(row <= set(line.split()) for line in pairs.splitlines())
    grid = process("sweep", env=env).out
    assert _wide(grid) <= columns
    sweep = mnetcost.sweep("mobilenet_v1")
    values = {f"{value:,}" for array in (sweep.params, sweep.mult_adds) for value in array.flat}
    assert values <= set(_ESCAPE.sub("", grid).split())


def test_a_long_name_is_folded_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(SMALL.replace("out: 8", f"out: 8, name: {'q' * 100}"))
    ran = process("table", str(path), "--view", "layers", env={"FORCE_COLOR": "1", "COLUMNS": "40"})
    assert _wide(ran.out) <= 40
    assert _ESCAPE.sub("", ran.out).count("q") >= 100
    assert {"24", "9,216"} <= set(_ESCAPE.sub("", ran.out).split())


@pytest.mark.skipif(os.name != "posix", reason="no pseudo-terminals")
def test_a_real_terminal_sets_the_width() -> None:
    import fcntl
    import pty
    import struct
    import termios

    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 60, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    command = [sys.executable, "-m", "mnetcost", "table", "mobilenet_v1_layer"]
    with subprocess.Popen(command, stdout=follower, env=env | {"TERM": "xterm-256color"}):
        os.close(follower)
        seen = b""
        while chunk := _read(leader):
            seen += chunk
    os.close(leader)
    text = seen.decode().replace("\r\n", "\n")
    assert _wide(text) <= 60
    assert "52,283,392" in text
    assert _COLOUR.search(text)


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # how Linux says that the other end is closed
        return b""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("words", ["table", "sweep", "conventions", "table --format markdown"])
def test_other_encodings_keep_tables_aligned(encoding: str, words: str) -> None:
    command = [sys.executable, "-m", "mnetcost", *words.split()]
    env = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    ran = subprocess.run(command, capture_output=True, env=env, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")
    lines = process(*words.split()).out.split("\n")
    assert list(map(len, ran.stdout.decode(encoding).split("\n"))) == list(map(len, lines))


@pytest.mark.parametrize("words", ["table --help", "sweep -h", "table --rho 0", "table nöwhere"])
def test_ascii_is_enough_for_help_and_problems(words: str) -> None:
    env = os.environ | {"PYTHONIOENCODING": "ascii:strict", "PYTHONUTF8": "0", "LC_ALL": "C"}
    command = [sys.executable, "-m", "mnetcost", *words.split()]
    ran = subprocess.run(command, capture_output=True, env=env, check=False)
    assert b"Traceback" not in ran.stderr
    assert ran.returncode == (0 if "-h" in words else 2 if "--rho" in words else 1)


def test_standard_output_is_appended_to_not_replaced(tmp_path):
    log = tmp_path / "log"
    command = f'echo kept > "{log}"; "{sys.executable}" -m mnetcost table -o /dev/stdout'
    command += f' --format csv >> "{log}"; echo after >> "{log}"'
    subprocess.run(["bash", "-c", command], check=True)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[-1]) == ("kept", "after")
    assert any(line.startswith("conv_1,conv,224,224,3") for line in lines)


def test_standard_input_that_cannot_be_read_is_a_problem_of_the_spec(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.run(["table", "-"]) == 1
    assert "<stdin>:1:1: unreadable" in capsys.readouterr().err


@pytest.mark.parametrize("columns", [30, 40, 60])
@pytest.mark.parametrize("command", ["table", "sweep"])
def test_narrow_terminals_have_whole_rows(command, columns, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    assert cli.run([command]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns + len("\x1b[1m\x1b[0m") * 8  # styles have no width
    cost = mnetcost.load("mobilenet_v1").cost()
    text = "\n".join(lines)
    assert f"{cost.mult_adds:,}" in text


@pytest.mark.parametrize("words", ["--alpha 0 2>&-", "--alpha 0 2>/dev/full"])
def test_a_closed_standard_error_changes_no_exit_code(words):
    command = f'"{sys.executable}" -m mnetcost table {words}'
    done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, check=False)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
@pytest.mark.parametrize("words", [["--help"], ["table", "--help"], ["table", "--alpha", "0"]])
def test_help_and_usage_show_in_any_encoding(words, encoding):
    environment = {"PYTHONIOENCODING": encoding, "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "mnetcost", *words]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert b"Traceback" not in done.stderr
    assert done.stdout or b"a: 0 is not above zero" in done.stderr
