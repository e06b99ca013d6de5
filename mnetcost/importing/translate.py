"""A `Source` to layers of the language, call by call, by the table of its format."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from mnetcost.importing.axes import (
    CHANNELS,
    FIRST,
    HEIGHT,
    IMAGE,
    ORDERS,
    WIDTH,
    Atom,
    Axes,
    shape_of,
    whole,
)
from mnetcost.importing.model import Call, Shape, Source, refusal
from mnetcost.importing.resizing import Resizing
from mnetcost.importing.rules.opaque import is_stated, opaque, with_others
from mnetcost.importing.rules.recorded import Recorded
from mnetcost.importing.translation import INPUT, NONSENSE, Operands, Translation, Use
from mnetcost.importing.values import (
    Contradiction,
    Known,
    Numbers,
    Parts,
    Scores,
    Stored,
    Unsaid,
    Value,
)
from mnetcost.layers.base import Map
from mnetcost.problems import MAX_PROBLEMS, SpecError
from mnetcost.spec.surroundings import MAX_NODES
from mnetcost.text import SENTENCE, clip, listed

COLOURS = 3  # channels of a picture, where neither the file nor its user says them
ASK = "the sides that it leaves open, by --input HxW or HxWxC, or `input` of load"
NO_RULE = "no layer does what this call does"
SHAPES = {"pt2": "pt2_shapes"}  # how operators' values follow the input, by format


def translate(
    source: Source,
    label: str,
    sides: tuple[int, int] | None = None,
    size: Sequence[int] = (),
) -> tuple[Map, Translation]:
    """The network's input map and its layers, at the file's own input or at one of these sides.

    `size`, height, width and perhaps channels, is what the file's own input has where the file
    leaves its sides open. Raises SpecError for a call that the language cannot say, all of them at
    once.
    """
    source = getattr(_operators(source.format), "prepared", _as_it_is)(source)
    own = Translation(source)
    x = _run(own, label, size=size)
    if sides is None or sides == x.map[:2]:
        return x.map, own
    return _elsewhere(own, label, sides)


def _operators(table: str) -> Any:
    """A format's table of operators, or that of how their values follow the input."""
    return import_module(f"mnetcost.importing.operators.{table}")


def _elsewhere(own: Translation, label: str, sides: tuple[int, int]) -> tuple[Map, Translation]:
    """The same at another input than the file's own."""
    source = own.source
    name, shape = _one_input(own, label)
    new = dict(zip((HEIGHT, WIDTH), sides))
    roles = _roles(source, shape)
    if source.format not in SHAPES or roles is None or HEIGHT not in roles:
        message = "what it costs at another input than its own is not known"
        raise refusal(label, "", "unsupported", message)
    sizes = tuple(new.get(role, size) for role, size in zip(roles, shape))
    translation = Translation(source._replace(inputs={**source.inputs, name: sizes}))
    resizing = Resizing(own, translation, _operators(SHAPES[source.format]).find)
    translation.source = translation.source._replace(shapes=resizing.shapes)
    return _run(translation, label, resizing).map, translation


def _run(
    translation: Translation,
    label: str,
    resizing: Resizing | None = None,
    size: Sequence[int] = (),
) -> Value:
    """Make the layers of all calls; the input that they begin at."""
    source = translation.source
    operators = _operators(source.format)
    record = getattr(operators, "record", _unknown)
    needed = _needed(source, translation)
    name, x = _input(translation, size, label)
    translation.known[name] = x
    if resizing:
        resizing.begin(name)
    ways = [(call, _use(operators.find, call), record(call)) for call in needed]
    _demand_rules(translation, ways, label)
    for call, use, recorded in ways:
        before = len(translation.entries)
        if resizing is None:
            _translate(translation, call, use, recorded, label)
        else:
            for one in _at(resizing, call, label):
                _translate(translation, one, _use(operators.find, one), record(one), label)
            resizing.done(call)
        if len(translation.entries) > MAX_NODES:  # no spec could have so many
            message = f"the model has over {MAX_NODES:,} layers"
            raise refusal(label, call.place, "too-large", message)
        _enter(translation, call, before)
    _demand_owners(needed, translation, label)
    return x


