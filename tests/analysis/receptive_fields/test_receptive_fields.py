"""Receptive fields, jumps and offsets: published, counted by hand, and against sets of px."""

import random
from time import process_time

import pytest
from networks import chain, example, residuals, small
from pixels import Pixels

import mnetcost
from mnetcost.layers import LAYERS
from mnetcost.layers.base import Compound
from mnetcost.problems import UsageError

FAR = 2**6 * 3**4 * 5 * 7  # a multiple of every period of the random networks


def field(cost, name):
    return next(one for one in cost.receptive_fields() if one.name == name)


def moving(cost):
    """The last layer of which a position does not see everything."""
    return [one for one in cost.receptive_fields() if not any(one.whole)][-1]


# Araujo, Norris and Sim 2019, doi:10.23915/distill.00021, the table of networks: fields and strides
# of TF-Slim's, which are those of convolutions and pools before the global one. ResNets there have
# their strides at the end of a stage; strides in a bottleneck's 1×1 give the same.
PUBLISHED = [
    ("alexnet", {}, 195, 32),
    ("vgg16", {}, 212, 32),
    ("mobilenet_v1", {}, 315, 32),
    ("inception_v3", {}, 1311, 32),
    ("resnet50", {"stride_in_1x1": True}, 483, 32),
    ("resnet101", {"stride_in_1x1": True}, 1027, 32),
    ("resnet152", {"stride_in_1x1": True}, 1507, 32),
]


@pytest.mark.parametrize(("name", "knobs", "size", "jump"), PUBLISHED)
@pytest.mark.parametrize("alpha", [1, "0.5"])
def test_published_fields(name, knobs, size, jump, alpha):
    cost = mnetcost.load(name, set=knobs).cost(alpha=alpha)
    found = moving(cost)
    assert (found.size, found.jump) == ((size, size), (jump, jump))


@pytest.mark.parametrize("rho", [1, "6/7", "1/2"])
def test_a_field_does_not_follow_the_resolution(rho):
    assert field(mnetcost.load("vgg16").cost(rho=rho), "stage_5/max_pool_1").size == (212, 212)


def test_a_later_stride_sees_less():
    """In ResNet v1.5 the 3×3 of a stage's first bottleneck strides, and so reads finer maps."""
    size = 11 + 3 * 8 + (8 + 3 * 16) + (16 + 5 * 32) + (32 + 2 * 64)
    assert moving(mnetcost.load("resnet50").cost()).size == (size, size) == (427, 427)


# On a 9×7 map; of height and width: field, jump, first px
HAND = [
    (["conv: {out: 2, kernel: [3, 5]}"], (3, 5), (1, 1), (-1, -2)),
    # `same` at stride 2: 9 px take (5 - 1)·2 + 3 - 9 = 2 of padding, 7 px (4 - 1)·2 + 2 - 7 = 1
    (["conv: {out: 2, kernel: [3, 2], stride: 2}"], (3, 2), (2, 2), (-1, 0)),
    (["conv: {out: 2, kernel: 3, padding: valid, dilation: [2, 1]}"], (5, 3), (1, 1), (0, 0)),
    (["max_pool: {kernel: 2, padding: 0, ceil: true}"], (2, 2), (2, 2), (0, 0)),
    (
        ["max_pool: {kernel: 3, stride: 2, padding: 1, ceil: true, clip: true}"],
        (3, 3),
        (2, 2),
        (-1, -1),
    ),
    # 3 + (3 - 1)·2, 5 + (1 - 1)·2; the 2nd window begins 2 px before the first one's end
    (
        ["conv: {out: 2, kernel: [3, 5], stride: 2}", "conv: {out: 2, kernel: [3, 1]}"],
        (7, 5),
        (2, 2),
        (-3, -2),
    ),
    (
        ["pad: {top: 2, right: 3}", "conv: {out: 2, kernel: 3, padding: valid}"],
        (3, 3),
        (1, 1),
        (-2, 0),
    ),
    (["crop: {height: 4, width: 4}"], (1, 1), (1, 1), (2, 1)),
    # every second px is twice there: of five px in a row three differ at the most
    (["resize: {scale: 2}", "conv: {out: 2, kernel: 5}"], (3, 3), (0.5, 0.5), (-1, -1)),
    (["resize: {scale: 2, mode: bilinear}"], (2, 2), (0.5, 0.5), (-1, -1)),
    (["resize: {scale: [1, 2], mode: bicubic}"], (1, 4), (1, 0.5), (0, -2)),
    # three taps, two px apart, run backwards
    (["conv_transpose: {out: 2, kernel: 3, dilation: 2, padding: 0}"], (5, 5), (1, 1), (-4, -4)),
    # a kernel of 4 lays two windows over each px
    (["conv_transpose: {out: 2, kernel: 4, stride: 2, padding: 1}"], (2, 2), (0.5, 0.5), (-1, -1)),
    (["conv_transpose: {out: 2, kernel: [3, 2], stride: 2}"], (2, 1), (0.5, 0.5), (-1, 0)),
    (["adaptive_avg_pool: {size: [3, 7]}"], (3, 1), (3, 1), (0, 0)),
    (["pixel_shuffle: {factor: [2, 1]}", "conv: {out: 2, kernel: 3}"], (2, 3), (0.5, 1), (-1, -1)),
    (["crop: {height: 8, width: 6}", "pixel_unshuffle: {factor: [2, 3]}"], (2, 3), (2, 3), (0, 0)),
    # windows of 9/2 px: 0 to 4 and 4 to 8; of 7/3: 0 to 2, 2 to 4, 4 to 6
    (["adaptive_avg_pool: {size: [2, 3]}"], (5, 3), (4.5, 7 / 3), (0, 0)),
]


