"""Attention: over channels (squeeze and excitation) and over positions (heads)."""

from collections.abc import Iterable, Sequence
from typing import Annotated, NamedTuple, Self

from mnetcost.layers.activation import Act, activation
from mnetcost.layers.arithmetic import Quantity, differs
from mnetcost.layers.base import (
    HERE,
    HERE_AND_ALL,
    WHOLE,
    Amount,
    Check,
    Kept,
    Layer,
    Map,
    Pair,
    Part,
    Reach,
    Reaches,
    Stage,
    Tie,
    Width,
    channel_for_channel,
    layer,
    side_by_side,
    undivided,
)
from mnetcost.layers.convolution import Conv
from mnetcost.layers.fields import (
    MAX_CHANNELS,
    CalledAs,
    Channels,
    Choice,
    Edges,
    Integer,
    OptionalSize,
    Switch,
)
from mnetcost.layers.joins import Multiply, Product, shown
from mnetcost.layers.pooling import GlobalAvgPool
from mnetcost.layers.window import ONE
from mnetcost.text import counted

# The 1×1 convolutions of a gate, by whether they have a bias; their widths come from the maps.
_KERNELS = {bias: Conv(out=1, bias=bias) for bias in (False, True)}
_GATED = Multiply()
NO_SHIFT = Pair(0, 0)

Heads = Annotated[Quantity, Integer(1, MAX_CHANNELS, "heads")]
OptionalHeads = Annotated[Quantity | None, Integer(1, MAX_CHANNELS, "heads")]
Across = Annotated[str, Choice(("positions", "channels"))]
RelativePosition = Annotated[str, Choice(("none", "signed", "absolute"))]


@layer("squeeze_excitation", example="squeeze_excitation: {squeeze: 4}")
class SqueezeExcitation(Kept):
    """A gate a channel, from a bottleneck over the pooled map. Hu et al. 2018, arXiv:1709.01507."""

    squeeze: Channels
    bias: Switch = True
    act: Act = "relu"
    gate: Act = "sigmoid"

    def sees(self, x: Map, y: Map) -> Reaches:
        return HERE_AND_ALL, HERE_AND_ALL

    def shape(self, x: Map, y: Map) -> tuple[Quantity, ...]:
        return (x.c, self.squeeze)

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        for stage in self.stages(x, y):
            yield from stage.layer.parameters(stage.x, stage.y)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        for stage in self.stages(x, y):
            yield from stage.layer.work(stage.x, stage.y)

    def stages(self, x: Map, y: Map) -> Iterable[Stage]:
        pooled, squeezed = Map(1, 1, x.c), Map(1, 1, self.squeeze)
        yield Stage(GlobalAvgPool(), x, pooled)
        yield Stage(_KERNELS[self.bias], pooled, squeezed)
        if self.act != "none":
            yield Stage(activation(self.act), squeezed, squeezed)
        yield Stage(_KERNELS[self.bias], squeezed, pooled)
        if self.gate != "none":
            yield Stage(activation(self.gate), pooled, pooled)
        yield Stage(_GATED, x, y)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("input_projections", x.c * self.squeeze, 1)


