"""What ways to compute a convolution take: by hand, and against loops that are walked.

Maps and kernels are not square, unless a published figure is of a square one.
"""

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy
from networks import chain

from mnetcost.cost import LayerCost
from mnetcost.devices.algorithms import (
    Algorithm,
    Refusal,
    Sizes,
    algorithm,
    algorithms_of,
    ways_of,
)
from mnetcost.layers.base import Pair

HEAD = "input: {{height: {}, width: {}, channels: {}}}\n"


def layer_of(text: str, shape: tuple[int, int, int] = (7, 10, 4), **setting: Any) -> LayerCost:
    return chain(text, head=HEAD.format(*shape)).cost(**setting).layers[0]


def found(layer: LayerCost) -> dict[str, Algorithm]:
    return {str(one): one for one in algorithms_of(layer)}


def refused(layer: LayerCost) -> dict[str, str]:
    return {one.name: one.why for one in ways_of(layer) if isinstance(one, Refusal)}


# --- by hand


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        # 5·7×10 outputs of 3·2·4 products; the matrix has 24 rows and 70 columns
        ("conv: {out: 5, kernel: [3, 2]}", "direct", (8400, 120, 0, 0, 0, 0)),
        ("conv: {out: 5, kernel: [3, 2]}", "im2col", (8400, 120, 1680, 1680, 1680, 0)),
        ("conv: {out: 5, kernel: [3, 2]}", "indirect", (8400, 120, 0, 0, 0, 6 * 70)),
        # 4×5 positions: the stride leaves as many columns
        ("conv: {out: 5, kernel: 3, stride: 2}", "im2col", (3600, 180, 720, 720, 720, 0)),
        ("conv: {out: 5, kernel: 3, dilation: 2}", "im2col", (12600, 180, 2520, 2520, 2520, 0)),
        # two groups, one after the other, in a workspace of one
        ("conv: {out: 6, kernel: 3, groups: 2}", "im2col", (7560, 108, 2520, 2520, 1260, 0)),
        ("depthwise: {kernel: [1, 3]}", "im2col", (840, 12, 840, 840, 210, 0)),
        ("depthwise: {kernel: [1, 3]}", "indirect", (840, 12, 0, 0, 0, 210)),
        # a 1×1 layer reads its map as it stands; with a stride it copies what it reads
        ("pointwise: {out: 3}", "gemm", (840, 12, 0, 0, 0, 0)),
        ("pointwise: {out: 3, stride: 2}", "im2col", (240, 12, 80, 80, 80, 0)),
        ("conv: {out: 3, padding: 1}", "im2col", (12 * 108, 12, 432, 432, 432, 0)),
        # 4×5 tiles of 4×4, of 4 channels in and 6 out
        ("conv: {out: 6, kernel: 3}", "winograd 2", (7680, 384, 3200, 3200, 3200, 0)),
        # 2×3 tiles of 6×5 for a kernel of 3×2
        ("conv: {out: 6, kernel: [3, 2]}", "winograd 4", (4320, 720, 1800, 1800, 1800, 0)),
        ("depthwise: {}", "winograd 6", (64 * 4 * 4, 256, 2048, 2048, 512, 0)),
        # 7×3 tiles of 1×6 px, of 3 multiplications a row of 2 for 6
        ("conv: {out: 6, kernel: [1, 3]}", "winograd 4", (3024, 144, 1260, 1260, 1260, 0)),
        # 1×1 tile of 16×16 with 16·9 complex values, four products each
        ("conv: {out: 6, kernel: [5, 7]}", "fft 16", (13824, 6912, 2880, 2880, 2880, 0)),
        # run backwards: 7×10 positions, each of 2·4·4 values that are added up
        (
            "conv_transpose: {out: 2, kernel: 4, stride: 2, padding: 1}",
            "col2im",
            (8960, 128, 2240, 2240, 2240, 0),
        ),
    ],
)
def test_by_hand(text: str, name: str, expected: tuple[int, ...]) -> None:
    assert found(layer_of(text))[name][1:7] == expected


def test_a_dense_layer_is_a_product_as_it_stands() -> None:
    layer = layer_of("dense: {out: 3}", (1, 1, 20))
    assert found(layer) == {name: Algorithm(name, 60, 60) for name in ("direct", "gemm")}


