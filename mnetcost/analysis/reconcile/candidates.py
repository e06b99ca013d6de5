"""The numbers that a printed one may be, each with how far it is from the plain count.

Nothing says what an author counted; what is plainest is likeliest. Distances add up: a definition
in words before a tool, the network itself before another input and before its parts.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, Self

from mnetcost.analysis.conventions.definitions import definitions
from mnetcost.analysis.conventions.terms import learned
from mnetcost.analysis.reconcile.portions import ENDS, WHOLE, Scope, scopes
from mnetcost.analysis.reconcile.readings import Reading, readings
from mnetcost.analysis.reconcile.settings import BOTH, settings
from mnetcost.conventions import EVERY, Convention
from mnetcost.conventions.presets import NAMES, OLDER, convention, paper
from mnetcost.conventions.tally import terms
from mnetcost.cost import Count
from mnetcost.graph import Node, Placed
from mnetcost.layers.fields import CALLS
from mnetcost.multipliers import Setting
from mnetcost.printed import BYTES

TOOL, BIASED = 2, 2
OLD = 1  # further, a release that few run now
SELDOM = 2  # further, what few tables print
OF_FEW = (
    *("ptflops-aten", "torchprofile", "deepspeed-flops", "deepspeed-macs"),
    *("onnx-tool", "onnx-tool-17", "onnx-tool-13"),
)
DOUBLED, HALVED = 1, 5  # further is a tool's number twice, but where that is printed, or half
PARAMETERS = {"kernels": 0, "learned": 0, "stored": 1, "biased": 1, "folded": 1}  # by definition
UNTRAINED = 9
FLOPS_ELSEWHERE = 1  # further, two operations a multiply-add at another setting
ONCE = Fraction(1)


class Candidate(NamedTuple):
    """A number, what it counts and of what, and how far it is from the plain count.

    `names` are the conventions, or the kinds of parameters, whose own number times `factor` it is.
    `network` says in words how the network is another one, and is empty where it is not;
    `setting` is its own, None where it is that asked for; `warnings` are about what does not follow
    its input. `tool` is whether a tool counts so.
    """

    value: int
    names: tuple[str, ...]
    unit: str  # MAC, FLOP, parameters or bytes
    factor: Fraction
    scope: str
    network: str
    distance: int
    warnings: tuple[str, ...] = ()
    tool: bool = False
    setting: Setting | None = None


class Where(NamedTuple):
    """What is counted: a part, of which network, how far that is, and what is to be warned of."""

    scope: str
    network: str
    distance: int
    warnings: tuple[str, ...] = ()
    setting: Setting | None = None

    @classmethod
    def part(cls, scope: Scope) -> Self:
        """A part of the network that was asked for."""
        return cls(scope.words, "", scope.distance)

    @classmethod
    def other(cls, one: Reading, scope: str = WHOLE, further: int = 0) -> Self:
        """All of another network, or a part of it."""
        return cls(scope, one.words, one.distance + further, one.warnings, one.setting)

    def work(self, value: int, way: "Counting") -> Candidate:
        """A number of its work."""
        named = (way.convention.name,), way.unit, way.factor
        return self._candidate(value, named, way.distance, way.tool)

    def parameters(self, value: int, words: str, further: int, tool: bool = False) -> Candidate:
        """A number of its parameters."""
        return self._candidate(value, ((words,), "parameters", ONCE), further, tool)

    def _candidate(
        self, value: int, named: tuple[tuple[str, ...], str, Fraction], further: int, tool: bool
    ) -> Candidate:
        scope, network, distance, warnings, setting = self
        distance += further
        return Candidate(value, *named, scope, network, distance, warnings, tool, setting)


ASKED = Where(WHOLE, "", 0)


class Counting(NamedTuple):
    """A convention, how many times its number is taken, and how far that is from plain."""

    convention: Convention
    factor: Fraction
    distance: int

    @property
    def tool(self) -> bool:
        """Whether a tool counts so, and not a definition in words."""
        return bool(self.convention.tool)

    @property
    def unit(self) -> str:
        """What the number is called: a tool's own unit, or the other one."""
        if self.factor == 1:
            return self.convention.unit
        return "FLOP" if self.convention.unit == "MAC" else "MAC"


