"""How figures are printed, and what a printed figure can mean."""

from fractions import Fraction

import pytest

from mnetcost.printed import Printed


def test_mega_is_a_million(v1):
    assert Printed.read("569 M").value == 569_000_000
    assert v1.cost().mult_adds == 568_740_352


# --- how figures are printed


@pytest.mark.parametrize(
    ("text", "exact", "rounded", "cut"),
    [
        ("569M", 568_499_999, False, False),
        ("569M", 568_500_000, True, False),
        ("569M", 568_740_352, True, False),
        ("569 M", 569_000_000, True, True),
        ("569 M", 569_499_999, True, True),
        ("569 M", 569_500_001, False, True),
        ("569 M", 569_999_999, False, True),
        ("569 M", 570_000_000, False, False),
        ("569M", 569 * 2**20, False, False),  # M is a million
        ("4.2 M", 4_149_999, False, False),
        ("4.2 M", 4_209_088, True, True),
        ("4.20 M", 4_209_088, False, True),
        ("4.20 M", 4_204_999, True, True),
        ("0.569G", 568_740_352, True, False),
        ("0.569B", 568_740_352, True, False),
        ("1.2T", 1_249_999_999_999, True, True),
        ("12k", 12_499, True, True),
        ("12K", 12_499, True, True),
        ("12K", 11_499, False, False),
        ("568740352", 568_740_352, True, True),
        ("568740352", 568_740_353, False, False),
        ("0", 0, True, True),
        ("0.02", Fraction(1, 48), True, True),
    ],
)
def test_printed_precision(text, exact, rounded, cut):
    assert Printed.read(text).agrees(exact) == rounded
    assert Printed.read(text, truncated=True).agrees(exact) == cut


@pytest.mark.parametrize(
    "text", ["", "M", "1,000", "-5M", "1e6", "5 %", "4.M", ".5M", "5Mb", "٥M", "5  M", "9" * 19]
)
def test_printed_refuses_what_is_no_figure(text):
    with pytest.raises(ValueError, match="is not a figure"):
        Printed.read(text)
