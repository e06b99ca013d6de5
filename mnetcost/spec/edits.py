"""Changes to the text of a spec, made together: all that is not changed stays as it is written."""

import json
from functools import cached_property

import yaml

from mnetcost.problems import Mark, Origin
from mnetcost.spec.nodes import Entries, Items, Node, Scalar, read_ends


class Edits:
    """The changes to one spec, by the nodes that were read from its text."""

    def __init__(self, origin: Origin) -> None:
        self.text = origin.text
        self._starts = origin.starts()
        self._ends = read_ends(origin.text)
        self._changes: list[tuple[int, int, str]] = []

    @cached_property
    def _comments(self) -> list[tuple[int, int]]:
        return _comments(self.text)  # slow, and few replaced entries have any

    def replace(self, first: Node, last: Node, text: str) -> None:
        """Put `text` in the place of two entries of a list and all between them.

        The comments within follow it, unless the list is in brackets.
        """
        start, end = self._start(first), self._end(last)
        rest = self.text[end:].split("\n", 1)[0].lstrip()
        if "#" in self.text[start:end] and (not rest or rest.startswith("#")):
            within = [self.text[a:b] for a, b in self._comments if start <= a < end]
            text = "  ".join([text, *within])
        self._changes.append((start, end, text))

    def replace_value(self, node: Node, text: str) -> None:
        """Put `text` in the place of a value."""
        self._changes.append((self._start(node), self._end(node), text))

    def set(self, mapping: Entries, name: str, value: Node) -> None:
        """Give a key of a mapping this value; one that is new stands first."""
        if name in mapping.nodes:
            self.replace_value(mapping.nodes[name][1], inline(value))
        else:
            start = self._start(mapping) + _in_braces(mapping)
            after = ", " if _in_braces(mapping) else "\n" + " " * (mapping.mark.column - 1)
            self._changes.append((start, start, f"{name}: {inline(value)}{after}"))

    def append(self, mapping: Entries, after: str, name: str, text: str) -> None:
        """Give a mapping a key that it has not, behind one that it has."""
        end = self._end(mapping.nodes[after][1])
        if _in_braces(mapping):
            self._changes.append((end, end, f", {name}: {text}"))
        else:
            line_end = len(self.text[:end]) + len(self.text[end:].split("\n", 1)[0])
            indent = "\n" + " " * (mapping.mark.column - 1)
            self._changes.append((line_end, line_end, f"{indent}{name}: {text}"))

    def replace_entry(self, mapping: Entries, name: str, text: str) -> None:
        """Put `text` in the place of a key of a mapping and its value."""
        key, value = mapping.nodes[name]
        self._changes.append((self._start(key), self._end(value), text))

    def remove(self, mapping: Entries, name: str) -> None:
        """Take a key out of a mapping, with its value and the comments in it."""
        key, value = mapping.nodes[name]
        start, end = self._start(key), max(self._end(key), self._end(value))
        if _in_braces(mapping):
            after = self.text[end:].lstrip()
            comma = len(self.text) - len(after) + 1 if after.startswith(",") else end
            self._changes.append((start, comma, ""))
        else:
            line_end = self.text.find("\n", end)
            last = len(self.text) if line_end < 0 else line_end + 1
            self._changes.append((self._starts[key.mark.line - 1], last, ""))

    def apply(self) -> str:
        """The changed text."""
        parts, at = [], 0
        for start, end, text in sorted(self._changes, key=lambda change: change[:2]):
            parts += [self.text[at:start], text]
            at = end
        return "".join([*parts, self.text[at:]])

    def _place(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column - 1

    def _start(self, node: Node) -> int:
        return self._place(node.mark.line, node.mark.column)

    def _end(self, node: Node) -> int:
        mark: Mark = node.mark
        end = self._place(*self._ends[type(node), mark.line, mark.column])
        return len(self.text[:end].rstrip())


def inline(node: Node) -> str:
    """A value on one line, as it may stand in braces."""
    match node:
        case Scalar() if node.plain and not set(node.text) & set(",[]{}"):
            return node.text
        case Scalar():
            return json.dumps(node.text, ensure_ascii=not node.text.isprintable())
        case Items():
            return f"[{', '.join(map(inline, node.nodes))}]"
        case Entries():
            pairs = (f"{key.text}: {inline(value)}" for key, value in node.nodes.values())
            return f"{{{', '.join(pairs)}}}"
    return ""


def _in_braces(mapping: Entries) -> bool:
    """Whether a mapping with something in it stands in braces."""
    first = next(iter(mapping.nodes.values()), None)
    return first is None or first[0].mark[:2] != mapping.mark[:2]


def _comments(text: str) -> list[tuple[int, int]]:
    """Where the comments stand: what begins with # in the gaps between the tokens."""
    found, end = [], 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        gap = text[end : token.start_mark.index]
        at = end
        for line in gap.splitlines(keepends=True):
            if "#" in line:
                sign = line.index("#")
                found.append((at + sign, at + len(line.rstrip())))
            at += len(line)
        end = max(end, token.end_mark.index)
    return found
