"""What `sweep` prints: the numbers of a convention, both bounds of a range, impossible points."""

import csv
import json

import pytest
from commands import run

import mnetcost
from mnetcost import cli
from mnetcost.analysis.sweep.sweep import CostGrid
from mnetcost.reports.sweep import sweep_report

# By hand, at 8×6 px with 8 channels, as ptflops counts: 48 · 72 multiply-adds, 2 · 384 normalised
# values and 2 · 384 of the module relu are 4,992; of the other relu nothing or 2 · 384 is seen.
UNKNOWN = """input: {height: 8, width: 6, channels: 3}
layers:
  - conv: {out: 8, kernel: [3, 1], norm: batch, act: relu}
  - relu: {called_as: unknown}
"""
GROUPED = """input: {height: 9, width: 14, channels: 4}
width: {round: floor, min: 1}
layers:
  - conv: {out: 8, groups: 4}
"""


@pytest.fixture
def printed(tmp_path, capsys):
    """The standard output of `sweep` on this text."""

    def run(text, *words):
        (tmp_path / "net.yaml").write_text(text, encoding="utf-8")
        code = cli.run(["sweep", str(tmp_path / "net.yaml"), *words])
        captured = capsys.readouterr()
        assert (code, captured.err) == (0, "")
        return captured.out

    return run


@pytest.mark.parametrize("name", ["flops", "keras", "fvcore", "paper"])
def test_a_point_is_what_table_says(name, capsys):
    words = ["mobilenet_v1", "--input", "160x97", "--alpha", "3/4", "--convention", name]
    documents = []
    for extra in (["table"], ["sweep"]):
        assert cli.run([*extra, *words, "--rho", "5/7", "--format", "json"]) == 0
        documents.append(json.loads(capsys.readouterr().out))
    table, (point,) = documents[0], documents[1]["points"]
    assert point["types"] == table["types"]
    assert point.get("count") == table["totals"].get("count")
    assert ("count" in point) == (name != "paper")


