"""PyTorch modules of this process; what needs PyTorch itself is tried where it is installed."""

import sys
from types import ModuleType
from typing import Any

import pytest

from mnetcost.importing.formats import pt2
from mnetcost.importing.live import exported, named
from mnetcost.problems import UsageError


class Module:
    """Stands for torch.nn.Module."""


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A PyTorch of which nothing is there but the class of modules."""
    fake: Any = ModuleType("torch")
    fake.nn = ModuleType("torch.nn")
    fake.nn.Module = Module
    monkeypatch.setitem(sys.modules, "torch", fake)
    theirs: Any = ModuleType("theirs")
    theirs.Net = type("Net", (Module,), {})
    theirs.net = theirs.Net()
    theirs.broken, theirs.ends, theirs.number = _broken, sys.exit, lambda: 3
    monkeypatch.setitem(sys.modules, "theirs", theirs)
    return theirs


def _broken() -> None:
    raise RuntimeError("no\nnet \x1b[31m")


def test_a_module_is_named_by_what_makes_it_or_is_it(torch: Any) -> None:
    assert named("theirs:net") is torch.net
    assert isinstance(named("theirs:Net"), torch.Net)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("theirs", "theirs names no module: expected package.module:callable"),
        ("theirs:broken", "theirs:broken raises RuntimeError: no"),
        ("theirs:ends", "theirs:ends ends the process: exit status None"),
        ("theirs:number", "theirs:number makes a int, which is no torch.nn.Module"),
        ("theirs:nothing", "theirs:nothing raises AttributeError: "),
        ("nowhere.at_all:net", "nowhere.at_all:net raises ModuleNotFoundError: "),
        ("theirs:", "theirs: raises TypeError: "),
        ("a b:c", "a b:c raises ValueError: "),
    ],
)
@pytest.mark.usefixtures("torch")
def test_errors_of_the_users_code_are_said(words: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        named(words)
    assert str(caught.value).startswith(said)


def test_without_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for ask in (lambda: named("theirs:net"), lambda: exported(object(), (1, 3, 9, 7))):
        with pytest.raises(UsageError, match="pip install torch"):
            ask()


@pytest.mark.usefixtures("torch")
def test_what_is_no_module_is_refused() -> None:
    with pytest.raises(UsageError, match="a list is no torch"):
        exported([], (1, 3, 9, 7))


@pytest.mark.filterwarnings("ignore")  # of PyTorch's own code
def test_a_module_is_exported_without_its_weights_and_stays_as_it_is() -> None:
    torch = pytest.importorskip("torch")
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, (3, 5), stride=(2, 1), padding=(1, 2)),
        torch.nn.BatchNorm2d(4),
        torch.nn.Linear(7, 7),
        torch.nn.Linear(7, 7),
    )
    net[3].weight = net[2].weight
    before = {name: one.clone() for name, one in net.state_dict().items()}
    data = exported(net, (1, 3, 9, 7))
    assert all(one.equal(before[name]) for name, one in net.state_dict().items())
    assert net.training
    assert {one.device.type for one in net.parameters()} == {"cpu"}
    source = pt2.read(data, "net")
    assert [call.name for call in source.calls] == ["0", "1", "2", "3"]
    assert source.calls[3].inputs == ("linear", "2.weight", "3.bias")
    assert source.stored["0.weight"].shape == (4, 3, 3, 5)
    assert "3.weight" not in source.stored
    assert source.shapes["conv2d"] == (1, 4, 5, 7)
    assert not source.calls[1].arguments["training"]


@pytest.mark.filterwarnings("ignore")
def test_a_module_may_hold_and_make_tensors_and_remember_things() -> None:
    torch = pytest.importorskip("torch")

    class Net(torch.nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.scale = torch.ones(7)
            self.register_buffer("table", torch.zeros(300, 300), persistent=False)

        def forward(self, x: Any) -> Any:
            self.seen = x
            return x * self.scale + torch.ones(7) + self.table[0, 0]

    net = Net()
    data = exported(net, (1, 3, 900, 7))
    assert not hasattr(net, "seen")
    assert len(data) < 30_000  # the table alone has numbers of 360,000 bytes
    stored = pt2.read(data, "net").stored
    assert {name: one.shape for name, one in stored.items()} == {"table": (300, 300), "scale": (7,)}
    assert not any(one.learned for one in stored.values())


@pytest.mark.filterwarnings("ignore")
def test_what_pytorch_cannot_export_is_said() -> None:
    torch = pytest.importorskip("torch")
    with pytest.raises(UsageError, match=r"^torch\.export of Conv2d raises RuntimeError: "):
        exported(torch.nn.Conv2d(3, 4, 3), (1, 5, 9, 7))
