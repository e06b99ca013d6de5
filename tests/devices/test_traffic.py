"""Bytes of layers, by hand and against what was printed elsewhere; maps that are not square."""

from fractions import Fraction

import pytest

import mnetcost
from mnetcost.devices.dtypes import read_dtypes
from mnetcost.devices.traffic import LayerBytes, intensity, layer_bytes, total

HEAD = "input: {height: 4, width: 6, channels: 2}\nlayers:\n"


def bytes_of(layers: str, dtype: str = "int8", **setting: object) -> tuple[LayerBytes, ...]:
    return layer_bytes(mnetcost.load(HEAD + layers).cost(**setting), read_dtypes(dtype))


# 3·1·2·5 weights and 5 biases of four bytes; 4·6·2 values in, 4·6·5 out
CONV = "  - conv: {out: 5, kernel: [3, 1], norm: batch, act: relu}\n"


@pytest.mark.parametrize(
    ("layers", "dtype", "found"),
    [
        (CONV, "int8", [(30 + 20, 50, 48, 120)]),
        (CONV, "float32", [(4 * 35, 140, 192, 480)]),
        (CONV, "weights=int8,activations=int16", [(50, 50, 96, 240)]),
        (CONV.replace("norm: batch", "bias: true"), "float16", [(70, 70, 96, 240)]),
        # layer norm is folded into nothing: γ and β stay, four bytes each
        (CONV.replace("batch", "layer"), "int8", [(30 + 40, 70, 48, 120)]),
        # behind an activation batch norm stays: a scale and a shift a channel
        ("  - relu\n  - batch_norm\n", "int8", [(0, 0, 48, 48), (16, 16, 48, 48)]),
        ("  - depthwise: {kernel: [1, 3], stride: [2, 1]}\n", "int8", [(6, 6, 48, 2 * 6 * 2)]),
        ("  - max_pool: {kernel: 2}\n", "int8", [(0, 0, 48, 2 * 3 * 2)]),
        # nothing is moved by what says where values are
        ("  - flatten\n  - dense: {out: 3}\n", "int8", [(0, 0, 0, 0), (144, 144, 48, 3)]),
        ("  - dropout\n  - relu\n", "int8", [(0, 0, 0, 0), (0, 0, 48, 48)]),
        # a map that is read twice is moved once
        ("  - add: {from: [input, input]}\n", "int8", [(0, 0, 48, 48)]),
        (
            "  - relu\n  - concat: {from: [input, relu_1]}\n",
            "int8",
            [(0, 0, 48, 48), (0, 0, 96, 96)],
        ),
        ("  - slice: {first: 1}\n", "int8", [(0, 0, 24, 24)]),
    ],
)
def test_by_hand(layers: str, dtype: str, found: list[tuple[int, ...]]) -> None:
    assert [tuple(one) for one in bytes_of(layers, dtype)] == found


def test_weights_in_common_are_stored_once_and_read_in_every_use() -> None:
    layers = "  - conv: {name: a, out: 2, kernel: 3}\n  - conv: {out: 2, kernel: 3, weights: a}\n"
    assert [(one.stored, one.weights) for one in bytes_of(layers)] == [(36, 36), (0, 36)]


def test_a_batch_moves_as_many_maps_and_the_weights_once() -> None:
    one, many = bytes_of(CONV)[0], bytes_of(CONV, batch=7)[0]
    assert many == (one.stored, one.weights, 7 * one.inputs, 7 * one.output)
    assert many.traffic == 50 + 7 * 168


# Weights on flash in KiB as printed: STMicroelectronics/stm32ai-modelzoo, image_classification,
# MobileNet v1 and v2, int8, batch normalisation folded. Rows of classes, α, px.
@pytest.mark.parametrize(
    ("name", "alpha", "classes", "resolution", "printed"),
    [
        ("mobilenet_v1", "0.25", 5, 224, "214.69"),
        ("mobilenet_v1", "0.25", 1000, 224, "467.33"),
        ("mobilenet_v1", "0.5", 5, 224, "812.61"),
        ("mobilenet_v1", "0.5", 1000, 224, "1314"),
        ("mobilenet_v1", "1", 1000, 224, "4157.09"),
        ("mobilenet_v2", "0.35", 5, 128, "406.86"),
        ("mobilenet_v2", "0.35", 1000, 224, "1654.5"),
        ("mobilenet_v2", "1", 1000, 224, "3458.97"),
        ("mobilenet_v2", "1.4", 1000, 224, "6015.34"),
    ],
)
def test_flash_to_the_printed_digit(
    name: str, alpha: str, classes: int, resolution: int, printed: str
) -> None:
    net = mnetcost.load(name, set={"classes": classes})
    cost = net.cost(alpha=alpha, resolution=resolution)
    found = Fraction(total(layer_bytes(cost, read_dtypes("int8"))).stored, 1024)
    places = len(printed.partition(".")[2])
    assert abs(found - Fraction(printed)) <= Fraction(1, 2 * 10**places)


def test_intensity_is_of_two_operations_a_multiply_accumulate() -> None:
    assert intensity(720, 50 + 48 + 120) == Fraction(1440, 218)
    assert intensity(0, 0) is None
