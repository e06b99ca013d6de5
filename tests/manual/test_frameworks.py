"""The dictionary from PyTorch and Keras to the spec: each line gives the shape and the parameters.

With torch installed (the extra `compare`) PyTorch's own are checked too.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import mnetcost

PAGE = (Path(mnetcost.__file__).parent / "manual" / "frameworks.md").read_text(encoding="utf-8")


class Row(NamedTuple):
    call: str
    input: tuple[int, ...]
    layers: list[str]
    output: tuple[int, ...]
    parameters: int


def rows(framework: str) -> list[Row]:
    """The rows of every table that begins with the name of a framework."""
    found = []
    for table in re.findall(rf"^\| {framework} \| input .*\n\|[-:|]+\n((?:\|.*\n)+)", PAGE, re.M):
        for line in table.splitlines():
            call, given, spec, output, parameters, _ = line.strip("|").split("|")
            spans = re.findall(r"`([^`]+)`", spec)
            sizes = [tuple(map(int, one.split("×"))) for one in (given, output)]
            calls = " and ".join(re.findall(r"`([^`]+)`", call))
            found.append(Row(calls, sizes[0], spans, sizes[1], int(parameters)))
    return found


def as_map(size: tuple[int, ...]) -> tuple[int, int, int]:
    """A vector (c), tokens (n, c) or a map (h, w, c), as a spec has them."""
    height, width, channels = {1: (1, 1, *size), 2: (size[0], 1, size[-1])}.get(len(size), size)
    return height, width, channels


def cost_of(row: Row) -> mnetcost.Cost:
    height, width, channels = as_map(row.input)
    head = f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n"
    return mnetcost.load(head + "\n".join(f"  {one}" for one in row.layers) + "\n").cost()


@pytest.mark.parametrize("row", rows("PyTorch"), ids=lambda row: row.call)
def test_a_line_for_pytorch(row: Row) -> None:
    cost = cost_of(row)
    assert cost.layers[-1].output == as_map(row.output)
    assert sum(cost.parameters) - cost.parameters.norm_statistics == row.parameters


@pytest.mark.parametrize("row", rows("Keras"), ids=lambda row: row.call)
def test_a_line_for_keras(row: Row) -> None:
    cost = cost_of(row)
    assert cost.layers[-1].output == as_map(row.output)
    assert sum(cost.parameters) == row.parameters


def test_the_tables_are_read() -> None:
    assert len(rows("PyTorch")) > 60
    assert len(rows("Keras")) > 30
    assert any(row.input[0] != row.input[1] for row in rows("Keras") if len(row.input) == 3)


def torch_size(tensor: Any, along_a_row: bool) -> tuple[int, ...]:
    """Without the batch, channels last."""
    sizes = tuple(tensor.shape)[1:]
    if along_a_row:
        return (1, sizes[1], sizes[0])
    return (*sizes[1:], sizes[0]) if len(sizes) == 3 else sizes


@pytest.mark.parametrize("row", rows("PyTorch"), ids=lambda row: row.call)
def test_pytorch_gives_the_same(row: Row) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra compare", exc_type=ImportError)
    nn, functional = torch.nn, torch.nn.functional
    *sides, channels = row.input
    x = torch.zeros(1, *sides, channels) if len(sides) < 2 else torch.zeros(1, channels, *sides)
    along_a_row = "1d(" in row.call
    if along_a_row:
        x = x.flatten(2)
    made = eval(row.call, {"torch": torch, "nn": nn, "F": functional, "x": x})
    if isinstance(made, nn.Module):
        parameters = sum(one.numel() for one in made.parameters())
        attention = isinstance(made, nn.MultiheadAttention)
        made = made(x, x, x) if attention else made(x)
        made = made[0] if isinstance(made, tuple) else made  # with weights, or with states
    else:
        parameters = 0
    assert torch_size(made, along_a_row) == row.output
    assert parameters == row.parameters


def test_the_residual_network_has_what_pytorch_counts() -> None:
    text, *_ = re.findall(r"^```yaml[^\n]*\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    network = mnetcost.load(text)
    (expected,) = network.graph.expectations
    parameters = network.cost().parameters
    assert expected.learned.agrees(sum(parameters) - parameters.norm_statistics)
