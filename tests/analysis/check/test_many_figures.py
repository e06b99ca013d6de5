"""Many figures of one spec: a network is read once for each variant with other knobs.

The layers are pointwise convolutions on 8×12 places: 8·n weights, and 96 times as many mult-adds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from limited import held, linux

import mnetcost
from mnetcost.reports.check import check_report
from mnetcost.spec import reader

HEAD = "input: {height: 8, width: 12, channels: 8}\nlayers:\n"
KNOB = "knobs: {n: 4, twice: false}\n"
LAYERS = "  - conv: {out: $n}\n  - conv: {out: $n, when: $twice}\n"


def _variants(count: int) -> str:
    each = "".join(f"  v{n}: {{knobs: {{n: {n}}}}}\n" for n in range(1, count + 1))
    return f"variants:\n{each}"


def _spec(entries: str, variants: int = 1) -> str:
    return f"{KNOB}{_variants(variants)}{HEAD}{LAYERS}expect:\n{entries}"


def _rows(text: str, variant: str = "") -> list[tuple[Any, int, str]]:
    rows = check_report([mnetcost.load(text, variant)]).document["checks"]
    return [(row["variant"], row["computed"], row["verdict"]) for row in rows]


def test_every_figure_is_of_its_own_network_in_written_order() -> None:
    entries = """\
  - {variant: v2, params: 16}
  - {params: 32}
  - {set: {n: 6}, params: 48}
  - {variant: v2, mult_adds: 1536}
  - {variant: v2, set: {n: 5}, params: 40}
  - {set: {n: 1}, params: 8}
  - {set: {n: 1, twice: true}, params: 9}
  - {set: {twice: true, n: 1}, mult_adds: 865}
  - {variant: v1, resolution: 24, mult_adds: 3072}
"""
    assert _rows(_spec(entries, 3)) == [
        ("v2", 16, "agrees"),
        (None, 32, "agrees"),
        (None, 48, "agrees"),
        ("v2", 1536, "agrees"),
        ("v2", 40, "agrees"),
        (None, 8, "agrees"),
        (None, 9, "agrees"),
        (None, 864, "differs"),
        ("v1", 3072, "agrees"),
    ]
    assert _rows(_spec(entries, 3), "v2") == [
        ("v2", 16, "agrees"),
        ("v2", 1536, "agrees"),
        ("v2", 40, "agrees"),
    ]


def test_a_text_is_read_twice_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not at all a second time where every figure is of the spec's own network."""
    read: list[str] = []

    def counted(known: Callable[..., Any]) -> Callable[..., Any]:
        def read_mapping(*words: Any) -> Any:
            read.append("once more")
            return known(*words)

        return read_mapping

    monkeypatch.setattr(reader, "read_mapping", counted(reader.read_mapping))
    entries = "".join(f"  - {{params: {8 * n}, variant: v{n}}}\n" for n in range(1, 21)) * 2
    assert {row[2] for row in _rows(_spec(entries, 20))} == {"agrees"}
    assert len(read) == 2
    read.clear()
    _rows(_spec("  - {params: 32}\n" * 20))
    assert len(read) == 1


MANY = 9_900
MANY_SPECS = {
    "figures": f"{HEAD}  - conv: {{out: 4}}\nexpect:\n" + "  - {params: 32}\n" * MANY,
    "budgets": f"{HEAD}  - conv: {{out: 4}}\nbudget:\n" + "  - {params: 32}\n" * MANY,
    "widths": f"{HEAD}  - conv: {{out: 4000}}\nexpect:\n"
    + "".join(f"  - {{params: 32, alpha: {n}/4000}}\n" for n in range(1, 2_000)),
    "knobs": _spec("".join(f"  - {{params: {8 * n}, set: {{n: {n}}}}}\n" for n in range(1, 800))),
    "variants": _spec(
        "".join(f"  - {{params: {8 * n}, variant: v{n}}}\n" for n in range(1, 800)), 800
    ),
}


@linux
@pytest.mark.parametrize("name", MANY_SPECS)
def test_many_are_checked_within_the_limits(name: str, tmp_path: Path) -> None:
    """In the time of reading them, and a millisecond for each network and each setting."""
    path = tmp_path / "net.yaml"
    path.write_text(MANY_SPECS[name], encoding="utf-8")
    held(path, work="len(tuple(checks([load(path)])))", seconds=2)


@linux
def test_other_builds_are_tried_without_reading_the_figures_again(tmp_path: Path) -> None:
    """Forty switches, of which twenty are turned, and 5,000 figures."""
    names = [f"k{n}" for n in range(40)]
    knobs = f"knobs: {{{', '.join(f'{name}: true' for name in names)}}}\n"
    layers = "".join(f"  - conv: {{out: 8, when: ${name}}}\n" for name in names)
    path = tmp_path / "net.yaml"
    path.write_text(
        f"{knobs}{HEAD}{layers}expect:\n" + "  - {params: 2560}\n" * 5_000, encoding="utf-8"
    )
    held(path, work="len(candidates(load(path).cost()))", seconds=2)