@pytest.mark.parametrize(("layers", "size", "jump", "offset"), HAND)
def test_fields_by_hand(layers, size, jump, offset):
    found = moving(chain(*layers).cost())
    assert (found.size, found.windows, found.offset) == (size, size, offset)
    assert tuple(map(float, found.jump)) == pytest.approx(jump)
    assert not found.unknown


# What sees all of a 9×7 map, and what windows alone see
WHOLE = [
    (["global_avg_pool"], (None, None)),
    (["adaptive_max_pool: {size: 1}"], (None, None)),
    (["flatten", "dense: {out: 2}"], (None, None)),
    (["conv: {out: 4, kernel: 3}", "attention: {heads: 2}"], (3, 3)),
    (["conv: {out: 4, kernel: [3, 1]}", "squeeze_excitation: {squeeze: 2}"], (3, 1)),
    (["conv: {out: 4, kernel: 3, norm: group}"], (3, 3)),
    (["group_norm: {groups: 2}", "conv: {out: 4, kernel: [1, 3]}"], (1, 3)),
    (["instance_norm"], (1, 1)),
    (["flatten: {into: height}", "attention: {heads: 1}"], (None, None)),
]


@pytest.mark.parametrize(("layers", "windows"), WHOLE)
def test_what_sees_the_whole_map(layers, windows):
    groups = [one.replace("norm: group", "norm: instance") for one in layers]
    *_, found = chain(*groups).cost().receptive_fields()
    assert found.size == (9, 7)
    assert found.offset == (0, 0)
    assert found.whole == (True, True)
    assert found.windows == windows
    assert found.unknown == ""


# On an 8×12 map: windows of 4×3 positions side by side, or shifted; patches; all of a side
LOCAL = [
    # position 0 of a side sees the window that begins there
    (["attention: {heads: 2, window: [4, 3]}"], (4, 3), (0, 0), ""),
    # -1 to 2 and -2 to 0
    (["attention: {heads: 2, window: [4, 3], shift: [3, 1]}"], (4, 3), (-1, -2), ""),
    # a window of 8 rows is all of them: nothing to shift
    (["attention: {heads: 2, window: [8, 3], shift: [4, 1]}"], (8, 3), (0, -2), ""),
    # of strides of 2 px, windows of 3 px: (2 - 1)·2 + 3 and (3 - 1)·2 + 3, from -1 on
    (
        [
            "conv: {out: 4, kernel: 3, stride: 2, padding: 1}",
            "attention: {heads: 2, window: [2, 3]}",
        ],
        (5, 7),
        (-1, -1),
        "",
    ),
    # shifted ones over others: rows -2 to 1 meet two windows, columns -3 to 0 three
    (
        [
            "attention: {heads: 2, window: [4, 2]}",
            "attention: {heads: 2, window: 4, shift: [2, 1]}",
        ],
        (8, 6),
        (-4, -4),
        "",
    ),
    # a 3×3 window reads its neighbours' windows too
    (
        ["attention: {heads: 2, window: [4, 3]}", "conv: {out: 4, kernel: 3}"],
        (8, 6),
        (-4, -3),
        "",
    ),
    # queries of 5 px, keys and values of windows of 2×6 and of 1 px: from the first to the last px
    (
        [
            "conv: {name: q, out: 4, kernel: 5}",
            "dot_product_attention: {heads: 2, window: [2, 6], from: [q, input, input]}",
        ],
        (5, 8),
        (-2, -2),
        "",
    ),
    # every second row from 0 or from 1, every third column
    (["attention: {heads: 2, patch: [2, 3]}"], (7, 10), (0, 0), "patches"),
    # rows of 3 px: from 0 to 7; columns 0 and 6 of 3 px: of the first one two, 0 to 7; else 8
    (["conv: {out: 4, kernel: 3}", "attention: {heads: 2, patch: [2, 6]}"], (8, 9), (0, 0), None),
]


