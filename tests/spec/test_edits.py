"""What `rewrite` makes of the text: comments in brackets, and what is of a variant alone."""

import pytest

import mnetcost

pytest.importorskip("ruamel.yaml")

HEAD = "input: {height: 12, width: 20, channels: 4}\n"


def test_a_comment_in_brackets_swallows_nothing() -> None:
    text = HEAD + "layers: [{conv: {out: 8,  # eight\n  kernel: [3, 5]}}, {conv: {out: 6}}]\n"
    found = mnetcost.load(text).rewrite("separable")
    written = "layers:\n  - separable: {out: 8, kernel: [3, 5]}\n  - conv: {out: 6}\n"
    assert found.text == HEAD + written


def test_a_variant_brings_its_source() -> None:
    text = (
        f"source: of all\n{HEAD}knobs: {{n: 8}}\nlayers:\n  - conv: {{out: $n, kernel: [3, 5]}}\n"
        "variants:\n  wide: {source: of the wide one, knobs: {n: 16}}\n"
    )
    found = mnetcost.load(text).configured("wide", {}).rewrite("separable")
    assert mnetcost.load(found.text).graph.source == "of the wide one"
    # 15·4 + 4·16 weights, at 12·20 places
    assert (found.after.params, found.after.mult_adds) == (124, 124 * 240)
