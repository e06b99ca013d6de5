"""`check --against`: whether another network costs the same, layer by layer."""

import json
from pathlib import Path
from typing import Any

import pytest
from commands import run

import mnetcost
from mnetcost import cli
from mnetcost.analysis.check.against import Against

# On 6×10 px: 3·5·3·8 = 360 weights at 6·5 positions; two branches of 8·4 and 9·8·4 at 30 each.
SPEC = """\
name: Designed
input: {height: 6, width: 10, channels: 3}
width: {round: floor}
layers:
  - conv: {name: stem, out: 8, kernel: [3, 5], stride: [1, 2], norm: batch, act: relu}
  - branches:
      - [conv: {name: narrow, out: 4, kernel: 1, norm: batch}]
      - [conv: {name: wide, out: 4, kernel: 3, norm: batch}]
    merge: concat
  - global_avg_pool
  - dense: {name: logits, out: 10, scale: false, bias: true}
"""
PARAMS, MULT_ADDS = 360 + 32 + 288 + 80, 30 * (360 + 32 + 288) + 80

# The same as it was trained: normalisation folded into biases, the wide branch first, a classifier
# that is a convolution.
TRAINED = """\
input: "data" input_dim: 1 input_dim: 3 input_dim: 6 input_dim: 10
layer { name: "c1" type: "Convolution" bottom: "data" top: "c1"
  convolution_param { num_output: 8 kernel_h: 3 kernel_w: 5 pad_h: 1 pad_w: 2
                      stride_h: 1 stride_w: 2 } }
layer { name: "r1" type: "ReLU" bottom: "c1" top: "c1" }
layer { name: "b3" type: "Convolution" bottom: "c1" top: "b3"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
layer { name: "b1" type: "Convolution" bottom: "c1" top: "b1"
  convolution_param { num_output: 4 kernel_size: 1 } }
layer { name: "cat" type: "Concat" bottom: "b1" bottom: "b3" top: "cat" }
layer { name: "pool" type: "Pooling" bottom: "cat" top: "pool"
  pooling_param { pool: AVE global_pooling: true } }
layer { name: "fc" type: "Convolution" bottom: "pool" top: "fc"
  convolution_param { num_output: 10 kernel_size: 1 } }
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the design and what was trained, in which commands run."""
    monkeypatch.chdir(tmp_path)
    Path("designed.yaml").write_text(SPEC)
    Path("trained.prototxt").write_text(TRAINED)
    return tmp_path


