"""What `table` says beside its numbers."""

import pytest
from commands import run
from documents import document
from networks import INPUT

import mnetcost


def test_published_figures_stand_under_the_table():
    text = f"{INPUT}layers: [relu]\nexpect:\n  - {{params: 3M, source: a paper}}\n"
    cost = mnetcost.load(text).cost()
    assert "params 3M (a paper) does NOT agree" in cost._repr_html_()
    assert "does NOT" not in mnetcost.load("mobilenet_v1").cost(alpha=0.75)._repr_html_()
    assert "325M" in mnetcost.load("mobilenet_v1").cost(alpha=0.75)._repr_html_()
    assert "Published" not in mnetcost.load("mobilenet_v1").cost(alpha=0.33)._repr_html_()


def test_types_and_layers_add_up_under_a_convention_and_a_pass() -> None:
    trained = document("table", "mobilenet_v1", "--pass", "training")
    for key in ("forward", "input_gradient", "weight_gradient"):
        for group in ("layers", "types"):
            assert (
                sum(one["passes"][key] for one in trained[group])
                == trained["totals"]["passes"][key]
            )
    apart = document("table", "mobilenet_v1", "--columns")
    for key, total in apart["totals"]["operations"].items():
        for group in ("layers", "types"):
            assert sum(one["operations"][key] for one in apart[group]) == total


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "(MACs: a mult-add is one multiply-accumulate, 1 MAC)"),
        (("--convention", "flops"), "(FLOPs as flops counts: a multiply-add is 2 FLOPs)"),
        (("--pass", "training"), "(MACs of the training pass: a mult-add is"),
        (
            ("--pass", "training", "--convention", "flops"),
            "(FLOPs as flops counts, training pass: a multiply-add is 2 FLOPs)",
        ),
        (("--columns",), "one MAC is one multiplication and one addition, two FLOPs"),
    ],
)
def test_the_header_says_what_one_is(options: tuple[str, ...], words: str) -> None:
    ran = run("table", "mobilenet_v1", "--view", "types", *options)
    assert words in ran.out
