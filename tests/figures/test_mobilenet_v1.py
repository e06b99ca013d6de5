"""Published figures of MobileNet v1, to the digit or to the precision that their digits claim.

They come from the paper and from TF-slim, never from this package. A printed figure that does not
hold is listed with what explains it, and the test fails too when it suddenly does hold.
"""

from fractions import Fraction

import pytest
from tables import rows

import mnetcost
from mnetcost.printed import Printed

KERNELS = ("conv", "depthwise", "pointwise")


def case_id(case):
    return "-".join(value for key, value in case.items() if key != "source").replace(" ", "_")


def cases_of(name):
    cases = rows(name)
    return pytest.mark.parametrize("case", cases, ids=map(case_id, cases))


def slim_rows(alpha, resolution):
    found = [
        (row["layer"], int(row["params"]), int(row["mult_adds"]))
        for row in rows("slim_layers.csv")
        if (row["alpha"], row["resolution"]) == (alpha, resolution)
    ]
    return found[:-1], found[-1]


# --- TF-slim: every layer


@pytest.mark.parametrize(("alpha", "resolution"), [("1.0", "224"), ("0.75", "128")])
def test_slim_layers(nets, alpha, resolution):
    rows, total = slim_rows(alpha, resolution)
    assert len(rows) == 27
    cost = nets["mobilenet_v1"].cost(alpha=alpha, resolution=resolution)
    body = [layer for layer in cost.layers if layer.type in KERNELS]
    assert [(layer.params, layer.mult_adds) for layer in body] == [row[1:] for row in rows]
    assert [layer.type == "depthwise" for layer in body] == ["depthwise" in row[0] for row in rows]
    assert total[0] == "Total"
    assert sum(layer.params for layer in body) == total[1]
    assert sum(layer.mult_adds for layer in body) == total[2]


@pytest.mark.parametrize(
    ("size", "shrunk", "last"), [("160x224", "5/7", (5, 7)), ("224x96", "3/7", (7, 3))]
)
def test_slim_layers_on_a_rectangle(nets, size, shrunk, last):
    # the sides are multiples of the network's stride, 32, so that rows shrink as the area does
    rows, _ = slim_rows("1.0", "224")
    body = [row for row in nets["mobilenet_v1"].cost(input=size).layers if row.type in KERNELS]
    assert [row.params for row in body] == [row[1] for row in rows]
    assert [row.mult_adds for row in body] == [row[2] * Fraction(shrunk) for row in rows]
    assert body[-1].output == (*last, 1024)


# --- exact totals


@cases_of("exact_totals.csv")
def test_exact_totals(nets, case):
    cost = nets[case["spec"]].cost(alpha=case["alpha"], input=case["input"])
    assert cost.params == int(case["params"])
    assert cost.mult_adds == int(case["mult_adds"])
    assert cost.input == (*map(int, case["input"].split("x")), 3)


@pytest.mark.parametrize(
    ("rho", "resolution", "mult_adds"),
    [("6/7", 192, 418_121_728), ("5/7", 160, 290_675_200), ("4/7", 128, 186_400_768)],
)
def test_rho_and_resolution_say_the_same(nets, rho, resolution, mult_adds):
    net = nets["mobilenet_v1"]
    assert net.cost(rho=rho).mult_adds == mult_adds
    assert net.cost(resolution=resolution).mult_adds == mult_adds


def test_by_type(nets):
    # sums of TF-slim's rows by kind, and a classifier of 1024 × 1000
    found = nets["mobilenet_v1"].cost().by_type()
    assert {name: cost.mult_adds for name, cost in found.items() if cost.mult_adds} == {
        "pointwise": 539_492_352,
        "depthwise": 17_385_984,
        "conv": 10_838_016,
        "dense": 1_024_000,
    }
    assert {name: cost.params for name, cost in found.items() if cost.params} == {
        "pointwise": 3_139_584,
        "depthwise": 44_640,
        "conv": 864,
        "dense": 1_024_000,
    }


