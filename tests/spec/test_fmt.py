"""`mnetcost fmt`: one form, nothing lost."""

import sys
from pathlib import Path

import pytest
from paths import SPECS

from mnetcost.problems import Origin, SpecError, UsageError
from mnetcost.spec.fmt import canonical

pytest.importorskip("ruamel.yaml")


def fmt(text: str) -> str:
    return canonical(Origin("net.yaml", text))


MESSY = """\
# a net

# these are the layers
layers:
- conv:
    out:   8
    kernel: [3,
      3]   # wide
# then
- branches:
  - - conv: {out: 0x10}
    - {softmax: }
  - []
  merge: add
- {repeat: 2, layers: [relu]}
- rows: unit
  columns:
    - out
  values:
    - - 8   # eight

name:   "A: b"
blocks:
  unit: {takes: {out: , stride: 1}, layers: [conv: {out: $out}], residual: $in == $out}  # unit
input:
  height: 8
  width: 1_0
  channels: 3
"""

CANONICAL = """\
# a net

name: "A: b"
input: {height: 8, width: 1_0, channels: 3}
blocks:
  unit:
    takes: {out: , stride: 1}
    layers:
      - conv: {out: $out}
    residual: $in == $out  # unit
# these are the layers
layers:
  - conv: {out: 8, kernel: [3, 3]} # wide
# then
  - branches:
      - - conv: {out: 0x10}
        - softmax:
      - []
    merge: add
  - repeat: 2
    layers:
      - relu
  - rows: unit
    columns: [out]
    values:
      - [8] # eight
"""


def lines(text: str) -> list[str]:
    """The lines, with one space before a comment at the end of a line and none blank."""
    found = [" #".join(part.rstrip() for part in line.split("#", 1)) if line[0] != "#" else line
             for line in text.splitlines() if line.strip()]  # fmt: skip
    return [line.rstrip() for line in found]


def test_the_form() -> None:
    assert lines(fmt(MESSY)) == lines(CANONICAL)


@pytest.mark.parametrize("text", [MESSY, CANONICAL], ids=["messy", "canonical"])
def test_it_comes_to_rest(text: str) -> None:
    assert fmt(fmt(text)) == fmt(text)


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_specs_keep_their_comments(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert fmt(fmt(text)) == fmt(text)
    assert fmt(text).count("#") == text.count("#")


@pytest.mark.parametrize(
    "value", ["0x10", "1_000", "0.50", "yes", "~", "null", "1e3", "'quoted'", '"a: b"', "", "007"]
)
def test_values_stay_as_they_are_written(value: str) -> None:
    text = f"name: x\nknobs: {{a: {value}}}\nlayers:\n  - softmax\n"
    assert fmt(text) == text


def test_a_comment_inside_keeps_its_lines() -> None:
    text = "layers:\n  - conv:\n      out: 8\n      # why three\n      kernel: 3\n"
    assert fmt(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("layers: [", "not-yaml"),
        ("- a\n", "wrong-type"),
        ("{a: 1, # here\n layers: [relu] }  # there\n", "format"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    with pytest.raises(SpecError) as error:
        fmt(text)
    assert error.value.problems[0].code == code


def test_without_ruamel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mnetcost.spec.roundtrip", raising=False)
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    with pytest.raises(UsageError, match=r"pip install 'mnetcost\[fmt\]'"):
        fmt(CANONICAL)


@pytest.mark.parametrize(
    ("written", "formatted"),
    [
        ("budget:\n  params: 5M # ours\n  alpha: 0.5\n", None),
        ("budget:\n  params: 5M\n  alpha: 0.5\n", "budget: {params: 5M, alpha: 0.5}\n"),
        ("budget: [{params: 5M}, {rho: 1/2, mult_adds: 1G}]\n",
         "budget:\n  - {params: 5M}\n  - {rho: 1/2, mult_adds: 1G}\n"),
    ],
)  # fmt: skip
def test_a_budget_comes_last(written: str, formatted: str | None) -> None:
    head = "input: {height: 4, width: 4, channels: 3}\n"
    text = fmt(f"{written}{head}layers:\n  - relu\n")
    assert text == f"{head}layers:\n  - relu\n{formatted or written}"
