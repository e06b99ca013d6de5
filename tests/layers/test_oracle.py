"""The package's formulas against a counter that walks the loops and knows none of them.

Shapes, every part of the parameters and every part of the work, on a table of small layers and on
random ones. Height and width differ nearly everywhere.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import DoesNotFit, count, slide

import mnetcost


def spec(size, *layers):
    height, width, channels = size
    entries = "".join(f"  - {layer}\n" for layer in layers)
    return f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n{entries}"


def assert_agrees(text):
    rows, cost = count(text), mnetcost.load(text).cost()
    assert len(rows) == len(cost.layers)
    for row, layer in zip(rows, cost.layers, strict=True):
        assert layer.output == row.output, layer.name
        held, done = layer.parameters._asdict(), layer.work
        assert {kind: held[kind] for kind in held if held[kind]} == +row.parameters, layer.name
        assert {kind: done[kind] for kind in done if done[kind]} == +row.work, layer.name
        assert layer.params == row.parameters["weights"]
        assert layer.mult_adds == row.work["multiply_accumulate"]
    assert cost.params == sum(row.parameters["weights"] for row in rows)
    assert cost.mult_adds == sum(row.work["multiply_accumulate"] for row in rows)


# --- the counter itself, against counts done by hand


@pytest.mark.parametrize(
    # length, kernel, stride, dilation, padding; where placements begin; the last px touched
    ("axis", "starts", "last"),
    [
        ((5, 3, 1, 1, "valid"), [0, 1, 2], 4),
        ((5, 3, 2, 1, "valid"), [0, 2], 4),
        ((6, 3, 2, 1, "valid"), [0, 2], 4),
        ((6, 3, 2, 1, 1), [0, 2, 4], 6),
        ((5, 2, 2, 1, "same"), [0, 2, 4], 5),
        ((6, 3, 2, 1, "same"), [0, 2, 4], 6),
        ((7, 1, 3, 1, "same"), [0, 3, 6], 6),
        ((8, 1, 4, 1, "same"), [0, 4], 4),
        ((7, 3, 1, 2, "valid"), [0, 1, 2], 6),
        ((1, 7, 1, 1, "same"), [0], 6),
        ((1, 1, 1, 1, 2), [0, 1, 2, 3, 4], 4),
    ],
)
def test_the_counter_slides_as_on_paper(axis, starts, last):
    placements = slide(*axis)
    assert [placement[0] for placement in placements] == starts
    assert placements[-1][-1] == last


@pytest.mark.parametrize(
    ("size", "layer", "weights", "products"),
    [
        # 7 · 8 · 16 weights on 10 · 12 positions; 9 · 8 on 10 · 10; and 2 · 3 · (4/2) · 6 on 3 · 5
        ((10, 12, 8), "conv: {out: 16, kernel: [1, 7]}", 896, 107_520),
        ((10, 10, 8), "depthwise: {kernel: 3}", 72, 7_200),
        ((4, 7, 4), "conv: {out: 6, kernel: [2, 3], groups: 2, padding: valid}", 72, 1_080),
    ],
)
def test_the_counter_agrees_with_counts_by_hand(size, layer, weights, products):
    (row,) = count(spec(size, layer))
    assert (row.parameters["weights"], row.work["multiply_accumulate"]) == (weights, products)


# --- a table of layers


CASES = [
    ((5, 7, 3), "conv: {out: 4}"),
    ((5, 7, 3), "conv: {out: 4, kernel: 3}"),
    ((5, 7, 3), "conv: {out: 4, kernel: [2, 3]}"),
    ((5, 7, 3), "conv: {out: 4, kernel: [3, 2], bias: true}"),
    ((5, 7, 3), "conv: {out: 4, kernel: [4, 1], norm: batch, act: relu}"),
    ((5, 7, 3), "conv: {out: 4, kernel: [1, 4], padding: valid, norm: batch, act: prelu}"),
    ((5, 8, 3), "conv: {out: 4, kernel: 3, stride: 2}"),
    ((8, 5, 3), "conv: {out: 4, kernel: 3, stride: [1, 2]}"),
    ((8, 5, 3), "conv: {out: 4, kernel: [3, 2], stride: [3, 1], padding: valid}"),
    ((8, 5, 3), "conv: {out: 2, kernel: 1, stride: 3}"),
    ((8, 5, 3), "conv: {out: 2, kernel: 1, stride: [2, 4], padding: valid}"),
    ((6, 5, 2), "conv: {out: 3, kernel: 3, padding: 1, stride: 2}"),
    ((6, 5, 2), "conv: {out: 3, kernel: [3, 5], padding: [1, 2]}"),
    ((6, 5, 2), "conv: {out: 3, kernel: [3, 5], padding: [2, 0]}"),
    ((6, 5, 2), "conv: {out: 3, kernel: 2, padding: [0, 3], stride: [2, 3]}"),
    ((3, 4, 2), "conv: {out: 3, kernel: [5, 6], padding: [1, 1]}"),
    ((7, 9, 2), "conv: {out: 3, kernel: 3, dilation: 2}"),
    ((7, 9, 2), "conv: {out: 3, kernel: 3, dilation: 2, padding: valid}"),
    ((7, 9, 2), "conv: {out: 3, kernel: [2, 3], dilation: [3, 2], padding: valid, stride: [1, 2]}"),
    ((7, 9, 2), "conv: {out: 3, kernel: [3, 2], dilation: [2, 3], padding: [1, 2]}"),
    ((4, 5, 6), "conv: {out: 4, kernel: [1, 3], groups: 2}"),
    ((4, 5, 6), "conv: {out: 9, kernel: [3, 1], groups: 3, bias: true}"),
    ((4, 5, 6), "conv: {out: 6, kernel: [2, 3], groups: 6, norm: batch}"),
    ((4, 5, 6), "conv: {out: 12, kernel: 3, groups: 6, stride: 2, act: swish}"),
    ((4, 5, 6), "conv: {out: 4, groups: 2}"),
    ((5, 6, 4), "depthwise"),
    ((5, 6, 4), "depthwise: {kernel: [1, 5], stride: [2, 1], bias: true}"),
    ((5, 6, 4), "depthwise: {kernel: [2, 4], padding: valid, norm: batch, act: prelu}"),
    ((5, 6, 4), "depthwise: {multiplier: 3, norm: batch, bias: true}"),
    ((5, 6, 4), "depthwise: {multiplier: 2, dilation: [1, 2], padding: [0, 1]}"),
    ((5, 6, 1), "depthwise: {kernel: [3, 2]}"),
    ((5, 6, 4), "pointwise: {out: 7}"),
    ((5, 6, 4), "pointwise: {out: 7, stride: [2, 3], bias: true, act: relu}"),
    ((5, 6, 4), "pointwise: {out: 6, groups: 2, norm: batch}"),
    ((6, 5, 3), "separable: {out: 5}"),
    ((6, 5, 3), "separable: {out: 5, kernel: [3, 1], stride: [1, 2], bias: true}"),
    ((6, 5, 3), "separable: {out: 5, kernel: [2, 3], padding: valid, norm: batch, act: relu}"),
    ((6, 5, 3), "separable: {out: 5, norm: batch, act: prelu, inner: {norm: none, act: none}}"),
    ((6, 5, 3), "separable: {out: 5, bias: true, inner: {bias: false, norm: batch}}"),
    ((6, 5, 3), "separable: {out: 5, multiplier: 2, norm: batch, bias: true, inner: {act: prelu}}"),
    ((6, 5, 3), "separable: {out: 5, dilation: [2, 1], padding: [1, 0], inner: {act: prelu}}"),
    ((1, 1, 9), "dense: {out: 4}"),
    ((1, 1, 9), "dense: {out: 4, bias: true, norm: batch, act: prelu}"),
    ((6, 9, 3), "max_pool: {kernel: 3}"),
    ((6, 9, 3), "max_pool: {kernel: [2, 3]}"),
    ((6, 9, 3), "max_pool: {kernel: [2, 3], stride: 1}"),
    ((5, 9, 3), "max_pool: {kernel: 3, stride: 2, padding: 1}"),
    ((5, 9, 3), "avg_pool: {kernel: [2, 4], padding: valid}"),
    ((5, 9, 3), "avg_pool: {kernel: [2, 3], padding: [1, 0], dilation: [2, 3], stride: [1, 2]}"),
    ((5, 9, 3), "global_avg_pool"),
    ((5, 9, 3), "global_max_pool"),
    ((5, 9, 3), "batch_norm"),
    ((5, 9, 3), "relu"),
    ((5, 9, 3), "prelu"),
    ((5, 9, 3), "softmax"),
    ((5, 9, 3), "flatten"),
    ((5, 9, 3), "dropout: {rate: 0.5}"),
]


@pytest.mark.parametrize(("size", "layer"), CASES)
def test_small_layers(size, layer):
    assert_agrees(spec(size, layer))


@pytest.mark.parametrize(
    ("size", "layers"),
    [
        ((3, 5, 4), ["flatten", "dense: {out: 3, bias: true}", "softmax"]),
        ((5, 3, 4), ["global_avg_pool", "dense: {out: 3}"]),
        ((9, 7, 2), ["conv: {out: 4, stride: 2}", "max_pool: {kernel: [3, 2]}", "flatten"]),
        ((9, 7, 2), ["separable: {out: 4, stride: [2, 1]}", "separable: {out: 3, kernel: [1, 3]}"]),
        ((7, 9, 2), ["depthwise: {multiplier: 2}", "batch_norm", "conv: {out: 2, groups: 2}"]),
    ],
)
def test_small_networks(size, layers):
    assert_agrees(spec(size, *layers))


# --- random layers


sides = st.integers(1, 7)
pairs = st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4)).map(list))
paddings = st.one_of(
    st.sampled_from(["same", "valid"]),
    st.integers(0, 3),
    st.tuples(st.integers(0, 3), st.integers(0, 3)).map(list),
)
steps = {"stride": pairs, "padding": paddings, "dilation": pairs}
window = {"kernel": pairs, **steps}
riders = {
    "bias": st.sampled_from(["true", "false"]),
    "norm": st.sampled_from(["batch", "none"]),
    "act": st.sampled_from(["relu", "prelu", "none"]),
}
widths = st.integers(1, 5)


@st.composite
def written(draw, name, required, optional):
    keys = draw(st.fixed_dictionaries(required, optional=optional))
    return f"{name}: {{{', '.join(f'{key}: {value}' for key, value in keys.items())}}}"


@st.composite
def grouped(draw):
    groups, shares = draw(st.integers(1, 3)), draw(st.tuples(st.integers(1, 2), st.integers(1, 3)))
    keys = {"out": st.just(groups * shares[1]), "groups": st.just(groups)}
    layer = draw(written(draw(st.sampled_from(["conv", "pointwise"])), keys, {"stride": pairs}))
    return groups * shares[0], layer


inner = st.sampled_from(["{norm: none}", "{bias: true, act: none}", "{bias: false, norm: batch}"])
layers = st.one_of(
    st.tuples(widths, written("conv", {"out": widths}, {**window, **riders})),
    st.tuples(
        widths, written("depthwise", {}, {**window, **riders, "multiplier": st.integers(1, 2)})
    ),
    st.tuples(widths, written("pointwise", {"out": widths}, {"stride": pairs, **riders})),
    st.tuples(widths, written("separable", {"out": widths}, {**window, **riders, "inner": inner})),
    st.tuples(widths, written("max_pool", {"kernel": pairs}, steps)),
    st.tuples(widths, written("avg_pool", {"kernel": pairs}, steps)),
    grouped(),
)


@settings(max_examples=150)
@given(sides, sides, layers)
def test_random_layers(height, width, case):
    channels, layer = case
    text = spec((height, width, channels), layer)
    try:
        count(text)
    except DoesNotFit:
        with pytest.raises(mnetcost.SpecError, match="kernel-too-large"):
            mnetcost.load(text)
    else:
        assert_agrees(text)


@settings(max_examples=40)
@given(sides, sides, widths, st.lists(layers, min_size=1, max_size=3), st.booleans())
def test_random_networks(height, width, channels, cases, flat):
    # a grouped layer needs a width that its groups divide: only the others may follow one another
    entries = [layer for _, layer in cases if "groups" not in layer]
    entries.append("flatten" if flat else "global_avg_pool")
    text = spec((height, width, channels), *entries, "dense: {out: 3, bias: true}")
    try:
        count(text)
    except DoesNotFit:
        with pytest.raises(mnetcost.SpecError, match="kernel-too-large"):
            mnetcost.load(text)
    else:
        assert_agrees(text)
