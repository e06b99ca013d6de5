"""Normalisation: two values learned and two gathered a channel. As a layer, and as `norm:`."""

from collections.abc import Iterable
from typing import Annotated

from mnetcost.layers.base import Amount, Layer, Map, Part, Width, layer
from mnetcost.layers.fields import Choice


@layer("batch_norm")
class BatchNorm(Layer):
    """γ and β learned, running mean and variance gathered, per channel. arXiv:1502.03167."""

    __slots__ = ()

    def output(self, x: Map, width: Width) -> Map:
        return x

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return (Amount("norm_affine", 2 * y.c), Amount("norm_statistics", 2 * y.c))

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return (Part("normalization", y.c, y.h * y.w),)


NORMS: dict[str, Layer] = {"batch": BatchNorm()}

Norm = Annotated[str, Choice(("none", *NORMS))]
OptionalNorm = Annotated[str | None, Choice(("none", *NORMS))]
