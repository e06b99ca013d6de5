"""Recurrent layers over the positions of a sequence."""

from math import prod
from typing import Any

from mnetcost.importing.axes import CHANNELS, Atom, is_images, joined
from mnetcost.importing.rules.pointwise import by_channel
from mnetcost.importing.translation import Operands, has, learned
from mnetcost.importing.values import Known, Parts, Stored, Unsaid, Value
from mnetcost.layers.recurrent import GRU, LSTM, RNN, Recurrent

KINDS: dict[str, type[Recurrent]] = {"lstm": LSTM, "gru": GRU, "rnn": RNN}


def _kind(o: Operands) -> type[Recurrent]:
    found = KINDS.get(str(o.given("kind")))
    if found is None:
        raise Unsaid("its cells are of a kind that the language has not")
    return found


def recurrent(o: Operands) -> Known:
    """A recurrent layer by stored weights, of which the first two read the input and the state.

    A matrix of [gates · cells, input] and one of [gates · cells, state] come first; before them may
    be an axis of directions. What it gives are the states at all positions, and the last ones.
    """
    kind, x = _kind(o), by_channel(o, -1)
    weights = _weights(o)
    reading, state = (one.shape for one in weights[:2])
    cells, uneven = divmod(reading[-2], kind.gates)
    out, ways = state[-1], o.count("directions", 1)
    if uneven or reading[-1] != x.map.c or len(reading) > 3 or o.flag("unknown"):
        raise Unsaid(f"its weights of {list(reading)} are not those of a layer that it could be")
    wanted = [name in o.translation.wanted for name in o.call.outputs]
    if any(wanted[2:]) or (any(wanted[:1]) and any(wanted[1:])):
        raise Unsaid("its last states are read beside those at all positions, or inner ones")
    last, layers = any(wanted[1:2]), o.count("layers", 1)
    if last and layers > 1:
        raise Unsaid("the last states of several layers are read")
    more: dict[str, Any] = {} if cells == out else {"cells": cells}
    record = kind(
        out=out,
        bidirectional=ways == 2,
        layers=layers,
        biases=2 if has(o, "bias") else 0,
        returns="last" if last else "sequence",
        **more,
    )
    y = o.translation.layer(o.call, record, [x], weights[0])
    amounts = sum(one.count for one in record.parameters(x.map, y.map))
    if amounts != sum(prod(one.shape) for one in weights):
        raise Unsaid(f"it has not the {amounts:,} weights and biases of a layer of its kind")
    return _given(o, x, y, out, last)


def _weights(o: Operands) -> list[Stored]:
    """The learned values of a call, from a place on so many of its inputs."""
    first, count = o.count("first"), o.count("count")
    found = []
    for name in o.call.inputs[first : first + count]:
        known = o.translation.of(name) if name else None
        if isinstance(known, Stored) and known.learned and not o.translation.is_computed(known):
            o.translation.ask(known)
            found.append(known)
        elif known is not None:
            raise Unsaid("its weights are not stored")
    if len(found) < 2 or min(len(one.shape) for one in found[:2]) < 2:
        raise Unsaid("it has no weights")
    for word in ("state", "memory"):
        _begin(o, o.given(word))
    return found


def _begin(o: Operands, initial: Known | None) -> None:
    """Note what a state is at first: zeros of the code, or a learned value that no layer has."""
    if isinstance(initial, Stored) and initial.learned:
        o.translation.asked.discard(initial.name)
        of_code = o.given("of_code")
        if of_code and of_code(initial.name):
            o.translation.use([initial.name])
        else:
            o.translation.beside.add(initial.name)


def _given(o: Operands, x: Value, y: Value, out: int, last: bool) -> Known:
    """What a call gives: the states at all positions, and the last ones, of which one is read."""
    ways = joined((Atom(CHANNELS, y.map.c // out, out),))
    state, image = joined((Atom(CHANNELS, out),)), 0 if o.flag("batch_first") else 1
    if last:
        if not is_images(x.axes[image]):
            raise Unsaid("its images are parts of a map")
        value = y._replace(axes=(ways, x.axes[image], state))
        return Parts((Stored("", (), False), value))
    if not o.flag("ways_apart"):
        return y._replace(axes=(*x.axes[:-1], joined((*ways, *state))))
    before = list(x.axes[:-1])
    before.insert(2 - image if image else 2, ways)
    return y._replace(axes=(*before, state))


def written_recurrent(o: Operands) -> Value:
    """A recurrent layer whose arguments say how many cells it has."""
    kind, x = _kind(o), by_channel(o, -1)
    if o.flag("unknown") or any(one in o.translation.wanted for one in o.call.outputs[1:]):
        raise Unsaid("its states are read, or both of its directions apart")
    if not is_images(x.axes[0]):
        raise Unsaid("its images are parts of a map")
    last = not o.flag("sequence")
    record = kind(
        out=o.count("filters"),
        bidirectional=o.flag("bidirectional"),
        biases=int(o.number("biases")),
        returns="last" if last else "sequence",
    )
    y = o.translation.layer(o.call, record, [x], learned(o))
    channels = joined((Atom(CHANNELS, y.map.c),))
    return y._replace(axes=(x.axes[0], channels) if last else (*x.axes[:-1], channels))
