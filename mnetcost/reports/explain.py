"""Each quantity's formula, the same with the numbers in place, and the result."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from mnetcost.analysis.explain.derivation import Derivation
from mnetcost.analysis.explain.explain import Explained, Line
from mnetcost.analysis.explain.formulas import MEANINGS, Formula
from mnetcost.cost import Count, LayerCost
from mnetcost.reports.documents import count_header
from mnetcost.reports.notes import cost_notes, warning_texts
from mnetcost.tabular import Column, Kind, Report, Table

NOTES = ("Source", "Convention", "Note", "Defect", "Batch", "Pass", "Width", "Input", "Knobs")
FORMULAS = (
    Column("formula", "Formula", Kind.FORMULA),
    Column("numbers", "With the numbers", Kind.FORMULA),
)
WHOLE = Column("result", "Result", Kind.INTEGER)
RATIO = Column("result", "Result", Kind.TEXT)


def explain_report(
    count: Count, layers: Sequence[Explained], derived: Sequence[Derivation], whole: bool
) -> Report:
    """One table a layer, then the ratios of the pairs, and what the symbols mean.

    Of a `whole` network the ratios are one table, and else derived step by step.
    """
    pairs = [_ratios_table(derived)] if whole and derived else map(_steps_table, derived)
    used = {name for of in (layers, derived) for one in of for name in one.symbols}
    document = {
        **count_header(count),
        "layers": [_layer_document(one) for one in layers],
        "derivations": [
            {"pair": one.name, "of": one.what, "steps": list(map(_line_document, one.steps))}
            for one in derived
        ],
    }
    notes = (pair for pair in cost_notes(count) if pair[0] in NOTES)
    return Report(
        title=count.graph.name,
        tables=(*map(_layer_table, layers), *pairs, _symbols_table(used)),
        notes=tuple(notes),
        warnings=warning_texts(document),
        document=document,
        flat=_flat(layers),
    )


def _layer_table(one: Explained) -> Table:
    cost = one.cost
    maps = filter(None, (cost.read, cost.output))
    sides = " → ".join("×".join(map(str, side)) for side in maps)
    title = f"{cost.name} ({cost.type}): {sides}{_apart(cost)}{_values(one.symbols)}"
    columns = (Column("quantity", "Quantity", Kind.TEXT), *FORMULAS, WHOLE)
    return Table("layer", title, columns, one.lines)


def _apart(cost: LayerCost) -> str:
    """What sets a layer apart from others of its type."""
    if cost.node.training_only:
        return "; in training alone, no work at inference"
    if cost.node.shares is None:
        return ""
    norm = ", its norm its own" if cost.node.own_norm and cost.parameters.norm_affine else ""
    return f"; with the weights of another layer{norm}"


def _values(symbols: Mapping[str, int | Fraction]) -> str:
    """The values of the symbols, as a line below a title."""
    words = ", ".join(f"{name} = {value}" for name, value in symbols.items())
    return f"\n({words})" if words else ""


def _steps_table(one: Derivation) -> Table:
    title = f"{one.name}: {one.what} of both halves over those of the standard convolution"
    title += _values(one.symbols)
    columns = (Column("step", "Step", Kind.TEXT), *FORMULAS, RATIO)
    return Table("derivation", title, columns, tuple(map(_step_row, one.steps)))


def _ratios_table(derived: Sequence[Derivation]) -> Table:
    """The last step of each derivation."""
    title = "Depthwise-separable pairs over their standard convolutions"
    title += "\n(step by step: name the pair)"
    columns = (
        Column("pair", "Pair", Kind.TEXT),
        Column("what", "Of", Kind.TEXT),
        *FORMULAS,
        RATIO,
    )
    rows = ((one.name, one.what, *_step_row(one.steps[-1])[1:]) for one in derived)
    return Table("ratios", title, columns, tuple(rows))


def _symbols_table(used: Iterable[str]) -> Table:
    columns = (
        Column("symbol", "Symbol", Kind.FORMULA),
        Column("meaning", "Meaning", Kind.TEXT),
    )
    rows = [
        (Formula(name, meaning.latex), meaning.words)
        for name, meaning in MEANINGS.items()
        if name in used
    ]
    return Table("symbols", "Symbols", columns, tuple(rows))


def _flat(layers: Sequence[Explained]) -> Table:
    """One row a quantity, with its layer: for CSV."""
    columns = (
        Column("layer", "Layer", Kind.TEXT),
        Column("quantity", "Quantity", Kind.TEXT),
        *FORMULAS,
        WHOLE,
    )
    rows = ((one.cost.name, *line) for one in layers for line in one.lines)
    return Table("quantities", "Quantities", columns, tuple(rows))


def _step_row(step: Line) -> tuple[Any, ...]:
    return (*step[:-1], _result_text(step.result))


def _result_text(result: int | Fraction) -> str:
    """ "10,838,016", or a ratio as "19/144 = 0.13194"."""
    if isinstance(result, int):
        return f"{result:,}"
    return f"{result} ≈ {float(result):.5f}"


def _layer_document(one: Explained) -> dict[str, Any]:
    cost = one.cost
    return {
        "name": cost.name,
        "type": cost.type,
        "input": cost.read and list(cost.read),
        "output": list(cost.output),
        "symbols": {
            name: value if isinstance(value, int) else str(value)
            for name, value in one.symbols.items()
        },
        "quantities": list(map(_line_document, one.lines)),
    }


def _line_document(line: Line) -> dict[str, Any]:
    result = line.result
    return {
        "quantity": line.quantity,
        "formula": line.formula.text,
        "formula_latex": line.formula.latex,
        "numbers": line.numbers.text,
        "numbers_latex": line.numbers.latex,
        "result": result if isinstance(result, int) else str(result),
    }
