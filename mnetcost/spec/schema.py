"""The spec language as a JSON Schema, for editors: made of the layers' own records."""

from collections.abc import Mapping
from inspect import getdoc
from typing import Any

from mnetcost.layers import LAYERS
from mnetcost.layers.base import Pair
from mnetcost.layers.fields import (
    MAX_CHANNELS,
    MAX_SIDE,
    Choice,
    Field,
    Flag,
    Fractional,
    Integer,
    Kind,
    LengthPadding,
    ListOf,
    Name,
    Nested,
    PairOf,
    Ratio,
    WindowPadding,
    fields_of,
)
from mnetcost.layers.window import SAME, VALID
from mnetcost.multipliers import ROUNDINGS
from mnetcost.printed import FIGURES, FORMS
from mnetcost.spec.builder import MERGES
from mnetcost.spec.entries import ways_of
from mnetcost.spec.words import wanted

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXPRESSION: Schema = {"type": "string", "pattern": "\\$|scaled\\("}
SCALAR: Schema = {"type": ["string", "number", "boolean"]}
TEXT: Schema = {"type": ["string", "number", "boolean"]}
RATIO: Schema = {"type": ["number", "string"]}
NAMES: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
TIMES = Integer(0, 10_000, "times")
CHANNELS = Integer(1, MAX_CHANNELS, "channels")
SIDE = Integer(1, MAX_SIDE, "px")

_WEIGHTS: Schema = {
    "type": "object",
    "properties": {"from": {"type": "string"}, "norm": {"enum": ["shared", "own"]}},
    "required": ["from"],
    "additionalProperties": False,
}

# The keys that every layer takes, and those that follow from a key of its own.
COMMON: Mapping[str, Schema] = {
    "name": TEXT | {"description": "what the tables call it; `${parameter}` is put in"},
    "in": {"description": "the input channels, checked"},
    "from": NAMES | {"description": "the earlier layer, or layers, read instead of the one before"},
    "weights": {
        "anyOf": [{"type": "string"}, _WEIGHTS],
        "description": "the layer or block whose weights it shares",
    },
    "when": {"type": ["string", "boolean"], "description": "left out where this is false"},
}
EXPAND = {"description": "short for `out: $here * R`, a multiple of the incoming channels"}
SQUEEZE_RATIO = {"description": "short for `squeeze: $here * R`"}
SHORT: Mapping[str, tuple[str, Schema]] = {
    "expand": ("out", RATIO | EXPAND),
    "ratio": ("squeeze", RATIO | SQUEEZE_RATIO),
}


def schema() -> Schema:
    """The whole schema."""
    return {
        "$schema": DIALECT,
        "title": "mnetcost spec",
        "description": "A convolutional network, for mnetcost to count",
        **_record(_top(), required=("input", "layers")),
        "$defs": {
            "layers": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/entry"}},
            "entry": {"anyOf": _entries(), "description": "a layer, block call, or list of them"},
            "branch": _branch(),
            "call": _call(),
            **{f"layer.{name}": layer_schema(name) for name in LAYERS},
        },
    }


def _record(
    properties: Mapping[str, Schema], description: str = "", required: tuple[str, ...] = ()
) -> Schema:
    """A mapping with these keys and no others."""
    found: Schema = {"type": "object", "properties": dict(properties)}
    found |= {"required": list(required)} if required else {"type": ["object", "null"]}
    found |= {"description": description} if description else {}
    return found | {"additionalProperties": False}


def _described(found: Schema, description: str) -> Schema:
    return found | {"description": description}


def kind_schema(kind: Kind) -> Schema:
    """What a key of this kind may hold; every one may be an expression."""
    return {"anyOf": [*_forms(kind), EXPRESSION], "description": wanted(kind)}


def _forms(kind: Kind) -> list[Schema]:  # noqa: C901, PLR0911 - one return a kind
    match kind:
        case Integer():
            whole = {"type": "integer", "minimum": kind.minimum, "maximum": kind.maximum}
            return [whole, {"const": kind.word}] if kind.word else [whole]
        case Ratio():
            return [{"type": "number", "exclusiveMinimum": 0}, _QUOTIENT]
        case PairOf():
            return [*_forms(kind.side), _both(kind.side)]
        case Choice():
            return [{"enum": list(kind.options)}]
        case Flag():
            words = [{"enum": list(kind.words)}] if kind.words else []
            return [{"type": "boolean"}, *words]
        case Fractional():
            return [{"type": "number", "minimum": 0, "exclusiveMaximum": 1}, _QUOTIENT]
        case WindowPadding():
            return [*_forms(kind.side), {"enum": ["same", "valid"]}, _both(kind.side)]
        case LengthPadding():
            return [*_forms(kind.side), {"enum": ["same", "valid"]}]
        case Name():
            return [TEXT]
        case ListOf():
            return [_list(kind.item, 1, kind.most)]
        case Nested():
            return [_fields(kind.record)]
        case _:
            return [{}]


