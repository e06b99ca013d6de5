"""An operation that the language has no layer for: exact on its own maps, refused on others."""

import json

import pytest
from commands import run
from networks import codes, small

import mnetcost

UNFOLD = (
    "opaque: {name: unfold, of: [14, 10, 16], height: 7, width: 5, channels: 32, "
    "kernel_weights: 576, biases: 7, other: 12, mult_adds: 1000, products: 2000}"
)


def network(*layers):
    """The network of these layers on a 14×10×3 input, its widths rounded to the nearest."""
    head = "input: {height: 14, width: 10, channels: 3}\nwidth: {round: nearest}\nlayers:\n"
    return mnetcost.load(head + "".join(f"  - {one}\n" for one in layers))


FOLLOWS = network("conv: {out: 16, kernel: [3, 5]}", UNFOLD, "pointwise: {out: 8}")
KEPT = network("conv: {out: 16, kernel: [3, 5], scale: false}", UNFOLD, "pointwise: {out: 8}")
POOLED = network(
    "conv: {out: 6, kernel: [3, 5]}",
    "global_avg_pool",
    "conv: {out: 4, scale: false}",
    "opaque: {of: [1, 1, 4], channels: 9, kernel_weights: 36, mult_adds: 36}",
    "dense: {out: 5}",
)


def test_its_numbers_are_those_that_are_written():
    _, unfold, pointwise = FOLLOWS.cost().layers
    assert (unfold.input, unfold.output) == ((14, 10, 16), (7, 5, 32))
    assert unfold.parameters == (576, 7, 0, 0, 12)
    assert unfold.work == {"multiply_accumulate": 1_000, "attention_product": 2_000}
    assert (unfold.type, unfold.params, unfold.mult_adds) == ("opaque", 576, 3_000)
    assert (pointwise.params, pointwise.mult_adds) == (32 * 8, 32 * 8 * 35)
    # 3·5·3·16 weights on 140 positions
    assert FOLLOWS.cost().params == 720 + 576 + 256
    assert FOLLOWS.cost(batch=3).mult_adds == 3 * (720 * 140 + 3_000 + 8_960)


OUTPUTS = [
    ("", (6, 9, 4)),
    (", height: 3", (3, 9, 4)),
    (", width: 11", (6, 11, 4)),
    (", channels: 1", (6, 9, 1)),
    (", height: 1, width: 2, channels: 70", (1, 2, 70)),
]


@pytest.mark.parametrize(("keys", "output"), OUTPUTS)
def test_what_is_not_written_of_its_output_is_its_first_inputs(keys, output):
    layers = f"  - conv: {{name: b, out: 5, stride: 2}}\n  - opaque: {{of: [6, 9, 4, 3, 5, 5]{keys}"
    cost = small(layers + ", from: [input, b]}", 6, 9, 4).cost()
    assert cost.layers[-1].output == output
    assert (cost.params, cost.mult_adds) == (20, 20 * 15)  # of the convolution alone


def test_a_number_may_be_as_large_as_an_int64_and_sums_larger():
    most = 2**63 - 1
    keys = f"of: [6, 9, 4], kernel_weights: {most}, mult_adds: {most}, products: {most}"
    net = small(f"  - opaque: {{{keys}}}\n  - opaque: {{{keys}}}", 6, 9, 4)
    assert (net.cost().params, net.cost().mult_adds) == (2 * most, 4 * most)
    grid = mnetcost.sweep(net, "1,1/2", "1")
    assert (grid.params.tolist(), grid.mult_adds.tolist()) == ([[2 * most]] * 2, [[4 * most]] * 2)


# --- other maps


def test_another_map_is_refused_by_name():
    for setting, words in (
        ({"alpha": "1/2"}, r"unfold at α = 0.5, .* of a 14×10×16 map, and 14×10×8 comes in"),
        ({"rho": "1/2"}, r"unfold at α = 1, ρ = 0.5 .* of a 14×10×16 map, and 7×5×16 comes in"),
        ({"input": (10, 14)}, r"unfold .* of a 14×10×16 map, and 10×14×16 comes in"),
    ):
        with pytest.raises(mnetcost.SpecError, match=words) as caught:
            FOLLOWS.cost(**setting)
        assert codes(caught) == ["opaque"]
        assert caught.value.problems[0].mark.line == 5


