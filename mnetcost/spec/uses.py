"""What a spec uses of what it defines: blocks by its lists of layers, knobs by its expressions."""

import re
from collections.abc import Iterator

from mnetcost.spec.nodes import Entries, Items, Node, Scalar

_KNOB = r"\$\{?(\w+)"


def called(node: Node) -> Iterator[str]:
    """The names that a list of layers calls, in its branches and repeats too."""
    match node:
        case Scalar():
            yield node.text
        case Items():
            for entry in node.nodes:
                yield from called(entry)
        case Entries():
            for name, (_, value) in node.nodes.items():
                if name in ("layers", "branches"):
                    yield from called(value)
                elif name == "rows" and isinstance(value, Scalar):
                    yield value.text
                else:
                    yield name


def called_knobs(node: Node) -> Iterator[str]:
    """The names that expressions anywhere below speak of."""
    match node:
        case Scalar():
            yield from re.findall(_KNOB, node.text)
        case Items():
            for entry in node.nodes:
                yield from called_knobs(entry)
        case Entries():
            for key, value in node.nodes.values():
                yield from called_knobs(key)
                yield from called_knobs(value)
