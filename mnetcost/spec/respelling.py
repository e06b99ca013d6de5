"""The keys of a layer that is written as another: what the defaults do not say must be written."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from mnetcost.layers import LAYERS
from mnetcost.layers.base import Pair
from mnetcost.layers.fields import fields_of
from mnetcost.layers.window import SAME
from mnetcost.problems import TOP
from mnetcost.spec.edits import inline
from mnetcost.spec.nodes import Entries, Node, Scalar
from mnetcost.spec.places import keys_of

Keys: TypeAlias = dict[str, Node]
Defaults: TypeAlias = Mapping[str, Keys]

WINDOW = ("kernel", "stride", "padding", "dilation")
COMMON = ("expand", "round", "in", "from", "weights", "when")
ORDER = (
    *("name", "out", "expand", "round", *WINDOW, "multiplier", "groups", "group_width"),
    *("bias", "scale"),
    *("norm", "act", "called_as", "inner", "in", "from", "weights", "when"),
)


def written_defaults(root: Entries) -> dict[str, Keys]:
    """`defaults:` by the layer's written name."""
    section = root.nodes["defaults"][1] if "defaults" in root.nodes else root
    nodes = section.nodes if isinstance(section, Entries) and section is not root else {}
    return {word: keys_of(value) for word, (_, value) in nodes.items()}


def respelled(own: Keys, source: str, target: str, defaults: Defaults) -> Keys:
    """The keys under which a layer written as `source` is the same as `target`.

    Keys that `target` has by default are left out, and so are those that it has not. How the
    depthwise half of a `separable` differs (`inner`) is left to the defaults.
    """
    had = {**defaults.get(source, {}), **own}
    usual = defaults.get(target, {})
    keys = {name: node for name, node in own.items() if name in ("name", *COMMON)}
    for name in fields_of(LAYERS[target]):
        if name == "inner" or (name == "out" and "expand" in own):
            continue
        value = had.get(name) or by_default(source, name) or by_default(target, name)
        known = usual.get(name) or by_default(target, name)
        if value is not None and (known is None or inline(value) != inline(known)):
            keys[name] = value
    return {name: keys[name] for name in ORDER if name in keys}


def by_default(word: str, name: str) -> Node | None:
    """The value of a key that nobody wrote, or None where it has none."""
    field = fields_of(LAYERS[word]).get(name)
    if field is None or field.required or field.default is None:
        return None
    return Scalar(_text(field.default), True, TOP)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value == SAME:
        return "same"
    if isinstance(value, Pair):
        return str(value.h) if value.h == value.w else f"[{value.h}, {value.w}]"
    return str(value)


def entry_text(word: str, keys: Keys) -> str:
    """A layer as one entry of a list."""
    pairs = ", ".join(f"{name}: {inline(value)}" for name, value in keys.items())
    return f"{word}: {{{pairs}}}" if pairs else word


def mapping(keys: Keys) -> Entries:
    """Keys as a mapping."""
    found = Entries(TOP)
    found.nodes = {name: (Scalar(name, True, TOP), node) for name, node in keys.items()}
    return found
