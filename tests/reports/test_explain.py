"""What `explain` prints of layers and pairs, by hand."""

from pathlib import Path

import pytest
from commands import printed

SPEC = """\
input: {height: 9, width: 7, channels: 4}
layers:
  - separable: {out: 10, kernel: [3, 5]}
  - conv: {name: a, out: 10, kernel: [1, 3]}
  - conv: {name: b, out: 10, kernel: [1, 3], weights: a}
  - relu: {name: r}
"""


def rows(tmp_path: Path, layer: str = "", title: str = "") -> list[list[str]]:
    """The cells of the rows below the table of this title; cells are two spaces apart."""
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    tables = printed("explain", str(path), *([layer] if layer else [])).split("\n\n")
    (table,) = (one for one in tables if one.startswith(title))
    lines = [line for line in table.split("\n")[1:] if not line.startswith("(")]
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines[1:]]


def test_pairs_stand_with_their_last_step(tmp_path: Path) -> None:
    last = ["1/N + 1/(D_Kh·D_Kw)", "1/10 + 1/(3·5)", "1/6 ≈ 0.16667"]
    assert rows(tmp_path, title="Depthwise-separable pairs") == [
        ["separable_1", "mult-adds", *last],
        ["separable_1", "parameters", *last],
    ]


def test_a_pair_that_is_named_stands_step_by_step(tmp_path: Path) -> None:
    words = "separable_1: mult-adds of both halves over those of the standard convolution"
    found = rows(tmp_path, "separable_1", words)
    # 3·5 · 4 · 10, 3·5 · 4 and 4 · 10 weights at 9·7 positions; 100 of 600 are a sixth
    results = [row[-1] for row in found]
    assert results[0] == "37,800"
    assert results[1:4] == ["3,780", "2,520", "6,300"]
    assert results[-1] == "1/6 ≈ 0.16667"


def test_a_layer_stands_line_by_line(tmp_path: Path) -> None:
    assert rows(tmp_path, "a", "a (conv): 9×7×10 → 9×7×10") == [
        ["weights", "D_Kh·D_Kw·M·N", "1·3·10·10", "300"],
        ["mult-adds", "D_Kh·D_Kw·M·N·D_Fh·D_Fw", "1·3·10·10·9·7", "18,900"],
    ]


def test_shared_weights_are_said(tmp_path: Path) -> None:
    words = "b (conv): 9×7×10 → 9×7×10; with the weights of another layer\n"
    assert [row[0] for row in rows(tmp_path, "b", words)] == ["mult-adds"]


@pytest.mark.parametrize(("layer", "used"), [("a", True), ("r", False)])
def test_only_symbols_that_are_used_are_explained(layer: str, used: bool, tmp_path: Path) -> None:
    found = {row[0] for row in rows(tmp_path, layer, "Symbols")}
    assert {"M", "D_Fh", "D_Fw"} <= found
    assert ("D_Kh" in found) == ("N" in found) == used
