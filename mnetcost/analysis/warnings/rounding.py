"""Widths that nothing rounds: there are few α at which all of them are whole."""

from collections.abc import Sequence
from fractions import Fraction

from mnetcost.analysis.fit.plateaus import whole_step
from mnetcost.exact import ratio_text
from mnetcost.graph import Graph

FEW = 10  # α between 0 and 1
SAY = (
    "say how to round: `width: {round: nearest}` (--round of `mnetcost import` writes it for a "
    "model file)"
)


def few_widths(graph: Graph) -> tuple[str, ...]:
    """A warning for a search of α that has almost nothing to find."""
    step = whole_step(graph)
    if step is None or step * FEW < 1:
        return ()
    return (
        "α has almost nothing to find: without rounding all channels are whole at multiples of "
        f"{ratio_text(step)} alone; {SAY}",
    )


def lost_widths(graph: Graph, alphas: Sequence[Fraction]) -> tuple[str, ...]:
    """A warning where half of these α or more are impossible, for nothing rounds."""
    step = whole_step(graph)
    lost = 0 if step is None else sum((alpha / step).denominator > 1 for alpha in alphas)
    if step is None or 2 * lost < len(alphas):
        return ()
    return (
        f"{lost:,} of {len(alphas):,} α are impossible: without rounding all channels are whole at "
        f"multiples of {ratio_text(step)} alone; {SAY}",
    )
