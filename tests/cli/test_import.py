"""Model files on the command line: imported, and wherever a spec goes."""

import json
import os

import pytest
from onnx_files import file, node, partly_known, tensor

import mnetcost
from mnetcost.cli import run

# A map of 9×14×3, 5 filters of 3×3 at stride 2 (5×7), the mean, 4 classes.
NETWORKS = {
    "net.cfg": """[net]
height=9
width=14
channels=3

[convolutional]
batch_normalize=1
filters=5
size=3
stride=2
pad=1
activation=leaky

[avgpool]

[connected]
output=4
activation=linear
""",
    "net.prototxt": """name: "small"
input: "data"
input_shape { dim: 1 dim: 3 dim: 9 dim: 14 }
layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param {
  num_output: 5 kernel_size: 3 stride: 2 pad: 1 bias_term: false } }
layer { name: "p" type: "Pooling" bottom: "c" top: "p" pooling_param {
  pool: AVE global_pooling: true } }
layer { name: "f" type: "InnerProduct" bottom: "p" top: "f" inner_product_param { num_output: 4 } }
""",
    "net.param": """7767517
4 4
Input         data  0 1 data 0=14 1=9 2=3
Convolution   c     1 1 data c 0=5 1=3 3=2 4=1 6=135
Pooling       p     1 1 c p 0=1 4=1
InnerProduct  f     1 1 p f 0=4 1=1 2=20
""",
}
COST = (5 * 3 * 9 + 4 * 5, 5 * 3 * 9 * 5 * 7 + 4 * 5)

files = pytest.mark.parametrize("name", NETWORKS)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in NETWORKS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@files
def test_a_file_is_what_its_content_says(name, here, capsys):
    os.rename(name, "whatever.yml.bin")
    assert run(["table", "./whatever.yml.bin", "--format", "json"]) == 0
    totals = json.loads(capsys.readouterr().out)["totals"]
    assert (totals["params"], totals["mult_adds"]) == COST
    cost = mnetcost.load(here / "whatever.yml.bin").cost()
    assert (cost.params, cost.mult_adds) == COST


@files
@pytest.mark.parametrize(
    "words",
    [
        ["table", "{}"],
        ["table", "{}", "--view", "channels"],
        ["sweep", "{}", "--alpha", "1,2", "--rho", "1"],
        ["check", "{}", "--max-params", "155"],
        ["compare", "{}", "{}@alpha=2"],
        ["conventions", "{}"],
        ["diff", "{}", "{}@alpha=2"],
        ["expand", "{}"],
        ["fit", "{}", "--max-mult-adds", "10k", "--resolution", "14"],
        ["reconcile", "{}", "--printed", "4745"],
    ],
    ids=lambda words: " ".join(words),
)
def test_every_command_takes_one(name, words, capsys):
    code = run([word.format(name) for word in words])
    out, err = capsys.readouterr()
    assert (code, err) in ((0, ""), (1, err) if words[0] == "diff" else (0, ""))
    assert out


@files
def test_what_is_imported_costs_the_same(name, capsys):
    assert run(["import", name, "-o", "net.yaml"]) == 0
    assert run(["import", name]) == 0
    out, err = capsys.readouterr()
    with open("net.yaml", encoding="utf-8") as stream:
        assert stream.read() == out
    assert err == ""
    cost = mnetcost.load("./net.yaml").cost(alpha=2)
    # twice the filters and the same classes
    assert (cost.params, cost.mult_adds) == (270 + 40, 270 * 35 + 40)


def test_what_is_no_model_is_said(here, capsys):
    (here / "spec.yaml").write_text("input: {height: 1, width: 1, channels: 1}\nlayers: [relu]\n")
    for name in ("spec.yaml", "none.onnx", "."):
        assert run(["import", name]) == 2
        assert "no model file" in capsys.readouterr().err


