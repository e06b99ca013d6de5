"""The ratio of a pair, derived from its two counts."""

from fractions import Fraction

from explanations import explained, small


def test_one_over_n_plus_one_over_the_kernel():
    """Howard et al. 2017, section 3.1, with the numbers of its Table 3's block."""
    found = explained("mobilenet_v1", "separable_7.1")
    of_work, of_parameters = found.derivations
    assert (of_work.name, of_work.what) == ("separable_7.1", "mult-adds")
    steps = {step.quantity: step for step in of_work.steps}
    assert steps["standard convolution (eq. 2)"].result == 462_422_016
    depthwise, pointwise = (
        steps[one].result for one in ("depthwise convolution (eq. 4)", "pointwise convolution")
    )
    assert steps["both halves (eq. 5)"].result == depthwise + pointwise == 52_283_392
    assert steps["both halves over it"].formula.text == (
        "(D_K²·M·D_F² + M·N·D_F²) / (D_K²·M·N·D_F²)"
    )
    assert steps["cancelled"].formula == ("1/N + 1/D_K²", r"\frac{1}{N} + \frac{1}{D_K^{2}}")
    assert steps["cancelled"].numbers.text == "1/512 + 1/3²"
    assert steps["cancelled"].result == Fraction(521, 4608)
    assert of_parameters.steps[-1].result == Fraction(521, 4608)
    assert of_parameters.steps[0].formula.text == "D_K²·M·N"


def test_the_ratio_of_a_kernel_that_is_not_square():
    spec = small("separable: {out: 10, kernel: [3, 5], stride: 2}")
    *_, last = explained(spec).derivations[0].steps
    assert last.formula.text == "1/N + 1/(D_Kh·D_Kw)"
    assert last.numbers.text == "1/10 + 1/(3·5)"
    assert last.result == Fraction(1, 10) + Fraction(1, 15)


def test_several_filters_a_channel_cost_as_often():
    spec = small("depthwise: {multiplier: 3, kernel: [3, 5]}\n  - pointwise: {out: 10}")
    *_, last = explained(spec).derivations[0].steps
    assert last.formula.text == "m/N + m/(D_Kh·D_Kw)"
    assert last.result == 3 * (Fraction(1, 10) + Fraction(1, 15))


def test_a_depthwise_half_written_by_its_groups():
    spec = small("conv: {out: 8, groups: 8, kernel: [3, 5]}\n  - pointwise: {out: 6}")
    found = explained(spec).derivations
    assert {one.steps[-1].formula.text for one in found} == {"1/N + 1/(D_Kh·D_Kw)"}
    assert {one.steps[-1].result for one in found} == {Fraction(1, 6) + Fraction(1, 15)}


def test_a_pair_with_the_weights_of_another():
    text = (
        "input: {height: 6, width: 10, channels: 4}\nlayers:\n"
        "  - separable: {name: a, out: 4}\n  - separable: {name: b, out: 4, weights: a}\n"
    )
    work, weights = explained(text, "b").derivations
    # 3·3·4 and 4·4 weights on 6·10 positions, against 3·3·4·4
    assert [step.result for step in work.steps[:3]] == [8_640, 2_160, 960]
    assert [step.result for step in weights.steps[:3]] == [144, 36, 16]
