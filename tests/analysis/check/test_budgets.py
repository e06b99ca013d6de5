"""Budgets: limits are exact, of whatever is counted, at each setting."""

from checked import SPEC

import mnetcost
from mnetcost.reports.check import check_report


def limits(budget: str) -> list[tuple[str, int, int, str]]:
    report = check_report([mnetcost.load(f"{SPEC}budget:{budget}")])
    rows = report.document["budgets"]
    return [(row["kind"], row["limit"], row["computed"], row["verdict"]) for row in rows]


def test_a_limit_is_exact() -> None:
    assert limits(" {mult_adds: 576, params: 24}") == [
        ("params", 24, 24, "fits"),
        ("mult_adds", 576, 576, "fits"),
    ]
    assert limits(" {mult_adds: 575, params: 23}") == [
        ("params", 23, 24, "over"),
        ("mult_adds", 575, 576, "over"),
    ]
    # a printed 0.6k would hold for 550 to 650, and a limit of 0.57k is 570
    assert limits(" {mult_adds: 0.57k}") == [("mult_adds", 570, 576, "over")]
    # ... and 0.02k is 20, though 24 would be printed so
    assert limits(" {params: 0.02k}") == [("params", 20, 24, "over")]
    assert limits(" {learned: 48, stored: 63}") == [
        ("learned", 48, 48, "fits"),
        ("stored", 63, 64, "over"),
    ]


def test_a_list_of_settings() -> None:
    budget = """
  - {alpha: 0.5, params: 12}
  - {rho: 1/2, mult_adds: 143}
  - {resolution: 12, mult_adds: 2304}
  - {variant: small_wide, params: 47}
  - {set: {width: 4}, params: 12}
"""
    assert limits(budget) == [
        ("params", 12, 12, "fits"),
        ("mult_adds", 143, 144, "over"),
        ("mult_adds", 2304, 2304, "fits"),
        ("params", 47, 48, "over"),
        ("params", 12, 12, "fits"),
    ]


def test_of_a_variant_only_its_own() -> None:
    text = f"{SPEC}budget:\n  - {{params: 1}}\n  - {{params: 2, variant: small_wide}}\n"
    report = check_report([mnetcost.load(text, "small_wide")])
    (row,) = report.document["budgets"]
    assert (row["computed"], row["variant"]) == (48, "small_wide")


def test_a_limit_that_holds_is_passed_by_nothing() -> None:
    report = check_report([mnetcost.load(f"{SPEC}budget: {{mult_adds: 600, params: 20}}")])
    assert [(row["kind"], row["over"]) for row in report.document["budgets"]] == [
        ("params", 4),
        ("mult_adds", 0),
    ]
