"""Every newer layer by hand: output map, parameters and mult-adds, on maps that are not square."""

import pytest

import mnetcost

# input (h, w, c), layer, output (h, w, c), learned parameters by hand, mult-adds by hand
CASES = [
    # kernel 4×3, stride 2, padding 1: (5-1)·2 - 2 + 4 = 10, (7-1)·2 - 2 + 3 = 13; 4·3·6·8 weights
    (
        (5, 7, 6),
        "conv_transpose: {out: 8, kernel: [4, 3], stride: 2, padding: 1, bias: true}",
        (10, 13, 8),
        576 + 8,
        576 * 35,
    ),
    # two groups halve it; output_padding adds a row and a column
    (
        (5, 7, 6),
        "conv_transpose: {out: 8, kernel: 3, stride: 2, padding: 1, output_padding: 1, groups: 2}",
        (10, 14, 8),
        9 * 3 * 8,
        9 * 3 * 8 * 35,
    ),
    ((5, 7, 6), "conv_transpose: {out: 4, kernel: 2, stride: 3}", (15, 21, 4), 96, 96 * 35),
    # 12 channels in groups of 4: 3·5·4·6 weights
    (
        (8, 9, 12),
        "conv: {out: 6, kernel: [3, 5], group_width: 4}",
        (8, 9, 6),
        360,
        360 * 72,
    ),
    # two filters of 3·5 for each of 3 channels, and 6·8: 2·45 + 48; each half at 4·7 positions
    (
        (8, 7, 3),
        "separable: {out: 8, kernel: [3, 5], stride: [2, 1], multiplier: 2}",
        (4, 7, 8),
        138,
        138 * 28,
    ),
    # Keras' SeparableConv2D(8, 3, depth_multiplier=2): 9·12 + 12·8, and one bias behind both halves
    (
        (9, 12, 6),
        "separable: {out: 8, multiplier: 2, bias: true, inner: {bias: false}}",
        (9, 12, 8),
        212,
        204 * 108,
    ),
    # `expand` is of the 4 that come into the pair: 9·4·3 and 12·8
    ((5, 7, 4), "separable: {expand: 2, in: 4, multiplier: 3}", (5, 7, 8), 204, 204 * 35),
    # half as many filters a channel as come in: 2·4 of them, 9·8 and 8·6
    ((5, 7, 4), "separable: {out: 6, multiplier: $here / 2}", (5, 7, 6), 120, 120 * 35),
    # 2·10·3 weights, 10 + 3 biases
    ((4, 6, 10), "squeeze_excitation: {squeeze: 3}", (4, 6, 10), 73, 60),
    ((4, 6, 10), "squeeze_excitation: {ratio: 1/2, bias: false}", (4, 6, 10), 100, 100),
    # n = 6 positions, c = 8: 4·64 weights + 32 biases; 256·6 + 2·36·8
    ((2, 3, 8), "attention: {heads: 4}", (2, 3, 8), 288, 1536 + 576),
    ((4, 6, 10), "layer_norm", (4, 6, 10), 20, 0),
    ((4, 6, 10), "layer_norm: {affine: gamma}", (4, 6, 10), 10, 0),
    ((4, 6, 10), "layer_norm: {affine: false}", (4, 6, 10), 0, 0),
    ((4, 6, 10), "layer_norm: {over: all, affine: beta}", (4, 6, 10), 240, 0),
    ((4, 6, 10), "group_norm: {groups: 5}", (4, 6, 10), 20, 0),
    ((4, 6, 10), "group_norm: {groups: 5, affine: beta}", (4, 6, 10), 10, 0),
    ((4, 6, 10), "instance_norm", (4, 6, 10), 0, 0),
    ((4, 6, 10), "instance_norm: {affine: true}", (4, 6, 10), 20, 0),
    ((4, 6, 10), "batch_norm: {affine: false, act: prelu}", (4, 6, 10), 10, 0),
    ((4, 6, 10), "batch_norm: {affine: beta}", (4, 6, 10), 10, 0),
    ((4, 6, 10), "batch_norm: {affine: gamma, act: relu}", (4, 6, 10), 10, 0),
    ((4, 6, 10), "local_response_norm", (4, 6, 10), 0, 0),
    ((4, 6, 10), "l2_norm", (4, 6, 10), 10, 0),
    ((4, 6, 10), "layer_scale", (4, 6, 10), 10, 0),
    ((4, 6, 10), "position_embedding", (4, 6, 10), 240, 0),
    ((4, 6, 10), "learned: {out: 3, height: 2}", (2, 1, 3), 6, 0),
    # Caffe and torch drop the window that begins in the last padding; plain ceil keeps it
    ((3, 4, 2), "max_pool: {kernel: 2, padding: 1, ceil: true}", (3, 3, 2), 0, 0),
    ((3, 4, 2), "max_pool: {kernel: 2, padding: 1, ceil: true, clip: true}", (2, 3, 2), 0, 0),
    ((3, 4, 2), "max_pool: {kernel: 2, padding: 1}", (2, 3, 2), 0, 0),
    ((6, 7, 2), "max_pool: {kernel: 3, stride: 2, padding: valid, ceil: true}", (3, 3, 2), 0, 0),
    ((6, 7, 2), "adaptive_avg_pool: {size: [4, 2]}", (4, 2, 2), 0, 0),
    ((6, 7, 2), "adaptive_max_pool: {size: 3}", (3, 3, 2), 0, 0),
    ((6, 7, 2), "resize: {scale: [2, 3]}", (12, 21, 2), 0, 0),
    ((6, 7, 2), "resize: {height: 5, width: 9, mode: bilinear}", (5, 9, 2), 0, 0),
    # a side that is not written stays
    ((6, 7, 2), "resize: {height: 5}", (5, 7, 2), 0, 0),
    ((6, 7, 2), "resize: {width: 9}", (6, 9, 2), 0, 0),
    # rounded down, as torch's interpolate: 6·3/4 = 4.5, 7/2 = 3.5, 7·1.1 = 7.7
    ((6, 7, 2), "resize: {scale: 1/2}", (3, 3, 2), 0, 0),
    ((6, 7, 2), "resize: {scale: [3/4, 1.1]}", (4, 7, 2), 0, 0),
    # exact, where a float64 of 0.29 times 100 would give 28
    ((100, 1, 2), "resize: {scale: [0.29, 1]}", (29, 1, 2), 0, 0),
    ((6, 7, 2), "crop: {scale: 7/8}", (5, 6, 2), 0, 0),
    ((6, 7, 2), "crop: {width: 3}", (6, 3, 2), 0, 0),
    ((6, 7, 4), "split: {into: 2, take: 2}", (6, 7, 2), 0, 0),
    ((6, 7, 4), "channel_shuffle", (6, 7, 4), 0, 0),
    ((6, 7, 4), "pad: {top: 1, left: 2, right: 3}", (7, 12, 4), 0, 0),
    ((6, 7, 4), "crop: {height: 2, width: 3}", (2, 3, 4), 0, 0),
    ((6, 7, 4), "permute: {order: chw}", (4, 6, 7), 0, 0),
    ((6, 7, 4), "reshape: {width: 1, channels: 8}", (21, 1, 8), 0, 0),
    ((6, 7, 4), "reshape: {height: rest, width: 1, channels: 8}", (21, 1, 8), 0, 0),
    ((6, 7, 4), "reshape: {height: 3, width: 7}", (3, 7, 8), 0, 0),
    # two axes times r is r² channels to one, as Shi et al. 2016, arXiv:1609.05158 shuffle them
    ((5, 7, 12), "reshape: {scale: 2}", (10, 14, 3), 0, 0),
    ((10, 14, 3), "reshape: {scale: 1/2}", (5, 7, 12), 0, 0),
    # the height doubled, the width halved: as many channels, an odd number too
    ((5, 6, 3), "reshape: {scale: [2, 1/2]}", (10, 3, 3), 0, 0),
    ((5, 6, 3), "reshape: {scale: [1, 3/2]}", (5, 9, 2), 0, 0),
    ((6, 7, 4), "flatten: {into: height}", (42, 1, 4), 0, 0),
    ((6, 7, 4), "prior_box: {priors: 3}", (2, 1, 504), 0, 0),
    ((6, 7, 4), "detection_output: {keep: 50}", (50, 1, 7), 0, 0),
    ((6, 7, 4), "identity", (6, 7, 4), 0, 0),
    ((6, 7, 4), "log_softmax", (6, 7, 4), 0, 0),
]


