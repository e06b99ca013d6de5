"""The rows of a `rows:` entry to the mappings of calls, each read once from the text."""

from collections.abc import Collection, Container, Iterator, Mapping, Set
from functools import partial

from mnetcost.layers import LAYERS
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Items, Scalar
from mnetcost.spec.nodes import Node as YamlNode
from mnetcost.text import clip, counted

COLUMN = 3  # steps of a value in a row


class RowReader:
    """Reads rows: what they call, their columns, and what all of them share."""

    def __init__(self, convert: Converter) -> None:
        self.convert, self.steps = convert, convert.collector.steps
        self._rows: dict[int, list[tuple[Entries, Scalar]]] = {}

    def read(
        self,
        entries: Mapping[str, tuple[Scalar, YamlNode]],
        node: Entries,
        known: Collection[str],
    ) -> list[tuple[Entries, Scalar]]:
        """Each row of a `rows:` entry as the mapping of a call, read once from the text."""
        if id(node) not in self._rows:
            self._rows[id(node)] = list(self._read_rows(entries, node, known))
        return self._rows[id(node)]

    def _read_rows(
        self,
        entries: Mapping[str, tuple[Scalar, YamlNode]],
        node: Entries,
        known: Collection[str],
    ) -> Iterator[tuple[Entries, Scalar]]:
        collector = self.convert.collector
        for name in ("columns", "values"):
            if name not in entries:
                message = f"rows need `{name}`"
                collector.add(entries["rows"][0].mark, "missing-key", message)
                return
        called = entries["rows"][1]
        if not isinstance(called, Scalar) or (
            called.text not in known and called.text not in LAYERS
        ):
            word, names = getattr(called, "text", ""), [*known, *LAYERS]
            near = partial(self.convert.collector.guess, word, names)
            expected = "the name of a block or of a layer"
            self.convert.refuse(called, expected, "unknown-layer", suggestion=near)
            return
        columns = self._columns(entries["columns"][1])
        only_first: frozenset[str] = frozenset()
        if "first" in entries:
            only_first = self._first(entries["first"][1], {one.text for one in columns})
        common = self._common(entries["with"][1]) if "with" in entries else {}
        self._refuse_idle(entries, {one.text for one in columns}, common)
        values = entries["values"][1]
        if not isinstance(values, Items) or not values.nodes:
            self.convert.refuse(values, "a list of rows, such as [[6, 24, 2, 2]]")
            return
        for row in values.nodes:
            if not isinstance(row, Items) or len(row.nodes) != len(columns):
                count = len(row.nodes) if isinstance(row, Items) else 1
                message = (
                    f"a row of {counted(count, 'value')} under {counted(len(columns), 'column')}"
                )
                collector.add(row.mark, "wrong-type", message)
                continue
            self.steps.take(COLUMN * (len(columns) + len(common)))
            call = Entries(row.mark)
            call.nodes = {one.text: (one, value) for one, value in zip(columns, row.nodes)}
            call.nodes |= common
            call.first = only_first
            yield call, called._replace(mark=row.mark)

    def _refuse_idle(
        self,
        entries: Mapping[str, tuple[Scalar, YamlNode]],
        columns: Set[str],
        common: Mapping[str, tuple[Scalar, YamlNode]],
    ) -> None:
        """Report what is given twice, and what only a first turn gets where there is one alone."""
        collector = self.convert.collector
        for name in columns & common.keys():
            message = f"`{clip(name)}` stands in `columns` and under `with`"
            collector.add(common[name][0].mark, "conflict", message, expected="one of both")
        if "first" in entries and "repeat" not in columns | common.keys():
            mark = entries["first"][0].mark
            collector.add(mark, "conflict", "`first` without a `repeat`", expected="repeat: n")

    def _columns(self, node: YamlNode) -> list[Scalar]:
        columns, names = self._words(node), set()
        for column in columns:
            if column.text in names:
                message = f"the column `{clip(column.text)}` is written twice"
                self.convert.collector.add(column.mark, "duplicate-key", message)
            names.add(column.text)
        return columns

    def _first(self, node: YamlNode, columns: Container[str]) -> frozenset[str]:
        first = self._words(node)
        for column in first:
            if column.text not in columns:
                self.convert.refuse(column, "one of the columns", "unknown-word")
        return frozenset(one.text for one in first)

    def _common(self, node: YamlNode) -> Mapping[str, tuple[Scalar, YamlNode]]:
        if isinstance(node, Entries):
            return node.nodes
        if not (isinstance(node, Scalar) and node.is_null):
            self.convert.refuse(node, "with: a mapping of keys that all rows share")
        return {}

    def turn(self, row: Entries, turn: int, without: Container[str]) -> Entries:
        """A row as its turn number `turn` sees it."""
        self.steps.take(len(row.nodes))
        once = Entries(row.mark)
        once.nodes = {
            name: pair
            for name, pair in row.nodes.items()
            if name not in without and (turn == 1 or name not in row.first)
        }
        return once

    def _words(self, node: YamlNode) -> list[Scalar]:
        if isinstance(node, Items):
            found = [one for one in node.nodes if isinstance(one, Scalar)]
            if len(found) == len(node.nodes):
                return found
        self.convert.refuse(node, "a list of names, such as [out, repeat, stride]")
        return []
