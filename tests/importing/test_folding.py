"""Blocks, repeats and rows found again: short as a paper's table, the same in every layer."""

from collections import Counter

import pytest
from mobile_networks import Network, efficientnet_b0, ghostnet, mobilenet_v2, mobilenet_v3_large
from sources import call, folded_of, source

import mnetcost
from mnetcost.importing.folding import checked
from mnetcost.importing.folding.names import bare, identifier, local, prefix, short


def body(text):
    """The lines of a spec from its blocks, or its layers, on."""
    found = text.splitlines()
    return found[next(n for n, line in enumerate(found) if line in ("blocks:", "layers:")) :]


def values(text):
    """The rows of its one table."""
    rows = text[text.index("    values:\n") :].split("\n  - ")[0].splitlines()[1:]
    return [row.strip("- []") for row in rows]


def test_mobilenet_v2_reads_like_its_paper():
    """Table 2 of Sandler et al. 2018: t, c, n and s of seven rows, at 160×224 px."""
    text, _ = folded_of(mobilenet_v2(160, 224))
    assert values(text) == [
        "1,  16, 1, 1",
        "6,  24, 2, 2",
        "6,  32, 3, 2",
        "6,  64, 4, 2",
        "6,  96, 3, 1",
        "6, 160, 3, 2",
        "6, 320, 1, 1",
    ]
    assert "columns: [expand, out, repeat, stride]" in text
    assert "residual: $stride == 1 and $in == $out" in text
    assert mnetcost.load(text).cost().params == 3_469_760
    assert len(body(text)) <= 25


def test_efficientnet_s_gates_follow_from_the_block_s_input():
    """Table 1 of Tan and Le 2019; a gate squeezes to a quarter of what comes into its block."""
    text, _ = folded_of(efficientnet_b0(160, 224))
    assert values(text)[:3] == ["1, 3,  16, 1, 1", "6, 3,  24, 2, 2", "6, 5,  40, 2, 2"]
    assert "squeeze: floor($in / 4)" in text
    assert "padding: ($kernel - 1) / 2" in text
    assert mnetcost.load(text).cost().params == 5_236_192


def bottlenecks():
    """He et al. 2016, figure 5: two blocks of 64 channels, three of 128, on 16×24 px."""
    net = Network(16, 24)
    x = net.conv("x", 64, 3, act="relu", name="stem")
    for width, stride in [(64, 1), (64, 1), (128, 2), (128, 1), (128, 1)]:
        y = net.conv(net.conv(x, width, act="relu"), width, 3, stride, act="relu")
        y = net.conv(y, width * 4)
        x = x if net.channels[x] == width * 4 else net.conv(x, width * 4, 1, stride)
        x = net.add("aten.relu.default", net.residual(x, y), width * 4)
    return net.classified(net.means(x), 10)


def test_a_shortcut_with_a_projection_is_a_branch_that_may_be_empty():
    text, _ = folded_of(bottlenecks())
    assert body(text)[:15] == [
        "blocks:",
        "  bottleneck:",
        "    takes: {width: , stride: 1}",
        "    layers:",
        "      - branches:",
        "          - - conv: {out: $width, norm: batch, act: relu}",
        "            - conv: {out: $width, kernel: 3, stride: $stride, padding: 1, norm: batch,"
        " act: relu}",
        "            - conv: {out: $width * 4, norm: batch}",
        "          - - conv: {out: $width * 4, stride: $stride, norm: batch,"
        " when: $stride > 1 or $in != $width * 4}",
        "        merge: add",
        "      - relu",
        "layers:",
        "  - conv: {name: stem, kernel: 3, norm: batch, act: relu, out: 64}",
        "  - rows: bottleneck",
        "    columns: [width, repeat, stride]",
    ]
    assert values(text) == ["64, 2, 1", "128, 3, 2"]
    # 27·64, then c·w + 9·w² + 4·w² and c·4w where c is not 4w, and 512·10
    blocks = [(64, 64), (256, 64), (256, 128), (512, 128), (512, 128)]
    kernels = sum(c * w + 13 * w * w + (c * 4 * w if c != 4 * w else 0) for c, w in blocks)
    assert mnetcost.load(text).cost().params == 27 * 64 + kernels + 5120


def test_branches_that_are_joined_have_their_own_widths():
    """Szegedy et al. 2015, figure 2b, three times."""
    net = Network(12, 20)
    x = net.conv("x", 32, 3, 2, act="relu", name="stem")
    for a, b, c in [(8, 16, 12), (16, 24, 20), (24, 40, 28)]:
        one = net.conv(x, a, act="relu")
        two = net.conv(net.conv(x, b, act="relu"), c, 3, act="relu")
        pool = net.add("aten.max_pool2d.default", x, net.channels[x], kernel_size=(3, 3),
                       stride=(1, 1), padding=(1, 1))  # fmt: skip
        y = f"{one} {two} {net.conv(pool, 8, act='relu')}"
        x = net.add("aten.cat.default", y, a + c + 8, dim=1)
    text, _ = folded_of(net.classified(net.means(x), 10))
    assert "takes: {width: , width_2: , width_3: }" in text
    assert values(text) == ["8, 16, 12", "16, 24, 20", "24, 40, 28"]
    ins = [32, 28, 44]
    sizes = [(8, 16, 12), (16, 24, 20), (24, 40, 28)]
    kernels = sum(x * (a + b + 8) + 9 * b * c for x, (a, b, c) in zip(ins, sizes))
    assert mnetcost.load(text).cost().params == 27 * 32 + kernels + 60 * 10