def test_the_parameters_of_a_convention(capsys):
    words = ["sweep", "--alpha", "1", "--rho", "1,6/7", "--convention", "flops"]
    assert cli.run(words) == 0
    grid = capsys.readouterr().out.split("\n\n")[1].splitlines()
    assert grid[-1].split()[:3] == ["1", "4,231,976", "1,137,480,704"]
    assert cli.run([*words, "--format", "csv"]) == 0
    row = next(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert (row["params"], row["count_params"]) == ("4209088", "4231976")


def test_both_bounds_of_a_range(printed):
    words = ["--alpha", "1", "--rho", "1", "--convention", "ptflops"]
    _, low, high, points, _ = printed(UNKNOWN, *words).split("\n\n")
    assert low.startswith("MACs by α and input, at least\n")
    assert low.splitlines()[-1].split()[:3] == ["1", "88", "4,992"]
    assert high.startswith("MACs by α and input, at most\n")
    assert high.splitlines()[-1].split()[:3] == ["1", "88", "5,760"]
    assert points.splitlines()[-1].split()[-3:] == ["4,992", "5,760", "100.00"]
    (point,) = json.loads(printed(UNKNOWN, *words, "--format", "json"))["points"]
    expected = {"value": None, "low": 4_992, "high": 5_760, "unit": "MAC", "params": 88}
    assert point["count"] == expected
    assert point["types"][1]["count"] == {**expected, "low": 0, "high": 768, "params": 0}


MASKED = ["--alpha", "1,0.9", "--rho", "1,0.5", "--invalid", "mask"]


def test_impossible_points_are_empty(printed):
    words = [*MASKED, "--convention", "macs"]
    grid = printed(GROUPED, *words).split("\n\n")[1].splitlines()
    assert [line.split() for line in grid[-2:]] == [
        ["1", "8", "1,008", "█", "280", "▒"],  # 9 · 14 · 8 and, half up, 5 · 7 · 8
        ["0.9", "–", "–", "–"],
    ]
    rows = list(csv.DictReader(printed(GROUPED, *words, "--format", "csv").splitlines()))
    assert [row["mult_adds"] for row in rows] == ["1008", "280", "", ""]
    assert {rows[-1][name] for name in list(rows[-1])[5:]} == {""}
    points = json.loads(printed(GROUPED, *words, "--format", "json"))["points"]
    assert [point["mult_adds"] for point in points] == [1008, 280, None, None]
    assert points[-1] == {
        "alpha": "9/10",
        "rho": "1/2",
        "input": [5, 7, 4],
        "params": None,
        "mult_adds": None,
        "count": {"value": None, "unit": "MAC", "params": None},
        "types": [],
    }


@pytest.mark.parametrize("format_", ["text", "json", "csv", "markdown", "latex", "html"])
@pytest.mark.parametrize("alpha", ["1,0.9", "0.9"])
def test_every_format_writes_impossible_points(printed, format_, alpha):
    words = ["--alpha", alpha, "--rho", "1,0.5", "--invalid", "mask", "--format", format_]
    assert printed(GROUPED, *words)


def test_impossible_points_are_refused_by_default(tmp_path, capsys):
    (tmp_path / "net.yaml").write_text(GROUPED, encoding="utf-8")
    assert cli.run(["sweep", str(tmp_path / "net.yaml"), *MASKED[:4]]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "0.9" in captured.err


def test_impossible_points_in_parquet(tmp_path, capsys):
    import pandas

    (tmp_path / "net.yaml").write_text(GROUPED, encoding="utf-8")
    words = ["sweep", str(tmp_path / "net.yaml"), *MASKED]
    assert cli.run([*words, "-o", str(tmp_path / "grid.parquet")]) == 0
    assert cli.run([*words, "--parts", str(tmp_path / "parts")]) == 0
    for name in ("grid.parquet", "parts"):
        frame = pandas.read_parquet(tmp_path / name)
        assert frame["mult_adds"].isna().tolist() == [False, False, True, True]
    capsys.readouterr()


def test_the_grid_is_not_searched_for_a_range_at_every_point(monkeypatch):
    # 100,000 points are printed: whatever is done with all of them for each one takes minutes
    asked, counted = [], CostGrid.counted.fget
    monkeypatch.setattr(CostGrid, "counted", property(lambda one: asked.append(1) or counted(one)))
    found = []
    for alphas in ("1,2", "1:9:1"):
        grid = mnetcost.sweep(UNKNOWN, alphas, "1,2", convention="ptflops")
        asked.clear()
        points = sweep_report([({}, grid)]).tables[-1]
        found.append((len(asked), len(points.columns)))
    assert found[0] == found[1]


def test_parameters_that_depend_on_the_input_are_a_grid_of_their_own():
    # 4 · 8 of the convolution, and 5 for each of 8 channels of 9 · 14 px, or of 5 · 7
    net = (
        "input: {height: 9, width: 14, channels: 4}\n"
        "layers:\n  - conv: {out: 8}\n  - flatten\n  - dense: {out: 5, scale: false}\n"
    )
    work, params, points = sweep_report([({}, mnetcost.sweep(net, 1, "1,0.5"))]).tables
    assert params.title == "Weights by α and input"
    assert [row[-2:] for row in params.rows] == [(32 + 5_040, 32 + 1_400)]
    assert [row[-2:] for row in work.rows] == [(32 * 126 + 5_040, 32 * 35 + 1_400)]
    assert len(points.rows) == 2


OFA = """\
name: Subnet
input: {height: 12, width: 20, channels: 3}
knobs: {d: 1, k: 3}
layers:
  - conv: {out: 4, kernel: 3}
  - repeat: $d
    layers:
      - depthwise: {kernel: $k}
"""
# 108 weights of the convolution and 4·k² of each depthwise one, at every one of 240 places
COUNTED = {(1, 3): 144, (1, 5): 208, (2, 3): 180, (2, 5): 308}


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ((), [(1, 3), (1, 5), (2, 3), (2, 5)]),
        (("--sort", "params"), [(2, 5), (1, 5), (2, 3), (1, 3)]),
    ],
)
def test_several_knobs_are_one_table(printed, sort, order):
    words = ["--set", "d=1,2", "--set", "k=3,5", "--alpha", "1", "--rho", "1", *sort]
    text = printed(OFA, *words)
    assert text.count("Mult-adds") == 1
    rows = text.split("\n\n")[1].splitlines()[1:]
    assert rows[0].split() == ["d", "k", "α", "ρ", "Input", "Weights", "Mult-adds"]
    cells = [row.split()[:7] for row in rows[1:]]
    assert cells == [
        [f"{d}", f"{k}", "1", "1", "12×20×3", f"{COUNTED[d, k]}", f"{240 * COUNTED[d, k]:,}"]
        for d, k in order
    ]
    found = list(csv.DictReader(printed(OFA, *words, "--format", "csv").splitlines()))
    assert [(int(one["d"]), int(one["k"])) for one in found] == order
    points = json.loads(printed(OFA, *words, "--format", "json"))["points"]
    assert [tuple(one["set"].values()) for one in points] == order
    for format_, rule in (("markdown", "| 1 | 3 |"), ("latex", "1 & 3 &"), ("html", "<table>")):
        assert printed(OFA, *words, "--format", format_).count(rule) == 1