@pytest.mark.parametrize("size", ["224x224", "160x224", "224x96"])
def test_full_convolution_twin(nets, size):
    height, width = map(int, size.split("x"))
    rows, _ = slim_rows("1.0", "224")
    # a 3×3 standard convolution is nine pointwise ones on the same output map
    pointwise = [row for row in rows if "pointwise" in row[0]]
    params = 864 + 9 * sum(row[1] for row in pointwise)
    mult_adds = (10_838_016 + 9 * sum(row[2] for row in pointwise)) * height * width // 224**2
    twin = nets["mobilenet_v1"].cost(input=size).reductions()[-1]
    assert twin.name == "network"
    assert twin.standard == (params + 1_024_000, mult_adds + 1_024_000)
    cost = nets["mobilenet_v1_full"].cost(input=size)
    assert (cost.params, cost.mult_adds) == twin.standard


def test_full_convolution_without_its_classifier(nets):
    cost = nets["mobilenet_v1_full"].cost()
    assert cost.mult_adds == 4_867_293_184
    assert without_the_classifier(cost).mult_adds == 4_866_269_184


# --- the paper's tables, as printed


class Rest:
    """What is left of a cost without one of its layers."""

    def __init__(self, cost, left_out):
        self.params = cost.params - left_out.params
        self.mult_adds = cost.mult_adds - left_out.mult_adds


def without_the_classifier(cost):
    return Rest(cost, next(layer for layer in cost.layers if layer.name == "logits"))


def without_the_first_convolution(cost):
    return Rest(cost, cost.layers[0])


EXPLANATIONS = {"without the classifier": without_the_classifier}


@cases_of("paper_figures.csv")
def test_paper_tables(nets, case):
    setting = {key: case[key] for key in ("alpha", "rho", "resolution") if case[key]}
    cost = nets[case["spec"]].cost(**setting)
    exact = getattr(cost, case["quantity"])
    rounded, cut = Printed.read(case["printed"]), Printed.read(case["printed"], truncated=True)
    if case["kind"] == "rounded":
        assert rounded.agrees(exact)
    elif case["kind"] == "truncated":
        assert cut.agrees(exact)
        assert not rounded.agrees(exact)
    else:
        assert case["kind"] == "misprint"
        assert not rounded.agrees(exact)
        assert not cut.agrees(exact)
        assert rounded.agrees(getattr(EXPLANATIONS[case["explained_by"]](cost), case["quantity"]))


@cases_of("paper_table2.csv")
def test_paper_shares(nets, case):
    found = nets["mobilenet_v1"].cost().by_type()[case["type"]]
    percent = 100 * getattr(found, case["quantity"] + "_share")
    assert Printed.read(case["meant"]).agrees(percent)
    assert Printed.read(case["printed"]).agrees(percent) == (case["kind"] == "rounded")
    assert sorted(case["printed"]) == sorted(case["meant"])  # a misprint only changes their order


def test_the_misprinted_share_spoils_its_column():
    column = [row for row in rows("paper_table2.csv") if row["quantity"] == "mult_adds"]
    assert sum(Fraction(row["printed"]) for row in column) == Fraction("99.29")
    assert sum(Fraction(row["meant"]) for row in column) == Fraction("100.01")


def test_the_last_depthwise_layer_keeps_its_map(nets):
    # the paper's Table 1 prints s2 for it, with which Tables 4 and 6 to 8 would not hold
    net = nets["mobilenet_v1"]
    head, tail = net.graph.origin.text.rsplit("- separable: {out: 1024}", 1)
    halved = mnetcost.load(f"{head}- separable: {{out: 1024, stride: 2}}{tail}")
    last = [[row for row in one.cost().layers if row.type == "pointwise"] for one in (net, halved)]
    assert [rows[-1].output for rows in last] == [(7, 7, 1024), (4, 4, 1024)]
    printed = Printed.read("569 M")
    assert printed.agrees(net.cost().mult_adds)
    # Conv2d_13's 451,584 + 51,380,224 shrink to 16/49 of it
    assert halved.cost().mult_adds == 568_740_352 - 51_831_808 * 33 // 49
    assert not printed.agrees(halved.cost().mult_adds)


