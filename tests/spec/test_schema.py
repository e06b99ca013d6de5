"""`mnetcost schema`: editors accept what mnetcost reads, and mark what it does not."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from paths import SPECS

from mnetcost.layers import LAYERS
from mnetcost.layers.fields import fields_of
from mnetcost.spec.schema import schema

jsonschema = pytest.importorskip("jsonschema")

SMALL: dict[str, Any] = {"input": {"height": 8, "width": 8, "channels": 3}}


@pytest.fixture(scope="module")
def validator() -> Any:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_specs_are_valid(path: Path, validator: Any) -> None:
    validator.validate(yaml.safe_load(path.read_text(encoding="utf-8")))


GOOD = [
    "softmax",
    "my_block",
    {"softmax": None},
    {"conv": {"out": 8, "kernel": [3, 5], "padding": "valid", "act": "relu"}},
    {"conv": {"out": "$here * 2", "when": "$in > 3", "name": "${id}/a", "from": "input"}},
    {"conv": {"expand": 6, "round": {"divisible": 8, "min": 16}}},
    {"my_block": {"anything": 1, "repeat": "ceil($depth * 2)"}},
    {"repeat": 2, "layers": ["relu", {"conv": {"out": 8}}]},
    {"conv": {"out": "scaled($out) - $in", "weights": {"from": "a", "norm": "own"}}},
    {"my_block": {"from": ["a", "b"], "weights": "c"}},
    {"branches": [{"repeat": "$n", "from": "a/${turn}", "layers": []}], "name": "side"},
    {"rows": "conv", "columns": ["out"], "first": ["stride"], "values": [[8], ["$w"]]},
    {"branches": [["relu"], [], {"layers": ["relu"], "training_only": True}], "merge": "add"},
]
BAD = [
    "not a layer",
    {"conv": {"outt": 8}},
    {"conv": {"out": 0}},
    {"conv": {"out": "eight"}},
    {"conv": {"out": 8, "act": "relu66"}},
    {"conv": {"out": 8}, "relu": None},
    {"separable": {"out": 8, "inner": {"biass": True}}},
    {"repeat": 2, "layer": ["relu"]},
    {"rows": "conv", "values": [8]},
    {"branches": [["relu"]], "merg": "add"},
    {"repeat": 2},
    {"conv": {"out": 8, "weights": {"norm": "own"}}},
    {"conv": {"out": 8, "weights": {"from": "a", "norm": "mine"}}},
    {"my_block": {"weights": ["a"]}},
]


@pytest.mark.parametrize("entry", GOOD, ids=str)
def test_forms_of_an_entry(entry: Any, validator: Any) -> None:
    assert validator.is_valid(SMALL | {"layers": [entry]})


@pytest.mark.parametrize("entry", BAD, ids=str)
def test_wrong_entries(entry: Any, validator: Any) -> None:
    assert not validator.is_valid(SMALL | {"layers": [entry]})


@pytest.mark.parametrize(
    "extra",
    [
        {"layerss": ["relu"]},
        {"width": {"rond": "floor"}},
        {"expect": [{"parms": "4.2M"}]},
        {"variants": {"a": {"knob": {}}}},
        {"blocks": {"a": {"takes": {}, "layer": ["relu"]}}},
        {"defaults": {"conv": {"ac": "relu"}}},
        {"mnetcost": 2},
    ],
    ids=str,
)
def test_misspelt_keys(extra: Any, validator: Any) -> None:
    assert validator.is_valid(SMALL | {"layers": ["relu"]})
    assert not validator.is_valid(SMALL | {"layers": ["relu"]} | extra)


def test_the_keys_are_those_that_the_reader_takes() -> None:
    from mnetcost.spec import builder, entries, expectations, reader, rounding, variants

    found = schema()
    forms = [set(form.get("properties", ())) for form in found["$defs"]["entry"]["anyOf"]]
    assert found["properties"].keys() == set(reader.TOP_KEYS)
    assert forms[2:] == [
        set(builder.REPEAT_KEYS),
        set(builder.ROWS_KEYS),
        set(builder.BRANCHES_KEYS),
    ]
    assert found["$defs"]["call"]["properties"].keys() == set(builder.CALL_KEYS)
    assert found["$defs"]["branch"]["anyOf"][1]["properties"].keys() == set(builder.BRANCH_KEYS)
    top = found["properties"]
    assert top["expect"]["items"]["properties"].keys() == set(expectations.EXPECT_KEYS)
    for budget in (top["budget"]["anyOf"][0], top["budget"]["anyOf"][1]["items"]):
        assert budget["properties"].keys() == set(expectations.BUDGET_KEYS)
    assert top["width"]["properties"].keys() == set(rounding.WIDTH_KEYS)
    variant = top["variants"]["additionalProperties"]["properties"]
    assert variant.keys() == set(variants.VARIANT_KEYS)
    for name, record in LAYERS.items():
        keys = found["$defs"][f"layer.{name}"]["properties"].keys()
        short = {key for key, meant in entries.SHORT.items() if meant in fields_of(record)}
        ruled = {"round"} if {"out", "squeeze"} & fields_of(record).keys() else set()
        like = {"like"} if ("like",) in entries.ways_of(name) else set()
        assert keys == {*fields_of(record), *entries.COMMON, *short, *ruled, *like}, name


def test_every_layer_and_key_has_a_hover_text() -> None:
    for name in LAYERS:
        layer = schema()["$defs"][f"layer.{name}"]
        assert layer["description"]
        assert all(key["description"] for key in layer["properties"].values())


def defaults(found: Any) -> dict[str, Any]:
    return {key: one["default"] for key, one in found["properties"].items() if "default" in one}


WINDOW = {"stride": 1, "padding": "same", "dilation": 1}
RIDERS = {"bias": False, "norm": "none", "act": "none", "called_as": "module"}


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ("conv", {"kernel": 1, **WINDOW, **RIDERS, "groups": 1, "scale": True}),
        ("depthwise", {"kernel": 3, **WINDOW, **RIDERS, "multiplier": 1}),
        ("separable", {"kernel": 3, **WINDOW, **RIDERS, "multiplier": 1, "scale": True}),
        ("dropout", {"rate": 0}),
        ("pad", {"top": 0, "bottom": 0, "left": 0, "right": 0}),
        ("batch_norm", {"affine": True, "act": "none", "called_as": "module"}),
        ("concat", {"axis": "channels"}),
        ("crop", {}),
    ],
)
def test_editors_show_the_defaults(layer: str, expected: dict[str, Any]) -> None:
    assert defaults(schema()["$defs"][f"layer.{layer}"]) == expected


def test_editors_show_the_defaults_beside_the_layers() -> None:
    top = schema()["properties"]
    assert defaults(top["input"]) == {"scale": False}
    assert defaults(top["width"]) == {"multiplier": 1}
    assert defaults(top["expect"]["items"]) == {"alpha": 1, "rho": 1, "printed": "rounded"}
    assert defaults(top["budget"]["anyOf"][0]) == {"alpha": 1, "rho": 1}


def bounded(key: str, value: Any) -> list[Any]:
    """Some entries that have this value under this key."""
    if key == "repeat":
        return [{"repeat": value, "layers": ["relu"]}, {"my_block": {"repeat": value}}]
    return [{"conv": {"out": 8, key: value}}] if key != "rate" else [{"dropout": {key: value}}]


@pytest.mark.parametrize(
    ("key", "right", "wrong"),
    [
        ("out", [1, 2**24, "$w"], [0, 2**24 + 1, "w", 1.5]),
        ("in", [1, 2**24, "$w"], [0, 2**24 + 1, "w"]),
        ("repeat", [0, 10_000, "$n"], [-1, 10_001, "n"]),
        ("kernel", [1, [3, 1], [1, "$k"]], [0, [0, 1], [3], [3, 1, 3], [], "k"]),
        ("padding", [0, "same", "valid", [0, 2], "$p"], ["full", -1, [1], [1, 2, 3], [-1, 0]]),
        ("rate", [0, 0.5, "1/4", "$r"], [1, -0.1, 1.5, "a/4", "1/b"]),
        ("bias", [True, False, "$b"], [1, "yes"]),
    ],
)
def test_bounds_of_values(key: str, right: list[Any], wrong: list[Any], validator: Any) -> None:
    for value in right:
        for entry in bounded(key, value):
            assert validator.is_valid(SMALL | {"layers": [entry]}), entry
    for value in wrong:
        for entry in bounded(key, value):
            assert not validator.is_valid(SMALL | {"layers": [entry]}), entry


@pytest.mark.parametrize(
    ("sides", "valid"),
    [((1, 1), True), ((65_536, 1), True), ((1, 65_537), False), ((0, 8), False)],
)
def test_sides_of_the_input(sides: tuple[int, int], valid: bool, validator: Any) -> None:
    size = dict(zip(("height", "width"), sides), channels=3)
    assert validator.is_valid({"input": size, "layers": ["relu"]}) == valid


@pytest.mark.parametrize("missing", ["input", "layers", "height", "channels"])
def test_what_must_be_there(missing: str, validator: Any) -> None:
    spec = {"input": {"height": 8, "width": 6, "channels": 3}, "layers": ["relu"]}
    assert validator.is_valid(spec)
    for place in (spec, spec["input"]):
        if missing in place:
            del place[missing]  # type: ignore[attr-defined]
            break
    assert not validator.is_valid(spec)


@pytest.mark.parametrize("layers", [[], [{}], [{"relu": None, "softmax": None}], [None]])
def test_lists_without_a_layer_an_entry(layers: list[Any], validator: Any) -> None:
    assert not validator.is_valid(SMALL | {"layers": layers})


def test_a_record_may_be_left_empty_where_nothing_is_required(validator: Any) -> None:
    assert validator.is_valid(SMALL | {"layers": [{"my_block": None}], "width": None})
    assert not validator.is_valid(SMALL | {"layers": ["relu"], "input": None})


@pytest.mark.parametrize("layer", ["conv", "squeeze_excitation", "relu"])
def test_a_rule_of_its_own_is_for_layers_that_write_a_width(layer: str, validator: Any) -> None:
    entry = {layer: {"round": {"divisible": 8, "min": 16}}}
    assert validator.is_valid(SMALL | {"layers": [entry]}) == (layer != "relu")


@pytest.mark.parametrize("layer", ["resize", "crop", "pad", "reshape", "relu"])
def test_sides_like_those_of_another(layer: str, validator: Any) -> None:
    assert validator.is_valid(SMALL | {"layers": [{layer: {"like": "stem"}}]}) == (
        layer in ("resize", "crop", "pad")
    )


@pytest.mark.parametrize(
    ("entry", "good"),
    [
        ({"resize": {"scale": "1/2"}}, True),
        ({"resize": {"scale": [0.5, "$r"]}}, True),
        ({"crop": {"scale": "7/8"}}, True),
        ({"reshape": {"height": "rest", "width": 1, "channels": 8}}, True),
        ({"resize": {"scale": 0}}, False),
        ({"resize": {"scale": "half"}}, False),
        ({"resize": {"height": "rest"}}, False),
    ],
)
def test_sides_that_follow(entry: dict[str, Any], good: bool, validator: Any) -> None:
    assert validator.is_valid(SMALL | {"layers": [entry]}) == good
