"""What a channel costs and saves: by hand, and against networks that are built with fewer."""

import random
from time import process_time

import pytest
from networks import BLOCKS, chain, residuals, small
from pruned import removed, without

import mnetcost
from mnetcost.problems import UsageError
from mnetcost.spec.sources import shipped


def kinds(cost, name):
    return next(one.kinds for one in cost.channel_costs() if one.name == name)


def tied(cost, name):
    """The other layers that lose channels with each kind of a layer's."""
    return [tuple(it for it in one.group.layers if it != name) for one in kinds(cost, name)]


def only(cost, name):
    (kind,) = kinds(cost, name)
    return kind


# On a 9×7×4 map: the layer, one channel of it, and with all that goes with it; parameters that are
# weights, and mult-adds
HAND = [
    # 3·5·4 weights at 63 positions; the reader loses 1·2 of its own
    (
        ["conv: {out: 6, kernel: [3, 5]}", "pointwise: {out: 2}"],
        "conv_1",
        1,
        (60, 3780),
        (62, 3780 + 2 * 63),
    ),
    # a stride of 2 leaves 5×4 positions
    (
        ["conv: {out: 6, kernel: [1, 3], stride: 2}", "conv: {out: 5, kernel: 3}"],
        "conv_1",
        1,
        (12, 240),
        (12 + 45, 240 + 45 * 20),
    ),
    # the depthwise layer loses its filter, and what reads it
    (
        ["conv: {out: 6, kernel: 1}", "depthwise: {kernel: [3, 1]}", "pointwise: {out: 5}"],
        "conv_1",
        1,
        (4, 252),
        (4 + 3 + 5, 252 + 3 * 63 + 5 * 63),
    ),
    (
        ["conv: {out: 6}", "depthwise: {kernel: [3, 1]}", "pointwise: {out: 5}"],
        "depthwise_1",
        1,
        (3, 189),
        (12, 756),
    ),
    # two filters a channel: both go
    (
        ["conv: {out: 6}", "depthwise: {kernel: 3, multiplier: 2}", "pointwise: {out: 5}"],
        "conv_1",
        1,
        (4, 252),
        (4 + 18 + 10, (4 + 18 + 10) * 63),
    ),
    # a dense layer reads it at each of the 63 positions
    (
        ["conv: {out: 6}", "flatten", "dense: {out: 10}"],
        "conv_1",
        1,
        (4, 252),
        (4 + 630, 252 + 630),
    ),
    # from 2 groups of 3 filters goes one each: 2 filters of 2 channels, 2 channels of 5 filters
    (
        ["conv: {out: 6, kernel: 3, groups: 2}", "pointwise: {out: 5}"],
        "conv_1",
        2,
        (18, 1134),
        (36 + 10, 46 * 63),
    ),
    # 2 groups read 3 channels each: one each goes
    (["conv: {out: 6}", "conv: {out: 4, groups: 2}"], "conv_1", 2, (4, 252), (8 + 4, 12 * 63)),
    # a squeeze of 2, on 1×1, once up and once down, beside a channel of 4 weights
    (
        ["conv: {out: 6}", "squeeze_excitation: {squeeze: 2}", "pointwise: {out: 3}"],
        "conv_1",
        1,
        (4, 252),
        (4 + 4 + 3, 252 + 4 + 189),
    ),
    # 6 weights a channel of 2·3 px, at 9·7 positions: one position of the input each
    (
        ["conv_transpose: {out: 5, kernel: [2, 3], stride: [2, 3]}", "pointwise: {out: 3}"],
        "conv_transpose_1",
        1,
        (24, 24 * 63),
        (27, 24 * 63 + 3 * 18 * 21),
    ),
    # a kernel of 2, in heads of 3 channels: one of each goes; 6² - 4² = 20 weights four times, and
    # of the products 2·63² a channel
    (
        ["conv: {out: 6}", "attention: {heads: 2}"],
        "conv_1",
        2,
        (4, 252),
        (8 + 80, 8 * 63 + 80 * 63 + 2 * 2 * 63 * 63),
    ),
]


@pytest.mark.parametrize(("layers", "name", "together", "own", "saved"), HAND)
def test_channels_by_hand(layers, name, together, own, saved):
    kind = only(chain(*layers).cost(), name)
    assert kind.together == together
    assert kind.own[:2] == own
    assert kind.group.saved[:2] == saved
    assert kind.group.fixed == ""


def test_norms_and_biases_go_too():
    layers = (
        "conv: {out: 6, bias: true, norm: batch, act: prelu}",
        "dense: {out: 3, per_position: true}",
    )
    kind = only(chain(*layers).cost(), "conv_1")
    assert kind.own.parameters == mnetcost.load("mobilenet_v1").cost().parameters._replace(
        weights=4, biases=1, norm_affine=2, norm_statistics=2, other=1
    )
    assert kind.group.saved.parameters.weights == 4 + 3


