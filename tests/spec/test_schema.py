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
    from mnetcost.spec import builder, expectations, reader, records, rounding, variants

    found = schema()
    entries = [set(form.get("properties", ())) for form in found["$defs"]["entry"]["anyOf"]]
    assert found["properties"].keys() == set(reader.TOP_KEYS)
    assert entries[2:] == [
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
        short = {key for key, meant in records.SHORT.items() if meant in fields_of(record)}
        ruled = {"round"} if {"out", "squeeze"} & fields_of(record).keys() else set()
        like = records.LIKE.get(name, ())
        assert keys == {*fields_of(record), *records.COMMON, *short, *ruled, *like}, name


def test_every_layer_and_key_has_a_hover_text() -> None:
    for name in LAYERS:
        layer = schema()["$defs"][f"layer.{name}"]
        assert layer["description"]
        assert all(key["description"] for key in layer["properties"].values())
