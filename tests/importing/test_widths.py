"""What α does to imported widths: by hand, and as libraries build them at other widths."""

from fractions import Fraction

import mobile_networks
import pytest
from mobile_networks import Network, ghost, inverted_residual
from sources import call, followed, source
from tables import rows

import mnetcost
from mnetcost import UsageError
from mnetcost.importing.values import Entry
from mnetcost.importing.widths.families import FAMILIES, ROLES
from mnetcost.importing.widths.following import with_widths
from mnetcost.importing.widths.options import Widths
from mnetcost.importing.widths.resolving import rules_of
from mnetcost.importing.widths.squeezes import Gate, rules_for
from mnetcost.layers.base import Map
from mnetcost.layers.structural import Learned

EIGHT = {"round": "divisible:8"}
TEXTS = {}  # specs of networks, which are read at many widths


def spec_of(network, preset, height, width):
    """The spec of a network by a preset, each made once."""
    key = network, preset, height, width
    if key not in TEXTS:
        model = getattr(mobile_networks, network)(height, width)
        TEXTS[key] = mnetcost.load(followed(model, preset=preset)[1])
    return TEXTS[key]


def learned(cost):
    """What torch counts as parameters."""
    kinds = cost.parameters
    return kinds.weights + kinds.biases + kinds.norm_affine + kinds.other


@pytest.mark.parametrize(
    "row", rows("library_widths.csv"), ids=lambda row: f"{row['preset']} {row['alpha']}"
)
def test_a_library_builds_the_same_at_other_widths(row):
    net = spec_of(row["network"], row["preset"], int(row["height"]), int(row["width"]))
    cost = net.cost(alpha=row["alpha"])
    assert (learned(cost), cost.mult_adds) == (int(row["learned"]), int(row["mult_adds"]))


def test_what_a_preset_cannot_say_is_refused_by_name():
    """Below α = 0.75 timm leaves out the sum of a stem of 16 channels with fewer."""
    net = spec_of("mobilenet_v3_large", "mobilenet_v3:timm", 224, 224)
    with pytest.raises(mnetcost.SpecError, match="adds maps of 112×112×16 and 112×112×8"):
        net.cost(alpha="0.5")


def small():
    """16 channels of 6×10 to 24 of 3×5 by an inverted bottleneck, then 64 and 5 classes."""
    net = Network(12, 20)
    x = net.conv("x", 16, 3, 2, act="relu", name="first")
    x = inverted_residual(net, x, 6, 3, 24, 2, "relu")
    return net.classified(net.means(net.conv(x, 64, act="relu", name="last")), 5)


WRITTEN = {"expand": "written"}
# Of 16, 96, 24 and 64 channels under α = 1/2, 3/4 and 7/5, as make_divisible leaves them: 8, 12
# and 22.4; 48, 72 and 134.4, or six times the first; 12, 18 (16 is below 0.9 of it) and 33.6; 32,
# 48 and 89.6.
WIDTHS = [
    (EIGHT | WRITTEN, [(8, 48, 16, 32), (16, 72, 24, 48), (24, 136, 32, 88)]),
    (EIGHT, [(8, 48, 16, 32), (16, 96, 24, 48), (24, 144, 32, 88)]),
    (EIGHT | WRITTEN | {"keep": ["last"]}, [(8, 48, 16, 64), (16, 72, 24, 64), (24, 136, 32, 64)]),
    (
        EIGHT | WRITTEN | {"at_least": "head"},
        [(8, 48, 16, 64), (16, 72, 24, 64), (24, 136, 32, 88)],
    ),
    (
        EIGHT | WRITTEN | {"derive": ["last_conv"], "keep": ["stem"]},  # 64 = 24 · 8/3
        [(16, 48, 16, 40), (16, 72, 24, 64), (16, 136, 32, 88)],
    ),
    ({"preset": "mobilenet_v2:timm"}, [(8, 48, 16, 64), (16, 96, 24, 64), (24, 144, 32, 88)]),
    (
        {"preset": "mobilenet_v2:timm", "expand": "written", "keep": ["last"]},
        [(8, 48, 16, 64), (16, 72, 24, 64), (24, 136, 32, 64)],
    ),
    (WRITTEN | {"round": "floor"}, [(8, 48, 12, 32), (12, 72, 18, 48), (22, 134, 33, 89)]),
    (
        {"round": "floor", "expand": "derived", "at_least": ["first"]},
        [(16, 96, 12, 32), (16, 96, 18, 48), (22, 132, 33, 89)],
    ),
]


