"""Arguments that change sides or weights: read, or refused by name. Counts are by hand."""

import pytest
from sources import X, call, layers_of, source

import mnetcost
from mnetcost import SpecError
from mnetcost.importing.model import Tensor


def darknet(*calls):
    return source("darknet", X, *calls)


def caffe(*calls):
    return source("caffe", X, *calls)


def ncnn(operator, **arguments):
    """One call; arguments have numbers there, which Python's names begin with a letter before."""
    one = call(operator, "x", "y")
    return source(
        "ncnn", X, one._replace(arguments={key[1:]: value for key, value in arguments.items()})
    )


def onnx(*calls, **stored):
    return source("onnx", X, *calls, stored=stored)


def keras(operator, **arguments):
    return source("keras", (None, 6, 10, 8), call(operator, "x", "y", **arguments))


def pt2(*calls, **stored):
    return source("pt2", X, *calls, stored=stored)


def plain(reads, filters, **more):
    return call("convolutional", reads, "y", filters=filters, activation="linear", **more)


SHUFFLED = pt2(
    call("aten.pixel_shuffle.default", "x", "s", upscale_factor=2),
    call("aten.conv2d.default", "s k", "y"),
    k=(3, 2, 1, 1),
)
UNSHUFFLED = pt2(
    call("aten.pixel_unshuffle.default", "x", "s", downscale_factor=2),
    call("aten.conv2d.default", "s k", "y"),
    k=(3, 32, 1, 1),
)
# What is called, its output map, kernels' weights and mult-adds, by hand.
CASES = {
    "darknet: a stride for each side of a convolution": (
        darknet(plain("x", 4, size=3, pad=1, stride=9, stride_x=1, stride_y=2)),
        ((3, 10, 4), 288, 288 * 30),
    ),
    "darknet: a stride for each side of a pool": (
        darknet(call("maxpool", "x", "p", size=2, stride_x=1, stride_y=2), plain("p", 3)),
        ((3, 10, 3), 24, 24 * 30),
    ),
    "darknet: dilations of 2 and 4 keep the sides": (
        darknet(
            call("convolutional", "x", "a", filters=5, size=3, pad=1, dilation=2),
            plain("a", 4, size=3, pad=1, dilation=4),
        ),
        ((6, 10, 4), 360 + 180, (360 + 180) * 60),
    ),
    "darknet: a dilated kernel without padding": (  # 6 - 4 and 10 - 4 px
        darknet(plain("x", 4, size=3, dilation=2)),
        ((2, 6, 4), 288, 288 * 12),
    ),
    "darknet: channels as positions": (
        darknet(call("reorg", "x", "r", stride=2, reverse=1), plain("r", 3)),
        ((12, 20, 3), 6, 6 * 240),
    ),
    "darknet: what would be beside a layer, if it were on": (
        darknet(plain("x", 4, antialiasing=0, xnor=0, stopbackward=1, angle=15)),
        ((6, 10, 4), 32, 32 * 60),
    ),
    "caffe: a pool's sides rounded down": (  # (6 - 3) // 2 + 1 and (10 - 3) // 2 + 1
        caffe(
            call("Pooling", "x", "p", kernel_size=(3,), stride=(2,), ceil_mode=False),
            call("Convolution", "p", "y", num_output=3),
        ),
        ((2, 4, 3), 24, 24 * 8),
    ),
    "caffe: what says the axis that is so anyway": (
        caffe(
            call("Reshape", "x", "r", axis=0, num_axes=-1, **{"shape.dim": (0, 8, 12, 5)}),
            call("Convolution", "r", "y", num_output=3, axis=1),
        ),
        ((12, 5, 3), 24, 24 * 60),
    ),
    "caffe: a dense layer of everything, from an axis before the last": (
        caffe(call("InnerProduct", "x", "y", num_output=5, axis=-3)),
        ((1, 1, 5), 2_400, 2_400),
    ),
    "keras: a transposed kernel smaller than its stride": (  # 6·3 and 10·4 + 1 px
        keras(
            "Conv2DTranspose",
            filters=5,
            kernel_size=(2, 5),
            strides=(3, 4),
            padding="valid",
            output_padding=None,
        ),
        ((18, 41, 5), 400, 400 * 60),
    ),
    "keras: the same padded": (  # 6·3 and 10·4 px
        keras("Conv2DTranspose", filters=5, kernel_size=(2, 5), strides=(3, 4), padding="same"),
        ((18, 40, 5), 400, 400 * 60),
    ),
    "onnx: a matrix of channels by filters": (
        onnx(
            call("GlobalAveragePool", "x", "p"),
            call("Flatten", "p", "f"),
            call("Gemm", "f w", "y"),
            w=(8, 5),
        ),
        ((1, 1, 5), 40, 40),
    ),
    "onnx: channels as positions, then groups of them": (
        onnx(
            call("DepthToSpace", "x", "s", blocksize=2, mode="CRD"),
            call("Conv", "s w", "y", group=2, kernel_shape=(1, 1)),
            w=(4, 1, 1, 1),
        ),
        ((12, 20, 4), 4, 4 * 240),
    ),
    "onnx: positions as channels": (
        onnx(
            call("SpaceToDepth", "x", "s", blocksize=2),
            call("Conv", "s w", "y"),
            w=(3, 32, 1, 1),
        ),
        ((3, 5, 3), 96, 96 * 15),
    ),
    "pt2: channels as positions": (SHUFFLED, ((12, 20, 3), 6, 6 * 240)),
    "pt2: positions as channels": (UNSHUFFLED, ((3, 5, 3), 96, 96 * 15)),
    "ncnn: a pool to sides of its own": (
        ncnn("Pooling", _0=1, _7=1, _8=3, _18=5),
        ((5, 3, 8), 0, 0),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_argument_does_what_it_does_by_hand(name):
    model, (output, kernels, mult_adds) = CASES[name]
    cost = mnetcost.load(layers_of(model)).cost()
    assert tuple(cost.layers[-1].output) == output
    assert (cost.params, cost.mult_adds) == (kernels, mult_adds)


def test_a_batch_norm_over_several_batches_has_the_values_of_one():
    cost = mnetcost.load(layers_of(darknet(plain("x", 4, cbn=1)))).cost()
    assert (cost.parameters.norm_affine, cost.parameters.biases) == (8, 0)


@pytest.mark.parametrize(
    ("model", "size", "mult_adds"),
    [(SHUFFLED, (4, 5), 6 * 80), (SHUFFLED, (7, 9), 6 * 252), (UNSHUFFLED, (4, 14), 96 * 14)],
)
def test_shuffled_pixels_follow_the_input(model, size, mult_adds):
    assert mnetcost.load(layers_of(model, size)).cost().mult_adds == mult_adds


def test_sides_that_squares_do_not_fill_are_refused():
    with pytest.raises(SpecError, match="not made of squares of 2 px"):
        layers_of(UNSHUFFLED, (5, 14))


def _sized(factors=(1.0, 1.0, 2.0, 2.0), **attributes):
    one = call("Resize", "x", "y", **attributes)._replace(inputs=("x", "", "s"))
    return onnx(one, s=Tensor((len(factors),), factors, learned=False))


REFUSED = {
    "convolutional: what its share_index 0 changes": darknet(plain("x", 8, share_index=0)),
    "convolutional: what its sway 1 changes": darknet(plain("x", 8, size=3, sway=1)),
    "convolutional: what its xnor 1 changes": darknet(plain("x", 8, xnor=1)),
    "convolutional: what its colour red changes": darknet(plain("x", 8, colour="red")),
    "maxpool: what its maxpool_depth 1 changes": darknet(
        call("maxpool", "x", "y", maxpool_depth=1, out_channels=4)
    ),
    "scale_channels: what its scale_wh 1 changes": darknet(
        call("scale_channels", "x x", "y", scale_wh=1)
    ),
    "Pooling: what its torch_pooling True changes": caffe(
        call("Pooling", "x", "y", kernel_size=(3,), torch_pooling=True)
    ),
    "Convolution: what its axis 2 changes": caffe(
        call("Convolution", "x", "y", num_output=3, axis=2)
    ),
    "Reshape: what its axis 1 changes": caffe(
        call("Reshape", "x", "y", axis=1, **{"shape.dim": (4, -1)})
    ),
    "Reshape: what its num_axes 2 changes": caffe(
        call("Reshape", "x", "y", axis=0, num_axes=2, **{"shape.dim": (4, -1)})
    ),
    "it reads several axes, and not all": caffe(
        call("InnerProduct", "x", "y", num_output=5, axis=2)
    ),
    "Pooling: what its 25 1 changes": ncnn("Pooling", _0=1, _1=3, _25=1),
    "Interp: what its 9 a changes": ncnn("Interp", _0=1, _1=2.0, _2=2.0, _9="a"),
    "Conv2DTranspose: what its output_padding 1 changes": keras(
        "Conv2DTranspose", filters=5, kernel_size=3, strides=2, padding="same", output_padding=1
    ),
    "Dense: what its lora_rank 4 changes": keras("Dense", units=5, lora_rank=4),
    "Resize: what its keep_aspect_ratio_policy not_larger changes": _sized(
        keep_aspect_ratio_policy="not_larger"
    ),
    "Resize: what its coordinate_transformation_mode tf_crop_and_resize": _sized(
        coordinate_transformation_mode="tf_crop_and_resize"
    ),
    r"Resize: what its axes \(2,\) changes": _sized((2.0,), axes=(2,)),
    "it is of more than height and width": _sized((1.0, 2.0, 2.0, 3.0)),
    r"mismatch: .*says a kernel of \[5, 3\], and the stored one is \[3, 3\]": onnx(
        call("Conv", "x w", "y", kernel_shape=(5, 3)), w=(4, 8, 3, 3)
    ),
    r"mismatch: .*says a kernel of \[2, 3\], and the stored one is \[2, 2\]": onnx(
        call("ConvTranspose", "x w", "y", kernel_shape=(2, 3)), w=(8, 4, 2, 2)
    ),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_may_change_the_cost_unread_is_refused_by_name(words):
    with pytest.raises(SpecError, match=words):
        layers_of(REFUSED[words])


def test_a_resize_with_every_word_that_keeps_its_sides_is_read():
    model = _sized(
        (1.0, 1.0, 2.0, 3.0),
        axes=(0, 1, 2, 3),
        mode="linear",
        keep_aspect_ratio_policy="stretch",
        coordinate_transformation_mode="align_corners",
        antialias=1,
    )
    cost = mnetcost.load(layers_of(model)).cost()
    assert tuple(cost.layers[-1].output) == (12, 30, 8)