def test_a_residual_ties_all_that_is_added():
    spec = (
        "  - conv: {name: stem, out: 6, kernel: 3}\n"
        "  - conv: {name: up, out: 12}\n"
        "  - conv: {name: down, out: 6}\n"
        "  - add: {from: [stem, down]}\n"
        "  - conv: {name: head, out: 5}"
    )
    cost = small(spec, height=4, width=3).cost()
    stem, down, up = only(cost, "stem"), only(cost, "down"), only(cost, "up")
    assert stem.group == down.group
    assert (stem.group.layers, up.group.layers) == (("stem", "down"), ("up",))
    assert stem.group.readers == ("up", "head")
    assert stem.group.saved.params == 72 + 12 + 12 + 5
    assert up.group.saved.params == 6 + 6


def test_a_concat_does_not():
    spec = (
        "  - branches:\n"
        "      - - pointwise: {name: a, out: 3}\n"
        "      - - pointwise: {name: b, out: 5}\n"
        "    merge: concat\n  - pointwise: {name: c, out: 2}"
    )
    cost = small(spec).cost()
    assert tied(cost, "a") == tied(cost, "b") == [()]
    assert only(cost, "a").group.saved.params == 8 + 2


def test_channels_with_other_readers_are_another_kind():
    """A map of 6 + 2 is added to one of 8: six of these go with the one, two with the other."""
    spec = (
        "  - pointwise: {name: a, out: 6}\n  - pointwise: {name: b, out: 2, from: input}\n"
        "  - conv: {name: c, out: 8, kernel: 3, from: input}\n"
        "  - concat: {name: ab, from: [a, b]}\n"
        "  - add: {from: [ab, c]}"
    )
    found = kinds(small(spec).cost(), "c")
    assert [(one.number, one.together, one.group.layers) for one in found] == [
        (6, 1, ("a", "c")),
        (2, 1, ("b", "c")),
    ]


def test_equal_parts_stay_equal():
    """One of either half; in ShuffleNet's stages one of each branch, whatever is shuffled."""
    spec = "  - pointwise: {name: a, out: 6}\n  - split\n  - pointwise: {name: b, out: 5}"
    kind = only(small(spec).cost(), "a")
    assert (kind.together, kind.group.saved.params) == (2, 2 * 8 + 5)
    kind = only(mnetcost.load("shufflenet_v2").cost(), "unit_1.3/conv_2")
    assert (kind.number, kind.together) == (58, 1)
    assert kind.group.layers == (
        *("down_1/conv_1", "down_1/conv_3", "unit_1.1/conv_2"),
        *("unit_1.2/conv_2", "unit_1.3/conv_2", "down_2/depthwise_1"),
    )


# Of `a`'s channels how many `b` reads, and how many nobody does
PARTS = [
    ("split: {sizes: [2, rest]}", 2, 4),
    ("split: {sizes: [1, rest, 2], take: 2}", 3, 3),
    ("slice: {first: 5}", 5, 1),
    ("slice: {last: 2}", 2, 4),
    ("slice: {every: 3, offset: 1}", 2, 4),
]


@pytest.mark.parametrize(("part", "read", "unread"), PARTS)
def test_parts_of_the_channels_by_hand(part, read, unread):
    spec = f"  - conv: {{name: a, out: 6}}\n  - {part}\n  - conv: {{name: b, out: 5}}"
    found = kinds(small(spec).cost(), "a")
    got = {(one.number, one.group.readers, one.group.saved.params) for one in found}
    assert got == {(read, ("b",), 8 + 5), (unread, (), 8)}


MANY = [
    # both halves; of two pieces; of 2·2 px; each of 4 again
    ("glu", 2, 2 * 8 + 5),
    ("maxout: {pieces: 3}", 3, 3 * 8 + 5),
    ("pixel_shuffle: {factor: [2, 3]}", 6, 6 * 8 + 5),
    ("pixel_unshuffle: {factor: [1, 2]}", 1, 8 + 2 * 5),
]


@pytest.mark.parametrize(("layer", "together", "saved"), MANY)
def test_several_channels_for_one_by_hand(layer, together, saved):
    spec = f"  - conv: {{name: a, out: 12}}\n  - {layer}\n  - conv: {{name: b, out: 5}}"
    kind = only(small(spec).cost(), "a")
    assert (kind.together, kind.group.saved.params) == (together, saved)


def test_weights_in_common_lose_the_same_channel():
    spec = (
        "  - pointwise: {name: first, out: 8}\n  - conv: {name: a, out: 8, kernel: 3}\n"
        "  - conv: {name: b, out: 8, kernel: 3, weights: a}\n  - pointwise: {name: c, out: 5}"
    )
    kind = only(small(spec).cost(), "a")
    assert kind.group.layers == ("first", "a", "b")
    assert kind.group.saved.params == 8 + (9 * 64 - 9 * 49) + 5