def test_a_layer_that_is_no_convolution_has_no_ways() -> None:
    assert algorithms_of(layer_of("max_pool: {kernel: 2}")) == ()


def test_a_batch_multiplies_and_moves_as_often_in_the_same_workspace() -> None:
    text = "conv: {out: 6, kernel: 3}"
    one, many = (found(layer_of(text, batch=images))["winograd 4"] for images in (1, 3))
    assert many[1:6] == (3 * one[1], one[2], 3 * one[3], 3 * one[4], one[5])
    assert many.transforms == 3 * (one.transforms or 0)


# --- published figures


@pytest.mark.parametrize(
    ("side", "gains"),
    [
        (12, {2: Fraction(9, 4), 4: Fraction(4), 6: Fraction(81, 16)}),  # whole tiles alone
        (7, {2: Fraction(441, 256), 4: Fraction(49, 16), 6: Fraction(441, 256)}),
    ],
)
def test_the_gain_of_winograd(side: int, gains: dict[int, Fraction]) -> None:
    """36/16, 144/36 and 324/64 multiplications: Lavin and Gray 2015, sections 4.1 and 4.3."""
    ways = found(layer_of("conv: {out: 8, kernel: 3}", (side, side, 4)))
    for tile, gain in gains.items():
        assert Fraction(ways["direct"].multiplies, ways[f"winograd {tile}"].multiplies) == gain


@pytest.mark.parametrize(
    ("tile", "data", "back"), [(2, 32, 24), (4, 156, 100), (6, 416, 280)]
)  # ibid.; of the last table 1 prints 6.50 and 4.38 for each of 64 values
def test_the_transforms_of_one_tile(tile: int, data: int, back: int) -> None:
    of = Sizes(Pair(3, 3), 5, 7, 1, tile, tile)
    assert algorithm("winograd", of, tile=tile).transforms == 5 * data + 7 * back
    assert algorithm("winograd", of._replace(h=2 * tile + 1), tile=tile).transforms == 3 * (
        5 * data + 7 * back
    )


def test_transforms_that_nobody_published_are_not_known() -> None:
    ways = found(layer_of("conv: {out: 6, kernel: [5, 5]}"))
    assert ways["winograd 2"].transforms is None
    assert ways["fft 16"].transforms is None


# --- what a layer cannot be


@pytest.mark.parametrize(
    ("text", "whys"),
    [
        ("pointwise: {out: 3}", {"winograd 2": "it is a product of matrices as it stands"}),
        ("conv: {out: 3, kernel: 3, stride: [1, 2]}", {"winograd 4": "its stride is not 1"}),
        ("conv: {out: 3, kernel: 3, dilation: [2, 1]}", {"winograd 6": "it is dilated"}),
        (
            "conv: {out: 3, kernel: [3, 5]}",
            {"winograd 6": "tiles of 10 px lose accuracy"},
        ),
        (
            "conv: {out: 3, kernel: [2, 4]}",
            {"winograd 6": "tiles of 9 px lose accuracy"},
        ),
        (
            "conv: {out: 3, kernel: [3, 4]}",
            {"fft": "it is for kernels of 5 px and more, and not of one row or column"},
        ),
        (
            "conv: {out: 3, kernel: [2, 64], padding: [0, 40]}",
            {"fft": "its kernel is no smaller than tiles of 64 px"},
        ),
        (
            "conv_transpose: {out: 2, kernel: 4, stride: 2, padding: 1}",
            {"winograd 2": "it is transposed", "indirect": "it is transposed"},
        ),
    ],
)
def test_why_a_layer_cannot_be_computed_so(text: str, whys: dict[str, str]) -> None:
    layer = layer_of(text)
    assert whys.items() <= refused(layer).items()
    assert not {*refused(layer)} & {*found(layer)}


# --- loops

KERNELS = [(3, 3), (2, 3), (3, 1), (5, 2)]
SIDES = [(1, 1), (4, 7), (6, 9), (13, 8)]


