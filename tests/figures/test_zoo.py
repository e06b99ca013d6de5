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
        ("efficientformer_l1", 1, 12_289_928),  # timm 1.0.31
        ("mobilenet_v2", "0.75", 2_636_424),  # torchvision's mobilenet_v2(width_mult=0.75)
        ("mobilenet_v3_large_keras", "0.75", 3_993_528),  # Keras, without running statistics
    ],
)
def test_parameters(name: str, alpha: object, parameters: int) -> None:
    assert learned(mnetcost.load(name).cost(alpha)) == parameters


@pytest.mark.parametrize(
    ("name", "parameters", "fused", "summed"),
    # of Ultralytics' yolov8.yaml: its summary, in GFLOPs; of its README, in BFLOPs when fused
    [
        ("yolov8n", 3_157_200, "8.7", "8.9"),
        ("yolov8s", 11_166_560, "28.6", "28.8"),
        ("yolov8m", 25_902_640, "78.9", "79.3"),
        ("yolov8l", 43_691_520, "165.2", "165.7"),
        ("yolov8x", 68_229_648, "257.8", "258.5"),
    ],
)
def test_yolov8_as_its_library_prints_it(
    name: str, parameters: int, fused: str, summed: str
) -> None:
    net = mnetcost.load(name)
    assert learned(net.cost()) == parameters
    counted = net.cost(convention="ultralytics-thop").counted.low
    normalised = 4 * net.cost().work["normalization"]
    assert f"{2 * counted / 10**9:.1f}" == summed  # a mult-add is two FLOPs there
    assert f"{2 * (counted - normalised) / 10**9:.1f}" == fused


@pytest.mark.parametrize(
    ("name", "stored", "operations"),
    # Keras' model of MLPerf Tiny, whose layers have a bias beside the norm; and Zhang et al. 2017,
    # Table 9, where a mult-add is two operations and a bias one
    [("ds_cnn_s", 24_908, "5.4"), ("ds_cnn_m", None, "19.8"), ("ds_cnn_l", None, "56.9")],
)
def test_ds_cnn_as_printed(name: str, stored: int | None, operations: str) -> None:
    cost = mnetcost.load(name).cost()
    assert stored in (None, sum(cost.parameters))
    assert f"{(2 * cost.mult_adds + cost.work['bias']) / 10**6:.1f}" == operations


def test_espcn_by_hand() -> None:
    # 25·64 + 9·64·32 + 9·32·r² weights at every pixel of the small image; r times as large a one
    for factor, weights in ((2, 21_184), (3, 22_624), (4, 24_640)):
        net = mnetcost.load("espcn", set={"factor": factor})
        cost = net.cost(input="36x64")
        assert (cost.params, cost.mult_adds) == (weights, 36 * 64 * weights)
        assert cost.layers[-1].output == (36 * factor, 64 * factor, 1)


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
    "espcn": "images, which it makes larger",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_every_network_takes_the_channels_of_its_images(name: str) -> None:
    network = mnetcost.load(name)
    usual = network.graph.input.channels
    assert network.graph.knobs["channels"] == usual
    few = 1 if usual > 1 else 3
    few = 64 if network.graph.input.scale else few  # under α, by a rule that leaves at least 8
    size = (*network.graph.base, few)
    grey = network.set(channels=few).cost()
    assert grey.input == size
    plain = re.sub(
        r"^(knobs: {.*), channels: \d+(?=})|^knobs: {channels: \d+}$|^  channels: \d+$",
        r"\1",
        network.graph.origin.text,
        flags=re.MULTILINE,
    )
    number = mnetcost.load(plain.replace("$channels", str(few)))
    for other in (network.cost(input=size), number.cost()):
        assert (other.params, other.mult_adds) == (grey.params, grey.mult_adds)
    assert (grey.params < network.cost().params) == (few < usual)


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
