"""`mnetcost check`: published figures against hand-counted networks."""

from typing import Any

from checked import SPEC

import mnetcost
from mnetcost.printed import FIGURES
from mnetcost.problems import plain
from mnetcost.reports.check import check_report, complaints

# 24 weights at 4×6 positions, and 16 running statistics more are 64 stored.
RIGHT = "  - {params: 24, mult_adds: 576, learned: 48, stored: 64, folded: 32, source: by hand}\n"


def verdicts(*entries: str) -> list[tuple[str, int, str]]:
    rows = document(*entries)
    return [(row["kind"], row["computed"], row["verdict"]) for row in rows]


def document(*entries: str) -> Any:
    return check_report([mnetcost.load(f"{SPEC}expect:\n{''.join(entries)}")]).document["checks"]


def test_the_kinds_of_figures() -> None:
    assert list(FIGURES) == ["params", "mult_adds", "learned", "stored", "folded"]
    assert verdicts(RIGHT) == [
        ("params", 24, "agrees"),
        ("mult_adds", 576, "agrees"),
        ("learned", 48, "agrees"),
        ("stored", 64, "agrees"),
        ("folded", 32, "agrees"),
    ]


def test_settings() -> None:
    assert verdicts(
        "  - {alpha: 0.5, params: 12}\n",
        "  - {resolution: 12, mult_adds: 2304}\n",
        "  - {variant: small_wide, params: 48}\n",
        "  - {set: {width: 4}, params: 12}\n",
    ) == [(kind, exact, "agrees") for kind, exact in
          (("params", 12), ("mult_adds", 2304), ("params", 48), ("params", 12))]  # fmt: skip


def test_a_document_row_says_everything() -> None:
    (row,) = document(
        "  - {set: {width: 4}, resolution: 12, params: 13, source: T, erratum: off}\n"
    )
    assert row == {
        "key": "expect",
        "file": "<text>",
        "line": 10,
        "column": 39,
        "setting": "α = 1, 12 px, width = 4",
        "failed": False,
        "message": "off",
        "spec": "<text>",
        "variant": None,
        "set": {"width": 4},
        "alpha": "1",
        "rho": "2",
        "kind": "params",
        "figure": "params",
        "printed": "13",
        "computed": 12,
        "verdict": "erratum",
        "source": "T",
        "erratum": "off",
    }


def test_only_a_difference_that_is_no_erratum_is_a_miss() -> None:
    assert verdicts("  - {params: 25}\n", "  - {params: 25, erratum: a misprint}\n") == [
        ("params", 24, "differs"),
        ("params", 24, "erratum"),
    ]
    network = mnetcost.load(
        f"{SPEC}expect:\n" + "  - {params: 25}\n  - {params: 25, erratum: a misprint}\n"
    )
    line = plain(complaints(check_report([network])))
    assert line == "<text>:10:6: expect: params 24 does not agree with 25, at α = 1, ρ = 1"


def test_a_variant_checks_its_own_entries() -> None:
    text = f"{SPEC}expect:\n" + "  - {params: 1}\n  - {variant: small_wide, params: 48}\n"
    report = check_report([mnetcost.load(text, "small_wide")])
    assert [row["variant"] for row in report.document["checks"]] == ["small_wide"]
