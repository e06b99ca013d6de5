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
    # what a recurrent layer reads: 4 gates of 5 cells have a weight for it
    (["conv: {out: 6}", "lstm: {out: 5}"], "conv_1", 1, (4, 252), (4 + 20, 252 + 20 * 63)),
    # a cell: 4·(4 + 5)·5 weights are 4·(4 + 4)·4
    (
        ["lstm: {out: 5}", "pointwise: {out: 2}"],
        "lstm_1",
        1,
        (52, 52 * 63),
        (52 + 2, 54 * 63),
    ),
    # one of each direction, in both layers: 2·3·3·(4 + 3) + 2·3·3·(6 + 3) weights are
    # 2·3·2·(4 + 2) + 2·3·2·(4 + 2)
    (
        ["gru: {out: 3, layers: 2, bidirectional: true}", "pointwise: {out: 5}"],
        "gru_1",
        2,
        (72, 72 * 63),
        (144 + 10, 154 * 63),
    ),
    # 4 cells read it, in 4 gates, and a weight of each makes it; one position reads the last
    (
        ["lstm: {out: 3, cells: 4, returns: last}", "dense: {out: 2}"],
        "lstm_1",
        1,
        (20, 20 * 63),
        (22, 20 * 63 + 2),
    ),
    # one of each group of offsets: 2·4 weights, and 2·9 of 5 filters; the offsets stay as they are
    (
        [
            "conv: {name: offsets, out: 36, kernel: [1, 3]}",
            "conv: {name: x, out: 6, from: input}",
            "deform_conv: {out: 5, kernel: 3, offset_groups: 2, from: [x, offsets]}",
        ],
        "x",
        2,
        (4, 252),
        (8 + 90, 98 * 63),
    ),
    # a filter of 9·4, and its reader
    (
        [
            "conv: {name: offsets, out: 18}",
            "deform_conv: {name: x, out: 6, kernel: 3, from: [input, offsets]}",
            "pointwise: {out: 5}",
        ],
        "x",
        1,
        (36, 36 * 63),
        (36 + 5, 41 * 63),
    ),
    # a channel of A and of B, of each of 2 heads: 4·4 weights; a product of 63 by 63 for each of 2
    (
        [
            "conv: {name: a, out: 6}",
            "conv: {name: b, out: 6, from: input}",
            "matmul: {from: [a, b], transpose: second, heads: 2}",
        ],
        "a",
        2,
        (4, 252),
        (16, 16 * 63 + 2 * 63 * 63),
    ),
    # of B what 4·4 positions make of 63 ones, and a reader of that
    (
        [
            "adaptive_avg_pool: {name: b, size: [2, 2]}",
            "conv: {name: c, out: 6}",
            "matmul: {name: ab, from: [input, c]}",
            "pointwise: {out: 5}",
        ],
        "ab",
        1,
        (0, 4 * 63),
        (4 + 5, 4 * 4 + (4 + 5) * 63),
    ),
]


@pytest.mark.parametrize(("layers", "name", "together", "own", "saved"), HAND)
def test_channels_by_hand(layers, name, together, own, saved):
    kind = only(chain(*layers).cost(), name)
    assert kind.together == together
    assert kind.own[:2] == own
    assert kind.group.saved[:2] == saved
    assert kind.group.fixed == ""


# On a 9×7×4 map: three maps, two, and one; keys and values at 5×4 positions; of the channels of one
# layer by kind how many they are, how many go at once, what one costs and what goes with it
THREE = [
    "conv: {name: q, out: 8}",
    "conv: {name: k, out: 4, from: input}",
    "conv: {name: v, out: 6, from: input}",
    "dot_product_attention: {name: qkv, heads: 4, key_value_heads: 2, from: [q, k, v]}",
    "pointwise: {out: 5}",
]
TWO = [
    "conv: {name: q, out: 6}",
    "conv: {name: kv, out: 12, kernel: [1, 3], stride: 2, from: input}",
    "dot_product_attention: {heads: 3, from: [q, kv]}",
    "pointwise: {out: 5}",
]
ONE = ["conv: {out: 24}", "dot_product_attention: {heads: 4}", "pointwise: {out: 5}"]
ACROSS = [
    "conv: {name: qkv, out: 18}",
    "dot_product_attention: {name: xca, heads: 2, across: channels}",
    "pointwise: {out: 5}",
]
ALL_63 = 63**2
PRODUCTS = [
    # 4 heads of 2 queries, 2 of 2 keys: one of each, of 4 weights, and 4 products at each of 63²
    (THREE, "q", [(8, 4, (4, 252), (24, 24 * 63 + 4 * ALL_63))]),
    (THREE, "k", [(4, 2, (4, 252), (24, 24 * 63 + 4 * ALL_63))]),
    # 2 heads of 3 values, each for two of the queries' heads: the reader loses 4·5 weights
    (THREE, "v", [(6, 2, (4, 252), (8 + 20, 28 * 63 + 4 * ALL_63))]),
    (THREE, "qkv", [(12, 4, (0, ALL_63), (8 + 20, 28 * 63 + 4 * ALL_63))]),
    # 3 heads: 3·4 weights at 63 positions, 3·12 at 20, and products of 63 by 20
    (TWO, "q", [(6, 3, (4, 252), (12 + 36, 12 * 63 + 36 * 20 + 3 * 63 * 20))]),
    (
        TWO,
        "kv",
        [
            (6, 3, (12, 240), (12 + 36, 12 * 63 + 36 * 20 + 3 * 63 * 20)),
            (6, 3, (12, 240), (36 + 15, 36 * 20 + 15 * 63 + 3 * 63 * 20)),
        ],
    ),
    # 4 heads of 2: queries and keys together, the values with what reads them
    (
        ONE,
        "conv_1",
        [
            (16, 8, (4, 252), (32, 32 * 63 + 4 * ALL_63)),
            (8, 4, (4, 252), (16 + 20, 36 * 63 + 4 * ALL_63)),
        ],
    ),
    # 2 heads of 3: 2·3·3 products at each position, twice, are 2·2·2
    (ACROSS, "qkv", [(18, 6, (4, 252), (24 + 10, 34 * 63 + 2 * (18 - 8) * 63))]),
    (ACROSS, "xca", [(6, 2, (0, 10 * 63), (24 + 10, 34 * 63 + 2 * (18 - 8) * 63))]),
]


