"""`mnetcost plot`: kinds, files, what goes together."""

import os
import re
import struct
from pathlib import Path

import pytest
from commands import printed, process, refused, run

KINDS = {
    "blocks": [],
    "layers": ["--alpha", "0.75", "--rho", "6/7"],
    "types": ["--of", "params", "--input", "160x224"],
    "cumulative": ["--resolution", "160"],
    "reduction": [],
    "memory": ["--dtype", "int8", "--memory", "plain"],
    "heat": ["--alpha", "1,0.5", "--max-mult-adds", "300M", "--max-mult-adds", "100M"],
    "lines": ["--alpha", "0.25:1:0.25", "--resolution", "128:224:32", "--input", "160x224"],
    "fit": ["--max-mult-adds", "150M", "--alpha", "1,0.75,0.5,0.25"],
    "scores": ["--scores", "mobilenet_v1", "--max-params", "3M"],
    "networks": [],
}


@pytest.mark.parametrize(("kind", "words"), KINDS.items())
def test_every_kind_is_drawn_in_signs_and_as_a_file(
    kind: str, words: list[str], tmp_path: Path
) -> None:
    text = printed("plot", "mobilenet_v1", "--kind", kind, *words)
    assert text.startswith("Comparison\n" if kind == "networks" else "MobileNet v1\n")
    assert "convention “paper”" in text
    assert max(map(len, text.split("\n"))) <= 80
    path = tmp_path / "x.svg"
    assert printed("plot", "mobilenet_v1", "--kind", kind, *words, "-o", str(path)) == ""
    data = path.read_bytes()
    assert data.startswith(b"<?xml")
    assert os.listdir(tmp_path) == ["x.svg"]
    again = printed("plot", "mobilenet_v1", "--kind", kind, *words, "--format", "svg")
    assert again.encode() == data


def test_the_default_follows_from_what_is_given() -> None:
    assert printed("plot") == printed("plot", "mobilenet_v1", "--kind", "blocks")
    assert printed("plot", "vgg16", "resnet18").startswith("Comparison\n")
    assert "Score (up)" in printed("plot", "--scores", "mobilenet_v1")


@pytest.mark.parametrize(
    "words",
    [
        ["--kind", "memory", "--pass", "training"],
        ["--kind", "memory", "--of", "params"],
        ["--dtype", "int8"],
        ["--memory", "plain"],
        ["--kind", "memory", "--memory", "flat"],
    ],
)
def test_bytes_are_of_memory_alone_and_of_an_inference(words: list[str]) -> None:
    refused(run("plot", "mobilenet_v1", *words), 2)


def test_several_values_of_a_knob_are_lines_and_what_fills_a_budget() -> None:
    """3,185,088 parameters of kernels, and 1024 more a class (Howard et al. 2017, Table 1)."""
    knobs = ("--set", "classes=10,1000")
    lines = printed("plot", "--kind", "lines", "--of", "params", "--alpha", "1,0.5", *knobs)
    assert "\n1  classes = 1000, 128 px to 224 px\n2  classes = 10, 128 px to 224 px\n" in lines
    fits = printed("plot", "--kind", "fit", "--max-params", "4M", *knobs)
    assert fits.splitlines()[1] == "convention “paper”"
    assert re.search(r"\nclasses = 10 +█+▊? 79\.8 %\n", fits)  # 3,195,328 of 4 M, and 1000 are over
    assert "█  Weights, at most 4,000,000\n" in fits


