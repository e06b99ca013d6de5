"""What a notebook shows of what it holds."""

import pytest
from changes import AFTER, BEFORE, net
from explanations import explained
from hostile import HOSTILE, named
from pages import Page

import mnetcost
from mnetcost.render import renderer
from mnetcost.reports.diff import diff_report


@pytest.mark.parametrize("format_", ["text", "markdown", "latex", "html"])
def test_the_library_shows_it(format_: str) -> None:
    found = mnetcost.diff(net(BEFORE).cost(), net(AFTER))
    assert "+2,112" in repr(found)
    assert "+2,112" in found._repr_html_()
    assert "+2,112" in renderer(format_)(diff_report(found))


def test_a_notebook_shows_it() -> None:
    found = mnetcost.compare(
        [mnetcost.load("mobilenet_v1"), mnetcost.load("mobilenet_v1").cost(0.5)]
    )
    assert found.names == ("MobileNet v1", "MobileNet v1@alpha=0.5")
    assert "568,740,352" in found._repr_html_()
    assert repr(found) == "Comparison('MobileNet v1', 'MobileNet v1@alpha=0.5')"
    assert found.plot().axes[0].get_xscale() == "log"


def test_a_notebook_shows_mathematics():
    found = explained("mobilenet_v1", "separable_1")
    page = found._repr_html_()
    fraction = "<mfrac><mrow><mn>1</mn></mrow><mrow>{}</mrow></mfrac>".format
    kernel = "<msubsup><mi>D</mi><mi>K</mi><mrow><mn>2</mn></mrow></msubsup>"
    assert f"{fraction('<mi>N</mi>')}<mo>&#x0002B;</mo>{fraction(kernel)}" in page
    assert "separable_1/depthwise" in Page(page).text
    assert "1/N + 1/D_K²" in repr(found)


def test_a_formula_shows_its_signs_and_runs_nothing():
    spec = """
input: {height: 24, width: 32, channels: 3}
blocks:
  one: {takes: {a: }, layers: [conv: {out: "$here * 4 if $a == '<i>}_{x&#60;' else 8"}]}
layers: [one: {a: "<i>"}]
"""
    page = mnetcost.load(spec).cost().explain()._repr_html_()
    assert "<i>" not in page
    assert "'<i>}_{x&#60;'" in Page(page).text


def test_a_network_and_a_cost_display_as_html() -> None:
    net = mnetcost.load("mobilenet_v1")
    cost = net.cost(alpha=0.75, rho="6/7")
    page = Page(cost._repr_html_())
    assert len(page.tables) == 3
    assert f"{cost.mult_adds:,}" in page.text
    assert "MobileNet v1" in page.text
    assert net._repr_html_() == net.cost()._repr_html_()
    assert "568,740,352" in net._repr_html_()
    assert "MobileNet v1" in repr(net)
    assert f"{cost.mult_adds:,}" in repr(cost)
    hostile = mnetcost.load(named(HOSTILE[0], HOSTILE[0]))
    assert "<script" not in hostile._repr_html_()