def transformer(blocks):
    """12 patches; attention, and a widening, each added to its input; then 5 classes."""
    stored, x = {"pw": (16, 3, 4, 4)}, "t"
    calls = [
        call("aten.conv2d.default", "x pw", "p", stride=(4, 4)),
        call("aten.flatten.using_ints", "p", "f", start_dim=2),
        call("aten.transpose.int", "f", "t", dim0=1, dim1=2),
    ]

    def linear(name, reads, out, into):
        stored[f"{name}w"], stored[f"{name}b"] = (out, into), (out,)
        calls.append(call("aten.linear.default", f"{reads} {name}w {name}b", name))

    for n in range(blocks):
        for part in "qkv":
            linear(f"{part}{n}", x, 16, 16)
        attended = f"q{n} k{n} v{n}"
        calls.append(call("aten.scaled_dot_product_attention.default", attended, f"a{n}"))
        linear(f"o{n}", f"a{n}", 16, 16)
        calls.append(call("aten.add.Tensor", f"{x} o{n}", f"s{n}"))
        linear(f"i{n}", f"s{n}", 64, 16)
        calls.append(call("aten.gelu.default", f"i{n}", f"g{n}"))
        linear(f"m{n}", f"g{n}", 16, 64)
        calls.append(call("aten.add.Tensor", f"s{n} m{n}", f"x{n}"))
        x = f"x{n}"
    linear("head", x, 5, 16)
    return source("pt2", (1, 3, 12, 16), *calls, stored=stored)


def test_what_reads_several_maps_names_them_in_its_block():
    text, flat = folded_of(transformer(6))
    assert "repeat: 6" in text
    assert len(body(text)) < len(body(flat)) / 2
    assert "dot_product_attention: {from: [part_" in text
    # 48·16, then 6·(4·16² + 2·16·64) and 16·5, a MAC a patch; 2·12²·16 in each attention
    cost = mnetcost.load(text).cost()
    kernels = 768 + 6 * 3072 + 80
    assert (cost.params, cost.mult_adds) == (kernels, 12 * kernels + 6 * 2 * 144 * 16)


def test_joins_of_which_some_have_a_key_are_in_blocks_of_their_own():
    """Two 1×1 convolutions and what no layer does of both: four keep their map, four do not."""
    calls, stored, shapes = [call("aten.conv2d.default", "x s", "y0")], {"s": (8, 3, 1, 1)}, {}
    for n, width in enumerate((12, 12, 12, 12, 10, 8, 6, 4)):
        stored |= {f"{part}{n}": (8, 8, 1, 1) for part in "ab"}
        calls += [call("aten.conv2d.default", f"y{n} {one}{n}", f"{one}y{n}") for one in "ab"]
        calls.append(call("aten.hypot.default", f"ay{n} by{n}", f"y{n + 1}"))
        shapes[f"y{n + 1}"] = (1, 8, 16, width)
    text, flat = folded_of(source("pt2", (1, 3, 16, 12), *calls, stored=stored, shapes=shapes))
    assert "repeat: 4" in text
    assert len(body(text)) < len(body(flat)) - 4
    cost = mnetcost.load(text).cost()
    columns = 5 * 12 + 10 + 8 + 6  # that the convolutions read, 16 px each
    assert (cost.params, cost.mult_adds) == (24 + 16 * 64, 24 * 192 + 128 * 16 * columns)


def test_a_map_that_others_read_is_called_by_its_name():
    """Heads on maps of three sizes, as detectors have them."""
    net = Network(16, 24)
    x, maps = net.conv("x", 8, 3, 2, act="relu", name="stem"), []
    for out in (16, 32, 64):
        for stride in (2, 1, 1, 1):
            x = net.conv(x, net.channels[x], 3, stride, net.channels[x], "relu")
            x = net.conv(x, out, act="relu")
        head = net.conv(x, 6, norm=False)
        maps.append(net.add("aten.flatten.using_ints", head, 6, start_dim=1))
    net.add("aten.cat.default", " ".join(maps), 18, dim=1)
    text, flat = folded_of(source("pt2", net.size, *net.calls, stored=net.stored))
    assert body(text)[-14:-5] == [
        "  - conv: {name: stem, kernel: 3, stride: 2, padding: 1, norm: batch, act: relu, out: 8}",
        "  - block: {stride: 2, out: 16}",
        "  - block: {name: stage_1, out: 16, repeat: 3}",
        "  - conv: {name: conv_5, bias: true, out: 6, scale: false}",
        "  - block: {from: stage_1, stride: 2, out: 32}",
        "  - block: {name: stage_2, out: 32, repeat: 3}",
        "  - conv: {name: conv_10, bias: true, out: 6, scale: false}",
        "  - block: {from: stage_2, stride: 2, out: 64}",
        "  - block: {out: 64, repeat: 3}",
    ]
    assert mnetcost.load(text).cost().params == mnetcost.load(flat).cost().params


