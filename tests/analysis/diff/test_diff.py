"""`mnetcost diff`: hand-counted changes, published totals, and what holds for any two networks."""

from collections import Counter
from itertools import permutations
from typing import Any

import pytest
from changes import AFTER, BEFORE, HEAD, net
from hypothesis import given, settings
from hypothesis import strategies as st

import mnetcost
from mnetcost import Diff
from mnetcost.printed import Printed
from mnetcost.reports.diff import diff_report


def rows(found: Diff) -> list[tuple[str, int, int, list[tuple[str, str, str]]]]:
    return [
        (change.kind, change.params, change.mult_adds, [tuple(one) for one in change.differences])
        for change in found.changes
    ]


def kinds(found: Diff) -> dict[str, int]:
    return dict(Counter(change.kind for change in found.changes))


def test_a_layer_put_in_and_one_made_wider() -> None:
    found = mnetcost.diff(net(BEFORE), net(AFTER))
    assert rows(found) == [
        ("same", 0, 0, []),
        ("added", 36, 1728, []),
        ("same", 0, 0, []),
        ("changed", 8, 384, [("output", "8×6×8", "8×6×10")]),
    ]
    assert (found.params, found.mult_adds, found.same) == (44, 2112, False)


@pytest.mark.parametrize(
    ("before", "after", "differences"),
    [
        ("conv: {out: 3, kernel: [3, 1]}", "conv: {out: 3, kernel: [1, 5]}",
         [("kernel", "3×1", "1×5")]),
        ("conv: {out: 3, kernel: 3}", "conv: {out: 3, kernel: 3, groups: 3}",
         [("type", "conv", "depthwise"), ("groups", "1", "3")]),
        ("conv: {out: 3, kernel: 3}", "conv: {out: 3, kernel: 3, stride: [2, 1], dilation: 2}",
         [("stride", "1×1", "2×1"), ("dilation", "1×1", "2×2"), ("output", "8×6×3", "4×6×3")]),
        ("conv: {out: 3, kernel: 3}", "conv: {out: 3, kernel: 3, padding: [1, 0], bias: true}",
         [("padding", "same", "1×0"), ("bias", "false", "true"), ("output", "8×6×3", "8×4×3")]),
        ("conv: {out: 3, norm: batch}", "conv: {out: 3, act: relu}",
         [("norm", "batch", "none"), ("act", "none", "relu")]),
        ("max_pool: {kernel: 2}", "max_pool: {kernel: 2, stride: 1}",
         [("stride", "none", "1×1"), ("output", "4×3×3", "8×6×3")]),
        ("dropout: {rate: 0.5}", "dropout: {rate: 0.25}", [("rate", "0.5", "0.25")]),
    ],
)  # fmt: skip
def test_what_changed(before: str, after: str, differences: list[tuple[str, str, str]]) -> None:
    (change,) = mnetcost.diff(net([before]), net([after])).changes
    assert (change.kind, [tuple(one) for one in change.differences]) == ("changed", differences)


def test_layers_of_two_families_are_no_pair() -> None:
    found = mnetcost.diff(net(["relu"]), net(["max_pool: {kernel: 2}"]))
    assert kinds(found) == {"removed": 1, "added": 1}
    assert [change.kind for change in found.changes] == ["removed", "added"]


def test_what_a_layer_reads() -> None:
    ends = ["conv: {out: 3, name: a}", "conv: {out: 3, name: b}"]
    found = mnetcost.diff(
        net([*ends, "add: {from: [a, b]}"]), net([*ends, "add: {from: [input, b]}"])
    )
    assert rows(found)[-1] == ("changed", 0, 0, [("reads", "a, b", "input, b")])


def test_shared_weights_are_a_change() -> None:
    layers = ["conv: {out: 3, kernel: 3, name: a}", "conv: {out: 3, kernel: 3}"]
    shared = [layers[0], "conv: {out: 3, kernel: 3, weights: a}"]
    found = mnetcost.diff(net(layers), net(shared))
    assert rows(found)[-1] == ("changed", -81, 0, [("shares weights", "false", "true")])


