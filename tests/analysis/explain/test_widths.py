"""How the formulas write widths: α, rounding, what they follow from."""

import pytest
from explanations import lines, small


def test_the_channels_that_come_in_under_alpha():
    """Howard et al. 2017, eq. 6: αM, through what leaves the channels as they are."""
    found = lines("mobilenet_v1", "separable_2/pointwise", alpha="0.75")
    words = "input channels M, of separable_1/pointwise"
    assert found[words] == ("max(8, ⌊64·α⌋)", "max(8, ⌊64·(3/4)⌋)", 48)
    fixed = "conv: {out: 8}\n  - conv: {out: 4, scale: false}\n  - relu\n  - depthwise: {name: d}"
    found = lines("width: {round: floor}\n" + small(fixed), "d", alpha="0.5")
    assert not any(one.startswith("input channels") for one in found)


def test_alpha_and_rho_as_the_paper_writes_them():
    found = lines("mobilenet_v1", "conv_1", alpha="0.75", rho="6/7")
    assert found["input side D_F"] == ("⌊224·ρ + 1/2⌋", "⌊224·(6/7) + 1/2⌋", 192)
    assert found["output channels N (floor, min 8)"] == (
        "max(8, ⌊32·α⌋)",
        "max(8, ⌊32·(3/4)⌋)",
        24,
    )
    assert found["output side D_O"] == ("⌈D_F/S⌉", "⌈192/2⌉", 96)
    assert found["mult-adds"] == ("D_K²·M·N·D_O²", "3²·3·24·96²", 5_971_968)


@pytest.mark.parametrize(
    ("rule", "alpha", "formula", "numbers", "result"),
    [
        ("round: floor", "0.145", "⌊200·α⌋", "⌊200·(29/200)⌋", 29),  # no float floor: 28.999...
        ("round: floor", "1/3", "⌊200·α⌋", "⌊200·(1/3)⌋", 66),
        ("round: floor, min: 80", "1/3", "max(80, ⌊200·α⌋)", "max(80, ⌊200·(1/3)⌋)", 80),
        ("round: nearest", "1/3", "⌊200·α + 1/2⌋", "⌊200·(1/3) + 1/2⌋", 67),
        ("round: none", "1/8", "200·α", "200·(1/8)", 25),
        (
            *("round: divisible, divisible: 8", "1/3"),
            *("max(8, 8·⌊25·α + 1/2⌋)", "max(8, 8·⌊25·(1/3) + 1/2⌋)", 64),
        ),
        (  # 0.9 · 200/18 = 10 is above the nearest multiple, 8: the next one
            *("round: divisible, divisible: 8", "1/18"),
            *("max(8, 8·⌊25·α + 1/2⌋) + 8", "max(8, 8·⌊25·(1/18) + 1/2⌋) + 8", 16),
        ),
        (
            *("round: divisible, divisible: 8, min: 96", "1/3"),
            *("max(96, 8·⌊25·α + 1/2⌋)", "max(96, 8·⌊25·(1/3) + 1/2⌋)", 96),
        ),
        (
            *("round: nearest, multiplier: 1.1", "1/3"),
            *("⌊200·α·μ + 1/2⌋", "⌊200·(1/3)·(11/10) + 1/2⌋", 73),
        ),
    ],
)
def test_the_rounding_of_widths(rule, alpha, formula, numbers, result):
    spec = f"width: {{{rule}}}\n" + small("conv: {name: c, out: 200}")
    found = lines(spec, "c", alpha=alpha)
    (width,) = (line for words, line in found.items() if words.startswith("output channels"))
    assert width == (formula, numbers, result)


@pytest.mark.parametrize(
    ("spec", "layer", "quantity", "formula", "numbers", "result"),
    [
        ("mobilenet_v2", "inverted_residual_2.1/conv_1", "output channels N", "M·6", "16·6", 96),
        (
            *("mobilenet_v3_large", "bneck_4/squeeze_excitation_1", "`squeeze` of the spec"),
            *("divisible(floor(M/4), 8)", "divisible(floor(72/4), 8)", 24),
        ),
        (small("depthwise: {multiplier: 3}"), "", "output channels", "M·m", "8·3", 24),
        (
            *(small("separable: {expand: 2, multiplier: 3}"), "separable_1/pointwise"),
            *("output channels N", "M_S·2", "8·2", 16),
        ),
        (small("flatten", 2, 3, 4), "", "output channels", "M·D_Fh·D_Fw", "4·2·3", 24),
    ],
)
def test_widths_that_follow(spec, layer, quantity, formula, numbers, result):  # noqa: PLR0917
    assert lines(spec, layer)[quantity] == (formula, numbers, result)


@pytest.mark.parametrize(
    ("rule", "out", "alpha", "line"),
    [
        # what α leaves as it is written is no line, and a rule that changes it is one without α
        ("round: floor", 4, "1", None),
        ("round: floor, min: 8", 4, "1", ("8", "8", 8)),
        ("round: divisible, divisible: 8", 20, "1", ("24", "24", 24)),
        ("round: nearest, multiplier: 3/2", 5, "1", ("⌊5·μ + 1/2⌋", "⌊5·(3/2) + 1/2⌋", 8)),
        ("round: floor", 4, "2", ("⌊4·α⌋", "⌊4·2⌋", 8)),
        (  # exactly 0.9 · 80/9: 8 is kept
            *("round: divisible, divisible: 8", 16, "5/9"),
            ("max(8, 8·⌊2·α + 1/2⌋)", "max(8, 8·⌊2·(5/9) + 1/2⌋)", 8),
        ),
    ],
)
def test_widths_as_they_are_written(rule, out, alpha, line):
    found = lines(f"width: {{{rule}}}\n" + small(f"conv: {{out: {out}}}"), alpha=alpha)
    widths = [one for words, one in found.items() if words.startswith("output channels")]
    assert widths == ([] if line is None else [line])
