"""Edges that users met: each test holds one that once went wrong."""

import json
import pickle
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

import mnetcost
from mnetcost import cli
from mnetcost.analysis.sweep import sweep as count_grid
from mnetcost.cost import Count
from mnetcost.layers.base import Amount, Map, Part
from mnetcost.layers.structural import Free
from mnetcost.render.layout import split
from mnetcost.tables import Column, Kind

INPUT = "input: {height: 9, width: 7, channels: 4}\n"


def load(*layers, head=INPUT):
    return mnetcost.load(head + "layers:\n" + "".join(f"  - {one}\n" for one in layers))


def codes(error):
    return [problem.code for problem in error.value.problems]


@pytest.mark.parametrize(
    ("layers", "axes"),
    [
        (["relu"], {"alpha": "1,1e30"}),
        (
            ["global_avg_pool", "dense: {out: 2}"],
            {"resolution": "9,1" + "0" * 30},
        ),
    ],
)
def test_a_cheap_network_of_impossible_size_is_a_problem_not_an_overflow(layers, axes):
    head = "input: {height: 9, width: 7, channels: 4, scale: true}\nwidth: {round: floor}\n"
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.sweep(load(*layers, head=head), **axes)
    assert codes(error) == ["too-large"]


class Misspelt(Free):
    __slots__ = ()

    def output(self, x: Map, width) -> Map:
        return x


class MisspeltWork(Misspelt):
    __slots__ = ()

    def work(self, x, y):
        return (Part("multiply_acumulate", y.c, y.h * y.w),)


class MisspeltAmount(Misspelt):
    __slots__ = ()

    def parameters(self, x, y):
        return (Amount("wieghts", y.c),)


@pytest.mark.parametrize("layer", [MisspeltWork(), MisspeltAmount()])
def test_a_kind_that_no_convention_knows_never_counts_as_nothing(layer):
    graph = load("relu").graph
    (node,) = graph.nodes
    object.__setattr__(graph, "nodes", (node._replace(layer=layer),))
    setting = mnetcost.Network(graph=graph)
    with pytest.raises(KeyError, match="no convention knows"):
        setting.cost()
    with pytest.raises(KeyError, match="no convention knows"):
        count_grid(graph)


def test_standard_output_is_appended_to_not_replaced(tmp_path):
    log = tmp_path / "log"
    command = f'echo kept > "{log}"; "{sys.executable}" -m mnetcost table -o /dev/stdout'
    command += f' --format csv >> "{log}"; echo after >> "{log}"'
    subprocess.run(["bash", "-c", command], check=True)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert (lines[0], lines[-1]) == ("kept", "after")
    assert any(line.startswith("conv_1,conv,224,224,3") for line in lines)


def test_standard_input_that_cannot_be_read_is_a_problem_of_the_spec(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.run(["table", "-"]) == 1
    assert "<stdin>:1:1: unreadable" in capsys.readouterr().err


SEPARATE = [
    "depthwise: {kernel: [3, 5]}",
    "batch_norm",
    "relu",
    "pointwise: {out: 6}",
    "batch_norm",
    "conv: {out: 3, kernel: 3}",
]


def test_a_pair_with_norm_and_act_between_its_halves():
    cost = load(*SEPARATE).cost()
    pair, network = cost.reductions()
    assert (pair.name, pair.m, pair.n, pair.d_k) == ("depthwise_1 + pointwise_1", 4, 6, (3, 5))
    assert pair.ratio == pair.formula_value == Fraction(1, 6) + Fraction(1, 15)
    assert pair.standard.mult_adds == 9 * 7 * 15 * 4 * 6
    assert network.standard.mult_adds == 9 * 7 * 15 * 4 * 6 + 9 * 7 * 9 * 6 * 3
    assert network.separable.mult_adds == cost.mult_adds


def test_a_layer_that_mixes_positions_between_the_halves_makes_no_pair():
    (network,) = (
        load("depthwise", "max_pool: {kernel: 2}", "pointwise: {out: 6}").cost().reductions()
    )
    assert network.ratio == 1


FOUR = ["conv: {out: 4}", "separable: {out: 4}", "separable: {out: 4}", "pointwise: {out: 40}"]
ONE = ["conv: {out: 1, kernel: 3}", "separable: {out: 1}", "pointwise: {out: 8}"]


@pytest.mark.parametrize(
    ("layers", "alpha", "names"),
    [
        (FOUR, "1", ["separable_1", "separable_2"]),
        (FOUR, "0.25", ["separable_1", "separable_2"]),  # every map between has one channel
        (ONE, "1", ["separable_1"]),
    ],
)
def test_pairs_of_one_channel_never_overlap(layers, alpha, names):
    head = "input: {height: 9, width: 7, channels: 3}\nwidth: {round: nearest}\n"
    *pairs, _ = load(*layers, head=head).cost(alpha=alpha).reductions()
    assert [pair.name for pair in pairs] == names
    assert all(pair.ratio == pair.formula_value for pair in pairs)


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        (["conv: {out: 8}"], "no depthwise-separable pair"),
        (
            ["depthwise: {multiplier: 2}", "pointwise: {out: 8}"],
            "depthwise layers in no pair, and so in the twin too: 1",
        ),
        (
            ["depthwise", "pointwise: {out: 8, stride: 2}"],
            "depthwise layers in no pair, and so in the twin too: 1",
        ),
        (
            ["separable: {out: 8}", "depthwise"],
            "depthwise layers in no pair, and so in the twin too: 1",
        ),
    ],
)
def test_the_reduction_table_says_what_it_leaves_alone(layers, words):
    assert words in load(*layers).cost()._repr_html_()
    assert "in no pair" not in mnetcost.load("mobilenet_v1").cost()._repr_html_()


