"""Every public attribute of what the API hands out is in the manual, and each there exists."""

import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import mnetcost

PAGE = (Path(mnetcost.__file__).parent / "manual" / "api.md").read_text(encoding="utf-8")

# What a user has no use for, and why.
GRAPH = "the network's form inside"
LEFT_OUT = {
    "Network": {"graph": GRAPH, "configured": "what `set` is made of", "counted": "`cost`'s"},
    "Cost": {"graph": GRAPH, "of": "how `Network.cost` makes one"},
    "LayerCost": {"node": GRAPH},
    "Basis": {"checked": "how arguments are checked", "limiting": "likewise"},
    "Explanation": {
        "of": "how `Cost.explain` makes one",
        "whole": "how it was asked for",
        "report": "for the command line",
    },
    "Sweep": {
        "of": "how `sweep` makes one",
        "graph": GRAPH,
        "cost": "the arrays before they are worked out",
        "values": "likewise",
    },
    "CostGrid": {"cost": "the arrays before they are worked out", "values": "likewise"},
    "Fit": {"graph": GRAPH},
    "Budget": dict.fromkeys(
        ["most", "alpha", "rho", "resolution", "size", "variant", "set", "marks"],
        "how a spec's own budget is held",
    )
    | dict.fromkeys(["figures", "verdict", "complaint"], "for the report of `check`"),
    "Ranking": {"graph": GRAPH},
    **{
        name: {"of": "how a method of Cost makes them", "view": "which table they are"}
        for name in ("Reductions", "ReceptiveFields", "ChannelCosts")
    },
    "MemoryUse": {"of": "how `Cost.memory` makes one"},
    "Alive": {"step": GRAPH},
    "Diff": {"of": "how `diff` makes one"},
    "Comparison": {"of": "how `compare` makes one"},
    "Rewriting": {"of": "how `Network.rewrite` makes one"},
}
PLAIN = (tuple, dict, list, str, int, bool, float, type(None), ValueError)

SPEC = """
input: {height: 24, width: 32, channels: 3}
width: {round: nearest}
knobs: {classes: 10}
blocks:
  head: {takes: {out: }, layers: [global_avg_pool, dense: {out: $out, scale: false}]}
layers:
  - conv: {out: 8, kernel: 3, act: relu, called_as: unknown}
  - conv: {out: 8, kernel: 3, groups: 2}
  - separable: {out: 16}
  - head: {out: $classes}
"""


def objects() -> Iterator[Any]:
    """One or more of everything that the API hands out, got as a user gets it."""
    net = mnetcost.load(SPEC)
    yield from (net, mnetcost.Widths())
    for cost in (net.cost(), net.cost("1/2", convention="ptflops"), net.cost(pass_="training")):
        yield cost
        yield from (cost.setting, cost.basis, cost.parameters, cost.counted, cost.input)
        types, reductions = cost.by_type(), cost.reductions()
        yield from (cost.passes, *cost.layers, types, *types.values(), reductions)
        for pair in reductions:
            yield from (pair, pair.d_k, pair.standard)
        fields, channel_costs = cost.receptive_fields(), cost.channel_costs()
        yield from (fields, *fields, channel_costs)
        for channels in channel_costs:
            yield from (channels, *channels.kinds)
            yield from (channels.kinds[0].own, channels.kinds[0].group)
    for memory in (net.cost().memory(), net.cost().memory("int8", "arena")):
        yield from (memory, *memory.layers.values(), *memory.steps)
    why = net.cost().explain()
    yield why
    for part in (*why.layers, *why.derivations):
        lines = part.lines if hasattr(part, "lines") else part.steps
        yield from (part, *lines, lines[0].formula)
    for way in net.cost().explain("conv_1", algorithms=True).ways:
        yield from (way, *way.found, *way.refused)
    for invalid, convention in (("refuse", "fvcore"), ("mask", None)):
        grid = mnetcost.sweep(net, [1, "1/2"], [1, "1/2"], invalid=invalid, convention=convention)
        yield from (grid, grid.types["conv"], grid.point(0, 0), grid.counted)
    yield mnetcost.sweep(net, 1, 1, set={"classes": [2, 3]})
    fit = mnetcost.fit(net, "0.5M")
    assert fit.best
    yield from (fit, fit.budget, fit.best, fit.best.plateau, fit.best.plateau.start)
    fits = mnetcost.fit(net, "5M", set={"classes": [2, 3]})
    yield from (fits, *fits.largest)
    for limit in ("150M", 1):
        ranking = mnetcost.rank("mobilenet_v1", "mobilenet_v1", limit)
        yield from (ranking, *ranking.scored)
    diff = mnetcost.diff(net.set(classes=4), net.rewrite("separable", "conv_1").text)
    yield from (diff, *diff.changes, *(one for it in diff.changes for one in it.differences))
    yield mnetcost.compare([net])
    rewriting = net.rewrite("separable")
    yield from (rewriting, *rewriting.savings, *rewriting.kept)
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(SPEC.replace("dense: {", "dense: {groups: 2, "))
    yield caught.value
    for problem in caught.value.problems:
        yield from (problem, problem.mark, *problem.uses)


