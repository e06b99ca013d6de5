"""What a rewritten spec saves, layer by layer, and what stays as it was."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from mnetcost.analysis.rewrite.rewrite import Rewriting, Saving
from mnetcost.analysis.separable.reduction import ratio_of
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import Basis, LayerCost
from mnetcost.reports.documents import basis_document, counted_document
from mnetcost.reports.measures import Measure, common_measures, cost_words
from mnetcost.reports.notes import basis_notes, convention_notes, knob_notes, setting_line
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
    layers = rewriting.savings[:-1]
    if not layers:
        return "Nothing is rewritten: the network stays as it is."
    words = cost_words(rewriting.before.basis)
    figures = zip(rewriting.before.figures.items(), rewriting.after.figures.values())
    costs = (_change_text(words[kind], old, new) for (kind, old), new in figures)
    return f"{counted(len(layers), 'layer')} made {rewriting.to}: {', '.join(costs)}."


def _change_text(words: str, old: int, new: int) -> str:
    """ "mult-adds 568,740,352 → 4,867,293,184 (8.56 times)"."""
    part = ratio_of(new, old)
    return f"{words} {old:,} → {new:,}" + (f" ({float(part):.3g} times)" if part else "")


def _savings_table(rewriting: Rewriting) -> Table:
    """One row a replaced layer, and the whole network last."""
    found = common_measures(rewriting.before, rewriting.after)
    columns = (
        Column("name", "Layer", Kind.TEXT),
        Column("kernel", "Kernel", Kind.TEXT, leaves=5),
        Column("input", "Input", Kind.MAP, leaves=7),
        Column("output", "→ Output", Kind.MAP, leaves=6),
        *(column for one in found for column in _columns(one, one is found[-1])),
    )
    title = TITLES[rewriting.to]
    if len(rewriting.savings) == 1:
        title += "\n(none: the network stays as it is)"
    rows = tuple(
        (
            *(one.name, one.kernel, one.input, one.output),
            *(cell for measure in found for cell in _cells(one, measure)),
        )
        for one in rewriting.savings
    )
    return Table("savings", title, columns, rows)


def _columns(one: Measure, is_last: bool) -> tuple[Column, ...]:
    """What a measure was, what it is now, and the ratio: of the last one, work, that is the key."""
    is_work = is_last and one.key != "params"
    return (
        Column(f"{one.key}_before", f"{one.header}\nbefore", Kind.AMOUNT, leaves=3),
        Column(f"{one.key}_after", f"{one.header}\nafter", Kind.AMOUNT),
        Column(
            "ratio" if is_work else f"{one.key}_ratio",
            "Ratio",
            Kind.RATIO,
            leaves=0 if is_work else 4,
        ),
    )


def _cells(saving: Saving, one: Measure) -> tuple[Any, ...]:
    old, new = (sum(map(one.of, layers)) for layers in (saving.old, saving.new))
    return old, new, ratio_of(new, old)


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
    basis, counts = rewriting.before.basis, (rewriting.before, rewriting.after)
    return (
        *convention_notes(basis, counts),
        *basis_notes(basis),
        *knob_notes(graph),
        *notes,
    )


def _document(rewriting: Rewriting) -> dict[str, Any]:
    basis = rewriting.before.basis
    *layers, network = (_saving(one, basis) for one in rewriting.savings)
    del network["input"], network["output"], network["kernel"], network["name"]
    return {
        "model": rewriting.before.graph.name,
        **basis_document(basis),
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


def _saving(one: Saving, basis: Basis) -> dict[str, Any]:
    return {
        "name": one.name,
        "kernel": one.kernel,
        "input": one.input and list(one.input),
        "output": one.output and list(one.output),
        "before": {**one.before._asdict(), **_counted(one.old, basis)},
        "after": {**one.after._asdict(), **_counted(one.new, basis)},
        **_ratios("ratio", one.ratio),
        **_ratios("params_ratio", one.params_ratio),
    }


def _counted(layers: Sequence[LayerCost], basis: Basis) -> dict[str, Any]:
    """What another convention counts in these layers."""
    bounds = Bounds(*map(sum, zip(*(layer.counted for layer in layers))))
    return counted_document(basis, sum(layer.counted_params for layer in layers), bounds)


def _ratios(name: str, ratio: Fraction | None) -> dict[str, Any]:
    exact = None if ratio is None else str(ratio)
    return {name: None if ratio is None else float(ratio), f"{name}_exact": exact}
