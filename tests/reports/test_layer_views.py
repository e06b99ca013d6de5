"""`table --view fields` and `--view channels`: as tables, and for programs only when asked for."""

import json

import pytest
from commands import printed

import mnetcost
from mnetcost import cli
from mnetcost.render.layout import report_lines
from mnetcost.reports.choices import Shown
from mnetcost.reports.table import table_report

VIEWS = ("fields", "channels")


def lines(name, view, width):
    report = table_report(mnetcost.load(name).cost(), Shown(view))
    return ["".join(text for text, _ in line) for line in report_lines(report, width)]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["vgg16", "resnet50", "mobilenet_v1", "vit_b_16"])
def test_a_view_fits_into_eighty_columns(name, view):
    table, *_ = "\n".join(lines(name, view, 80)).split("\n\nSource")
    assert max(map(len, table.split("\n"))) <= 80


def test_vgg_sees_212_px_at_a_stride_of_32():
    document = json.loads(printed("table", "vgg16", "--view", "fields", "--format", "json"))
    by_name = {one["name"]: one["receptive_field"] for one in document["layers"]}
    assert by_name["stage_5/max_pool_1"] == {
        "size": [212, 212],
        "windows": [212, 212],
        "jump": ["32", "32"],
        "offset": [-90, -90],
        "whole": [False, False],
        "apart": [False, False],
        "unknown": "",
    }
    assert "channels" not in document["layers"][0]


def test_a_row_a_kind_of_channels():
    document = json.loads(
        printed("table", "mobilenet_v1", "--view", "channels", "--format", "json")
    )
    (kind,) = document["layers"][0]["channels"]
    group = document["channel_groups"][kind["group"]]
    assert (kind["number"], kind["together"], group["fixed"]) == (32, 1, "")
    assert (kind["own"]["params"], group["saved"]["params"]) == (27, 27 + 9 + 64)
    assert group["layers"] == ["conv_1", "separable_1/depthwise"]
    assert group["readers"] == ["separable_1/pointwise"]
    assert document["layers"][1]["channels"][0]["group"] == kind["group"]
    assert document["layers"][-1]["channels"] == []  # the softmax costs nothing


SEEN = [
    ("attention: {heads: 1, patch: [2, 3]}", "patches"),
    ("attention: {heads: 1, patch: [2, 1]}", "all columns, patches of rows"),
    ("attention: {heads: 1, patch: [1, 3]}", "all rows, patches of columns"),
    ("attention: {heads: 1, window: [4, 3], shift: 1}", ""),
    ("attention: {heads: 1}", "all"),
    ("adaptive_avg_pool: {size: [1, 9]}", "all rows"),
]


@pytest.mark.parametrize(("layer", "sees"), SEEN)
def test_the_last_column_says_what_is_seen_beside_windows(layer, sees):
    cost = mnetcost.load(f"input: {{height: 8, width: 9, channels: 4}}\nlayers: [{layer}]").cost()
    (row,) = table_report(cost, Shown("fields")).tables[0].rows
    assert row[-1] == sees


@pytest.mark.parametrize("options", [(), ("--view", "types"), ("--operations",)])
def test_other_views_do_without(options):
    document = json.loads(printed("table", "mobilenet_v1", "--format", "json", *options))
    assert not {"receptive_field", "channels"} & document["layers"][0].keys()
    assert "channel_groups" not in document


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    "more",
    [
        ("--depth", "1"),
        ("--sort", "params"),
        ("--top", "3"),
        ("--columns", "name"),
        ("--operations",),
        ("--all",),
        ("--fold",),
        ("--convention", "fvcore"),
        ("--batch", "2"),
        ("--pass", "training"),
    ],
)
def test_what_a_view_does_not_follow_is_refused(view, more, capsys):
    assert cli.run(["table", "--view", view, *more]) == 2
    assert f"--view {view} shows every layer's own" in capsys.readouterr().err


@pytest.mark.parametrize("format_", ["markdown", "latex", "html", "csv"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_format_writes_a_view(view, format_):
    assert printed("table", "vit_b_16", "--view", view, "--alpha", "1", "--format", format_)


def test_a_field_follows_the_input_where_all_is_seen():
    """Pools pass over the last of 25 rows, whose px the convolutions before them see elsewhere."""
    *_, last = mnetcost.load("vgg16").cost(input="200x300", alpha="1/2").receptive_fields()
    assert (last.size, last.whole) == ((200, 300), (True, True))
