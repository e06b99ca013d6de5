"""The axes of what a call makes in sizes that it writes, or works out of those that it reads."""

from collections.abc import Sequence
from math import prod
from typing import Any

from mnetcost.importing.axes import HEIGHT, WIDTH
from mnetcost.importing.following import (
    Run,
    Runs,
    Size,
    fixed,
    new_shape,
    of_parts,
    open_run,
    own_shape,
    whole,
)
from mnetcost.importing.rules.shapes import Frame, Rule, shown
from mnetcost.importing.values import Unsaid

MAX_STRIDE = 32  # what sides that differ by its multiples are padded alike for


def spread(f: Frame) -> Sequence[Runs]:
    """Axes of 1 repeated, as often as the sizes of an argument say."""
    sizes = f.numbers("size")
    x = ((),) * (len(sizes) - len(f.runs())) + f.runs()
    new = _sizes(f, sizes)
    found = []
    for run, size, other in zip(x, sizes, new, strict=True):
        of_run = whole(run)
        found.append(run if size in (-1, of_run.own) else other)
        if of_run.own not in (1, size) and size != -1:
            raise Unsaid(f"{shown(x)} cannot be spread over {list(sizes)}")
    f.arguments["size"] = new_shape(tuple(found))
    return [tuple(found)]


def _sizes(f: Frame, sizes: Sequence[int]) -> list[Run]:
    """Axes of sizes that are written: two that are a map's height and width follow it."""
    found = [fixed(abs(size)) for size in sizes]
    for place in range(len(sizes) - 1):
        pair = (sizes[place], sizes[place + 1])
        maps = f.sides.pairs(*pair) if min(pair) > 1 else set()
        if len(maps) > 1:
            raise Unsaid(f"{list(pair)} may be several maps' height and width")
        for height, width in maps:
            found[place] = of_parts(pair[0], height, HEIGHT)
            found[place + 1] = of_parts(pair[1], width, WIDTH)
    return found


def made(f: Frame) -> Sequence[Runs]:
    """Axes of the sizes of an argument."""
    y = tuple(_sizes(f, f.numbers("size")))
    f.arguments["size"] = new_shape(y)
    return [y]


def counted(f: Frame) -> Sequence[Runs]:
    """So many numbers; whether they follow shows where they meet what does."""
    start, end, step = f.number("start", 0), f.number("end", 0), f.number("step", 1)
    return [(open_run(len(range(start, end, step))),)]


def meshed(f: Frame) -> Sequence[Runs]:
    """Places of a grid, from those along each of its sides."""
    return [tuple(run for one in f.all() for run in one)] * len(f.all())


