"""The ways to compute a convolution: what each multiplies, writes beside its maps, and needs.

Counted for one image after another, and for one group of channels after the other, so that a
workspace is that of one group. What lies in a workspace is written once and read back once. Tiles
at the edges of a map are whole ones.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mnetcost.cost import LayerCost, multiply_adds
from mnetcost.layers.arithmetic import Quantity, ceil_div
from mnetcost.layers.base import Layer, Map, Pair
from mnetcost.layers.convolution import Conv, Convolution, Depthwise
from mnetcost.layers.dense import Dense
from mnetcost.layers.transposed import ConvTranspose
from mnetcost.layers.window import ONE, Same

DIRECT, GEMM, IM2COL, COL2IM = "direct", "gemm", "im2col", "col2im"
WINOGRAD, FFT, INDIRECT = "winograd", "fft", "indirect"
SOURCES = {
    DIRECT: "Howard et al. 2017, arXiv:1704.04861, eq. 2",
    GEMM: "Chellapilla et al. 2006, inria-00112631, without its unrolling",
    IM2COL: "Chellapilla et al. 2006, inria-00112631",
    COL2IM: "Dumoulin and Visin 2016, arXiv:1603.07285, chapter 4",
    WINOGRAD: "Lavin and Gray 2015, arXiv:1509.09308, section 4.1",
    FFT: "Lavin and Gray 2015, arXiv:1509.09308, section 4.4",
    INDIRECT: "Dukhan 2019, arXiv:1907.02129",
}
OUTPUTS = (2, 4, 6)  # a side of the output tiles of Winograd's algorithm, px
LARGEST = 8  # the largest side of its input tiles, px: ibid., section 4.3, on their accuracy
FFT_TILES = (8, 16, 32, 64)
FFT_LEAST = 5  # the least side of a kernel that a Fourier transform is for, px
COMPLEX = 4  # multiplications of a complex one: ibid., section 4.4
POINTER = 8  # bytes of a place in memory, of a processor of 64 bits

# Operations of the transforms of one line of a tile for a kernel of 3 px: of the data, and of the
# products back. Lavin and Gray 2015: sections 4.1 and 4.3; table 1 with 6.50·64 / 16 and 4.38·64 /
# 14 for outputs of 6 px.
TRANSFORMS = {2: (4, 4), 4: (13, 10), 6: (26, 20)}
KNOWN_KERNEL = Pair(3, 3)


class Sizes(NamedTuple):
    """What a convolution works on: its kernel, channels, and positions, px.

    `inputs` are the input channels of a group, `filters` the output channels of all groups. Those
    of a transposed convolution are of the one that it runs backwards.
    """

    kernel: Pair
    inputs: Quantity
    filters: Quantity
    groups: Quantity
    h: Quantity
    w: Quantity


class Algorithm(NamedTuple):
    """One way to compute a layer; all but `pointers` and `transforms` in values.

    `written` and `read_back` are beside its maps and weights, `workspace` is the most of them at
    once, `weights` are those of the kernel in the form in which it is kept. `transforms` are
    operations between these forms, None where nobody published them; `tile` is a side of the output
    tiles of "winograd", of the input tiles of "fft". A value of the workspace has the bytes of an
    activation, or those of `widened`.
    """

    name: str
    multiplies: Quantity
    weights: Quantity
    written: Quantity = 0
    read_back: Quantity = 0
    workspace: Quantity = 0
    pointers: Quantity = 0
    transforms: Quantity | None = 0
    tile: Quantity = 0
    widened: int = 0

    def __str__(self) -> str:
        return f"{self.name} {self.tile}" if self.tile else self.name

    def workspace_bytes(self, activation: int) -> Quantity:
        """The bytes of its workspace and pointers, where an activation has so many."""
        return self.workspace * (self.widened or activation) + self.pointers * POINTER

    def of_batch(self, images: Quantity) -> "Algorithm":
        """The same for so many images, one after another."""
        return self._replace(
            multiplies=self.multiplies * images,
            written=self.written * images,
            read_back=self.read_back * images,
            transforms=None if self.transforms is None else self.transforms * images,
        )


class Refusal(NamedTuple):
    """A way that a layer cannot be computed in, and why."""

    name: str
    why: str


def is_convolution(layer: Layer) -> bool:
    """Whether it is one kernel over one map, or a dense layer, which is one of 1×1 px."""
    return isinstance(layer, Conv | Depthwise | ConvTranspose | Dense)


def sizes_of(layer: Layer, x: Map, y: Map) -> Sizes:
    """The sizes of a convolution from map `x` to map `y`."""
    kernel_h, kernel_w, inputs, filters = layer.shape(x, y)
    over = x if isinstance(layer, ConvTranspose) else y
    groups = layer.groups_on(x) if isinstance(layer, Convolution) else 1
    return Sizes(Pair(kernel_h, kernel_w), inputs, filters, groups, over.h, over.w)


def algorithms_of(layer: LayerCost) -> tuple[Algorithm, ...]:
    """The ways to compute a counted layer: none of one that is no convolution."""
    return tuple(one for one in ways_of(layer) if isinstance(one, Algorithm))


def ways_of(layer: LayerCost) -> Iterator[Algorithm | Refusal]:
    """Every way for a counted layer, or why it cannot be computed so."""
    node = layer.node
    if node.training_only or not is_convolution(node.layer):
        return
    of = sizes_of(node.layer, layer.input, layer.output)
    for name, tile in kinds_of(node.layer, of):
        if why := why_not(name, tile, node.layer):
            yield Refusal(f"{name} {tile}" if name == WINOGRAD else name, why)
        else:
            yield algorithm(name, of, tile=tile).of_batch(layer.batch)


def as_it_is(layer: LayerCost) -> Algorithm:
    """The products of a layer as they are counted, of one that is no convolution too."""
    return Algorithm("", multiply_adds(layer.work), layer.parameters.weights)


def kinds_of(layer: Layer, of: Sizes) -> Iterator[tuple[str, int]]:
    """The names of the ways, each with its tile; whether the layer can be computed so or not."""
    yield DIRECT, 0
    yield matrix_of(layer), 0
    yield from ((WINOGRAD, tile) for tile in OUTPUTS)
    yield FFT, fft_tile(of)
    yield INDIRECT, 0


def matrix_of(layer: Layer) -> str:
    """How it is a product of matrices: as it stands, or with one that is written before or after.

    A kernel of 1×1 px at stride 1, without padding, reads its map as a matrix.
    """
    if not isinstance(layer, Convolution):
        return GEMM
    unpadded = all(isinstance(one, Same) or one.pad == 0 for one in layer.padding)
    if (layer.kernel, layer.stride) == (ONE, ONE) and unpadded:
        return GEMM
    return COL2IM if isinstance(layer, ConvTranspose) else IM2COL


def why_not(name: str, tile: int, layer: Layer) -> str:
    """Why a layer cannot be computed so; empty where it can."""
    return next(_reasons(name, tile, layer), "")


def _reasons(name: str, tile: int, layer: Layer) -> Iterator[str]:
    matrix = matrix_of(layer)
    if name in (DIRECT, matrix):
        return
    if matrix == GEMM or name in (GEMM, IM2COL, COL2IM) or not isinstance(layer, Convolution):
        yield "it is a product of matrices as it stands" if matrix == GEMM else f"it is a {matrix}"
    elif isinstance(layer, ConvTranspose):
        yield "it is transposed"
    elif name != INDIRECT:
        yield from _transformed_reasons(name, tile, layer)


def _transformed_reasons(name: str, tile: int, layer: Convolution) -> Iterator[str]:
    """Why a convolution cannot be computed on transformed tiles."""
    largest = max(layer.kernel)
    if layer.stride != ONE:
        yield "its stride is not 1"
    if layer.dilation != ONE:
        yield "it is dilated"
    if name == WINOGRAD and largest + tile - 1 > LARGEST:
        yield f"tiles of {largest + tile - 1} px lose accuracy"
    if name == FFT and (largest < FFT_LEAST or min(layer.kernel) == 1):
        yield f"it is for kernels of {FFT_LEAST} px and more, and not of one row or column"
    if name == FFT and largest >= tile:
        yield f"its kernel is no smaller than tiles of {tile} px"


def algorithm(name: str, of: Sizes, *, tile: Quantity = 0) -> Algorithm:
    """What computing a convolution so takes; on ints, arrays and symbols."""
    products = _area(of.kernel) * of.inputs * of.filters
    everywhere = products * (of.h * of.w)
    if name == WINOGRAD:
        return _winograd(of, tile)
    if name == FFT:
        return _fft(of, tile)
    found = Algorithm(name, everywhere, products)
    if name in (IM2COL, COL2IM):
        return _unrolled(of, found)
    if name == INDIRECT:
        return found._replace(pointers=_area(of.kernel) * (of.h * of.w))
    return found


def _area(of: Pair) -> Quantity:
    return of.h * of.w


def _unrolled(of: Sizes, found: Algorithm) -> Algorithm:
    """A matrix of what the kernel reads at every position, a column each: D_K²·M × D_O²."""
    matrix = _area(of.kernel) * of.inputs * (of.h * of.w)
    moved = matrix * of.groups
    return found._replace(written=moved, read_back=moved, workspace=matrix)


def _winograd(of: Sizes, tile: Quantity) -> Algorithm:
    """F(m×n, r×s): a multiplication for each value of an input tile of (m+r-1)×(n+s-1) px.

    Along a side where the kernel has one px nothing is saved: an output tile has one there too.
    """
    outputs = Pair(*(1 if px == 1 else tile for px in of.kernel))
    side = Pair(*(px + (step - 1) for px, step in zip(of.kernel, outputs)))
    tiles = ceil_div(of.h, outputs.h) * ceil_div(of.w, outputs.w)
    transforms = None
    if of.kernel == KNOWN_KERNEL and tile in TRANSFORMS:
        data, back = TRANSFORMS[tile]
        # lines of the tile in both directions; of the products back those of its outputs too
        both, less = 2 * (tile + 2), 2 * tile + 2
        transforms = tiles * (data * both * of.inputs * of.groups + back * less * of.filters)
    found = _transformed(WINOGRAD, of, _area(side), tiles)
    return found._replace(tile=tile, transforms=transforms)


def _fft(of: Sizes, tile: Quantity) -> Algorithm:
    """Overlapping tiles of P×P px; a transform of real values has P·(P/2+1) complex ones."""
    step = Pair(tile + 1 - of.kernel.h, tile + 1 - of.kernel.w)
    tiles = ceil_div(of.h, step.h) * ceil_div(of.w, step.w)
    products = tile * (tile // 2 + 1)
    found = _transformed(FFT, of, 2 * products, tiles)
    multiplies = COMPLEX * products * tiles * of.inputs * of.filters
    return found._replace(multiplies=multiplies, tile=tile, transforms=None)


def _transformed(name: str, of: Sizes, values: Quantity, tiles: Quantity) -> Algorithm:
    """Products of transformed tiles of so many `values`: those of the input and of the output."""
    each = values * tiles
    moved = each * (of.inputs * of.groups + of.filters)
    return Algorithm(
        name,
        multiplies=each * of.inputs * of.filters,
        weights=values * of.inputs * of.filters,
        written=moved,
        read_back=moved,
        workspace=each * (of.inputs + of.filters // of.groups),
    )


def fft_tile(of: Sizes) -> int:
    """The tile of the fewest multiplications that is larger than the kernel, else the largest."""
    fitting = [one for one in FFT_TILES if one > max(of.kernel)]
    return min(fitting, key=lambda one: _fft(of, one).multiplies, default=FFT_TILES[-1])
