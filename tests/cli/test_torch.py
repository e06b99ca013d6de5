"""`torch:package.module:name` as a SPEC, with what stands for PyTorch."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from archives_of_torch import archive, small

from mnetcost import cli

NET = """\
from torch.nn import Module

print("imported")


class Net(Module):
    pass


def broken():
    raise ValueError("not\\x1b[31m now")
"""


@pytest.fixture
def sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The sizes at which modules are run; there is one in the current folder."""
    fake: Any = ModuleType("torch")
    fake.nn = ModuleType("torch.nn")
    fake.nn.Module = type("Module", (), {})
    monkeypatch.setitem(sys.modules, "torch", fake)
    monkeypatch.setitem(sys.modules, "torch.nn", fake.nn)
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delitem(sys.modules, "a_net_of_mine", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("a_net_of_mine.py").write_text(NET)
    found: list[tuple[int, ...]] = []

    def exported(module: object, size: tuple[int, ...]) -> bytes:
        assert type(module).__name__ == "Net"
        print("exported")
        found.append(size)
        return archive(small())

    monkeypatch.setattr("mnetcost.importing.live.exported", exported)
    return found


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ([], (1, 3, 224, 224)),
        (["--input", "9x7"], (1, 3, 9, 7)),
        (["--input", "9x7x3"], (1, 3, 9, 7)),
    ],
)
def test_a_module_runs_at_the_input_that_is_given(
    words: list[str],
    size: tuple[int, ...],
    sizes: list[tuple[int, ...]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.run(["table", "torch:a_net_of_mine:Net", *words, "--format", "json"]) == 0
    ran = capsys.readouterr()
    assert json.loads(ran.out)["model"] == "net"
    assert ran.err.split() == ["imported", "exported"]
    assert sizes == [size]


def test_channels_are_those_of_the_input(
    sizes: list[tuple[int, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["table", "torch:a_net_of_mine:Net", "--input", "9x7x2"]) == 2
    assert sizes == [(1, 2, 9, 7)]
    assert "channels are 2, but the spec's are 3" in capsys.readouterr().err


def test_a_target_may_say_its_own_input(
    sizes: list[tuple[int, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    net = "torch:a_net_of_mine:Net"
    assert cli.run(["diff", f"{net}@input=9x7", "resnet18", "--input", "64x32"]) == 0
    assert sizes == [(1, 3, 9, 7)]
    words = ["mobilenet_v1", "--against", net, "--alpha", "0.5", "--input", "9x7"]
    assert cli.run(["check", *words]) == 1
    assert "There: net; α = 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("torch:a_net_of_mine:broken", r"a_net_of_mine:broken raises ValueError: not\x1b[31m now"),
        ("torch:a_net_of_mine", "names no module: expected package.module:callable"),
        ("torch:", "names no module"),
        ("torch:nowhere:Net", "nowhere:Net raises ModuleNotFoundError"),
        ("torch:a_net_of_mine:Net@depth=2", "names no module"),
    ],
)
@pytest.mark.usefixtures("sizes")
def test_what_is_no_module(spec: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.run(["diff" if "@" in spec else "table", spec, *(["resnet18"] * ("@" in spec))])
    assert code == 2
    assert "Traceback" not in (err := capsys.readouterr().err)
    assert said in err or "no setting or knob 'depth'" in err


def test_the_spec_of_a_module(
    sizes: list[tuple[int, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", "torch:a_net_of_mine:Net", "--input", "9x7", "--round", "floor"]
    assert cli.run(words) == 0
    ran = capsys.readouterr()
    assert "width: {round: floor}" in ran.out
    assert ran.err.split() == ["imported", "exported"]
    assert sizes == [(1, 3, 9, 7)]
    assert cli.run(["import", "net.onnx", "--input", "9x7"]) == 2


def test_without_pytorch(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert cli.run(["table", "torch:a_net_of_mine:Net"]) == 2
    assert "pip install torch" in capsys.readouterr().err
