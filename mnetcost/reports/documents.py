"""What the JSON documents of several commands share."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mnetcost.conventions.presets import COLUMNS, paper
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import FORWARD, Basis, Count, LayerCost, TypeCost
from mnetcost.graph import Graph
from mnetcost.layers.convolution import Convolution
from mnetcost.multipliers import Setting
from mnetcost.reports.settings import common_knobs, is_another, knobs_document


def warned(graph: Graph, settings: Collection[Setting]) -> tuple[str, ...]:
    """The warnings about a network at these settings."""
    if all(map(graph.is_own, settings)) and not graph.at_least:
        return ()  # there are none, and what finds them need not be imported
    from mnetcost.analysis.warnings.warnings import warnings

    return warnings(graph, settings)


def count_header(count: Count) -> dict[str, Any]:
    """What the document of one network at one setting begins with."""
    return {
        **header([count.graph], count.basis, warned(count.graph, [count.setting])),
        "alpha": str(count.setting.alpha),
        "rho": str(count.setting.rho),
        "input": list(count.input),
    }


def header(
    graphs: Sequence[Graph], basis: Basis = FORWARD, warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """What every document begins with: of several networks of a spec what is common to them."""
    graph, knobs = graphs[0], common_knobs(graphs)
    return {
        "model": graph.name,
        **basis_document(basis),
        "rounding": str(graph.rounding),
        **({"variant": graph.variant} if graph.variant else {}),
        **({"knobs": knobs_document(knobs)} if knobs else {}),
        "warnings": list(warnings),
        **({"at_least": True} if any(one.at_least for one in graphs) else {}),
    }


def basis_document(basis: Basis) -> dict[str, Any]:
    """By which convention is counted, and of how many images and which pass where not of one."""
    return {
        "convention": (basis.convention or paper()).name,
        **({"batch": basis.batch} if basis.batch > 1 else {}),
        **({"pass": basis.pass_} if basis.pass_ != "forward" else {}),
    }


def types_document(costs: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
    """Each type with its parameters, mult-adds and their shares, from (params, mult_adds)."""
    params, mult_adds = (sum(amounts) for amounts in zip(*costs.values()))
    return [
        {
            "type": name,
            "params": cost[0],
            "mult_adds": cost[1],
            "params_share": _part(cost[0], params),
            "mult_adds_share": _part(cost[1], mult_adds),
        }
        for name, cost in costs.items()
    ]


def _part(part: int, whole: int) -> float:
    """The nearest float to an exact share; that of a Fraction takes ten times as long."""
    return part / whole if whole else 0.0


def totals_document(count: Count, apart: bool = False) -> dict[str, Any]:
    """The totals of a network for programs."""
    return {
        "params": count.params,
        "mult_adds": count.mult_adds,
        "parameters": count.parameters._asdict(),
        "folded": count.folded,
        **beside(count, count, apart),
    }


def groups_of(layer: LayerCost) -> int | None:
    """The groups of a convolution; None of any other layer."""
    kernel = layer.node.layer
    return int(kernel.groups_on(layer.input)) if isinstance(kernel, Convolution) else None


def layer_document(count: Count, layer: LayerCost, apart: bool = False) -> dict[str, Any]:
    """One layer for programs: its name, type, maps, window and cost."""
    sides = layer.node.layer.window_sides()
    return {
        "name": layer.name,
        "type": layer.type,
        "input": layer.read and list(layer.read),
        "output": list(layer.output),
        "kernel": sides and list(sides[0]),
        "stride": sides and list(sides[1]),
        "groups": groups_of(layer),
        "params": layer.params,
        "mult_adds": layer.mult_adds,
        "parameters": layer.parameters._asdict(),
        "folded": layer.folded,
        **({"inputs": len(layer.node.sources)} if len(layer.node.sources) > 1 else {}),
        **beside(count, layer, apart),
    }


def beside(count: Count, of: Count | LayerCost | TypeCost, apart: bool) -> dict[str, Any]:
    """What is not known of a layer, a type, or the totals, and what another basis adds."""
    found = {**({"at_least": True} if of.at_least else {}), **count_document(count.basis, of)}
    if of.passes is not None:
        found["passes"] = of.passes._asdict()
    if apart:
        found["operations"] = dict(zip(COLUMNS, of.operations))
    return found


def count_document(basis: Basis, of: Any) -> dict[str, Any]:
    """`count` of a JSON object, under another convention than the default; else nothing.

    It is that of a Count, or of what has parameters and bounds as one has.
    """
    return counted_document(basis, of.counted_params, of.counted)


def counted_document(basis: Basis, params: int | None, counted: Bounds) -> dict[str, Any]:
    """The same from the convention's own parameters and bounds; None where there are none."""
    convention = basis.convention
    if convention is None or not is_another(basis):
        return {}
    low, high = counted
    value: dict[str, Any] = {"value": low if convention.counts_work else None}
    if low != high:
        value = {"value": None, "low": low, "high": high}
    return {"count": {**value, "unit": convention.unit, "params": params}}