# --- the shipped networks, against published figures and hand counts


def test_training_only_is_a_change() -> None:
    text = HEAD + (
        "  - branches:\n      - [conv: {out: 4}]\n"
        "      - {training_only: %s, layers: [conv: {out: 4}]}\n    merge: add\n"
    )
    found = mnetcost.diff(*(mnetcost.load(text % word) for word in ("true", "false")))
    assert rows(found)[1][3] == [("training only", "true", "false")]


def test_mobilenet_against_full_convolutions() -> None:
    found = mnetcost.diff("mobilenet_v1", "mobilenet_v1_full")
    # 13 pairs, each now one convolution; the first convolution and what follows the last stay
    assert kinds(found) == {"changed": 13, "removed": 13, "same": 4}
    assert found.mult_adds == 4_867_293_184 - 568_740_352
    assert Printed.read("29.3M").agrees(4_209_088 + found.params)  # Howard et al. 2017, Table 4
    first = found.changes[1]
    assert first.before is not None
    assert first.after is not None
    assert (first.before.name, first.after.name) == ("separable_1/depthwise", "conv_2")
    assert (first.params, first.mult_adds) == (9 * 32 * 64 - 9 * 32, 9 * 32 * 63 * 112**2)


def test_resnet_34_has_eight_blocks_more() -> None:
    found = mnetcost.diff("resnet18", "resnet34")
    assert kinds(found) == {"same": 39, "added": 32}
    # two 3×3 convolutions a block: 1, 2, 4 and 1 blocks of 64, 128, 256 and 512 channels
    assert found.params == 18 * (64**2 + 2 * 128**2 + 4 * 256**2 + 512**2)
    assert found.mult_adds == 16 * 9 * 64**2 * 56**2
    blocks = {change.after.name.split("/")[0] for change in found.changes if change.kind == "added"}
    assert len(blocks) == 8


def test_one_spec_at_two_settings() -> None:
    found = mnetcost.diff("mobilenet_v1@alpha=0.75", "mobilenet_v1@rho=5/7")
    assert found.names == ("mobilenet_v1@alpha=0.75", "mobilenet_v1@rho=5/7")
    assert kinds(found) == {"changed": 29, "same": 1}  # the softmax of 1,000 classes
    assert all(change.before.name == change.after.name for change in found.changes)
    assert found.params == 4_209_088 - 2_568_144
    assert found.mult_adds == 290_675_200 - 325_400_448


def test_written_widths_align_a_thinner_network_of_its_own_file() -> None:
    """At α = 0.5 1,024 channels are 512, as others were: names tell them apart."""
    text = cli_text("mobilenet_v1")
    thin = text
    for width in (32, 64, 128, 256, 512, 1024):
        thin = thin.replace(f"out: {width}}}", f"out: {width // 2}}}")
        thin = thin.replace(f"out: {width},", f"out: {width // 2},")
    found = mnetcost.diff(text, thin)
    assert kinds(found) == {"changed": 29, "same": 1}
    assert found.after.mult_adds == 149_497_088


def cli_text(name: str) -> str:
    return mnetcost.load(name).graph.origin.text


NAMES = ("mobilenet_v1", "mobilenet_v2", "resnet18", "densenet121", "vit_b_16", "googlenet")


@pytest.mark.parametrize("name", NAMES)
def test_a_network_is_itself(name: str) -> None:
    found = mnetcost.diff(name, name)
    assert found.same
    assert (found.params, found.mult_adds) == (0, 0)
    assert not any(change.differences for change in found.changes)


def mirrored(found: Diff) -> Counter[Any]:
    return Counter(
        (change.before and change.before.name, change.after and change.after.name, change.kind)
        for change in found.changes
    )


