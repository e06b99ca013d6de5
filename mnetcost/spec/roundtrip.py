"""YAML read and written with its comments, by ruamel.yaml: every scalar stays the text it is."""

from io import StringIO
from typing import Any

from mnetcost.problems import missing_extra

try:
    from ruamel.yaml import YAML
    from ruamel.yaml.emitter import EmitterError, RoundTripEmitter
    from ruamel.yaml.error import YAMLError
    from ruamel.yaml.events import SequenceEndEvent
    from ruamel.yaml.nodes import ScalarNode
    from ruamel.yaml.representer import RoundTripRepresenter
    from ruamel.yaml.resolver import VersionedResolver
    from ruamel.yaml.tag import Tag
except ImportError:
    raise missing_extra("a spec is written with ruamel.yaml", "fmt") from None

# What ruamel raises over a text that it cannot keep, its own faults among it.
Broken = (
    *(YAMLError, EmitterError, AssertionError, AttributeError),
    *(LookupError, NotImplementedError, TypeError, ValueError),
)
_WIDTH = 2**30  # lines are never folded
_TAG = "tag:yaml.org,2002:"


class _Resolver(VersionedResolver):
    """Every scalar is a text; nothing written is nothing."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is not ScalarNode:
            return super().resolve(kind, value, implicit)
        empty = implicit[0] and value == ""
        return Tag(suffix=_TAG + ("null" if empty else "str"))


class _Representer(RoundTripRepresenter):
    """Nothing stays nothing."""

    def represent_none(self, data: Any) -> ScalarNode:
        return self.represent_scalar(_TAG + "null", "")


_Representer.add_representer(type(None), _Representer.represent_none)


class _Emitter(RoundTripEmitter):
    """Lists begin two spaces in, except right inside a list: `- - conv`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._inside: list[bool] = []  # of each open list: whether it stands right inside another
        super().__init__(*arguments, **options)

    @property
    def sequence_dash_offset(self) -> int:
        return 0 if self._inside and self._inside[-1] else 2

    @sequence_dash_offset.setter
    def sequence_dash_offset(self, value: int) -> None:
        pass  # ruamel sets one for all lists

    @property
    def best_sequence_indent(self) -> int:
        return 2 if self._inside and self._inside[-1] else 4

    @best_sequence_indent.setter
    def best_sequence_indent(self, value: int) -> None:
        pass

    def expect_block_sequence(self) -> None:
        inside = bool(self.sequence_context and self.column != 0)
        super().expect_block_sequence()
        self._inside.append(inside)

    def expect_block_sequence_item(self, first: bool = False) -> None:
        ends = not first and isinstance(self.event, SequenceEndEvent)
        super().expect_block_sequence_item(first)
        if ends:
            self._inside.pop()

    def expect_flow_mapping_simple_value(self) -> None:
        if getattr(self.event, "value", None) == "" and not self.event.style:
            self.write_indicator(": ", False)  # `{out: , stride: 1}`
            self.states.append(self.expect_flow_mapping_key)
            self.expect_node(mapping=True)
        else:
            super().expect_flow_mapping_simple_value()

    def choose_scalar_style(self) -> Any:
        if self.event.value == "" and self.event.implicit[0] and not self.event.style:
            self.analysis = self.analysis or self.analyze_scalar("")
            return ""
        return super().choose_scalar_style()


def _yaml() -> YAML:
    found = YAML()
    found.Resolver, found.Representer, found.Emitter = _Resolver, _Representer, _Emitter
    found.preserve_quotes = True
    found.width = _WIDTH
    found.indent(mapping=2, sequence=4, offset=2)
    return found


def load(text: str) -> Any:
    """The mappings and lists of a text, with their comments."""
    return _yaml().load(text)


def dump(root: Any) -> str:
    """The text of what `load` read."""
    stream = StringIO()
    _yaml().dump(root, stream)
    return stream.getvalue().rstrip("\n") + "\n"


def lift_comment(parent: Any, place: Any) -> bool:
    """Whether the collection at `place` can stand on one line.

    A comment after its last value moves to after the whole; any other comment keeps the lines.
    """
    found = list(_comments(parent[place]))
    if not found:
        return True
    owner, key, slots = found[0]
    where = 2 if isinstance(owner, dict) else 0
    twins = [one for one, at, same in found[1:] if at is None and same[0] is slots[where]]
    if len(found) > 1 + len(twins) or not _is_last(parent[place], owner, key):
        return False
    others = [slot for number, slot in enumerate(slots) if number != where]
    if any(others) or any(parent.ca.items.get(place) or ()):
        return False
    del owner.ca.items[key]
    for twin in twins:  # ruamel notes the comment after a list at the list too
        twin.ca.comment = None
    _put(parent, place, slots[where])
    return True


def sink_comment(parent: Any, place: Any) -> None:
    """Move the comment after a collection on one line to after its last value."""
    value = parent[place]
    slots = parent.ca.items.get(place)
    where = 2 if isinstance(parent, dict) else 0
    if value.fa.flow_style() and slots and slots[where]:
        last = next(reversed(value)) if isinstance(value, dict) else len(value) - 1
        if last not in value.ca.items:
            _put(value, last, slots[where])
            slots[where] = None


def _put(owner: Any, place: Any, comment: Any) -> None:
    """Put a comment after the value at `place`."""
    mapping = isinstance(owner, dict)
    owner.ca.items[place] = [None, None, comment, None] if mapping else [comment, None]


def _comments(value: Any) -> Any:
    """Every place in a collection that has comments: its owner, key and comments."""
    if not hasattr(value, "ca") or isinstance(value, str):
        return
    if value.ca.comment:
        yield value, None, value.ca.comment
    for key, slots in value.ca.items.items():
        if any(slots):
            yield value, key, slots
    for child in value.values() if isinstance(value, dict) else value:
        yield from _comments(child)


def _is_last(value: Any, owner: Any, key: Any) -> bool:
    """Whether `key` of `owner` is the very last thing in `value`."""
    while isinstance(value, (dict, list)) and value:
        last = next(reversed(value)) if isinstance(value, dict) else len(value) - 1
        if value is owner:
            return bool(key == last)
        value = value[last]
    return False
