"""What was read of a model file, and what was held against it."""

from collections.abc import Mapping, Sequence
from typing import Any

from mnetcost.importing.model import Call, Source
from mnetcost.importing.values import Entry
from mnetcost.layers.opaque import Opaque

SHOWN = 10  # names of each kind


class Ledger:
    """The calls of a file by what became of them, and the checks that they passed.

    `layers` are calls that one or several layers stand for, `free` those that change no cost, such
    as views; `opaque` those by numbers of their own; `unread` lead to no output of the network.
    """

    def __init__(self) -> None:
        self.kinds: dict[str, list[str]] = {
            kind: [] for kind in ("layers", "free", "opaque", "unread")
        }
        self.shapes = 0  # of values that the file states, and that were found to be so
        self.weights = 0  # numbers of weights likewise

    def add(self, call: Call, entries: Sequence[Entry]) -> None:
        """Note a call by the layers that were written for it."""
        kind = "free"
        if entries:
            opaque = any(isinstance(entry.layer, Opaque) for entry in entries)
            kind = "opaque" if opaque else "layers"
        self.kinds[kind].append(call.name or call.operator)

    def skip(self, call: Call) -> None:
        """Note a call that leads to no output."""
        self.kinds["unread"].append(call.name or call.operator)


def never_read(source: Source) -> list[str]:
    """Learned values that no call reads."""
    read = {name for call in source.calls for name in call.inputs}
    return [name for name, one in source.stored.items() if one.learned and name not in read]


def document(source: Source, ledger: Ledger) -> dict[str, Any]:
    """The ledger for programs: how many of each kind, and the first names."""
    kinds: Mapping[str, Sequence[str]] = {**ledger.kinds, "never_read": never_read(source)}
    return {
        "format": source.format,
        "version": source.version,
        "calls": len(source.calls),
        **{
            kind: {"count": len(names), "names": list(dict.fromkeys(names))[:SHOWN]}
            for kind, names in kinds.items()
        },
        "checked": {"shapes": ledger.shapes, "weights": ledger.weights},
    }


def comments(source: Source, ledger: Ledger) -> list[str]:
    """The ledger for people, as the lines that a spec begins with."""
    count = {kind: len(names) for kind, names in ledger.kinds.items()}
    lines = [
        f"Read from a file of {source.format} {source.version}".rstrip()
        + f": {len(source.calls):,} calls, {count['layers']:,} of them layers, "
        + f"{count['free']:,} free"
        + (f", {count['opaque']:,} opaque" if count["opaque"] else "")
        + (f", {count['unread']:,} that lead to no output" if count["unread"] else "")
        + "."
    ]
    checks = [
        f"{number:,} {what}"
        for number, what in ((ledger.shapes, "shapes"), (ledger.weights, "numbers of weights"))
        if number
    ]
    if checks:
        lines.append(f"Held against the file: {' and '.join(checks)}, all as it states.")
    if lost := never_read(source):
        lines.append(f"{len(lost):,} learned values that no call reads are not counted.")
    return lines
