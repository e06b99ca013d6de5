"""What was done to the widths of a model file, for people and for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

from mnetcost.importing.widths.following import Followed
from mnetcost.importing.widths.options import DERIVED, WRITTEN
from mnetcost.importing.widths.resolving import Rules
from mnetcost.text import counted

SHOWN = 3  # names that a line has
DOCUMENTED = 10  # and names for programs


def width_key(rules: Rules) -> str:
    """The rule as a spec's `width:` has it, without its braces; "" for none."""
    rounding = rules.rounding
    if rounding.rule == "none":
        return ""
    divisor = f", divisible: {rounding.divisor}" if rounding.rule == "divisible" else ""
    return f"round: {rounding.rule}{divisor}"


def comments(rules: Rules, followed: Followed) -> Iterator[str]:
    """What α does, in plain words: the lines that a spec begins with."""
    but = f" but those of {_names(followed.kept)}" if followed.kept else ""
    yield f"Every width follows α{but}; {_rounding(rules)}."
    if rules.asked.preset:
        yield f"The preset is {rules.asked.preset}: {rules.family.source}."
    if followed.at_least:
        yield f"Never narrower than in the file: {_names(followed.at_least)}."
    if followed.derived:
        whole = not rules.expand and followed.expand == DERIVED
        more = ", as all are whole multiples of it" if whole else ""
        yield f"Derived from another width{more}: {_widths(followed.derived)}; others are written."
    if followed.derivable and followed.expand == WRITTEN:
        yield f"Written, and may follow from another width: {_widths(followed.derivable)}."
    if followed.gates:
        yield _squeezes(followed)


def _squeezes(followed: Followed) -> str:
    if not followed.squeezes:
        gates = counted(followed.gates, "gate")
        return f"No rule holds for what {gates} squeeze to: it stays under α."
    first, *others = followed.squeezes
    within = ", $in before the expansion" if "$in" in first else ""
    gates = counted(followed.gates, "gate", "squeeze")
    more = f"; in the file these hold too: {_names(others)}" if others else ""
    return f"{gates} to {first}{within}{more}."


def document(rules: Rules, followed: Followed) -> dict[str, Any]:
    """The same for programs: the options that hold, whoever says them, and what they did."""
    names = {
        "keep": followed.kept,
        "at_least": followed.at_least,
        "derived": followed.derived,
        "derivable": followed.derivable,
    }
    return {
        "preset": rules.asked.preset or None,
        "source": rules.family.source or None,
        "round": str(rules.rounding),
        "expand": followed.expand,
        **{kind: {"count": len(all_), "names": all_[:DOCUMENTED]} for kind, all_ in names.items()},
        "said": list(comments(rules, followed)),
        "gates": followed.gates,
        "squeezes": followed.squeezes,
    }


def _rounding(rules: Rules) -> str:
    if rules.rounding.rule == "none":
        return "no file says how it rounds"
    by = "as asked for" if rules.asked.round else "as the preset says"
    return f"rounded {by}, {rules.rounding}"


def _widths(names: Sequence[str]) -> str:
    return f"{counted(len(names), 'width')} ({_names(names)})"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
