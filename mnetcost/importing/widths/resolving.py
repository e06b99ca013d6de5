"""The rules that follow from what is asked for of the widths of a model file."""

from collections.abc import Sequence
from typing import NamedTuple

from mnetcost.importing.widths.families import FAMILIES, Family
from mnetcost.importing.widths.options import EXPAND, Widths
from mnetcost.multipliers import Rounding
from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean

MAX_DIVISOR = 65_536  # channels that a width may be a multiple of


class Rules(NamedTuple):
    """What follows: how α rounds, whether expansions are derived, and what says so.

    Where nothing does, `expand` is "": they are derived where all are whole multiples. `asked` is
    what the options say of layers by name, which goes before the preset's `family`.
    """

    rounding: Rounding
    expand: str
    asked: Widths
    family: Family


def rules_of(widths: Widths) -> Rules:
    """The rules that options stand for. Raises UsageError for one that is none."""
    for word in ("round", "expand", "squeeze", "preset"):
        if not isinstance(getattr(widths, word), str):
            raise UsageError(f"widths: {word} is no text")
    family = _family(widths.preset) if widths.preset else Family()
    if widths.expand not in ("", *EXPAND):
        raise UsageError(f"--expand {clip(widths.expand)}: {' or '.join(EXPAND)}")
    lists = {word: _names(word, getattr(widths, word)) for word in ("keep", "at_least", "derive")}
    rounding = _rounding(widths.round or family.round)
    expand = widths.expand or family.expand
    return Rules(rounding, expand, widths._replace(**lists), family)


def _names(word: str, given: Sequence[str]) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    if not all(isinstance(name, str) for name in names):
        raise UsageError(f"widths: {word} are names of layers")
    return names


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
