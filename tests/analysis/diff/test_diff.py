"""`mnetcost diff`: hand-counted changes, published totals, and what holds for any two networks."""

import csv
import io
import json
from collections import Counter
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mnetcost
from mnetcost import Diff, cli
from mnetcost.analysis import alignment
from mnetcost.analysis.alignment import align, common
from mnetcost.printed import Printed
from mnetcost.render import renderer
from mnetcost.reports.diff import diff_report

HEAD = "input: {height: 8, width: 6, channels: 3}\nwidth: {round: nearest}\nlayers:\n"
# The stem has 3·1·3·4 = 36 weights, used 8·6 = 48 times: 1,728 mult-adds.
STEM = "conv: {out: 4, kernel: [3, 1]}"
BEFORE = [STEM, "relu", "conv: {out: 8}"]  # 4·8 = 32 weights, 1,536 mult-adds
# 9·4 = 36 weights, 1,728 mult-adds; 4·10 = 40 weights, 1,920 mult-adds
AFTER = [STEM, "depthwise", "relu", "conv: {out: 10}"]


def net(layers: list[str]) -> mnetcost.Network:
    return mnetcost.load(HEAD + "".join(f"  - {layer}\n" for layer in layers))


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


@settings(max_examples=60, deadline=None)
@given(lists, lists)
def test_any_two_networks(one: list[str], other: list[str]) -> None:
    nets = net(one), net(other)
    check(mnetcost.diff(*nets), mnetcost.diff(*reversed(nets)))
    assert mnetcost.diff(nets[0], nets[0]).same


@settings(max_examples=60, deadline=None)
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


# --- the alignment

words = st.lists(st.sampled_from("abc"), max_size=9)


def longest(one: list[str], other: list[str]) -> int:
    """The length of a longest common subsequence, by trying."""
    if not one or not other:
        return 0
    if one[0] == other[0]:
        return 1 + longest(one[1:], other[1:])
    return max(longest(one[1:], other), longest(one, other[1:]))


@given(words, words)
def test_a_longest_common_subsequence(one: list[str], other: list[str]) -> None:
    found = common(one, other)
    assert len(found) == longest(one, other)
    assert all(one[a] == other[b] for a, b in found)
    assert found == sorted(found)
    assert all(a < c and b < d for (a, b), (c, d) in pairwise(found))