@pytest.mark.parametrize(
    ("size", "layer", "output", "learned", "mult_adds"), CASES, ids=[case[1] for case in CASES]
)
def test_layer(
    size: tuple[int, int, int],
    layer: str,
    output: tuple[int, int, int],
    learned: int,
    mult_adds: int,
) -> None:
    height, width, channels = size
    head = f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n"
    cost = mnetcost.load(f"{head}  - {layer}\n").cost()
    assert cost.layers[-1].output == output
    assert sum(cost.parameters) - cost.parameters.norm_statistics == learned
    assert cost.mult_adds == mult_adds


def test_adaptive_windows_overlap() -> None:
    # 6 to 4: windows 0-1, 1-2, 3-4, 4-5 read 8 elements; 7 to 2: 0-3, 3-6 read 8; 2 channels
    head = "input: {height: 6, width: 7, channels: 2}\nlayers:\n"
    cost = mnetcost.load(f"{head}  - adaptive_avg_pool: {{size: [4, 2]}}\n").cost()
    assert cost.work == {"pooling": 8 * 8 * 2}


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        ("attention: {heads: 3}", "groups"),
        ("group_norm: {groups: 3}", "groups"),
        ("split: {into: 3}", "groups"),
        ("split: {into: 2, take: 3}", "groups"),
        ("channel_shuffle: {groups: 3}", "groups"),
        ("conv: {out: 8, group_width: 3}", "groups"),
        ("crop: {height: 9, width: 1}", "kernel-too-large"),
        ("crop: {scale: 5/4}", "kernel-too-large"),
        ("crop: {scale: 1/8}", "shapes"),
        ("resize: {scale: [1, 1/8]}", "shapes"),
        ("reshape: {height: 5, width: 5}", "shapes"),
        ("reshape: {height: 3}", "shapes"),
        ("reshape: {height: rest, width: rest, channels: 4}", "shapes"),
        # 7 is odd; 4 channels are no nine times as many
        ("reshape: {scale: 1/2}", "shapes"),
        ("reshape: {scale: 3}", "shapes"),
        ("resize: {mode: area}", "missing-key"),
        ("crop", "missing-key"),
        ("reshape", "missing-key"),
        ("resize: {scale: 2, width: 3}", "conflict"),
        ("reshape: {scale: 2, channels: 1}", "conflict"),
        ("resize: {scale: 0}", "out-of-range"),
        ("resize: {scale: [2, -1]}", "out-of-range"),
        ("resize: {scale: 1/0}", "wrong-type"),
        ("resize: {scale: half}", "wrong-type"),
        ("resize: {scale: [1, 2, 3]}", "wrong-type"),
        ("resize: {height: rest}", "wrong-type"),
        ("conv_transpose: {out: 4, kernel: 1, padding: 9}", "kernel-too-large"),
    ],
)
def test_impossible_layers(layer: str, code: str) -> None:
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(f"input: {{height: 6, width: 7, channels: 4}}\nlayers:\n  - {layer}\n")
    assert [one.code for one in caught.value.problems] == [code]
