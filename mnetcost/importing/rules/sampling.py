"""Layers that give a map other sides: pads, resizes, squares of positions as channels."""

from fractions import Fraction
from typing import Any

from mnetcost.importing.axes import CHANNELS, HEIGHT, IMAGE, WIDTH, orders_of, shape_of
from mnetcost.importing.rules.sliding import image, mapped, padded, roles_of
from mnetcost.importing.translation import Operands
from mnetcost.importing.values import Unsaid, Value
from mnetcost.layers.base import Map, Pair
from mnetcost.layers.channels import PixelShuffle, PixelUnshuffle
from mnetcost.layers.structural import Resize


def pad(o: Operands) -> Value:
    """More px at the ends: of each axis in order "begins" and "ends" as the format has them."""
    x = o.value()
    rank, pads = len(x.axes), o.places("pads")
    if o.flag("by_axis"):  # both ends of each axis
        pads = (*pads[::2], *pads[1::2])
    if o.flag("last_axes"):  # those before are not said
        said, rest = len(pads) // 2, (0,) * (rank - len(pads) // 2)
        pads = (*rest, *pads[:said], *rest, *pads[said:])
    if len(pads) != 2 * rank:
        raise Unsaid(f"{len(pads)} pads of {rank} axes")
    if not any(pads):
        return x
    x = x if orders_of(x.axes, x.map) else image(o)
    ends = {role: (pads[place], pads[place + rank]) for place, role in enumerate(roles_of(x))}
    if any(ends[CHANNELS]) or any(ends[IMAGE]):
        raise Unsaid("channels are padded")
    (top, bottom), (left, right) = (ends.get(side, (0, 0)) for side in (HEIGHT, WIDTH))
    if min(top, bottom, left, right) < 0:
        raise Unsaid("its padding is negative")
    return padded(o, x, (top, bottom, left, right))


def resize(o: Operands) -> Value:
    """The map at other sides, by factors or to sizes of the last two axes."""
    x = image(o)
    mode = {"linear": "bilinear", "cubic": "bicubic"}.get(str(o.given("mode")))
    mode = mode or str(o.given("mode") or "nearest")
    factors, sizes = o.numbers("factors"), o.places("sizes")
    others = shape_of(x.axes)[:-2]
    if set(factors[:-2]) - {1} or (len(sizes) > 2 and sizes[:-2] != others):
        raise Unsaid("it is of more than height and width")
    if factors:
        ratios = [Fraction(one).limit_denominator(10_000) for one in factors[-2:]]
        scale = Pair(ratios[0], ratios[-1])
        record = Resize(scale=scale, mode=mode)
    elif sizes:
        height, across = (sizes[-2] if len(sizes) > 1 else x.map.h), sizes[-1]
        record = Resize(mode=mode, **_to(x.map, height, across))
    else:
        raise Unsaid("neither its factors nor its sides are known")
    return mapped(o, record, x)


def interpolated(o: Operands) -> Value:
    """The map at sides that are given, or shrunk and then widened between its first and last px.

    Source: DeepLab's interp_layer.cpp. Its padding, of 0 px or fewer, cuts the map before.
    """
    x = image(o)
    cut = o.number("begin") + o.number("end")
    shrink, zoom = o.count("shrink_factor", 1), o.count("zoom_factor", 1)
    sides = [(side + cut - 1) // shrink * zoom + 1 for side in x.map[:2]]
    height, across = (o.places("height") or sides[:1])[0], (o.places("width") or sides[1:])[0]
    return mapped(o, Resize(mode="bilinear", **_to(x.map, height, across)), x)


def _to(x: Map, height: int, across: int) -> dict[str, Any]:
    """How a map comes to these sides: times whole factors where they are, so that ρ is followed."""
    if height % x.h == 0 and across % x.w == 0:
        return {"scale": Pair(Fraction(height // x.h), Fraction(across // x.w))}
    return {"height": height, "width": across}


def reorganised(o: Operands) -> Value:
    """Squares of positions as channels of one: space to depth."""
    return mapped(o, PixelUnshuffle(factor=o.pair("factor", 2)), image(o))


def shuffled(o: Operands) -> Value:
    """Channels as squares of positions: depth to space."""
    return mapped(o, PixelShuffle(factor=o.pair("factor", 2)), image(o))
