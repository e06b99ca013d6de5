"""A file's calls at another input than its own, one after the other.

The file is translated at its own input first. What its calls write beside is held against the
sizes of their values there: numbers that follow the input are put right, others stay, and where
that is not known the call is refused.
"""

from collections.abc import Callable, Sequence

from mnetcost.importing.axes import orders_of
from mnetcost.importing.following import (
    Run,
    Runs,
    Sides,
    fixed,
    is_open,
    new_shape,
    of_parts,
    own_shape,
    settled,
    side_by_side,
    whole,
)
from mnetcost.importing.model import Call, Shape
from mnetcost.importing.rules.shapes import Frame, Rule
from mnetcost.importing.translation import NONSENSE, Translation
from mnetcost.importing.values import Numbers, Scores, Stored, Unsaid, Value
from mnetcost.layers.opaque import Opaque

Find = Callable[[Call], Rule | None]


class Resizing:
    """What is known of every value at both inputs, and of calls at the other one."""

    def __init__(self, own: Translation, new: Translation, find: Find) -> None:
        self._own, self._new, self._find = own, new, find
        self.shapes: dict[str, Shape] = {}  # at the other input, as a file would state them
        self._sides = Sides()
        self._runs: dict[str, Runs] = {
            name: tuple(map(fixed, one.shape)) for name, one in own.source.stored.items()
        }
        self._readers: dict[str, list[Call]] = {}
        for call in own.source.calls:
            for name in call.inputs:
                self._readers.setdefault(name, []).append(call)

    def begin(self, name: str) -> None:
        """Note the network's input, which both translations know."""
        self._note(name)

    def calls(self, call: Call) -> Sequence[Call]:
        """The call with its numbers at the other input; none of constants whose sizes show later.

        What fills windows is cut off by calls of their own. Raises Unsaid where the numbers are not
        known.
        """
        rule = self._find(call)
        readers = self._readers.get(call.outputs[0], ()) if call.outputs else ()
        reads = [self._read(name) for name in call.inputs]
        frame = Frame(call, reads, self._sides, readers)
        try:
            found = rule(frame) if rule else self._constant(call)
        except (*NONSENSE, ArithmeticError):
            raise Unsaid("its arguments do not go together with what it reads") from None
        for name, runs in zip(call.outputs, found):
            if name:
                self._state(name, settled(runs, self._sides))
        if self._is_open(call):
            return ()
        call = call._replace(arguments=frame.arguments)
        return self._cropped(call, frame) if frame.crops else (call,)

    def _cropped(self, call: Call, frame: Frame) -> list[Call]:
        """A view, and what cuts its axes to so many."""
        *_, last = call.outputs
        sizes = list(next(one for one in frame.arguments.values() if isinstance(one, tuple)))
        calls, name = [], f"{last}/filled"
        calls.append(call._replace(outputs=(name,)))
        self.shapes[name] = tuple(sizes)
        for count, (axis, size) in enumerate(frame.crops.items(), 1):
            sizes[axis] = size
            out = last if count == len(frame.crops) else f"{last}/filled/{count}"
            cut = {"dim": axis, "start": 0, "end": size}
            calls.append(Call("aten.slice.Tensor", call.name, (name,), (out,), cut, call.place))
            self.shapes[out] = tuple(sizes)
            name = out
        self._new.wanted.update(name for one in calls for name in one.outputs)
        return calls

    def _read(self, name: str) -> Runs | None:
        found = self._runs.get(name)
        return None if found is None else settled(found, self._sides)

    def _constant(self, call: Call) -> Sequence[Runs]:
        """The axes of what is computed of constants alone, by any operator."""
        read = [self._runs.get(name) for name in call.inputs if name]
        if not read or any(one is None or own_shape(one) != new_shape(one) for one in read):
            return ()
        shapes = [self._own.source.shapes.get(name) for name in call.outputs]
        return [
            tuple(fixed(int(one or 1)) for one in shape) for shape in shapes if shape is not None
        ]

    def _state(self, name: str, runs: Runs) -> None:
        stated = self._own.source.shapes.get(name)
        if stated is not None and stated != own_shape(runs):
            raise Unsaid("it writes axes of other sizes than its file says")
        self._runs[name] = runs
        self._sides.note(runs)
        if not is_open(runs):
            self.shapes[name] = new_shape(runs)

    def _is_open(self, call: Call) -> bool:
        """Whether a call writes constants whose sizes show later, and that take no work."""
        found = [self._runs[name] for name in call.outputs if name in self._runs]
        if not any(map(is_open, found)):
            return False
        known = [self._own.known.get(name) for name in call.outputs]
        if any(isinstance(one, (Value, Scores)) or getattr(one, "work", ()) for one in known):
            raise Unsaid("the sizes of what it reads are not known at this input")
        self._new.known.update((name, one) for name, one in zip(call.outputs, known) if one)
        return True

    def done(self, call: Call) -> None:
        """Note what a call has written at the other input."""
        for name in filter(None, call.outputs):
            self._note(name)

    def _note(self, name: str) -> None:
        own, new = self._own.known.get(name), self._new.known.get(name)
        if isinstance(own, Value) and isinstance(new, Value):
            runs = side_by_side(own.axes, new.axes)
            if name in self._runs and self._is_map(own):
                runs = tuple(map(_sided, self._runs[name], runs))
            self._runs[name] = runs if self._is_map(own) else self._runs.get(name, runs)
            self._sides.note(self._runs[name])
        elif (
            name not in self._runs
            and isinstance(own, (Stored, Numbers))
            and isinstance(new, (Stored, Numbers))
        ):
            pairs = zip(own.shape, new.shape, strict=True)
            self._runs[name] = tuple(of_parts(*one) for one in pairs)

    def _is_map(self, value: Value) -> bool:
        """Whether a value is all of a map that a layer gives, and not of numbers alone."""
        place = self._own.places.get(value.layer)
        opaque = place is not None and isinstance(self._own.entries[place].layer, Opaque)
        return not opaque and bool(orders_of(value.axes, value.map))


def _sided(run: Run, other: Run) -> Run:
    """An axis as its call has it, or where that has lost its side as the map has it."""
    size = whole(run)
    sided = any(part.side for part in run)
    return run if sided or size.own == size.new else other