def test_a_width_that_rounds_to_its_own_is_its_own():
    # 16 · 31/32 = 15.5, which rounds to 16; 3·5·3·16 + 576 + 32·8 weights
    assert FOLLOWS.cost("31/32").params == 1_552
    with pytest.raises(mnetcost.SpecError, match="14×10×15 comes in"):
        FOLLOWS.cost("30/32")
    best = mnetcost.fit(FOLLOWS, "1G").best
    assert str(best.plateau) == "[31/32, 1]"


def test_alpha_around_maps_that_stay():
    cost = KEPT.cost("1/2")
    # the first convolution keeps its 16 channels, the last one has 4
    assert (cost.params, cost.mult_adds) == (720 + 576 + 128, 100_800 + 3_000 + 128 * 35)


def test_rho_around_maps_that_stay():
    cost = POOLED.cost("1/2", "1/2")
    # 3·5·3·3 weights on 7×5 positions, then one: 3·4, 36, and 9·5, none of the last ones scaled
    assert cost.layers[-2].output == (1, 1, 9)
    assert cost.layers[-1].output == (1, 1, 3)  # 2.5 to the nearest
    assert (cost.params, cost.mult_adds) == (135 + 12 + 36 + 27, 135 * 35 + 12 + 36 + 27)


@pytest.mark.parametrize("net", [FOLLOWS, KEPT, POOLED], ids=["follows", "kept", "pooled"])
@pytest.mark.parametrize("pass_", ["forward", "training"])
def test_a_sweep_masks_what_the_cost_refuses(net, pass_):
    grid = mnetcost.sweep(net, "1,31/32,1/2", "1,1/2,2", invalid="mask", pass_=pass_)
    masked = 0
    for a, alpha in enumerate(grid.alpha):
        for r, rho in enumerate(grid.rho):
            if grid.mult_adds.mask[a, r]:
                masked += 1
                with pytest.raises(mnetcost.SpecError) as caught:
                    net.cost(alpha, rho, pass_=pass_)
                assert codes(caught) == ["opaque"]
            else:
                cost = net.cost(alpha, rho, pass_=pass_)
                assert grid.point(a, r)[2:] == (cost.input, cost.params, cost.mult_adds)
    assert masked == {id(FOLLOWS): 7, id(KEPT): 6, id(POOLED): 0}[id(net)]


def test_on_dask_the_same_points_are_masked():
    pytest.importorskip("dask")
    grid = mnetcost.sweep(FOLLOWS, "1,1/2", "1,1/2", invalid="mask", engine="dask")
    assert grid.mult_adds.compute().tolist() == [[112_760, None], [None, None]]


def test_nothing_is_warned_of_where_it_is_refused():
    assert mnetcost.sweep(FOLLOWS, "1", "1,1/2", invalid="mask").warnings == ()


# --- two maps

GATE = [
    "conv: {name: q, out: 6, stride: 2, scale: false}",
    "conv: {name: k, out: 4, kernel: 3, from: input}",
]


def test_it_reads_several_maps_in_their_order():
    net = network(*GATE, "opaque: {from: [q, k], of: [7, 5, 6, 14, 10, 4], products: 840}")
    cost = net.cost()
    assert cost.layers[-1].output == (7, 5, 6)
    assert cost.mult_adds == 18 * 35 + 108 * 140 + 840
    with pytest.raises(mnetcost.SpecError, match="of a 14×10×4 map, and 14×10×2 comes in"):
        net.cost("1/2")
    with pytest.raises(mnetcost.SpecError, match="of a 14×10×4 map, and 7×5×6 comes in") as caught:
        network(*GATE, "opaque: {from: [q, k], of: [14, 10, 4, 7, 5, 6]}")
    assert codes(caught) == ["opaque"]


