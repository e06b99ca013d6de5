"""Frozen records: named fields with defaults, for what is more than a tuple.

A dataclass writes and compiles methods of its own, which for every layer type together takes longer
than to read and count a network. All records share the methods here.
"""

import sys
from collections.abc import Mapping
from typing import Any, NoReturn, Self, TypeVar, dataclass_transform

AnyRecord = TypeVar("AnyRecord", bound="Record")


@dataclass_transform(frozen_default=True, kw_only_default=True)
class RecordType(type):
    """Makes fields of the annotations of a class, and their defaults of the values beside them.

    As in a NamedTuple, `_fields` are all of them by name, here with what is annotated.
    """

    _fields: Mapping[str, Any]
    _field_defaults: Mapping[str, Any]

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], *, kw_only: bool = True
    ) -> "RecordType":
        """The class, with its fields and those of its bases; type checkers read `kw_only`."""
        own = _annotated(body)
        fields: dict[str, Any] = {}
        defaults: dict[str, Any] = {}
        for base in reversed(bases):
            if isinstance(base, RecordType):
                fields |= base._fields
                defaults |= base._field_defaults
        defaults |= {field: body.pop(field) for field in own if field in body}
        record = super().__new__(cls, name, bases, body)
        record._fields, record._field_defaults = fields | own, defaults
        return record


def _annotated(body: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the body of a class as `name: annotation`, by name."""
    if sys.version_info >= (3, 14):  # annotations are worked out on demand
        from annotationlib import Format, call_annotate_function, get_annotate_from_class_namespace

        annotate = get_annotate_from_class_namespace(body)
        return call_annotate_function(annotate, Format.FORWARDREF) if annotate else {}
    return dict(body.get("__annotations__", {}))


class Record(metaclass=RecordType):
    """A record never changes, and equals another of its type and values.

    It is made with keywords; with `kw_only=False` after its bases, by position too.
    """

    def __init__(self, *given: Any, **values: Any) -> None:
        fields, defaults = type(self)._fields, type(self)._field_defaults
        filled = {**defaults, **dict(zip(fields, given)), **values}
        if filled.keys() != fields.keys() or len(given) > len(fields):
            wrong = ", ".join(sorted(filled.keys() ^ fields.keys())) or "values"
            raise TypeError(f"{type(self).__name__}: missing or unknown: {wrong}")
        object.__setattr__(self, "__dict__", filled)  # at once: one by one takes long

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be deleted")

    def _asdict(self) -> dict[str, Any]:
        """The values by name."""
        return {name: getattr(self, name) for name in type(self)._fields}

    def _replace(self, **changes: Any) -> Self:
        """The same record with other values."""
        return type(self)(**{**self._asdict(), **changes})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record) or type(self) is not type(other):
            return NotImplemented
        return self._asdict() == other._asdict()

    def __hash__(self) -> int:
        return hash((type(self), *self._asdict().values()))

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
        return f"{type(self).__name__}({values})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _made, (type(self), self._asdict())


def _made(record: type[AnyRecord], values: Mapping[str, Any]) -> AnyRecord:
    """The record of these values: what a pickle calls, which knows no keywords."""
    return record(**values)
