"""The manual's tables and sections of layer types, from the records themselves."""

import inspect
from collections.abc import Callable, Iterator
from textwrap import fill
from typing import Any

from networks import example, example_text

import mnetcost
from mnetcost.conventions.presets import NAMES
from mnetcost.layers import LAYERS
from mnetcost.layers.base import Pair
from mnetcost.layers.fields import (
    Choice,
    Field,
    Flag,
    Fractional,
    Integer,
    LengthPadding,
    ListOf,
    Name,
    Nested,
    PairOf,
    Ratio,
    WindowPadding,
    fields_of,
)
from mnetcost.layers.window import SAME, Ceiled, Clipped, Same, Sides
from mnetcost.spec.entries import COMMON, SHORT, ways_of

Row = tuple[str, ...]
COMMON_KEYS = ", ".join(f"`{key}`" for key in COMMON)
TIED = "\0"  # a space where no line ends


def table(*rows: Row) -> str:
    """A Markdown table; the first row is its header."""
    head, *others = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *others))


def keys_table() -> str:
    """Every layer type with its keys and their defaults."""
    rows = [
        (
            f"[`{written}`](layers.md#{written})",
            ", ".join(_short(key, field) for key, field in fields_of(record).items()),
        )
        for written, record in sorted(LAYERS.items())
    ]
    return table(("layer", "keys (default)"), *rows)


def _short(key: str, field: Field) -> str:
    default = _default(field)
    return f"`{key}` ({default})" if default else f"`{key}`"


def families(page: str) -> str:
    """The layer types by the module that defines them, each with a link to its section there."""
    found: dict[str, list[str]] = {}
    for written, record in LAYERS.items():
        family = record.__module__.rpartition(".")[2].replace("_", " ")
        found.setdefault(family, []).append(f"[{written}]({page}#{written})")
    return "\n".join(entry(family, ", ".join(links)) for family, links in sorted(found.items()))


def windows() -> str:
    """The sides of a window's output, by its padding."""
    kinds = {
        "`padding: same`": Same,
        "`padding: 1`, and `valid` for 0": Sides,
        "`padding: 1` with `ceil: true`": Ceiled,
        "`padding: 1` with `ceil: true` and `clip: true`": Clipped,
    }
    return "\n".join(entry(words, _said(kind)) for words, kind in kinds.items())


def entry(name: str, words: str) -> str:
    """An entry of a list, over several lines where it is long."""
    return fill(f"- {name}: {words}", 100, subsequent_indent="  ", break_on_hyphens=False)


def _said(thing: Any) -> str:
    """Its docstring as one paragraph."""
    return " ".join((inspect.getdoc(thing) or "").split())


def sections() -> str:
    """A section for each layer type."""
    return "\n\n".join(map(_section, sorted(LAYERS)))


def _section(written: str) -> str:
    keys = fields_of(LAYERS[written])
    needed_first = sorted(keys.items(), key=lambda pair: not pair[1].required)
    short = {meant: f"needed, or `{key}`" for key, meant in SHORT.items()}
    rows = [
        (
            f"`{key}`",
            holds(field.kind),
            short.get(key, "needed") if field.required else _default(field),
        )
        for key, field in needed_first
    ]
    rows += [(f"`{key}`", words, "") for key, words in _other_keys(written)]
    parts = [
        f"## {written}",
        *map(_filled, _docstrings(LAYERS[written])),
        (
            table(("key", "what it may hold", "default"), *rows)
            if rows
            else "It has no keys of its own."
        ),
        _filled(f"As every layer it takes {COMMON_KEYS}; see the [language](language.md)."),
        f"```yaml\n{example_text(written)}```",
        *_formulas(written),
        *_tools(written),
    ]
    return "\n\n".join(parts)


def _other_keys(written: str) -> Iterator[tuple[str, str]]:
    """Keys that stand for one of the record's, and what they say."""
    keys = fields_of(LAYERS[written])
    for key, meant in SHORT.items():
        if meant in keys:
            yield key, f"instead of `{meant}`: so many times the channels that come in, or a part"
    if {"out", "squeeze"} & keys.keys():
        yield "round", "a rounding rule of its own, such as `{divisible: 8}`"
    if ("like",) in ways_of(written):
        yield "like", "the layer whose map has the sides"