WRONG = [
    ("opaque", "missing-key", "opaque needs `of`"),
    ("opaque: {of: 14}", "wrong-type", "found `14`"),
    ("opaque: {of: []}", "wrong-type", "a list of 0"),
    ("opaque: {of: [14, ten, 3]}", "wrong-type", "found `ten`"),
    ("opaque: {of: [14, 10]}", "opaque", "`of` is a list of 2, and not of 3: height, width and"),
    ("opaque: {of: [14, 10, 3, 3]}", "opaque", "`of` is a list of 4, and not of 3"),
    ("opaque: {of: [14, 10, 3], from: [input, input]}", "opaque", "of 6: .* 14×10×3 and 14×10×3"),
    ("opaque: {of: [10, 14, 3]}", "opaque", "of a 10×14×3 map, and 14×10×3 comes in"),
    ("opaque: {of: [14, 10, $here]}", "expression", "`of` cannot follow from"),
    ("opaque: {of: [14, 10, 3], mult_adds: -1}", "out-of-range", "found -1"),
    (f"opaque: {{of: [14, 10, 3], other: {2**63}}}", "out-of-range", "from 0 to 9,223,372,036,"),
    ("opaque: {of: [14, 10, 3], mult_adds: 1e3}", "number-format", "write 1000"),
    ("opaque: {of: [14, 10, 3], height: 0}", "out-of-range", "from 1 to 65,536"),
    ("opaque: {of: [14, 10, 3], scale: true}", "unknown-key", "no key `scale`"),
    ("opaque: {of: [14, 10, 3], norm: batch}", "unknown-key", "no key `norm`"),
]


@pytest.mark.parametrize(("layer", "code", "words"), WRONG)
def test_what_is_written_wrongly_is_one_problem(layer, code, words):
    with pytest.raises(mnetcost.SpecError, match=words) as caught:
        network(layer)
    assert codes(caught) == [code]


def test_its_numbers_may_be_expressions_of_knobs():
    net = mnetcost.load(
        "input: {height: 14, width: 10, channels: $channels}\nknobs: {channels: 3, k: 5}\nlayers:\n"
        "  - opaque: {of: [14, 10, $channels], kernel_weights: $k * $k, mult_adds: $k * 140}\n"
    )
    assert (net.cost().params, net.cost().mult_adds) == (25, 700)


# --- what follows from its numbers

SHARED = "opaque: {of: [14, 10, 3], kernel_weights: 5, other: 2, mult_adds: 700"


def test_its_weights_are_shared_where_there_are_as_many():
    cost = network(f"{SHARED}, name: a}}", f"{SHARED}, weights: a}}").cost()
    assert cost.parameters == (5, 0, 0, 0, 2)
    assert cost.mult_adds == 1_400
    for other in (SHARED.replace("5", "6"), SHARED.replace("other", "biases"), "conv: {out: 5"):
        with pytest.raises(mnetcost.SpecError, match=r"it has .*, a has 5 weights, 2 other"):
            network(f"{SHARED}, name: a}}", f"{other}, weights: a}}")


def test_gradients_are_those_of_kernels_and_of_products():
    def gradients(*layers):
        return network(*layers).cost(pass_="training").layers[-1].passes

    keys = "of: [14, 10, 3], mult_adds: 700, products: 90"
    # each kernel's gives one to its input and one to its weights, each product one to both sides
    assert gradients("layer_scale", f"opaque: {{{keys}}}") == (790, 700 + 180, 700)
    assert gradients(f"opaque: {{{keys}}}") == (790, 180, 700)  # nobody learns the image
    # what its products multiply is unknown: both operands need one, if anything does
    two = "opaque: {of: [14, 10, 3, 14, 10, 3], products: 90, from: [a, input]}"
    assert gradients("layer_scale: {name: a}", two) == (90, 180, 0)
    assert gradients("opaque: {of: [14, 10, 3], other: 1, products: 90}") == (90, 180, 0)
    # one that learns nothing passes no gradient on
    assert gradients("opaque: {of: [14, 10, 3], products: 90}") == (90, 0, 0)
    assert gradients("opaque: {of: [14, 10, 3]}", "conv: {out: 2}") == (840, 0, 840)
    assert gradients("opaque: {of: [14, 10, 3], other: 1}", "conv: {out: 2}") == (840, 840, 840)


