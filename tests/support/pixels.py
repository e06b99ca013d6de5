"""Which px of the input a position depends on, as sets of numbers: slow, and by other rules."""

from fractions import Fraction
from math import ceil, floor

from mnetcost.graph import INPUT


class Pixels:
    """The px that positions along one side ("h" or "w") depend on.

    `clipped` drops what lies outside a map at every layer; else maps go on without an end.
    """

    def __init__(self, cost, axis, clipped=False):
        self.layers, self.axis, self.clipped = cost.layers, axis, clipped
        self.side = getattr(cost.input, axis)
        self.known = {}

    def of(self, place, position):
        """Those of a position of a layer."""
        inside = self.side if place == INPUT else getattr(self.layers[place].output, self.axis)
        if self.clipped and not 0 <= position < inside:
            return frozenset()
        if place == INPUT:
            return frozenset([position])
        key = place, position
        if key not in self.known:
            row = self.layers[place]
            self.known[key] = frozenset(
                px
                for source in row.node.sources
                for tap in self.taps(row, source, position)
                for px in self.of(source, tap)
            )
        return self.known[key]

    def taps(self, row, source, i):
        """The positions of a map that a layer reads for one of its own."""
        layer, axis = row.node.layer, self.axis
        inside, outside = getattr(row.input, axis), getattr(row.output, axis)
        if layer.written == "conv_transpose":
            return self._reversed(layer, i)
        if hasattr(layer, "patch"):
            return self._attended(layer, i, inside)
        if hasattr(layer, "kernel"):
            stride = getattr(layer.stride or layer.kernel, axis)
            dilation = getattr(layer.dilation, axis)
            kernel = getattr(layer.kernel, axis)
            before = self._before(layer, inside, outside, stride, dilation * (kernel - 1) + 1)
            return [i * stride - before + dilation * tap for tap in range(kernel)]
        if layer.written == "resize":
            scale = getattr(layer.scale, axis) if layer.scale else Fraction(outside, inside)
            return _interpolated(layer.mode, i, Fraction(scale), inside, outside)
        before = getattr(layer, "top" if axis == "h" else "left", 0)
        others = {
            "global_avg_pool": range(inside),
            "adaptive_avg_pool": _spread(i, inside, outside),
            "crop": [i + (inside - outside) // 2],
            "pad": [i - before],
        }
        return others.get(layer.written, [i])

    def _before(self, layer, inside, outside, stride, extent):
        padding = getattr(layer.padding, self.axis)
        if hasattr(padding, "pad"):
            return padding.pad
        return max((ceil(Fraction(inside, stride)) - 1) * stride + extent - inside, 0) // 2

    def _attended(self, layer, i, inside):
        if layer.window is None:
            patch = getattr(layer.patch, self.axis) if layer.patch else 1
            return [one for one in range(inside) if (one - i) % patch == 0]
        size = getattr(layer.window, self.axis)
        shift = getattr(layer.shift, self.axis) if inside > size else 0
        near = range(i - size, i + size + 1)
        return [one for one in near if (one - shift) // size == (i - shift) // size]

    def _reversed(self, layer, i):
        axis = self.axis
        kernel, stride, dilation = (
            getattr(getattr(layer, key), axis) for key in ("kernel", "stride", "dilation")
        )
        extent, padding = dilation * (kernel - 1) + 1, getattr(layer.padding, axis)
        cut = padding.pad if hasattr(padding, "pad") else max(extent - stride, 0) // 2
        near = range(i // stride - extent - 2, i // stride + extent + 3)
        laid = {dilation * tap for tap in range(kernel)}
        return [one for one in near if i + cut - one * stride in laid]


def _spread(i, inside, outside):
    return range(floor(Fraction(i * inside, outside)), ceil(Fraction((i + 1) * inside, outside)))


def _interpolated(mode, i, scale, inside, outside):
    if mode == "area":
        return _spread(i, inside, outside)
    if mode == "nearest":
        return [floor(i / scale)]
    at = (i + Fraction(1, 2)) / scale - Fraction(1, 2)
    if at == floor(at):
        return [floor(at)]
    first = floor(at)
    return [first, first + 1] if mode == "bilinear" else range(first - 1, first + 3)
