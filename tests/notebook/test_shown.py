"""What a notebook shows of what it holds."""

import pytest
from changes import AFTER, BEFORE, net
from explanations import explained
from hostile import HOSTILE, named
from pages import Page

import mnetcost
from mnetcost.render import renderer
from mnetcost.render.mathematics import text
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
    latex = found._repr_latex_()
    assert latex.count("$$") % 2 == 0
    assert r"\frac{1}{N} + \frac{1}{D_K^{2}}" in latex
    assert r"\text{separable}\_\text{1/depthwise" in latex
    assert "1/N + 1/D_K²" in repr(found)
    assert text(r"b_{c}\d%") == r"\text{b}\_\{\text{c}\}\backslash \text{d}\%"


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
