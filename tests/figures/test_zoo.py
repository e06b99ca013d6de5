"""The shipped networks against published figures that nobody here computed.

`data/zoo_targets.csv`: torchvision 0.29.2's weights metadata (parameters as torch counts them,
giga-mult-adds as its counter prints them, halved). `data/mobilenet_ssd_layers.csv`: deploy.prototxt
of chuanqi305/MobileNet-SSD.
"""

import re
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from paths import SHIPPED
from tables import rows

import mnetcost


def learned(cost: mnetcost.Cost) -> int:
    return sum(cost.parameters) - cost.parameters.norm_statistics


@pytest.mark.parametrize("row", rows("zoo_targets.csv"), ids=lambda row: row["model"])
def test_torchvision(row: dict[str, str]) -> None:
    cost = mnetcost.load(row["model"]).cost()
    assert cost.input[:2] == (int(row["resolution"]),) * 2
    assert learned(cost) == int(row["params"])
    printed = Decimal(row["giga_mult_adds_printed"])
    assert (Decimal(cost.mult_adds) / 10**9).quantize(printed, ROUND_HALF_EVEN) == printed


@pytest.mark.parametrize(
    ("name", "alpha", "parameters"),
    [
        ("vgg16_bn", 1, 138_365_992),  # torchvision 0.29.2
        ("googlenet_aux", 1, 13_004_888),  # torchvision 0.29.2, with both auxiliary heads
        ("xception", 1, 22_855_952),  # Chollet 2017, Table 3
        ("vit_b_16", 1, 86_567_656),  # torchvision 0.29.2
        ("swin_t", 1, 28_288_354),  # timm 1.0.31
        ("mobilevit_xs", 1, 2_317_848),  # timm 1.0.31
        ("mobilenet_v2", "0.75", 2_636_424),  # torchvision's mobilenet_v2(width_mult=0.75)
        ("mobilenet_v3_large_keras", "0.75", 3_993_528),  # Keras, without running statistics
    ],
)
def test_parameters(name: str, alpha: object, parameters: int) -> None:
    assert learned(mnetcost.load(name).cost(alpha)) == parameters


def test_vit_prints_its_mult_adds() -> None:
    assert round(mnetcost.load("vit_b_16").cost().mult_adds / 10**9, 3) == 17.564


@pytest.mark.parametrize(
    ("name", "products", "others"),
    [  # timm 1.0.31: of activations, and of kernels
        ("swin_t", 140_141_568, 14_450_688 + 4_335_974_400),
        ("mobilevit_xs", 117_276_672, 607_440_896 + 301_194_240),
    ],
)
def test_transformers_within_windows_and_patches(name: str, products: int, others: int) -> None:
    cost = mnetcost.load(name).cost()
    assert cost.work["attention_product"] == products
    assert cost.mult_adds == products + others


@pytest.mark.parametrize("name", ["mobilenet_ssd"])
def test_mobilenet_ssd_is_the_prototxt(name: str) -> None:
    listed = {row["name"]: row for row in rows("mobilenet_ssd_layers.csv")}
    folded = {"BatchNorm", "Scale", "ReLU"}
    cost = mnetcost.load(name).cost()
    ours = {layer.name: layer for layer in cost.layers}
    assert ours.keys() == {key for key, row in listed.items() if row["type"] not in folded}
    for key, row in listed.items():
        if row["type"] == "Convolution":
            layer = ours[key]
            assert layer.output.c == int(row["num_output"])
            assert layer.kernel == f"{row['kernel']}×{row['kernel']}"
            inputs = layer.input.c // int(row["group"])
            assert layer.params == int(row["kernel"]) ** 2 * inputs * layer.output.c
    # 19² · 3 + (10² + 5² + 3² + 2² + 1²) · 6 prior boxes
    assert ours["mbox_priorbox"].output == (2, 1, 1917 * 4)
    assert ours["mbox_loc"].output.c == 1917 * 4
    assert ours["mbox_conf_reshape"].output == (1917, 1, 21)


def test_a_family_and_its_variant_are_one() -> None:
    named = mnetcost.load("efficientnet_b3").cost()
    for spec in ("efficientnet:b3", "efficientnet:efficientnet_b3"):
        assert mnetcost.load(spec).cost().mult_adds == named.mult_adds
    assert mnetcost.load("efficientnet", variant="efficientnet_b3").cost().params == named.params


def test_every_variant_loads_alone_and_has_one_owner() -> None:
    from mnetcost.spec import shipped_variants

    owners: dict[str, str] = {}
    for file, variants in shipped_variants().items():
        assert mnetcost.load(file).graph.variants == variants
        for name in variants:
            assert owners.setdefault(name, file) == file
            assert mnetcost.load(name).graph.variant == name


WITHOUT_CLASSES = {
    "mobilenet_v1_layer": "one layer, which classifies nothing",
    "mobilenet_v1_layer_full": "the same layer",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_network_takes_the_channels_of_its_images(name: str) -> None:
    network = mnetcost.load(name)
    usual = network.graph.input.channels
    assert network.graph.knobs["channels"] == usual
    few = 64 if network.graph.input.scale else 1  # under α, by a rule that leaves at least 8
    size = (*network.graph.base, few)
    grey = network.set(channels=few).cost()
    assert grey.input == size
    plain = re.sub(
        r"(, |\n  )channels: \d+(?=}|\n)|knobs: {channels: \d+}", "", network.graph.origin.text
    )
    number = mnetcost.load(plain.replace("channels: $channels", f"channels: {few}"))
    for other in (network.cost(input=size), number.cost()):
        assert (other.params, other.mult_adds) == (grey.params, grey.mult_adds)
    assert grey.params < network.cost().params


@pytest.mark.parametrize("name", SHIPPED)
def test_every_network_takes_the_number_of_classes(name: str) -> None:
    network = mnetcost.load(name)
    assert ("classes" in network.graph.knobs) == (name not in WITHOUT_CLASSES)
    if name not in WITHOUT_CLASSES:
        assert network.set(classes=network.graph.knobs["classes"]).cost().params == (
            network.cost().params
        )
        ten, eleven, twelve = (network.set(classes=n).cost().params for n in (10, 11, 12))
        assert eleven - ten == twelve - eleven > 0
