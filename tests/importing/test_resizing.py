"""Models at another input than their file's: which numbers follow it, counted by hand."""

import pytest
from archives_of_torch import archive, node, parameter, program, tensor
from sources import X, call, layers_of, pt2, source

import mnetcost
from mnetcost import SpecError, UsageError
from mnetcost.importing.model import Tensor
from mnetcost.importing.translate import translate


def cost_at(model, height, width):
    return mnetcost.load(layers_of(model, (height, width))).cost()


def positions(*calls):
    """The map's positions in the place of its sides, `calls` on `t`, and `u` as a map again."""
    return (
        call("aten.view.default", "x", "f", size=(1, 8, 60)),
        call("aten.permute.default", "f", "t", dims=(0, 2, 1)),
        *calls,
        call("aten.permute.default", "u", "p", dims=(0, 2, 1)),
        call("aten.view.default", "p", "m", size=(1, -1, 6, 10)),
        call("aten.conv2d.default", "m k", "y", padding=(1, 1)),
    )


def windows(*before, map_="x", shape=(1, 8, 2, 3, 2, 5), back=(1, 8, 6, 10)):
    """Windows of 3×5, a dense layer on all of their positions, and a map again."""
    return (
        *before,
        call("aten.view.default", map_, "w", size=shape),
        call("aten.permute.default", "w", "p", dims=(0, 2, 4, 3, 5, 1)),
        call("aten.linear.default", "p k", "l"),
        call("aten.permute.default", "l", "q", dims=(0, 5, 1, 3, 2, 4)),
        call("aten.reshape.default", "q", "m", shape=back),
        call("aten.conv2d.default", "m one", "y"),
    )


SHAPES = {"w": (1, 8, 2, 3, 2, 5), "p": (1, 2, 2, 3, 5, 8), "l": (1, 2, 2, 3, 5, 8)}
SHAPES |= {"q": (1, 8, 2, 3, 2, 5), "m": (1, 8, 6, 10)}
KERNELS = {"k": (8, 8), "one": (4, 8, 1, 1)}
PAD = call("aten.pad.default", "x", "f", pad=(0, 0, 0, 0))