_QUOTIENT: Schema = {"type": "string", "pattern": "^[0-9.]+/[0-9]+$"}


def _both(side: Integer | Ratio) -> Schema:
    return _list(side, 2, 2)


def _list(item: Kind, least: int, most: int) -> Schema:
    one = {"anyOf": [*_forms(item), EXPRESSION]}
    return {"type": "array", "items": one, "minItems": least, "maxItems": most}


def _fields(record: Any) -> Schema:
    return _record({name: _field(field) for name, field in fields_of(record).items()})


def _field(field: Field) -> Schema:
    default = _written(field.default)
    return kind_schema(field.kind) | ({} if default is None else {"default": default})


def _written(default: Any) -> Any:
    """A default as a spec would write it, or None where it has no such form."""
    if default in (SAME, VALID):
        return "same" if default == SAME else "valid"
    if isinstance(default, Pair):
        return default.h if default.h == default.w else list(default)
    return default if isinstance(default, (bool, int, str)) else None


_LIKE: Schema = {"type": "string", "description": "the tensor whose sides it takes"}


def layer_schema(name: str) -> Schema:
    """The keys of one layer. None is required here: `defaults:` may give it."""
    record = LAYERS[name]
    fields = fields_of(record)
    short = {key: form for key, (meant, form) in SHORT.items() if meant in fields}
    ruled = {"round": _rounding()} if {"out", "squeeze"} & fields.keys() else {}
    common = {**COMMON, "in": kind_schema(CHANNELS) | COMMON["in"]}
    own = {key: _field(field) for key, field in fields.items()}
    like = {"like": _LIKE} if ("like",) in ways_of(name) else {}
    return _record({**common, **short, **ruled, **like, **own}, _first_line(record))


def _first_line(record: Any) -> str:
    return (getdoc(record) or "").split("\n")[0]


def _rule_keys() -> dict[str, Schema]:
    rules = ", ".join(ROUNDINGS)
    return {
        "round": {"enum": list(ROUNDINGS), "description": f"how α rounds a width: {rules}"},
        "divisible": _described(_plain(CHANNELS), "to a multiple of this, never below 0.9"),
        "min": _described(_plain(CHANNELS), "the smallest width"),
    }


def _rounding() -> Schema:
    rule = _record(_rule_keys())
    return _described(
        {"anyOf": [{"enum": list(ROUNDINGS)}, rule]}, "its own rounding rule instead of the spec's"
    )


def _plain(bound: Integer) -> Schema:
    return {**_forms(bound)[0], "description": wanted(bound)}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _entries() -> list[Schema]:
    """The forms of an entry of a list of layers."""
    block = "^[A-Za-z_][A-Za-z0-9_]*$"
    when = {"when": COMMON["when"]}
    start: Schema = {"name": COMMON["name"], "from": COMMON["from"], **when}
    branches: Schema = {
        "type": "array",
        "items": _ref("branch"),
        "description": "from the same input",
    }
    merge = {"enum": list(MERGES), "description": "how their outputs are joined"}
    axis = {"enum": ["channels", "height", "width"], "description": "of concat"}
    return [
        {"type": "string", "anyOf": [{"enum": list(LAYERS)}, {"pattern": block}]},
        {
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "properties": {name: _ref(f"layer.{name}") for name in LAYERS},
            "additionalProperties": _ref("call"),
        },
        _record(
            {"repeat": _repeat(), "layers": _ref("layers"), **when},
            "layers that recur",
            ("repeat", "layers"),
        ),
        _record(_rows() | when, "a table of a block's or layer's calls", ("rows", "values")),
        _record(
            {"branches": branches, "merge": merge, "axis": axis, **start},
            "parallel branches",
            ("branches",),
        ),
    ]


def _repeat() -> Schema:
    return kind_schema(TIMES) | {"description": "how many times; 0 leaves it out"}


def _rows() -> dict[str, Schema]:
    names = {"type": "array", "items": {"type": "string"}}
    return {
        "rows": {"type": "string", "description": "the block or layer that every row calls"},
        "columns": _described(names, "the keys of the values"),
        "first": _described(names, "columns that only the first repeat of a row gets"),
        "with": {"type": ["object", "null"], "description": "keys that every row gets"},
        "values": {"type": "array", "items": {"type": "array"}, "description": "one list a row"},
    }


