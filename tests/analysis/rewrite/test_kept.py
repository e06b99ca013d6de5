"""What `mnetcost rewrite` leaves alone, and why; which layers are asked for."""

import pytest

import mnetcost

pytest.importorskip("ruamel.yaml")

HEAD = "input: {height: 12, width: 20, channels: 4}\n"


KEPT = {
    "groups": (
        "separable",
        "layers:\n  - conv: {out: 8, kernel: 3, groups: 2}\n",
        (),
        [(("conv_1",), "conv_1 has 2 groups")],
    ),
    "a convolution along a sequence": (
        "separable",
        "layers:\n  - flatten\n  - conv1d: {out: 8, kernel: 3}\n",
        (),
        [(("conv1d_1",), "it is written as `conv1d`, along a sequence")],
    ),
    "a pair along a sequence": (
        "standard",
        "layers:\n  - flatten\n  - depthwise1d\n  - conv1d: {out: 8}\n",
        (),
        [(("depthwise1d_1",), "it is written as `depthwise1d`, along a sequence")],
    ),
    "a kernel by argument": (
        "separable",
        "blocks:\n  unit:\n    takes: {k: }\n    layers:\n      - conv: {out: 8, kernel: $k}\n"
        "layers:\n  - unit: {k: 3}\n  - unit: {k: 1}\n",
        (),
        [(("unit_1/conv_1",), "it is written once with unit_2/conv_1, which is pointwise")],
    ),
    "weights in common with one that was not asked for": (
        "separable",
        "layers:\n  - conv: {name: a, out: 4, kernel: 3}\n"
        "  - conv: {name: b, out: 4, kernel: 3, weights: a}\n",
        "a",
        [(("a",), "it shares its weights with b, which stays")],
    ),
    "weights in common with another type": (
        "separable",
        "layers:\n  - conv: {name: a, out: 4, kernel: 3}\n"
        "  - conv_transpose: {name: b, out: 4, kernel: 3, weights: a}\n",
        (),
        [(("a",), "it shares its weights with b, which stays")],
    ),
    "weights in common through a repeat": (
        "separable",
        "layers:\n  - conv: {name: a, out: 4, kernel: 3}\n  - repeat: 2\n    layers:\n"
        "      - conv: {name: b, out: 4, kernel: 3, weights: a}\n"
        "  - conv: {name: c, out: 4, kernel: 3, weights: b}\n",
        "!c",
        [
            (("a",), "it shares its weights with c, which stays"),
            (("b.1", "b.2"), "it shares its weights with c, which stays"),
        ],
    ),
    "the weights of one half": (
        "standard",
        "layers:\n  - separable: {name: a, out: 4}\n"
        "  - depthwise: {name: b, weights: a/depthwise}\n  - conv: {out: 4}\n",
        (),
        [
            (("a/depthwise",), "it shares the weights of one half alone"),
            (("b",), "it shares the weights of one half alone"),
        ],
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
        "layers:\n  - depthwise: {multiplier: 2}\n  - conv: {expand: 2}\n",
        (),
        [(("depthwise_1",), "the width of conv_1 follows from the filters of depthwise_1")],
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


def test_the_only_knob_is_left_out_with_its_section():
    body = "knobs: {g: 1}\nlayers:\n  - conv: {out: 4, kernel: 3, groups: $g}\n"
    found = mnetcost.load(HEAD + body).rewrite("separable")
    assert found.text == HEAD + "layers:\n  - separable: {out: 4}\n"
