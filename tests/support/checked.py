"""Specs with figures and budgets, for the tests of `check`."""

import json
from typing import Any

import mnetcost
from mnetcost.reports.check import check_report

# 3·8 weights at 4×6 positions: 24 params, 576 mult-adds; 24 + 8 biases + 16 affine = 48 learned.
SPEC = """\
name: Small
input: {height: 4, width: 6, channels: 3}
width: {round: floor}
knobs: {width: 8}
variants:
  small_wide: {knobs: {width: 16}}
layers:
  - conv: {out: $width, bias: true, norm: batch}
"""


HOSTILE = "a,b:c%0A\r\n::error ::x\x1b]<&\"'>\ufffe\x01.yaml"
SOURCE = "100%, <b>&amp;]]> ::set-output name=x::y"


def hostile() -> Any:
    network = mnetcost.load(f"{SPEC}expect:\n  - {{params: 25, source: {json.dumps(SOURCE)}}}\n")
    report = check_report([network])
    (row,) = report.document["checks"]
    return report._replace(
        document={"checks": [row | {"file": HOSTILE, "spec": HOSTILE}], "budgets": []}
    )
