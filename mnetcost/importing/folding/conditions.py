"""When a layer of a block is there, and when a block adds its input: by its parameters."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from mnetcost.importing.folding.parameters import Body, Joined, Line, Parameters, Values

Test: TypeAlias = Callable[[int, int, int], bool]  # of the channels in and out, and the stride


class Known(NamedTuple):
    """What conditions may speak of: numbers of each part, and the expressions for them."""

    channels: Sequence[int]  # that come in
    out: str  # the last width
    outs: Sequence[int]
    stride: str
    strides: Sequence[int]


def lines_of(body: Body) -> Iterator[Line]:
    """The layers of a block, those of branches before their join."""
    for one in body:
        if isinstance(one, Joined):
            for branch in one.branches:
                yield from lines_of(branch)
            yield one.line
        else:
            yield one


def known_of(body: Body, channels: Sequence[int]) -> Known:
    """What is known of a block's parts, into which so many channels come."""
    out, outs = "", list(channels)
    stride, strides = "1", [1] * len(channels)
    lines = list(lines_of(body))
    for line in lines:
        if "out" in line.keys and all(line.there):
            out, outs = line.keys["out"], _numbers(line.values["out"])
    for line in lines:
        if "$" in line.keys.get("stride", "") and all(line.there):
            stride, strides = line.keys["stride"], _numbers(line.values["stride"])
    return Known(channels, out, outs, stride, strides)


def _numbers(values: Values) -> list[int]:
    return [int(one) if one and one.isdecimal() else 0 for one in values]


def when(line: Line, parameters: Parameters, known: Known) -> str:
    """The condition of a layer that some parts do not have; "" where all have it.

    A parameter that this layer alone asks for says it by its value, where one can.
    """
    if all(line.there):
        return ""
    for name in line.own:
        if condition := _said(line, name, parameters, known):
            return condition
    return condition_of(line.there, line.keys.get("name", line.word), parameters, known)


def _said(line: Line, name: str, parameters: Parameters, known: Known) -> str:
    """The condition on a parameter of one layer; where that is not there it has another value."""
    one = parameters.known[name]
    if not all(value is None or value.isdecimal() for value in one.values):
        return ""
    fill, words = ["0"] * len(one.values), f"${name} > 0"
    if one.key == "out":
        fill, words = [str(count) for count in known.channels], f"${name} != $in"
    elif one.key == "expand":
        fill, words = ["1"] * len(one.values), f"${name} > 1"
    told = zip(one.values, line.there, fill)
    if any((value is None) == there or value == other for value, there, other in told):
        return ""
    values = tuple(other if value is None else value for value, other in zip(one.values, fill))
    parameters.known[name] = one._replace(values=values)
    return words


def condition_of(there: Sequence[bool], word: str, parameters: Parameters, known: Known) -> str:
    """A condition that holds in just these parts: of what is known, else a parameter's own."""
    if all(there):
        return "true"
    numbers = list(zip(known.channels, known.outs, known.strides))
    for words, test in _candidates(known):
        if [test(*one) for one in numbers] == list(there):
            return words
    return f"${parameters.flag(word, there)}"


def _candidates(known: Known) -> Iterator[tuple[str, Test]]:
    """Conditions that people write, those that say most first."""
    strided, other = f"{known.stride} > 1", f"$in != {known.out}"
    single, same = f"{known.stride} == 1", f"$in == {known.out}"
    if "$" in known.stride and known.out:
        yield f"{strided} or {other}", lambda into, out, stride: stride > 1 or into != out
        yield f"{single} and {same}", lambda into, out, stride: stride == 1 and into == out
    if known.out:
        yield other, lambda into, out, _stride: into != out
        yield same, lambda into, out, _stride: into == out
    if "$" in known.stride:
        yield strided, lambda _in, _out, stride: stride > 1
        yield single, lambda _in, _out, stride: stride == 1
