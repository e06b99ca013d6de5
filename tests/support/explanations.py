"""What is explained of a network, by its quantities."""

import mnetcost
from mnetcost.notebook.explain import Explanation


def explained(spec: str, layer: str = "", **settings: object) -> Explanation:
    return mnetcost.load(spec).cost(**settings).explain(layer)


def lines(spec: str, layer: str = "", **settings: object) -> dict[str, tuple[str, str, int]]:
    """Of one layer: quantity -> (formula, numbers, result)."""
    (one,) = explained(spec, layer, **settings).layers
    return {
        line.quantity: (line.formula.text, line.numbers.text, line.result) for line in one.lines
    }


def small(layer: str, height: int = 9, width: int = 12, channels: int = 8) -> str:
    return (
        f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n  - {layer}\n"
    )
