"""A scatter as a figure in a file."""

from xml.etree import ElementTree

import pytest
from scatters import HOSTILE, WIDTHS, hostile

import mnetcost
from mnetcost.render.figure import draw, figure_bytes
from mnetcost.reports.compare import scatter_of

# --- in files


@pytest.mark.parametrize("count", [1, 2, 15, 40])
def test_figures_are_the_same_every_time_and_show_texts_as_they_are(count: int) -> None:
    one = hostile(count)
    svg = figure_bytes(one, "svg")
    assert svg == figure_bytes(one, "svg")
    if count < 3:  # pixels take the longest of all, and are of the same figure
        assert figure_bytes(one, "png") == figure_bytes(one, "png")
    root = ElementTree.fromstring(svg)
    texts = ["".join(node.itertext()) for node in root.iter("{http://www.w3.org/2000/svg}text")]
    for name in HOSTILE[: min(count, 3)]:
        assert name in texts
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert b"date" not in svg.lower()


def test_labels_stand_apart() -> None:
    names = [*WIDTHS, "mobilenet_v2", "mobilenet_v3_large", "resnet18", "vgg16", "vgg16_bn"]
    figure = draw(scatter_of(mnetcost.compare(names)))
    (axes,) = figure.axes
    renderer = figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in axes.texts]
    frame = axes.get_window_extent(renderer)
    assert len(boxes) == len(names)
    for place, box in enumerate(boxes):
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert not any(box.overlaps(other) for other in boxes[:place])
