"""Networks as they are given to `diff` and `compare`, each with its cost."""

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mnetcost.cost import Basis
from mnetcost.exact import ratio_text
from mnetcost.multipliers import sides
from mnetcost.notebook.cost import Cost
from mnetcost.notebook.network import Network, load
from mnetcost.targets import Target, read_target

Comparable: TypeAlias = str | os.PathLike[str] | Network | Cost


def counted(
    target: Target, basis: Basis, others: Mapping[str, Any], open_: Callable[[str], Network] = load
) -> Cost:
    """The cost of a target, with the setting of `others` where it has none of its own.

    `open_` gives the network of its spec. Raises UsageError, naming the target, for a knob that the
    spec has not, SpecError for what is wrong with the spec.
    """
    network = with_own_knobs(target, open_(target.spec))
    return network.counted(basis, **target.setting_over(others))


def with_own_knobs(target: Target, network: Network) -> Network:
    """The network of a target's spec with the target's knobs.

    Raises UsageError, naming the target, for a knob that the spec has not.
    """
    target.check_knobs(network.graph.knobs)
    return network.set(**target.knobs) if target.knobs else network


def counted_as_given(given: Comparable, basis: Basis) -> tuple[str, Cost]:
    """What a network is called in the table, and its cost."""
    if isinstance(given, Network):
        return given.name, given.counted(basis)
    if isinstance(given, Cost):
        return _name(given), Cost.of(given.graph, given.setting, basis)
    if isinstance(given, str) and "\n" not in given:
        return given, counted(read_target(given), basis, {})
    network = load(given)
    return network.name, network.counted(basis)


def _name(cost: Cost) -> str:
    """The network's name, and its setting as a target would say it."""
    alpha, rho, height, width = cost.setting
    words = [f"alpha={ratio_text(alpha)}"] if alpha != 1 else []
    if sides(*cost.graph.base, rho) != (height, width):
        words.append(f"input={height}x{width}")
    elif rho != 1:
        words.append(f"rho={ratio_text(rho)}")
    return cost.graph.name + ("@" + ",".join(words) if words else "")