def tiles_of(side: int, step: int) -> int:
    """How many tiles it takes to cover a side, one after the other."""
    covered = tiles = 0
    while covered < side:
        covered += step
        tiles += 1
    return tiles


@pytest.mark.parametrize(("kernel", "sides", "tile"), [*product(KERNELS, SIDES, (2, 4, 6))])
def test_winograd_against_loops(kernel: tuple[int, int], sides: tuple[int, int], tile: int) -> None:
    inputs, filters, groups = 2, 6, 2
    products = transformed = 0
    steps = [tile if px > 1 else 1 for px in kernel]  # nothing is saved along a side of one px
    for _ in product(*(range(tiles_of(side, step)) for side, step in zip(sides, steps))):
        for _ in product(*(range(step + px - 1) for step, px in zip(steps, kernel))):
            transformed += inputs * groups + filters
            for _ in product(range(filters), range(inputs)):
                products += 1
    made = algorithm("winograd", Sizes(Pair(*kernel), inputs, filters, groups, *sides), tile=tile)
    assert (made.multiplies, made.written, made.read_back) == (products, transformed, transformed)
    assert made.workspace * groups == transformed


@pytest.mark.parametrize(("kernel", "sides"), [*product([(5, 5), (7, 3)], SIDES)])
def test_fourier_transforms_against_loops(kernel: tuple[int, int], sides: tuple[int, int]) -> None:
    """A transform of real values needs half of its columns and one more: the others mirror them."""
    inputs, filters, tile = 2, 3, 8
    independent = {min((h, w), (-h % tile, -w % tile)) for h in range(tile) for w in range(tile)}
    kept = {(h, w) for h in range(tile) for w in range(tile) if w <= tile // 2}
    assert {min(one, (-one[0] % tile, -one[1] % tile)) for one in kept} == independent
    products = 0
    for _ in product(*(range(tiles_of(s, tile - px + 1)) for s, px in zip(sides, kernel))):
        for _ in product(kept, range(inputs), range(filters), range(4)):
            products += 1
    made = algorithm("fft", Sizes(Pair(*kernel), inputs, filters, 1, *sides), tile=tile)
    assert made.multiplies == products


@pytest.mark.parametrize(
    "keys", ["", ", stride: [2, 1]", ", dilation: [1, 2]", ", padding: valid", ", groups: 2"]
)
def test_a_matrix_against_what_is_read(keys: str) -> None:
    """A column for each position, with a value for each px of the kernel of each channel."""
    layer = layer_of(f"conv: {{out: 6, kernel: [2, 3]{keys}}}", (6, 9, 4))
    read = 0
    for _ in product(range(layer.output.h), range(layer.output.w)):
        read += sum(1 for _ in product(range(2), range(3), range(4)))
    way = found(layer)["im2col"]
    assert (way.written, way.read_back) == (read, read)
    assert way.workspace * (2 if "groups" in keys else 1) == read


# --- arrays and symbols


@pytest.mark.parametrize(
    ("name", "tile"),
    [("direct", 0), ("im2col", 0), ("winograd", 2), ("winograd", 4), ("fft", 8), ("indirect", 0)],
)
def test_one_formula_on_ints_arrays_and_symbols(name: str, tile: int) -> None:
    points = [(4, 12, 9, 14), (8, 6, 7, 7), (1, 2, 3, 5)]
    expected = [
        algorithm(name, Sizes(Pair(3, 5), inputs, filters, 1, h, w), tile=tile)[1:7]
        for inputs, filters, h, w in points
    ]
    columns = Sizes(
        Pair(3, 5),
        *map(np.array, list(zip(*points))[:2]),
        1,
        *map(np.array, list(zip(*points))[2:]),
    )
    arrays = algorithm(name, columns, tile=tile)[1:7]
    assert [tuple(np.broadcast_to(one, 3)[at] for one in arrays) for at in range(3)] == expected
    symbols = sympy.symbols("M N H W", positive=True, integer=True)
    made = algorithm(name, Sizes(Pair(3, 5), *symbols[:2], 1, *symbols[2:]), tile=tile)[1:7]
    for point, values in zip(points, expected):
        numbers = dict(zip(symbols, point))
        assert tuple(sympy.sympify(one).subs(numbers) for one in made) == values