def _branch() -> Schema:
    keys: Schema = {
        "repeat": _repeat(),
        "layers": {"type": "array", "items": _ref("entry")},
        "training_only": {"type": ["boolean", "string"], "description": "parameters, but no work"},
        "when": COMMON["when"],
        "from": COMMON["from"],
    }
    listed = {"type": "array", "items": _ref("entry"), "description": "empty: the identity"}
    return {"anyOf": [listed, _record(keys, "a branch", ("layers",))]}


def _call() -> Schema:
    """A block call: its parameters are the spec's own, so any key is possible."""
    own = {key: COMMON[key] for key in ("name", "from", "weights", "when")}
    return {
        "type": ["object", "null"],
        "properties": {"repeat": _repeat(), **own},
        "description": "a call of a block, with its parameters",
    }


def _top() -> dict[str, Schema]:
    values: Schema = {"type": ["object", "null"], "additionalProperties": SCALAR}
    defaults = {name: _fields(LAYERS[name]) for name in LAYERS}
    variants: Schema = {"type": "object", "additionalProperties": _record(_variant(values))}
    budget = _record(_budget(), "limits, exact, and what they hold for")
    return {
        "mnetcost": {"const": 1, "description": "version of the language"},
        "name": TEXT | {"description": "what the network is called"},
        "source": TEXT | {"description": "where it comes from"},
        "input": _record(_input(), "the input map", ("height", "width", "channels")),
        "width": _record(_width(), "how α scales and rounds widths"),
        "knobs": _described(_values(), "named values with defaults: `$depth` in layers"),
        "variants": _described(variants, "other settings of the knobs, input and width, by name"),
        "defaults": _record(defaults, "keys that a layer has unless it says otherwise"),
        "blocks": {
            "type": "object",
            "description": "named lists of layers with parameters",
            "additionalProperties": _record(_block(), "a block", ("layers",)),
        },
        "layers": _ref("layers") | {"description": "the layers in order"},
        "expect": {
            "type": "array",
            "description": "published figures, for `mnetcost check`",
            "items": _record(_expect(), "figures as printed, and what they hold for"),
        },
        "budget": {
            "anyOf": [budget, {"type": "array", "items": budget}],
            "description": "the most that it may have, for `mnetcost check`",
        },
    }


def _values() -> Schema:
    anything = {"type": ["string", "number", "boolean", "null", "array"]}
    return {"type": ["object", "null"], "additionalProperties": anything}


def _input() -> dict[str, Schema]:
    scale = kind_schema(Flag()) | {"description": "whether α scales its channels", "default": False}
    sides = {"height": kind_schema(SIDE), "width": kind_schema(SIDE)}
    return {**sides, "channels": kind_schema(CHANNELS), "scale": scale}


def _width() -> dict[str, Schema]:
    multiplier = RATIO | {"description": "multiplies α, rounding once", "default": 1}
    return {**_rule_keys(), "multiplier": multiplier}


def _variant(values: Schema) -> dict[str, Schema]:
    return {
        "name": TEXT | {"description": "what the variant is called"},
        "source": TEXT | {"description": "where it comes from"},
        "input": _record(_input(), "the keys that differ"),
        "width": _record(_width(), "the keys that differ"),
        "knobs": _described(values, "the knobs that differ"),
    }


def _block() -> dict[str, Schema]:
    residual = {
        "type": ["string", "boolean"],
        "description": "whether its input is added at the end",
    }
    return {
        "takes": _described(_values(), "parameters with defaults; empty: every call must give it"),
        "inputs": {
            "anyOf": [*NAMES["anyOf"], *_forms(TIMES), EXPRESSION],
            "description": "the names of its input maps, or how many they are",
        },
        "layers": _ref("layers"),
        "outputs": _described(NAMES, "the layers whose maps it gives"),
        "residual": residual,
    }


def _expect() -> dict[str, Schema]:
    printed = {"enum": ["rounded", "truncated"], "default": "rounded"}
    return {
        **_figures("as printed"),
        **_setting(),
        "printed": _described(printed, "whether the author rounded or cut"),
        "source": TEXT | {"description": "where it is printed"},
        "erratum": TEXT | {"description": "why the print is known to be off"},
    }


def _budget() -> dict[str, Schema]:
    return {**_figures("at most"), **_setting()}


def _figures(words: str) -> dict[str, Schema]:
    words += f", such as {FORMS}"
    return {name: {"type": ["string", "number"], "description": words} for name in FIGURES}


def _setting() -> dict[str, Schema]:
    """What a figure holds for."""
    return {
        "alpha": RATIO | {"description": "width multiplier", "default": 1},
        "rho": RATIO | {"description": "resolution multiplier", "default": 1},
        "resolution": _described(_plain(SIDE), "px of the longer side, instead of rho"),
        "variant": {"type": "string", "description": "the variant that it holds for"},
        "set": _described(_values(), "the knobs that it holds for"),
    }