@pytest.mark.parametrize("entry", ["rho: 1e40", "alpha: 1e40", "alpha: 0", "rho: 1e-40"])
def test_an_expectation_at_an_unreasonable_setting_is_a_problem_of_the_spec(entry):
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(f"{INPUT}layers: [relu]\nexpect: [{{params: 5M, {entry}}}]\n")
    assert codes(error) == ["out-of-range"]
    assert error.value.problems[0].mark.line == 3


@pytest.mark.parametrize("option", ["--alpha", "--rho", "--resolution"])
def test_a_table_takes_each_option_once(option, capsys):
    assert cli.run(["table", option, "1", option, "2"]) == 2
    assert "sweep" in capsys.readouterr().err


def test_a_pair_called_network_is_not_the_network():
    pair, network = load("separable: {name: network, out: 8}").cost().reductions()
    assert pair.name == "network/depthwise + network/pointwise"
    assert network.name == "network"


def test_a_grid_too_large_to_print_is_refused_before_it_is_counted(monkeypatch, capsys):
    monkeypatch.setattr(Count, "of", None)
    monkeypatch.setattr("mnetcost.analysis.sweep._count_types", None)
    assert cli.run(["sweep", "--alpha", "0.001:1:0.001", "--rho", "0.001:1:0.001"]) == 2
    assert "1,000,000 points" in capsys.readouterr().err


@pytest.mark.parametrize("entry", ["alpha: 010, params: 1M", "params: 010", "mult_adds: 007M"])
def test_leading_zeros_are_refused_in_expectations(entry):
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(f"{INPUT}layers: [relu]\nexpect:\n  - {{{entry}}}\n")
    assert codes(error) == ["wrong-type"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1_000_000", "as 1000000; write 1000000"),
        ("0x10000000", "as 268435456; write 268435456"),
        ("1e3", "write 1000"),
        ("08", "write 8"),
        ("1:30.5", "YAML would read it as 90.5"),
        ("+5", "as 5; write 5"),
        ("32.0", "write 32"),
        ("10000000000000000000001_0", "write 100000000000000000000010"),
    ],
)
def test_messages_say_what_to_write(written, words):
    with pytest.raises(mnetcost.SpecError) as error:
        load(f"conv: {{out: {written}}}")
    assert words in str(error.value)


def test_a_repeat_says_a_problem_once():
    with pytest.raises(mnetcost.SpecError) as error:
        load(
            "repeat: 50\n    layers:\n      - conv: {out: 8, groups: 3}",
            "conv: {out: 9, groups: 2}",
        )
    assert codes(error) == ["groups", "groups"]
    assert [problem.mark.line for problem in error.value.problems] == [5, 6]


def test_the_place_stands_before_the_sentence():
    network = load("conv: {out: 10}")
    with pytest.raises(
        mnetcost.SpecError, match=r"conv_1 at α = 0.75, ρ = 1 \(input 9×7\): 10 chan"
    ):
        network.cost(alpha="0.75")


@pytest.mark.parametrize(
    ("width", "parts"),
    [
        (48, [[0, 1, 2, 3, 4]]),
        (40, [[0, 1, 2, 3], [0, 4]]),  # what is joined stays together where it fits
        (30, [[0, 1, 2], [0, 3, 4]]),  # and is broken where even alone it does not
        (12, [[0, 1], [0, 2], [0, 3], [0, 4]]),
    ],
)
def test_tables_are_split_between_columns(width, parts):
    columns = [
        Column("name", "Name", Kind.TEXT, label=True),
        Column("a", "A", Kind.INTEGER),
        Column("b", "B", Kind.INTEGER, joined=True),
        Column("c", "C", Kind.INTEGER, joined=True),
        Column("d", "D", Kind.INTEGER),
    ]
    assert split(columns, [8, 8, 8, 8, 8], width) == parts