@pytest.mark.parametrize(("layers", "size", "offset", "sees"), LOCAL)
def test_attention_within_windows_and_patches(layers, size, offset, sees):
    head = "input: {height: 8, width: 12, channels: 4}\n"
    *_, found = chain(*layers, head=head).cost().receptive_fields()
    assert (found.size, found.offset, found.unknown) == (size, offset, "")
    assert found.apart == (sees == "patches", sees in ("patches", None))
    assert found.whole == (sees is None, False)


def test_one_side_alone_is_whole():
    *_, found = chain("adaptive_avg_pool: {size: [1, 7]}").cost().receptive_fields()
    assert (found.size, found.jump, found.whole) == ((9, 1), (None, 1), (True, False))


def test_all_that_is_seen_leaves_out_what_no_window_reads():
    """A stride of 2 reads px 0, 2, 4 and 6 of 8."""
    layers = "  - conv: {out: 2, kernel: 1, stride: 2, padding: valid}\n  - global_avg_pool"
    *_, found = small(layers, height=8, width=9).cost().receptive_fields()
    assert found.size == (7, 9)


UNKNOWN = [
    (["flatten: {into: height}"], "flatten_1: its positions are others"),
    (["permute: {order: whc}"], "permute_1: its positions are others"),
    (["reshape: {height: 7, width: 9}", "conv: {out: 1, kernel: 3}"], "reshape_1: its positions"),
    (["global_avg_pool", "pointwise: {out: 36}", "reshape: {height: 3, width: 4}"], "reshape_1: "),
    (
        ["conv_transpose: {out: 2, kernel: 3, stride: 2, dilation: 2, padding: 0}"],
        "conv_transpose_1: dilated and strided",
    ),
]


@pytest.mark.parametrize(("layers", "why"), UNKNOWN)
def test_what_is_unknown_says_why(layers, why):
    *_, found = chain(*layers).cost().receptive_fields()
    assert found.size == (None, None)
    assert found.offset == (None, None)
    assert found.unknown.startswith(why)


def test_jumps_that_differ_are_said():
    """7 px that become 9 again lie 4/9·16 px apart, not 8."""
    spec = (
        "  - conv: {name: fine, out: 4, kernel: 3, stride: 2}\n"
        "  - conv: {out: 4, kernel: 3, stride: 2}\n"
        "  - resize: {name: up, like: fine}\n"
        "  - add: {from: [fine, up]}"
    )
    *_, found = small(spec, height=18, width=16).cost().receptive_fields()
    assert found.unknown == "add_1: the jumps of its inputs differ, 2 and 20/9 px"
    assert found.size == (None, 7)  # 8 px become 4, and 8 again


def test_the_largest_path_counts():
    spec = (
        "  - branches:\n"
        "      - - conv: {out: 4, kernel: [5, 1]}\n"
        "      - - conv: {out: 4, kernel: [1, 3]}\n"
        "        - conv: {out: 4, kernel: [1, 3]}\n"
        "    merge: concat"
    )
    found = moving(small(spec).cost())
    assert (found.size, found.offset) == ((5, 5), (-2, -2))


def test_maps_side_by_side_are_unknown_along_that_side_alone():
    spec = "  - conv: {name: a, out: 8, kernel: 3}\n  - concat: {from: [input, a], axis: height}"
    *_, found = small(spec).cost().receptive_fields()
    assert (found.size, found.unknown) == ((None, 3), "concat_1: its positions are others")