def test_what_cannot_be_said_names_the_call(here, capsys):
    text = NETWORKS["net.cfg"].replace("[avgpool]", "[lstm]\n\n[gru]")
    (here / "net.cfg").write_text(text)
    assert run(["table", "net.cfg"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        f"net.cfg:{line}:1: unsupported: {word}: no layer does what this call does"
        for line, word in ((14, "lstm"), (16, "gru"))
    ]


@files
def test_what_was_read_is_said_for_programs_and_in_the_spec(name, capsys):
    assert run(["import", name, "--format", "json"]) == 0
    read = json.loads(capsys.readouterr().out)
    assert (read["calls"], read["counted"], read["opaque"]) == (3, 3, 0)
    assert run(["table", name, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["ledger"] == read
    assert run(["import", name]) == 0
    assert f"file of {read['format']}" in capsys.readouterr().out.splitlines()[0]


def test_what_a_file_says_of_itself_is_no_line_of_the_spec():
    """Names and versions are somebody else's: a line break ends no comment."""
    text = NETWORKS["net.prototxt"].replace('"small"', '"x\\n- relu: {out: 1}\\033[31m"')
    with open("net.prototxt", "w", encoding="utf-8") as stream:
        stream.write(text)
    cost = mnetcost.load("./net.prototxt").cost()
    assert (cost.params, cost.mult_adds) == COST


@pytest.mark.parametrize(
    ("rule", "filters"),
    # of 5·3/4 = 3.75 filters: down; the nearest; a multiple of 4, not below 0.9 of it
    [("floor", 3), ("nearest", 4), ("divisible:4", 4)],
)
def test_alpha_rounds_as_asked_for(rule, filters, capsys):
    assert run(["import", "net.param", "--round", rule, "-o", "net.yaml"]) == 0
    cost = mnetcost.load("./net.yaml").cost(alpha="3/4")
    assert cost.params == filters * 27 + 4 * filters


def test_a_layer_that_is_kept_has_no_alpha(capsys):
    assert run(["import", "net.param", "--keep", "c", "-o", "net.yaml"]) == 0
    assert mnetcost.load("./net.yaml").cost(alpha=2).params == COST[0]
    assert run(["import", "net.param", "--keep", "cc"]) == 2
    assert "no layer called 'cc' has a width of its own; did you mean 'c'?" in (
        capsys.readouterr().err
    )
    for rule in ("up", "divisible", "divisible:0", "divisible:x", "floor:2", "divisible:99999999"):
        assert run(["import", "net.param", "--round", rule]) == 2
        assert "floor, nearest, or divisible:D" in capsys.readouterr().err


STRICT = [
    "net.onnx:1:1: unknown-work: wave: what it costs is not known",
    "net.onnx:1:1: never-read: dead is learned, and no call reads it",
    "net.onnx:1:1: never-read: lost is learned, and no call reads it",
]


@pytest.mark.parametrize(
    "words",
    [
        ["table", "net.onnx"],
        ["import", "net.onnx", "-o", "net.yaml"],
        ["check", "net.onnx", "--max-params", "1G"],
        ["compare", "vgg16", "net.onnx"],
        ["explain", "net.onnx"],
    ],
    ids=lambda words: words[0],
)
def test_strict_refuses_what_is_not_known_or_not_read(words, here, capsys):
    (here / "net.onnx").write_bytes(partly_known())
    assert run([*words, "--strict"]) == 1
    out, err = capsys.readouterr()
    assert (out, [line.removeprefix("./") for line in err.splitlines()]) == ("", STRICT)
    assert not (here / "net.yaml").exists()
    assert run(words) == (words[0] == "check")


def test_strict_is_of_specs_too_and_says_where(here, capsys):
    layers = "  - relu\n  - opaque: {of: [9, 14, 3], unknown: true}\n"
    (here / "net.yaml").write_text(
        f"input: {{height: 9, width: 14, channels: 3}}\nlayers:\n{layers}"
    )
    assert run(["table", "net.yaml", "--strict"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["net.yaml:4:5: unknown-work: opaque_1: what it costs is not known"]
    assert run(["table", "net.param", "--strict"]) == run(["table", "--strict"]) == 0


def test_of_many_values_that_are_not_read_the_first_are_named(here, capsys):
    stored = [tensor(f"v{n}", (n,)) for n in range(1, 13)]
    nodes = [
        node("GlobalAveragePool", "x", "p"),
        node("Flatten", "p", "f"),
        node("MatMul", "f w", "y"),
    ]
    data = file(*nodes, stored=[tensor("w", (3, 4)), *stored])
    (here / "net.onnx").write_bytes(data)
    assert run(["table", "net.onnx", "--strict"]) == 1
    *lines, last = capsys.readouterr().err.splitlines()
    assert len(lines) == 10
    assert last == "net.onnx:1:1: never-read: 2 more learned values that no call reads"