@pytest.mark.parametrize(("options", "widths"), WIDTHS, ids=lambda one: str(one)[:70])
def test_widths_follow_alpha_as_asked_for(options, widths):
    net = mnetcost.load(followed(small(), **options)[1])
    alphas = ["1/2", "3/4", "7/5"]
    for alpha, (a, b, c, d) in zip([*alphas, 1], [*widths, (16, 96, 24, 64)]):
        cost = net.cost(alpha=alpha)
        assert cost.params == 27 * a + a * b + 9 * b + b * c + c * d + 5 * d
        assert cost.mult_adds == 60 * (27 * a + a * b) + 15 * (9 * b + b * c + c * d) + 5 * d


def test_without_an_option_whole_multiples_are_derived_and_no_rule_is_claimed():
    found, text = followed(small())
    assert (found.derived, found.expand) == (found.derivable, "derived")
    assert text.splitlines()[:2] == [
        "# Every width follows α but those of classifier; no file says how it rounds.",
        "# Derived from another width, as all are whole multiples of it: 1 width (conv); others are"
        " written.",
    ]
    assert "expand: 6" in text
    with pytest.raises(mnetcost.SpecError, match="is not whole"):
        mnetcost.load(text).cost(alpha="7/5")


def test_without_an_option_other_multiples_are_written():
    """80 = 16 · 5 and 60 = 24 · 5/2."""
    net = Network(12, 20)
    x = net.conv("x", 16, 3, 2, act="relu", name="first")
    x = inverted_residual(net, x, 5, 3, 24, 2, "relu")
    y = net.conv(net.conv(x, 60, act="relu"), 60, 3, 1, 60, "relu")
    x = net.residual(x, net.conv(y, 24))
    found, text = followed(net.classified(net.means(x), 5))
    assert (found.derived, len(found.derivable), found.expand) == ([], 2, "written")
    assert "expand" not in text
    assert "Written, and may follow from another width: 2 widths" in text


@pytest.mark.parametrize(
    ("incoming", "inner", "rule", "said"),
    [
        (16, 96, "", "expand: 6"),
        (80, 200, "divisible:8", "expand: 2.5, round: {divisible: 8}"),
        (80, 184, "floor", "expand: 2.3, round: floor"),
        (80, 184, "", "expand: 2.3"),
        (24, 88, "divisible:8", "expand: 11/3, round: {divisible: 8}"),
        # 104 · 2.3 = 239.2 is nearest to 240; floor needs 2.31, and without a rule it is 30/13
        (104, 240, "divisible:8", "expand: 2.3, round: {divisible: 8}"),
        (104, 240, "floor", "expand: 2.31, round: floor"),
        (104, 240, "", "expand: 30/13"),
    ],
)
def test_the_ratio_of_a_derived_width_is_the_plainest_that_gives_the_file_s(
    incoming, inner, rule, said
):
    net = Network(6, 10)
    x = net.conv("x", incoming)
    x = net.conv(net.conv(net.conv(x, inner, act="relu"), inner, 3, 1, inner), 8)
    text = followed(net.classified(net.means(x), 8), round=rule, expand="derived")[1]
    assert f", {said}}}\n" in text
    params = mnetcost.load(text).cost().params
    assert params == 3 * incoming + incoming * inner + 9 * inner + inner * 8 + 64


def expanded(*, kernel=1, groups=1, filtered=True, end="", out=8, more=False, from_input=False):
    """What looks like an inverted bottleneck of 8 to 48 channels, but for one thing."""
    net = Network(6, 10)
    x = "x" if from_input else net.conv("x", 8, 3)
    wide = net.conv(x, 48, kernel, groups=groups, act="relu")
    y = net.conv(wide, 48, 3, 1, 48) if filtered else wide
    y = net.conv(y, out, act=end)
    if more:
        y = net.residual(y, net.conv(wide, out))
    return net.classified(net.means(net.conv(y, 8)), 4)