def repeated(word: str) -> Rule:
    """The rule of axes repeated so often each."""

    def rule(f: Frame) -> Sequence[Runs]:
        times = f.numbers(word)
        rank = max(len(times), len(f.runs()))
        times = (1,) * (rank - len(times)) + times
        x = ((),) * (rank - len(f.runs())) + f.runs()
        own = [size * n for size, n in zip(own_shape(x), times)]
        new = _sizes(f, own)
        y = tuple(run if n == 1 else one for run, n, one in zip(x, times, new))
        for n, (before, after) in zip(times, zip(new_shape(x), new_shape(y))):
            if n != 1 and (not before or after % before):
                raise Unsaid(f"{shown(x)} is no part of {shown(y)}")
        pairs = zip(times, new_shape(x), new_shape(y))
        f.arguments[word] = tuple(1 if n == 1 else after // before for n, before, after in pairs)
        return [y]

    return rule


def product(f: Frame) -> Sequence[Runs]:
    """A product of matrices: the last two axes of both."""
    a, b = f.runs(0), f.runs(1)
    if min(len(a), len(b)) < 2 or whole(a[-1])[:2] != whole(b[-2])[:2]:
        raise Unsaid(f"it multiplies {shown(a)} with {shown(b)}")
    longer = a if len(a) >= len(b) else b
    return [(*longer[:-2], a[-2], b[-1])]


def attended(f: Frame) -> Sequence[Runs]:
    """Queries, and the channels of values."""
    q, k, v, *masks = f.all()
    scores = (*q[:-1], k[-2])
    for mask in masks:
        if any(
            one and whole(one)[:2] != whole(run)[:2] for one, run in zip(mask[::-1], scores[::-1])
        ):
            raise Unsaid(f"its mask is {shown(mask)} of scores {shown(scores)} at this input")
    return [(*q[:-1], v[-1])]


def dense(f: Frame) -> Sequence[Runs]:
    """All axes but the last, which is that of the kernel."""
    x, kernel = f.runs(0), f.runs(1)
    return [(*x[:-1], kernel[0])]


def einsum(f: Frame) -> Sequence[Runs]:
    """Axes by their letters."""
    operands, _, result = str(f.arguments["equation"]).replace(" ", "").partition("->")
    found: dict[str, Run] = {}
    for letters, x in zip(operands.split(","), f.all(), strict=True):
        for letter, run in zip(letters, x, strict=True):
            if new_shape((found.setdefault(letter, run),)) != new_shape((run,)):
                raise Unsaid(f"its {letter} is of several sizes at this input")
    return [tuple(found[letter] for letter in result)]


def resized(f: Frame) -> Sequence[Runs]:
    """The last two axes at the sizes of an argument, or times factors."""
    x, sizes = f.runs(), f.numbers("output_size")
    if sizes:
        y = _sizes(f, sizes)
        if len(sizes) != 2 or all(whole(run).own == whole(run).new for run in y):
            raise Unsaid(f"whether its sides {list(sizes)} follow the input is not known")
        f.arguments["output_size"] = new_shape(tuple(y))
        return [(*x[:-2], *y)]
    scales = f.numbers("scale_factors")
    sides = [
        of_parts(int(own * scale), int(new * scale), side)
        for (own, new, side), scale in zip(map(whole, x[2:]), scales, strict=True)
    ]
    return [(*x[:2], *sides)]


def shuffled(f: Frame) -> Sequence[Runs]:
    """Channels as squares of positions."""
    (factor,) = f.numbers("upscale_factor")
    images, channels, *sides = f.runs()
    y = [of_parts(own * factor, new * factor, side) for own, new, side in map(whole, sides)]
    return [(images, fixed(whole(channels).own // factor**2), *y)]


def reorganised(f: Frame) -> Sequence[Runs]:
    """Squares of positions as channels; sides that are no multiples have none."""
    (factor,) = f.numbers("downscale_factor")
    images, channels, *sides = f.runs()
    if any(size % factor for one in map(whole, sides) for size in one[:2]):
        raise Unsaid(f"{shown((*sides,))} is not made of squares of {factor} px")
    y = [of_parts(own // factor, new // factor, side) for own, new, side in map(whole, sides)]
    return [(images, fixed(whole(channels).own * factor**2), *y)]


def lengthened(f: Frame) -> Sequence[Runs]:
    """The last axis at the size of an argument."""
    (size,) = f.numbers("output_size")
    return [(*f.runs()[:-1], open_run(size))]


def gathered(f: Frame) -> Sequence[Runs]:
    """By one value of places along an axis, as many as it has axes."""
    places = [at for at, name in enumerate(f.call.inputs[1:]) if name]
    if len(places) != 1:
        raise Unsaid("it takes by several places")
    x, (axis,) = f.runs(), places
    return [(*x[:axis], *f.runs(axis + 1), *x[axis + 1 :])]


def padded(f: Frame) -> Sequence[Runs]:
    """More at the ends of axes, from the last one on, where that does not follow the input."""
    found = list(f.runs())
    pads = f.numbers("pad")
    if not any(pads):
        return [_filled(f, len(pads) // 2)]
    for back, (before, after) in enumerate(zip(pads[::2], pads[1::2])):
        size = whole(found[-1 - back])
        # (0, 1) may be what a stride of 2 asks of an even side: an odd one is padded otherwise
        moved = after - before > 1 or (before < after and (size.own - size.new) % 2)
        if size.own != size.new and moved:
            raise Unsaid(f"whether its padding, {list(pads)}, follows the input is not known")
        if before or after:
            own, new = (one + before + after for one in size[:2])
            found[-1 - back] = of_parts(own, new, size.side)
    return [tuple(found)]


def _filled(f: Frame, axes: int) -> Runs:
    """Nothing added, as a file writes it that works out how much: enough for whole windows.

    The windows are those into which the next call cuts what this one gives.
    """
    x = list(f.runs())
    cuts = [f.numbers_of(one, ("size", "shape")) for one in f.readers]
    pads = []
    for axis in reversed(range(len(x) - axes, len(x))):
        size, more = whole(x[axis]), 0
        if size.own != size.new and len(cuts) == 1 and cuts[0]:
            window = _window(own_shape(tuple(x)), axis, cuts[0])
            more = -size.new % window
            count = Size(size.own // window, (size.new + more) // window, size.side)
            x[axis] = (count, Size(window, window))
            f.sides.filled[size.side, size.own, size.new + more] = size.new
        elif (size.own - size.new) % MAX_STRIDE:
            raise Unsaid("whether its padding, of nothing, follows the input is not known")
        pads += [0, more]
    f.arguments["pad"] = tuple(pads)
    return tuple(x)


def _window(shape: Sequence[int], axis: int, sizes: Sequence[int]) -> int:
    """The last of the sizes into which an axis of a shape is cut."""
    ends = prod(shape[: axis + 1])
    for place in range(len(sizes)):
        if prod(sizes[: place + 1]) == ends:
            return sizes[place]
    raise Unsaid("into which windows what it pads is cut is not known")


def told_apart(f: Frame) -> Sequence[Runs]:
    """A place for each of so many classes on a new last axis."""
    return [(*f.runs(), fixed(f.number("num_classes", 0)))]


def convolved(f: Frame) -> Sequence[Runs]:
    """As many channels as the kernel has, and a position for each window."""
    (n, _, *sides), (filters, _, *kernel) = f.runs(), f.runs(1)
    sizes = new_shape(tuple(kernel))
    padding: Any = f.arguments.get("padding")
    if padding == "same":
        return [(n, filters, *sides)]
    if padding == "valid":
        f = Frame(f.call._replace(arguments={**f.arguments, "padding": 0}), [], f.sides)
    return [(n, filters, *(_windows(f, at, run, sizes[at]) for at, run in enumerate(sides)))]


def pooled(f: Frame) -> Sequence[Runs]:
    """A position for each window: they are next to each other where the call has no stride."""
    if f.arguments.get("ceil_mode"):  # of maps alone, which are layers
        return ()
    n, c, *sides = f.runs()
    kernel = f.numbers("kernel_size")
    if not f.numbers("stride"):
        f.arguments["stride"] = kernel
    return [(n, c, *(_windows(f, at, run, kernel[at]) for at, run in enumerate(sides)))]


def columns(f: Frame) -> Sequence[Runs]:
    """The values in each window of a map as channels, the windows as positions."""
    n, c, *sides = f.runs()
    kernel = f.numbers("kernel_size")
    found = [_windows(f, at, run, kernel[at]) for at, run in enumerate(sides)]
    return [(n, (*c, *fixed(prod(kernel))), tuple(part for run in found for part in run))]


def _windows(f: Frame, at: int, run: Run, kernel: int) -> Run:
    """How many windows there are along a side."""
    stride, padding, dilation = (
        (f.numbers(word) or (default,))[at if len(f.numbers(word)) > 1 else 0]
        for word, default in (("stride", 1), ("padding", 0), ("dilation", 1))
    )
    size = whole(run)
    own, new = ((one + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1 for one in size[:2])
    return of_parts(own, new, size.side)


def folded(f: Frame) -> Sequence[Runs]:
    """Windows put back to a map."""
    n, c, _ = f.runs()
    y = _sizes(f, f.numbers("output_size"))
    f.arguments["output_size"] = new_shape(tuple(y))
    return [(n, fixed(whole(c).own // prod(f.numbers("kernel_size"))), *y)]
