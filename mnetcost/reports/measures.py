"""The numbers of a row: parameters and mult-adds, or what another basis counts; and its knobs."""

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from mnetcost.conventions.presets import COLUMNS
from mnetcost.conventions.tally import Bounds
from mnetcost.cost import Basis, Count, LayerCost, share
from mnetcost.record import Record
from mnetcost.reports.settings import is_another, knob_text
from mnetcost.tabular import Column, Kind

PASS_WORDS = {
    "forward": "Mult-adds",
    "backward": "Mult-adds\nbackward",
    "training": "Mult-adds\nof training",
}
# Which columns leave first where a window is too narrow for all.
RARE = {"exponentials": 7, "divisions": 6, "comparisons": 5, "intensity": 2, "alive_bytes": 1}


class Measure(Record, kw_only=False):
    """One number of every layer: its key, its header, and where it comes from.

    Several layers have their sum, or what they have `together`.
    """

    key: str
    header: str
    of: Callable[[LayerCost], Any]
    shared: bool = True  # whether its share stands beside it
    kind: Kind = Kind.AMOUNT
    together: Callable[[Sequence[LayerCost]], Any] | None = None

    def of_all(self, layers: Sequence[LayerCost]) -> Any:
        """The number of several layers."""
        return sum(map(self.of, layers)) if self.together is None else self.together(layers)

    def column(self) -> Column:
        """The column of its values; only sums have a total."""
        total, leaves = self.together is None, RARE.get(self.key, 0)
        return Column(self.key, self.header, self.kind, total, leaves)

    @property
    def words(self) -> str:
        """The header within a sentence."""
        return in_words(self.header)


# The learned parameters that the paper's convention does not count, in a sentence.
LEARNED = {
    "biases": "biases",
    "norm_affine": "γ and β",
    "other": "other learned values",
}

FOLDED = Measure("folded", "Parameters\nfolded", lambda layer: layer.folded, shared=False)


def _operation(place: int) -> Callable[[LayerCost], int]:
    return lambda layer: layer.operations[place]


OPERATIONS = tuple(
    Measure(name, name.capitalize(), _operation(place), shared=False)
    for place, name in enumerate(COLUMNS)
)


def measures(count: Count, apart: bool = False, fold_norms: bool = False) -> tuple[Measure, ...]:
    """What a row says: parameters and work, or its operations kept apart.

    With `fold_norms` the parameters after folding stand beside the parameters.
    """
    params, *work = _measures(count, apart)
    found = (params, *([FOLDED] if fold_norms else []), *work)
    return tuple(map(at_least, found)) if count.at_least else found


def common_measures(*counts: Count) -> tuple[Measure, ...]:
    """What all of these are measured by; two bounds, or “at least”, where one of them has."""
    found = [(measures(count), count.at_least) for count in counts]
    return max(found, key=lambda one: (len(one[0]), one[1]))[0]


def at_least(one: Measure) -> Measure:
    """The measure, whose values are the least."""
    return one._replace(header=f"{one.header}\nat least")


def _measures(count: Count, apart: bool) -> tuple[Measure, ...]:
    if apart:
        return OPERATIONS
    convention, headers = count.basis.convention, cost_headers(count.basis)
    header = headers["mult_adds"]
    if convention is None:
        return (
            Measure("params", headers["params"], lambda layer: layer.params),
            Measure("mult_adds", headers["mult_adds"], lambda layer: layer.mult_adds),
        )
    params = Measure("params", headers["params"], lambda layer: int(layer.counted_params))
    if not convention.counts_work:
        return (params,)
    if count.counted.low == count.counted.high or count.at_least:  # whose most nobody knows
        return (params, Measure("count", header, lambda layer: int(layer.counted.low)))
    return (
        params,
        Measure("count_low", f"{header}\nat least", lambda layer: int(layer.counted.low)),
        Measure("count_high", f"{header}\nat most", lambda layer: int(layer.counted.high)),
    )