@pytest.mark.parametrize(
    ("model", "derivable"),
    [
        (expanded(), 1),
        (expanded(filtered=False), 1),  # as ConvNeXt and MobileNet v4 have it
        (expanded(filtered=False, kernel=3), 1),  # fused, as in EfficientNet v2
        (expanded(kernel=3), 0),  # a stem before a separable
        (expanded(groups=2), 0),
        (expanded(end="relu"), 0),  # separables one behind the other, as in MobileNet v1
        (expanded(out=48), 0),
        (expanded(more=True), 0),
        (expanded(from_input=True), 0),
    ],
)
def test_an_expansion_is_what_an_inverted_bottleneck_begins_with(model, derivable):
    assert len(followed(model)[0].derivable) == derivable


def test_a_classifier_that_is_a_convolution_ends_no_bottleneck():
    net = Network(6, 10)
    x = net.means(net.conv(net.conv("x", 8, 3), 16))
    x = net.conv(net.conv(x, 24, act="relu"), 4, norm=False)
    model = source("pt2", net.size, *net.calls, stored=net.stored)
    found, _ = followed(model, keep=["head"])
    assert (found.derivable, len(found.kept)) == ([], 2)


# Of 24 channels under divisible:4 at α = 1/2, 3/4 and 7/5: 12, 20 (18) and 32 (33.6), half of each;
# of 12 by themselves 8 (6), 12 (8 is below 0.9 of 9) and 16 (16.8).
@pytest.mark.parametrize(("expand", "halves"), [("derived", (6, 10, 16)), ("written", (8, 12, 16))])
def test_what_is_joined_with_filters_of_itself_is_half_of_a_width(expand, halves):
    net = Network(6, 10)
    x = ghost(net, net.conv("x", 8, 3), 24, "relu")
    text = followed(net.classified(net.means(x), 5), round="divisible:4", expand=expand)[1]
    assert ("out: scaled(24) / 2" in text) == (expand == "derived")
    for alpha, first, half in zip(("1/2", "3/4", "7/5"), (4, 8, 12), halves):
        cost = mnetcost.load(text).cost(alpha=alpha)
        assert cost.params == 27 * first + first * half + 9 * half + 10 * half


@pytest.mark.parametrize(
    ("gates", "first", "others"),
    [
        # MobileNet v3 Large (torchvision: divisible(floor(c / 4), 8)) and GhostNet (timm)
        ([(72, 24), (120, 32), (480, 120), (672, 168)], "divisible($here / 4, 8)", []),
        ([(72, 20), (120, 32), (480, 120), (672, 168)], "divisible($here / 4, 4)", []),
        # EfficientNet B0: a quarter of the block's input
        (
            [(32, 8, 1), (96, 4, 6), (144, 6, 6), (240, 10, 6), (1152, 48, 6)],
            "floor($in / 4)",
            ["round($in / 4)", "ceil($in / 4)", "divisible($in / 4, 2)"],
        ),
        ([(30, 7), (60, 15)], "floor($here / 4)", []),
        ([(30, 8), (60, 15)], "round($here / 4)", ["ceil($here / 4)"]),
        ([(29, 8), (60, 15)], "ceil($here / 4)", []),
    ],
)
def test_a_squeeze_rule_is_one_that_holds_for_all_gates(gates, first, others):
    found = rules_for([Gate(*gate, *([1] * (3 - len(gate)))) for gate in gates])
    assert (found[0], found[1:]) == (first, others)


def test_where_no_rule_holds_squeezes_stay_and_the_spec_says_so():
    net = Network(6, 10)
    x = net.gate(net.conv("x", 64), 10, "relu", "sigmoid")
    x = net.gate(net.conv(x, 128), 10, "relu", "sigmoid")
    text = followed(net.classified(net.means(x), 5))[1]
    assert "# No rule holds for what 2 gates squeeze to: it stays under α." in text
    params = mnetcost.load(text).cost(alpha="1/2").params
    assert params == 3 * 32 + 32 * 64 + 20 * (32 + 64) + 5 * 64