def _docstrings(record: type[Any]) -> Iterator[str]:
    """What the record says of itself, and what its family says of all of it."""
    for one in record.__mro__:
        if one.__module__ == record.__module__ and (said := vars(one).get("__doc__")):
            yield from inspect.cleandoc(said).split("\n\n")


def _filled(words: str) -> str:
    """A paragraph; what is tied stays on one line."""
    return fill(words, 100, break_on_hyphens=False).replace(TIED, " ")


HELD: dict[type[Any], Callable[[Any], str]] = {
    Integer: lambda kind: (
        f"whole number from {kind.minimum} to {kind.maximum:,} ({kind.unit})"
        + (f", or `{kind.word}`" if kind.word else "")
    ),
    Ratio: lambda kind: "number above zero, such as 2, 1/2 or 0.75",
    PairOf: lambda kind: f"{holds(kind.side)}, or `[height, width]`",
    WindowPadding: lambda kind: (
        f"`same`, `valid`, {holds(kind.side)} at every end, or `[height, width]`"
    ),
    LengthPadding: lambda kind: f"`same`, `valid`, {holds(kind.side)} at both ends",
    Name: lambda _: "name",
    ListOf: lambda kind: f"list of 1 to {kind.most:,}, each a {holds(kind.item)}",
    Choice: lambda kind: ", ".join(f"`{option}`" for option in kind.options),
    Flag: lambda kind: " or ".join(f"`{word}`" for word in ("true", "false", *kind.words)),
    Fractional: lambda kind: "number from 0 to below 1",
    Nested: lambda kind: f"mapping of {', '.join(f'`{key}`' for key in fields_of(kind.record))}",
}


def holds(kind: Any) -> str:
    """What a key may hold, in words."""
    return HELD[type(kind)](kind)


def _default(field: Field) -> str:
    if field.required:
        return "needed"
    match field.default:
        case None:
            return ""
        case bool() as flag:
            return f"`{str(flag).lower()}`"
        case Pair(h, w):
            assert h == w
            return f"`{h}`"
    return "`same`" if field.default == SAME else f"`{field.default}`"


def _formulas(written: str) -> Iterator[str]:
    """What the example's own layers count, each quantity with its formula."""
    for cost in _own(written, example(written).cost()):
        explanation = example(written).cost().explain(cost.name)
        (explained,) = explanation.layers
        meanings = {symbol.text: words for symbol, words in explanation.report().tables[-1].rows}
        symbols = [
            f"{name}{TIED}={TIED}{value} ({meanings[name]})"
            for name, value in explained.symbols.items()
        ]
        sides = " to ".join("×".join(map(str, side)) for side in (cost.input, cost.output))
        yield _filled(f"`{cost.name}`, {sides}, where {', '.join(symbols)}:")
        rows = [
            (one.quantity, one.formula.text, one.numbers.text, f"{one.result:,}")
            for one in explained.lines
        ]
        if rows:
            yield table(("quantity", "formula", "with the numbers", "result"), *rows)
        else:
            yield "Nothing is learned, and nothing is counted."


def _own(written: str, cost: mnetcost.Cost) -> list[Any]:
    """The layers of the example that its last entry stands for."""
    return [one for one in cost.layers if one.name.partition("/")[0] == f"{written}_1"]


def _tools(written: str) -> Iterator[str]:
    """The example's own layers as each convention counts them, and what is said of the type."""
    found: dict[tuple[str, int], list[str]] = {}
    remarks = []
    for name in NAMES:
        cost = example(written).cost(convention=name)
        known = cost.basis.convention
        if not known.counts_work:
            continue
        number = sum(one.counted.low for one in _own(written, cost))
        assert number == sum(one.counted.high for one in _own(written, cost))
        found.setdefault((known.unit, number), []).append(f"`{name}`")
        for label, all_of in (("", known.notes), (", defect", known.defects)):
            remarks += [
                entry(f"`{name}`{label}", one.text) for one in all_of if one.about == written
            ]
    rows = [
        (f"{number:,} {unit}s", ", ".join(names))
        for (unit, number), names in sorted(
            found.items(), key=lambda pair: (pair[0][0] != "MAC", pair[0])
        )
    ]
    yield "The conventions count it as:"
    yield table(("number", "convention"), *rows)
    if remarks:
        yield "\n".join(remarks)