@pytest.mark.parametrize("columns", [30, 40, 60])
@pytest.mark.parametrize("command", ["table", "sweep"])
def test_narrow_terminals_split_tables_between_columns(command, columns, monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    assert cli.run([command]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns + len("\x1b[1m\x1b[0m") * 8  # styles have no width
    cost = mnetcost.load("mobilenet_v1").cost()
    text = "\n".join(lines)
    assert f"{cost.mult_adds:,}" in text
    if command == "table":
        assert all(f"{layer.mult_adds:,}" in text for layer in cost.layers)


@pytest.mark.parametrize(
    "value",
    [Fraction(10**5000), Fraction(1, 10**5000), 10**5000, b"1", "1" * 41, "1e99", True],
    ids=["huge ratio", "tiny ratio", "huge", "bytes", "long", "exponent", "truth"],
)
def test_unreasonable_multipliers_are_wrong_usage(value):
    network = mnetcost.load("mobilenet_v1")
    with pytest.raises(mnetcost.UsageError):
        network.cost(alpha=value)
    with pytest.raises(mnetcost.UsageError):
        mnetcost.sweep(network, alpha=value)


def test_axes_may_be_numpy_scalars():
    network = mnetcost.load("mobilenet_v1")
    found = mnetcost.sweep(network, alpha=np.array(0.5), rho=np.float32(1))
    assert found.mult_adds.tolist() == [[149_497_088]]


def test_errors_survive_pickling():
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load("nowhere")
    copy = pickle.loads(pickle.dumps(error.value))
    assert (copy.problems, str(copy)) == (error.value.problems, str(error.value))


@pytest.mark.parametrize("words", ["--alpha 0 2>&-", "--alpha 0 2>/dev/full"])
def test_a_closed_standard_error_changes_no_exit_code(words):
    command = f'"{sys.executable}" -m mnetcost table {words}'
    done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, check=False)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
@pytest.mark.parametrize("words", [["--help"], ["table", "--help"], ["table", "--alpha", "0"]])
def test_help_and_usage_show_in_any_encoding(words, encoding):
    environment = {"PYTHONIOENCODING": encoding, "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "mnetcost", *words]
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert b"Traceback" not in done.stderr
    assert done.stdout or b"a: 0 is not above zero" in done.stderr


@pytest.mark.parametrize("name", ["./mobilenet_v1.yaml", "a\nb", "specs/mobilenet_v1.yaml"])
def test_show_takes_shipped_names_only(name, capsys):
    assert cli.run(["show", name]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        *(("fc", "dense"), ("linear", "dense"), ("bn", "batch_norm"), ("silu", "swish")),
        *(("h_swish", "hard_swish"), ("gap", "global_avg_pool"), ("Conv2D", "conv")),
    ],
)
def test_other_tools_words_for_layers(written, ours):
    with pytest.raises(mnetcost.SpecError) as error:
        load(f"{written}: {{out: 8}}")
    assert error.value.problems[0].suggestion == ours


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        *(("filters", "out"), ("out_channels", "out"), ("kernel_size", "kernel")),
        *(("pad", "padding"), ("activation", "act"), ("group", "groups")),
        *(("in_channels", "in"), ("strides", "stride")),
    ],
)
def test_other_tools_words_for_keys(written, ours):
    with pytest.raises(mnetcost.SpecError) as error:
        load(f"conv: {{out: 8, {written}: 1}}")
    assert error.value.problems[0].suggestion == ours


def test_published_figures_stand_under_the_table():
    text = f"{INPUT}layers: [relu]\nexpect:\n  - {{params: 3M, source: a paper}}\n"
    cost = mnetcost.load(text).cost()
    assert "params 3M (a paper) does NOT agree" in cost._repr_html_()
    assert "does NOT" not in mnetcost.load("mobilenet_v1").cost(alpha=0.75)._repr_html_()
    assert "325M" in mnetcost.load("mobilenet_v1").cost(alpha=0.75)._repr_html_()
    assert "Published" not in mnetcost.load("mobilenet_v1").cost(alpha=0.33)._repr_html_()


def test_csv_keeps_multipliers_exact(capsys):
    assert cli.run(["sweep", "--alpha", "0.75", "--rho", "6/7", "--format", "csv"]) == 0
    assert (
        capsys.readouterr().out.splitlines()[1].startswith("0.75,6/7,192,192,3,2568144,239273472")
    )
    assert cli.run(["sweep", "--alpha", "0.75", "--rho", "6/7", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["points"][0]["rho"] == "6/7"
