"""What `table` says beside its numbers."""

import re
from pathlib import Path

import pytest
from commands import printed, run
from documents import document
from networks import INPUT, chain

import mnetcost
from mnetcost.reports.measures import measures
from mnetcost.reports.table import types_table


def test_published_figures_stand_under_the_table():
    text = f"{INPUT}layers: [relu]\nexpect:\n  - {{params: 3M, source: a paper}}\n"
    cost = mnetcost.load(text).cost()
    assert "params 3M (a paper): does NOT agree" in cost._repr_html_()
    assert "does NOT" not in mnetcost.load("mobilenet_v1").cost(alpha=0.75)._repr_html_()
    assert "325M" in mnetcost.load("mobilenet_v1").cost(alpha=0.75)._repr_html_()
    assert "Published" not in mnetcost.load("mobilenet_v1").cost(alpha=0.33)._repr_html_()


def test_types_and_layers_add_up_under_a_convention_and_a_pass() -> None:
    trained = document("table", "mobilenet_v1", "--pass", "training")
    for key in ("forward", "input_gradient", "weight_gradient"):
        for group in ("layers", "types"):
            assert (
                sum(one["passes"][key] for one in trained[group])
                == trained["totals"]["passes"][key]
            )
    apart = document("table", "mobilenet_v1", "--operations")
    for key, total in apart["totals"]["operations"].items():
        for group in ("layers", "types"):
            assert sum(one["operations"][key] for one in apart[group]) == total


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "a mult-add is one multiply-accumulate (MAC)"),
        (("--convention", "flops"), "two FLOPs, a multiplication and an addition"),
        (("--pass", "training"), "a mult-add is one multiply-accumulate (MAC)"),
        (
            ("--pass", "training", "--convention", "flops"),
            "two FLOPs, a multiplication and an addition",
        ),
        (("--operations",), "a mult-add is one multiply-accumulate (MAC)"),
    ],
)
def test_a_screen_says_once_what_one_is(options: tuple[str, ...], words: str) -> None:
    ran = run("table", "mobilenet_v1", *options)
    assert ran.out.count(words) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--batch", "2"), "Batch: 2 images; parameters are those of one network\n"),
        (("--batch", "1200"), "Batch: 1,200 images"),
        (("--pass", "backward"), "Pass: backward: multiply-accumulates of gradients of inputs"),
        (("--pass", "training"), "Pass: training: multiply-accumulates of forward, and"),
    ],
)
def test_what_is_counted_is_said_where_it_is_not_one_image_forward(
    options: tuple[str, ...], words: str
) -> None:
    assert words in printed("table", "mobilenet_v1_layer", *options)
    plain = printed("table", "mobilenet_v1_layer", "--batch", "1", "--pass", "forward")
    assert "Batch" not in plain
    assert "Pass:" not in plain


@pytest.mark.parametrize(
    ("convention", "words"),
    [
        # four operations for each of 2 · 3 · 108 normalised values; 5 · 6 · 3 means
        ("thop", "2,592 multiply-accumulates: batch_norm +2,592, avg_pool +90"),
        ("flops", "2,592 multiply-accumulates: multiply-adds +2,592"),
        ("macs", "2,592 multiply-accumulates: equal"),
    ],
)
def test_what_a_convention_counts_more_is_said(convention: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: {height: 9, width: 12, channels: 8}\nlayers:\n  - conv: {out: 3, norm: batch}\n"
        "  - batch_norm\n  - avg_pool: {kernel: [3, 1], stride: 2}\n",
        encoding="utf-8",
    )
    assert f"Against: {words}\n" in printed("table", str(path), "--convention", convention)


def test_types_are_called_as_in_the_papers_table_2(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: {height: 9, width: 12, channels: 8}\nlayers:\n"
        "  - conv: {out: 6, kernel: [1, 5]}\n  - conv: {out: 6, kernel: [3, 1]}\n"
        "  - separable: {out: 4, kernel: [3, 5]}\n  - flatten\n  - dense: {out: 5}\n",
        encoding="utf-8",
    )

    def names_of(*options: str) -> dict[str, str]:
        text = printed("table", str(path), "--view", "types", *options)
        rows = [re.split(r"  +", row) for row in text.split("\n")]
        return {row[0]: row[1] for row in rows if len(row) > 1}

    assert names_of()["depthwise"] == "3×5"  # another paper's
    path.write_text(f"source: arXiv:1704.04861\n{path.read_text()}", encoding="utf-8")
    names = names_of("--all")
    assert names["conv"] == "Conv 1×5, 3×1"
    assert names["depthwise"] == "Conv DW 3×5"
    assert names["pointwise"] == "Conv 1×1"
    assert names["dense"] == "Fully Connected"
    assert names["flatten"] == "0"  # no name there, and no weights
    assert "flatten" not in names_of()  # which costs nothing


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("round: floor", "floor (rounded down)"),
        ("round: floor, min: 8", "floor, min 8 (rounded down, at least 8)"),
        ("round: nearest, min: 3", "nearest, min 3 ("),
        ("divisible: 8", "divisible 8 ("),
        ("round: floor, multiplier: 1.4", "floor, multiplier 1.4 ("),
    ],
)
def test_the_rule_of_widths_is_said(rule: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        f"input: {{height: 9, width: 12, channels: 8}}\nwidth: {{{rule}}}\n"
        "layers:\n  - conv: {out: 10}\n",
        encoding="utf-8",
    )
    assert f"Width: rounding: {words}" in printed("table", str(path), "--alpha", "2")


def test_types_tell_grouped_kernels_from_others() -> None:
    layers = ["conv: {out: 6, kernel: [1, 3]}", "pointwise: {out: 4, groups: 2}"]
    layers += ["conv: {out: 4, kernel: [1, 3], group_width: 2}", "pointwise: {out: 8}"]
    layers += ["depthwise: {kernel: [5, 3]}", "conv: {out: 4}"]
    cost = chain(*layers).cost()
    assert {row[0]: row[1] for row in types_table(cost, measures(cost)).rows} == {
        "conv": "1×3, grouped 1×1, grouped 1×3",
        "pointwise": "1×1",
        "depthwise": "5×3",
    }
