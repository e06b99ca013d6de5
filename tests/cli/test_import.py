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
    code = run(["-q", *(word.format(name) for word in words)])  # few widths are whole
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
    # of 5·3/4 = 3.75 filters: down; the nearest; a multiple of 5
    [("floor", 3), ("nearest", 4), ("divisible:5", 5)],
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
        ["sweep", "net.onnx", "--alpha", "1", "--rho", "1"],
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


def test_a_rounding_that_changes_the_file_s_own_widths_is_refused(capsys):
    assert run(["import", "net.param", "--round", "divisible:4"]) == 2
    assert "divisible 4 makes 8 of the 5 channels that c has in the file" in capsys.readouterr().err
    assert run(["import", "net.param", "--round", "divisible:4", "--keep", "c"]) == 0


# 5 filters of 27 weights and 4 classes: what α = 3/5 and 2 make of the filters.
@pytest.mark.parametrize(
    ("words", "narrow", "wide"),
    [
        ([], 3, 10),
        (["--keep", "stem"], 5, 5),
        (["--at-least", "head", "--round", "floor"], 5, 10),
        (["--preset", "mobilenet_v2:timm", "--round", "nearest"], 5, 10),
        (["--preset", "mnasnet:timm", "--round", "floor", "--at-least", "c"], 5, 10),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_what_alpha_does_is_asked_for_by_name_or_by_role(words, narrow, wide):
    """Where one layer is stem and head; what is asked for goes before the preset."""
    assert run(["import", "net.param", *words, "-o", "net.yaml"]) == 0
    net = mnetcost.load("./net.yaml")
    assert [net.cost(alpha=alpha).params for alpha in ("3/5", 2)] == [31 * narrow, 31 * wide]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--preset", "mobilenet_v2"], "no preset is called 'mobilenet_v2'; did you mean"),
        (["--preset", "x\x1b[31m"], "there are efficientnet:keras, efficientnet:timm"),
        (["--at-least", "c"], "c at least as wide: say how α rounds (--round)"),
        (["--keep", "c", "--derive", "c"], "c is to keep and to derive: one of both"),
        (["--at-least", "heat"], "did you mean 'head'?"),
        (["--expand", "other"], "'written', 'derived'"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_what_cannot_be_asked_for_is_said(words, message, capsys):
    assert run(["import", "net.param", *words]) == 2
    out, err = capsys.readouterr()
    assert (out, message in err) == ("", True), err
    assert "\x1b" not in err


def test_what_alpha_does_is_said_for_programs_and_in_the_spec(capsys):
    words = ["import", "net.param", "--preset", "mobilenet_v2:torchvision", "--round", "floor"]
    assert run([*words, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)["widths"]
    assert (said["preset"], said["round"], said["expand"]) == (words[3], "floor", "derived")
    assert "mobilenetv2.py" in said["source"]
    assert (said["keep"]["names"], said["at_least"]["names"]) == (["f"], ["c"])
    assert run(words) == 0
    assert capsys.readouterr().out.splitlines()[1:5] == [
        "# Held against the file: the weights of 2 layers, all as it states.",
        "# Every width follows α but those of f; rounded as asked for, floor.",
        "# The preset is mobilenet_v2:torchvision: torchvision 0.28.0, models/mobilenetv2.py, "
        "MobileNetV2.",
        "# Never narrower than in the file: c.",
    ]


def test_python_asks_for_the_same():
    widths = mnetcost.Widths(round="floor", at_least="head")
    net = mnetcost.load("./net.param", widths=widths)
    assert [net.cost(alpha=alpha).params for alpha in ("3/5", 2)] == [31 * 5, 31 * 10]
    for wrong in ({"round": 8}, {"keep": [1]}, {"expand": "both"}):
        with pytest.raises(mnetcost.UsageError):
            mnetcost.load("./net.param", widths=mnetcost.Widths(**wrong))
    with pytest.raises(mnetcost.UsageError, match="a spec says its own"):
        mnetcost.load("mobilenet_v1", widths=mnetcost.Widths())
