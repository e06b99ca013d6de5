"""`mnetcost diff`: exit codes, signs, documents."""

import csv
import io
import json
from pathlib import Path

import pytest
from changes import AFTER, BEFORE, HEAD
from commands import printed, run

import mnetcost

# --- the command


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, layers in (("a", BEFORE), ("b", AFTER)):
        text = HEAD + "".join(f"  - {layer}\n" for layer in layers)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["mobilenet_v1", "mobilenet_v2"], 0),
        (["mobilenet_v1", "mobilenet_v2", "--exit-code"], 1),
        (["mobilenet_v1", "mobilenet_v1", "--exit-code"], 0),
        (["mobilenet_v1", "mobilenet_v1@rho=6/7", "--exit-code"], 1),
        (["mobilenet_v1", "no_such", "--exit-code"], 1),
        (["mobilenet_v1", "mobilenet_v1@alpha=x", "--exit-code"], 2),
        (["mobilenet_v1"], 2),
    ],
)
def test_exit_codes(words: list[str], code: int) -> None:
    found, out, _ = run("diff", *words)
    assert found == code
    assert bool(out) == ("no_such" not in words and code != 2)


def test_signs_and_folding(files: list[str]) -> None:
    out = printed("diff", *files)
    signs = [line[:1] for line in out.split("\n")[6:10]]
    assert signs == [" ", "+", " ", "~"]
    assert "unchanged)" not in out  # one alone keeps its name
    out = printed("diff", files[0], files[0])
    assert "(3 unchanged)" in out
    out = printed("diff", files[0], files[0], "--all")
    assert "unchanged)" not in out
    assert "relu_1" in out


def test_what_changed_alike_is_one_row(tmp_path: Path) -> None:
    """2·2·3·5 weights at 6·4 positions in each of three, to 2·2·3·3; maps change in one way."""
    spec = "input: {height: 6, width: 4, channels: 2}\nlayers:\n"
    spec += "  - repeat: 3\n    layers: [conv: {out: 2, kernel: [3, 5]}, relu]\n"
    (tmp_path / "a.yaml").write_text(spec, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(spec.replace("3, 5", "3, 3"), encoding="utf-8")
    names = [str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]
    out = printed("diff", *names)
    assert "~  conv_1.1–3 ×3  conv  kernel 3×5 → 3×3      180      108      -72" in out
    assert "   (3 unchanged)" in out
    assert out.count("~") == 1
    assert printed("diff", *names, "--all").count("~") == 3
    wide = printed("diff", names[0], names[0] + "@input=8x12")
    assert "output 6×4 → 8×12" in wide
    assert "input 6×4 →" not in wide
    assert "output channels 32 → 16" in printed("diff", "mobilenet_v1", "mobilenet_v1@alpha=0.5")


def test_blocks_that_changed_alike_are_folded_whole() -> None:
    """Two of three bottlenecks: what the next one reads stands before it."""
    rows = [
        line[3:].split("  ")[0].strip()
        for line in printed("diff", "resnet50", "resnet50@alpha=0.5").splitlines()
        if line.startswith("~  bottleneck_1.")
    ]
    inner = ("conv_1", "conv_2", "conv_3", "add_1", "relu_1")
    first = ("conv_1", "conv_2", "conv_3", "conv_4", "add_1", "relu_1")
    assert rows == [
        *(f"bottleneck_1.1/{name}" for name in first),
        *(f"bottleneck_1.2–3/{name} ×2" for name in inner),
    ]


def test_the_document(files: list[str]) -> None:
    out = printed("diff", *files, "--format", "json")
    found = json.loads(out)
    assert found["before"]["target"] == files[0]
    assert found["after"]["totals"]["params"] == 36 + 36 + 40
    assert (found["same"], found["change"]) == (False, {"params": 44, "mult_adds": 2112})
    stem, added, _, wider = found["layers"]
    assert stem["change"] == "same"
    assert (added["change"], added["before"], added["params_change"]) == ("added", None, 36)
    assert added["after"]["name"] == "depthwise_1"
    assert wider["differences"] == [{"what": "output", "before": "8×6×8", "after": "8×6×10"}]
    assert wider["mult_adds_change"] == 384


def test_csv_has_every_layer(files: list[str]) -> None:
    out = printed("diff", *files, "--format", "csv")
    found = list(csv.DictReader(io.StringIO(out)))
    assert [row["change"] for row in found] == ["same", "added", "same", "changed"]
    assert [int(row["mult_adds_change"]) for row in found] == [0, 1728, 0, 384]


def test_another_convention_and_pass(files: list[str]) -> None:
    out = printed("diff", *files, "--format", "json", "--convention", "flops", "--batch", "2")
    found = json.loads(out)
    sides = [found[side]["totals"]["count"]["value"] for side in ("before", "after")]
    assert sides == [4 * (1728 + 1536), 4 * (1728 + 1728 + 1920)]
    back = mnetcost.diff(*files, pass_="backward")
    assert back.before.mult_adds == 1728 + 2 * 1536  # the image has no gradient
    assert back.changes[0].kind == "same"


def test_options_hold_for_what_says_nothing() -> None:
    words = ["mobilenet_v1", "mobilenet_v1@alpha=1", "--alpha", "0.5", "--resolution", "160"]
    out = printed("diff", *words, "--format", "json")
    found = json.loads(out)
    assert found["before"]["totals"]["mult_adds"] == 76_524_800
    assert found["after"]["totals"]["mult_adds"] == 290_675_200


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        # Howard et al. 2017, Table 6: 569 M and 4.2 M, 325 M and 2.6 M; the softmax stays
        (
            ["mobilenet_v1", "mobilenet_v1@alpha=0.75"],
            "Weights 4,209,088 → 2,568,144 (-39 %), mult-adds 568,740,352 → 325,400,448 "
            "(-42.8 %); 29 of 30 layers differ.",
        ),
        (
            ["mobilenet_v1", "mobilenet_v1@rho=6/7"],
            "Weights 4,209,088 (the same), mult-adds 568,740,352 → 418,121,728 (-26.5 %); 28 of "
            "30 layers differ.",
        ),
        (["mobilenet_v1", "mobilenet_v1"], "Nothing differs in 30 layers."),
    ],
)
def test_the_answer_comes_first(words, answer):
    assert run("diff", *words).out.splitlines()[1] == answer
    assert json.loads(run("diff", *words, "--format", "json").out)["answer"] == answer
