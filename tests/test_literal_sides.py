"""What a model file costs where its own numbers may be others: refused by name, in every way."""

import pytest
from sources import call, layers_of, source

import mnetcost
from mnetcost import SpecError
from mnetcost.literal_sides import demand_said
from mnetcost.multipliers import make_setting
from mnetcost.problems import Origin
from mnetcost.spec import read_graph


def read(*calls, stored, shapes=None, size=(1, 3, 12, 16)):
    """A network as if its file had been read."""
    text = layers_of(source("onnx", size, *calls, stored=stored, shapes=shapes))
    graph = read_graph(Origin("net.onnx", text))._replace(ledger={"never_read": 0, "names": {}})
    return mnetcost.Network(graph=graph)


@pytest.fixture
def cropped():
    """The left half of a map of 12×16, in numbers, and a dense layer on its means."""
    return read(
        call("Conv", "x k", "c", pads=(1, 1, 1, 1)),
        call("Slice", "c first last axes", "h"),
        call("GlobalAveragePool", "h", "p"),
        call("Flatten", "p", "f"),
        call("MatMul", "f w", "y"),
        stored={"k": (8, 3, 3, 3), "w": (8, 5), **numbers(first=(0,), last=(8,), axes=(3,))},
    )


def numbers(**values):
    from mnetcost.importing.model import Tensor

    return {name: Tensor((len(one),), one, learned=False) for name, one in values.items()}


def test_sides_in_numbers_are_refused_by_name_at_another_input(cropped):
    assert cropped.cost().mult_adds == 216 * 192 + 40
    words = (
        "net.onnx:1:1: literal-sides: what it costs at 24×32 its file does not say: `crop` makes"
    )
    for ask in (
        lambda: cropped.cost(rho=2),
        lambda: mnetcost.sweep(cropped, alpha=1, rho=[1, 2]),
        lambda: mnetcost.fit(cropped, "1G", rho=[2]),
    ):
        with pytest.raises(SpecError) as caught:
            ask()
        assert words in str(caught.value)


def test_a_spec_says_what_it_says(cropped):
    spec = mnetcost.Network(graph=cropped.graph._replace(ledger=None))
    assert spec.cost(rho=2).mult_adds == 216 * 768 + 40


def test_kernels_of_no_layer_are_refused_by_name_under_alpha():
    """A convolution of three sides, 8 kernels of 3×3×3 values on 3 images of 12×16 px."""
    net = read(
        call("Unsqueeze", "x axes", "v"),
        call("Conv", "v k", "y", name="deep"),
        stored={"k": (8, 1, 3, 3, 3), **numbers(axes=(1,))},
        shapes={"v": (1, 1, 3, 12, 16), "y": (1, 8, 1, 10, 14)},
    )
    assert net.cost().mult_adds == 27 * 8 * 140
    for ask in (
        lambda: net.cost(alpha=2),
        lambda: mnetcost.sweep(net, alpha=[1, 2], rho=1),
        lambda: mnetcost.fit(net, "1G", rho=[1]),
    ):
        with pytest.raises(SpecError, match="`deep` has kernels of the file's own widths"):
            ask()


def test_one_setting_is_nothing_else():
    net = mnetcost.load("mobilenet_v1")
    demand_said(net.graph, [make_setting(net.graph.base, alpha="1/2", rho="1/2")])