FIXED = [
    (["depthwise: {kernel: 3}"], "depthwise_1", "the network's input has it"),
    (["conv: {out: 4}", "add: {from: [input, conv_1]}"], "conv_1", "the network's input has"),
    (["conv: {out: 6}", "permute: {order: chw}"], "conv_1", "permute_1: it makes channels of"),
    (["conv: {out: 8}", "reshape: {scale: 2}"], "conv_1", "reshape_1: it makes channels of"),
    (["conv: {out: 1}", "pointwise: {out: 3}"], "conv_1", "conv_1 would have none left"),
]


@pytest.mark.parametrize(("layers", "name", "why"), FIXED)
def test_channels_that_must_stay_say_why(layers, name, why):
    kind = only(chain(*layers).cost(), name)
    assert kind.group.saved is None
    assert kind.group.fixed.startswith(why)
    assert kind.own.params > 0


def test_a_detector_lists_boxes():
    spec = (
        "  - conv: {name: body, out: 6, kernel: 3}\n"
        "  - conv: {name: head, out: 8}\n"
        "  - flatten: {name: f}\n"
        "  - prior_box: {name: p, priors: 2, from: [body, input]}\n"
        "  - detection_output: {from: [f, p]}"
    )
    cost = small(spec).cost()
    assert only(cost, "head").group.fixed == "detection_output_1: it lists boxes"
    assert only(cost, "body").group.saved.params == 72 + 8


def test_more_channels_than_can_be_followed_are_refused():
    with pytest.raises(UsageError, match="more than 2,097,152 channels to follow"):
        chain("pointwise: {out: 16000000}", "relu").cost().channel_costs()


def test_many_layers_that_are_tied_are_one_group():
    """9,991 layers, of which 3,331 lose the same channel: each is named once, and not 3,331 times.

    A channel takes 16 weights of the first layer, 144 of each second one and of its first one.
    """
    cost = residuals(3330).cost()
    start = process_time()
    found = cost.channel_costs()
    assert process_time() - start < 6
    groups = {id(kind.group): kind.group for one in found for kind in one.kinds}
    assert sum(len(one.layers) for one in groups.values()) == len(found) == 1 + 2 * 3330
    assert found[0].kinds[0].group is found[-1].kinds[0].group
    assert found[0].kinds[0].group.saved.params == 16 + 3330 * 2 * 144


# --- against networks with fewer channels

NETWORKS = [(name, alpha) for name in sorted(shipped()) for alpha in (1, "0.75")]


def holds(cost, most):
    """Whether networks built without some of the channels cost what is said."""
    found = cost.channel_costs()
    free = [(one.name, kind) for one in found for kind in one.kinds if not kind.group.fixed]
    for name, kind in random.Random(1).sample(free, min(most, len(free))):
        left = without(cost, removed(found, kind.group), {*kind.group.layers, *kind.group.readers})
        assert cost.params - left.params == kind.group.saved.params, name
        assert cost.mult_adds - left.mult_adds == kind.group.saved.mult_adds, name
        less = zip(cost.parameters, left.parameters)
        assert tuple(one - other for one, other in less) == kind.group.saved.parameters, name
    return len(free)


@pytest.mark.parametrize(("name", "alpha"), NETWORKS)
def test_a_shipped_network_with_fewer_channels_costs_as_much_less(name, alpha):
    assert holds(mnetcost.load(name).cost(alpha=alpha), 5) or name == "mobilenet_v1_layer"


@pytest.mark.parametrize("rho", [1, "1/2", "5/3"])
@pytest.mark.parametrize("alpha", [1, "1/2", "5/3"])
def test_derived_widths_stay(alpha, rho):
    assert holds(mnetcost.load(BLOCKS).cost(alpha=alpha, rho=rho), 20) > 5


@pytest.mark.parametrize(
    "layers",
    [
        "  - lstm: {name: last, out: 8}\n",
        "  - gru: {name: last, out: 8, bidirectional: true}\n",
        "  - conv: {name: offsets, out: 18, kernel: 3}\n"
        "  - deform_conv: {name: last, out: 8, kernel: 3, from: [input, offsets]}\n",
        "  - matmul: {name: last, from: [input, input], transpose: first}\n",
    ],
)
def test_what_does_not_say_which_channels_are_which_says_no_cost_of_one(layers):
    head = "input: {height: 4, width: 6, channels: 8}\nlayers:\n"
    *_, last = mnetcost.load(head + layers).cost().channel_costs()
    assert last.name == "last"
    assert [(kind.own, kind.group.saved) for kind in last.kinds] == [(None, None)]
    assert all(kind.group.fixed for kind in last.kinds)