# --- TF-slim's checkpoints


@pytest.fixture(scope="module")
def slim_net(nets):
    return nets["mobilenet_v1"].set(classes=1001)


@cases_of("slim_checkpoints_v1.csv")
def test_slim_checkpoints(slim_net, case):
    cost = slim_net.cost(alpha=case["alpha"], resolution=case["resolution"])
    held = cost.parameters
    # γ and β, mean and variance are four values a channel; TF-slim stores three of them
    stored = held.weights + held.biases + (held.norm_affine + held.norm_statistics) * 3 // 4
    assert Printed.read(case["params"]).agrees(stored)
    printed, body = Printed.read(case["mult_adds"]), without_the_first_convolution(cost).mult_adds
    fits = {"all": printed.agrees(cost.mult_adds), "body": printed.agrees(body)}
    assert fits["all"] == (case["fits"] == "all")
    assert fits["body"] or case["fits"] != "body"
    if case["fits"] == "unexplained":
        assert not any(fits.values())
        assert not Printed.read(case["mult_adds"], truncated=True).agrees(cost.mult_adds)
    if case["counted"]:
        exact = body if case["fits"] == "body" else cost.mult_adds
        assert Printed.read(case["counted"]).agrees(exact)


# --- for grey images of two classes: MLPerf Tiny's person detection


@pytest.mark.parametrize(
    ("size", "channels", "params", "mult_adds"),
    [
        # 72 weights a channel in the first convolution, each at 48² places; the rest of Table 1
        # with widths of max(8, ⌊c / 4⌋) has 207,896 weights and 6,992,000 mult-adds
        ((96, 96), 1, 207_968, 7_157_888),
        ((96, 96), 3, 208_112, 7_489_664),  # MLPerf Tiny prints 7.5 M
        ((96, 128), 1, 207_968, 9_543_680),
    ],
)
def test_grey_images_and_two_classes(nets, size, channels, params, mult_adds):
    words = "x".join(map(str, (*size, channels)))
    own = nets["mobilenet_v1"].set(classes=2)
    ways = [
        own.cost("0.25", input=words),
        own.cost("0.25", input=(*size, channels)),
        own.set(channels=channels).cost("0.25", input=size),
    ]
    assert {(one.params, one.mult_adds) for one in ways} == {(params, mult_adds)}
    grid = mnetcost.sweep(own, "0.25", 1, input=words)
    assert (grid.params.tolist(), grid.mult_adds.tolist()) == ([[params]], [[mult_adds]])
    fitted = mnetcost.fit(own, mult_adds, input=words, min_alpha="0.25", rho=1).best
    assert (fitted.params, fitted.mult_adds) == (params, mult_adds)


# --- as Keras builds it


@pytest.mark.parametrize(
    ("alpha", "size", "given", "totals"),
    [
        # parameters, those that are stored, mult-adds: Keras 3.15.1's own models
        (1, (224, 224), {}, (4_209_088, 4_253_864, 568_740_352)),
        ("0.25", (128, 128), {}, (463_600, 475_544, 13_570_048)),
        # by hand: a stride of 2 makes ⌊side / 2⌋ of a side, the first convolution ⌈side / 2⌉
        (1, (225, 161), {}, (4_209_088, 4_253_864, 407_153_280)),
        (1, (224, 224), {"depth_multiplier": 2}, (7_393_312, 7_457_928, 1_125_618_688)),
        (
            "0.75",
            (225, 161),
            {"depth_multiplier": 2, "channels": 1, "classes": 10},
            (3_606_888, 3_654_610, 454_661_256),
        ),
    ],
)
def test_as_keras_builds_it(nets, alpha, size, given, totals):
    network = nets["mobilenet_v1_keras"].set(**given)
    cost = network.cost(alpha, input=size)
    assert (cost.params, sum(cost.parameters), cost.mult_adds) == totals
    grid = mnetcost.sweep(network, [alpha], 1, input=size)
    assert (grid.params.item(), grid.mult_adds.item()) == (cost.params, cost.mult_adds)
