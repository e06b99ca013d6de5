"""Where a layer stands: the parameters it sees, the names it can read, the prefix of its own."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain
from math import isnan
from typing import Any, NamedTuple

from mnetcost.expressions import (
    INCOMING,
    MAX_EXPRESSION,
    Derived,
    Expression,
    ExpressionError,
    is_expression,
    names_in,
    parse,
    value_text,
)
from mnetcost.multipliers import Rounding, Ruled
from mnetcost.problems import Collector, Mark
from mnetcost.record import Record
from mnetcost.spec.nodes import Entries, Items, Node, Scalar, Unreadable

CHARACTERS = 16  # that are a step of finding the names in them
PARSE, EVALUATE = 3, 3  # steps a character: once, and each time, in lists and in the graph
# What can follow from incoming channels, for a key that cannot.
FOLLOWING = {"sizes": "a number or rest; or a `slice`, whose `first` and `last` can"}


_NAMELESS = frozenset({"$"})  # no scope knows it


class Named(NamedTuple):
    """What a name stands for: the nodes whose maps it gives, all it is made of, and where it is."""

    ends: tuple[int, ...]
    nodes: range = range(0)
    mark: Mark | None = None

    def maps(self) -> "tuple[Named, ...]":
        """Each of its maps, with the layer of its own that gives it."""
        own = (range(end, end + 1) if end in self.nodes else range(0) for end in self.ends)
        return tuple(Named((end,), node) for end, node in zip(self.ends, own))

    def numbered(self) -> "dict[str, Named]":
        """It, and each of its maps by its number, by the end of their names."""
        return {"": self} | {f"/{number}": one for number, one in enumerate(self.maps(), 1)}


class Owner(NamedTuple):
    """What has the weights that another uses, None where that is itself; γ and β may be its own."""

    name: Node
    of: Named | None
    own_norm: bool = False


class Outputs(NamedTuple):
    """The maps that a block gives, those that have a name of their own in it, and its nodes."""

    ends: tuple[int, ...]
    names: Mapping[str, Named] = {}
    nodes: range = range(0)

    def named(self) -> dict[str, Named]:
        """The call, and its maps by number and by name, by the end of their names."""
        named = {f"/{name}": found for name, found in self.names.items()}
        return Named(self.ends, self.nodes).numbered() | named


class Scope(Record):
    """The surroundings of a layer: those of a block call, a branch or the turn of a repeat."""

    values: Mapping[str, Any]
    names: dict[str, Named]
    knobs: Mapping[str, Any] = {}  # under the values
    body: int = 0  # which list of layers numbers its names
    block: int = -1  # the node whose channels are `$in`
    prefix: str = ""
    suffix: str = ""
    turn: int = 1
    training_only: bool = False
    outer: "Scope | None" = None

    def tensor(self, name: str, places: Mapping[str, Named]) -> Named | None:
        """What a name stands for, from the innermost surroundings outwards.

        `places` are the full names of all that was built: here a turn of a repeat and what a call
        holds is read without the prefix, and outside of all calls by its full name.
        """
        found = self.names.get(name) or places.get(f"{self.prefix}{name}")
        if found is None and self.outer:
            return self.outer.tensor(name, places)
        return found

    def every_tensor(self, places: Iterable[str]) -> Iterator[str]:
        """All names that can be read here, the nearest first, but for those of other calls."""
        yield from self._every_name()
        start = len(self.prefix)
        yield from (name[start:] for name in places if name.startswith(self.prefix))

    def _every_name(self) -> Iterator[str]:
        yield from reversed(self.names)
        if self.outer:
            yield from self.outer._every_name()

    def parameters(self, names: Iterable[str], **incoming: Any) -> dict[str, Any]:
        """What these names stand for here, as far as they are known: there may be many others."""
        own = {"turn": self.turn, **incoming}
        found = {}
        for name in names:
            for known in (own, self.values, self.knobs):
                if name in known:
                    found[name] = known[name]
                    break
        return found

    def every_parameter(self) -> Iterator[str]:
        """All names that an expression can speak of here."""
        return chain(self.values, self.knobs, INCOMING, ("turn",))

    def in_turn(self, turn: int) -> "Scope":
        """The surroundings of one turn of a repeat."""
        return self._replace(suffix=f"{self.suffix}.{turn}", turn=turn)


class Evaluator:
    """Works out the expressions of a spec; one that has no value is reported once.

    Characters and nodes are steps of the collector's.
    """

    def __init__(self, collector: Collector) -> None:
        self.collector, self.steps = collector, collector.steps
        self._names: dict[int, tuple[Node, frozenset[str]]] = {}
        self._parsed: dict[str, Expression | ExpressionError] = {}

    def names(self, node: Node | None) -> frozenset[str]:
        """The parameters that a node of the spec's text names; a `$` alone is one of no name."""
        match node:
            case Scalar() if is_expression(node.text):
                self.steps.take(len(node.text) // CHARACTERS)
                return frozenset(names_in(node.text)) or _NAMELESS
            case Items():
                children = node.nodes
            case Entries():
                children = [value for _, value in node.nodes.values()]
            case _:
                return frozenset()
        if id(node) not in self._names:
            self.steps.take(len(children))
            # the node is kept too: an id may come again once its owner is gone
            self._names[id(node)] = node, frozenset(chain.from_iterable(map(self.names, children)))
        return self._names[id(node)][1]

    def seen(self, node: Node, scope: Scope, block: Any, here: Any) -> tuple[Any, ...]:
        """What a node of the spec's text sees here: where that is the same, it says the same."""
        names = self.names(node)
        self.steps.take(len(names))
        known = scope.parameters(names, **{"in": block, "here": here}) if names else {}
        return tuple((name, type(value), value) for name, value in known.items())

    def parsed(self, text: str) -> Expression:
        """The expression of a text. Raises ExpressionError."""
        found = self._parsed.get(text)
        if found is None:
            self.steps.take(PARSE * len(text))
            try:
                found = parse(text)
            except ExpressionError as error:
                found = error
            self._parsed[text] = found
        self.steps.take(EVALUATE * min(len(text), MAX_EXPRESSION))
        if isinstance(found, ExpressionError):
            raise found.with_traceback(None)  # it is raised again, and would grow
        return found

    def value(self, node: Scalar, scope: Scope, block: Any, here: Any) -> Any:
        """The value of an expression, or None where it has none (reported) or is not yet known."""
        try:
            expression = self.parsed(node.text)
            known = scope.parameters(expression.names, **{"in": block, "here": here})
            if any(map(_unknown, known.values())):
                return None
            return expression.value(known)
        except ExpressionError as error:
            self.refuse(node, error, scope)
            return None

    def refuse(self, node: Scalar, error: ExpressionError, scope: Scope) -> None:
        """Report what is wrong with an expression."""

        def near() -> str | None:
            if error.is_parameter:
                found = self.collector.guess(error.word, scope.every_parameter())
                return found and f"${found}"
            return self.collector.guess(error.word, error.known) if error.word else None

        self.collector.add(node.mark, "expression", str(error), suggestion=near)

    def refuse_incoming(self, node: Node, key: str) -> None:
        """Report incoming channels in the list of a key: its numbers hold as they are written."""
        for one in node.nodes if isinstance(node, Items) else ():
            if isinstance(one, Scalar) and INCOMING.intersection(names_in(one.text)):
                message = f"`{key}` cannot follow from $in or $here"
                expected = FOLLOWING.get(key, "what is written, or follows from knobs")
                self.collector.add(one.mark, "expression", message, expected=expected)

    def substitute(self, node: Node, scope: Scope, block: Any, here: Any) -> Node:
        """The node with every expression replaced by its value."""
        match node:
            case Scalar() if is_expression(node.text):
                value = self.value(node, scope, block, here)
                if value is None:
                    return Unreadable(node.mark)
                if isinstance(value, (Items, Entries)):
                    return value
                return Scalar(value_text(value), True, node.mark)
            case Items():
                self.steps.take(len(node.nodes))
                items = Items(node.mark)
                items.nodes = [self.substitute(one, scope, block, here) for one in node.nodes]
                return items
            case Entries():
                self.steps.take(len(node.nodes))
                entries = Entries(node.mark)
                entries.nodes = {
                    name: (key, self.substitute(value, scope, block, here))
                    for name, (key, value) in node.nodes.items()
                }
                return entries
        return node

    def derived(
        self, node: Scalar, scope: Scope, maximum: int, rounding: Rounding | None = None
    ) -> Derived | None:
        """A derived width up to `maximum` where the expression speaks of channels under α.

        `rounding` is its own rule: of its widths under α, or of itself where it has none.
        """
        try:
            expression = self.parsed(node.text)
        except ExpressionError:
            return None  # said when it is worked out
        if not expression.names & INCOMING and not expression.widths:
            return None
        values = scope.parameters(expression.names - INCOMING)
        if len(values) < len(expression.names - INCOMING):
            return None
        if not expression.widths:
            own = rounding and rounding._replace(multiplier=Fraction(1))
            return Derived(expression, values, maximum, rounding=own)
        try:
            widths: tuple[Any, ...] = expression.written(values)
        except ExpressionError:
            return None
        if rounding is not None:
            widths = tuple(Ruled(one, rounding) for one in widths)
        return Derived(expression, values, maximum, widths)


def _unknown(value: Any) -> bool:
    return isinstance(value, Unreadable) or (isinstance(value, float) and isnan(value))
