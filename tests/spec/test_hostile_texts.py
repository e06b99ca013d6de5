"""Texts that are made to cost much are read or refused in a second and 100 MB."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from attacks import ATTACKS
from limited import held, limited, linux

import mnetcost
from mnetcost.manual import find
from mnetcost.spec import shipped
from mnetcost.steps import MAX_STEPS, Steps


def batched(names: Iterable[str], size: int) -> list[list[str]]:
    every = list(names)
    return [every[start : start + size] for start in range(0, len(every), size)]


@linux
@pytest.mark.parametrize("names", batched(ATTACKS, 8), ids=lambda names: f"{names[0]} and so on")
def test_texts_are_read_or_refused_within_the_limits(names: list[str], tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.yaml" for name in names]
    for name, path in zip(names, paths):
        path.write_text(ATTACKS[name], encoding="utf-8")
        assert path.stat().st_size <= 2**20
    held(*paths)


@linux
def test_the_limits_end_what_takes_more(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("layers: []\n", encoding="utf-8")
    for more in ("[None] * 20_000_000", "sum(range(10**9))"):
        assert limited(path, work=more).returncode != 0


def test_the_manual_says_how_many_steps_there_are() -> None:
    assert f"at most {MAX_STEPS:,} steps" in " ".join(find("language").split())


def test_a_network_of_the_zoo_takes_a_small_part_of_the_steps() -> None:
    class Counted(Steps):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    made: list[Steps] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mnetcost.problems.Steps", Counted)
        for name in shipped():
            mnetcost.load(name)
    assert 75_000 < MAX_STEPS - min(one.left for one in made) < 95_000  # some 90,000, of HRNet


def test_a_list_has_as_many_entries_as_a_network_has_layers() -> None:
    head = "input: {height: 9, width: 6, channels: 3}\nlayers:\n"
    assert len(mnetcost.load(head + "  - relu\n" * 10_000).graph.nodes) == 10_000
    with pytest.raises(mnetcost.SpecError) as error:
        mnetcost.load(head + "  - relu\n" * 10_001)
    (problem,) = error.value.problems
    assert (problem.code, problem.mark[:2]) == ("too-large", (3, 3))


def test_a_text_of_too_many_values_says_how_many_there_may_be() -> None:
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load("a: [" + ("[" + "1," * 9_000 + "],") * 20 + "]\n")
    assert "over 150,000 values; no spec or preset has so many" in str(caught.value)