def public(one: Any) -> set[str]:
    """Its attributes and methods that are not those of every tuple or error."""
    inherited: set[str] = set()
    for plain in (tuple, ValueError):
        inherited |= set(dir(plain)) if isinstance(one, plain) else set()
    own = set(getattr(type(one), "_fields", ())) | {"count", "index"} - set(dir(tuple))
    names = {name for name in dir(one) if not name.startswith("_")}
    return names - (inherited - own)


def rows(title: str) -> dict[str, str]:
    """The names of a section's table as they are written, each with its second column."""
    found = re.search(rf"^### {title}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"the page has no section {title!r}"
    return dict(re.findall(r"^\| `([^`]+)` \|\s*([^|]*?)\s*\|", found[1], re.MULTILINE))


def listed(title: str) -> dict[str, str]:
    """The same, methods with empty brackets."""
    return {re.sub(r"\(.*\)", "()", name): stated for name, stated in rows(title).items()}


def by_type(found: Iterable[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for one in found:
        if type(one) not in PLAIN:
            groups.setdefault(type(one).__name__, []).append(one)
    return groups


def test_every_public_attribute_is_listed_with_its_type_and_each_listed_one_exists() -> None:
    found = by_type(objects())
    for title, ones in found.items():
        table, left_out = listed(title), LEFT_OUT.get(title, {})
        for one in ones:
            names = {f"{name}()" if callable(getattr(one, name)) else name for name in public(one)}
            unused = {name for name in names if name.removesuffix("()") in left_out}
            assert names - unused == table.keys(), title
            for name in names - unused:
                if not name.endswith("()"):
                    kind = type(getattr(one, name)).__name__
                    kind = {"MaskedArray": "ndarray"}.get(kind, kind)
                    assert kind in re.findall(r"\w+", table[name].replace("None", "NoneType")), (
                        f"{title}.{name} is {kind}"
                    )
    titles = set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE))
    assert titles - {"UsageError"} == found.keys()


def test_what_is_left_out_exists() -> None:
    found = by_type(objects())
    for title, names in LEFT_OUT.items():
        assert names.keys() <= public(found[title][0]), title


def test_every_function_and_its_parameters_are_listed() -> None:
    functions = {name for name in mnetcost.__all__ if inspect.isfunction(getattr(mnetcost, name))}
    assert set(re.findall(r"^### mnetcost\.(\w+)$", PAGE, re.MULTILINE)) == functions
    for name in functions:
        parameters = inspect.signature(getattr(mnetcost, name)).parameters.values()
        empty = inspect.Parameter.empty
        defaults = {
            one.name: "" if one.default is empty else f"`{one.default!r}`".replace("'", '"')
            for one in parameters
        }
        assert listed(f"mnetcost.{name}") == defaults, name


def test_the_parameters_of_methods_are_listed() -> None:
    for title, (one, *_) in by_type(objects()).items():
        methods = [name for name in rows(title) if name.endswith(")")]
        for name, words in (re.fullmatch(r"(\w+)\((.*)\)", name).groups() for name in methods):
            known = inspect.signature(getattr(one, name)).parameters.values()
            marks = {inspect.Parameter.VAR_KEYWORD: "**", inspect.Parameter.VAR_POSITIONAL: "*"}
            assert words == ", ".join(marks.get(it.kind, "") + it.name for it in known), name
