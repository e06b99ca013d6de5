"""A map made of the parts of another one: the plainest layer that arranges it so."""

from collections.abc import Sequence

from mnetcost.importing.axes import CHANNELS, SIDES, Axis, is_whole, size_of, whole
from mnetcost.layers.base import Layer, Map
from mnetcost.layers.channels import ChannelShuffle
from mnetcost.layers.structural import Flatten, Permute, Reshape


def rearranged(axes: Sequence[Axis], x: Map) -> Layer:
    """The layer that makes a map of these sides (height, width, channels) of map `x`."""
    height, across = map(size_of, axes[:2])
    if height == across == 1:
        return Flatten()
    if across == 1 and is_whole(axes[2], CHANNELS, x.c):
        return Flatten(into="height")
    letters = {whole(side, n): side[0] for side, n in zip(SIDES, x) if n > 1}
    order = [letters.get(axis, "") for axis in axes]
    if all(order):
        return Permute(order="".join(order))
    shuffled = axes[2]
    if len(shuffled) == 2 and (height, across) == x[:2] and shuffled[0].stride == 1:
        return ChannelShuffle(groups=shuffled[1].size)
    # All three: with a rest, maps of other sides would silently have other channels.
    return Reshape(height=height, width=across, channels=size_of(axes[2]))
