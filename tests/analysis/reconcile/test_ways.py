"""The way from one number to another."""

import pytest

import mnetcost
from mnetcost.analysis.reconcile.way import way
from mnetcost.conventions.presets import NAMES, convention

VALUES = 5_042_688  # outputs of MobileNet v1's convolutions, each normalised and activated
NORM, AFFINE = "values of the output map", "normalised values where γ is learned"
MACS = "multiply-accumulates of kernels and projections"


def steps(start: str, end: str, batch: int = 1) -> list[tuple[str, str, int]]:
    count = mnetcost.load("mobilenet_v1").cost(batch=batch)
    found = way(count, convention(start), convention(end))
    return [(step.layer, step.words, step.change) for step in found.steps]


def test_a_part_that_both_count_is_one_step() -> None:
    assert steps("thop", "fvcore") == [
        ("batch_norm", f"2 → 1 × {NORM}", -VALUES),
        ("batch_norm", f"2 → 1 × {AFFINE}", -VALUES),
        ("global_avg_pool", f"1 → 0 × {NORM}", -1024),
    ]
    assert steps("fvcore", "paper")[:2] == [
        ("batch_norm", f"1 → 0 × {NORM}", -VALUES),
        ("batch_norm", f"1 → 0 × {AFFINE}", -VALUES),
    ]


def test_what_a_multiply_add_is_makes_a_step() -> None:
    assert steps("paper", "flops") == [
        ("conv", f"1 → 2 × {MACS}", 539_492_352 + 10_838_016),
        ("depthwise", f"1 → 2 × {MACS}", 17_385_984),
        ("dense", f"1 → 2 × {MACS}", 1_024_000),
    ]


def test_a_batch_that_only_one_multiplies_by_is_a_step() -> None:
    found = steps("ptflops", "paper", batch=2)
    assert ("depthwise", f"1 × {MACS}, of one image or of all", 17_385_984) in found
    assert steps("paper", "macs", batch=2) == []


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("name", ["vit_b_16", "shufflenet_v2_x1_0"])
def test_every_way_arrives(name: str, batch: int) -> None:
    presets = [one for one in map(convention, NAMES) if one.counts_work]
    count = mnetcost.load(name).cost(batch=batch)
    numbers = {one.name: way(count, one, one).start for one in presets}
    for start in presets:
        for end in presets:
            found = way(count, start, end)
            assert (found.start, found.end) == (numbers[start.name], numbers[end.name])
            reached = found.start
            for step in found.steps:
                reached += step.change
                assert step.reached == reached
            assert reached == found.end
