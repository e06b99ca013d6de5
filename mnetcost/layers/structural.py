"""Layers that cost nothing: they only rearrange or, at inference, do nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from mnetcost.layers.base import Amount, Layer, Map, Part, Width, layer
from mnetcost.layers.fields import Rate


class Free(Layer):
    """No parameters and no work."""

    __slots__ = ()

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        return ()

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        return ()


@layer("flatten")
class Flatten(Free):
    """Every value becomes a channel of a 1×1 map."""

    __slots__ = ()

    def output(self, x: Map, width: Width) -> Map:
        return Map(1, 1, x.h * x.w * x.c)


@layer("dropout")
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dropout(Free):
    """Nothing at inference; `rate` is read and changes no cost."""

    rate: Rate = 0

    def output(self, x: Map, width: Width) -> Map:
        return x
