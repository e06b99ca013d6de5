"""The channels taken apart and put in another order: no parameters and no work."""

from collections.abc import Iterable

from mnetcost.layers.base import Check, Map, Width, layer
from mnetcost.layers.fields import Count, Groups
from mnetcost.layers.structural import Free


@layer("split", example="split: {into: 4, take: 3}")
class Split(Free):
    """One of several equal parts of the channels, counted from 1."""

    into: Count = 2
    take: Count = 1

    def output(self, x: Map, width: Width) -> Map:
        return x._replace(c=x.c // self.into)

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield Check(
            (x.c % self.into > 0) | (self.take > self.into),
            "groups",
            lambda: f"part {self.take} of {x.c} channels split into {self.into}",
        )


@layer("channel_shuffle", example="channel_shuffle: {groups: 4}")
class ChannelShuffle(Free):
    """The channels of groups interleaved. Zhang et al. 2018, arXiv:1707.01083."""

    groups: Groups = 2

    def output(self, x: Map, width: Width) -> Map:
        return x

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield Check(
            x.c % self.groups > 0,
            "groups",
            lambda: f"{self.groups} groups do not divide {x.c} channels",
        )