def test_layers_with_weights_in_common_are_written_as_they_are():
    shared = [call("aten.conv2d.default", f"{'x' if not n else f'v{n - 1}'} w", f"v{n}",
                   f"c{n}", padding=(1, 1)) for n in range(12)]  # fmt: skip
    model = source("pt2", (1, 4, 6, 10), *shared, stored={"w": (4, 4, 3, 3)})
    text, flat = folded_of(model)
    assert text is None
    assert mnetcost.load(flat).cost().params == 144


def test_names_that_yaml_reads_otherwise_and_those_of_calls_are_no_trouble():
    """`yes` in each block, and a layer that is called as a call would be."""
    net = Network(12, 20)
    x = net.conv("x", 8, 3, act="relu", name="block_2")
    for n in range(8):
        channels = net.channels[x]
        x = net.conv(x, channels, 3, 1, channels, "relu", name=f"b{n}/yes")
        x = net.conv(x, 8 + n // 4, act="relu", name=f"b{n}/1e3")
    text, flat = folded_of(net.classified(net.means(x), 10))
    assert '{name: "yes", ' in text
    assert costs(text, 1, 1) == costs(flat, 1, 1)


def test_mobilenet_v3_s_expansions_are_rounded_as_their_block_says():
    """Table 1 of Howard et al. 2019 in ratios: 200 = 80 · 2.5, 184 = 80 · 2.3."""
    text, flat = folded_of(mobilenet_v3_large(128, 192), preset="mobilenet_v3:timm")
    assert "expand: $expand, norm: batch, act: $act, round: {divisible: 8}" in text
    assert "when: $expand > 1" in text
    assert "2.3, hard_swish, 3,  80" in text
    assert costs(text, "1.4", 1) == costs(flat, "1.4", 1)


def test_a_short_network_has_no_blocks():
    net = Network(12, 20)
    x = net.conv(net.conv("x", 8, 3, act="relu"), 8, 3, act="relu")
    assert folded_of(net.classified(net.means(x), 10))[0] is None


@pytest.mark.parametrize(
    "model",
    [mobilenet_v3_large(128, 192), ghostnet(128, 192), mobilenet_v2(96, 64), transformer(6)],
    ids=["mobilenet_v3_large", "ghostnet", "mobilenet_v2", "transformer"],
)
@pytest.mark.parametrize(("alpha", "rho"), [(1, 1), (2, 1), (3, "1/2")])
def test_every_layer_costs_the_same_in_blocks(model, alpha, rho):
    text, flat = folded_of(model)
    assert len(body(text)) < len(body(flat)) / 2
    assert costs(text, alpha, rho) == costs(flat, alpha, rho)


def costs(text, alpha, rho):
    found = mnetcost.load(text).cost(alpha=alpha, rho=rho).layers
    return Counter(
        (one.type, one.input, one.output, one.parameters, one.mult_adds) for one in found
    )


@pytest.mark.parametrize(
    ("word", "other"),
    [("stride: $stride", "stride: 1"), ("values:", "values: ["), ("[6,  64, 4", "[5,  64, 4")],
)
def test_blocks_that_cost_something_else_are_not_written(word, other, monkeypatch):
    made = checked.folded
    monkeypatch.setattr(
        checked, "folded", lambda *given: [one.replace(word, other) for one in made(*given)]
    )
    assert folded_of(mobilenet_v2(64, 96))[0] is None


@pytest.mark.parametrize(
    ("names", "common"),
    [
        (["blocks.1.1.conv_pwl", "blocks.1.1"], "blocks.1.1"),
        (["block_1_expand", "block_1_project"], "block_1"),
        (["conv1/dw", "conv1/sep"], "conv1"),
        (["layer1.0.conv1", "layer1.0.bn1", "layer1.1.conv1"], "layer1"),
        (["conv1", "conv2"], ""),
        (["conv_pw"], "conv_pw"),
        ([], ""),
    ],
)
def test_a_part_is_called_by_what_its_names_have_in_common(names, common):
    assert prefix(names) == common


def test_names_in_a_part_are_without_its_own():
    assert local("blocks.1.1.conv_pwl", "blocks.1.1") == "conv_pwl"
    assert local("blocks.1.1.conv_pwl", "other") == local("stem", "") == ""
    assert short("blocks/blocks.1/blocks.1.0/conv_pw/Conv") == "blocks.1.0/conv_pw/Conv"
    assert bare("conv_pw/Conv") == "conv_pw"
    assert (identifier("Conv2d 3x3"), identifier("3x3")) == ("conv2d_3x3", "part_3x3")
