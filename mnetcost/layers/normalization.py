"""Normalisation, as a layer and as `norm:`: γ and β learned, a batch's statistics gathered."""

from collections.abc import Iterable
from typing import Annotated

from mnetcost.layers.activation import Act, activation, unheard
from mnetcost.layers.arithmetic import Quantity
from mnetcost.layers.base import (
    HERE,
    HERE_AND_ALL,
    OVER,
    Amount,
    Check,
    Kept,
    Layer,
    Map,
    Part,
    Reaches,
    layer,
    undivided,
)
from mnetcost.layers.fields import Called, Choice, Count, Flag, Groups

Over = Annotated[str, Choice(("channels", "all"))]
Affine = Annotated[bool | str, Flag(("gamma", "beta"))]


class Normalization(Called, Kept):
    """One operation an element."""

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("normalization", y.c, y.h * y.w),)


class WithAffine(Normalization):
    """Then times γ plus β, which are learned: both, one of them or none, as `affine` says."""

    affine: Affine = True

    def values(self, y: Map) -> Quantity:
        """How many γ or β there are."""
        return y.c

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        if self.affine:
            yield Amount("norm_affine", (2 if self.affine is True else 1) * self.values(y))

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        if self.affine in (True, "gamma"):
            yield Part("affine_outputs", y.c, y.h * y.w)
        if self.affine in (True, "beta"):
            yield Part("shifted_outputs", y.c, y.h * y.w)


@layer("batch_norm", example="batch_norm: {act: relu}")
class BatchNorm(WithAffine):
    """γ and β learned, running mean and variance gathered, per channel. arXiv:1502.03167."""

    act: Act = "none"

    storage = OVER

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        yield from super().parameters(x, y)
        yield Amount("norm_statistics", 2 * y.c)

    def idle(self) -> Iterable[tuple[str, str]]:
        return unheard(self.act)

    def riders(self) -> Iterable[Layer]:
        return () if self.act == "none" else (activation(self.act, self.called_as),)


@layer("layer_norm", example="layer_norm: {over: all}")
class LayerNorm(WithAffine):
    """Over all channels of a position, γ and β per channel. Ba et al. 2016, arXiv:1607.06450.

    Or over all values of the map, with a γ and a β for each: their number follows the sides.
    """

    over: Over = "channels"

    def values(self, y: Map) -> Quantity:
        return y.c if self.over == "channels" else y.h * y.w * y.c

    def sees(self, x: Map, y: Map) -> Reaches:
        reach = HERE if self.over == "channels" else HERE_AND_ALL
        return reach, reach

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield from super().measures(x, y)
        yield Part("normalized_groups", 1, y.h * y.w if self.over == "channels" else 1)


@layer("group_norm", example="group_norm: {groups: 4}")
class GroupNorm(WithAffine):
    """γ and β per channel, over groups of channels. Wu and He 2018, arXiv:1803.08494."""

    groups: Groups = 32

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield undivided(self.groups, "groups", x.c)

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE_AND_ALL, HERE_AND_ALL  # the mean and the variance are of the whole map

    def equal_parts(self, x: Map) -> tuple[int, int]:
        return self.groups, self.groups

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield from super().measures(x, y)
        yield Part("normalized_groups", self.groups, 1)


@layer("instance_norm", example="instance_norm: {affine: true}")
class InstanceNorm(WithAffine):
    """Each channel by itself. Ulyanov et al. 2016, arXiv:1607.08022."""

    affine: Affine = False

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE_AND_ALL, HERE_AND_ALL

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield from super().measures(x, y)
        yield Part("normalized_groups", y.c, 1)


@layer("local_response_norm")
class LocalResponseNorm(Normalization):
    """By the neighbouring channels, without parameters. Krizhevsky et al. 2012, section 3.3."""

    size: Count = 5

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("padded_inputs", x.c + self.size - 1, x.h * x.w)
        yield Part("neighbours", self.size * y.c, y.h * y.w)


@layer("l2_norm")
class L2Norm(Normalization):
    """To length 1 at each position, with a learned scale per channel. arXiv:1506.04579."""

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return (Amount("other", y.c),)


@layer("layer_scale")
class LayerScale(Normalization):
    """A learned factor per channel. Touvron et al. 2021, arXiv:2103.17239."""

    storage = OVER

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return (Amount("other", y.c),)


NORMS: dict[str, Layer] = {
    "batch": BatchNorm(),
    "layer": LayerNorm(),
    "layer_all": LayerNorm(over="all"),
    "group": GroupNorm(),
    "instance": InstanceNorm(),
}

Norm = Annotated[str, Choice(("none", *NORMS))]
OptionalNorm = Annotated[str | None, Choice(("none", *NORMS))]
