"""Multiply-accumulates of a call by the shapes of what it reads and writes, of any rank.

Of layers that the language has, `layers` counts; these are for the operators that it has only for
maps: convolutions of three sides, products of any axes.
"""

from collections.abc import Callable, Sequence
from math import prod
from typing import NamedTuple, TypeAlias

from mnetcost.importing.model import Call

Shapes: TypeAlias = Callable[[str], Sequence[int]]  # of a value by its name


class Work(NamedTuple):
    """Multiply-accumulates with a kernel, the input of this name, or of two computed values."""

    amount: int = 0
    kernel: str = ""


Recorded: TypeAlias = Callable[[Call, Shapes], Work]


def nothing(call: Call, shapes: Shapes) -> Work:
    """None."""
    return Work()


def convolution(call: Call, shapes: Shapes) -> Work:
    """Each weight once an output position."""
    kernel, y = shapes(call.inputs[1]), shapes(call.outputs[0])
    return Work(prod(kernel) * prod(y[2:]) * y[0], call.inputs[1])


def transposed(call: Call, shapes: Shapes) -> Work:
    """Each weight once an input position."""
    x, kernel = shapes(call.inputs[0]), shapes(call.inputs[1])
    return Work(prod(kernel) * prod(x[2:]) * x[0], call.inputs[1])


def dense(call: Call, shapes: Shapes) -> Work:
    """Each weight once a position."""
    x, kernel = shapes(call.inputs[0]), shapes(call.inputs[1])
    return Work(prod(kernel) * prod(x[:-1]), call.inputs[1])


def gemm(call: Call, shapes: Shapes) -> Work:
    """As many a value of the result as the contracted axis has: the first where A is turned."""
    x, y = shapes(call.inputs[0]), shapes(call.outputs[0])
    turned = bool(call.arguments.get("transA", 0))
    return Work(prod(y) * x[0 if turned else -1], call.inputs[1])


def product(call: Call, shapes: Shapes) -> Work:
    """As many a value of the result as the contracted axis has."""
    x, y = shapes(call.inputs[0]), shapes(call.outputs[0])
    return Work(prod(y) * x[-1], call.inputs[1])


def attention(call: Call, shapes: Shapes) -> Work:
    """Queries with keys, and what they give with values."""
    q, k, v = (shapes(name) for name in call.inputs[:3])
    return Work(prod(q[:-1]) * k[-2] * (q[-1] + v[-1]))


def einsum(call: Call, shapes: Shapes) -> Work:
    """As many as all of its letters together go through."""
    operands, _, _ = str(call.arguments["equation"]).replace(" ", "").partition("->")
    sizes: dict[str, int] = {}
    for letters, name in zip(operands.split(","), call.inputs, strict=True):
        sizes.update(zip(letters, shapes(name), strict=True))
    if "." in sizes or len(call.inputs) != 2:
        raise ValueError(operands)
    return Work(prod(sizes.values()), call.inputs[1])