def test_the_squeeze_of_a_derived_width_follows_from_the_block_s_input():
    """8 channels to 48 and a gate of 2, twice: at α = 1/2 of 4 to 24, and 1."""
    net = Network(6, 10)
    x = net.conv("x", 8)
    for _ in range(2):
        x = inverted_residual(net, x, 6, 3, 8, 1, "relu", 2)
    x = net.gate(x, 2, "relu", "sigmoid")
    text = followed(net.classified(net.means(x), 5), expand="derived")[1]
    assert "squeeze: floor($here / 24)" in text
    assert "squeeze: floor($here / 4)" in text
    assert "3 gates squeeze to floor($in / 4), $in before the expansion" in text
    block = 4 * 24 + 9 * 24 + 2 * 24 + 24 * 4
    assert mnetcost.load(text).cost(alpha="1/2").params == 12 + 2 * block + 8 + 20


def gated(*gates, channels=32):
    """Maps of so many channels, and of twice as many from then on, each with a gate."""
    net, x = Network(6, 10), "x"
    for squeeze in gates:
        x = net.gate(net.conv(x, channels), squeeze, "relu", "sigmoid")
        channels *= 2
    return net.classified(net.means(x), 5)


# Of 320 channels a sixteenth, 20, is 24 (three times 8); at α = 1/2 of 160, 10 is 8, at 3/4 of
# 240, 15 is 16. The nearest multiple of 8 may be below 0.9 of it, where make_divisible goes up.
@pytest.mark.parametrize(
    ("options", "half", "most"),
    [
        ({"preset": "resnet:timm"}, 8, 16),
        ({"squeeze": "divisible($here / 16, 8)"}, 16, 16),
        ({"squeeze": "24 if $here > 200 else 12"}, 12, 24),
        ({"squeeze": "\n 24 if $here > 200 and 'a:' != \"b\" else 12"}, 12, 24),
    ],
)
def test_a_squeeze_is_by_the_rule_that_is_asked_for(options, half, most):
    text = followed(gated(24, channels=320), **options)[1]
    for alpha, wide, squeeze in (("1/2", 160, half), ("3/4", 240, most), (1, 320, 24)):
        params = mnetcost.load(text).cost(alpha=alpha).params
        assert params == 3 * wide + 2 * wide * squeeze + 5 * wide


def test_a_preset_s_rule_for_gates_holds_where_the_file_has_it():
    """A sixteenth of 32 channels is 8 by timm's rule; where it is 2, the rule is another."""
    assert "squeeze: floor($here / 16)" in followed(gated(2, 4), preset="resnet:timm")[1]
    assert "8 * round($here / 128)" in followed(gated(8, 8), preset="resnet:timm")[1]


def test_a_rule_of_the_block_s_input_is_one_of_the_gate_s_own_channels():
    net = Network(6, 10)
    x = inverted_residual(net, net.conv("x", 8), 6, 3, 8, 1, "relu", 2)
    model = net.classified(net.means(x), 5)
    for rule, said in (
        ("max(1, floor($in / 4))", "max(1, floor($here / 24))"),
        ("${in} / 2 ** 2", "($here / 6) / 2 ** 2"),
        ("$in / 2 ** 2", "($here / 6) / 2 ** 2"),
        ("4 - 16 / $in / 1", "4 - 16 / ($here / 6) / 1"),
    ):
        text = followed(model, expand="derived", squeeze=rule)[1]
        assert said in text
        assert mnetcost.load(text).cost().layers[3].params == 2 * 48 * 2


def test_roles_are_of_all_layers_whose_maps_are_added():
    """A stem of two convolutions (RepVGG) and a last residual: kept one by one they differ."""
    net = Network(6, 10)
    x = net.residual(net.conv("x", 8, name="a"), net.conv("x", 8, 3, name="b"))
    x = net.conv(x, 12, name="c")
    x = net.residual(x, net.conv(x, 12, name="d"))
    found, text = followed(net.classified(net.means(x), 5), keep=["stem", "head"])
    assert found.kept == ["a", "b", "c", "d", "classifier"]
    assert mnetcost.load(text).cost(alpha="1/3").params == 24 + 216 + 96 + 144 + 60


