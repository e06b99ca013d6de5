"""What each position has of its own, kernels or a place, which the language has no layer for."""

from typing import Any

from mnetcost.importing.axes import CHANNELS, HEIGHT, WIDTH, whole
from mnetcost.importing.rules.pointwise import acted
from mnetcost.importing.rules.sliding import axes_like, image
from mnetcost.importing.translation import Operands
from mnetcost.importing.values import Unsaid, Value
from mnetcost.layers.opaque import Opaque


def locally_connected(o: Operands) -> Value:
    """A kernel of its own at each position, and a bias a value: the weights of each, once used.

    Padded it has size - 1 px more in all. Source: darknet, local_layer.c.
    """
    x, size, step = image(o), o.count("kernel", 1), o.count("stride", 1)
    cut = 1 if o.flag("padding") else size
    height, across = ((side - cut) // step + 1 for side in x.map[:2])
    if height < 1 or across < 1:
        raise Unsaid(f"its kernel of {size} px has no place on a {x.map.h}×{x.map.w} map")
    filters = o.count("filters")
    values = height * across * filters
    weights = values * size * size * x.map.c
    record: Any = Opaque(
        of=tuple(map(int, x.map)),
        height=height,
        width=across,
        channels=filters,
        kernel_weights=weights,
        biases=values,
        mult_adds=weights,
    )
    y = o.translation.layer(o.call, record, [x])
    axes = ((), whole(CHANNELS, filters), whole(HEIGHT, height), whole(WIDTH, across))
    return acted(o, y._replace(axes=axes))


def unpooled(o: Operands) -> Value:
    """Each value where a pool found it, and zeros beside it, on a map of other sides.

    Nothing is multiplied. Source: caffe-segnet, upsample_layer.cpp.
    """
    x, factor = image(o), o.count("factor", 2)
    sides = [(word, factor * side) for word, side in zip(("height", "width"), x.map)]
    height, across = (o.count(word, side) for word, side in sides)
    record: Any = Opaque(of=tuple(map(int, x.map)), height=height, width=across)
    y = o.translation.layer(o.call, record, [x])
    return y._replace(axes=axes_like(x, y.map))