def _at(resizing: Resizing, call: Call, label: str) -> Sequence[Call]:
    """The call as it is at another input."""
    try:
        return resizing.calls(call)
    except Unsaid as reason:
        words = f"{_said(call)}: {reason}"
        raise refusal(label, call.place, "unsupported", words) from None


def _needed(source: Source, translation: Translation) -> list[Call]:
    """The calls that the network's outputs follow from: what else is called changes nothing."""
    wanted = translation.wanted
    wanted.update(filter(None, source.outputs))
    for call in reversed(source.calls):
        if wanted.intersection(call.outputs):
            wanted.update(filter(None, call.inputs))
    needed = []
    for call in source.calls:
        if wanted.intersection(call.outputs):
            needed.append(call)
        else:
            translation.ledger.skip(call)
    return needed


def _as_it_is(source: Source) -> Source:
    """The model of a format whose calls each mean what they do."""
    return source


def _unknown(call: Call) -> None:
    """What counts a call by its shapes, of a format whose operators may cost anything."""


def _enter(translation: Translation, call: Call, before: int) -> None:
    """Enter a call in the ledger, and the learned values that it has: not those that it renames."""
    stored, known, ledger = translation.source.stored, translation.known, translation.ledger
    given = [known[name] for name in call.outputs if name in known]
    kind = ledger.add(call, translation.entries[before:], given, translation.changed)
    if all(isinstance(one, (Stored, Numbers)) for one in given):
        return
    names = set(call.inputs)
    for one in map(known.get, call.inputs):
        names.update((one.name, *one.others) if isinstance(one, Stored) else ())
    names = {ledger.first.get(name, name) for name in names}
    ledger.read((name for name in names if name in stored and stored[name].learned), kind)


def _demand_owners(calls: Sequence[Call], translation: Translation, label: str) -> None:
    """Refuse learned values that a call reads and no layer has: they would not be counted."""
    named = translation.ledger.first
    read = {
        name: call
        for call in calls
        if named.keys().isdisjoint(call.outputs)  # which only names it: who reads that name has it
        for name in call.inputs
    }
    stored = translation.source.stored
    learned = [name for name, tensor in stored.items() if tensor.learned]
    _refuse(
        label,
        [
            (read[name], f"no layer has {name}")
            for name in (*learned, *named)
            if name in read and name not in translation.used
        ],
    )


def _refuse(label: str, wrong: Sequence[tuple[Call, str]]) -> None:
    """Raise SpecError with what is wrong with each of these calls, where there are any."""
    problems = [
        problem
        for call, words in wrong[:MAX_PROBLEMS]
        for problem in refusal(label, call.place, "unsupported", f"{_said(call)}: {words}").problems
    ]
    if problems:
        raise SpecError(problems)


def _use(find: Callable[[Call], Use | None], call: Call) -> Use | None:
    try:
        return find(call)
    except NONSENSE:
        return None


def _demand_rules(
    translation: Translation,
    ways: Sequence[tuple[Call, Use | None, Recorded | None]],
    label: str,
) -> None:
    """Refuse operators that the table does not have and whose outputs nothing tells, each once."""
    unknown: dict[str, Call] = {}
    for call, use, recorded in ways:
        if use is None and recorded is None and not is_stated(translation, call):
            unknown.setdefault(call.operator, call)
    _refuse(label, [(call, NO_RULE) for call in unknown.values()])


def _said(call: Call) -> str:
    """A call by its name, where it has one, and its operator."""
    operator = clip(call.operator, SENTENCE)
    return f"{clip(call.name, SENTENCE)} ({operator})" if call.name else operator


def _one_input(translation: Translation, label: str) -> tuple[str, Shape]:
    """The one input that the outputs follow from: its name and its shape."""
    source = translation.source
    read = {name: shape for name, shape in source.inputs.items() if name in translation.wanted}
    inputs = read or source.inputs
    if len(inputs) != 1:
        names = f": {listed(inputs)}" if inputs else ""
        message = f"it has {len(inputs)} inputs, not one{names}"
        raise refusal(label, "", "unsupported", message)
    return next(iter(inputs.items()))


