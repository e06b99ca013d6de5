"""A list of layers as a spec with blocks and rows."""

from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import count

from mnetcost.importing.folding.alike import Unlike
from mnetcost.importing.folding.blocks import Block, block_of, kind_of
from mnetcost.importing.folding.items import placed
from mnetcost.importing.folding.names import prefix, short, unused
from mnetcost.importing.folding.repeats import Part, found
from mnetcost.importing.folding.rows import Call, calls
from mnetcost.importing.folding.writing import block_lines, call_lines, row_lines
from mnetcost.importing.spelling import layer_line
from mnetcost.importing.translation import INPUT
from mnetcost.importing.values import Entry, owners_of
from mnetcost.layers import LAYERS
from mnetcost.spec.blocks import BLOCK_INPUT


def folded(entries: Sequence[Entry], channels: Mapping[str, int], most: int) -> list[str]:
    """The lines of a spec from `blocks:` on, or from `layers:` on where it has none.

    `channels` are those of every map by its name; there are at `most` so many blocks.
    """
    fixed = owners_of(entries).union(one.name for one in entries if one.weights)
    parts, members = found(placed(entries), fixed, most)
    return _Spec(parts, members, channels).lines()


class _Spec:
    """The parts of a network, and which of them are calls of which block."""

    def __init__(
        self, parts: Sequence[Part], members: Sequence[Sequence[int]], channels: Mapping[str, int]
    ) -> None:
        self.parts = parts
        self.layers = {entry.name for part in parts for entry in part.layers}
        self.blocks: dict[str, Block] = {}
        self.calls: dict[int, tuple[str, list[Call], list[int]]] = {}  # by their first part
        self.prefixes: dict[int, str] = {}  # what the names of a part's layers begin with
        self.called: dict[str, str] = {}  # the names of calls, by those of their maps
        for places in members:
            self._add(places, channels)
        inside = {place for _, _, places in self.calls.values() for place in places}
        self.taken = {INPUT, BLOCK_INPUT}
        for place, part in enumerate(parts):
            self.taken.update(() if place in inside else (entry.name for entry in part.layers))
        self.needed = self._read_by_name(inside)

    def _add(self, places: Sequence[int], channels: Mapping[str, int]) -> None:
        """Make a block of these parts, where one can say them all."""
        runs = list(self._runs(places))
        try:
            block = block_of([self.parts[place] for place in places], runs, channels)
        except Unlike:
            return
        name = self._block_name(kind_of(block))
        self.blocks[name] = block
        self.prefixes.update(zip(places, map(short, block.prefixes)))
        for run in runs:
            rows = list(calls(run, block.values, block.usual, block.first))
            self.calls[places[run[0]]] = (name, rows, [places[part] for part in run])

    def _block_name(self, word: str) -> str:
        """A name of a block that others do not have, nor with a number, as its calls are named."""
        names = (word if number == 1 else f"{word}_{number}" for number in count(1))
        return next(name for name in names if self._is_free(name))

    def _is_free(self, name: str) -> bool:
        known = name in self.blocks or name in LAYERS
        return not known and not any(one.startswith(f"{name}_") for one in self.layers)

    def _runs(self, places: Sequence[int]) -> Iterator[list[int]]:
        """Which of a block's parts follow each other directly, as their numbers in it."""
        run: list[int] = []
        for number, place in enumerate(places):
            if run and not (place == places[number - 1] + 1 and self.parts[place].linked):
                yield run
                run = []
            run.append(number)
        yield run

    def _read_by_name(self, inside: Container[int]) -> set[str]:
        """The maps that something reads by their name: all but that of the layer before."""
        before, needed = INPUT, set[str]()
        for place, part in enumerate(self.parts):
            steps = [(part.reads, part.name)]
            if place not in inside:
                steps = [(entry.reads, entry.name) for entry in part.layers]
            for reads, name in steps:
                needed.update(one for one in reads if reads != (before,))
                before = name
        return needed

    def lines(self) -> list[str]:
        """The blocks and the layers."""
        layers = list(self._layers())
        blocks = [line for name, block in self.blocks.items() for line in block_lines(name, block)]
        return [*(["blocks:", *blocks] if blocks else []), "layers:", *layers]

    def _layers(self) -> Iterator[str]:
        before, place = INPUT, 0
        while place < len(self.parts):
            part = self.parts[place]
            if place not in self.calls:
                for entry in part.layers:
                    yield f"  - {layer_line(entry, self.called.get(before, before), self.called)}"
                    before = entry.name
                place += 1
                continue
            name, rows, places = self.calls[place]
            (start,) = part.reads
            read = "" if start == before else self.called.get(start, start)
            yield from self._rows(name, rows, places, read)
            before = self.parts[places[-1]].name
            place = places[-1] + 1

    def _rows(
        self, name: str, rows: Sequence[Call], places: Sequence[int], start: str
    ) -> Iterator[str]:
        block, end = self.blocks[name], self.parts[places[-1]].name
        names = [
            self._name([places[part - rows[0].parts[0]] for part in row.parts]) for row in rows
        ]
        if not all(names) or len(set(names)) < len(names) or self.taken.intersection(names):
            names = []
        if end in self.needed and not names:
            for _ in rows:
                names.append(unused("stage", {*self.taken, *names}))
        self.taken.update(names)
        if names:
            self.called[end] = names[-1]
        if len(rows) > 1 and not start:
            yield from row_lines(name, block, rows, names)
            return
        for number, row in enumerate(rows):
            called = names[number] if names else ""
            yield from call_lines(name, block, row, called, "" if number else start)

    def _name(self, places: Sequence[int]) -> str:
        """What the names of a call's layers begin with, and no others' do; else first and last."""
        found = [self.prefixes[place] for place in places]
        if not all(found):
            return ""
        common = found[0] if len(set(found)) == 1 else prefix(found)
        others = (one for place, one in self.prefixes.items() if place not in places)
        if common and not any(one.startswith(common) for one in (*others, *self.taken)):
            return common
        return f"{found[0]}-{found[-1]}" if found[0] != found[-1] else ""
