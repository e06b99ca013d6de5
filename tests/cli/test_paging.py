"""What people read on a screen: the pager, units, and columns that they choose."""

import csv
import io
import json
import os
import re
import sys
from pathlib import Path

import pytest
from commands import commands, printed, process, refused, run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="terminals")
NET = "mobilenet_v1"


def on_a_terminal(words: list[str], lines: int, tmp_path: Path, **env: str) -> tuple[str, bool]:
    """What a terminal of 80 columns and so many lines shows, and whether a pager was asked."""
    import pexpect

    pager, called = tmp_path / "pager", tmp_path / "called"
    pager.write_text(f'#!/bin/sh\ntouch "{called}"\nexec cat\n')
    pager.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS")}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "mnetcost", *words],
        env={**kept, "TERM": "xterm-256color", "PAGER": str(pager), **env},
        dimensions=(lines, 80),
        encoding="utf-8",
        timeout=60,
    )
    text = child.read()
    child.close()
    assert child.exitstatus == 0, text
    return text, called.exists()


def test_a_long_text_goes_through_the_pager_in_its_colours(tmp_path: Path) -> None:
    text, paged = on_a_terminal(["table", NET], 30, tmp_path)
    assert paged
    assert "568,740,352" in text
    assert "\x1b[1;36m" in text


@pytest.mark.parametrize(
    ("words", "lines"),
    [(["table", NET, "--no-pager"], 30), (["table", NET], 50), (["table", NET, "-o", "-"], 50)],
)
def test_what_fits_or_should_not_goes_past_it(words, lines, tmp_path: Path) -> None:
    text, paged = on_a_terminal(words, lines, tmp_path)
    assert not paged
    assert "568,740,352" in text


@pytest.mark.parametrize("pager", ["", " ", "cat"])
def test_an_empty_pager_is_none(pager: str, tmp_path: Path) -> None:
    """As git has it: nothing else is opened in its place."""
    less = tmp_path / "less"
    less.write_text(f'#!/bin/sh\ntouch "{tmp_path}/called"\nexec cat\n')
    less.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    text, paged = on_a_terminal(["table", NET], 30, tmp_path, PAGER=pager, PATH=path)
    assert not paged
    assert "568,740,352" in text


def test_a_pipe_has_no_pager() -> None:
    ran = process("table", NET, env={"PAGER": "false", "LINES": "5"})
    assert (ran.code, ran.err) == (0, "")
    assert "568,740,352" in ran.out


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("exact", ["10,838,016", "864"]),
        ("auto", ["10.8 M", "864"]),
        ("K", ["10,838.016 K", "0.864 K"]),
        ("M", ["10.838 M", "0.001 M"]),
        ("G", ["0.011 G", "<0.001 G"]),
    ],
)
def test_units_shorten_what_is_on_the_screen(unit: str, words: list[str]) -> None:
    for format_ in ("text", "markdown"):
        out = printed("table", NET, "--unit", unit, "--format", format_)
        for word in words:
            assert word.replace("<", "&lt;") in out or word in out
        assert "568,740,352" in out  # the total stands exactly above the tables


def test_units_hold_for_grids_and_changes() -> None:
    words = ["--alpha", "1,0.25", "--rho", "1"]
    grid = printed("sweep", NET, *words, "--unit", "M")
    assert "568.740 M" in grid
    assert "0.464 M" in grid  # 463,600 weights
    change = printed("diff", NET, f"{NET}@alpha=0.75", "--unit", "auto")
    assert "-2.71 M" in change  # 10,838,016 to 8,128,512 mult-adds of the first
    assert "-216" in change


# Each command that offers --unit, in the words that make it show amounts.
AMOUNTS = [
    ["table", NET],
    *(["table", NET, "--view", view] for view in ("layers", "types", "reduction", "channels")),
    ["sweep", NET, "--alpha", "1,0.25", "--rho", "1"],
    ["fit", NET, "--max-mult-adds", "100M"],
    ["fit", NET, "--scores", NET, "--max-mult-adds", "150M"],
    ["compare", NET, "vgg16"],
    ["diff", NET, f"{NET}@alpha=0.75"],
    ["specs", "mobilenet"],
    ["check", NET, "--all"],
    ["check", NET, "--max-params", "5M", "--all"],
    ["check", NET, "--against", NET, "--all"],
    ["check", NET, "--against", NET, "--max-increase", "1%", "--all"],
    ["conventions", NET],
    ["reconcile", NET, "--from", "torch"],
    ["reconcile", NET, "--printed", "569M"],
    ["rewrite", NET, "--to", "standard", "--format", "text"],
    ["time", NET, "--device", "rk3399-big"],
]


