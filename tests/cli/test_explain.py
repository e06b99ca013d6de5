"""`mnetcost explain`: documents, formats, layers that are meant."""

import json
from fractions import Fraction

import pytest
from commands import refused, run


def test_the_command():
    ran = run("explain", "mobilenet_v1", "separable_2", "--alpha", "0.5", "--format", "json")
    assert ran.code == 0
    document = json.loads(ran.out)
    depthwise, pointwise = document["layers"]
    assert depthwise["symbols"] == {"α": "1/2", "D_K": 3, "M": 32, "D_F": 112, "D_O": 56, "S": 2}
    assert pointwise["symbols"]["α"] == "1/2"
    products = next(one for one in pointwise["quantities"] if one["quantity"] == "mult-adds")
    assert (products["formula"], products["result"]) == ("M·N·D_F²", 32 * 64 * 56 * 56)
    assert document["derivations"][0]["steps"][-1]["result"] == str(
        Fraction(1, 64) + Fraction(1, 9)
    )
    refused(run("explain", "mobilenet_v1", "nothing"), 2)
    refused(run("explain", "mobilenet_v1", "--alpha", "0"), 2)


@pytest.mark.parametrize(
    ("format_", "shown"),
    [
        ("text", "conv_1 (conv): 224×224×3 → 112×112×32"),
        ("markdown", r"| weights | $D_K^{2} \cdot M \cdot N$ | $3^{2} \cdot 3 \cdot 32$ | 864 |"),
        ("latex", r"weights & $D_K^{2} \cdot M \cdot N$ & $3^{2} \cdot 3 \cdot 32$ & 864"),
        ("csv", "conv_1,weights,D_K²·M·N,3²·3·32,864"),
        ("html", "<msubsup><mi>D</mi><mi>K</mi><mrow><mn>2</mn></mrow></msubsup>"),
    ],
)
def test_every_format(format_, shown):
    ran = run("explain", "mobilenet_v1", "conv_1", "--format", format_)
    assert ran.code == 0
    assert shown in ran.out
