"""What is in memory at every step of a network, as a picture: stacked, with its peak."""

from collections.abc import Sequence
from fractions import Fraction

from mnetcost.cost import Count
from mnetcost.devices.needs import Needs
from mnetcost.picture import Axis, Chart, Mark, Place, Role, Scale, Series, from_zero
from mnetcost.problems import UsageError
from mnetcost.reports.layer_bytes import ways_words
from mnetcost.reports.plot import head_of


def memory_picture(count: Count, needs: Needs) -> Chart:
    """What later steps read, above it what a step reads, and above it what it writes.

    Raises UsageError for a network without any step.
    """
    memory = needs.memory
    if memory.at is None:
        raise UsageError(f"{count.graph.name} has no step: nothing but its input is in memory")
    steps = memory.steps
    stacked = [
        ("written, read and kept for later: all", [one.needed for one in steps]),
        ("read and kept for later", [one.needed - one.new for one in steps]),
        ("kept for later", [one.kept for one in steps]),
    ]
    if memory.offsets:
        stacked.insert(0, ("reached in the arena", [one.bytes for one in steps]))
    highest = Place(
        Fraction(2 * memory.at + 1, 2),
        memory.peak,
        memory.run.tensors[steps[memory.at].step.writes].name,
    )
    least = "at least " if memory.at_least else ""
    words = f"Bytes of {needs.dtypes.activations} activations, {ways_words(memory)}"
    return Chart(
        "memory",
        *head_of(count),
        Axis("Steps, in order", Scale.LINEAR, (0, len(steps))),
        from_zero(words, [memory.peak]),
        (
            *(_steps(name, values) for name, values in stacked),
            Series(f"peak, {least}{memory.peak:,} B", Mark.POINTS, Role.BEST, (highest,)),
        ),
    )


def _steps(name: str, values: Sequence[int]) -> Series:
    """A value a step, which holds until the next one."""
    places = (*enumerate(values), (len(values), values[-1]))
    return Series(name, Mark.STEPS, Role.EACH, tuple(Place(*one) for one in places))