@pytest.mark.parametrize("words", AMOUNTS, ids=" ".join)
def test_a_unit_holds_wherever_it_is_offered(words: list[str]) -> None:
    texts = [printed(*words, "--unit", unit) for unit in ("exact", "auto", "K", "M", "G")]
    assert len(set(texts)) == 5
    for text, sign in zip(texts[2:], "KMG"):
        assert re.search(rf"\d\.\d{{3}} {sign}\b", text)


def test_a_unit_is_offered_where_there_are_amounts() -> None:
    offered = {
        name
        for name, command in commands().items()
        if any("--unit" in one.opts for one in command.params)
    }
    assert offered == {words[0] for words in AMOUNTS}
    refused(run("table", NET, "--view", "fields", "--unit", "M"), 2)
    refused(run("conventions", "--unit", "M"), 2)


def test_no_unit_shortens_how_many_layers_there_are() -> None:
    """28 layers of MobileNet v1 have a cost: 13 pairs, the first convolution, the last layer."""
    text = printed("check", NET, "--against", NET, "--all", "--unit", "K")
    assert re.search(r"layers with a cost +28 +28 +same", text)


def test_files_and_documents_are_exact_always(tmp_path: Path) -> None:
    for name in ("net.md", "net.txt", "net.csv", "net.json"):
        for unit in ("exact", "M"):
            assert run("table", NET, "--unit", unit, "-o", str(tmp_path / unit / name)).code in (
                0,
                2,
            )
    for form in ("csv", "json"):
        plain = printed("table", NET, "--format", form)
        assert printed("table", NET, "--unit", "M", "--format", form) == plain
    path = tmp_path / "net.md"
    run("table", NET, "--unit", "M", "-o", str(path))
    assert path.read_text(encoding="utf-8") == printed("table", NET, "--format", "markdown")


CHOSEN = "name,kernel,stride,output,params,mult_adds_share"


def test_columns_are_chosen_in_every_format() -> None:
    words = ["table", "mobilenet_v1_layer", "--columns", CHOSEN]
    head, _, last = csv.reader(io.StringIO(printed(*words, "--format", "csv")))
    assert head == [
        *("name", "kernel", "stride_height", "stride_width"),
        *("output_height", "output_width", "output_channels", "params", "mult_adds_share"),
    ]
    assert last[:8] == ["separable_1/pointwise", "1×1", "1", "1", "14", "14", "512", "262144"]
    document = json.loads(printed(*words, "--format", "json"))
    assert list(document["layers"][1]) == CHOSEN.split(",")
    assert document["layers"][1] == {
        "name": "separable_1/pointwise",
        "kernel": [1, 1],
        "stride": [1, 1],
        "output": [14, 14, 512],
        "params": 262_144,
        "mult_adds_share": 51_380_224 / 52_283_392,
    }
    for format_ in ("text", "markdown", "latex", "html"):
        out = printed(*words, "--format", format_)
        assert "Kernel" in out
        assert "Groups" not in out
        assert "Pair" not in out


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("nam", "no column 'nam'; did you mean 'name'?"),
        ("name,", ""),
        ("", "no column is named; write some of name, type, kernel,"),
        (" , ", "no column is named; write some of name, type, kernel,"),
        ("count", "--columns count: not counted here"),
        ("\x1b[31m", r"no column '\x1b[31m'"),
    ],
)
def test_a_wrong_column_is_told(columns: str, told: str) -> None:
    ran = run("table", NET, "--columns", columns)
    assert ran.code == (2 if told else 0)
    assert told in ran.err
    assert "\x1b" not in ran.err


def test_what_can_be_chosen_is_told_once() -> None:
    ran = run("table", NET, "--operations", "--columns", "count")
    refused(ran, 2)
    names = ran.err.partition("there are ")[2].strip().split(", ")
    assert "additions" in names
    assert len(names) == len(set(names))
