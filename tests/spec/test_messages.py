"""What a problem says: what to write, what was meant, where it is."""

import re

import pytest
from networks import chain, codes

import mnetcost
from mnetcost.layers import LAYERS
from mnetcost.layers.fields import fields_of
from mnetcost.text import SYNONYMS, did_you_mean


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


@pytest.mark.parametrize(
    ("layers", "code", "words"),
    [
        (
            ["pixel_shuffle: {factor: [2, 3]}"],
            "groups",
            r"6 parts \(2·3\) do not divide 4 channels",
        ),
        (["pointwise: {out: 1}", "glu"], "groups", "2 halves do not divide 1 channel$"),
        (["maxout: {pieces: 3}", "add: {from: [input, maxout_1]}"], "groups", "3 pieces do not"),
        (["split: {into: 3}", "add: {from: [split_1, input]}"], "groups", "3 parts do not divide"),
        (["split: {sizes: [4], take: 2}"], "groups", "part 2 of 1 part$"),
        (["split: {into: 2, names: [a]}"], "groups", "1 name for 2 parts"),
        (["split: {sizes: [4], names: [a, b]}"], "groups", "2 names for 1 part$"),
        (
            ["pointwise: {out: 1}", "slice: {last: 2}"],
            "shapes",
            "2 channels, and 1 channel comes in",
        ),
        (["slice: {offset: 5}"], "no-channels", "none of 4 channels is behind the first 5"),
        (
            ["pointwise: {out: 12}", "dot_product_attention: {heads: 4, key_value_heads: 3}"],
            "groups",
            "3 heads of keys and values do not divide 4 heads",
        ),
        (["dot_product_attention: {heads: 1}"], "groups", "of 9×7×4 do not divide into 1 head$"),
        (["reshape: {height: 3, width: rest, channels: rest}"], "shapes", "are 3, rest, rest"),
        (["reshape: {width: 7}"], "shapes", "one axis alone can be the rest: .* rest, 7, rest"),
        (["lstm: {out: 5, cells: 5}"], "shapes", "5 cells projected to 5 of `out`"),
        (["lstm: {out: 2, cells: 1}"], "shapes", "1 cell projected to 2 of `out`"),
        (
            ["conv: {out: 8, group_width: 3}"],
            "groups",
            "3 channels a group do not divide 4 channels",
        ),
        (
            ["pointwise: {out: 1}", "pointwise: {in: 4, out: 2}"],
            "input-channels",
            "1 channel comes in",
        ),
        (
            ["pointwise: {out: 1}", "group_norm: {groups: 2}"],
            "groups",
            "2 groups do not divide 1 channel$",
        ),
    ],
)
def test_one_mistake_is_one_problem_in_words_for_one_and_for_many(layers, code, words):
    with pytest.raises(mnetcost.SpecError) as error:
        chain(*layers)
    (problem,) = error.value.problems
    assert problem.code == code
    assert re.search(words, problem.message)


def test_behind_a_layer_without_a_map_nothing_is_said_and_beside_it_all():
    with pytest.raises(mnetcost.SpecError) as error:
        chain(
            "maxout: {pieces: 3, name: m}",
            "concat: {from: [m, input], axis: height}",  # its channels are not known
            "conv: {from: input, out: 9, groups: 2}",
            "conv: {out: 8, groups: 5}",
        )
    found = [(problem.code, problem.mark.line) for problem in error.value.problems]
    assert found == [("groups", 3), ("groups", 5), ("groups", 6)]


def test_arguments_of_a_function_are_counted_in_words():
    with pytest.raises(mnetcost.SpecError, match="floor takes 1 argument, not 2"):
        chain('conv: {out: "floor($here, 2)"}')


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
        *(("upsample", "resize"), ("UpSampling2D", "resize"), ("interpolate", "resize")),
        *(("dcn", "deform_conv"), ("deform_conv2d", "deform_conv"), ("dynamic_conv", "cond_conv")),
        *(("bmm", "matmul"), ("deconv", "conv_transpose"), ("Conv2DTranspose", "conv_transpose")),
        *(("nn.ConvTranspose1d", "conv_transpose1d"), ("F.avg_pool1d", "avg_pool1d")),
        *(("torch.nn.BatchNorm1d", "batch_norm"), ("MaxPooling1D", "max_pool1d")),
        *(("tf.nn.depth_to_space", "pixel_shuffle"), ("GlobalAveragePooling2D", "global_avg_pool")),
        *(("transpose", "permute"), ("RMSNorm", "l2_norm"), ("cat", "concat")),
        *(("unfold", None), ("nn.Unfold", None), ("im2col", None), ("Embedding", None)),
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


def test_every_word_of_other_tools_means_a_word_of_the_language():
    layers, keys, words = SYNONYMS
    assert set(layers.values()) <= LAYERS.keys()
    written = {"axis", "in", *(key for record in LAYERS.values() for key in fields_of(record))}
    assert set(keys.values()) <= written
    assert not {word for word in layers if word in LAYERS}
    for word, ours in layers.items():
        assert did_you_mean(word, LAYERS) == ours, word
    for word, ours in keys.items():
        assert did_you_mean(word, (ours,)) == ours, word
    norms = fields_of(LAYERS["conv"])["norm"].kind.options
    for word, ours in words.items():
        assert did_you_mean(word, norms) == ours, word


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ("unfold", r"no windows that overlap; side by side they are a `pixel_unshuffle`"),
        ("Col2Im", r"no windows that overlap"),
        ("transpose", r"a `permute` changes axes, a `conv_transpose` is a layer"),
        ("rms_norm", r"an `l2_norm` has as many learned values"),
        ("nn.Embedding", r"a spec has no embeddings"),
        ("conv: {out: 4, repeat: 4}", r"conv has no key `repeat`: .* `- repeat: n`"),
    ],
)
def test_what_a_suggestion_alone_does_not_say(layer, words):
    with pytest.raises(mnetcost.SpecError, match=words):
        chain(layer)


def test_a_name_of_modules_is_no_part_of_a_layers_name():
    assert did_you_mean("stage_1.2", ("block.2", "stage_1.3")) == "stage_1.3"


@pytest.mark.parametrize(
    ("parts", "instead"),
    [("[27, 11]", "sizes: [27, 11]"), ("[3]", "sizes: [3]"), ("[a, 3]", None), ("[]", None)],
)
def test_parts_of_sizes_are_called_sizes(parts, instead):
    with pytest.raises(mnetcost.SpecError) as refused:
        chain(f"split: {{into: {parts}}}")
    (problem,) = refused.value.problems
    assert (problem.code, problem.suggestion) == ("wrong-type", instead)


def test_one_weight_and_one_bias_are_said_in_the_singular():
    with pytest.raises(mnetcost.SpecError, match=r"it has 1 weight, 1 bias, p has 1 weight\n"):
        chain(
            *("conv: {out: 1}", "conv: {name: p, out: 1}"),
            "conv: {out: 1, bias: true, weights: p}",
        )


@pytest.mark.parametrize(("length", "shown"), [(60, 60), (61, 60)])
def test_of_a_long_word_its_beginning_is_shown(length, shown):
    with pytest.raises(mnetcost.SpecError) as refused:
        chain(f"conv: {{out: {'w' * length}}}")
    cut = "" if length == shown else f"… ({length} characters)"
    assert f"found `{'w' * shown}{cut}`" in refused.value.problems[0].message