def countings(presets: Iterable[Convention]) -> list[Counting]:
    """Each preset as it is; a tool's MACs doubled and its FLOPs halved; biases counted."""
    found = []
    for one in presets:
        if one.counts_work:
            distance = _tool_distance(one) if one.tool else 0
            found.append(Counting(one, ONCE, distance))
            if one.tool and (EVERY in one.work or EVERY in one.per_image):  # of all kernels
                if one.unit == "MAC":
                    further = 0 if one.doubled else DOUBLED
                    found.append(Counting(one, Fraction(2), distance + further))
                else:
                    found.append(Counting(one, Fraction(1, 2), distance + HALVED))
    return found + [Counting(one, ONCE, distance) for one, distance in biased()]


def _tool_distance(tool: Convention) -> int:
    return TOOL + (OLD if tool.name in OLDER else SELDOM if tool.name in OF_FEW else 0)


def biased() -> Iterator[tuple[Convention, int]]:
    """Formulas of textbooks: a multiply-add as one or two operations, and its bias as one or two.

    With (1 + 2·Cin·K²)·Cout·H·W or 2·(Cin·K² + 1)·Cout·H·W (Molchanov et al. 2017,
    arXiv:1611.06440) a bias is added to the values that have one, or to all that kernels give.
    """
    outputs = ("conv", "depthwise", "conv_transpose", "dense")
    for unit, each, bias in (("MAC", 1, 1), ("FLOP", 2, 1), ("FLOP", 2, 2)):
        name = f"{'macs' if unit == 'MAC' else 'flops'} + {'2 × ' if bias == 2 else ''}"
        plain = paper()._replace(unit=unit, multiply_add=each, tool="")
        work = {part: dict.fromkeys(CALLS, 1) for part in paper().work[EVERY]}
        times = dict.fromkeys(CALLS, bias)
        yield plain._replace(name=f"{name}biases", work={EVERY: {**work, "bias": times}}), BIASED
        own = {kind: {"outputs": times} for kind in outputs}
        yield plain._replace(name=f"{name}values of kernels", work={EVERY: work, **own}), BIASED + 1


class Tally:
    """What layers count under conventions; the like of a layer is counted once."""

    def __init__(self, batch: int) -> None:
        self.batch = batch
        self._known: dict[Any, dict[str, int]] = {}

    def of(self, layers: Iterable[Placed], conventions: Iterable[Convention]) -> dict[str, int]:
        """The number of each convention for these layers, by name; a range's is that of modules."""
        chosen = {one.name: one for one in conventions}
        totals = dict.fromkeys(chosen, 0)
        for node, x, y in layers:
            key = node.layer, node.riders, x, y, node.training_only
            known = self._known.setdefault(key, {})
            for name, one in chosen.items():
                if name not in known:
                    known[name] = sum(term.value(self.batch) for term in terms(node, x, y, one))
                totals[name] += known[name]
        return totals


def candidates(
    count: Count, unit: str = "", presets: Sequence[Convention] | None = None
) -> list[Candidate]:
    """Every number that a figure in this unit may be, the plainest first, each once.

    Without a unit it may be work or parameters; `presets` are all that are shipped for None.
    """
    if presets is None:
        presets = [convention(name) for name in NAMES]
    found: list[Candidate] = []
    others = (*readings(count), *settings(count))
    if unit in ("", "MAC", "FLOP"):
        found += _work(count, others, countings(presets))
    if unit in ("", "parameters", "bytes"):
        found += _parameters(count, others, presets)
    if unit == "bytes":
        found = [_bytes(one, each) for one in found for each in BYTES]
    return _merged(found)