def test_a_layer_of_that_name_goes_before_a_role():
    net = Network(6, 10)
    x = net.conv(net.conv("x", 8, name="head"), 12, name="other")
    assert followed(net.classified(net.means(x), 5), keep="head")[0].kept == ["head", "classifier"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"preset": "mobilenet_v2:tim"}, "did you mean 'mobilenet_v2:timm'"),
        ({"round": "up"}, "floor, nearest, or divisible:D"),
        ({"round": "divisible:²"}, "floor, nearest, or divisible:D"),
        ({"expand": "all"}, "--expand all: written or derived"),
        ({"squeeze": "floor($here / 16)"}, "the file has no squeeze-and-excitation"),
        ({"keep": ["fist"]}, "did you mean 'first'"),
        ({"at_least": ["last"]}, "say how α rounds"),
        ({"keep": ["last"], "at_least": ["head"], "round": "floor"}, "to keep and to at least"),
        ({"round": "divisible:16"}, "makes 32 of the 24 channels"),
    ],
)
def test_what_cannot_be_done_is_said(options, message):
    with pytest.raises(UsageError, match=message):
        followed(small(), **options)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("floor($here / 8)", "multiply squeezes to 2 in the file, not to 4"),
        ("floor($there / 8)", "no parameter or knob `.there`"),
        ("scaled(8)", "decided before α"),
        ("$here / 0", "--squeeze"),
        ("import os", "is no expression"),
        ("$here > 3", "not to True"),
        ("9" * 300, "300 characters"),
    ],
)
def test_a_rule_for_gates_that_is_none_is_refused(rule, message):
    with pytest.raises(UsageError, match=message):
        followed(gated(2, 4), squeeze=rule)


def test_a_width_that_reads_nothing_follows_from_nothing():
    token = Entry("token", Learned(out=8), ())
    rules = rules_of(Widths(derive=["token"]))
    with pytest.raises(UsageError, match="token reads nothing that its width follows from"):
        with_widths(Map(1, 1, 8), [token], ["token"], rules)


def test_a_split_into_sizes_that_a_rounding_changes_is_refused():
    model = source(
        "pt2",
        (1, 12, 6, 10),
        call("aten.split_with_sizes.default", "x", "a b", split_sizes=(5, 7), dim=1),
        call("aten.cat.default", "b a", "y", dim=1),
    )
    with pytest.raises(UsageError, match="makes 8 of the 5 channels"):
        followed(model, **EIGHT)


@pytest.mark.parametrize("preset", FAMILIES)
def test_a_preset_has_a_source_and_speaks_of_roles(preset):
    family = FAMILIES[preset]
    library = {"timm": "timm 1.0.31", "torchvision": "torchvision 0.28.0", "keras": "Keras 3.15.1"}
    assert family.source.startswith(library[preset.split(":")[1]])
    assert {*family.keep, *family.at_least, *family.derive} <= set(ROLES)
    assert len(followed(small(), preset=preset)[1].splitlines()) < 20


def by_channel(format_, *calls, **stored):
    """8 channels of 6×10, these calls, then 5 classes of each position."""
    conv = {"onnx": "Conv", "pt2": "aten.conv2d.default"}[format_]
    return source(
        format_,
        (1, 3, 6, 10),
        call(conv, "x w", "a", "first"),
        *calls,
        call(conv, "b v", "y", "classes"),
        stored={"w": (8, 3, 1, 1), **stored},
    )


def transposed(format_, groups, **stored):
    """The same with a transposed convolution of 2×4 at stride 2: 6×10 to 12×22."""
    words = {
        "onnx": ("ConvTranspose", {"strides": (2, 2), "group": groups}),
        "pt2": ("aten.conv_transpose2d.input", {"stride": (2, 2), "groups": groups}),
    }
    operator, arguments = words[format_]
    return by_channel(format_, call(operator, "a k", "b", "up", **arguments), **stored)


