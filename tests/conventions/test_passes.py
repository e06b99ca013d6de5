"""Batch and passes: forward, the gradient of the input, the gradient of the weights."""

import pytest
from networks import small

import mnetcost
from mnetcost.cost import Basis, Count
from mnetcost.problems import SpecError, UsageError

FORWARD = 568_740_352
FIRST = 10_838_016  # the first convolution of MobileNet v1: nobody learns the image


def test_a_batch_scales_work_and_not_parameters() -> None:
    one, three = (mnetcost.load("mobilenet_v1").cost(batch=batch) for batch in (1, 3))
    assert three.mult_adds == 3 * one.mult_adds
    assert three.work == {kind: 3 * count for kind, count in one.work.items()}
    assert (three.params, three.parameters) == (one.params, one.parameters)


def test_training_of_mobilenet_v1() -> None:
    net = mnetcost.load("mobilenet_v1")
    assert net.cost().mult_adds == FORWARD
    training = net.cost(pass_="training")
    assert training.mult_adds == 1_695_383_040  # 3 · forward - the image's gradient
    assert training.passes == (FORWARD, FORWARD - FIRST, FORWARD)
    assert net.cost(pass_="backward").mult_adds == 2 * FORWARD - FIRST


PASSES = [  # on 8 channels of 10×10 behind a layer that learns: forward, input, weight gradient
    ("depthwise", (7_200, 7_200, 7_200)),
    ("conv: {out: 16, kernel: 3, groups: 4}", (28_800, 28_800, 28_800)),
    ("conv: {out: 16, kernel: [3, 1], stride: [1, 2]}", (19_200, 19_200, 19_200)),
    ("conv_transpose: {out: 16, kernel: 4, stride: 2, padding: 1}", (204_800,) * 3),
    # 4·8²·100 projections; 2·100²·8 products, whose operands both need a gradient
    ("attention: {heads: 2}", (185_600, 25_600 + 320_000, 25_600)),
    ("relu", (0, 0, 0)),
]


@pytest.mark.parametrize(("written", "expected"), PASSES)
def test_gradients_of_a_layer(written: str, expected: tuple[int, int, int]) -> None:
    net = small(f"  - conv: {{out: 8}}\n  - {written}")
    assert net.cost(pass_="training").layers[1].passes == expected


def test_what_reads_the_image_alone_passes_no_gradient_back() -> None:
    first = small("  - relu\n  - conv: {out: 4}\n  - conv: {out: 4}").cost(pass_="training")
    assert [layer.passes.input_gradient for layer in first.layers] == [0, 0, 1600]
    attended = small("  - attention: {heads: 2}").cost(pass_="training")
    # query, key and value read the image; the products and the output projection do not
    assert attended.passes.input_gradient == 8 * 8 * 100 + 320_000


def test_training_runs_the_auxiliary_heads() -> None:
    net = mnetcost.load("inception_v3")
    forward, training = net.cost(), net.cost(pass_="training")
    heads = [layer for layer in training.layers if layer.node.training_only]
    extra = sum(layer.passes.forward for layer in heads)
    # 1×1 to 128 channels, 5×5 to 768, and 768 to 1,000 classes, from 5×5 pooled px of 768 channels
    assert extra == 25 * 768 * 128 + 25 * 128 * 768 + 768 * 1000
    assert training.passes.forward == forward.mult_adds + extra
    net.cost(resolution=224)  # too small for the head, which inference does not run
    with pytest.raises(SpecError, match="kernel-too-large"):
        net.cost(resolution=224, pass_="training")


@pytest.mark.parametrize("basis", [Basis(0), Basis(pass_="sideways")])
def test_a_wrong_basis_is_refused(basis: Basis) -> None:
    net = mnetcost.load("mobilenet_v1")
    with pytest.raises(UsageError):
        Count.of(net.graph, net.cost().setting, basis)


def test_a_tool_counts_the_forward_pass_alone() -> None:
    net = mnetcost.load("mobilenet_v1")
    with pytest.raises(UsageError, match="fvcore counts a forward pass"):
        net.cost(convention="fvcore", pass_="training")
    assert net.cost(convention="flops", pass_="training").counted.low == 2 * 1_695_383_040


# FLOPs of forward and backward that torch.utils.flop_counter prints (torch 2.14.1), the image
# without a gradient; it is right where no convolution is grouped.
TRAINED = [
    ("vgg16", "224x224", 1, 92_648_177_664),
    ("vgg16_bn", "64x96", 1, 11_995_643_904),
    ("alexnet", "224x224", 1, 4_144_577_280),
    ("resnet18", "224x224", 1, 10_648_412_160),
    ("resnet18", "160x192", 2, 13_041_254_400),
    ("resnet50", "224x224", 1, 24_299_077_632),
    ("squeezenet1_0", "128x96", 1, 1_025_554_560),
    ("densenet121", "96x128", 1, 4_111_319_040),
    ("googlenet", "224x160", 1, 6_254_776_320),
]


@pytest.mark.parametrize(("name", "size", "batch", "printed"), TRAINED)
def test_training_as_torch_counts_it(name: str, size: str, batch: int, printed: int) -> None:
    cost = mnetcost.load(name).cost(input=size, batch=batch, pass_="training", convention="flops")
    assert cost.counted == (printed, printed)
    # with the image's gradient torch prints the first convolution's products once more
    assert cost.passes.forward - cost.passes.input_gradient == cost.layers[0].passes.forward


TRANSPOSED = "conv_transpose: {out: 4, kernel: [4, 3], stride: [2, 1], padding: 1}"
MLP = "dense: {out: 32, per_position: true, act: gelu}, dense: {out: 8, per_position: true}"
BRANCHES = "[[conv: {out: 4}], [conv: {out: 3}, conv: {out: 5, kernel: 3}]]"
TRAINED_LAYERS = [  # the same, on a map of 20×12 or on 20 tokens, 8 channels
    (f"conv: {{out: 6, kernel: [3, 1]}}, {TRANSPOSED}", 12, 552_960),
    (TRANSPOSED, 12, 368_640),
    ("dense: {out: 8, per_position: true}, attention: {heads: 2}", 1, 74_240),
    ("attention: {heads: 2}", 1, 61_440),
    (MLP, 1, 51_200),
    ("relu, conv: {out: 4, kernel: 3}, max_pool: {kernel: 2}, conv: {out: 4}", 12, 282_240),
    (f"{{branches: {BRANCHES}, merge: concat}}", 12, 248_160),
]


@pytest.mark.parametrize(("layers", "width", "printed"), TRAINED_LAYERS)
def test_training_of_layers_as_torch_counts_it(layers: str, width: int, printed: int) -> None:
    net = mnetcost.load(f"input: {{height: 20, width: {width}, channels: 8}}\nlayers: [{layers}]\n")
    assert 2 * net.cost(pass_="training").mult_adds == printed