def _work(count: Count, others: Iterable[Reading], ways: Sequence[Counting]) -> Iterator[Candidate]:
    """The network every way, its parts without another unit, what is far by definition alone."""
    tally = Tally(count.basis.batch)
    direct = [way for way in ways if way.factor == 1]
    plain = [way for way in ways if way.distance == 0]
    for scope in scopes(count):
        rows = [(_run(layer.node, scope), layer.input, layer.output) for layer in scope.layers]
        chosen = direct if scope.distance else ways
        yield from _counted(tally, rows, chosen, Where.part(scope))
    for one in others:
        if one.layers:
            yield from _counted(tally, one.layers, ways, Where.other(one))
        guesses = [way for way in plain if way.unit == "MAC"] if one.distance >= BOTH else plain
        yield from _plain(one.mult_adds, guesses, Where.other(one))
        for scope in _ends(one):
            mult_adds = sum(layer.mult_adds for layer in scope.layers)
            yield from _plain(mult_adds, plain, Where.other(one, scope.words, scope.distance))


def _plain(mult_adds: int, plain: Iterable[Counting], where: Where) -> Iterator[Candidate]:
    """By definitions, which count multiply-accumulates alone; as FLOPs elsewhere is two guesses."""
    for way in plain:
        further = FLOPS_ELSEWHERE if where.setting and way.unit == "FLOP" else 0
        here = where._replace(distance=where.distance + further)
        yield here.work(mult_adds * way.convention.multiply_add, way)


def _ends(one: Reading) -> Iterator[Scope]:
    """The network at another setting without its first or last layers, or both."""
    if one.setting and one.counted:
        for scope in scopes(one.counted):
            if ENDS <= scope.distance <= ENDS + 1:
                yield scope


def _run(node: Node, scope: Scope) -> Node:
    return node._replace(training_only=False) if scope.training else node


def _counted(
    tally: Tally, rows: Iterable[Placed], ways: Sequence[Counting], where: Where
) -> Iterator[Candidate]:
    values = tally.of(rows, [way.convention for way in ways])
    for way in ways:
        yield where.work(int(values[way.convention.name] * way.factor), way)


def _parameters(
    count: Count, others: Iterable[Reading], presets: Iterable[Convention]
) -> Iterator[Candidate]:
    for preset in presets:
        if preset.tool:  # of which some leave layer types out
            value = learned(count.layers, preset)
            yield ASKED.parameters(value, preset.name, _tool_distance(preset), tool=True)
    for scope in scopes(count):
        for words, value, distance in _kinds(count, scope):
            yield Where.part(scope).parameters(value, words, distance)
    for one in others:
        if one.counted is not None:
            for words, value, distance in _kinds(one.counted, Scope(WHOLE, one.counted.layers)):
                yield Where.other(one).parameters(value, words, distance)


def _kinds(count: Count, scope: Scope) -> Iterator[tuple[str, int, int]]:
    """Words, number and distance of each kind of parameters of a scope."""
    if scope.words == WHOLE:
        for one in definitions(count):
            yield one.words, one.value, PARAMETERS.get(one.name, UNTRAINED)
        return
    trained = ("weights", "biases", "norm_affine", "other")
    for words, kinds, distance in (
        ("weights", ("weights",), 0),
        ("weights, biases", ("weights", "biases"), 0),
        ("learned values", trained, 0),
        ("learned values, and running statistics", (*trained, "norm_statistics"), 1),
    ):
        layers = [layer.parameters for layer in scope.layers]
        yield words, sum(getattr(one, kind) for one in layers for kind in kinds), distance


def _bytes(one: Candidate, each: int) -> Candidate:
    """Parameters as values of so many bytes; four are the most usual."""
    further = one.distance + BYTES.index(each)
    return one._replace(
        value=one.value * each, unit="bytes", factor=Fraction(each), distance=further
    )


def _merged(found: Iterable[Candidate]) -> list[Candidate]:
    """The candidates, one for each number of a scope: the plainest, with the names of its like."""
    merged: dict[Any, Candidate] = {}
    for one in sorted(found, key=lambda one: one.distance):
        key = one.value, one.unit, one.scope
        first = merged.setdefault(key, one)
        alike = (one.factor, one.network) == (first.factor, first.network)
        if alike and one.unit in ("MAC", "FLOP") and one.names[0] not in first.names:
            merged[key] = first._replace(names=first.names + one.names)
    return [one for one in merged.values() if one.value > 0]
