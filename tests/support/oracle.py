"""An independent counter: it walks the loops of small layers and counts one by one.

It knows none of the package's formulas. An output side is found by sliding the window over the
padded input until it falls off; a weight is a distinct index that some multiplication uses; a
multiplication with a padding zero counts like any other.
"""

from collections import Counter
from typing import NamedTuple

import yaml


class Row(NamedTuple):
    """What one layer has, as counted."""

    output: tuple
    parameters: Counter  # weights, biases, norm_affine, norm_statistics, other
    work: Counter  # multiply_accumulate, bias, normalization, activation, pooling, softmax


class DoesNotFit(Exception):
    """A window has no place in its input at all."""


DEFAULT_KERNEL = {"conv": 1, "pointwise": 1, "depthwise": 3, "separable": 3}


def count(text):
    """The rows of a spec whose layers follow one another; α = ρ = 1."""
    spec = yaml.safe_load(text)
    shape = tuple(spec["input"][key] for key in ("height", "width", "channels"))
    rows = []
    for entry in spec["layers"]:
        name, keys = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
        for part, part_keys in split(name, keys or {}):
            row = KINDS[part](shape, part_keys, part)
            ride(row, part_keys)
            rows.append(row)
            shape = row.output
    return rows


def split(name, keys):
    """A layer as written, as the one or two that do its work."""
    if name != "separable":
        return [(name, keys)]
    common = {key: value for key, value in keys.items() if key in ("bias", "norm", "act")}
    window = {
        key: value
        for key, value in keys.items()
        if key in ("kernel", "stride", "padding", "dilation", "multiplier")
    }
    depthwise = {**window, **common, **keys.get("inner", {})}
    return [("depthwise", depthwise), ("pointwise", {"out": keys["out"], **common})]


def both(value):
    return tuple(value) if isinstance(value, list) else (value, value)


def slide(length, kernel, stride, dilation, padding):
    """The padded coordinates that each placement of the window touches, along one axis."""
    taps = [tap * dilation for tap in range(kernel)]
    if padding == "same":
        wanted = len(range(0, length, stride))
        total = max((wanted - 1) * stride + taps[-1] + 1 - length, 0)
    else:
        total = 2 * (0 if padding == "valid" else padding)
    placements, start = [], 0
    while start + taps[-1] < length + total:
        placements.append([start + tap for tap in taps])
        start += stride
    if not placements:
        raise DoesNotFit
    return placements


def windows(shape, keys, kind):
    """Placements along the height and along the width."""
    kernel = keys.get("kernel", DEFAULT_KERNEL.get(kind))
    stride = keys.get("stride", kernel if kind.endswith("pool") else 1)
    padding, dilation = keys.get("padding", "same"), keys.get("dilation", 1)
    axes = zip(shape[:2], both(kernel), both(stride), both(dilation), both(padding), strict=True)
    return [slide(*axis) for axis in axes]


def multiply(shape, rows, columns, pairs):
    """Multiply at every placement for each (output channel, input channel) of `pairs`."""
    products, weights = 0, set()
    for row in rows:
        for column in columns:
            for pair in pairs:
                for i, _ in enumerate(row):
                    for j, _ in enumerate(column):
                        products += 1
                        weights.add((pair, i, j))
    channels = len({outgoing for outgoing, _ in pairs})
    return Row(
        (len(rows), len(columns), channels),
        Counter(weights=len(weights)),
        Counter(multiply_accumulate=products),
    )


def conv(shape, keys, kind):
    incoming, outgoing, groups = (
        list(range(shape[2])),
        list(range(keys["out"])),
        keys.get("groups", 1),
    )
    pairs = []
    for group in range(groups):
        # each group takes the next share of both sides
        ins = incoming[group * len(incoming) // groups : (group + 1) * len(incoming) // groups]
        outs = outgoing[group * len(outgoing) // groups : (group + 1) * len(outgoing) // groups]
        pairs += [(after, before) for after in outs for before in ins]
    return multiply(shape, *windows(shape, keys, kind), pairs)


def depthwise(shape, keys, kind):
    filters = range(keys.get("multiplier", 1))
    pairs = [((before, turn), before) for before in range(shape[2]) for turn in filters]
    return multiply(shape, *windows(shape, keys, kind), pairs)


def dense(shape, keys, kind):
    assert shape[:2] == (1, 1)
    pairs = [(after, before) for after in range(keys["out"]) for before in range(shape[2])]
    return multiply(shape, [[0]], [[0]], pairs)


def pool(shape, keys, kind):
    rows, columns = windows(shape, keys, kind)
    reads = sum(
        len(row) * len(column) for row in rows for column in columns for _ in range(shape[2])
    )
    return Row((len(rows), len(columns), shape[2]), Counter(), Counter(pooling=reads))


def elements(shape):
    return [(i, j, c) for i in range(shape[0]) for j in range(shape[1]) for c in range(shape[2])]


def global_pool(shape, keys, kind):
    return Row((1, 1, shape[2]), Counter(), Counter(pooling=len(elements(shape))))


def flatten(shape, keys, kind):
    return Row((1, 1, len(elements(shape))), Counter(), Counter())


def dropout(shape, keys, kind):
    return Row(shape, Counter(), Counter())


def elementwise(shape, keys, kind):
    row = Row(shape, Counter(), Counter())
    apply(row, kind)
    return row


def apply(row, kind):
    """Run one elementwise function over a layer's output."""
    values = elements(row.output)
    channels = {value[2] for value in values}
    if kind == "batch_norm":
        row.work["normalization"] += len(values)
        for _ in channels:
            row.parameters["norm_affine"] += len(("gamma", "beta"))
            row.parameters["norm_statistics"] += len(("mean", "variance"))
    else:
        row.work["softmax" if kind == "softmax" else "activation"] += len(values)
        row.parameters["other"] += len(channels) if kind == "prelu" else 0


def ride(row, keys):
    """Add the bias, the normalisation and the activation that ride on a layer."""
    if keys.get("bias"):
        row.parameters["biases"] += len({value[2] for value in elements(row.output)})
        row.work["bias"] += len(elements(row.output))
    if keys.get("norm", "none") != "none":
        apply(row, "batch_norm")
    if keys.get("act", "none") != "none":
        apply(row, keys["act"])


KINDS = {
    "conv": conv,
    "pointwise": conv,
    "depthwise": depthwise,
    "dense": dense,
    "max_pool": pool,
    "avg_pool": pool,
    "global_avg_pool": global_pool,
    "global_max_pool": global_pool,
    "flatten": flatten,
    "dropout": dropout,
    **dict.fromkeys(("batch_norm", "relu", "prelu", "swish", "softmax"), elementwise),
}