@given(words, words, st.sampled_from([0, 2**20]), st.sampled_from([0, 2**16]))
def test_every_place_once(one: list[str], other: list[str], pairs: int, cells: int) -> None:
    """Within the bounds and beyond them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "MAX_PAIRS", pairs)
        patch.setattr(alignment, "MAX_CELLS", cells)
        found = align(one, other, lambda a, b: int(abs(ord(one[a]) - ord(other[b])) < 2))
    assert [a for a, _ in found if a is not None] == list(range(len(one)))
    assert [b for _, b in found if b is not None] == list(range(len(other)))


def test_a_gap_is_paired_by_the_greatest_likeness_in_all() -> None:
    likeness = {(0, 1): 3, (1, 0): 3, (1, 1): 2, (0, 0): 2}
    found = align("ab", "xy", lambda a, b: likeness[a, b])
    assert found == [(0, 0), (1, 1)]  # 4 together, where the likeliest pair alone has 3


# --- the command


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = cli.run(["diff", *words])
    return code, capsys.readouterr().out


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, layers in (("a", BEFORE), ("b", AFTER)):
        text = HEAD + "".join(f"  - {layer}\n" for layer in layers)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["mobilenet_v1", "mobilenet_v2"], 0),
        (["mobilenet_v1", "mobilenet_v2", "--exit-code"], 1),
        (["mobilenet_v1", "mobilenet_v1", "--exit-code"], 0),
        (["mobilenet_v1", "mobilenet_v1@rho=6/7", "--exit-code"], 1),
        (["mobilenet_v1", "no_such", "--exit-code"], 1),
        (["mobilenet_v1", "mobilenet_v1@alpha=x", "--exit-code"], 2),
        (["mobilenet_v1"], 2),
    ],
)
def test_exit_codes(words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    found, out = run(capsys, *words)
    assert found == code
    assert bool(out) == ("no_such" not in words and code != 2)


def test_signs_and_folding(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(capsys, *files)
    signs = [line[:1] for line in out.split("\n")[6:10]]
    assert signs == [" ", "+", " ", "~"]
    assert "unchanged)" not in out  # one alone keeps its name
    _, out = run(capsys, files[0], files[0])
    assert "(3 unchanged)" in out
    _, out = run(capsys, files[0], files[0], "--all")
    assert "unchanged)" not in out
    assert "relu_1" in out


def test_the_document(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(capsys, *files, "--format", "json")
    found = json.loads(out)
    assert found["before"]["target"] == files[0]
    assert found["after"]["totals"]["params"] == 36 + 36 + 40
    assert (found["same"], found["change"]) == (False, {"params": 44, "mult_adds": 2112})
    stem, added, _, wider = found["layers"]
    assert stem["change"] == "same"
    assert (added["change"], added["before"], added["params_change"]) == ("added", None, 36)
    assert added["after"]["name"] == "depthwise_1"
    assert wider["differences"] == [{"what": "output", "before": "8×6×8", "after": "8×6×10"}]
    assert wider["mult_adds_change"] == 384


def test_csv_has_every_layer(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(capsys, *files, "--format", "csv")
    found = list(csv.DictReader(io.StringIO(out)))
    assert [row["change"] for row in found] == ["same", "added", "same", "changed"]
    assert [int(row["mult_adds_change"]) for row in found] == [0, 1728, 0, 384]


def test_another_convention_and_pass(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(capsys, *files, "--format", "json", "--convention", "flops", "--batch", "2")
    found = json.loads(out)
    sides = [found[side]["totals"]["count"]["value"] for side in ("before", "after")]
    assert sides == [4 * (1728 + 1536), 4 * (1728 + 1728 + 1920)]
    back = mnetcost.diff(*files, pass_="backward")
    assert back.before.mult_adds == 1728 + 2 * 1536  # the image has no gradient
    assert back.changes[0].kind == "same"


def test_a_gradient_alone_is_a_change() -> None:
    frozen, learned = ["relu", "conv: {out: 3}"], ["relu", "prelu", "conv: {out: 3}"]
    found = mnetcost.diff(net(frozen), net(learned), pass_="backward")
    assert [change.kind for change in found.changes] == ["same", "added", "changed"]
    assert found.changes[-1].differences == ()
    assert found.mult_adds == 9 * 48


def test_options_hold_for_what_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["mobilenet_v1", "mobilenet_v1@alpha=1", "--alpha", "0.5", "--resolution", "160"]
    _, out = run(capsys, *words, "--format", "json")
    found = json.loads(out)
    assert found["before"]["totals"]["mult_adds"] == 76_524_800
    assert found["after"]["totals"]["mult_adds"] == 290_675_200


@pytest.mark.parametrize("format_", ["rich", "markdown", "latex", "html"])
def test_the_library_shows_it(format_: str) -> None:
    found = mnetcost.diff(net(BEFORE).cost(), net(AFTER))
    assert "+2,112" in repr(found)
    assert "+2,112" in found._repr_html_()
    assert "+2,112" in renderer(format_)(diff_report(found))


def test_a_cost_keeps_its_setting() -> None:
    cost = mnetcost.load("mobilenet_v1").cost(0.75, "6/7")
    found = mnetcost.diff(cost, mnetcost.load("mobilenet_v1").cost(input="160x96"))
    assert found.names == ("MobileNet v1@alpha=0.75,rho=6/7", "MobileNet v1@input=160x96")
    assert found.before.mult_adds == 239_273_472
