"""What was read of a model file, and what was held against it."""

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from mnetcost.graph import Graph
from mnetcost.importing.axes import shape_of
from mnetcost.importing.model import Call, Source
from mnetcost.importing.values import Entry, Known, Parts, Scores, Stored, Value
from mnetcost.layers.activation import PReLU
from mnetcost.layers.normalization import L2Norm, LayerScale
from mnetcost.layers.opaque import Opaque
from mnetcost.layers.structural import Learned, PositionEmbedding
from mnetcost.problems import TOP, Problem, SpecError
from mnetcost.text import counted

SHOWN = 10  # names of each kind
READ = ("counted", "free", "opaque", "unknown")  # what becomes of a call that an output needs
UNSURE = "what it costs is not known"
ELEMENTWISE = (PReLU, L2Norm, LayerScale, Learned, PositionEmbedding)  # a learned value a value


class Ledger:
    """The calls of a file by what became of them, and the checks that they passed.

    `counted` are calls that one or several layers stand for, `free` those that change no cost, such
    as views; `opaque` those by numbers of their own, `unknown` those whose work is not known;
    `unread` lead to no output of the network.
    """

    def __init__(self) -> None:
        self.calls: dict[str, list[str]] = {kind: [] for kind in (*READ, "unread")}
        self.values = dict.fromkeys(READ, 0)  # that they give, of those that follow from the input
        self.inputs: set[str] = set()  # names of what they read
        self.readers: dict[str, list[str]] = {}  # of learned values: kinds of calls that have them
        self.first: dict[str, str] = {}  # of further names of learned values
        self.shapes = 0  # of values that the file states, and that were found to be so
        self.weights = 0  # numbers of weights likewise

    def add(
        self, call: Call, entries: Sequence[Entry], given: Sequence[Known], changed: bool
    ) -> str:
        """Note a call by the layers that were written or `changed` for it; what it is."""
        layers = [entry.layer for entry in entries]
        kind = "counted" if layers or changed or any(map(_is_work, given)) else "free"
        if layers and all(isinstance(one, Opaque) for one in layers):
            kind = "unknown" if any(one.is_unknown for one in layers) else "opaque"
        self.calls[kind].append(call.name or call.operator)
        self.inputs.update(call.inputs)
        self.values[kind] += sum(map(_size, given))
        elementwise = layers and all(isinstance(one, ELEMENTWISE) for one in layers)
        return "elementwise" if elementwise else kind

    def skip(self, call: Call) -> None:
        """Note a call that leads to no output."""
        self.calls["unread"].append(call.name or call.operator)

    def read(self, names: Iterable[str], kind: str) -> None:
        """Note that a call of this kind has learned values of these names."""
        for name in names:
            self.readers.setdefault(self.first.get(name, name), []).append(kind)

    def name(self, name: str, of: str) -> None:
        """Note a further name of a learned value."""
        self.first[name] = self.first.get(of, of)


def _is_work(known: Known) -> bool:
    """Whether it costs what a layer behind it has: scores, and what is computed of stored values"""
    return isinstance(known, Scores) or (isinstance(known, Stored) and bool(known.work))


def _size(known: Known) -> int:
    """How many values follow from the input in it."""
    if isinstance(known, Parts):
        return sum(map(_size, known.values))
    return prod(shape_of(known.axes)) if isinstance(known, (Value, Scores)) else 0


def _parameters(source: Source, ledger: Ledger) -> dict[str, list[str]]:
    """The names of learned values by what reads them, and those with two names or readers."""
    kinds = ("counted", "elementwise", "opaque", "never_read", "two_names")
    found: dict[str, list[str]] = {kind: [] for kind in kinds}
    renamed = set(ledger.first.values())
    for name in (name for name, one in source.stored.items() if one.learned):
        readers = ledger.readers.get(name, [])
        kind = next((one for one in kinds if one in readers), "opaque")
        if name not in ledger.inputs:
            kind = "never_read"
        found[kind].append(name)
        if len(readers) > 1 or name in renamed:
            found["two_names"].append(name)
    return found


def document(source: Source, ledger: Ledger, shared: Iterable[str]) -> dict[str, Any]:
    """The ledger for programs: how many of each kind, and the first names.

    `shared` are layers whose weights others use: where a file stores none, they have two names.
    """
    parameters = _parameters(source, ledger)
    sizes = {name: prod(one.shape) for name, one in source.stored.items()}
    named = {
        **ledger.calls,
        "never_read": parameters["never_read"],
        "two_names": parameters["two_names"] if sizes else list(shared),
    }
    values = {kind: sum(sizes[name] for name in names) for kind, names in parameters.items()}
    return {
        "format": source.format,
        "version": source.version,
        "calls": len(source.calls),
        **{kind: len(names) for kind, names in named.items()},
        "checked": ledger.shapes + ledger.weights,
        "names": {kind: list(dict.fromkeys(names))[:SHOWN] for kind, names in named.items()},
        "shares": {
            "calls": _shares({kind: len(ledger.calls[kind]) for kind in READ}),
            "values": _shares(ledger.values),
        },
        **({"parameters": values} if sizes else {}),
        "checks": {"shapes": ledger.shapes, "weights": ledger.weights},
    }


def _shares(amounts: Mapping[str, int]) -> dict[str, float]:
    whole = sum(amounts.values()) or 1
    return {kind: amount / whole for kind, amount in amounts.items()}


def said(found: Mapping[str, Any]) -> list[str]:
    """What a document of a ledger says, in sentences."""
    kinds = {
        "counted": "counted",
        "free": "free",
        "opaque": "opaque",
        "unknown": "of unknown work",
        "unread": "that lead to no output",
    }
    calls = [f"{found[kind]:,} {words}" for kind, words in kinds.items() if found[kind]]
    lines = [
        f"Read from a file of {found['format']} {found['version']}".rstrip()
        + f": {found['calls']:,} calls, {', '.join(calls) or 'none of them read'}."
    ]
    checks = found["checks"]
    held = [counted(checks["shapes"], "shape")] if checks["shapes"] else []
    if checks["weights"]:
        held.append(f"the weights of {counted(checks['weights'], 'layer')}")
    if held:
        lines.append(f"Held against the file: {' and '.join(held)}, all as it states.")
    if lost := found["never_read"]:
        lines.append(f"Not counted: {counted(lost, 'learned value')} that no call reads.")
    return lines


def demand_all(graph: Graph) -> None:
    """Raise SpecError with what of a network is not known, and what of its file is not read."""
    label, found = graph.origin.label, graph.ledger or {"never_read": 0, "names": {}}
    problems = [
        Problem(label, TOP if graph.ledger else node.mark, "unknown-work", f"{node.name}: {UNSURE}")
        for node in graph.nodes
        if node.layer.is_unknown
    ]
    lost = list(found["names"].get("never_read", ()))
    more = found["never_read"] - len(lost)
    lines = [f"{name} is learned, and no call reads it" for name in lost]
    lines += [f"{counted(more, 'more learned value')} that no call reads"] if more else []
    problems += [Problem(label, TOP, "never-read", line) for line in lines]
    if problems:
        raise SpecError(problems)
