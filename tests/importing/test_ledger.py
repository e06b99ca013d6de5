"""What was read of a file: every call and every learned value in one of the kinds, by hand."""

from pathlib import Path

import pytest
from onnx_files import partly_known

import mnetcost


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "net.onnx"
    found.write_bytes(partly_known())
    return found


def test_every_call_and_every_learned_value_is_of_one_kind(path: Path) -> None:
    found = mnetcost.load(path).ledger
    assert found is not None
    names = {
        "counted": ["stem", "mix", "gain", "pool", "fc"],
        "free": ["Identity", "flat"],
        "opaque": [],
        "unknown": ["wave"],
        "unread": ["aux"],
        "never_read": ["dead", "lost"],
        "two_names": ["b"],
    }
    # 12·10·8 values of both convolutions, then 6·5·8 and 8, and 4 classes
    values = {"counted": 960 + 960 + 240 + 8 + 4, "free": 8, "opaque": 0, "unknown": 240}
    assert {key: value for key, value in found.items() if key != "widths"} == {
        "format": "onnx",
        "version": "opset 17",
        "calls": 9,
        **{kind: len(of) for kind, of in names.items()},
        "checked": 1,  # the output: that of "wave" is only taken from the file
        "names": names,
        "shares": {
            "calls": {"counted": 5 / 8, "free": 2 / 8, "opaque": 0, "unknown": 1 / 8},
            "values": {kind: amount / 2420 for kind, amount in values.items()},
        },
        "parameters": {
            "counted": 24 + 64 + 8 + 32,
            "elementwise": 8,
            "opaque": 5,
            "never_read": 6 + 7,
            "two_names": 8,
        },
        "checks": {"shapes": 1, "weights": 0},
    }


def test_a_network_keeps_its_ledger_and_a_spec_has_none(path: Path) -> None:
    net = mnetcost.load(path)
    assert net.cost(input=(12, 10)).graph.ledger == net.ledger
    assert mnetcost.load("mobilenet_v1").ledger is None


def test_layers_have_two_names_where_a_file_stores_no_values(tmp_path: Path) -> None:
    layer = (
        'layer {{ name: "{0}" type: "Convolution" bottom: "{1}" top: "{0}" param {{ name: "k" }} '
        "convolution_param {{ num_output: 3 kernel_size: 1 bias_term: false }} }}\n"
    )
    path = tmp_path / "net.prototxt"
    head = 'input: "x" input_shape { dim: 1 dim: 3 dim: 9 dim: 14 }\n'
    path.write_text(head + layer.format("one", "x") + layer.format("two", "one"))
    found = mnetcost.load(path).ledger
    assert found is not None
    assert (found["two_names"], found["names"]["two_names"]) == (1, ["one"])
    assert "parameters" not in found
    assert mnetcost.load(path).cost().params == 9
