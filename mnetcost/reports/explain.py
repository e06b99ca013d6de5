"""Each quantity's formula, the same with the numbers in place, and the result."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from mnetcost.analysis.explain.computation import Ways
from mnetcost.analysis.explain.derivation import Derivation
from mnetcost.analysis.explain.explain import Explained, Line
from mnetcost.analysis.explain.formulas import MEANINGS, Formula
from mnetcost.cost import FORWARD, Count, LayerCost
from mnetcost.devices.algorithms import SOURCES
from mnetcost.exact import percent_text
from mnetcost.reports.documents import count_header
from mnetcost.reports.measures import cost_words
from mnetcost.reports.notes import cost_notes, warning_texts
from mnetcost.tabular import Column, Kind, Report, Table

PAIR = ("depthwise", "pointwise")  # halves of a separable layer
NOTES = ("Source", "Convention", "Note", "Defect", "Batch", "Pass", "Width", "Input", "Knobs")
FORMULAS = (
    Column("formula", "Formula", Kind.FORMULA),
    Column("numbers", "With the numbers", Kind.FORMULA),
)
WHOLE = Column("result", "Result", Kind.INTEGER)
RATIO = Column("result", "Result", Kind.TEXT)
NUMBER = Column("result", "Result", Kind.NUMBER)


def explain_report(
    count: Count,
    layers: Sequence[Explained],
    derived: Sequence[Derivation],
    whole: bool,
    ways: Sequence[Ways] = (),
) -> Report:
    """One table a layer, then the ratios of the pairs, and what the symbols mean.

    Of a `whole` network the ratios are one table, and else derived step by step. `ways` are those
    to compute the layers, where they are asked for.
    """
    pairs = [_ratios_table(derived)] if whole and derived else map(_steps_table, derived)
    used = {name for of in (layers, derived, ways) for one in of for name in one.symbols}
    if any(one.tile for of in ways for one in of.found):
        used.add("T")
    computed = {one.layer: one for one in ways}
    answer = answer_text(count, layers, derived, whole)
    document = {
        **count_header(count),
        "answer": answer,
        "layers": [
            {**_layer_document(one), **_ways_document(computed.get(one.cost.name))}
            for one in layers
        ],
        "derivations": [
            {"pair": one.name, "of": one.what, "steps": list(map(_line_document, one.steps))}
            for one in derived
        ],
    }
    notes = (pair for pair in cost_notes(count) if pair[0] in NOTES)
    return Report(
        title=count.graph.name,
        answer=(answer,),
        tables=(
            *map(_layer_table, layers),
            *map(_ways_table, ways),
            *pairs,
            _symbols_table(used),
        ),
        notes=(*notes, *_sources(ways)),
        warnings=warning_texts(document),
        document=document,
        flat=_flat(layers, ways),
    )


def answer_text(
    count: Count, layers: Sequence[Explained], derived: Sequence[Derivation], whole: bool
) -> str:
    """What the layers cost, and by which formula, in a sentence."""
    if len(layers) == 1 and not whole:
        return f"{layers[0].cost.name} {_layer_words(count, layers[0])}."
    pair = derived[0] if len(layers) == len(PAIR) and count.basis == FORWARD and derived else None
    if pair and {one.cost.name for one in layers} == {f"{pair.name}/{half}" for half in PAIR}:
        return f"{pair.name} {_pair_words(pair)}."
    words = cost_words(count.basis)
    work, params = (sum(_amount(one, kind) for one in layers) for kind in ("mult_adds", "params"))
    those = f"{count.graph.name} costs" if whole else f"These {len(layers):,} layers cost"
    said = f"{those} {_least(count)}{work:,} {words['mult_adds']} and {params:,} {words['params']}"
    most = max(layers, key=lambda one: _amount(one, "mult_adds"))
    if not work:
        return f"{said}."
    alike = sum(_amount(one, "mult_adds") == _amount(most, "mult_adds") for one in layers)
    those = "is" if alike == 1 else f"are {alike:,} like"
    return f"{said}; the costliest {those} {most.cost.name}, which {_layer_words(count, most)}."


def _amount(one: Explained, kind: str) -> int:
    """Its work or its parameters, as the basis counts them, of a range the most."""
    return int(one.cost.counted_params if kind == "params" else one.cost.counted.high)


def _least(count: Count) -> str:
    return "at least " if count.at_least else ""


def _layer_words(count: Count, one: Explained) -> str:
    """What a layer costs, and why: of most kernels each weight at each position."""
    words, cost = cost_words(count.basis), one.cost
    work, params = _amount(one, "mult_adds"), _amount(one, "params")
    weights = f"{params:,} {words['params']}"
    if count.basis.convention and not count.basis.convention.counts_work:
        return f"has {weights}"
    if not work:
        return f"costs no {words['mult_adds']}, and has {weights if params else 'no parameters'}"
    found = next((line for line in reversed(one.lines) if line.result == work), None)
    said = f"costs {'at least ' if cost.at_least else ''}{work:,} {words['mult_adds']}"
    said += f", {found.formula.text} = {found.numbers.text}" if found else ""
    for side, of in (("output", cost.output), ("input", cost.input)):
        if count.basis == FORWARD and params and work == params * of.h * of.w:
            once = "once" if of.h == of.w == 1 else f"at each of {of.h}×{of.w} {side} positions"
            return f"{said}: each of its {weights} {once}"
    return said + (f", and has {weights}" if params else "")


def _pair_words(pair: Derivation) -> str:
    """What a separable pair costs, and which part of its standard convolution that is."""
    standard, last = pair.steps[0].result, pair.steps[-1]
    ratio = Fraction(last.result)
    formula = f"{last.formula.text} = {last.numbers.text} = {last.result}"
    return (
        f"costs {int(standard * ratio):,} {pair.what}, {percent_text(ratio)} of the {standard:,} "
        f"of the standard convolution: {formula}"
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


def _ways_table(of: Ways) -> Table:
    """The ways to compute a layer, and below the title those that it has not."""
    refused: dict[str, list[str]] = {}
    for one in of.refused:
        refused.setdefault(one.why, []).append(one.name)
    title = f"{of.layer}: how it can be computed{_values(of.symbols)}"
    title += "".join(f"\n(not by {', '.join(names)}: {why})" for why, names in refused.items())
    columns = (
        Column("algorithm", "Algorithm", Kind.TEXT),
        Column("quantity", "Quantity", Kind.TEXT),
        *FORMULAS,
        RATIO,
    )
    rows = ((str(one), *_step_row(line)) for one, lines in of.found.items() for line in lines)
    return Table("algorithms", title, columns, tuple(rows))


def _sources(ways: Sequence[Ways]) -> tuple[tuple[str, str], ...]:
    """Where each way was published."""
    names = dict.fromkeys(one.name for of in ways for one in of.found)
    return (("Algorithms", "; ".join(f"{one}: {SOURCES[one]}" for one in names)),) if names else ()


def _ways_document(of: Ways | None) -> dict[str, Any]:
    """The ways to compute a layer; nothing where they are not asked for."""
    if of is None:
        return {}
    return {
        "algorithms": [
            {
                "name": one.name,
                "tile": one.tile or None,
                "quantities": list(map(_line_document, all_)),
            }
            for one, all_ in of.found.items()
        ],
        "not_computed_by": [one._asdict() for one in of.refused],
    }


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


def _flat(layers: Sequence[Explained], ways: Sequence[Ways]) -> Table:
    """One row a quantity, with its layer, and its algorithm where any are asked for: for CSV."""
    columns = (
        Column("layer", "Layer", Kind.TEXT),
        *([Column("algorithm", "Algorithm", Kind.TEXT)] if ways else []),
        Column("quantity", "Quantity", Kind.TEXT),
        *FORMULAS,
        NUMBER if ways else WHOLE,
    )
    rows = [(one.cost.name, *([""] if ways else []), *line) for one in layers for line in one.lines]
    for of in ways:
        rows += [(of.layer, str(one), *line) for one, all_ in of.found.items() for line in all_]
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
