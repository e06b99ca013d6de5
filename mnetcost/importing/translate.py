"""A `Source` to layers of the language, call by call, by the table of its format."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from mnetcost.importing.axes import (
    CHANNELS,
    FIRST,
    HEIGHT,
    IMAGE,
    LAST,
    WIDTH,
    Atom,
    Axes,
    shape_of,
    whole,
)
from mnetcost.importing.model import Call, Source, refusal
from mnetcost.importing.rules.opaque import opaque, with_others
from mnetcost.importing.rules.recorded import Recorded
from mnetcost.importing.translation import INPUT, NONSENSE, Operands, Translation, Use
from mnetcost.importing.values import Known, Parts, Scores, Unsaid, Value
from mnetcost.layers.base import Map
from mnetcost.problems import MAX_PROBLEMS, SpecError

MAX_LAYERS = (
    20_000  # as files have them; half of them at most are a spec's, with what rides on them
)
ORDERS = {"keras": LAST, "tflite": LAST}


def translate(source: Source, label: str) -> tuple[Map, Translation]:
    """The network's input map and its layers.

    Raises SpecError for a call that the language cannot say, all of them at once.
    """
    translation = Translation(source)
    operators: Any = import_module(f"mnetcost.importing.operators.{source.format}")
    x = _input(source, label)
    translation.known[next(iter(source.inputs))] = x
    uses = [_use(operators.find, call) for call in source.calls]
    record = getattr(operators, "record", _unknown)
    _demand_rules(source, uses, record, label)
    needed = _needed(source)
    for call, use in zip(source.calls, uses):
        if needed.intersection(call.outputs):
            before = len(translation.entries)
            if before > MAX_LAYERS:
                message = f"the model has over {MAX_LAYERS:,} layers"
                raise refusal(label, call.place, "too-large", message)
            _translate(translation, call, use, record(call), label)
            translation.ledger.add(call, translation.entries[before:])
        else:
            translation.ledger.skip(call)
    _demand_owners(source, translation, label)
    return x.map, translation


def _needed(source: Source) -> set[str]:
    """The values that the network's outputs follow from: what else is called changes nothing."""
    needed = set(source.outputs)
    for call in reversed(source.calls):
        if needed.intersection(call.outputs):
            needed.update(call.inputs)
    return needed


def _unknown(call: Call) -> None:
    """What counts a call by its shapes, of a format whose operators may cost anything."""


def _demand_owners(source: Source, translation: Translation, label: str) -> None:
    """Refuse learned values that a call reads and no layer has: they would not be counted."""
    read = {name: call for call in source.calls for name in call.inputs}
    problems = [
        problem
        for name, tensor in source.stored.items()
        if tensor.learned and name in read and name not in translation.used
        for problem in refusal(
            label, read[name].place, "unsupported", f"{_said(read[name])}: no layer has {name}"
        ).problems
    ]
    if problems:
        raise SpecError(problems[:MAX_PROBLEMS])


def _use(find: Callable[[Call], Use | None], call: Call) -> Use | None:
    try:
        return find(call)
    except NONSENSE:
        return None


def _demand_rules(
    source: Source,
    uses: Sequence[Use | None],
    record: Callable[[Call], Recorded | None],
    label: str,
) -> None:
    """Refuse operators that the table does not have and whose cost nothing tells, each once."""
    unknown: dict[str, Call] = {}
    needed = _needed(source)
    for call, use in zip(source.calls, uses):
        if use is None and needed.intersection(call.outputs) and record(call) is None:
            unknown.setdefault(call.operator, call)
    problems = [
        problem
        for call in unknown.values()
        for problem in refusal(
            label, call.place, "unsupported", f"{_said(call)}: no layer does what this call does"
        ).problems
    ]
    if problems:
        raise SpecError(problems)


def _said(call: Call) -> str:
    """A call by its name, where it has one, and its operator."""
    return f"{call.name} ({call.operator})" if call.name else call.operator


def _input(source: Source, label: str) -> Value:
    """The one input of the network, as a map."""
    if len(source.inputs) != 1:
        raise refusal(label, "", "unsupported", f"it has {len(source.inputs)} inputs, not one")
    ((name, shape),) = source.inputs.items()
    roles = ORDERS.get(source.format, FIRST).get(len(shape))
    if roles is None or None in shape[1:]:
        words = "×".join("?" if one is None else str(one) for one in shape)
        raise refusal(label, "", "unsupported", f"its input {name} is {words}: no map")
    sizes = {role: size or 1 for role, size in zip(roles, shape)}
    axes: Axes = tuple(
        _images(sizes[role]) if role == IMAGE else whole(role, sizes[role]) for role in roles
    )
    found = Map(sizes.get(HEIGHT, 1), sizes.get(WIDTH, 1), sizes[CHANNELS])
    return Value(INPUT, found, axes)


def _images(count: int) -> tuple[Atom, ...]:
    return (Atom(IMAGE, count),) if count > 1 else ()


def _translate(
    translation: Translation, call: Call, use: Use | None, recorded: Recorded | None, label: str
) -> None:
    """Make what a call gives known: by its rule, or where that cannot say it by its shapes."""
    before = len(translation.entries)
    translation.begin()
    try:
        outputs = _outputs(call, _by_rule(translation, call, use))
    except Unsaid as reason:
        translation.forget(before)
        translation.begin()
        try:
            outputs = _outputs(call, opaque(Operands(translation, call, {}), recorded))
        except Unsaid:
            words = f"{_said(call)}: {reason}"
            raise refusal(label, call.place, "unsupported", words) from None
    read = [translation.known.get(name) for name in call.inputs]
    outputs = {
        name: with_others(Operands(translation, call, {}), known)
        if isinstance(known, Value) and (translation.beside or translation.work)
        else known
        for name, known in outputs.items()
    }
    for name, known in outputs.items():
        if not any(known is one for one in read):  # what is only spread is written as it was
            translation.ledger.shapes += _compare(translation.source, call, name, known, label)
    translation.known.update(outputs)


def _by_rule(translation: Translation, call: Call, use: Use | None) -> Any:
    if use is None:
        raise Unsaid("no layer does what this call does")
    try:
        return use.rule(Operands(translation, call, use.where))
    except (*NONSENSE, ArithmeticError):  # such as a place that is not there, or a part of nothing
        raise Unsaid("its arguments do not go together with what it reads") from None


def _compare(source: Source, call: Call, name: str, known: Known, label: str) -> bool:
    """Whether the file states a value's shape; refuses one of another."""
    stated = source.shapes.get(name)
    if stated is None or not isinstance(known, (Value, Scores)):
        return False
    found = shape_of(known.axes)
    sides = list(stated) if len(stated) == len(found) else [one for one in stated if one != 1]
    given = found if len(stated) == len(found) else [one for one in found if one != 1]
    if len(sides) != len(given) or any(a not in (None, b) for a, b in zip(sides, given)):
        words = "×".join("?" if one is None else str(one) for one in stated)
        raise refusal(
            label,
            call.place,
            "mismatch",
            f"{_said(call)}: the file says {words}, and it is "
            f"{'×'.join(map(str, found))} by its arguments",
        )
    return True


def _outputs(call: Call, found: Known | Sequence[Known] | None) -> Mapping[str, Known]:
    """What each output of a call is."""
    if isinstance(found, Parts) and len(call.outputs) > 1:
        return dict(zip(call.outputs, found.values))
    names = [one for one in call.outputs if one]
    return {names[0]: found} if names and found is not None else {}  # type: ignore[dict-item]
