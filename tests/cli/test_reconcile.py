"""`mnetcost reconcile`: printed numbers as people have them."""

import pytest
from commands import run
from documents import document


@pytest.mark.parametrize("printed", ["568,740,352", "568740352", "569M", " 0.569G "])
def test_a_printed_number_as_people_have_it(printed: str) -> None:
    found = document("reconcile", "mobilenet_v1", "--printed", printed)["found"]
    assert found[0]["scope"] == "the whole network"
    assert found[0]["value"] == 568_740_352
    assert [one["printed"] for one in found] == sorted(one["printed"] for one in found)


def test_no_number_prints_so() -> None:
    ran = run("reconcile", "mobilenet_v1", "--printed", "123M")
    assert ran.code == 1
    assert "nothing prints so; these come nearest" in ran.out
