"""`mnetcost rewrite`: published figures, counts by hand, and nothing changed unasked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import count as oracle_count

import mnetcost
from mnetcost.spec import shipped, shipped_variants

pytest.importorskip("ruamel.yaml")

HEAD = "input: {height: 12, width: 20, channels: 4}\n"


def rewritten(body, to, layers=()):
    """The text below the input, rewritten."""
    text = mnetcost.load(HEAD + body).rewrite(to, layers).text
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


def totals(network):
    cost = network.cost()
    return cost.params, cost.mult_adds


# --- the figures of papers


def test_mobilenet_with_full_convolutions_is_table_4s():
    found = mnetcost.load("mobilenet_v1").rewrite("standard")
    # Howard et al. 2017, Table 4: 4866 M without the classifier's 1,024,000, and 29.3 M
    assert totals(mnetcost.load(found.text)) == (29_281_120, 4_867_293_184)
    assert found.savings[-1].after == (29_281_120, 4_867_293_184)
    assert found.savings[-1].before == (4_209_088, 568_740_352)
    assert len(found.savings) == 13 + 1


@pytest.mark.parametrize(("alpha", "resolution"), [("0.75", 160), ("0.5", 225), ("1/3", 97)])
def test_mobilenet_and_its_full_twin_change_places_at_any_setting(alpha, resolution):
    mobile, full = mnetcost.load("mobilenet_v1"), mnetcost.load("mobilenet_v1_full")
    for one, other, to, layers in (
        (mobile, full, "standard", ()),
        (full, mobile, "separable", "!conv_1"),
    ):
        new = mnetcost.load(one.rewrite(to, layers).text).cost(alpha, resolution=resolution)
        wanted = other.cost(alpha, resolution=resolution)
        assert (new.mult_adds, new.parameters) == (wanted.mult_adds, wanted.parameters)


def test_full_convolutions_become_mobilenet():
    found = mnetcost.load("mobilenet_v1_full").rewrite("separable", "!conv_1")
    assert totals(mnetcost.load(found.text)) == (4_209_088, 568_740_352)
    assert [one.name for one in found.savings[:2]] == ["conv_2", "conv_3"]
    assert found.unproven == 1
    assert "expect" not in found.text


def test_the_papers_one_layer():
    # Table 4's block, 512 to 512 at 14×14: 462,422,016 against 52,283,392
    (one, network) = mnetcost.load("mobilenet_v1_layer_full").rewrite("separable").savings
    assert (one.before.mult_adds, one.after.mult_adds) == (462_422_016, 52_283_392)
    assert str(one.ratio) == "521/4608"  # 1/512 + 1/9
    assert one[4:] == network[4:]


def test_what_would_it_bring_to_vgg_16():
    layers, channels = [], 3
    for out, times, side in ((64, 2, 224), (128, 2, 112), (256, 3, 56), (512, 3, 28), (512, 3, 14)):
        for _ in range(times):
            standard, separable = 9 * channels * out, 9 * channels + channels * out
            layers.append((standard, standard * side**2, separable, separable * side**2))
            channels = out
    found = mnetcost.load("vgg16").rewrite("separable")
    assert [(*one.before, *one.after) for one in found.savings[:-1]] == layers
    dense = 512 * 7 * 7 * 4096 + 4096 * 4096 + 4096 * 1000
    network = [sum(column) + dense for column in zip(*layers)]
    assert [*found.savings[-1].before, *found.savings[-1].after] == network
    assert network[1] == 15_470_264_320
    assert network[3] == 1_910_551_552


def test_what_would_it_bring_to_resnet_50():
    layers = [(49 * 3 * 64, 112, 49 * 3 + 3 * 64)]
    for planes, times, side in ((64, 3, 56), (128, 4, 28), (256, 6, 14), (512, 3, 7)):
        layers += [(9 * planes * planes, side, 9 * planes + planes * planes)] * times
    found = mnetcost.load("resnet50").rewrite("separable")
    assert [(*one.before, *one.after) for one in found.savings[:-1]] == [
        (standard, standard * side**2, separable, separable * side**2)
        for standard, side, separable in layers
    ]
    saved = sum((standard - separable) * side**2 for standard, side, separable in layers)
    # He et al. 2016: 4.089 G as torchvision builds it
    assert found.savings[-1].before.mult_adds == 4_089_184_256
    assert found.savings[-1].after.mult_adds == 4_089_184_256 - saved
    assert found.kept == ()


# --- every shipped network


@pytest.mark.parametrize("to", ["separable", "standard"])
@pytest.mark.parametrize("name", shipped())
def test_a_shipped_network_loads_as_every_variant(name, to):
    net = mnetcost.load(name)
    found = net.rewrite(to)
    assert totals(mnetcost.load(found.text)) == tuple(found.savings[-1].after)
    variants = () if net.variant else shipped_variants()[name]  # one variant has no others
    for variant in variants:
        was, new = mnetcost.load(name, variant).cost(), mnetcost.load(found.text, variant).cost()
        assert [one.input for one in (was, new)] == [was.input] * 2
        assert [one.layers[-1].output for one in (was, new)] == [was.layers[-1].output] * 2
    if to == "standard" and not found.kept:
        assert net.cost().reductions()[-1].standard == found.savings[-1].after


@pytest.mark.parametrize(
    "name", ["vgg16_bn", "resnet18", "googlenet", "squeezenet1_1", "densenet169"]
)
def test_back_again_costs_the_same(name):
    net = mnetcost.load(name)
    there = mnetcost.load(net.rewrite("separable").text)
    back = mnetcost.load(there.rewrite("standard").text)
    assert totals(there) != totals(net)
    assert totals(back) == totals(net)
    assert back.cost().parameters == net.cost().parameters
    assert back.name.replace("standard convolutions", "") == f"{net.name} ()"


def test_input_and_width_of_a_variant_stand_at_the_top():
    text = (
        "input: {height: 12, width: 20, channels: 4}\nvariants:\n"
        "  big: {name: Big, input: {height: 30}, width: {round: nearest, multiplier: 0.5}}\n"
        "layers:\n  - conv: {out: 8, kernel: 3}\n"
    )
    assert mnetcost.load(text, "big").rewrite("separable").text == (
        "name: Big (depthwise separable)\ninput: {height: 30, width: 20, channels: 4}\n"
        "width: {round: nearest, multiplier: 0.5}\nlayers:\n  - separable: {out: 8}\n"
    )
    assert mnetcost.load(text).rewrite("separable").text == text.replace(
        "name: Big", "name: Big (depthwise separable)"
    ).replace("conv: {out: 8, kernel: 3}", "separable: {out: 8}")


@pytest.mark.parametrize(
    ("name", "layers"), [("resnet18", 17), ("resnext50_32x4d", 1), ("efficientnet_b3", 1)]
)
def test_a_variant_becomes_the_whole_spec(name, layers):
    net = mnetcost.load(name)
    found = net.rewrite("separable")
    assert len(found.savings) == layers + 1
    new = mnetcost.load(found.text)
    assert "variants:" not in found.text
    assert new.name == f"{net.name} (depthwise separable)"
    assert new.graph.knobs == net.graph.knobs
    assert totals(new) == tuple(found.savings[-1].after)
    assert totals(net) == tuple(found.savings[-1].before)


def test_knobs_that_were_set_become_the_specs():
    net = mnetcost.load("vgg", set={"classes": 10, "norm": "batch"})
    new = mnetcost.load(net.rewrite("separable").text)
    assert (new.graph.knobs["classes"], new.graph.knobs["norm"]) == (10, "batch")
    assert new.cost().layers[-1].output.c == 10
    net = mnetcost.load("resnet34", set={"classes": 10, "n1": 1})
    new = mnetcost.load(net.rewrite("separable").text)
    assert new.graph.knobs == net.graph.knobs
    assert new.graph.knobs["bottleneck"] is False


# --- how it is written

TO_SEPARABLE = {
    "kernel 3 needs no word": (
        "layers:\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
        "layers:\n  - separable: {out: 8, stride: 2}\n",
    ),
    "everything else stays": (
        "layers:\n  - conv: {name: a, out: 8, kernel: [3, 5], padding: [1, 0], dilation: 2, "
        "bias: true, scale: false, norm: batch, act: relu, groups: 1, in: 4}\n",
        "layers:\n  - separable: {name: a, out: 8, kernel: [3, 5], padding: [1, 0], dilation: 2, "
        "bias: true, scale: false, norm: batch, act: relu, in: 4}\n",
    ),
    "1×1, grouped and depthwise stay": (
        "layers:\n  - conv: {out: 8}\n  - conv: {out: 8, kernel: 3, groups: 8}\n  - depthwise\n",
        "layers:\n  - conv: {out: 8}\n  - conv: {out: 8, kernel: 3, groups: 8}\n  - depthwise\n",
    ),
    "defaults move along": (
        "defaults:\n  conv: {kernel: 3, norm: batch, act: relu} # all\n"
        "layers:\n  - conv: {out: 8}\n  - conv: {out: 8, act: none}\n",
        "defaults:\n  separable: {norm: batch, act: relu} # all\n"
        "layers:\n  - separable: {out: 8}\n  - separable: {out: 8, act: none}\n",
    ),
    "defaults are kept for those that stay": (
        "defaults:\n  conv: {norm: batch}\nlayers:\n  - conv: {out: 8, kernel: 3}\n"
        "  - conv: {out: 8}\n",
        "defaults:\n  conv: {norm: batch}\n  separable: {norm: batch}\nlayers:\n"
        "  - separable: {out: 8}\n  - conv: {out: 8}\n",
    ),
    "defaults of other separable layers do not reach it": (
        "defaults:\n  conv: {act: relu}\n  separable: {kernel: 5, norm: batch}\nlayers:\n"
        "  - separable: {out: 8}\n  - conv: {out: 8, kernel: [3, 1]}\n  - conv: {out: 8}\n",
        "defaults:\n  conv: {act: relu}\n  separable: {kernel: 5, norm: batch}\nlayers:\n"
        "  - separable: {out: 8}\n"
        "  - separable: {out: 8, kernel: [3, 1], norm: none, act: relu}\n  - conv: {out: 8}\n",
    ),
    "rows": (
        "layers:\n  - rows: conv\n    columns: [out, stride]\n    with: {kernel: 3, act: relu}\n"
        "    values:\n      - [8, 1]\n      - [9, 2]\n",
        "layers:\n  - rows: separable\n    columns: [out, stride]\n    with: {act: relu}\n"
        "    values:\n      - [8, 1]\n      - [9, 2]\n",
    ),
    "rows that had a default": (
        "defaults:\n  conv: {kernel: 5}\nlayers:\n  - rows: conv\n    columns: [out]\n"
        "    values:\n      - [8]\n      - [9]\n  - separable: {out: 8}\n",
        "layers:\n  - rows: separable\n    columns: [out]\n    with: {kernel: 5}\n"
        "    values:\n      - [8]\n      - [9]\n  - separable: {out: 8}\n",
    ),
    "blocks, expressions and widths of their own": (
        "blocks:\n  unit:\n    takes: {k: , stride: 1}\n    layers:\n"
        '      - conv: {expand: 2, kernel: $k, stride: "max(1, $stride)", when: $stride > 0}\n'
        "layers:\n  - unit: {k: 3, repeat: 2}\n  - unit: {k: 5, stride: 2}\n",
        "blocks:\n  unit:\n    takes: {k: , stride: 1}\n    layers:\n"
        '      - separable: {expand: 2, kernel: $k, stride: "max(1, $stride)", when: $stride > 0}\n'
        "layers:\n  - unit: {k: 3, repeat: 2}\n  - unit: {k: 5, stride: 2}\n",
    ),
    "names hold": (
        "layers:\n  - conv: {name: a, out: 4, kernel: 3}\n  - relu\n  - add: {from: [a, relu_1]}\n",
        "layers:\n  - separable: {name: a, out: 4}\n  - relu\n  - add: {from: [a, relu_1]}\n",
    ),
    "numbers follow": (
        "layers:\n  - conv: {out: 4}\n  - conv: {out: 4, kernel: 3}\n  - conv: {out: 4}\n"
        "  - add: {from: [conv_1, conv_2, conv_3]}\n",
        "layers:\n  - conv: {out: 4}\n  - separable: {out: 4}\n  - conv: {out: 4}\n"
        "  - add: {from: [conv_1, separable_1, conv_2]}\n",
    ),
    "numbers of the list around, and names like numbers": (
        "blocks:\n  reader:\n    layers:\n      - relu: {from: conv_2}\n"
        "  owner:\n    layers:\n      - relu: {name: conv_2}\n      - relu: {from: conv_2}\n"
        "layers:\n  - conv: {out: 4, kernel: 3}\n  - conv: {out: 5}\n  - reader\n  - owner\n",
        "blocks:\n  reader:\n    layers:\n      - relu: {from: conv_1}\n"
        "  owner:\n    layers:\n      - relu: {name: conv_2}\n      - relu: {from: conv_2}\n"
        "layers:\n  - separable: {out: 4}\n  - conv: {out: 5}\n  - reader\n  - owner\n",
    ),
    "names of blocks too": (
        'blocks:\n  unit:\n    takes: {id: }\n    layers:\n      - conv: {name: "${id}", out: 4, '
        "kernel: 3}\nlayers:\n  - unit: {id: a}\n  - relu\n  - add: {from: [a, relu_1]}\n",
        'blocks:\n  unit:\n    takes: {id: }\n    layers:\n      - separable: {name: "${id}", '
        "out: 4}\nlayers:\n  - unit: {id: a}\n  - relu\n  - add: {from: [a, relu_1]}\n",
    ),
    "comments stay": (
        "# one\nlayers:\n  # two\n  - conv:\n      out: 8 # three\n      # four\n      kernel: 3\n"
        "  # five\n  - relu # six\n",
        "# one\nlayers:\n  # two\n  - separable: {out: 8}  # three  # four\n  # five\n"
        "  - relu # six\n",
    ),
}


@pytest.mark.parametrize(("body", "expected"), TO_SEPARABLE.values(), ids=TO_SEPARABLE)
def test_written_as_separable(body, expected):
    assert rewritten(body, "separable") == expected


TO_STANDARD = {
    "the kernel must be said": (
        "layers:\n  - separable: {out: 8, stride: 2}\n",
        "layers:\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
    ),
    "what is inner is gone": (
        "defaults:\n  separable: {norm: batch, inner: {norm: none}}\n"
        "layers:\n  - separable: {out: 8, kernel: [1, 7], inner: {act: relu}}\n"
        "  - conv: {out: 2}\n",
        "layers:\n  - conv: {out: 8, kernel: [1, 7], norm: batch}\n  - conv: {out: 2}\n",
    ),
    "two layers": (
        "layers:\n  - depthwise: {kernel: [3, 5], stride: 2, norm: batch, act: relu}\n"
        "  - conv: {name: b, out: 8, bias: true}\n",
        "layers:\n  - conv: {name: b, out: 8, kernel: [3, 5], stride: 2, bias: true}\n",
    ),
    "with layers between": (
        "layers:\n  - depthwise # first\n  - batch_norm\n  # then\n  - relu\n"
        "  - pointwise: {out: 8} # last\n  # next\n  - relu: {name: end}\n  - relu\n"
        "  - add: {from: [end, relu_3]}\n",
        "layers:\n  - conv: {out: 8, kernel: 3}  # first  # then # last\n  # next\n"
        "  - relu: {name: end}\n  - relu\n  - add: {from: [end, relu_2]}\n",
    ),
    "defaults of both halves": (
        "defaults:\n  conv: {stride: 2, norm: batch}\n  depthwise: {kernel: 5, act: relu}\n"
        "layers:\n  - depthwise: {from: input}\n  - conv: {out: 8, stride: 1}\n",
        "defaults:\n  conv: {stride: 2, norm: batch}\n"
        "layers:\n  - conv: {out: 8, kernel: 5, stride: 1, from: input}\n",
    ),
    "a grouped convolution is one half too": (
        "layers:\n  - conv: {out: 4, groups: 4, kernel: 3, dilation: 2, padding: valid}\n"
        "  - conv: {out: 8, act: relu}\n",
        "layers:\n  - conv: {out: 8, kernel: 3, padding: valid, dilation: 2, act: relu}\n",
    ),
    "in a block, under the same condition": (
        "blocks:\n  unit:\n    takes: {out: , go: true}\n    layers:\n"
        "      - depthwise: {when: $go}\n      - conv: {out: $out, when: $go}\n"
        "layers:\n  - unit: {out: 8}\n  - unit: {out: 8, go: false}\n",
        "blocks:\n  unit:\n    takes: {out: , go: true}\n    layers:\n"
        "      - conv: {out: $out, kernel: 3, when: $go}\n"
        "layers:\n  - unit: {out: 8}\n  - unit: {out: 8, go: false}\n",
    ),
    "in brackets": (
        "layers: [depthwise, conv: {out: 8}, relu]\n",
        "layers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n",
    ),
}


@pytest.mark.parametrize(("body", "expected"), TO_STANDARD.values(), ids=TO_STANDARD)
def test_written_as_standard(body, expected):
    assert rewritten(body, "standard") == expected


# --- what is left alone, and why

KEPT = {
    "groups": (
        "separable",
        "layers:\n  - conv: {out: 8, kernel: 3, groups: 2}\n",
        (),
        [(("conv_1",), "conv_1 has 2 groups")],
    ),
    "a kernel by argument": (
        "separable",
        "blocks:\n  unit:\n    takes: {k: }\n    layers:\n      - conv: {out: 8, kernel: $k}\n"
        "layers:\n  - unit: {k: 3}\n  - unit: {k: 1}\n",
        (),
        [(("unit_1/conv_1",), "it is written once with unit_2/conv_1, which is pointwise")],
    ),
    "shared weights": (
        "separable",
        "layers:\n  - conv: {name: a, out: 4, kernel: 3}\n"
        "  - conv: {name: b, out: 4, kernel: 3, weights: a}\n",
        (),
        [(("a",), "it shares its weights"), (("b",), "it shares its weights")],
    ),
    "half of a repeat": (
        "separable",
        "layers:\n  - repeat: 2\n    layers:\n      - conv: {out: 4, kernel: 3}\n",
        "*.2",
        [(("conv_1.2",), "it is written once with conv_1.1, which was not asked for")],
    ),
    "rows with groups": (
        "separable",
        "layers:\n  - rows: conv\n    columns: [out, kernel, groups]\n    values:\n"
        "      - [4, 3, 1]\n",
        (),
        [(("conv_1",), "it is written in rows with `groups`")],
    ),
    "a reader of the inner half": (
        "standard",
        "layers:\n  - separable: {name: a, out: 8}\n  - relu: {from: a/depthwise}\n",
        (),
        [(("a/depthwise",), "no 1×1 convolution of stride 1 alone reads a/depthwise")],
    ),
    "several filters": (
        "standard",
        "layers:\n  - depthwise: {multiplier: 2}\n  - conv: {out: 8}\n",
        (),
        [(("depthwise_1",), "depthwise_1 has 2 filters a channel")],
    ),
    "a half in a block of its own": (
        "standard",
        "blocks:\n  unit:\n    layers:\n      - depthwise\nlayers:\n  - unit\n  - conv: {out: 8}\n",
        (),
        [
            (
                ("unit_1/depthwise_1",),
                "its halves do not stand next to each other in one list",
            )
        ],
    ),
    "a condition on one half": (
        "standard",
        "knobs: {go: true}\nlayers:\n  - depthwise: {when: $go}\n  - conv: {out: 8}\n",
        (),
        [(("depthwise_1",), "one half stands under a `when` of its own")],
    ),
    "a half that is alone elsewhere": (
        "standard",
        "blocks:\n  unit:\n    takes: {go: }\n    layers:\n      - depthwise: {when: $go}\n"
        "      - conv: {out: 8}\nlayers:\n  - unit: {go: true}\n  - unit: {go: false}\n",
        (),
        [(("unit_1/depthwise_1",), "it is written once with unit_2/conv_1, which is in no pair")],
    ),
}


@pytest.mark.parametrize(("to", "body", "layers", "kept"), KEPT.values(), ids=KEPT)
def test_kept(to, body, layers, kept):
    found = mnetcost.load(HEAD + body).rewrite(to, layers)
    assert [tuple(one) for one in found.kept] == kept
    assert found.text == HEAD + body
    assert len(found.savings) == 1


def test_a_group_in_one_variant_keeps_a_layer_of_the_family():
    (kept,) = mnetcost.load("resnet").rewrite("separable").kept
    assert kept.reason == "bottleneck_1.1/conv_2 of resnext50_32x4d has 32 groups"


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ("conv_8*", {f"conv_8.{turn}" for turn in range(1, 6)}),
        (["conv_2", "conv_3"], {"conv_2", "conv_3"}),
        (["conv_?", "!conv_[1-5]"], {"conv_6", "conv_7", "conv_9"}),
    ],
)
def test_globs(layers, expected):
    found = mnetcost.load("mobilenet_v1_full").rewrite("separable", layers)
    assert {one.name for one in found.savings[:-1]} == expected
    assert found.kept == ()


@pytest.mark.parametrize("glob", ["a", "a/depthwise", "depthwise_1", "b", "depthwise_1 + b"])
def test_a_pair_goes_by_the_names_of_its_halves_too(glob):
    body = "layers:\n  - separable: {name: a, out: 8}\n  - depthwise\n  - conv: {name: b, out: 8}\n"
    found = mnetcost.load(HEAD + body).rewrite("standard", glob)
    expected = "a" if glob.startswith("a") else "depthwise_1 + b"
    assert [one.name for one in found.savings[:-1]] == [expected]


def test_usage():
    net = mnetcost.load("mobilenet_v1")
    with pytest.raises(mnetcost.UsageError, match="separable or standard"):
        net.rewrite("seperable")
    with pytest.raises(mnetcost.UsageError, match="no layer has the name 'conv_7'"):
        net.rewrite("separable", "conv_7")
    with pytest.raises(mnetcost.UsageError, match="did you mean 'conv_1'"):
        net.rewrite("separable", "!conv_l")


def test_a_number_from_outside_is_refused_with_its_place():
    body = (
        "blocks:\n  unit:\n    layers:\n      - conv: {out: 4, kernel: 3}\n      - relu\n"
        "layers:\n  - unit\n  - add: {from: [unit_1/conv_1, unit_1]}\n"
    )
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(HEAD + body).rewrite("separable")
    (problem,) = error.value.problems
    assert (problem.code, problem.mark.line, problem.mark.column) == ("rewrite", 9, 18)


READER = "blocks:\n  reader:\n    takes: {id: }\n    layers:\n      - relu: {from: $id}\n"


@pytest.mark.parametrize(
    ("to", "layers"),
    [
        (
            "separable",
            "  - conv: {out: 4, kernel: 3}\n  - conv: {out: 4}\n  - conv: {out: 4}\n"
            "  - reader: {id: conv_2}\n",
        ),
        ("standard", "  - separable: {out: 4}\n  - conv: {out: 4}\n  - reader: {id: conv_1}\n"),
    ],
)
def test_a_number_as_an_argument_would_read_another_layer(to, layers):
    with pytest.raises(mnetcost.SpecError, match="other layers would change with it"):
        mnetcost.load(f"{HEAD}{READER}layers:\n{layers}").rewrite(to)


def test_a_knob_that_nothing_would_use_is_refused():
    body = "knobs: {g: 1}\nlayers:\n  - conv: {out: 4, kernel: 3, groups: $g}\n"
    with pytest.raises(mnetcost.SpecError, match="the knob `g` is never used"):
        mnetcost.load(HEAD + body).rewrite("separable")


# --- any network

windows = st.fixed_dictionaries(
    {"out": st.integers(1, 6)},
    optional={
        "kernel": st.sampled_from(["1", "2", "3", "[1, 3]", "[3, 2]"]),
        "stride": st.sampled_from(["1", "2", "[2, 1]"]),
        "padding": st.sampled_from(["same", "1", "[2, 1]"]),
        "bias": st.sampled_from(["true", "false"]),
        "norm": st.sampled_from(["batch", "none"]),
        "act": st.sampled_from(["relu", "none"]),
    },
)
layers = st.lists(
    st.tuples(st.sampled_from(["conv", "separable"]), windows), min_size=1, max_size=5
)


def written(chain):
    entries = (
        f"  - {word}: {{{', '.join(f'{key}: {value}' for key, value in keys.items())}}}\n"
        for word, keys in chain
    )
    return "name: x\ninput: {height: 7, width: 11, channels: 3}\nlayers:\n" + "".join(entries)


@settings(max_examples=40, deadline=None)
@given(layers, st.sampled_from(["separable", "standard"]))
def test_rewritten_networks_are_what_the_oracle_counts(chain, to):
    net = mnetcost.load(written(chain))
    found = net.rewrite(to)
    new = mnetcost.load(found.text)
    rows = oracle_count(found.text)
    assert [tuple(row.output) for row in rows] == [tuple(one.output) for one in new.cost().layers]
    assert sum(row.work["multiply_accumulate"] for row in rows) == new.cost().mult_adds
    assert new.cost().layers[-1].output == net.cost().layers[-1].output
    again = new.rewrite(to)
    assert again.text == found.text
    assert len(again.savings) == 1


@settings(max_examples=40, deadline=None)
@given(layers)
def test_there_and_back(chain):
    chain = [("conv", {**keys}) for _, keys in chain]
    net = mnetcost.load(written(chain))
    back = mnetcost.load(mnetcost.load(net.rewrite("separable").text).rewrite("standard").text)
    assert [tuple(one.parameters) for one in back.cost().layers] == [
        tuple(one.parameters) for one in net.cost().layers
    ]
    assert totals(back) == totals(net)
