"""`mnetcost compare`: documents, the scatter, the plot."""

import csv
import io
import json
import os
import struct
from pathlib import Path

import pytest
from commands import printed, process, refused, run
from pictures import WIDTHS

import mnetcost
from mnetcost import UsageError


def test_an_abbreviation_keeps_its_capitals_in_a_sentence() -> None:
    out = printed("compare", "mobilenet_v1", "--convention", "fvcore")
    assert "smaller is better in parameters (fvcore) and in MACs (fvcore)\n" in out
    out = printed("compare", "mobilenet_v1", "--pass", "training")
    assert "smaller is better in weights and in mult-adds of training\n" in out


def test_published_figures() -> None:
    found = json.loads(printed("compare", *WIDTHS, "--format", "json"))["networks"]
    assert [one["target"] for one in found] == list(WIDTHS)
    costs = [(one["totals"]["params"], one["totals"]["mult_adds"]) for one in found]
    assert costs == list(WIDTHS.values())
    assert [one["pareto"] for one in found] == [False, False, False, True]
    assert [one["alpha"] for one in found] == ["1", "3/4", "1/2", "1/4"]
    # Table 2: 94.86 % of the mult-adds in 1×1 convolutions
    assert found[0]["pointwise_share"] == 539_492_352 / 568_740_352


def test_ratios_are_to_the_first() -> None:
    rows = list(csv.DictReader(io.StringIO(printed("compare", *WIDTHS, "--format", "csv"))))
    ratios = [(float(row["params_ratio"]), float(row["mult_adds_ratio"])) for row in rows]
    assert ratios == [
        (params / 4_209_088, mult_adds / 568_740_352) for params, mult_adds in WIDTHS.values()
    ]
    assert [row["pareto"] for row in rows] == ["false", "false", "false", "true"]
    assert [row["alpha"] for row in rows] == ["1", "0.75", "0.5", "0.25"]


def test_options_hold_for_what_says_nothing() -> None:
    words = ["mobilenet_v1", "mobilenet_v1@rho=1", "--alpha", "0.5", "--resolution", "160"]
    found = json.loads(printed("compare", *words, "--format", "json"))["networks"]
    assert [one["totals"]["mult_adds"] for one in found] == [76_524_800, 149_497_088]


def test_no_network_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="at least one network"):
        mnetcost.compare([])
    refused(run("compare"), 2)


def test_a_scatter_stands_under_the_table() -> None:
    out = printed("compare", *WIDTHS, "--scatter")
    assert (
        out.index("In 1×1")
        < out.index("Convention: ")
        < out.index("Mult-adds (MACs) (up, log) against")
    )
    assert "4* mobilenet_v1@alpha=0.25" in out


def test_a_scatter_in_plain_signs() -> None:
    ran = process("compare", "vgg16", "--scatter", env={"PYTHONIOENCODING": "ascii"})
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.isascii()
    assert "?" not in ran.out.split("Mult-adds (MACs) (up, log)")[1]
    assert "\x1b" not in ran.out


def test_a_scatter_is_for_standard_output_alone(tmp_path: Path) -> None:
    refused(run("compare", "vgg16", "--scatter", "--format", "json"), 2)
    refused(run("compare", "vgg16", "--scatter", "-o", str(tmp_path / "x.txt")), 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["png", "SVG"])
def test_a_plot_is_written(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"nets.{suffix}"
    printed("compare", *WIDTHS, "--plot", str(path))
    data = path.read_bytes()
    assert list(tmp_path.iterdir()) == [path]
    if suffix == "png":
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">I", data[16:20]) == (1300,)  # 6.5 inches of 200 dots
    else:
        assert data.startswith(b"<?xml")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["vgg16", "--plot", "x.gif"], 2),
        (["vgg16", "--plot", "-"], 2),
        (["vgg16", "--plot", "no/such/folder/x.png"], 2),
        (["vgg16", "--plot", "x.png", "--convention", "keras"], 2),
        (["vgg16", "--plot", "x.svg", "--output", "x.svg", "--format", "json"], 2),
        (["vgg16", "no_such", "--plot", "x.png"], 1),
    ],
)
def test_a_plot_that_cannot_be_leaves_nothing(words: list[str], code: int, tmp_path: Path) -> None:
    refused(run("compare", *words, cwd=tmp_path), code)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "library"), [(["--scatter"], "plotille"), (["--plot", "x.svg"], "matplotlib")]
)
def test_without_the_extra_the_error_names_it(
    words: list[str], library: str, tmp_path: Path
) -> None:
    (tmp_path / f"{library}.py").write_text("raise ImportError", encoding="utf-8")
    ran = process("compare", "vgg16", *words, env={"PYTHONPATH": str(tmp_path)}, cwd=tmp_path)
    refused(ran, 2)
    assert "pip install 'mnetcost[plot]'" in ran.err
    assert library in ran.err
