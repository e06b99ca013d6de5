"""The targets of `diff` and `compare`: NETWORK@SETTING, or - for standard input."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from mnetcost.cli.options import open_network
from mnetcost.cost import Basis
from mnetcost.notebook.cost import Cost
from mnetcost.notebook.targets import counted
from mnetcost.targets import STREAM, each, read_target


def costs_of(texts: Sequence[str], basis: Basis, others: Mapping[str, Any]) -> list[Cost]:
    """The cost of each target, with what is wrong with any of them said at once."""
    opened = cache(open_network)  # standard input can be read once only

    def cost(text: str) -> Cost:
        target = read_target(text)
        size = None if target.spec == STREAM else target.setting_over(others).get("input")
        return counted(target, basis, others, lambda spec: opened(spec, (), size))

    return each(texts, cost)