# 1,000 multiply-accumulates of kernels and 2,000 of activations with activations
COUNTED = {
    **dict.fromkeys(("paper", "macs", "fvcore", "ultralytics-thop", "ptflops"), 3_000),
    **dict.fromkeys(("ptflops-aten", "torchprofile", "deepspeed-macs"), 3_000),
    **dict.fromkeys(("onnx-tool", "onnx-tool-17", "onnx-tool-13"), 3_000),
    **dict.fromkeys(("flops", "torch", "deepspeed-flops"), 6_000),
    **dict.fromkeys(("thop", "thop-0.0.31", "torchinfo", "ptflops-0.6"), 1_000),
    "darknet": 0,
}


@pytest.mark.parametrize("convention", COUNTED)
def test_a_convention_counts_its_multiply_accumulates(convention):
    unfold = FOLLOWS.cost(convention=convention).layers[1]
    assert unfold.counted == (COUNTED[convention], COUNTED[convention])
    assert unfold.counted_params == (576 if convention == "paper" else 576 + 7 + 12)


def test_its_operations_are_sums_and_products():
    assert FOLLOWS.cost().layers[1].operations == (3_000, 3_000, 0, 0, 0)


def test_it_is_explained_by_its_numbers():
    (unfold,) = FOLLOWS.cost().explain("unfold").layers
    lines = {one.quantity: (one.formula.text, one.result) for one in unfold.lines}
    assert lines == {
        "output side D_Oh": ("7", 7),
        "output side D_Ow": ("5", 5),
        "output channels": ("32", 32),
        "weights": ("576", 576),
        "biases": ("7", 7),
        "other learned values": ("12", 12),
        "mult-adds": ("3000", 3_000),
    }


def test_nothing_folds_into_it():
    net = network("opaque: {of: [14, 10, 3], kernel_weights: 9, mult_adds: 1260}", "batch_norm")
    assert net.cost().folded == 9 + 2 * 3


def test_nobody_knows_what_it_sees_and_which_channels_are_which():
    why = "unfold: the language does not know what it does"
    cost = FOLLOWS.cost()
    assert [one.unknown for one in cost.receptive_fields()] == ["", why, why]
    kinds = {one.name: one.kinds for one in cost.channel_costs()}
    assert [(one.group.saved, one.group.fixed) for one in kinds["conv_1"]] == [(None, why)]


def test_it_is_written_again_as_it_stands(tmp_path):
    path = tmp_path / "net.yaml"
    text = (
        "mnetcost: 1\ninput: {height: 14, width: 10, channels: 3}\nlayers:\n"
        "  - conv: {out: 16, kernel: 3}\n  - opaque: {of: [14, 10, 16], mult_adds: 140}\n"
    )
    path.write_text(text, encoding="utf-8")
    assert run("fmt", str(path)).out == text
    rewritten = run("rewrite", str(path), "--to", "separable").out
    assert rewritten == text.replace("conv: {out: 16, kernel: 3}", "separable: {out: 16}")


# --- work that nobody knows

UNKNOWN = network(
    "conv: {out: 16, kernel: 3, scale: false}",
    "opaque: {name: wavelet, of: [14, 10, 16], channels: 4, other: 7, mult_adds: 9, unknown: true}",
    "conv: {out: 8}",
)
LEAST = (432 + 4 * 8, 432 * 140 + 9 + 32 * 140)
SAYING = ("explain", "conventions", "reconcile")  # in their warning alone
WORDS = "the work of wavelet is not known: every total is at least what is counted"


