"""`blocks:`, `knobs:` and the values that both give to their parameters."""

from collections.abc import Mapping
from typing import Any

from mnetcost.exact import literal
from mnetcost.expressions import INCOMING, SCALED, ExpressionError, is_expression
from mnetcost.layers import LAYERS
from mnetcost.problems import Collector, Mark
from mnetcost.record import Record
from mnetcost.spec.convert import MAX_TEXT, Converter
from mnetcost.spec.nodes import (
    Entries,
    Items,
    Node,
    Scalar,
    Unreadable,
    describe,
    items_of,
)
from mnetcost.spec.scope import Evaluator, Named, Outputs, Scope
from mnetcost.text import clip

BLOCK_KEYS = ("takes", "inputs", "layers", "outputs", "residual")
_PARTS = ("inputs", "outputs", "residual")
RESERVED = ("in", "here", "turn")
CALL_KEYS = ("repeat", "name", "when", "from", "weights")  # beside the block's own parameters
TAKEN = (*CALL_KEYS, "rows", "branches", "layers")
_PLAIN = f"a number, a text of at most {MAX_TEXT} characters, or true / false"
ARGUMENT = 12  # steps
BLOCK_INPUT = "block_input"  # what a block's layers call what comes in
NETWORK_INPUT = "input"  # what all layers call the network's own
REQUIRED = object()  # the default of a parameter that every call must give


class Block(Record):
    """A named list of layers with parameters."""

    name: str
    mark: Mark
    takes: Mapping[str, Any]  # parameter -> default, REQUIRED where there is none
    layers: Node
    inputs: Node | None  # the names of its input maps, or how many they are
    outputs: Node | None  # the names of what it gives, else it is the end of its list
    residual: Node | None
    knobs: Mapping[str, Any]

    def untaken(self, maps: Named) -> Outputs:
        """What it gives where no turn of it is taken: what comes in, by its outputs' names."""
        names = [getattr(one, "text", "") for one in items_of(self.outputs)]
        fits = len(names) == len(maps.ends)
        return Outputs(maps.ends, dict(zip(names, maps.maps())) if fits else {})

    def arguments(
        self,
        key: Scalar,
        given: Mapping[str, tuple[Scalar, Node]],
        scope: Scope,
        evaluate: Evaluator,
        collector: Collector,
    ) -> dict[str, Any]:
        """The value of every parameter in one call; missing ones are reported at its key."""
        values: dict[str, Any] = {}
        collector.steps.take(len(self.takes) + ARGUMENT * len(given))
        for name, default in self.takes.items():
            if name in given:
                node = given[name][1]
                unread = isinstance(node, Unreadable)
                values[name] = node if unread else argument(node, scope, evaluate, collector)
            elif default is REQUIRED:
                message = f"{clip(key.text)} needs `{name}`"
                collector.add(key.mark, "missing-key", message, expected=f"{name}: a value")
                values[name] = Unreadable(key.mark)
            else:
                values[name] = default
        return values


def argument(node: Node, scope: Scope, evaluate: Evaluator, collector: Collector) -> Any:
    """The value of an argument; what has none is reported and stays unknown."""
    if isinstance(node, Items):
        return evaluate.substitute(node, scope, None, None)
    if not isinstance(node, Scalar) or node.is_null:
        message = f"found {describe(node)}"
        collector.add(node.mark, "wrong-type", message, expected=_PLAIN)
        return Unreadable(node.mark)
    if len(node.text) > MAX_TEXT:
        collector.add(node.mark, "text", f"found {describe(node)}", expected=_PLAIN)
        return Unreadable(node.mark)
    if not is_expression(node.text):
        return literal(node.text)
    try:
        parsed = evaluate.parsed(node.text)
    except ExpressionError:
        parsed = None
    if parsed and (parsed.names & INCOMING or parsed.widths):
        what = f"`{SCALED}()` stands" if parsed.widths else "`$in` and `$here` stand"
        message = f"{what} in a block's own layers, not in its arguments"
        expected = "the ratio as the argument, and the product with $in or $here inside the block"
        if parsed.widths:
            expected = f"the width as the argument, and {SCALED}(${{name}}) inside the block"
        collector.add(node.mark, "expression", message, expected=expected)
        return Unreadable(node.mark)
    value = evaluate.value(node, scope, None, None)
    return Unreadable(node.mark) if value is None else value