# What is called, the other input, and kernels' weights and mult-adds there by hand.
CASES = {
    "positions in numbers, and a map of them": (
        pt2(
            *positions(call("aten.linear.default", "t w", "u")),
            stored={"w": (12, 8), "k": (4, 12, 3, 3)},
        ),
        (8, 6),
        (96 + 432, (96 + 432) * 48),
    ),
    "what no layer says, of as many positions": (
        pt2(
            *positions(
                call("aten.linear.default", "t w", "v"),
                call("aten.cumsum.default", "v", "u", dim=1),
            ),
            stored={"w": (12, 8), "k": (4, 12, 3, 3)},
            shapes={"u": (1, 60, 12)},
        ),
        (9, 7),
        (96 + 432, (96 + 432) * 63),
    ),
    "windows: there are more of them": (
        pt2(*windows(), stored=KERNELS, shapes=SHAPES),
        (9, 20),
        (64 + 32, (64 + 32) * 180),
    ),
    # 5 of 65 are those that were joined to the 60 positions of 6×10, of which 8×6 has 48
    "tokens cut off where they were joined": (
        pt2(
            call("aten.view.default", "x", "f", size=(1, 8, 60)),
            call("aten.permute.default", "f", "t", dims=(0, 2, 1)),
            call("aten.cat.default", "five t", "all", dim=1),
            call("aten.slice.Tensor", "all", "a", dim=1, start=0, end=5),
            call("aten.slice.Tensor", "all", "b", dim=1, start=5, end=2**63 - 1),
            call("aten.linear.default", "a w", "c"),
            call("aten.linear.default", "b k", "d"),
            call("aten.cat.default", "c d", "y", dim=1),
            stored={"five": (1, 5, 8), "w": (4, 8), "k": (4, 8)},
        ),
        (8, 6),
        (32 + 32, 32 * 5 + 32 * 48),
    ),
    # 7×12 are filled to 9×15, of which 7×12 are left
    "windows that are filled, where the file pads by nothing": (
        pt2(*windows(PAD, map_="f"), stored=KERNELS, shapes=SHAPES | {"f": X}),
        (7, 12),
        (64 + 32, 64 * 9 * 15 + 32 * 7 * 12),
    ),
    # one window of 6×10 at the file's own input, 2×1 of them at 7×10
    "one window that becomes several": (
        pt2(
            *windows(PAD, map_="f", shape=(1, 8, 1, 6, 1, 10)),
            stored=KERNELS,
            shapes={"f": X, "w": (1, 8, 1, 6, 1, 10), "p": (1, 1, 1, 6, 10, 8)}
            | {"l": (1, 1, 1, 6, 10, 8), "q": (1, 8, 1, 6, 1, 10), "m": X},
        ),
        (7, 10),
        (64 + 32, 64 * 12 * 10 + 32 * 7 * 10),
    ),
    "a map brought to the sides of another": (
        pt2(
            call("aten.conv2d.default", "x w", "s", stride=(2, 2)),
            call("aten.upsample_nearest2d.vec", "s", "u", output_size=(6, 10)),
            call("aten.mul.Tensor", "x u", "m"),
            call("aten.conv2d.default", "m k", "y"),
            stored={"w": (8, 8, 2, 2), "k": (4, 8, 1, 1)},
        ),
        (8, 14),
        (256 + 32, 256 * 28 + 32 * 112),
    ),
    "a kernel that is made of a stored one": (
        pt2(
            call("aten.mul.Tensor", "w g", "s"),
            call("aten.conv2d.default", "x s", "y", stride=(2, 2)),
            stored={"w": (4, 8, 2, 2), "g": (4, 1, 1, 1)},
            shapes={"s": (4, 8, 2, 2)},
        ),
        (8, 4),
        (128, 128 * 8),
    ),
    # a 1×1 convolution of 2 coordinates at each position, added to 8 channels
    "places of a grid, computed of numbers": (
        pt2(
            call("aten.arange.default", "", "i", end=6),
            call("aten.arange.default", "", "j", end=10),
            call("aten.meshgrid.indexing", "i j", "a b", indexing="ij"),
            call("aten.stack.default", "a b", "c", dim=0),
            call("aten.unsqueeze.default", "c", "d", dim=0),
            call("aten.conv2d.default", "d w", "e"),
            call("aten.add.Tensor", "x e", "s"),
            call("aten.conv2d.default", "s k", "y"),
            stored={"w": (8, 2, 1, 1), "k": (4, 8, 1, 1)},
            shapes={"i": (6,), "j": (10,), "a": (6, 10), "b": (6, 10), "c": (2, 6, 10)}
            | {"d": (1, 2, 6, 10), "e": X, "s": X},
        ),
        (7, 5),
        (32, (16 + 32) * 35),
    ),
    "a class token and the positions behind it": (
        pt2(
            call("aten.flatten.using_ints", "x", "f", start_dim=2),
            call("aten.transpose.int", "f", "t", dim0=1, dim1=2),
            call("aten.cat.default", "c t", "a", dim=1),
            call("aten.linear.default", "a w", "l"),
            call("aten.slice.Tensor", "l", "s", dim=1, start=1, end=61),
            call("aten.linear.default", "s k", "y"),
            stored={"c": (1, 1, 8), "w": (8, 8), "k": (4, 8)},
        ),
        (8, 5),
        (64 + 32, 64 * 41 + 32 * 40),
    ),
    "a constant kernel": (
        pt2(
            call("aten.conv2d.default", "x b", "y", stride=(2, 2), padding=(1, 1), groups=8),
            stored={"b": Tensor((8, 1, 3, 3), learned=False)},
            shapes={"y": (1, 8, 3, 5)},
        ),
        (9, 12),
        (0, 72 * 30),
    ),
    "a tile that fills the map": (
        pt2(
            call("aten.tile.default", "p", "t", dims=(2, 2)),
            call("aten.add.Tensor", "x t", "s"),
            call("aten.conv2d.default", "s k", "y"),
            stored={"p": (1, 8, 3, 5), "k": (4, 8, 1, 1)},
            shapes={"t": X, "s": X},
        ),
        (9, 15),
        (32, 32 * 135),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_file_is_at_another_input(name):
    model, (height, width), expected = CASES[name]
    cost = cost_at(model, height, width)
    assert (cost.params, cost.mult_adds) == expected


@pytest.mark.parametrize("name", CASES)
def test_its_learned_values_are_the_same(name):
    model, (height, width), _ = CASES[name]
    here, there = cost_at(model, 6, 10), cost_at(model, height, width)
    assert here.parameters == there.parameters


# What is called on a map of 6×10×8, and the axes of `y` where it is one of 8×14×8, by hand.
POINT = {"p": (1, 8, 1, 1)}
OWN = {
    "einsum": (1, 8, 8),
    "columns": (1, 32, 15),
    "a largest value": (1, 8, 6, 1),
    "a sum": (1, 8, 6),
    "values along a new axis": (2, 1, 8, 6, 10),
    "products of rows": (1, 8, 6, 6),
    "positions behind a token": (1, 60, 8),
    "every other row": (1, 8, 3, 10),
    "a padded map": (1, 8, 10, 12),
    "twice the sides": (1, 8, 12, 15),
}
AXES = {
    "einsum": (pt2(call("aten.einsum.default", "x x", "y", equation="bchw,bdhw->bcd")), (1, 8, 8)),
    "columns": (
        pt2(
            call(
                "aten.im2col.default",
                "x",
                "y",
                kernel_size=(2, 2),
                stride=(2, 2),
                padding=(0, 0),
                dilation=(1, 1),
            )
        ),
        (1, 32, 28),
    ),
    "a largest value": (
        pt2(call("aten.amax.default", "x", "y", dim=(3,), keepdim=True)),
        (1, 8, 8, 1),
    ),
    "a sum": (pt2(call("aten.sum.dim_IntList", "x", "y", dim=(-1,))), (1, 8, 8)),
    "a spread value": (
        pt2(
            call("aten.expand.default", "p", "e", size=(-1, -1, 6, 10)),
            call("aten.add.Tensor", "x e", "y"),
            stored=POINT,
            shapes={"e": X},
        ),
        (1, 8, 8, 14),
    ),
    "a repeated value": (
        pt2(
            call("aten.repeat.default", "p", "e", repeats=(1, 1, 6, 10)),
            call("aten.add.Tensor", "x e", "y"),
            stored=POINT,
            shapes={"e": X},
        ),
        (1, 8, 8, 14),
    ),
    "a factored position table": (
        pt2(
            call("aten.upsample_linear1d.vec", "r", "a", output_size=(6,)),
            call("aten.upsample_linear1d.vec", "c", "b", output_size=(10,)),
            call("aten.unsqueeze.default", "a", "d", dim=3),
            call("aten.unsqueeze.default", "b", "e", dim=2),
            call("aten.add.Tensor", "d e", "t"),
            call("aten.add.Tensor", "x t", "y"),
            stored={"r": (1, 8, 4), "c": (1, 8, 4)},
            shapes={"a": (1, 8, 6), "b": (1, 8, 10), "d": (1, 8, 6, 1), "e": (1, 8, 1, 10)}
            | {"t": X},
        ),
        (1, 8, 8, 14),
    ),
    "values along a new axis": (pt2(call("aten.stack.default", "x x", "y")), (2, 1, 8, 8, 14)),
    "products of rows": (
        pt2(
            call("aten.transpose.int", "x", "t", dim0=2, dim1=3),
            call("aten.matmul.default", "x t", "m"),
            call("aten.cumsum.default", "m", "y", dim=1),
        ),
        (1, 8, 8, 8),
    ),
    "positions behind a token": (
        pt2(
            call("aten.flatten.using_ints", "x", "f", start_dim=2),
            call("aten.transpose.int", "f", "t", dim0=1, dim1=2),
            call("aten.cat.default", "c t", "a", dim=1),
            call("aten.split_with_sizes.default", "a", "b y", split_sizes=(1, 60), dim=1),
            stored={"c": (1, 1, 8)},
            shapes={"b": (1, 1, 8), "a": (1, 61, 8)},
        ),
        (1, 112, 8),
    ),
    "every other row": (
        pt2(call("aten.slice.Tensor", "x", "y", dim=2, start=0, end=2**63 - 1, step=2)),
        (1, 8, 4, 14),
    ),
    "a padded map": (pt2(call("aten.pad.default", "x", "y", pad=(1, 1, 2, 2))), (1, 8, 12, 16)),
    "twice the sides": (
        pt2(call("aten.upsample_bilinear2d.vec", "x", "y", scale_factors=(2.0, 1.5))),
        (1, 8, 16, 21),
    ),
}


@pytest.mark.parametrize("name", AXES)
def test_axes_at_another_input(name):
    model, expected = AXES[name]
    own = {"y": OWN.get(name, X), **model.shapes}
    _, translation = translate(model._replace(shapes=own), "model", (8, 14))
    assert translation.source.shapes["y"] == expected


REFUSED = {
    "a position table of the file's own sides": (
        pt2(call("aten.add.Tensor", "x p", "y"), stored={"p": X}),
        (8, 10),
        "its values are 1×8×8×10 and 1×8×6×10 at this input",
    ),
    "windows that do not fill the map": (
        pt2(*windows(), stored=KERNELS, shapes=SHAPES),
        (7, 10),
        r"6 are \[2, 3\] in its file, and 7 may be anything",
    ),
    "a side that is one window": (
        pt2(
            *windows(shape=(1, 8, 1, 6, 2, 5)),
            stored=KERNELS,
            shapes={"w": (1, 8, 1, 6, 2, 5), "p": (1, 1, 2, 6, 5, 8), "l": (1, 1, 2, 6, 5, 8)},
        ),
        (12, 10),
        "its side of 6 may be one window of several at this input",
    ),
    "sides in numbers that no map has": (
        pt2(call("aten.upsample_nearest2d.vec", "x", "y", output_size=(12, 15))),
        (8, 10),
        r"whether its sides \[12, 15\] follow the input is not known",
    ),
    "sides that two maps have, of other sizes at this input": (
        pt2(
            call("aten.conv2d.default", "x a", "s", stride=(2, 2), padding=(1, 1)),
            call("aten.conv2d.default", "x b", "t", stride=(2, 2)),
            call("aten.upsample_nearest2d.vec", "x", "u", output_size=(3, 5)),
            call("aten.mul.Tensor", "s u", "v"),
            call("aten.mul.Tensor", "v t", "y"),
            stored={"a": (8, 8, 3, 3), "b": (8, 8, 2, 2)},
        ),
        (7, 9),
        r"\[3, 5\] may be several maps' height and width",
    ),
    "a padding that a stride may ask for": (
        pt2(call("aten.pad.default", "x", "y", pad=(0, 1, 0, 1))),
        (7, 10),
        "whether its padding, .* follows the input is not known",
    ),
    "a slice that ends somewhere": (
        pt2(call("aten.slice.Tensor", "x", "y", dim=3, start=0, end=7)),
        (6, 12),
        "whether its end, 7 of 10, follows the input is not known",
    ),
    "a table of scores": (
        pt2(
            call("aten.flatten.using_ints", "x", "f", start_dim=2),
            call("aten.transpose.int", "f", "t", dim0=1, dim1=2),
            call("aten.scaled_dot_product_attention.default", "t t t m", "y"),
            stored={"m": (60, 60)},
        ),
        (8, 10),
        "its mask is 60×60 of scores 1×80×80 at this input",
    ),
    "halves of a side": (
        pt2(
            call("aten.chunk.default", "x", "y b", chunks=2, dim=3),
            shapes={"y": (1, 8, 6, 5), "b": (1, 8, 6, 5)},
        ),
        (6, 12),
        "it takes apart an axis that follows the input",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_file_does_not_say(name):
    model, sides, words = REFUSED[name]
    with pytest.raises(SpecError, match=words):
        layers_of(model, sides)


@pytest.mark.parametrize("axes", [(0, 0), (1, -3)])
def test_a_new_axis_that_is_named_twice_is_refused(axes):
    with pytest.raises(SpecError, match="are there once each"):
        layers_of(source("onnx", (1, 3), call("Unsqueeze", "x", "y", axes=axes)))


def test_an_argument_of_another_type_is_refused():
    model = pt2(call("aten.view.default", "x", "y", size=("a",)), shapes={"y": (1, 480)})
    with pytest.raises(SpecError, match="unsupported"):
        layers_of(model, (8, 10))


def test_a_file_is_counted_at_another_input_wherever_it_is_counted(tmp_path):
    kernel = {"input": tensor("x"), "weight": tensor("p_w")}
    nodes = [
        node("aten.conv2d.default", kernel, [tensor("c")], "stem"),
        node("aten.cumsum.default", {"self": tensor("c"), "dim": {"as_int": 3}}, [tensor("y")]),
    ]
    sizes = {"x": X, "p_w": (4, 8, 3, 3), "c": (1, 4, 4, 8), "y": (1, 4, 4, 8)}
    path = tmp_path / "net.pt2"
    path.write_bytes(archive(program(nodes, sizes, [parameter("p_w", "stem.weight")])))
    net = mnetcost.load(path)
    assert net.cost().mult_adds == 288 * 4 * 8
    assert net.cost(input="9x7").mult_adds == 288 * 7 * 5
    assert net.cost(rho=2).mult_adds == 288 * 10 * 18
    assert net.cost(resolution=5).mult_adds == 288 * 3
    path.unlink()
    with pytest.raises(UsageError, match="is no longer the model that was read"):
        net.cost(rho=2)
