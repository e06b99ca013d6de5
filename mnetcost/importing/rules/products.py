"""Products of two computed values: attention by its parts, or as one call."""

from math import prod
from typing import Any

from mnetcost.importing.axes import (
    CHANNELS,
    IMAGE,
    SIDES,
    Atom,
    Axes,
    Axis,
    is_images,
    joined,
    shape_of,
    size_of,
    whole,
)
from mnetcost.importing.rules.pointwise import by_channel, dense, dense_of
from mnetcost.importing.translation import Operands, has, learned
from mnetcost.importing.values import Known, Scores, Stored, Unsaid, Value
from mnetcost.layers.attention import Attention, DotProductAttention
from mnetcost.layers.base import Pair


def matmul(o: Operands) -> Known:
    """A product of matrices, the last two axes of both: by a stored kernel it is a dense layer."""
    a, b = o.given("x"), o.given("weight")
    if isinstance(b, Stored):
        return dense(o)
    a, b = (
        _turned(one) if o.flag(word) and isinstance(one, Value) else one
        for one, word in ((a, "first_turned"), (b, "second_turned"))
    )
    if isinstance(a, Scores) and isinstance(b, Value):
        return attended(o, a, b)
    if isinstance(a, Value) and isinstance(b, Value) and min(len(a.axes), len(b.axes)) > 1:
        if a.axes[-1] != b.axes[-2]:
            raise Unsaid("it multiplies axes that are not of one kind")
        return Scores(o.call.outputs[0], a, b, (*a.axes[:-1], b.axes[-1]))
    raise Unsaid("it multiplies what is not known")


def attention(o: Operands) -> Value:
    """softmax(Q·Kᵀ)·V in one call: axes [..., heads, positions, channels of a head]."""
    q, k, v = o.value("x"), o.value("keys"), o.value("values")
    if min(len(one.axes) for one in (q, k, v)) < 2:
        raise Unsaid("its operands are no matrices")
    mask = o.given("mask")
    if isinstance(mask, Stored) and mask.learned:
        o.translation.asked.discard(mask.name)  # no layer has it
        o.translation.beside.add(mask.name)
    return attended(o, Scores(o.call.outputs[0], q, _turned(k), (*q.axes[:-1], k.axes[-2])), v)


def written_attention(o: Operands) -> Value:
    """Multi-head attention over all positions with its projections, whose sizes arguments say."""
    q, v = (by_channel(o, -1, o.value(word)) for word in ("queries", "values"))
    k = v if o.given("keys") is None else by_channel(o, -1, o.value("keys"))
    heads, size = o.count("heads"), o.count("size")
    shared, value_size = o.count("key_value_heads", heads), o.count("value_size", size)
    out, bias, owner = o.count("filters", q.map.c), has(o, "bias"), learned(o)
    if any(not is_images(one.axes[0]) or len(one.axes) < 3 for one in (q, k, v)):
        raise Unsaid("its operands are no positions of channels")
    over = o.places("over") or range(1, len(q.axes) - 1)
    if sorted(over) != list(range(1, len(q.axes) - 1)) or o.flag("unknown"):
        raise Unsaid("its arguments ask for more than an attention over all positions")
    if q == k == v and shared == heads and out == heads * size == heads * value_size == q.map.c:
        y = o.translation.layer(o.call, Attention(heads=heads, bias=bias), [q], owner)
        return y._replace(axes=q.axes)

    def projected(word: str, x: Value, width: int) -> Value:
        part = Operands(o.translation, o.call._replace(name=f"{o.call.name}/{word}"), {})
        return dense_of(part, x, width, bias, owner and owner._replace(name=f"{owner.name}/{word}"))

    operands = [
        projected("query", q, heads * size),
        projected("key", k, shared * size),
        projected("value", v, shared * value_size),
    ]
    record = DotProductAttention(heads=heads, key_value_heads=None if shared == heads else shared)
    y = o.translation.layer(o.call, record, operands)
    axes = (*q.axes[:-1], whole(CHANNELS, y.map.c))
    return projected("output", y._replace(axes=axes), out)


def _turned(value: Value) -> Value:
    """A value with its last two axes in each other's place."""
    return value._replace(axes=(*value.axes[:-2], *value.axes[:-3:-1]))


def attended(o: Operands, scores: Scores, values: Value) -> Value:
    """The values weighed by the scores of their positions."""
    q, k = scores.queries, scores.keys
    if scores.axes[-1] != values.axes[-2]:
        raise Unsaid("it weighs other positions than the keys have")
    leading = q.axes[:-2]
    contracted = {atom.side for atom in q.axes[-1]}
    if contracted != {CHANNELS}:
        raise Unsaid("its queries and keys are multiplied over other axes than channels")
    heads = _heads(leading)
    shared = _heads(values.axes[:-2])
    record = DotProductAttention(
        heads=heads,
        key_value_heads=None if shared == heads else shared,
        **_tiles(leading, q.axes[-2], k.axes[-1]),
    )
    if scores.name in o.translation.realized or scores.name in o.translation.attended:
        raise Unsaid("its scores are read elsewhere too")
    y = o.translation.layer(o.call, record, [q, k, values])
    size = y.map.c // heads
    _agree(o, scores, values)
    o.translation.attended.add(scores.name)
    axes = [_with_heads(axis, heads, size) for axis in leading]
    return y._replace(axes=(*axes, q.axes[-2], whole(CHANNELS, size)))


def _agree(o: Operands, scores: Scores, values: Value) -> None:
    """Raise Unsaid where the layer has other products than these axes."""
    shape, contracted = shape_of(scores.axes), size_of(scores.queries.axes[-1])
    expected = prod(shape) * (contracted + size_of(values.axes[-1]))
    entry = o.translation.entries[-1]
    record: Any = entry.layer
    x = record.merged(record.maps)
    work = record.work(x, record.output(x, lambda channels, scale: channels))
    found = sum(each * n for kind, each, n in work if kind == "attention_product")
    if found != expected:
        raise Unsaid(f"its {expected} products are not those of an attention, {found}")


def _heads(leading: Axes) -> int:
    return prod(atom.size for axis in leading for atom in axis if atom.side == CHANNELS)


def _with_heads(axis: Axis, heads: int, size: int) -> Axis:
    """A leading axis of the result: its heads step over the channels of one."""
    return joined(Atom(CHANNELS, heads, size) if atom.side == CHANNELS else atom for atom in axis)


def _tiles(leading: Axes, queries: Axis, keys: Axis) -> dict[str, Any]:
    """The windows or patches that the leading axes go through, besides heads and images."""
    outer = [atom for axis in leading for atom in axis if atom.side not in (CHANNELS, IMAGE)]
    if not outer:
        return {}
    if queries != keys:
        raise Unsaid("its windows have other keys than queries")
    steps = {side: [a for a in outer if a.side == side] for side in SIDES[:2]}
    inner = {side: [a for a in queries if a.side == side] for side in SIDES[:2]}
    if any(len(one) > 1 for one in (*steps.values(), *inner.values())):
        raise Unsaid("its windows are in parts")
    sizes = {side: inner[side][0].size if inner[side] else 1 for side in SIDES[:2]}
    if all(atom.stride == sizes[atom.side] for atom in outer):
        return {"window": Pair(*(sizes[side] for side in SIDES[:2]))}
    if all(atom.stride == 1 for atom in outer):
        patch = {side: steps[side][0].size if steps[side] else 1 for side in SIDES[:2]}
        return {"patch": Pair(*(patch[side] for side in SIDES[:2]))}
    raise Unsaid("its windows are neither next to each other nor interleaved")