@pytest.mark.parametrize(
    ("suffix", "start"), [("png", b"\x89PNG"), ("PDF", b"%PDF"), ("txt", b"MobileNet v1\n")]
)
def test_the_suffix_says_the_format(suffix: str, start: bytes, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    printed("plot", "--width", "3.3", "--theme", "dark", "-o", str(path))
    data = path.read_bytes()
    assert data.startswith(start)
    if suffix == "png":
        assert struct.unpack(">I", data[16:20]) == (660,)  # 3.3 inches of 200 dots


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--max-mult-adds", "1M"], "--max-mult-adds: not with --kind blocks; with heat, lines"),
        (
            ["--scores", "mobilenet_v1", "--alpha", "1"],
            "--alpha: not with --kind scores; with blocks",
        ),
        (["mobilenet_v1@alpha=1", "--scores", "mobilenet_v1"], "no alpha beside --scores"),
        (["mobilenet_v1@alpha=1", "--alpha", "1"], "give alpha there, or --alpha, not both"),
        (["--kind", "heat", "--scores", "x"], "--scores: not with --kind heat; with scores"),
        (["--kind", "networks", "--scores", "x"], "--scores: not with --kind networks"),
        (["vgg16", "alexnet", "--set", "a=1"], "vgg16: there is no setting or knob 'a'"),
        (["vgg16@classes=2", "--set", "classes=3"], "set classes there, or by --set, not both"),
        (["--kind", "networks", "--of", "params"], "--of: not with --kind networks"),
        (["--kind", "scores"], "--kind scores needs --scores FILE"),
        (["vgg16", "resnet18", "--kind", "heat"], "of several there is --kind networks"),
        (["--alpha", "1", "--alpha", "0.5"], "--alpha: one value with --kind blocks"),
        (["--alpha", "1,0.5"], "one number, not a list"),
        (["--kind", "fit"], "give a budget"),
        (
            ["--set", "classes=2,3"],
            "--set: one value a knob with --kind blocks; several with lines",
        ),
        (
            ["--kind", "fit", "--max-params", "9M", "--set", "classes=2,3", "--of", "params"],
            "--of: not with several values of --set",
        ),
        (["--kind", "fit", "--max-params", "1M", "--max-params", "2M"], "--max-params: one value"),
        (["--kind", "heat", "--max-params", "many"], "max-params"),
        (["--kind", "heat", "--rho", "1", "--resolution", "160"], "resolution"),
        (["--kind", "reduction", "vgg16"], "VGG-16 has no depthwise-separable pair to draw"),
        (["--convention", "keras"], "keras counts parameters alone"),
        (["--width", "1", "-o", "x.svg"], "width: 1 inches; from 2 to 40"),
        (["--width", "nan", "-o", "x.svg"], "--width: 'nan' is not a number"),
        (["--theme", "blue"], "'light', 'dark'"),
        (["-o", "x.gif"], "use one of .png, .svg, .pdf, .txt"),
        (["-o", "no/such/x.svg"], "cannot write"),
        (["--kind", "heat", "--alpha", "0.00001:1:0.00001"], "at most"),
    ],
)
def test_what_does_not_go_together_is_told(words: list[str], told: str, tmp_path: Path) -> None:
    ran = run("plot", *words, cwd=tmp_path)
    refused(ran, 2)
    assert told in ran.err
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "words",
    [
        ["no_such"],
        ["--kind", "fit", "--max-mult-adds", "1"],
        ["--kind", "fit", "--max-params", "1", "--set", "classes=2,3"],
        ["--kind", "heat", "no_such"],
        ["--scores", "no/such.csv"],
        ["vgg16", "no_such"],
    ],
)
def test_a_wrong_spec_exits_1(words: list[str]) -> None:
    refused(run("plot", *words), 1)


def found_first(folder: Path) -> dict[str, str]:
    """Python looks there before it looks anywhere else."""
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


@pytest.mark.parametrize(
    ("words", "library"),
    [(["--kind", "lines"], "plotille"), (["-o", "x.svg"], "matplotlib")],
)
def test_without_the_extra_the_error_names_it(
    words: list[str], library: str, tmp_path: Path
) -> None:
    (tmp_path / f"{library}.py").write_text("raise ImportError", encoding="utf-8")
    ran = process("plot", *words, env=found_first(tmp_path), cwd=tmp_path)
    refused(ran, 2)
    assert "pip install 'mnetcost[plot]'" in ran.err
    assert library in ran.err


def test_bars_and_cells_in_signs_need_no_extra(tmp_path: Path) -> None:
    for library in ("plotille", "matplotlib"):
        (tmp_path / f"{library}.py").write_text("raise ImportError", encoding="utf-8")
    for words in ([], ["--kind", "heat"]):
        ran = process("plot", *words, env=found_first(tmp_path))
        assert (ran.code, ran.err) == (0, "")


def test_plain_signs_where_an_output_has_no_others() -> None:
    ran = process("plot", "--kind", "types", env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.isascii()
