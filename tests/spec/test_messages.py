"""What a problem says: what to write, what was meant, where it is."""

import pytest
from networks import chain, codes

import mnetcost


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1_000_000", "as 1000000; write 1000000"),
        ("0x10000000", "as 268435456; write 268435456"),
        ("1e3", "write 1000"),
        ("08", "write 8"),
        ("1:30.5", "YAML would read it as 90.5"),
        ("+5", "as 5; write 5"),
        ("32.0", "write 32"),
        ("10000000000000000000001_0", "write 100000000000000000000010"),
    ],
)
def test_messages_say_what_to_write(written, words):
    with pytest.raises(mnetcost.SpecError) as error:
        chain(f"conv: {{out: {written}}}")
    assert words in str(error.value)


def test_a_repeat_says_a_problem_once():
    with pytest.raises(mnetcost.SpecError) as error:
        chain(
            "repeat: 50\n    layers:\n      - conv: {out: 8, groups: 3}",
            "conv: {out: 9, groups: 2}",
        )
    assert codes(error) == ["groups", "groups"]
    assert [problem.mark.line for problem in error.value.problems] == [5, 6]


def test_the_place_stands_before_the_sentence():
    network = chain("conv: {out: 10}")
    with pytest.raises(
        mnetcost.SpecError, match=r"conv_1 at α = 0.75, ρ = 1 \(input 9×7\): 10 chan"
    ):
        network.cost(alpha="0.75")


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        *(("fc", "dense"), ("linear", "dense"), ("bn", "batch_norm"), ("silu", "swish")),
        *(("h_swish", "hard_swish"), ("gap", "global_avg_pool"), ("Conv2D", "conv")),
    ],
)
def test_other_tools_words_for_layers(written, ours):
    with pytest.raises(mnetcost.SpecError) as error:
        chain(f"{written}: {{out: 8}}")
    assert error.value.problems[0].suggestion == ours


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        *(("filters", "out"), ("out_channels", "out"), ("kernel_size", "kernel")),
        *(("pad", "padding"), ("activation", "act"), ("group", "groups")),
        *(("in_channels", "in"), ("strides", "stride")),
    ],
)
def test_other_tools_words_for_keys(written, ours):
    with pytest.raises(mnetcost.SpecError) as error:
        chain(f"conv: {{out: 8, {written}: 1}}")
    assert error.value.problems[0].suggestion == ours


@pytest.mark.parametrize(("length", "shown"), [(60, 60), (61, 60)])
def test_of_a_long_word_its_beginning_is_shown(length, shown):
    with pytest.raises(mnetcost.SpecError) as refused:
        chain(f"conv: {{out: {'w' * length}}}")
    cut = "" if length == shown else f"… ({length} characters)"
    assert f"found `{'w' * shown}{cut}`" in refused.value.problems[0].message