def test_what_reads_nothing_sees_nothing():
    *_, found = chain("learned: {out: 3, height: 9, width: 7}").cost().receptive_fields()
    assert (found.size, found.offset, found.whole) == ((0, 0), (None, None), (False, False))


def test_windows_that_differ_everywhere_are_refused():
    """A prime to a prime: as many windows as the product of all, until they are too many."""
    sides = [65_521, 65_519, 65_497, 65_479, 65_449, 65_447, 65_437, 65_423, 65_419, 65_413]
    layers = "\n".join(f"  - resize: {{height: {side}, width: 1}}" for side in sides)
    with pytest.raises(UsageError, match=r"^resize_\d+: up to here .* too many windows differ"):
        small(layers, width=1).cost().receptive_fields()


def test_many_layers_that_see_all_take_no_longer_than_they_are():
    """Two windows of 3 px a block; where each position reads as it did before, it is not read."""
    cost = residuals(3330).cost()
    start = process_time()
    *_, found = cost.receptive_fields()
    assert process_time() - start < 6
    assert (found.size, found.offset) == ((1 + 3330 * 4,) * 2, (-3330 * 2,) * 2)


TOO_WIDE = [
    ["conv: {out: 3, kernel: [9999, 1]}"] * 20,
    ["attention: {heads: 1, patch: [5000, 1]}", *["conv: {out: 3, kernel: [301, 1]}"] * 100],
]


@pytest.mark.parametrize("layers", TOO_WIDE)
def test_positions_that_read_too_many_others_are_refused(layers):
    cost = chain(*layers, head="input: {height: 10000, width: 1, channels: 3}\n").cost()
    start = process_time()
    with pytest.raises(UsageError, match=r"^conv_\d+: up to here maps are too large"):
        cost.receptive_fields()
    assert process_time() - start < 6


# --- every type

# What cannot be known of the positions of a type, beside what depends on its keys
NOBODY_CAN_SAY = {
    "prior_box": "it lists boxes",
    "detection_output": "it lists boxes",
    "opaque": "the language does not know what it does",
    "learned": "it reads nothing",
    "constant": "it reads nothing",
    "deform_conv": "its places are learned",
    "rnn": "it sees all before it",
    "lstm": "it sees all before it",
}


@pytest.mark.parametrize("written", LAYERS)
def test_each_type_says_what_it_reads_and_which_of_its_channels_are_which(written):
    if issubclass(LAYERS[written], Compound):
        return
    cost = example(written).cost()
    row = cost.layers[-1]
    maps = [cost.input if one < 0 else cost.layers[one].output for one in row.node.sources]
    reached = row.node.layer.sees_each(maps or [row.input], row.output)
    reasons = {one for both in reached for one in both if isinstance(one, str)}
    assert reasons == ({NOBODY_CAN_SAY[written]} if written in NOBODY_CAN_SAY else set())
    assert row.node.layer.ties(maps, row.output) != "its type does not say it"


# --- against sets of px

ATTEND = "attention: {{heads: 1, window: [{a}, {b}], shift: [{x}, {y}]}}"
KINDS = [
    "conv: {{out: 2, kernel: [{a}, {b}], stride: [{s}, {t}], padding: {p}}}",
    "conv: {{out: 2, kernel: [{a}, {b}], dilation: [{s}, {t}]}}",
    "depthwise: {{kernel: [{b}, {a}], stride: {s}, padding: [{q}, 1]}}",
    "max_pool: {{kernel: [{a}, {b}], stride: {t}}}",
    "avg_pool: {{kernel: [3, {b}], stride: {s}, padding: 1, ceil: true}}",
    "avg_pool: {{kernel: 3, stride: [{t}, {s}], padding: 1, ceil: true, clip: true}}",
    "conv_transpose: {{out: 2, kernel: [{c}, {d}], stride: [{s}, {t}], padding: {q}}}",
    "conv_transpose: {{out: 2, kernel: [{d}, {d}], stride: {t}}}",
    "resize: {{scale: {r}, mode: {m}}}",
    "resize: {{scale: [{r}, 2], mode: nearest}}",
    "pad: {{top: {q}, left: {s}, bottom: {t}}}",
    "crop: {{height: 9, width: 10}}",
    "adaptive_avg_pool: {{size: [7, 9]}}",
    *["pad: {{multiple: [{a}, {b}]}}\n  - " + ATTEND] * 2,
]
BRANCHES = """\
branches:
      - - conv: {{out: 2, kernel: [{a}, {b}], stride: {s}}}
        - conv: {{out: 2, kernel: 3}}
      - - max_pool: {{kernel: 3, stride: {s}}}
    merge: concat"""


