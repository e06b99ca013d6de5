"""What a count is of: its knobs in words and for programs, and whether its basis is another."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from mnetcost.conventions.presets import paper
from mnetcost.cost import Basis
from mnetcost.exact import ratio_text
from mnetcost.expressions import value_text
from mnetcost.graph import Graph


def knobs_text(knobs: Mapping[str, Any]) -> str:
    """ "depth = 1.1, classes = 10"."""
    return ", ".join(f"{name} = {knob_text(value)}" for name, value in knobs.items())


def knob_text(value: Any) -> str:
    """A knob's value as a spec writes it."""
    return ratio_text(value) if isinstance(value, Fraction) else value_text(value)


def knobs_document(knobs: Mapping[str, Any]) -> dict[str, Any]:
    """Knobs for programs: whole numbers and booleans as they are, the rest as text."""
    return {
        name: value if isinstance(value, (bool, int)) else knob_text(value)
        for name, value in knobs.items()
    }


def common_knobs(graphs: Sequence[Graph]) -> dict[str, Any]:
    """The knobs that have one value in all of these networks, which are of one spec."""
    return {
        name: value
        for name, value in graphs[0].knobs.items()
        if all(repr(one.knobs[name]) == repr(value) for one in graphs)  # 1 is not true
    }


def is_another(basis: Basis) -> bool:
    """Whether it counts by another convention than the default, the paper's."""
    return basis.convention is not None and basis.convention.name != paper().name