def check(found: Diff, back: Diff) -> None:
    """What holds for any two networks."""
    for count, side in ((found.before, "before"), (found.after, "after")):
        layers = [getattr(change, side) for change in found.changes if getattr(change, side)]
        assert layers == list(count.layers)  # each once, in order
    assert sum(change.params for change in found.changes) == found.params
    assert sum(change.mult_adds for change in found.changes) == found.mult_adds
    assert found.params == found.after.params - found.before.params == -back.params
    opposite = {"added": "removed", "removed": "added"}
    assert mirrored(found) == Counter(
        {(b, a, opposite.get(kind, kind)): n for (a, b, kind), n in mirrored(back).items()}
    )
    for report in (diff_report(found), diff_report(found, every=True)):
        (table,) = report.tables
        totals = dict(zip((one.key for one in table.columns), table.totals() or ()))
        assert totals["params_before"] == found.before.params
        assert totals["mult_adds_after"] == found.after.mult_adds
        assert totals["mult_adds_change"] == found.mult_adds


@pytest.mark.parametrize(("one", "other"), list(permutations(NAMES, 2)))
def test_any_two_shipped_networks(one: str, other: str) -> None:
    check(mnetcost.diff(one, other), mnetcost.diff(other, one))


LAYERS = st.sampled_from(
    [
        *("conv: {out: 4, kernel: [3, 1]}", "conv: {out: 8}", "conv: {out: 4, kernel: 3}"),
        *("relu", "depthwise", "separable: {out: 6}", "max_pool: {kernel: [1, 3], stride: 1}"),
    ]
)
lists = st.lists(LAYERS, min_size=1, max_size=12)


@settings(max_examples=60)
@given(lists, lists)
def test_any_two_networks(one: list[str], other: list[str]) -> None:
    nets = net(one), net(other)
    check(mnetcost.diff(*nets), mnetcost.diff(*reversed(nets)))
    assert mnetcost.diff(nets[0], nets[0]).same


@settings(max_examples=60)
@given(lists, st.data())
def test_what_is_put_in_is_all_that_changed(layers: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(layers)))
    longer = [*layers[:place], "relu6", *layers[place:]]
    assert kinds(mnetcost.diff(net(layers), net(longer))) == {"same": net_size(layers), "added": 1}


def test_what_a_layer_is_counts_for_more_than_its_name() -> None:
    kernels = ["[3, 1]", "[1, 5]", "[7, 3]", "5"]
    layers = [f"conv: {{out: 3, kernel: {kernel}}}" for kernel in kernels]
    found = mnetcost.diff(net(layers), net(["conv: {out: 3, kernel: [9, 1]}", *layers]))
    assert kinds(found) == {"added": 1, "same": 4}


def test_two_layers_put_into_a_long_network() -> None:
    """All names between them change, and the gap would be too large to try every pairing."""
    layers = [f"conv: {{out: {width}}}" for width in range(1, 401)]
    longer = ["conv: {out: 3, kernel: 3}", *layers, "conv: {out: 7, kernel: 3}"]
    found = mnetcost.diff(net([*layers, "relu"]), net([*longer, "relu"]))
    # the relu alone reads another width: 7 for 400
    assert kinds(found) == {"added": 2, "same": 400, "changed": 1}


def net_size(layers: list[str]) -> int:
    return len(net(layers).graph.nodes)


def test_a_gradient_alone_is_a_change() -> None:
    frozen, learned = ["relu", "conv: {out: 3}"], ["relu", "prelu", "conv: {out: 3}"]
    found = mnetcost.diff(net(frozen), net(learned), pass_="backward")
    assert [change.kind for change in found.changes] == ["same", "added", "changed"]
    assert found.changes[-1].differences == ()
    assert found.mult_adds == 9 * 48


def test_a_cost_keeps_its_setting() -> None:
    cost = mnetcost.load("mobilenet_v1").cost(0.75, "6/7")
    found = mnetcost.diff(cost, mnetcost.load("mobilenet_v1").cost(input="160x96"))
    assert found.names == ("MobileNet v1@alpha=0.75,rho=6/7", "MobileNet v1@input=160x96")
    assert found.before.mult_adds == 239_273_472
