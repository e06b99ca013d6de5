"""`expect:` and `budget:`: published figures and limits, and the setting that each holds for."""

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from mnetcost.exact import literal
from mnetcost.layers.fields import MAX_SIDE, Integer
from mnetcost.printed import FIGURES, Budget, Expectation, Printed
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Items, Node, Scalar
from mnetcost.text import listed

Section = Mapping[str, tuple[Scalar, Node]]
SETTING = ("alpha", "rho", "resolution", "variant", "set")
EXPECT_KEYS = (*FIGURES, *SETTING, "printed", "source", "erratum")
FIGURE = 20  # steps of an entry
BUDGET_KEYS = (*FIGURES, *SETTING)


class FigureReader:
    """Reads the figures and the budgets of one spec."""

    def __init__(
        self, convert: Converter, variants: Collection[str], knobs: Collection[str]
    ) -> None:
        self.convert, self.variants, self.knobs = convert, variants, knobs
        self.collector = convert.collector

    def expectations(self, node: Node) -> tuple[Expectation, ...]:
        """The entries of `expect:`."""
        items = getattr(node, "nodes", None)
        if not isinstance(items, list):
            self.convert.refuse(node, "a list of figures, such as {mult_adds: 569M, source: ...}")
            return ()
        found = [
            (item, self.convert.entries(item, EXPECT_KEYS, "an expectation")) for item in items
        ]
        return tuple(
            self._expectation(item, entries) for item, entries in found if entries is not None
        )

    def budgets(self, node: Node) -> tuple[Budget, ...]:
        """The entries of `budget:`, or the one that it is itself."""
        if not isinstance(node, (Entries, Items)):
            self.convert.refuse(node, "a mapping such as {mult_adds: 600M, params: 5M}, or a list")
            return ()
        items = node.nodes if isinstance(node, Items) else [node]
        found = [(item, self.convert.entries(item, BUDGET_KEYS, "a budget")) for item in items]
        return tuple(self._budget(item, entries) for item, entries in found if entries is not None)

    def _budget(self, node: Node, entries: Section) -> Budget:
        self._need_figure(node, entries, "a budget")
        limits = {name: self._printed(entries, name) for name in FIGURES}
        return Budget(
            most={name: limit for name, limit in limits.items() if limit is not None},
            **self._setting(entries),
        )

    def _expectation(self, node: Node, entries: Section) -> Expectation:
        truncated = False
        if "printed" in entries:
            word = self.convert.word(entries["printed"][1], ("rounded", "truncated"))
            truncated = word == "truncated"
        self._need_figure(node, entries, "an expectation")
        figures: Any = {name: self._printed(entries, name, truncated) for name in FIGURES}
        return Expectation(
            source=self._text(entries, "source") or "",
            erratum=self._text(entries, "erratum") or "",
            **self._setting(entries),
            **figures,
        )

    def _need_figure(self, node: Node, entries: Section, what: str) -> None:
        if not FIGURES.keys() & entries.keys():
            message = f"{what} needs one of " + ", ".join(FIGURES)
            self.collector.add(node.mark, "missing-key", message)

    def _setting(self, entries: Section) -> dict[str, Any]:
        """What an entry holds for, and where its figures stand."""
        self.collector.steps.take(FIGURE)
        if {"rho", "resolution"} <= entries.keys():
            message = "`rho` beside `resolution`; give one of them"
            self.collector.add(entries["resolution"][0].mark, "conflict", message)
        resolution = None
        if "resolution" in entries:
            side = Integer(1, MAX_SIDE, "px")
            resolution = self.convert.integer(entries["resolution"][1], side)
        return {
            "alpha": self._multiplier(entries, "alpha") or Fraction(1),
            "rho": self._multiplier(entries, "rho"),
            "resolution": resolution,
            "variant": self._variant(entries),
            "set": self._set(entries),
            "marks": {name: entries[name][0].mark for name in FIGURES if name in entries},
        }

    def _variant(self, entries: Section) -> str | None:
        variant = self._text(entries, "variant") or ""
        if variant and variant not in self.variants:
            self.convert.refuse(
                entries["variant"][1],
                lambda: "one of " + listed(self.variants),
                "unknown-word",
                suggestion=lambda: self.collector.guess(variant, self.variants),
            )
        return variant or None

    def _set(self, entries: Section) -> dict[str, Any]:
        if "set" not in entries:
            return {}
        found = self.convert.entries(entries["set"][1], self.knobs, "the spec's knobs") or {}
        return {
            name: literal(node.text)
            for name, (_, node) in found.items()
            if isinstance(node, Scalar)
        }

    def _multiplier(self, entries: Section, key: str) -> Fraction | None:
        return self.convert.multiplier(entries[key][1], key) if key in entries else None

    def _text(self, entries: Section, key: str) -> str | None:
        return self.convert.text(entries[key][1], key) if key in entries else None

    def _printed(self, entries: Section, key: str, truncated: bool = False) -> Printed | None:
        text = self._text(entries, key)
        if text is None:
            return None
        mark = entries[key][1].mark
        try:
            printed = Printed.read(text, truncated)
        except ValueError as error:
            self.collector.add(mark, "wrong-type", str(error), expected="a figure as printed")
            return None
        if misfit := printed.misfit(key):
            self.collector.add(mark, "wrong-type", misfit, expected=f"the unit of {key}, or none")
        return printed
