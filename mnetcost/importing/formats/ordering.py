"""Calls in an order in which they can run: the file's own, where that is one."""

from collections.abc import Iterable, Mapping, Sequence

from mnetcost.importing.model import Call, refusal
from mnetcost.text import clip


def ordered(
    label: str, calls: Sequence[Call], known: Iterable[str], outputs: Iterable[str]
) -> tuple[Call, ...]:
    """The calls, each after those that write what it reads.

    `known` are the values that no call writes, `outputs` those that the model gives. SpecError
    where a value is written twice, or by nobody, or from itself.
    """
    there = set(known)
    writers = _writers(label, calls, there)
    for name in outputs:
        if name not in there and name not in writers:
            raise refusal(label, "", "malformed", f"nothing writes the output {clip(name)!r}")
    done: dict[int, Call] = {}  # by identity
    for first in calls:
        if id(first) in done:
            continue
        waiting = {id(first): (first, iter(first.inputs))}  # each for the one after it
        while waiting:
            call, inputs = next(reversed(waiting.values()))
            missing = next((name for name in inputs if name and name not in there), None)
            if missing is None:
                waiting.popitem()
                done[id(call)] = call
                there.update(call.outputs)
                continue
            writer = writers.get(missing)
            if writer is None:
                words = f"it reads the value {clip(missing)!r}, which nothing writes"
                raise refusal(label, call.place, "malformed", words)
            if id(writer) in waiting:
                words = f"it reads the value {clip(missing)!r}, which is made from what it writes"
                raise refusal(label, call.place, "malformed", words)
            waiting[id(writer)] = (writer, iter(writer.inputs))
    return tuple(done.values())


def _writers(label: str, calls: Sequence[Call], known: set[str]) -> Mapping[str, Call]:
    """The call that writes each value."""
    writers: dict[str, Call] = {}
    for call in calls:
        for name in filter(None, call.outputs):
            if name in writers or name in known:
                words = f"the value {clip(name)!r} is written twice"
                raise refusal(label, call.place, "malformed", words)
            writers[name] = call
    return writers
