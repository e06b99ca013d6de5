"""What a spec uses of what it defines: blocks by its lists of layers, knobs by its expressions."""

from collections.abc import Iterable
from itertools import chain

from mnetcost.expressions import is_expression, names_in
from mnetcost.spec.nodes import Entries, Items, Node, Scalar


def called(bodies: Iterable[Node]) -> set[str]:
    """The names that lists of layers call, in their branches and repeats too."""
    found: set[str] = set()
    left = list(bodies)
    while left:
        match left.pop():
            case Scalar(text=text):
                found.add(text)
            case Items(nodes=nodes):
                left += nodes
            case Entries(nodes=nodes):
                for name, (_, value) in nodes.items():
                    if name in ("layers", "branches"):
                        left.append(value)
                    elif name != "rows":
                        found.add(name)
                    elif isinstance(value, Scalar):
                        found.add(value.text)
    return found


def called_knobs(root: Node) -> set[str]:
    """The names that expressions anywhere below speak of."""
    found: set[str] = set()
    left = [root]
    while left:
        node = left.pop()
        if isinstance(node, Scalar):
            if is_expression(node.text):
                found.update(names_in(node.text))
        elif isinstance(node, Items):
            left += node.nodes
        elif isinstance(node, Entries):
            left += chain.from_iterable(node.nodes.values())
    return found
