"""`expect:`: published figures, and the setting that each holds for."""

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from mnetcost.expressions import literal
from mnetcost.layers.fields import MAX_SIDE, Integer
from mnetcost.printed import FIGURES, Expectation, Printed
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Node, Scalar
from mnetcost.text import did_you_mean

Section = Mapping[str, tuple[Scalar, Node]]
SETTING = ("alpha", "rho", "resolution", "variant", "set")
EXPECT_KEYS = (*FIGURES, *SETTING, "printed", "source", "erratum")


class ExpectationReader:
    """Reads the figures of one spec."""

    def __init__(
        self, convert: Converter, variants: Collection[str], knobs: Collection[str]
    ) -> None:
        self.convert, self.variants, self.knobs = convert, variants, knobs
        self.collector = convert.collector

    def read(self, node: Node) -> tuple[Expectation, ...]:
        """The entries of the section."""
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

    def _expectation(self, node: Node, entries: Section) -> Expectation:
        truncated = False
        if "printed" in entries:
            word = self.convert.word(entries["printed"][1], ("rounded", "truncated"))
            truncated = word == "truncated"
        if not FIGURES.keys() & entries.keys():
            message = "an expectation needs one of " + ", ".join(FIGURES)
            self.collector.add(node.mark, "missing-key", message)
        if {"rho", "resolution"} <= entries.keys():
            message = "`rho` beside `resolution`; give one of them"
            self.collector.add(entries["resolution"][0].mark, "conflict", message)
        resolution = None
        if "resolution" in entries:
            side = Integer(1, MAX_SIDE, "px")
            resolution = self.convert.integer(entries["resolution"][1], side)
        variant = self._text(entries, "variant") or ""
        if variant and variant not in self.variants:
            self.convert.refuse(
                entries["variant"][1],
                "one of " + ", ".join(self.variants),
                "unknown-word",
                suggestion=did_you_mean(variant, self.variants),
            )
        return Expectation(
            source=self._text(entries, "source") or "",
            alpha=self._multiplier(entries, "alpha") or Fraction(1),
            rho=self._multiplier(entries, "rho"),
            resolution=resolution,
            variant=variant or None,
            set=self._set(entries),
            erratum=self._text(entries, "erratum") or "",
            **{name: self._printed(entries, name, truncated) for name in FIGURES},
        )

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

    def _printed(self, entries: Section, key: str, truncated: bool) -> Printed | None:
        text = self._text(entries, key)
        try:
            return None if text is None else Printed.read(text, truncated)
        except ValueError:
            node = entries[key][1]
            self.convert.refuse(node, "a figure as printed, such as 569M or 4.2 M")
            return None
