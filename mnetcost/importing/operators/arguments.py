"""Arguments that no rule reads: a call that has one is refused by its name."""

from collections.abc import Collection, Mapping

from mnetcost.importing.model import Argument, Call
from mnetcost.importing.rules.pointwise import refused
from mnetcost.importing.translation import Use, always
from mnetcost.text import clip


def unread(
    call: Call,
    known: Mapping[str, str],
    neutral: Mapping[str, Collection[Argument]],
) -> Use | None:
    """The rule that refuses a call for an argument that may change what it costs; None for none.

    `known` has by operator, with spaces between, those that its rule reads or that change nothing;
    `neutral` the values at which another changes nothing. One inside another goes by the outer.
    """
    if call.operator not in known:
        return None
    words = known[call.operator].split()
    for name, value in call.arguments.items():
        if name.partition(".")[0] not in words and value not in neutral.get(name, ()):
            return refusing(name, value)
    return None


def refusing(name: str, value: Argument) -> Use:
    """The rule that refuses a call for an argument."""
    said = f"what its {clip(name)} {clip(str(value))} changes is not known"
    return Use(refused, {"reason": always(said)})
