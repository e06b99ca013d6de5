"""A kind of work or of parameters that no convention knows is an error."""

import pytest
from networks import chain

import mnetcost
from mnetcost.analysis.sweep.sweep import CountSweep
from mnetcost.layers.base import Amount, Map, Part
from mnetcost.layers.structural import Free


class Misspelt(Free):
    __slots__ = ()

    def output(self, x: Map, width) -> Map:
        return x


class MisspeltWork(Misspelt):
    __slots__ = ()

    def work(self, x, y):
        return (Part("multiply_acumulate", y.c, y.h * y.w),)


class MisspeltAmount(Misspelt):
    __slots__ = ()

    def parameters(self, x, y):
        return (Amount("wieghts", y.c),)


@pytest.mark.parametrize("layer", [MisspeltWork(), MisspeltAmount()])
def test_a_kind_that_no_convention_knows_never_counts_as_nothing(layer):
    graph = chain("relu").graph
    (node,) = graph.nodes
    graph = graph.with_nodes([node._replace(layer=layer)])
    setting = mnetcost.Network(graph=graph)
    with pytest.raises(KeyError, match="no convention knows"):
        setting.cost()
    with pytest.raises(KeyError, match="no convention knows"):
        CountSweep.of(graph)
