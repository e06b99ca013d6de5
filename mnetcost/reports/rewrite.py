"""What a rewritten spec saves, layer by layer, and what stays as it was."""

from fractions import Fraction
from typing import Any

from mnetcost.analysis.rewrite.rewrite import Rewriting, Saving
from mnetcost.analysis.separable.reduction import PairCost
from mnetcost.reports.measures import cost_words
from mnetcost.reports.notes import convention_notes, knob_notes, setting_line
from mnetcost.tabular import Column, Kind, Report, Table
from mnetcost.text import counted

TITLES = {
    "separable": "Standard convolutions made depthwise separable",
    "standard": "Depthwise-separable convolutions made standard",
}


def rewrite_report(rewriting: Rewriting) -> Report:
    """The cost of every replaced layer before and after, the network's, and what was left alone."""
    savings = _savings_table(rewriting)
    tables = (savings, _kept_table(rewriting)) if rewriting.kept else (savings,)
    return Report(
        title=rewriting.before.graph.name,
        answer=(_answer(rewriting),),
        tables=tables,
        notes=_notes(rewriting),
        document=_document(rewriting),
        flat=savings,
    )


def _answer(rewriting: Rewriting) -> str:
    """How many layers became others, and what of the cost is left, in a sentence."""
    *layers, network = rewriting.savings
    if not layers:
        return "Nothing is rewritten: the network stays as it is."
    before, after = network.before, network.after
    words = cost_words(rewriting.before.basis)
    costs = (
        f"{words[kind]} {old:,} → {new:,}" + (f" ({float(part):.3g} times)" if part else "")
        for kind, old, new, part in (
            ("params", before.params, after.params, network.params_ratio),
            ("mult_adds", before.mult_adds, after.mult_adds, network.ratio),
        )
    )
    return f"{counted(len(layers), 'layer')} made {rewriting.to}: {', '.join(costs)}."


def _savings_table(rewriting: Rewriting) -> Table:
    """One row a replaced layer, and the whole network last."""
    columns = (
        Column("name", "Layer", Kind.TEXT),
        Column("kernel", "Kernel", Kind.TEXT, leaves=5),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("output", "→ Output", Kind.MAP, leaves=6),
        Column("params_before", "Weights\nbefore", Kind.AMOUNT, leaves=3),
        Column("params_after", "Weights\nafter", Kind.AMOUNT),
        Column("params_ratio", "Ratio", Kind.RATIO, leaves=4),
        Column("mult_adds_before", "Mult-adds\nbefore", Kind.AMOUNT, leaves=3),
        Column("mult_adds_after", "Mult-adds\nafter", Kind.AMOUNT),
        Column("ratio", "Ratio", Kind.RATIO),
    )
    title = TITLES[rewriting.to]
    if len(rewriting.savings) == 1:
        title += "\n(none: the network stays as it is)"
    rows = tuple(
        (
            *(one.name, one.kernel, one.input, one.output),
            *(one.before.params, one.after.params, one.params_ratio),
            *(one.before.mult_adds, one.after.mult_adds, one.ratio),
        )
        for one in rewriting.savings
    )
    return Table("savings", title, columns, rows)


def _kept_table(rewriting: Rewriting) -> Table:
    columns = (
        Column("name", "Layer", Kind.TEXT),
        Column("layers", "Layers", Kind.INTEGER),
        Column("reason", "Why", Kind.TEXT),
    )
    rows = tuple((one.names[0], len(one.names), one.reason) for one in rewriting.kept)
    return Table(
        "kept",
        "Not rewritten\n(each written layer by its first name, and how many it stands for)",
        columns,
        rows,
    )


def _notes(rewriting: Rewriting) -> tuple[tuple[str, str], ...]:
    graph, setting = rewriting.before.graph, rewriting.before.setting
    notes = [] if graph.is_own(setting) else [("At", setting_line(rewriting.before))]
    if rewriting.settled:
        one = f"the variant {graph.variant}" if graph.variant else "the network with these knobs"
        notes.append(("Spec", f"{one} is the whole of it"))
    if rewriting.unproven:
        notes.append(
            ("Left out", f"`expect:` ({rewriting.unproven}), figures of the spec as it was")
        )
    return (*convention_notes(), *knob_notes(graph), *notes)


def _document(rewriting: Rewriting) -> dict[str, Any]:
    *layers, network = map(_saving, rewriting.savings)
    del network["input"], network["output"], network["kernel"], network["name"]
    return {
        "model": rewriting.before.graph.name,
        "to": rewriting.to,
        "answer": _answer(rewriting),
        "alpha": str(rewriting.before.setting.alpha),
        "rho": str(rewriting.before.setting.rho),
        "input": list(rewriting.before.input),
        "layers": layers,
        "totals": network,
        "kept": [{"names": list(one.names), "reason": one.reason} for one in rewriting.kept],
        "expectations_left_out": rewriting.unproven,
        "spec": rewriting.text,
    }


def _saving(one: Saving) -> dict[str, Any]:
    return {
        "name": one.name,
        "kernel": one.kernel,
        "input": one.input and list(one.input),
        "output": one.output and list(one.output),
        "before": _cost(one.before),
        "after": _cost(one.after),
        **_ratios("ratio", one.ratio),
        **_ratios("params_ratio", one.params_ratio),
    }


def _cost(cost: PairCost) -> dict[str, int]:
    return {"params": cost.params, "mult_adds": cost.mult_adds}


def _ratios(name: str, ratio: Fraction | None) -> dict[str, Any]:
    exact = None if ratio is None else str(ratio)
    return {name: None if ratio is None else float(ratio), f"{name}_exact": exact}
