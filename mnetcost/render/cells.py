"""Values as people read them. Formats for programs write raw values instead."""

from fractions import Fraction
from typing import Any

from mnetcost.exact import decimals, divide_half_up, ratio_text
from mnetcost.printed import (
    AGREES,
    AUTO,
    DIFFERS,
    ERRATUM,
    EXACT,
    FITS,
    OVER,
    PREFIXES,
    SAME,
    UNSURE,
    short_text,
)
from mnetcost.tabular import Kind, Table, Whole

NOTHING = "–"
BLANK = {Kind.TEXT, Kind.INTEGER, Kind.SIDES, Kind.CHANGE}  # which of a row that has none are empty
SHADES = " ░▒▓█"  # from nothing to the most expensive
EIGHTHS = " ▏▎▍▌▋▊▉"
SIGNS = {"added": "+", "removed": "-", "changed": "~", "same": "", True: "yes", False: "no"}
# How verdicts are coloured; others are not.
VERDICTS = {
    **dict.fromkeys((AGREES, FITS, SAME), "good"),
    **dict.fromkeys((DIFFERS, OVER, UNSURE), "bad"),
    ERRATUM: "warn",
}
PLACES = {Kind.RATIO: 5, Kind.RATE: 2, Kind.MILLISECONDS: 3}
NUMERIC = {
    *(Kind.NUMBER, Kind.INTEGER, Kind.AMOUNT, Kind.SIDES),
    *(Kind.SHARE, Kind.RATIO, Kind.RATE, Kind.MILLISECONDS, Kind.HEAT, Kind.CHANGE),
}


def tone(verdict: str) -> str:
    """Whether a verdict, such as "fits, 4 % left", is good, bad or to be looked at; else empty."""
    return VERDICTS.get(verdict.partition(" ")[0].rstrip(",:"), "")


def cell_text(  # noqa: C901, PLR0911 - one return a kind
    value: Any, kind: Kind, unit: str = EXACT
) -> str:
    """One value as people read it: 568,740,352, 94.86, 112×112×32, 0.11306, -1,024."""
    if value is None:
        return "" if kind in BLANK else NOTHING
    match kind:
        case Kind.AMOUNT | Kind.HEAT:
            return amount_text(value, unit)
        case Kind.INTEGER:
            return f"{value:,}"
        case Kind.CHANGE:
            sign = "-" if value < 0 else "+" if value else ""
            return sign + amount_text(abs(value), unit)
        case Kind.SIGN | Kind.FLAG:
            return SIGNS[value]
        case Kind.MAP:
            return "×".join(map(str, value))
        case Kind.SIDES:
            h, w = (NOTHING if one is None else str(one) for one in value)
            return h if h == w else f"{h}×{w}"
        case Kind.SHARE:
            return decimals(100 * value, 2)
        case Kind.RATIO | Kind.RATE | Kind.MILLISECONDS:
            return decimals(value, PLACES[kind])
        case Kind.NUMBER:
            return ratio_text(value)
        case Kind.FORMULA:
            return str(value.text)
        case _:
            return str(value)


def total_texts(table: Table) -> list[str] | None:
    """The line of sums, a text a column, "Total" where the labels stand; None without any."""
    totals = table.totals()
    if totals is None:
        return None
    texts = [
        "" if value is None else cell_text(value, one.kind, table.unit)
        for value, one in zip(totals, table.columns)
    ]
    texts[table.label] = texts[table.label] or "Total"
    return texts


def amount_text(value: int, unit: str) -> str:
    """An amount in a unit: 568,740,352, 569 M, or in thousandths of one: 568.740 M, <0.001 M."""
    if unit == EXACT or isinstance(value, Whole):
        return f"{value:,}"
    if unit == AUTO:
        return short_text(value)
    one = 1000 ** PREFIXES.index(unit if unit != "K" else "k")
    if 0 < 2000 * value < one:
        return f"<0.001 {unit}"
    whole, rest = divmod(divide_half_up(1000 * value, one), 1000)
    return f"{whole:,}.{rest:03} {unit}"


def bar_text(part: Fraction, width: int) -> str:
    """A bar of up to `width` characters, to an eighth of one."""
    eighths = divide_half_up(part.numerator * width * 8, part.denominator)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def shade(value: int | None, largest: int) -> int:
    """How expensive a value is, from 0 (nothing) to 4."""
    return -(-4 * value // largest) if value and largest else 0
