"""Budgets: limits are exact, of whatever is counted, at each setting."""

from pathlib import Path

import pytest
from checked import SPEC
from commands import run

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


@pytest.mark.parametrize(
    ("limit", "words", "message"),
    [
        # 576 multiply-accumulates, twice as many FLOPs, and a budget of one in the other's unit
        ("0.6 kFLOPs", [], "write 0.3k where a MAC is two FLOPs, or 0.6k where one"),
        ("0.6 kMACs", ["--convention", "flops"], "write 1.2k where a MAC is two FLOPs"),
        ("0.6 kFLOPs", ["--convention", "fvcore"], "write 0.3k where"),
        ("576 params", [], "is of parameters, and mult_adds of MACs"),
    ],
)
def test_a_limit_in_another_unit_is_asked_about(
    limit: str, words: list[str], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    ran = run("check", str(path), "--max-mult-adds", limit, *words)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


@pytest.mark.parametrize(
    ("limit", "words", "code"),
    [
        ("576 MACs", [], 0),
        ("575 MACs", [], 1),
        ("1.152 kFLOPs", ["--convention", "flops"], 0),
        ("1.151 kFLOPs", ["--convention", "flops"], 1),
        ("1e18", [], 0),
        ("1" + "0" * 39, [], 0),
    ],
)
def test_a_limit_in_its_own_unit_and_a_large_one(
    limit: str, words: list[str], code: int, tmp_path: Path
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(SPEC, encoding="utf-8")
    assert run("check", str(path), "--max-mult-adds", limit, *words).code == code


def test_a_limit_at_other_input_channels(tmp_path: Path) -> None:
    """5·8 weights of five channels, at 3×7 places."""
    path = tmp_path / "net.yaml"
    text = SPEC.replace("channels: 3", "channels: $channels")
    path.write_text(text.replace("knobs: {", "knobs: {channels: 3, "), encoding="utf-8")
    words = ("check", str(path), "--input", "3x7x5")
    assert run(*words, "--max-params", "40", "--max-mult-adds", "840").code == 0
    assert run(*words, "--max-params", "39").code == 1
    assert run(*words, "--max-mult-adds", "839").code == 1
