"""`mnetcost rewrite`: published figures, every shipped network, and any other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import count as oracle_count

import mnetcost
from mnetcost.spec import shipped, shipped_variants

pytest.importorskip("ruamel.yaml")


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
    assert (one.before, one.after) == (network.before, network.after)


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


SCALED = (
    "efficientnet",
    "hrnet",
)  # their variants differ in numbers alone: both ends stand for all


@pytest.mark.parametrize("to", ["separable", "standard"])
@pytest.mark.parametrize("name", shipped())
def test_a_shipped_network_loads_as_every_variant(name, to):
    net = mnetcost.load(name)
    found = net.rewrite(to)
    assert totals(mnetcost.load(found.text)) == tuple(found.savings[-1].after)
    variants = () if net.variant else shipped_variants()[name]  # one variant has no others
    for variant in (variants[0], variants[-1]) if name in SCALED else variants:
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


@settings(max_examples=40)
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


@settings(max_examples=40)
@given(layers)
def test_there_and_back(chain):
    chain = [("conv", {**keys}) for _, keys in chain]
    net = mnetcost.load(written(chain))
    back = mnetcost.load(mnetcost.load(net.rewrite("separable").text).rewrite("standard").text)
    assert [tuple(one.parameters) for one in back.cost().layers] == [
        tuple(one.parameters) for one in net.cost().layers
    ]
    assert totals(back) == totals(net)


def test_several_filters_a_channel_become_one_standard_convolution():
    text = "input: {height: 12, width: 20, channels: 4}\nlayers:\n"
    text += "  - depthwise: {multiplier: 3, kernel: [3, 5], stride: 2}\n  - pointwise: {out: 8}\n"
    found = mnetcost.load(text).rewrite("standard")
    assert found.text.endswith("layers:\n  - conv: {out: 8, kernel: [3, 5], stride: 2}\n")
    # 15·4·3 and 4·3·8 against 15·4·8, on 6×10
    assert found.savings[-1].before == (276, 276 * 60)
    assert found.savings[-1].after == (480, 480 * 60)


@pytest.mark.parametrize(("out", "width"), [("out: 8", 8), ("expand: 3", 12)])
def test_a_separable_of_several_filters_becomes_one_standard_convolution(out, width):
    text = "input: {height: 12, width: 20, channels: 4}\nlayers:\n"
    text += f"  - separable: {{{out}, multiplier: 3, kernel: [3, 5], stride: 2}}\n"
    found = mnetcost.load(text).rewrite("standard")
    assert found.text.endswith(f"layers:\n  - conv: {{{out}, kernel: [3, 5], stride: 2}}\n")
    # 15·4·3 and 4·3·N against 15·4·N, on 6×10
    before, after = 180 + 12 * width, 60 * width
    assert found.savings[-1].before == (before, before * 60)
    assert found.savings[-1].after == (after, after * 60)


def test_a_default_of_several_filters_is_not_a_convolutions():
    text = (
        "input: {height: 12, width: 20, channels: 4}\ndefaults: {separable: {multiplier: 2}}\n"
        "layers:\n  - conv: {out: 8, kernel: 3}\n"
    )
    new = mnetcost.load(text).rewrite("separable").text
    assert new.endswith("  - separable: {out: 8, multiplier: 1}\n")


@pytest.mark.parametrize("knobs", ["knobs: {m: 1, a: 8}", "knobs:\n  m: 1\n  a: 8"])
def test_a_knob_that_nothing_speaks_of_any_more_is_left_out(knobs):
    text = (
        f"input: {{height: 12, width: 20, channels: 4}}\n{knobs}\nvariants:\n"
        "  one: {}\n  two: {name: Two, knobs: {m: 2}}\n"
        "  three: {name: Three, knobs: {m: 2, a: 12}}\n"
        "layers:\n  - depthwise: {kernel: 3, multiplier: $m}\n  - pointwise: {out: $a}\n"
    )
    new = mnetcost.load(text).rewrite("standard").text
    assert new.splitlines()[1:6] == [
        "knobs: {a: 8}",
        "variants:",
        "  one: {}",
        "  two: {name: Two (standard convolutions)}",
        "  three: {name: Three (standard convolutions), knobs: {a: 12}}",
    ]
    # 3·3·4 weights a channel at 12·20 positions
    assert totals(mnetcost.load(new, "three")) == (432, 432 * 240)