def test_its_totals_are_at_least():
    cost = UNKNOWN.cost(2)
    assert (cost.params, cost.mult_adds) == (LEAST[0] + 32, LEAST[1] + 32 * 140)
    assert (cost.at_least, cost.warnings) == (True, (WORDS,))
    assert [one.at_least for one in cost.layers] == [False, True, False]
    assert {kind: one.at_least for kind, one in cost.by_type().items()} == {
        "pointwise": False,
        "conv": False,
        "opaque": True,
    }
    assert repr(cost).endswith("at_least=True)")
    assert not FOLLOWS.cost().at_least


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = UNKNOWN.graph.origin.text + (
        f"expect: [{{params: {LEAST[0]}, learned: 400, source: here}}]\n"
        f"budget: [{{params: 10, mult_adds: {LEAST[1]}}}]\n"
    )
    (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
    return "net.yaml"


def test_every_table_and_document_says_at_least(path):
    totals = {"params": LEAST[0], "mult_adds": LEAST[1], "at_least": True}
    document = json.loads(run("table", path, "--format", "json").out)
    assert document["at_least"]
    assert document["totals"].items() >= totals.items()
    assert [one.get("at_least") for one in document["layers"]] == [None, True, None]
    for words in (
        ("table", path, "--view", "types"),
        ("table", path, "--convention", "fvcore"),
        ("table", path, "--depth", "1"),
        ("sweep", path, "--rho", "1"),
        ("sweep", path, "--rho", "1", "--convention", "fvcore"),
        ("compare", "mobilenet_v1", path),
        ("diff", "mobilenet_v1", path),
        ("explain", path),
        ("conventions", path),
        ("reconcile", path, "--printed", "61k"),
    ):
        ran = run(*words)
        assert ran.err.count(WORDS) == 1, words
        assert "at least" in ran.out or words[0] in SAYING
        assert run(*words, "--format", "csv").err.count(WORDS) == 1, words
    assert "at_least" not in run("table", "mobilenet_v1", "--format", "json").out


def test_no_figure_and_no_limit_surely_holds(path):
    ran = run("check", path, "--max-params", "1k", "--quiet")
    assert ran.code == 1
    at = "holds, at α = 1, ρ = 1"
    assert [line.partition(": ")[2] for line in ran.err.splitlines()] == [
        f"expect: params is at least 464: nobody knows whether 464 {at}",
        "expect: learned 471 does not agree with 400 (here), at α = 1, ρ = 1",
        "budget: params 464 is over 10 by 454, at α = 1, ρ = 1; most of it: conv_1 432, conv_2 32",
        f"budget: mult_adds is at least 64,969: nobody knows whether 64969 {at}",
        f"budget: params is at least 464: nobody knows whether 1k {at}",
    ]
    document = json.loads(run("check", path, "--max-params", "1k", "--format", "json").out)
    verdicts = [row["verdict"] for row in (*document["checks"], *document["budgets"])]
    assert verdicts == ["unknown", "differs", "over", "unknown", "unknown"]


def test_another_network_is_not_surely_the_same(path):
    lines = run("check", path, "--against", path).err.splitlines()[-3:]
    assert [line.partition("against: ")[2].partition(", at")[0] for line in lines] == [
        f"{words}: nobody knows whether net.yaml has as many"
        for words in ("params at least 464", "mult_adds at least 64,969")
    ] + ["layers with a cost at least 3: nobody knows whether net.yaml has as many"]


def test_nothing_is_said_to_fit(path):
    for call in (
        lambda: mnetcost.fit(UNKNOWN, "1G"),
        lambda: mnetcost.rank(UNKNOWN, "alpha,rho,score\n1,1,2\n", max_params="1G"),
        lambda: mnetcost.sweep(UNKNOWN, "1,2", "1").count(max_params="1G"),
        lambda: mnetcost.sweep(UNKNOWN, "1,2", "1").best("1G"),
    ):
        with pytest.raises(mnetcost.SpecError, match=f"{WORDS}, so that no budget") as caught:
            call()
        assert codes(caught) == ["unknown-work"]
    grid = mnetcost.sweep(UNKNOWN, "1,2", "1")
    assert (grid.count(), grid.best().alpha, grid.warnings) == (2, 2, (WORDS,))


def test_it_is_on_no_front():
    other = network("conv: {out: 99, kernel: 3}")
    assert mnetcost.compare([UNKNOWN, other, FOLLOWS]).pareto == (False, False, True)
