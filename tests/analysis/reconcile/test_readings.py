"""Other networks that a printed number may be of, and what is to be warned of in them."""

from pathlib import Path

import pytest
from commands import run
from documents import document

# 27·16 weights at every place, 144·32 at a quarter of them, and 100·32 for each of a sixteenth
GROWS = """\
input: {height: 32, width: 32, channels: 3}
layers:
  - conv: {out: 16, kernel: 3, act: relu}
  - max_pool: {kernel: 2}
  - conv: {out: 32, kernel: 3, act: relu}
  - max_pool: {kernel: 2}
  - flatten
  - dense: {name: fc, out: 100, bias: true}
"""
# ... whose last map is 16×16 whatever comes in: 288·10 weights at 256 places
STAYS = (
    GROWS.partition("  - flatten")[0]
    + """\
  - resize: {name: big, height: 16, width: 16}
  - conv: {out: 10, kernel: 3}
  - global_avg_pool
"""
)
OWN = "input: {height: 32, width: 48, channels: 3}"  # not square: of 224 px 224×149 too


def places(height: int, width: int, halved: int) -> int:
    """The places of a map whose sides are halved so often, rounded up."""
    return -(-height // 2**halved) * -(-width // 2**halved)


def grows(height: int, width: int) -> int:
    sides = height, width
    return 432 * height * width + 4608 * places(*sides, 1) + 3200 * places(*sides, 2)


def stays(height: int, width: int) -> int:
    return 432 * height * width + 4608 * places(height, width, 1) + 2880 * 256


@pytest.mark.parametrize(
    ("text", "value", "what", "warning"),
    [
        (
            GROWS,
            grows(224, 224),
            "parameters depend on the input",
            "`fc` has 10,035,200 weights at 224×224, 204,800 at the spec's own 32×32",
        ),
        (
            STAYS,
            stays(224, 224),
            "sides in numbers do not follow the input",
            "`big` makes 16×16 of 56×56, and of 8×8 at the spec's own input",
        ),
        (
            GROWS.replace("input: {height: 32, width: 32, channels: 3}", OWN),
            grows(149, 224),
            "parameters depend on the input",
            "`fc` has 6,809,600 weights at 149×224, 307,200 at the spec's own 32×48",
        ),
    ],
)
def test_what_does_not_follow_another_input_is_said(
    text: str, value: int, what: str, warning: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(text, encoding="utf-8")
    words = ("reconcile", str(path), "--printed", str(value))
    found = document(*words, "-q")
    first = found["answers"][0]
    assert first["value"] == value
    assert first["network"].endswith(f" px, though {what}")
    assert first["warnings"] == [f"{what}: {warning}"]
    assert f"{value} may be the whole network, at " in found["answer"]
    for format_ in ("text", "markdown", "latex", "html", "csv"):
        assert what in run(*words, "--format", format_).out
    place = first["network"].partition(",")[0]
    assert f"Warning: {place}: {what}: {warning}" in run(*words).err


def test_a_network_that_follows_comes_before_one_that_does_not(tmp_path: Path) -> None:
    """Another input of what follows is what the figure is."""
    path = tmp_path / "net.yaml"
    path.write_text(GROWS.partition("  - flatten")[0], encoding="utf-8")
    value = 432 * 224 * 224 + 4608 * 112 * 112
    found = document("reconcile", str(path), "--printed", str(value))
    assert f"{value} is the whole network, at 224×224 px and not at" in found["answer"]
    assert found["answers"][0]["warnings"] == []


@pytest.mark.parametrize(
    ("times", "name", "network"),
    [
        (2, "ptflops", ""),  # the pool, and the function that it calls
        (1, "ptflops-0.6", ""),  # the pool alone
        (0, "ptflops", "with global pools as tensors' methods"),
    ],
)
def test_global_pools_are_called_otherwise(
    times: int, name: str, network: str, tmp_path: Path
) -> None:
    """27·8 weights at 5×7 places, a bias for each of 280 values, and as many pooled."""
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: {height: 5, width: 7, channels: 3}\n"
        "layers: [conv: {out: 8, kernel: 3, bias: true, act: relu6}, global_avg_pool]\n",
        encoding="utf-8",
    )
    value = 216 * 35 + 280 + 280 + times * 280
    first = document("reconcile", str(path), "--printed", f"{value} MACs")["answers"][0]
    assert (first["convention"].split(", ")[0], first["network"]) == (name, network)