def in_groups(groups, **stored):
    """The same with a 1×1 convolution in groups."""
    made = call("aten.conv2d.default", "a k", "b", "up", groups=groups)
    return by_channel("pt2", made, **stored)


# The model, the line of its convolution, its weights and those of the classes at α = 1, and its
# positions and theirs. Each follows α once: 8α channels come in, and the groups go with them.
BY_CHANNEL = {
    "a filter for each channel": (
        transposed("pt2", 8, k=(8, 1, 2, 4), v=(5, 8, 1, 1)),
        "out: $here, groups: $here}",
        (64, 40, 60, 264),
    ),
    "the same in ONNX": (
        transposed("onnx", 8, k=(8, 1, 2, 4), v=(5, 8, 1, 1)),
        "out: $here, groups: $here}",
        (64, 40, 60, 264),
    ),
    "three filters for each channel": (
        transposed("pt2", 8, k=(8, 3, 2, 4), v=(5, 24, 1, 1)),
        "out: $here * 3, groups: $here}",
        (192, 120, 60, 264),
    ),
    "a filter of each two channels, transposed": (
        transposed("pt2", 4, k=(8, 1, 2, 4), v=(5, 4, 1, 1)),
        "out: $here / 2, groups: $here / 2}",
        (64, 20, 60, 264),
    ),
    "a filter of each two channels": (
        in_groups(4, k=(4, 2, 1, 1), v=(5, 4, 1, 1)),
        "out: $here / 2, groups: $here / 2}",
        (8, 20, 60, 60),
    ),
}


@pytest.mark.parametrize(("model", "line", "expected"), BY_CHANNEL.values(), ids=BY_CHANNEL)
def test_groups_of_a_channel_each_follow_what_comes_in(model, line, expected):
    found, text = followed(model)
    assert line in text
    assert found.kept == ["classes"]
    own, last, positions, last_positions = expected
    net = mnetcost.load(text)
    params = 24 + own + last  # at α = 1
    mult_adds = 60 * 24 + positions * own + last_positions * last
    alphas = [Fraction(1, 2), Fraction(1), Fraction(2)]
    grid = mnetcost.sweep(net, alpha=alphas, rho=1)
    assert grid.params.tolist() == [[params * alpha] for alpha in alphas]
    assert grid.mult_adds.tolist() == [[mult_adds * alpha] for alpha in alphas]
    for alpha in alphas:
        cost = net.cost(alpha=alpha)
        assert (cost.params, cost.mult_adds) == (params * alpha, mult_adds * alpha)
    best = mnetcost.fit(net, max_params=2 * params, max_alpha=3, rho=1).best
    assert (best.params, best.mult_adds) == (2 * params, 2 * mult_adds)


def test_the_classes_before_a_transposed_convolution_of_each_are_kept(tmp_path):
    """Long et al. 2015, arXiv:1411.4038: scores, then each of them at another size."""
    path = tmp_path / "net.prototxt"
    path.write_text(
        'input: "x" input_shape { dim: 1 dim: 3 dim: 6 dim: 10 }\n'
        'layer { name: "c" type: "Convolution" bottom: "x" top: "c" '
        "convolution_param { num_output: 8 kernel_size: 1 bias_term: false } }\n"
        'layer { name: "score" type: "Convolution" bottom: "c" top: "score" '
        "convolution_param { num_output: 5 kernel_size: 1 bias_term: false } }\n"
        'layer { name: "up" type: "Deconvolution" bottom: "score" top: "up" convolution_param '
        "{ num_output: 5 kernel_h: 2 kernel_w: 4 stride: 2 group: 5 bias_term: false } }\n"
    )
    net = mnetcost.load(path)
    assert net.ledger["widths"]["keep"]["names"] == ["score"]
    for alpha in (1, 2, "1/2"):
        cost = net.cost(alpha=alpha)
        times = Fraction(alpha)
        assert cost.params == 64 * times + 40  # 3·8 and 8·5 under α; 5·2·4
        assert cost.mult_adds == 60 * (64 * times + 40)
    with pytest.raises(UsageError, match="no layer called 'up' has a width of its own"):
        mnetcost.load(path, widths=Widths(keep=["up"]))