def _input(translation: Translation, size: Sequence[int], label: str) -> tuple[str, Value]:
    """The same as a map, whose sides that the file leaves open are of this size."""
    name, stated = _one_input(translation, label)
    roles = _roles(translation.source, stated)
    told = dict(zip((HEIGHT, WIDTH, CHANNELS), (*size, COLOURS) if size else ()))
    shape = tuple(told.get(role) if one is None else one for role, one in zip(roles or (), stated))
    if roles is None or None in shape[1:]:
        message = f"its input {clip(name)} is {_shown(stated)}: no map"
        raise refusal(label, "", "unsupported", message, None if roles is None else ASK)
    inputs = {**translation.source.inputs, name: shape}
    translation.source = translation.source._replace(inputs=inputs)
    sizes = {role: size or 1 for role, size in zip(roles, shape)}
    axes: Axes = tuple(
        _images(sizes[role]) if role == IMAGE else whole(role, sizes[role]) for role in roles
    )
    found = Map(sizes.get(HEIGHT, 1), sizes.get(WIDTH, 1), sizes[CHANNELS])
    return name, Value(INPUT, found, axes)


def _roles(source: Source, shape: Shape) -> tuple[str, ...] | None:
    """What the axes of an input stand for; None where they are of no map."""
    return ORDERS.get(source.format, FIRST).get(len(shape))


def _images(count: int) -> tuple[Atom, ...]:
    return (Atom(IMAGE, count),) if count > 1 else ()


def _translate(
    translation: Translation, call: Call, use: Use | None, recorded: Recorded | None, label: str
) -> None:
    """Make what a call gives known: by its rule, or where that cannot say it by its shapes."""
    before, worked_out = len(translation.entries), True
    translation.begin()
    try:
        outputs = _outputs(call, _by_rule(translation, call, use))
    except Contradiction as reason:
        raise refusal(label, call.place, "mismatch", f"{_said(call)}: {reason}") from None
    except Unsaid as reason:
        translation.forget(before)
        translation.begin()
        worked_out = False
        try:
            _outline(translation, call, use)
            outputs = opaque(Operands(translation, call, {}), recorded)
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
        # what is only spread is written as it was
        if worked_out and not any(known is one for one in read):
            translation.ledger.shapes += _compare(translation.source, call, name, known, label)
    translation.known.update(outputs)


def _outline(translation: Translation, call: Call, use: Use | None) -> None:
    """Work out the shapes of what a call writes, where its file does not state them."""
    translation.outlined.clear()
    stated = all(name in translation.source.shapes for name in call.outputs)
    if use is None or use.shapes is None or stated:
        return
    try:
        shapes = use.shapes(Operands(translation, call, use.where))
    except (*NONSENSE, ArithmeticError):
        raise Unsaid("its arguments do not go together with what it reads") from None
    translation.outlined.update(zip(call.outputs, shapes))
    translation.begin()  # no layer has what was asked for here


def _by_rule(translation: Translation, call: Call, use: Use | None) -> Known:
    if use is None:
        raise Unsaid(NO_RULE)
    try:
        return use.rule(Operands(translation, call, use.where))
    except (*NONSENSE, ArithmeticError):  # such as a place that is not there, or a part of nothing
        raise Unsaid("its arguments do not go together with what it reads") from None


def _compare(source: Source, call: Call, name: str, known: Known, label: str) -> bool:
    """Whether the file states a value's shape; refuses one of another."""
    stated = source.shapes.get(name)
    if stated is None or not isinstance(known, (Value, Scores)):
        return False
    found: Shape = shape_of(known.axes)
    sides, own = stated, found
    if len(sides) != len(own):  # some formats leave axes of 1 out
        sides, own = (tuple(one for one in shape if one != 1) for shape in (sides, own))
    if len(sides) != len(own) or any(a not in (None, b) for a, b in zip(sides, own)):
        message = f"the file says {_shown(stated)}, and it is {_shown(found)} by its arguments"
        raise refusal(label, call.place, "mismatch", f"{_said(call)}: {message}")
    return True


def _shown(shape: Shape) -> str:
    return "×".join("?" if one is None else str(one) for one in shape)


def _outputs(call: Call, found: Known) -> Mapping[str, Known]:
    """What each output of a call is."""
    if isinstance(found, Parts) and len(call.outputs) > 1:
        return dict(zip(call.outputs, found.values))
    return dict.fromkeys(list(filter(None, call.outputs))[:1], found)
