"""Dilated convolutions as TensorFlow writes them: over images of every n-th position of one.

SPACE_TO_BATCH_ND pads a map and takes it apart into images, each of every n-th position; a
convolution is over these; BATCH_TO_SPACE_ND puts them together and cuts the padding off that it was
too much. Source: tensorflow/python/ops/nn_ops.py, `with_space_to_batch`, which says that it is one
dilated convolution of the map.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mnetcost.importing.model import Argument, Call, Source

APART, TOGETHER = "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND"
CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
# What may stand between, which is of each value alone or moves no position.
BETWEEN = ("EXPAND_DIMS", "SQUEEZE", "ADD", "MUL", "RELU", "RELU6", "LOGISTIC", "TANH", "PRELU")
DILATED = "dilated"  # the argument of a pair whose convolution is one


class _Sides(NamedTuple):
    """Of each side that is taken apart: every how many positions, px at its beginning and end."""

    steps: tuple[int, ...]
    begins: tuple[int, ...]
    ends: tuple[int, ...]


def with_dilations(source: Source) -> Source:
    """The model with a dilation and padding of its own for each such convolution.

    The calls around it change nothing any more, and values between have no stated shape.
    """
    readers: dict[str, list[int]] = {}
    for place, call in enumerate(source.calls):
        for name in call.inputs:
            readers.setdefault(name, []).append(place)
    calls, shapes = list(source.calls), dict(source.shapes)
    for place, call in enumerate(source.calls):
        chain = [place, *_behind(source, readers, call)] if call.operator == APART else []
        changed = _changed(source, [calls[one] for one in chain])
        for one, new in zip(chain, changed):
            calls[one] = new
            if new.operator != TOGETHER:
                shapes.pop(new.outputs[0], None)
    return source._replace(calls=tuple(calls), shapes=shapes)


def _behind(source: Source, readers: Mapping[str, list[int]], call: Call) -> Iterator[int]:
    """The calls behind one that each alone read what the one before gives, to the pair's second."""
    while call.operator != TOGETHER and len(call.outputs) == 1:
        (name,) = call.outputs
        after = readers.get(name, [])
        if len(after) != 1 or name in source.outputs:
            return
        call = source.calls[after[0]]
        if call.operator not in (*BETWEEN, *CONVOLUTIONS, TOGETHER):
            return
        if any(one not in source.stored for one in call.inputs if one not in (name, "")):
            return
        yield after[0]


def _changed(source: Source, chain: list[Call]) -> list[Call]:
    """The calls of a pair and between as those of a dilated convolution; none if they are not."""
    inside = [call for call in chain if call.operator in CONVOLUTIONS]
    if len(inside) != 1 or chain[-1].operator != TOGETHER:
        return []
    apart, together = _sides(source, chain[0]), _sides(source, chain[-1])
    plain: dict[str, Argument] = {"stride_w": 1, "stride_h": 1, "padding": "VALID"}
    plain |= {"dilation_w_factor": 1, "dilation_h_factor": 1}
    given = {word: inside[0].arguments.get(word, value) for word, value in plain.items()}
    if apart is None or together is None or apart.steps != together.steps or given != plain:
        return []
    begins = [one - cut for one, cut in zip(apart.begins, together.begins)]
    ends = [one - cut for one, cut in zip(apart.ends, together.ends)]
    if len(begins) == 1:  # a sequence, which the convolution has as a map of one row
        begins, ends = [0, *begins], [0, *ends]
    if min(*begins, *ends) < 0:
        return []
    height, across = ([1, *apart.steps])[-2:]
    new: dict[str, Argument] = {"padding": (*begins, *ends)}
    new |= {"dilation_h_factor": height, "dilation_w_factor": across}
    return [
        call._replace(arguments={**call.arguments, **new}) if call is inside[0] else _marked(call)
        for call in chain
    ]


def _marked(call: Call) -> Call:
    if call.operator not in (APART, TOGETHER):
        return call
    return call._replace(arguments={**call.arguments, DILATED: True})


def _sides(source: Source, call: Call) -> _Sides | None:
    """What a call of the pair takes apart or puts together: one side or two, in whole numbers."""
    if len(call.inputs) != 3 or any(name not in source.stored for name in call.inputs[1:]):
        return None
    steps, ends = (source.stored[name].values for name in call.inputs[1:])
    numbers = (*(steps or ()), *(ends or ()))
    if steps is None or ends is None or len(steps) not in (1, 2) or len(ends) != 2 * len(steps):
        return None
    if not all(isinstance(one, int) for one in numbers) or min(steps) < 1 or min(ends) < 0:
        return None
    whole = tuple(int(one) for one in ends)
    return _Sides(tuple(map(int, steps)), whole[::2], whole[1::2])