def read_values(convert: Converter, node: Node, what: str) -> dict[str, Any]:
    """A mapping of names to plain values: `knobs:`, or a block's `takes:`."""
    found: dict[str, Any] = {}
    if isinstance(node, Scalar) and node.is_null:
        return found
    if not isinstance(node, Entries):
        convert.refuse(node, f"{what}: a mapping, such as {{depth: 1}}")
        return found
    for name, (key, value) in node.nodes.items():
        if not (name.isidentifier() and name.isascii()) or name in RESERVED:
            convert.refuse(
                key, f"a name of letters, digits and _, not {', '.join(RESERVED)}", "name"
            )
        elif name in TAKEN:
            convert.refuse(key, "another name: a call's own keys are " + ", ".join(TAKEN), "name")
        elif isinstance(value, Scalar) and value.is_null:
            found[name] = REQUIRED
        elif isinstance(value, Items) and what != "knobs":
            found[name] = value
        elif isinstance(value, Scalar) and len(value.text) <= MAX_TEXT:
            found[name] = literal(value.text)
        else:
            convert.refuse(value, _PLAIN, "text" if isinstance(value, Scalar) else "wrong-type")
            found[name] = Unreadable(value.mark)
    return found


def meant_by(name: str) -> str:
    """What a name means wherever it stands, so that nothing can be called so; else empty."""
    if name == NETWORK_INPUT:
        return "the network's own input"
    return "what comes into a block" if name.split("/")[0] == BLOCK_INPUT else ""


def _names(convert: Converter, node: Node, what: str) -> Node | None:
    """The names of inputs or outputs, or how many inputs there are; None where they are none.

    A list that is empty is reported, a number for a name, and an input that is named twice or as
    the language names something.
    """
    if isinstance(node, Items) and not node.nodes:
        convert.refuse(node, f"{what}: a list of names", "empty")
    items = node.nodes if isinstance(node, Items) else [node] if what == "outputs" else []
    numbers = [one for one in items if isinstance(one, Scalar) and one.text.isdecimal()]
    for number in numbers:
        convert.refuse(number, f"{what}: names, such as [high, low]; maps have numbers already")
    known = set()
    for one in items if what == "inputs" and not numbers else ():
        name = convert.text(one, "the name of an input") or ""
        meant = "named twice" if name in known else meant_by(name)
        if name and meant:
            message = f"the input `{clip(name)}` is {meant}"
            convert.collector.add(one.mark, "duplicate-name", message, expected="another name")
        known.add(name)
    return None if numbers else node


def read_blocks(convert: Converter, node: Node, knobs: Mapping[str, Any]) -> dict[str, Block]:
    """`blocks:` by name."""
    blocks: dict[str, Block] = {}
    if not isinstance(node, Entries):
        convert.refuse(node, "blocks: a mapping from names to {takes, layers}")
        return blocks
    for name, (key, value) in node.nodes.items():
        if not (name.isidentifier() and name.isascii()) or name in (*LAYERS, *TAKEN):
            convert.refuse(key, "a name of letters, digits and _ that no layer has", "name")
            continue
        entries = convert.entries(value, BLOCK_KEYS, f"block {name}") or {}
        if "layers" not in entries:
            message = f"block {clip(name)} needs `layers`"
            convert.collector.add(key.mark, "missing-key", message)
            continue
        takes = read_values(convert, entries["takes"][1], "takes") if "takes" in entries else {}
        for other in {"inputs", "outputs"} & entries.keys() if "residual" in entries else ():
            message = f"`residual` beside `{other}`: it adds the one input at the one end"
            convert.collector.add(entries["residual"][0].mark, "conflict", message)
        parts: dict[str, Node | None] = {
            one: entries[one][1] if one in entries else None for one in _PARTS
        }
        for one in ("inputs", "outputs"):
            if one in entries:
                parts[one] = _names(convert, entries[one][1], one)
        blocks[name] = Block(
            name=name,
            mark=key.mark,
            takes=takes,
            layers=entries["layers"][1],
            **parts,
            knobs=knobs,
        )
    return blocks
