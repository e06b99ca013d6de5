"""Small networks for tests."""

import mnetcost
from mnetcost.layers import LAYERS


def small(layers: str, height: int = 10, width: int = 10, channels: int = 8) -> mnetcost.Network:
    """The network of these layers, written as the items of a YAML list."""
    return mnetcost.load(
        f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n{layers}\n"
    )


def example_text(written: str) -> str:
    """The spec of a layer type's own example."""
    entries = "".join(f"  - {entry}\n" for entry in LAYERS[written].example.split("\n"))
    return f"input: {{height: 24, width: 32, channels: 16}}\nlayers:\n{entries}"


def example(written: str, head: str = "") -> mnetcost.Network:
    """The network of a layer type's example, with more keys at the head of its spec."""
    return mnetcost.load(head + example_text(written))