def rows(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """What a check says of each figure, and the exit code."""
    code = cli.run(["check", *words, "--format", "json"])
    found = json.loads(capsys.readouterr().out)["against"]
    return {"code": code} | {row["kind"]: row for row in found}


@pytest.mark.usefixtures("files")
def test_what_was_trained_is_what_was_designed(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, "designed.yaml", "--against", "trained.prototxt")
    assert found["code"] == 0
    for kind, number in (("params", PARAMS), ("mult_adds", MULT_ADDS), ("layers", 4)):
        row = found[kind]
        assert (row["computed"], row["there"], row["verdict"]) == (number, number, "same")
    assert found["norm_affine"]["verdict"] == "not compared"
    assert found["norm_affine"]["message"].startswith("3 norms here, 0 in trained.prototxt: ")


@pytest.mark.usefixtures("files")
def test_what_differs_is_said_where_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    Path("trained.prototxt").write_text(
        TRAINED.replace("num_output: 4 kernel_size: 3", "num_output: 5 kernel_size: 3")
    )
    assert cli.run(["check", "designed.yaml", "--against", "trained.prototxt"]) == 1
    ran = capsys.readouterr()
    # 72 weights more of the branch at 30 positions, and 10 more of the classifier
    assert ran.err.splitlines() == [
        f"designed.yaml:1:1: against: params {PARAMS} here, {PARAMS + 82} in trained.prototxt, "
        "at α = 1, input 6×10×3",
        f"designed.yaml:1:1: against: mult_adds {MULT_ADDS:,} here, {MULT_ADDS + 2170:,} in "
        "trained.prototxt, at α = 1, input 6×10×3",
        "designed.yaml:8:10: against: layers differ: 2 (of 4 here, 4 in trained.prototxt): "
        "wide has params 288 here, 360 there, mult_adds 8,640 here, 10,800 there, "
        "output 6×5×4 here, 6×5×5 there; logits has params 80 here, 90 there, "
        "mult_adds 80 here, 90 there, at α = 1, input 6×10×3",
    ]
    assert "Layers that differ" in ran.out


@pytest.mark.usefixtures("files")
def test_a_layer_that_one_alone_has(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for line in SPEC.splitlines(True) if "narrow" not in line]
    Path("less.yaml").write_text("".join(lines))
    found = rows(capsys, "less.yaml", "--against", "trained.prototxt")
    pairs = found["layers"]["layers"]
    assert [(one["here"] or {}).get("name") for one in pairs] == [None, "logits"]
    there = pairs[0]["there"]
    assert [there[key] for key in ("name", "params", "mult_adds")] == ["b1", 32, 960]
    assert "b1 is there alone (32 params, 960 mult_adds)" in found["layers"]["message"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--alpha", "0.5"], 1),  # a model file has the widths that it was trained with
        (["--input", "9x7"], 0),
        (["--resolution", "20"], 0),
        (["--rho", "1/2", "--max-params", "1k"], 0),
        (["--max-params", "1"], 1),
    ],
)
@pytest.mark.usefixtures("files")
def test_the_setting_is_that_of_both(
    words: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(capsys, "designed.yaml", "--against", "trained.prototxt", *words)
    assert found["code"] == code
    assert found["params"]["there"] == PARAMS


@pytest.mark.usefixtures("files")
def test_alpha_is_of_specs() -> None:
    halved = SPEC.replace("out: 8", "out: 16").replace("out: 4", "out: 8")
    Path("wide.yaml").write_text(halved)
    words = ["check", "wide.yaml", "--alpha", "0.5", "--against"]
    assert cli.run([*words, "trained.prototxt"]) == 0
    assert cli.run([*words, "wide.yaml"]) == 0
    assert cli.run([*words, "wide.yaml@alpha=1"]) == 1


def test_norms_are_compared_where_both_have_as_many(capsys: pytest.CaptureFixture[str]) -> None:
    text = "input: {height: 5, width: 7, channels: 4}\nlayers:\n"
    nets = [
        mnetcost.load(f"{text}  - conv: {{out: 8}}\n  - layer_norm: {{over: {over}}}\n").cost()
        for over in ("channels", "all")
    ]
    assert nets[0].params == nets[1].params
    found = Against.of("a", "b", *nets)
    assert (found.norms, found.differing) == ((1, 1), ())


@pytest.mark.parametrize("format_", ["text", "csv", "markdown", "latex", "html", "junit", "github"])
@pytest.mark.usefixtures("files")
def test_every_format(format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check", "designed.yaml", "--against", "designed.yaml@input=6x12"]
    assert cli.run([*words, "--format", format_]) == 1
    ran = capsys.readouterr()
    assert "22,480" in ran.out or "24560" in ran.out or "24,560" in ran.out
    assert len(ran.err.splitlines()) == (0 if format_ == "github" else 2)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--against", "designed.yaml"], 2, "--against needs a SPEC"),
        (["designed.yaml", "--against", "designed.yaml", "--batch", "2"], 2, "--batch is what"),
        (["-", "--against", "-"], 2, "standard input can be read once"),
        (["designed.yaml", "--against", "none.onnx"], 1, "none.onnx:1:1: no-such-file"),
        (["designed.yaml", "--against", "designed.yaml@depth=2"], 2, "no setting or knob 'depth'"),
    ],
)
@pytest.mark.usefixtures("files")
def test_what_cannot_be_compared(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", *words]) == code
    assert said in capsys.readouterr().err


def test_another_network_on_standard_input(files: Path) -> None:
    ran = run("check", str(files / "designed.yaml"), "--against", "-", input=SPEC.encode())
    assert ran.code == 0


def test_what_is_not_known_is_not_the_same(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "net.yaml").write_text(
        "input: {height: 6, width: 10, channels: 3}\nlayers:\n"
        "  - conv: {out: 8}\n  - opaque: {of: [6, 10, 8], unknown: true}\n"
    )
    found = rows(capsys, "net.yaml", "--against", "net.yaml@alpha=1")
    assert (found["code"], found["mult_adds"]["verdict"]) == (1, "unknown")