def columns_of(found: Sequence[Measure]) -> tuple[Column, ...]:
    """The columns of the measures; a bar draws the share of the last one."""
    made: list[Column] = []
    for one in found:
        made.append(one.column())
        if one.shared:
            made.append(Column(f"{one.key}_share", "%", Kind.SHARE, leaves=8))
    if found[-1].shared:
        made.append(Column("bar", "", Kind.BAR, leaves=9))
    return tuple(made)


def cells(found: Sequence[Measure], values: Sequence[int], totals: Sequence[int]) -> list[Any]:
    """The values of a row with their shares of the totals."""
    row: list[Any] = []
    for one, value, whole in zip(found, values, totals):
        row.append(value)
        if one.shared:
            row.append(share(value, whole))
    return [*row, row[-1]] if found[-1].shared else row


def apart_line() -> str:
    """What the operations are, for the title of a table that keeps them apart."""
    return "\n(operations; one MAC is one multiplication and one addition, two FLOPs)"


def own_columns(basis: Basis, ranged: bool) -> tuple[Column, ...]:
    """What a convention counts in its own way: parameters, and its number or both its bounds."""
    params = Column("count_params", cost_headers(basis)["params"], Kind.AMOUNT)
    bounds = _bound_columns(basis, ranged)
    return (params, *bounds) if is_another(basis) else bounds


def own_cells(
    basis: Basis, ranged: bool, params: int | None, counted: Bounds
) -> tuple[int | None, ...]:
    """The values under `own_columns`."""
    bounds = tuple(counted)[: len(_bound_columns(basis, ranged))]
    return (params, *bounds) if is_another(basis) else bounds


def _bound_columns(basis: Basis, ranged: bool) -> tuple[Column, ...]:
    convention = basis.convention
    if convention is None or not convention.counts_work:
        return ()
    header = cost_headers(basis)["mult_adds"]
    if not ranged:
        return (Column("count", header, Kind.AMOUNT),)
    return (
        Column("count_low", f"{header}\nat least", Kind.AMOUNT),
        Column("count_high", f"{header}\nat most", Kind.AMOUNT),
    )


def cost_headers(basis: Basis) -> dict[str, str]:
    """What parameters and work are called over a column: "FLOPs\n(flops)"."""
    convention = basis.convention
    headers = {"params": "Weights", "mult_adds": PASS_WORDS[basis.pass_]}
    if convention is not None and is_another(basis):
        headers["params"] = f"Parameters\n({convention.name})"
    if convention is not None and convention.counts_work:
        headers["mult_adds"] = f"{convention.unit}s\n({convention.name})"
    return headers


def cost_words(basis: Basis) -> dict[str, str]:
    """The same within a sentence: "mult-adds", "FLOPs (flops)"."""
    return {kind: in_words(header) for kind, header in cost_headers(basis).items()}


def in_words(header: str) -> str:
    """A header within a sentence: "mult-adds of training", "MACs (fvcore)"."""
    text = header.replace("\n", " ")
    return text if text[1].isupper() else text[0].lower() + text[1:]


def knob_columns(
    sets: Sequence[Mapping[str, Any]], taken: Collection[str] = ()
) -> tuple[Column, ...]:
    """A column a knob, for rows of these sets; one that is called as another is has `set_`."""
    return tuple(
        Column(f"set_{name}" if name in taken else name, name, _kind([one[name] for one in sets]))
        for name in sets[0]
    )


def knob_cells(knobs: Mapping[str, Any], columns: Sequence[Column]) -> tuple[Any, ...]:
    """The values under `knob_columns`."""
    return tuple(_cell(value, column.kind) for value, column in zip(knobs.values(), columns))


def _kind(values: Sequence[Any]) -> Kind:
    """What a column holds the values of a knob as."""
    flags = [isinstance(one, bool) for one in values]
    if all(flags):
        return Kind.FLAG
    numbers = not any(flags) and all(isinstance(one, (int, Fraction)) for one in values)
    return Kind.NUMBER if numbers else Kind.TEXT


def _cell(value: Any, kind: Kind) -> Any:
    if kind is Kind.TEXT:
        return knob_text(value)
    return Fraction(value) if kind is Kind.NUMBER else value
