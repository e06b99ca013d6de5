"""Files that leave the sides of their input open: whoever asks says them."""

import json
import re
from pathlib import Path

import pytest

import mnetcost
from mnetcost import SpecError
from mnetcost.cli import run

OPEN = """7767517
3 3
Input in0 0 1 in0
Convolution c 1 1 in0 c 0=4 1=3 4=1 3=2 5=1 6={weights}
Interp u 1 1 c out0 0=1 1=2.0 2=2.0
"""
STORED = """name: "stored"
layer { name: "data" type: "Data" top: "data"
  transform_param { crop_size: 10 } data_param { batch_size: 8 } }
layer { name: "c" type: "Convolution" bottom: "data" top: "c"
  convolution_param { num_output: 4 kernel_size: 3 } }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "open.param"
    path.write_text(OPEN.format(weights=4 * 27))
    return path


def test_sides_that_are_open_are_said(path):
    network = mnetcost.load(path, input="6x10")
    cost = network.cost()
    assert tuple(cost.input) == (6, 10, 3)
    assert (cost.params, cost.mult_adds) == (108, 108 * 3 * 5)
    assert network.cost(input=(12, 10)).mult_adds == 108 * 6 * 5


def test_channels_may_be_said_too(path):
    path.write_text(OPEN.format(weights=4 * 9))
    assert mnetcost.load(path, input=(6, 10, 1)).cost().mult_adds == 36 * 15
    with pytest.raises(SpecError, match="the file says 36 weights, and its arguments make 108"):
        mnetcost.load(path, input=(6, 10))


def test_what_the_file_states_stays(tmp_path):
    path = tmp_path / "stored.prototxt"
    path.write_text(STORED)
    cost = mnetcost.load(path, input="50x60x1").cost()
    assert tuple(cost.input) == (10, 10, 1)
    assert cost.mult_adds == 36 * 64


def test_one_open_side_of_keras_is_said(tmp_path):
    path = tmp_path / "open.json"
    layers = [
        {
            "class_name": "Conv2D",
            "config": {
                "name": "c",
                "batch_input_shape": [None, None, 10, 3],
                "filters": 4,
                "kernel_size": [3, 3],
                "strides": [1, 1],
                "padding": "valid",
                "dilation_rate": [1, 1],
                "activation": "linear",
                "use_bias": True,
            },
        }
    ]
    model = {"class_name": "Sequential", "config": {"name": "s", "layers": layers}}
    path.write_text(json.dumps(model))
    assert mnetcost.load(path, input="6x12").cost(input="6x10").mult_adds == 108 * 4 * 8


def test_who_says_nothing_is_asked(path, capsys):
    with pytest.raises(
        SpecError, match=r"no map\n *expected: the sides that it leaves open, by --input"
    ):
        mnetcost.load(path)
    assert run(["table", str(path)]) == 1
    assert "1×?×?×?: no map" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["table", "PATH", "--input", "6x10"],
        ["table", "PATH", "--input", "6x10x3"],
        ["compare", "PATH@input=6x10"],
        ["explain", "PATH", "c", "--input", "6x10"],
    ],
    ids=" ".join,
)
def test_commands_say_it_by_their_input(command, path, capsys):
    assert run([word.replace("PATH", str(path)) for word in command]) == 0
    assert re.search(r"\b1,620\b", capsys.readouterr().out)


def test_a_file_that_is_compared_with_has_the_input_of_the_setting(path, tmp_path, capsys):
    spec = tmp_path / "net.yaml"
    assert run(["import", str(path), "--input", "6x10", "-o", str(spec)]) == 0
    assert "input: {height: 6, width: 10, channels: 3}" in spec.read_text()
    words = ["check", str(spec), "--against", str(path), "--input", "12x10", "--format", "json"]
    assert run(words) == 0
    assert json.loads(capsys.readouterr().out)


def test_an_input_that_the_file_states_is_its_own(tmp_path, capsys):
    path = tmp_path / "closed.param"
    closed = OPEN.format(weights=108).replace("0 1 in0", "0 1 in0 0=10 1=6 2=3", 1)
    path.write_text(closed)
    assert run(["import", str(path), "--input", "12x10"]) == 2
    assert "the file states its own input" in capsys.readouterr().err
    assert run(["import", str(path), "--input", "6x10"]) == 0
