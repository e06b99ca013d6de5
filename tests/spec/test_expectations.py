"""Published figures in a spec: how they are written, and that those of the shipped specs hold."""

import pytest
from networks import INPUT, codes

import mnetcost
from mnetcost.spec import shipped


@pytest.mark.parametrize("entry", ["rho: 1e40", "alpha: 1e40", "alpha: 0", "rho: 1e-40"])
def test_an_expectation_at_an_unreasonable_setting_is_a_problem_of_the_spec(entry):
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(f"{INPUT}layers: [relu]\nexpect: [{{params: 5M, {entry}}}]\n")
    assert codes(error) == ["out-of-range"]
    assert error.value.problems[0].mark.line == 3


@pytest.mark.parametrize("entry", ["alpha: 010, params: 1M", "params: 010", "mult_adds: 007M"])
def test_leading_zeros_are_refused_in_expectations(entry):
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(f"{INPUT}layers: [relu]\nexpect:\n  - {{{entry}}}\n")
    assert codes(error) == ["wrong-type"]


# --- what the specs themselves expect


def broken(net):
    """The sources of the expectations that do not hold, one for each figure."""
    found = []
    for expected in net.graph.expectations:
        if expected.erratum:
            continue
        own = net.configured(expected.variant, expected.set)
        cost = own.cost(expected.alpha, expected.rho, expected.resolution)
        stored = sum(cost.parameters)
        learned = stored - cost.parameters.norm_statistics
        exact = {"params": cost.params, "mult_adds": cost.mult_adds}
        exact |= {"learned": learned, "stored": stored}
        found += [
            f"{quantity}: {expected.source}"
            for quantity, printed in expected.figures()
            if not printed.agrees(exact[quantity])
        ]
    return found


@pytest.mark.parametrize("name", shipped())
def test_expectations_hold(nets, name):
    # nobody publishes exact figures of mobilenet_ssd
    assert nets[name].graph.expectations or name == "mobilenet_ssd"
    assert broken(nets[name]) == []


@pytest.mark.parametrize(
    ("right", "wrong", "found"),
    [
        ("mult_adds: 569M", "mult_adds: 570M", "mult_adds: Tables 4 and 6 to 8"),
        ("params: 1.32M", "params: 1.31M", "params: Table 9"),
        ("290M, printed: truncated", "290M, printed: rounded", "mult_adds: Table 7"),
        ("290M, printed: truncated", "291M, printed: truncated", "mult_adds: Table 7"),
        ("alpha: 0.25", "alpha: 1/3", "mult_adds: Table 6"),
        ("resolution: 128", "rho: 5/7", "mult_adds: Table 7"),
        ("height: 224", "height: 160", "mult_adds: Tables 5 and 6"),
    ],
)
def test_a_wrong_expectation_is_noticed(nets, right, wrong, found):
    text = nets["mobilenet_v1"].graph.origin.text
    assert text.count(right) == 1
    assert found in broken(mnetcost.load(text.replace(right, wrong)))


# --- figures and limits as people have them


@pytest.mark.parametrize("section", ["expect: [{%s}]", "budget: {%s}"])
@pytest.mark.parametrize(
    ("figure", "message"),
    [
        ("mult_adds: 5.56 GFLOPs", "write 2.78G where a MAC is two FLOPs, or 5.56G where one"),
        ("params: 5.4MB", "write 1.35M for values of 4 bytes"),
        ("mult_adds: 300 MAdds", "write 300M MACs, or 300 MACs"),
        ("mult_adds: 1_000_000", "is not a figure"),
    ],
)
def test_a_figure_that_is_asked_about_has_a_place(section, figure, message):
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(f"{INPUT}layers: [relu]\n" + section % figure + "\n")
    (problem,) = error.value.problems
    assert (problem.code, problem.mark.line) == ("wrong-type", 3)
    assert message in problem.message


@pytest.mark.parametrize("section", ["expect", "budget"])
def test_figures_in_sections(section):
    """3·1·3·3 = 27 weights, each used at 32·16 places."""
    conv = "layers: [conv: {out: 3, kernel: [3, 1], stride: [1, 2]}]\n"
    text = "input: {height: 32, width: 32, channels: 3}\n" + conv + section
    figures = "mult_adds: 1.3824e4, params: 27 params"
    network = mnetcost.load(f"{text}:\n  - {{{figures}}}\n  - mult_adds: 13,824 MACs\n")
    entries = network.graph.expectations + network.graph.budgets
    assert network.cost().mult_adds == 13_824
    values = [printed.value for one in entries for _, printed in one.figures()]
    assert sorted(values) == [27, 13_824, 13_824]


def test_commas_in_a_flow_mapping_want_quotes():
    text = f"{INPUT}layers: [relu]\nexpect:\n  - "
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(text + "{params: 3,000}\n")
    (problem,) = error.value.problems
    assert (problem.code, problem.expected) == (
        "unknown-key",
        'quotes around a number with commas, such as "3,000,000"',
    )
    quoted = mnetcost.load(text + '{params: "3,000"}\n').graph.expectations
    assert quoted[0].params.value == 3000