@pytest.mark.parametrize(("layers", "name", "expected"), PRODUCTS)
def test_channels_of_products_by_hand(layers, name, expected):
    found = kinds(chain(*layers).cost(), name)
    assert [
        (one.number, one.together, one.own[:2], one.group.saved[:2]) for one in found
    ] == expected


def test_a_product_reads_what_it_sums_over():
    cost = chain(*THREE).cost()
    assert only(cost, "q").group == only(cost, "k").group
    assert only(cost, "q").group.layers == ("q", "k")
    assert only(cost, "q").group.readers == ("qkv",)
    assert only(cost, "v").group.layers == ("v", "qkv")


# A network, and what is left of it without what goes at once with a channel of its first layer
FEWER = [
    (ONE, 0, ["conv: {out: 16}", "split: {sizes: [4, 4, 8], names: [q, k, v]}"]),
    (ONE, 1, ["conv: {out: 20}", "split: {sizes: [8, 8, 4], names: [q, k, v]}"]),
]


@pytest.mark.parametrize(("layers", "place", "start"), FEWER)
def test_what_is_left_of_one_map_is_typed_as_three(layers, place, start):
    product = "dot_product_attention: {heads: 4, from: [q, k, v]}"
    cost, left = chain(*layers).cost(), chain(*start, product, layers[-1]).cost()
    saved = kinds(cost, "conv_1")[place].group.saved
    assert (cost.params - left.params, cost.mult_adds - left.mult_adds) == saved[:2]


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
    (
        ["conv: {out: 6}", "dot_product_attention: {heads: 2}", "pointwise: {out: 3}"],
        "conv_1",
        "dot_product_attention_1 would have none left",
    ),
    (
        ["conv: {out: 18}", "deform_conv: {out: 8, kernel: 3, from: [input, conv_1]}"],
        "conv_1",
        "deform_conv_1: they are the offsets of all places of its kernel",
    ),
    (
        ["conv: {out: 63}", "matmul: {from: [conv_1, input]}"],
        "conv_1",
        "matmul_1: they are rows of its second map",
    ),
    (
        ["conv: {out: 6}", "matmul: {from: [conv_1, input], transpose: first}"],
        "conv_1",
        "matmul_1: they are rows of its output",
    ),
]


@pytest.mark.parametrize(("layers", "name", "why"), FIXED)
def test_channels_that_must_stay_say_why(layers, name, why):
    for kind in kinds(chain(*layers).cost(), name):
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


TOO_MANY = [
    ["pointwise: {out: 16000000}", "relu"],
    # one map, whose channels each of many products sums over
    [
        "global_avg_pool",
        "conv: {name: a, out: 400000}",
        *["matmul: {from: [a, a], transpose: second}"] * 1000,
    ],
]


@pytest.mark.parametrize("layers", TOO_MANY)
def test_more_channels_than_can_be_followed_are_refused(layers):
    cost = chain(*layers).cost()
    start = process_time()
    with pytest.raises(UsageError, match="more than 2,097,152 channels to follow"):
        cost.channel_costs()
    assert process_time() - start < 6


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


SEQUENCES = """
input: {height: 4, width: 6, channels: 8}
width: {round: divisible, divisible: 12}
layers:
  - conv: {name: offsets, out: 36, kernel: 3, scale: false}
  - conv: {name: wide, out: 24, from: input}
  - deform_conv: {out: 24, kernel: 3, offset_groups: 2, from: [wide, offsets]}
  - gru: {out: 12, layers: 2, bidirectional: true}
  - dense: {name: q, out: 24, per_position: true}
  - conv: {name: kv, out: 48, kernel: 2, stride: 2, from: gru_1}
  - dot_product_attention: {heads: 4, from: [q, kv]}
  - dense: {name: qkv, out: 72, per_position: true}
  - dot_product_attention: {heads: 4, relative_position: signed}
  - dense: {name: a, out: 24, per_position: true}
  - conv: {name: b, out: 24, from: kv}
  - matmul: {from: [a, b], transpose: second, heads: 2, name: scores}
  - conv: {name: last, out: 24, from: a}
  - lstm: {out: 12, cells: 20}
"""


@pytest.mark.parametrize("rho", [1, "1/2", "3/2"])
@pytest.mark.parametrize("alpha", [1, "1/2", "3/2"])
def test_products_and_recurrent_layers_with_fewer_channels(alpha, rho):
    assert holds(mnetcost.load(SEQUENCES).cost(alpha=alpha, rho=rho), 20) > 12


def test_what_positions_make_says_no_cost_of_one():
    layers = "  - matmul: {name: last, from: [input, input], transpose: second}"
    *_, last = small(layers, height=4, width=6).cost().channel_costs()
    (kind,) = last.kinds
    assert (last.name, kind.number, kind.own) == ("last", 24, None)
    assert kind.group.fixed == "last: they are positions of its second map"
