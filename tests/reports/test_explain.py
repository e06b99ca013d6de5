"""What `explain` prints of layers and pairs, by hand."""

from pathlib import Path

import pytest
from commands import printed
from documents import document

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


# --- the answer

ANSWERS = [
    # 1·3·10·10 weights at 9·7 positions
    ("a", "a costs 18,900 mult-adds, D_Kh·D_Kw·M·N·D_Fh·D_Fw = 1·3·10·10·9·7: each of its 300 "
          "weights at each of 9×7 output positions."),
    # those of another layer are none of its own
    ("b", "b costs 18,900 mult-adds, D_Kh·D_Kw·M·N·D_Fh·D_Fw = 1·3·10·10·9·7."),
    ("r", "r costs no mult-adds, and has no parameters."),
    # (3·5·4 + 4·10)·63 of 3·5·4·10·63, a sixth
    ("separable_1", "separable_1 costs 6,300 mult-adds, 16.7 % of the 37,800 of the standard "
                    "convolution: 1/N + 1/(D_Kh·D_Kw) = 1/10 + 1/(3·5) = 1/6."),
    # 60 + 40 + 300 weights; 6,300 + 2 · 18,900
    ("", "net costs 44,100 mult-adds and 400 weights; the costliest are 2 like a, which costs "
         "18,900 mult-adds, D_Kh·D_Kw·M·N·D_Fh·D_Fw = 1·3·10·10·9·7: each of its 300 weights at "
         "each of 9×7 output positions."),
    ("[ar]", "These 2 layers cost 18,900 mult-adds and 300 weights; the costliest is a, which "
             "costs 18,900 mult-adds, D_Kh·D_Kw·M·N·D_Fh·D_Fw = 1·3·10·10·9·7: each of its 300 "
             "weights at each of 9×7 output positions."),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "answer"), ANSWERS, ids=[one[0] or "all" for one in ANSWERS])
def test_it_begins_with_one_sentence(layer: str, answer: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(f"name: net\n{SPEC}", encoding="utf-8")
    words = ("explain", str(path), *([layer] if layer else []))
    assert printed(*words).splitlines()[1] == answer
    assert document(*words)["answer"] == answer
    assert answer.split(" mult-adds")[0] in printed(*words, "--format", "html")


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        # two operations a multiply-add, of two images
        (["--convention", "flops", "--batch", "2"],
         "a costs 75,600 FLOPs (flops), 2·B·D_Kh·D_Kw·M·N·D_Fh·D_Fw = 2·2·1·3·10·10·9·7, and has "
         "300 parameters (flops)."),
        (["--convention", "keras"], "a has 300 parameters (keras)."),
        # forward, and the gradients of weights and of what a reads: three times 18,900
        (["--pass", "training"], "a costs 56,700 mult-adds of training, and has 300 weights."),
        (["--alpha", "0.5", "--input", "3x7"],  # 1·3·5·5 weights at 3·7 positions
         "a costs 1,575 mult-adds, D_Kh·D_Kw·M·N·D_Fh·D_Fw = 1·3·5·5·3·7: each of its 75 weights "
         "at each of 3×7 output positions."),
    ],
)  # fmt: skip
def test_it_answers_as_it_is_asked_to_count(
    options: list[str], answer: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    assert document("explain", str(path), "a", *options, "-q")["answer"] == answer


def test_a_classifier_uses_each_weight_once() -> None:
    answer = document("explain", "mobilenet_v1", "logits")["answer"]
    assert answer == (
        "logits costs 1,024,000 mult-adds, M·N = 1024·1000: each of its 1,024,000 weights once."
    )
