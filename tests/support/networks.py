"""Small networks for tests."""

import mnetcost


def small(layers: str, height: int = 10, width: int = 10, channels: int = 8) -> mnetcost.Network:
    """The network of these layers, written as the items of a YAML list."""
    return mnetcost.load(
        f"input: {{height: {height}, width: {width}, channels: {channels}}}\nlayers:\n{layers}\n"
    )
