"""Hostile model files through a whole command: an answer or an error of our own, and no more."""

import json
import os
from pathlib import Path

import pytest
from archives_of_torch import archive, small
from keras_files import call, entrance, functional, layer, value
from keras_files import text as keras
from onnx_files import X, Y, attribute, file, graph, model, node, tensor
from onnx_files import value as onnx_value
from protobuf import message, packed, repeated
from tflite_files import Made, operator
from tflite_files import model as tflite

from mnetcost import cli

ODD = "<script>\x1b[31m\r\n[red]| `a` $x$\u202e\x00"
FAR = 2**63 - 1
NET = 'input: "data" input_dim: 1 input_dim: 3 input_dim: {} input_dim: 10\n'
RELU = 'layer {{ name: "{}" type: "ReLU" bottom: "data" top: "a" }}\n'
CFG = (
    "[net]\nheight={}\nwidth=10\nchannels=3\n[convolutional]\nfilters=4\nsize=3\nstride=1\npad=1\n"
)
PARAM = "7767517\n{} {}\nInput data 0 1 v0 0=10 1={} 2=3\n"
SIDES = [Made("x", [1, 8, 6, 3]), Made("y", [1, 8, 6, 3])]
EXTERNAL = (13, message((1, "location"), (2, "../../etc/passwd"))), (14, 1)


def chain(count: int) -> str:
    """A net of ncnn with so many layers, one after the other."""
    lines = (f"ReLU r{turn} 1 1 v{turn} v{turn + 1}\n" for turn in range(count))
    return PARAM.format(count + 1, count + 1, 12) + "".join(lines)


def keras_net(side: int, name: str, reads: str = "im") -> bytes:
    layers = [entrance("im", [None, side, 6, 3]), layer("ReLU", name, call(value(reads)))]
    return keras(functional("n", layers, ["im", 0, 0], [name, 0, 0]))


FILES: dict[str, tuple[bytes | str, str]] = {
    # sizes that no map has
    "far.onnx": (
        model(graph([node("Relu", "x", "y")], [onnx_value("x", (1, 3, FAR, 9))], [Y])),
        "node",
    ),
    "far.prototxt": (NET.format(FAR) + RELU.format("a"), "out-of-range"),
    "far.param": (PARAM.format(2, 2, FAR) + "ReLU a 1 1 v0 b\n", "out-of-range"),
    "far.cfg": (CFG.format(FAR), "out-of-range"),
    "far.json": (keras_net(FAR, "a"), "out-of-range"),
    "far.pt2": (archive(json.loads(json.dumps(small()).replace("9}", f"{FAR}}}"))), "node 1"),
    "far.tflite": (
        tflite(
            [one._replace(shape=[1, 2**31 - 1, 6, 3]) for one in SIDES],
            [operator(0, [0, 0], [1])],
            [0],
            ([0], [1]),
        ),
        "out-of-range",
    ),
    "pads.onnx": (
        file(
            node("Conv", "x w", "y", attribute("pads", 7, (8, packed(*[2**62] * 4)))),
            stored=[tensor("w", (4, 3, 3, 3))],
        ),
        "node 1",
    ),
    # nothing that is read, or another format than the name says
    "nothing.onnx": (file(), "no layer is between"),
    "picture.onnx": (b"\x89PNG\r\n\x1a\n" + bytes(99), "it begins as no model"),
    "pickle.pt2": (b"\x80\x02cos\nsystem\n(S'touch pwned'\ntR.", "wrong-format"),
    "text.keras": ("a: [b\n", "wrong-format"),
    "zip.pt2": (b"PK\x03\x04" + bytes(99), "wrong-format"),
    "relu.pt2": (NET.format(12) + RELU.format("a"), ""),
    "cycle.json": (keras_net(8, "a", "a"), "layer a"),
    # more layers than a spec may have
    "many.param": (chain(10_001), "the model has over 10,000 layers"),
    "external.onnx": (
        file(node("Conv", "x w", "y"), stored=[tensor("w", (4, 3, 1, 1), *EXTERNAL)]),
        "mismatch",
    ),
    # names
    "names.onnx": (
        model(graph([node("Relu", "x", "y", (3, ODD))], [X], [], (2, ODD), *repeated(12, [X]))),
        "",
    ),
    "operator.onnx": (file(node(ODD * 99, "x", "y", (3, ODD * 99))), ""),
    "names.prototxt": (NET.format(12) + RELU.format("<b>\\x1b[31m\\n\\u202e"), ""),
    "names.param": (PARAM.format(2, 2, 12) + "ReLU <b>\x1b[31m 1 1 v0 b\n", ""),
    "section.cfg": (CFG.format(12) + "[<b>\x1b[31m]\nfilters=3\n", "unsupported"),
    "names.json": (keras_net(8, ODD), ""),
    "names.tflite": (
        tflite(
            [one._replace(name=ODD + one.name) for one in SIDES],
            [operator(0, [0, 0], [1])],
            [0],
            ([0], [1]),
        ),
        "",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_answered_in_words(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data, said = FILES[name]
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(data if isinstance(data, bytes) else data.encode())
    for command in (["table"], ["import"], ["check", "--max-params", "1", "--format", "github"]):
        code = cli.run([*command, name])
        out, err = capsys.readouterr()
        assert code in ((1,) if said else (0, 1))
        assert said in (out if command[0] == "check" else err)
        assert all(one.isprintable() or one == "\n" for one in out + err)
        assert code == 0 or name in out + err
    assert os.listdir() == [name]
