"""A SPEC with its setting, NETWORK@SETTING, beside the options that say the same."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from mnetcost.cli.options import open_network
from mnetcost.cost import Basis
from mnetcost.notebook.cost import Cost
from mnetcost.notebook.network import Network
from mnetcost.spec import STREAM
from mnetcost.spec.variants import read_set


def opened(spec: str, options: Mapping[str, Any]) -> tuple[Network, dict[str, Any]]:
    """The network of SPEC with its knobs, and its setting, from SPEC itself and from options.

    `options` are alpha, rho, resolution and input, each None where not given, and knobs. Raises
    UsageError where both say one thing.
    """
    knobs, others = _parted(options)
    if "@" not in spec:  # what reads a setting need not be imported
        setting = {name: value for name, value in others.items() if value is not None}
        return open_network(spec, knobs, setting.get("input")), setting
    from mnetcost.notebook.targets import with_own_knobs
    from mnetcost.targets import read_target

    target = read_target(spec)
    target.demand_once(others, knobs)
    setting = target.setting_over(others)
    network = open_network(target.spec, knobs, setting.get("input"))
    return with_own_knobs(target, network), setting


def cost_of(spec: str, basis: Basis, options: Mapping[str, Any]) -> Cost:
    """The cost of SPEC, at the setting that it and the options say, as `opened` takes them."""
    network, setting = opened(spec, options)
    return network.counted(basis, **setting)


def costs_of(texts: Sequence[str], basis: Basis, options: Mapping[str, Any]) -> list[Cost]:
    """The cost of each of several, with what is wrong with any of them said at once.

    The options hold for what one does not say itself.
    """
    from mnetcost.notebook.targets import counted
    from mnetcost.targets import each, read_target

    knobs, others = _parted(options)
    read = cache(lambda spec, size: open_network(spec, size=size))  # standard input only once

    def cost(text: str) -> Cost:
        target = read_target(text)
        target = target._replace(knobs={**knobs, **target.knobs})
        size = None if target.spec == STREAM else target.setting_over(others).get("input")
        return counted(target, basis, others, lambda spec: read(spec, size))

    return each(texts, cost)


def _parted(options: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """The knobs, as values, and the setting."""
    others = dict(options)
    knobs = others.pop("knobs", ())
    return (read_set(knobs) if isinstance(knobs, tuple) else knobs), others
