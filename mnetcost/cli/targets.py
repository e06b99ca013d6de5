"""A SPEC with its setting, NETWORK@SETTING, beside the options that say the same."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from mnetcost.cli.options import open_network
from mnetcost.cost import Basis
from mnetcost.notebook.cost import Cost
from mnetcost.notebook.network import Network
from mnetcost.notebook.targets import counted, with_own_knobs
from mnetcost.problems import UsageError
from mnetcost.spec.variants import read_set
from mnetcost.targets import STREAM, each, read_target
from mnetcost.text import clip


def opened(spec: str, options: Mapping[str, Any]) -> tuple[Network, dict[str, Any]]:
    """The network of SPEC with its knobs, and its setting, from SPEC itself and from options.

    `options` are alpha, rho, resolution and input, each None where not given, and knobs. Raises
    UsageError where both say one thing.
    """
    target = read_target(spec)
    knobs, others = _parted(options)
    target.demand_once(others, knobs)
    setting = target.setting_over(others)
    network = open_network(target.spec, knobs, setting.get("input"))
    return with_own_knobs(target, network), setting


def with_knobs(spec: str, knobs: tuple[str, ...], size: Any) -> Network:
    """The network of SPEC where only an option may say its setting, of SPEC the knobs alone.

    Raises UsageError where SPEC says its α, resolution or input.
    """
    target = read_target(spec)
    for name in target.setting:
        raise UsageError(f"{clip(spec)}: {name} does not go here; there is --{name}")
    return opened(spec, {"input": size, "knobs": knobs})[0]


def cost_of(spec: str, basis: Basis, options: Mapping[str, Any]) -> Cost:
    """The cost of SPEC, at the setting that it and the options say, as `opened` takes them."""
    network, setting = opened(spec, options)
    return network.counted(basis, **setting)


def costs_of(texts: Sequence[str], basis: Basis, options: Mapping[str, Any]) -> list[Cost]:
    """The cost of each of several, with what is wrong with any of them said at once.

    The options hold for what one does not say itself.
    """
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
