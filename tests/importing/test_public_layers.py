"""Layers of the text formats as public files have them, on maps that are not square, by hand."""

from math import prod

import pytest
from sources import X, call, cost_of, layers_of, source

from mnetcost import SpecError


def darknet(*calls, size=X):
    return source("darknet", size, *calls)


def caffe(*calls):
    return source("caffe", X, *calls)


def ncnn(*calls, size=X):
    """Arguments have numbers there, which Python's names begin with a letter before."""
    return source(
        "ncnn",
        size,
        *(
            one._replace(arguments={key[1:]: value for key, value in one.arguments.items()})
            for one in calls
        ),
    )


def conv(reads, writes, filters, **more):
    return call("convolutional", reads, writes, filters=filters, activation="linear", **more)


# What is called, and its output map, kernels' weights, mult-adds and sums of two values, by hand.
CASES = {
    "darknet: what is added has fewer channels": (
        darknet(conv("x", "a", 12), call("shortcut", "a x", "y", activation="linear")),
        ((6, 10, 12), 96, 96 * 60, 8 * 60),
    ),
    "darknet: what is added has more channels": (
        darknet(conv("x", "a", 5), call("shortcut", "a x", "y", activation="leaky")),
        ((6, 10, 5), 40, 40 * 60, 5 * 60),
    ),
    "darknet: what is added has twice the sides and fewer channels": (
        darknet(
            conv("x", "a", 12, size=3, stride=2, pad=1),
            call("shortcut", "a x", "y", activation="linear"),
        ),
        ((3, 5, 12), 864, 864 * 15, 8 * 15),
    ),
    "darknet: three maps added": (
        darknet(conv("x", "a", 8), call("shortcut", "a x x", "y", activation="linear")),
        ((6, 10, 8), 64, 64 * 60, 2 * 8 * 60),
    ),
    "darknet: half of the size as padding is dilated too": (
        darknet(conv("x", "y", 4, size=3, pad=1, dilation=2)),
        ((6, 10, 4), 288, 288 * 60, 0),
    ),
    "darknet: strides of their own": (
        darknet(conv("x", "y", 4, size=3, pad=1, stride_x=2, stride_y=3)),
        ((2, 5, 4), 288, 288 * 10, 0),
    ),
    "darknet: a kernel at each position": (  # 4×8 positions of 3×3×8 weights for 5 filters
        darknet(call("local", "x", "y", filters=5, size=3, activation="leaky")),
        ((4, 8, 5), 11_520, 11_520, 0),
    ),
    "darknet: the same padded, every other": (  # 3×5 positions
        darknet(call("local", "x", "y", filters=5, size=3, stride=2, pad=1, activation="linear")),
        ((3, 5, 5), 5_400, 5_400, 0),
    ),
    "darknet: the middle of the picture": (
        darknet(call("crop", "x", "c", crop_height=4, crop_width=7), conv("c", "y", 3)),
        ((4, 7, 3), 24, 24 * 28, 0),
    ),
    "darknet: layers of a norm and of an activation": (
        darknet(
            conv("x", "a", 3),
            call("batchnorm", "a", "b"),
            call("activation", "b", "y", activation="leaky"),
        ),
        ((6, 10, 3), 24, 24 * 60, 0),
    ),
    "caffe: holes, as dilation was called before": (
        caffe(call("Convolution", "x", "y", num_output=4, kernel_size=(3,), hole=2)),
        ((2, 6, 4), 288, 288 * 12, 0),
    ),
    "caffe: a filter a channel that does not say so": (
        caffe(call("ConvolutionDepthwise", "x", "y", num_output=8, kernel_size=(3,), pad=(1,))),
        ((6, 10, 8), 72, 72 * 60, 0),
    ),
    "caffe: a map scaled by factors of its own means": (  # 8·4 and 4·8 weights, once each
        caffe(
            call("Pooling", "x", "p", pool="AVE", global_pooling=True),
            call("InnerProduct", "p", "a", num_output=4),
            call("InnerProduct", "a", "b", num_output=8),
            call("Scale", "x b", "y", axis=0),
        ),
        ((6, 10, 8), 64, 64, 0),
    ),
    "caffe: the same, and a map added": (
        caffe(
            call("Pooling", "x", "p", pool="AVE", global_pooling=True),
            call("Convolution", "p", "a", num_output=8),
            call("Axpy", "a x x", "y"),
        ),
        ((6, 10, 8), 64, 64, 8 * 60),
    ),
    "caffe: values put back where a pool found them": (
        caffe(
            call("Pooling", "x", "p m", kernel_size=(2,), stride=(2,)),
            call("Upsample", "p m", "u", scale=2),
            call("Convolution", "u", "y", num_output=3),
        ),
        ((6, 10, 3), 24, 24 * 60, 0),
    ),
    "caffe: the same, to sides that are given": (
        caffe(
            call("Pooling", "x", "p m", kernel_size=(2,), stride=(2,)),
            call("Upsample", "p m", "y", upsample_h=5, upsample_w=9),
        ),
        ((5, 9, 8), 0, 0, 0),
    ),
    "caffe: cut to the sides of another map": (
        caffe(
            call("Deconvolution", "x", "d", num_output=3, kernel_size=(4,), stride=(2,)),
            call("Crop", "d x", "y", offset=(4,)),
        ),
        ((6, 10, 3), 384, 384 * 60, 0),
    ),
    "caffe: times 2 between the first px and the last": (  # 5·2 + 1 and 9·2 + 1 px
        caffe(call("Interp", "x", "a", zoom_factor=2), call("Convolution", "a", "y", num_output=3)),
        ((11, 19, 3), 24, 24 * 209, 0),
    ),
    "caffe: every other px, from the first to the last": (
        caffe(
            call("Interp", "x", "a", shrink_factor=2, pad_end=-1),
            call("Convolution", "a", "y", num_output=3),
        ),
        ((3, 5, 3), 24, 24 * 15, 0),
    ),
    "caffe: to sides that are given": (
        caffe(call("Interp", "x", "y", height=7, width=9)),
        ((7, 9, 8), 0, 0, 0),
    ),
    "ncnn: to sides that are given": (
        ncnn(call("Interp", "x", "y", _0=2, _3=7, _4=9)),
        ((7, 9, 8), 0, 0, 0),
    ),
    "ncnn: a pool to sides that are given": (
        ncnn(call("Pooling", "x", "y", _0=1, _7=1, _8=5, _18=2)),
        ((2, 5, 8), 0, 0, 0),
    ),
    "ncnn: a pool to sides of which one stays": (
        ncnn(call("Pooling", "x", "y", _0=1, _7=1, _8=1, _18=-233)),
        ((6, 1, 8), 0, 0, 0),
    ),
    "ncnn: an output that is padded": (  # 2·5 + 3 + 1 and 2·9 + 3 px
        ncnn(call("Deconvolution", "x", "y", _0=3, _1=3, _3=2, _18=0, _19=1)),
        ((14, 21, 3), 216, 216 * 60, 0),
    ),
    "ncnn: two parts of the channels, by lists and by numbers": (
        ncnn(
            call("Crop", "x", "a", _9=(3,), _10=(-233,), _11=(0,)),
            call("Crop", "x", "b", _2=1, _5=5),
            call("Eltwise", "a b", "y", _0=1),
        ),
        ((6, 10, 5), 0, 0, 5 * 60),
    ),
    "ncnn: a part of the positions": (
        ncnn(call("Crop", "x", "y", _0=2, _1=1, _3=4, _4=-233, _7=1)),
        ((4, 4, 8), 0, 0, 0),
    ),
    "ncnn: padding, and channels as positions": (
        ncnn(
            call("Padding", "x", "a", _0=1, _1=2, _2=3, _3=0), call("PixelShuffle", "a", "y", _0=2)
        ),
        ((18, 26, 2), 0, 0, 0),
    ),
    "ncnn: a map scaled by factors of its own means": (
        ncnn(
            call("Reduction", "x", "p", _0=3, _1=0, _3=(1, 2), _4=0, _5=1),
            call("InnerProduct", "p", "a", _0=8, _2=64),
            call("Scale", "x a", "y", _0=-233),
        ),
        ((6, 10, 8), 64, 64, 0),
    ),
    "ncnn: channels of zeros behind the others": (
        ncnn(call("Padding", "x", "a", _8=4), call("Convolution", "a", "y", _0=3, _1=1, _6=36)),
        ((6, 10, 3), 36, 36 * 60, 0),
    ),
    "ncnn: sums of columns": (
        ncnn(
            call("Reduction", "x", "a", _0=0, _1=0, _3=(1,), _4=1),
            call("Convolution", "a", "y", _0=3, _1=1, _6=24),
        ),
        ((1, 10, 3), 24, 240, 0),
    ),
    # 60 tokens: 4·8·8 weights of the attention and 2·60·60·8 products, then 8·5 weights
    "ncnn: an attention of tokens, and a dense layer of each": (
        ncnn(
            call("Reshape", "x", "r", _0=-1, _1=8),
            call("Permute", "r", "t", _0=1),
            call("MultiHeadAttention", "t t t", "m", _0=8, _1=2, _2=64),
            call("InnerProduct", "m", "y", _0=5, _1=1, _2=40),
        ),
        ((6, 10, 5), 296, 296 * 60 + 57_600, 0),
    ),
    "ncnn: parts between the places of cuts": (  # of 3, 4 and 1 channels
        ncnn(
            call("Slice", "x", "a b c", _2=(3, 7), _1=0),
            call("Convolution", "b", "y", _0=3, _1=1, _6=12),
        ),
        ((6, 10, 3), 12, 720, 0),
    ),
    "ncnn: a sequence": (  # (10 + 1 + 3 - 5) // 2 + 1 positions
        ncnn(
            call("Convolution1D", "x", "y", _0=6, _1=3, _2=2, _3=2, _4=1, _15=3, _6=144),
            size=(1, 8, 10),
        ),
        ((1, 5, 6), 144, 720, 0),
    ),
    "ncnn: a dense layer of all rows at once": (
        ncnn(
            call("Reshape", "x", "r", _0=-1, _1=8),
            call("InnerProduct", "r", "y", _0=5, _1=1, _2=2_400),
        ),
        ((1, 1, 5), 2_400, 2_400, 0),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_layer_costs_what_it_does_by_hand(name):
    model, (output, kernels, mult_adds, sums) = CASES[name]
    cost = cost_of(model)
    assert tuple(cost.layers[-1].output) == output
    assert (cost.params, cost.mult_adds) == (kernels, mult_adds)
    added = (one.output for one in cost.layers if one.type == "add")
    assert sum(map(prod, added)) == sums


def test_a_local_layer_has_a_bias_a_value():
    model = darknet(call("local", "x", "y", filters=5, size=3, activation="leaky"))
    assert cost_of(model).parameters.biases == 4 * 8 * 5


def test_norms_have_the_values_that_their_files_say():
    conv = call("Convolution", "x", "c", num_output=4, bias_term=False)
    for norm, values in (
        (call("BN", "c", "y"), 8),
        (call("BatchNorm", "c", "y", scale_bias=True), 8),
        (call("BatchNorm", "c", "y"), 0),
    ):
        assert cost_of(caffe(conv, norm)).parameters.norm_affine == values


REFUSED = {
    "it reads several axes, and not all": caffe(
        call("InnerProduct", "x", "y", num_output=4, axis=2)
    ),
    "no layer does what its activation ramp does": darknet(
        call("convolutional", "x", "y", activation="ramp")
    ),
    "what its antialiasing 1 changes is not known": darknet(conv("x", "y", 4, antialiasing=1)),
    "what its weights_type per_feature changes is not known": darknet(
        call("shortcut", "x x", "y", weights_type="per_feature")
    ),
    "its kernel of 7 px has no place on a 6×10 map": darknet(call("local", "x", "y", size=7)),
    "one scale for all channels": caffe(call("Normalize", "x", "y", across_spatial=False)),
    "its factors are not one a channel": caffe(call("Scale", "x", "y", num_axes=0)),
    "it shifts what it scales": caffe(call("Scale", "x x", "y", bias_term=True, axis=0)),
    "its output's sides are given": ncnn(call("Deconvolution", "x", "y", _0=3, _1=3, _20=21)),
    r"y \(Reshape\): no layer does": ncnn(call("Reshape", "x", "y", name="y", _0=-1, _3=1)),
    "more than an attention": ncnn(
        call("Reshape", "x", "r", _0=10, _1=48),
        call("MultiHeadAttention", "r", "y", _0=10, _1=2, _2=100, _5=1),
    ),
    r"y \(Interp\): no layer does": ncnn(call("Interp", "x x", "y", name="y")),
    "over 8 values, and its last axis has 10": ncnn(call("LayerNorm", "x", "y", _0=8)),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_no_layer_says_is_refused_by_what_it_is(words):
    with pytest.raises(SpecError, match=words):
        layers_of(REFUSED[words])