class Local(Layer):
    """Attention of all positions, or within a window, or of those at one place in all patches.

    Windows: Liu et al. 2021 (Swin), arXiv:2103.14030. A `shift` moves them so many px, along sides
    that more than one fill; what is left at the edges is a window, or masked: no count changes.
    Patches: Mehta and Rastegari 2022 (MobileViT), arXiv:2110.02178, section 3.1.
    """

    maps_within = True  # queries, keys, values, and their products

    window: OptionalSize = None
    shift: Edges = NO_SHIFT
    patch: OptionalSize = None

    @classmethod
    def ways(cls) -> tuple[tuple[str, ...], ...]:
        return (), ("window", "shift"), ("patch",)

    def reach(self, keys: Map) -> Pair:
        """The sides of what one query attends of the keys."""
        if self.window is not None:
            return self.window
        patch = self.patch or ONE
        return Pair(keys.h // patch.h, keys.w // patch.w)

    def within(self, keys: Map) -> Reaches:
        """What a position sees of the map that it attends."""
        if self.window is not None:
            h, w = map(_window, self.window, self.shift, keys[:2])
            return h, w
        h, w = (HERE_AND_ALL if one == 1 else Reach(apart=one) for one in self.patch or ONE)
        return h, w

    def tiling(self, keys: Map) -> Iterable[Check]:
        """Windows, or patches, fill the map; and a shift is a part of a window."""
        window, shift = self.window or ONE, self.shift
        yield Check(
            (shift.h >= window.h) | (shift.w >= window.w),
            "shapes",
            lambda: (
                f"windows of {window.h}×{window.w} px are shifted by {shift.h}×{shift.w} px: it "
                "takes fewer than a window has"
                if self.window
                else "a `shift` is of windows: write `window` beside it"
            ),
        )
        tile, what = self.window or self.patch or ONE, "patches" if self.patch else "windows"
        yield Check(
            (keys.h % tile.h > 0) | (keys.w % tile.w > 0),
            "shapes",
            lambda: (
                f"{what} of {tile.h}×{tile.w} px do not fill a {keys.h}×{keys.w} map: put pad or "
                "resize before it"
            ),
        )


def _window(size: int, shift: int, side: int) -> Reach:
    """The window of a position, along a side of a map that windows of this size fill."""
    begin = shift if size < side else 0
    return Reach(-begin, -begin, per=size, unit=size, begin=begin)


@layer("attention", example="attention: {heads: 4}")
class Attention(Local, Kept):
    """Multi-head self-attention over the n positions of a map. Vaswani et al. 2017, section 3.2.

    Query, key, value and output projections hold c² weights each; the products of queries with
    keys and of their softmax with values take n·k·c multiply-accumulates each, where a query
    attends k positions: all n, those of its window, or one of each patch.
    """

    heads: Heads
    bias: Switch = True

    def sees(self, x: Map, y: Map) -> Reaches:
        return self.within(x)

    def equal_parts(self, x: Map) -> tuple[int, int]:
        return self.heads, self.heads

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        yield undivided(self.heads, "heads", x.c)
        yield from self.tiling(x)

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        yield Amount("weights", 4 * x.c * x.c)
        if self.bias:
            yield Amount("biases", 4 * x.c)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        positions, reach = x.h * x.w, self.reach(x)
        yield Part("multiply_accumulate", 4 * x.c * x.c, positions)
        yield Part("attention_product", 2 * x.c * (reach.h * reach.w), positions)
        if self.bias:
            yield Part("bias", 4 * x.c, positions)
        yield Part("softmax", self.heads * (reach.h * reach.w), positions)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        yield Part("input_projections", 3 * x.c * x.c, x.h * x.w)
        yield Part("softmax_rows", self.heads, x.h * x.w)
        if self.bias:
            yield Part("input_bias", 3 * x.c, x.h * x.w)


class Operands(NamedTuple):
    """The maps of an attention."""

    queries: Map
    keys: Map
    values: Map


class WithoutProjections(Local):
    """Attention of queries, keys and values that other layers give."""

    heads: Heads
    key_value_heads: OptionalHeads = None
    across: Across = "positions"
    relative_position: RelativePosition = "none"
    called_as: CalledAs = "functional"
    maps: tuple[Map, ...] = ()

    def shared(self) -> Quantity:
        """The heads of keys and values."""
        return self.heads if self.key_value_heads is None else self.key_value_heads

    def operands(self, first: Map) -> Operands:
        """Queries, keys and values, of which the first map is read."""
        one, *others = self.maps or (first,)
        if not others:
            thirds = self.heads + 2 * self.shared()
            keys = one._replace(c=one.c * self.shared() // thirds)
            return Operands(one._replace(c=one.c * self.heads // thirds), keys, keys)
        if len(others) == 1:
            half = others[0]._replace(c=others[0].c // 2)
            return Operands(one, half, half)
        return Operands(one, others[0], others[1])

    def attended(self, x: Map) -> tuple[Quantity, Quantity]:
        """With how many keys both products take a query, and the queries; or so of channels."""
        queries, keys, _ = self.operands(x)
        reach = self.reach(keys)
        channels = queries.c // self.heads
        seen = channels if self.across == "channels" else reach.h * reach.w
        return seen, queries.h * queries.w

    def product_gradients(self, x: Map, y: Map, needed: Sequence[bool]) -> Quantity:
        """dV = Pᵀ·dO and dP = dO·Vᵀ take what P·V does, dQ = dS·K and dK = dSᵀ·Q what Q·Kᵀ does.

        dS follows from dP, which Q, K and a learned table need; V does not.
        """
        (seen, rows), *before, last = self.attended(x), *needed
        q, k, v = (*before, last, last, last)[:3]  # side by side in one map they need one alike
        p = q or k or self.relative_position != "none"
        return seen * (self.operands(x).queries.c * (q + k) + y.c * (v + p)) * rows

    def output(self, x: Map, width: Width) -> Map:
        queries, _, values = self.operands(x)
        return Map(queries.h, queries.w, values.c * self.heads // self.shared())

    def ties(self, maps: Sequence[Map], y: Map) -> Sequence[Tie] | str:
        """A product sums over the channels of a head; all heads have as many."""
        q, k, v = self.operands(maps[0])
        if self.across == "channels":
            ties = [channel_for_channel(y.c) for _ in (q, k, v)]
        else:
            summed, given = q.c // self.heads, v.c // self.shared()
            ties = [Tie(range(one.c), [y.c + at % summed for at in range(one.c)]) for one in (q, k)]
            readers = self.heads // self.shared()
            values = [at // given // readers * given + at % given for at in range(y.c)]
            ties.append(Tie(values, range(y.c)))
        apart = len(maps) - 1  # those behind stand side by side in the last map
        return (*ties[:apart], side_by_side(ties[apart:], (q, k, v)[apart:]))

    def equal_parts(self, x: Map) -> tuple[int, int]:
        return 1, self.heads

    def narrowed(self, maps: Sequence[Map], to: Sequence[Map], y: Map) -> Self:
        first, *others = to
        last = to[-1]._replace(c=y.c * self.shared() // self.heads)
        keys = to[-1]._replace(c=to[-1].c - last.c)
        if not others:  # what is left are queries and keys, as many a head
            keys = keys._replace(c=keys.c * self.shared() // (self.heads + self.shared()))
            first = first._replace(c=first.c - last.c - keys.c)
        return self._replace(maps=tuple(to) if len(to) == 3 else (first, keys, last))

    def sees_each(self, maps: Sequence[Map], y: Map) -> Sequence[Reaches]:
        if self.across == "channels":
            return [(HERE_AND_ALL, HERE_AND_ALL) for _ in maps]  # each product is over positions
        first, *others = maps
        if not others:
            return [self.within(first)]
        local = self.window or self.patch
        return [(HERE, HERE), *(self.within(one) if local else (WHOLE, WHOLE) for one in others)]

    def checks(self, x: Map, y: Map) -> Iterable[Check]:
        q, k, v = self.operands(x)
        whole = self.maps or (x,)
        shared = self.shared()
        parts = (self.heads + 2 * shared, 2, 1)[len(whole) - 1]  # side by side in the last map
        yield Check(
            self.heads % shared > 0,
            "groups",
            lambda: (
                f"{shared} heads of keys and values do not divide {counted(self.heads, 'head')}"
            ),
            final=True,
        )
        yield Check(
            (whole[-1].c % parts > 0) | (q.c % self.heads > 0) | (v.c % shared > 0),
            "groups",
            lambda: f"the channels of {shown(whole)} do not divide into {self._heads()}",
            final=True,
        )
        yield Check(
            differs(q.c * shared, k.c * self.heads) | differs(k.h, v.h) | differs(k.w, v.w),
            "shapes",
            lambda: f"queries, keys and values of {shown((q, k, v))} for {self._heads()}",
        )
        if self.across == "channels":
            yield Check(
                differs(shared, self.heads) | differs(q.c, v.c),
                "shapes",
                lambda: f"attention across channels of {shown((q, k, v))} for {self._heads()}",
            )
        if self.across == "channels" or self.window or self.patch or self._signed():
            yield Check(
                differs(q.h, k.h) | differs(q.w, k.w),
                "shapes",
                lambda: f"queries and keys of {shown((q, k))}: here they need the same sides",
            )
        yield from self.tiling(k)

    def agreement(self, maps: Sequence[Map]) -> Iterable[Check]:
        """What is impossible with these maps, or keys, together."""
        yield Check(
            len(maps) > 3, "shapes", lambda: f"queries, keys and values are no {len(maps)} maps"
        )
        local = [one for one in ("window", "patch") if getattr(self, one)]
        local += [] if self.relative_position == "none" else ["relative_position"]
        yield Check(
            self.across == "channels" and bool(local),
            "shapes",
            lambda: f"attention across channels has no {local[0]}",
        )

    def _signed(self) -> bool:
        return self.relative_position == "signed"

    def _heads(self) -> str:
        heads, shared = counted(self.heads, "head"), self.key_value_heads
        return heads if shared is None else f"{heads} ({shared} of keys and values)"


@layer("dot_product_attention", example="conv: {out: 48}\ndot_product_attention: {heads: 4}")
class DotProductAttention(WithoutProjections, Product):
    """softmax(Q·Kᵀ)·V without weights, a head at a time. Vaswani et al. 2017, eq. 1.

    `from: [q, k, v]`; of two maps the second is keys and values side by side, one is all three.
    With fewer `key_value_heads` several heads read one of keys and values (Ainslie et al. 2023,
    arXiv:2305.13245). `across: channels` is softmax(Qᵀ·K)·Vᵀ (El-Nouby et al. 2021, XCiT,
    arXiv:2106.09681). `relative_position` adds a learned value a head to each product: one for
    every signed distance (Swin), or for every absolute one (LeViT).
    """

    def parameters(self, x: Map, y: Map) -> Iterable[Amount]:
        reach = self.reach(self.operands(x).keys)
        if self._signed():
            yield Amount("other", self.heads * (2 * reach.h - 1) * (2 * reach.w - 1))
        elif self.relative_position == "absolute":
            yield Amount("other", self.heads * reach.h * reach.w)

    def work(self, x: Map, y: Map) -> Iterable[Part]:
        seen, rows = self.attended(x)
        yield Part("attention_product", seen * (self.operands(x).queries.c + y.c), rows)
        yield from self._scores("softmax", x)
        if self.relative_position != "none":
            yield from self._scores("elementwise", x)

    def measures(self, x: Map, y: Map) -> Iterable[Part]:
        queries, keys, _ = self.operands(x)
        rows = queries.h * queries.w
        yield Part("keys", keys.c, keys.h * keys.w)
        if len(self.maps) == 1:  # of a dense layer that made it, and of one that reads the output
            yield Part("around", (x.c + y.c) * y.c, rows)
            yield Part("around_bias", x.c + y.c, rows)
        if self.across == "channels":
            yield from self._scores("scaled", x)
            yield Part("softmax_rows", queries.c, 1)
        else:
            yield Part("scaled", queries.c, rows)
            yield Part("softmax_rows", self.heads, rows)

    def _scores(self, kind: str, x: Map) -> Iterable[Part]:
        """One operation of this kind for each product of a query with a key, or of two channels."""
        queries, keys, _ = self.operands(x)
        if self.across == "channels":
            yield Part(kind, queries.c * (queries.c // self.heads), 1)
        else:
            reach = self.reach(keys)
            yield Part(kind, self.heads * (reach.h * reach.w), queries.h * queries.w)
