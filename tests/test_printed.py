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
    ("text", "value", "last_digit", "unit"),
    [
        # Li et al. 2017, arXiv:1608.08710, Table 1: VGG-16 on CIFAR-10
        ("3.13e8", 313_000_000, 10**6, ""),
        ("3.13E+8", 313_000_000, 10**6, ""),
        ("1.5·10⁷", 15_000_000, 10**6, ""),
        ("1.5×10^7", 15_000_000, 10**6, ""),
        ("1.5 x 10^7", 15_000_000, 10**6, ""),
        ("2.06 * 10^8 FLOP", 206_000_000, 10**6, "FLOP"),
        ("1e18", 10**18, 10**18, ""),
        ("1" + "0" * 39, 10**39, 1, ""),
        # as ptflops, thop, darknet and papers write them
        ("313.46 MMac", 313_460_000, 10**4, "MAC"),
        ("0.45 GMac", 450_000_000, 10**7, "MAC"),
        ("1.14 GMACs", 1_140_000_000, 10**7, "MAC"),
        ("575M MAdds", 575_000_000, 10**6, "MAC"),
        ("300 million multiply-adds", 300_000_000, 10**6, "MAC"),
        ("5.56 GFLOPs", 5_560_000_000, 10**7, "FLOP"),
        ("5.571 BFLOPS", 5_571_000_000, 10**6, "FLOP"),
        ("0.319 BF", 319_000_000, 10**6, "FLOP"),
        ("400MF", 400_000_000, 10**6, "FLOP"),
        ("12 GOPs", 12 * 10**9, 10**9, "FLOP"),
        ("0.57 G", 570_000_000, 10**7, ""),
        ("569\u00a0M", 569_000_000, 10**6, ""),
        ("4.2m", 4_200_000, 10**5, ""),
        ("4.2 million", 4_200_000, 10**5, ""),
        ("4.69 Bn", 4_690_000_000, 10**7, ""),  # as darknet's page writes
        ("4.69Bn FLOPs", 4_690_000_000, 10**7, "FLOP"),
        ("4.2mn params", 4_200_000, 10**5, "parameters"),
        ("4.2M params", 4_200_000, 10**5, "parameters"),
        ("25.6 million parameters", 25_600_000, 10**5, "parameters"),
        ("3,000,000", 3_000_000, 1, ""),
        ("4,866.3M", 4_866_300_000, 10**5, ""),
        ("5.4B", 5_400_000_000, 10**8, ""),  # a billion; behind a prefix it is bytes
        ("5.4MB", 5_400_000, 10**5, "bytes"),
        ("5 MiB", 5 * 2**20, 2**20, "bytes"),
        ("7.12 GiMACs", Fraction(712 * 2**30, 100), Fraction(2**30, 100), "MAC"),
        ("313463808 MAdds", 313_463_808, 1, "MAC"),
    ],
)
def test_figures_as_people_have_them(text, value, last_digit, unit):
    printed = Printed.read(text)
    assert (printed.value, printed.last_digit, printed.unit) == (value, last_digit, unit)


def test_three_digits_are_claimed():
    """313,463,808 multiply-accumulates, thirteen convolutions and two dense layers by hand."""
    assert Printed.read("3.13e8").agrees(313_463_808)
    assert not Printed.read("3.13e8").agrees(313_500_001)
    assert not Printed.read("3.130e8").agrees(313_463_808)


NO_FIGURES = (
    *(
        "",
        "M",
        "1,00",
        "10,00,000",
        "1_000",
        "-5M",
        "5 %",
        "4.M",
        ".5M",
        "5Mb",
        "٥M",
        "5  M",
        "0,5M",
    ),
    *("010", "010e3", "1e100", "3·10", "1.5·11^7", "3 GFLOP/s", "mult-adds", "5Q", "9" * 41),
)


@pytest.mark.parametrize("text", NO_FIGURES)
def test_printed_refuses_what_is_no_figure(text):
    with pytest.raises(ValueError, match="is not a figure; write 569M"):
        Printed.read(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("300 MAdds", "write 300M MACs, or 300 MACs"),  # mega-adds, or multiply-adds?
        ("1e6M", "a power of ten and a prefix"),
        ("1e6B", "a power of ten and a prefix"),
    ],
)
def test_what_may_mean_two_things_is_asked(text, message):
    with pytest.raises(ValueError, match=message):
        Printed.read(text)


@pytest.mark.parametrize(
    ("text", "kind", "work", "message"),
    [
        ("569M", "mult_adds", "MAC", ""),
        ("313.46 MMac", "mult_adds", "MAC", ""),
        ("5.56 GFLOPs", "mult_adds", "FLOP", ""),
        ("4.2M params", "learned", "MAC", ""),
        (
            "5.56 GFLOPs",
            "mult_adds",
            "MAC",
            "5.56 GFLOPs is of FLOPs, and mult_adds of MACs; "
            "write 2.78G where a MAC is two FLOPs, or 5.56G where one",
        ),
        (
            "3.13e8 MACs",
            "mult_adds",
            "FLOP",
            "3.13e8 MACs is of MACs, and mult_adds of FLOPs; "
            "write 626M where a MAC is two FLOPs, or 313M where one",
        ),
        (
            "5.4MB",
            "params",
            "MAC",
            "5.4MB is of bytes, and params of parameters; "
            "write 1.35M for values of 4 bytes, 2.7M for values of 2 bytes, 5.4M for values of 1",
        ),
        (
            "4 MiB",
            "stored",
            "MAC",
            "4 MiB is of bytes, and stored of parameters; write 1.0486M for values of 4 bytes, "
            "2.0972M for values of 2 bytes, 4.1943M for values of 1",
        ),
        ("5.4MB", "mult_adds", "MAC", "5.4MB is of bytes, and mult_adds of MACs"),
        ("4.2M params", "mult_adds", "MAC", "4.2M params is of parameters, and mult_adds of MACs"),
        ("569 MMac", "params", "FLOP", "569 MMac is of MACs, and params of parameters"),
    ],
)
def test_a_unit_that_does_not_fit(text, kind, work, message):
    assert Printed.read(text).misfit(kind, work) == message


@pytest.mark.parametrize(
    ("figure", "doubled"), [("4500", "9000"), ("4510K", "9020k"), ("2,000,000", "4000000")]
)
def test_an_exact_figure_is_told_exactly(figure, doubled):
    assert Printed.read(figure).times(Fraction(2)) == doubled
