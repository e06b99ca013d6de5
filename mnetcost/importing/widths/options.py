"""What is asked for of the widths of a model file, and the rules that follow from it."""

from collections.abc import Sequence
from typing import NamedTuple

from mnetcost.importing.widths.families import FAMILIES, Family
from mnetcost.multipliers import Rounding
from mnetcost.problems import UsageError
from mnetcost.record import Record
from mnetcost.text import clip, did_you_mean

MAX_DIVISOR = 65_536  # channels that a width may be a multiple of
WRITTEN, DERIVED = EXPAND = ("written", "derived")


class Widths(Record):
    """What α does to the widths of a model file, as far as no file says it.

    `round` is how α rounds: "floor", "nearest" or "divisible:8". With `expand` "derived" the inner
    width of an inverted bottleneck follows from what comes in; "written" ones have an α of their
    own. Layers to `keep` have no α, those `at_least` as wide as in the file get no narrower, and
    those to `derive` are a multiple of what comes in: names, or the roles stem, head and last_conv.
    `preset` is a family as a library builds it, "mobilenet_v2:timm"; the others go before it.
    """

    round: str = ""
    expand: str = ""
    keep: Sequence[str] = ()
    at_least: Sequence[str] = ()
    derive: Sequence[str] = ()
    preset: str = ""


class Rules(NamedTuple):
    """What follows: how α rounds, whether expansions are derived, and what says so.

    `asked` is what the options say of layers by name, which goes before the preset's `family`.
    """

    rounding: Rounding
    derived: bool
    asked: Widths
    family: Family


def rules_of(widths: Widths) -> Rules:
    """The rules that options stand for. Raises UsageError for one that is none."""
    family = _family(widths.preset) if widths.preset else Family()
    if widths.expand not in ("", *EXPAND):
        raise UsageError(f"--expand {clip(widths.expand)}: {' or '.join(EXPAND)}")
    lists = {name: _names(getattr(widths, name)) for name in ("keep", "at_least", "derive")}
    rounding = _rounding(widths.round or family.round)
    derived = (widths.expand or family.expand) == DERIVED
    return Rules(rounding, derived, widths._replace(**lists), family)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _rounding(rule: str) -> Rounding:
    word, _, number = rule.partition(":")
    if word in ("", "floor", "nearest") and not number:
        return Rounding(rule=word or "none")
    divisor = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 0
    if word == "divisible" and 0 < divisor <= MAX_DIVISOR:
        return Rounding(rule=word, divisor=divisor)
    most = f"{MAX_DIVISOR:,}"
    raise UsageError(f"--round {clip(rule)}: floor, nearest, or divisible:D with D up to {most}")


def _family(preset: str) -> Family:
    if preset not in FAMILIES:
        near = did_you_mean(preset, FAMILIES)
        hint = f"; did you mean {near!r}?" if near else ""
        known = ", ".join(sorted(FAMILIES))
        raise UsageError(f"no preset is called {clip(preset)!r}{hint}; there are {known}")
    return FAMILIES[preset]