@pytest.mark.parametrize(
    ("sets", "common"),
    [
        (("d=2",), {"d": 2, "k": 3, "act": "relu"}),
        (("d=1,2",), {"k": 3, "act": "relu"}),
        (("d=1,2", "act=relu6"), {"k": 3, "act": "relu6"}),
        (("d=2,2", "k=3,5"), {"d": 2, "act": "relu"}),
        (("d=1,2", "k=3,5", "act=relu,relu6"), None),
    ],
)
def test_the_head_has_the_knobs_that_all_points_have_in_common(printed, sets, common):
    text = OFA.replace("k: 3}", "k: 3, act: relu}").replace("kernel: $k", "kernel: $k, act: $act")
    words = [word for one in sets for word in ("--set", one)]
    found = json.loads(printed(text, *words, "--alpha", "1", "--rho", "1", "--format", "json"))
    assert found.get("knobs") == common
    for point in found["points"]:
        assert point["set"].keys() == {one.partition("=")[0] for one in sets}


def test_the_largest_of_many_points_are_shown_and_impossible_ones_last(printed):
    words = [
        "--set",
        "d=1,2",
        "--alpha",
        "0.001:1:0.001",
        "--rho",
        "1,1/2",
        "--invalid",
        "mask",
        "-q",
    ]
    text = printed(OFA, *words, "--sort", "mult_adds")
    assert "(only the 2,000 largest of 4,000)" in text
    rows = text.split("\n\n")[1].splitlines()[3:]
    assert len(rows) == 2_000
    assert rows[0].split()[:7] == ["2", "1", "1", "12×20×3", "180", "43,200", "████████████"]
    assert rows[-1].split()[-2:] == ["–", "–"]  # α of 1/4, 1/2, 3/4 and 1 alone are possible
    words = [*words, "--sort", "mult_adds", "--format", "csv"]
    costs = [row["mult_adds"] for row in csv.DictReader(printed(OFA, *words).splitlines())]
    assert costs == sorted(costs, key=lambda one: -int(one or -1))
    assert costs.count("") == 4_000 - 16


def test_knobs_of_a_spec_from_standard_input(tmp_path, capsys):
    ran = run("sweep", "-", "--set", "d=1,2", "--alpha", "1", "--rho", "1", input=OFA.encode())
    assert (ran.code, ran.out.count("12×20×3")) == (0, 2)


def test_an_impossible_combination_is_named(tmp_path):
    text = OFA.replace("kernel: $k", "kernel: $k, padding: valid").encode()
    ran = run("sweep", "-", "--set", "d=1,2", "--set", "k=3,9", "--rho", "1", input=text)
    assert ran.code == 1
    assert "with d = 2, k = 9" in ran.err
    assert ran.out == ""


def test_too_many_combinations_are_refused(monkeypatch):
    monkeypatch.setattr("mnetcost.analysis.sweep.knobs.MAX_LAYERS", 10)
    many = ",".join(map(str, range(1, 1002)))
    for word, words in ((many, "1,001 combinations; 1,000 at most"), ("5,6", "over 10 layers")):
        ran = run("sweep", "-", "--set", f"d={word}", "--rho", "1", input=OFA.encode())
        assert (ran.code, ran.out) == (2, "")
        assert words in ran.err


def test_what_is_not_printed_is_not_sorted():
    for words in (["--parts", "there"], ["-o", "there.parquet"]):
        ran = run("sweep", "--sort", "params", *words)
        assert (ran.code, ran.out) == (2, "")
        assert "--sort" in ran.err
