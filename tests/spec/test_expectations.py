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
        learned = sum(cost.parameters) - cost.parameters.norm_statistics
        exact = {"params": cost.params, "mult_adds": cost.mult_adds, "learned": learned}
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