DENSE = [kind for kind in KINDS if "dilation" not in kind]  # windows without holes


def random_network(seed, of):
    """A text of three to five layers on a 40×36 map, some of them side by side."""
    dice = random.Random(seed)

    def entry(kind):
        stride, other = dice.choice([1, 2, 3]), dice.choice([1, 2])
        height, width = dice.choice([1, 2, 3, 5]), dice.choice([1, 3, 4])
        return kind.format(
            a=height,
            b=width,
            x=dice.randrange(height),
            y=dice.randrange(width),
            c=stride + dice.choice([0, 1, 2]),
            d=max(stride, other) + dice.choice([0, 1]),
            s=stride,
            t=other,
            p=dice.choice(["same", "valid", 1, "[0, 2]"]),
            q=dice.choice([0, 1]),
            r=dice.choice(["2", "3/2", "3", "1/2", "2/3", "1/3"]),
            m=dice.choice(["nearest", "bilinear", "bicubic"]),
        )

    kinds = [dice.choice(of) for _ in range(dice.choice([2, 3, 4]))]
    kinds.insert(dice.randrange(len(kinds)), BRANCHES)
    return "\n".join(f"  - {entry(kind)}" for kind in kinds)


def possible(seed, end="", of=KINDS):
    """The cost of a random network, of those that have a map."""
    for more in range(100):
        try:
            return small(random_network(seed + 1000 * more, of) + end, height=40, width=36).cost()
        except mnetcost.SpecError:
            continue
    raise AssertionError("no network has a map")


@pytest.mark.parametrize("seed", range(80))
def test_fields_are_those_of_sets_of_px(seed):
    cost = possible(seed)
    for place, found in enumerate(cost.receptive_fields()):
        assert found.unknown == ""
        for side, axis in enumerate("hw"):
            pixels = Pixels(cost, axis)
            seen = [pixels.of(place, i) for i in range(180)]
            largest = max(max(px) - min(px) + 1 for px in seen if px)
            assert found.size[side] == largest, found
            if seen[0]:
                assert found.offset[side] == min(seen[0])
                shift = min(pixels.of(place, FAR)) - min(seen[0])
                assert found.jump[side] * FAR == shift


PATCHES = """
  - pad: {multiple: [2, 3]}
  - attention: {heads: 1, patch: [2, 3]}
  - conv: {out: 2, kernel: [1, 2]}
  - pad: {multiple: [6, 4]}
  - attention: {heads: 1, patch: [6, 4]}
  - branches:
      - []
      - - conv: {expand: 1, kernel: [3, 1]}
    merge: add
  - max_pool: {kernel: 3, stride: 2}"""


@pytest.mark.parametrize("seed", range(80))
def test_patches_see_what_sets_of_px_do(seed):
    cost = possible(seed, PATCHES, DENSE)
    for place, found in enumerate(cost.receptive_fields()):
        for side, axis in enumerate("hw"):
            if found.whole[side] or found.apart[side]:
                pixels = Pixels(cost, axis, clipped=True)
                positions = range(getattr(cost.layers[place].output, axis))
                seen = [pixels.of(place, position) for position in positions]
                hulls = [(min(px), max(px)) for px in seen if px]
                assert found.size[side] == max(last - first + 1 for first, last in hulls)
                assert found.whole[side] == (len({*hulls}) == 1)
                if seen[0]:
                    assert found.offset[side] == hulls[0][0]


@pytest.mark.parametrize("seed", range(80))
def test_all_that_is_seen_is_that_of_sets_of_px(seed):
    cost = possible(seed, "\n  - global_avg_pool")
    *_, found = cost.receptive_fields()
    for side, axis in enumerate("hw"):
        seen = Pixels(cost, axis, clipped=True).of(len(cost.layers) - 1, 0)
        first = found.offset[side]
        assert (first, first + found.size[side] - 1) == (min(seen), max(seen))
