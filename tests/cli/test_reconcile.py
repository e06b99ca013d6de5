"""`mnetcost reconcile`: printed numbers as people have them, and the sentence that answers."""

import re
from pathlib import Path

import pytest
from commands import run
from documents import document

PLAIN = "the whole network, counted as paper, macs, deepspeed-macs: 568,740,352 MACs, rounded"


@pytest.mark.parametrize(
    "printed", ["568,740,352", "568740352", "569M", " 0.569G ", "5.69e8", "5.69·10⁸", "569 MMac"]
)
def test_a_printed_number_as_people_have_it(printed: str) -> None:
    found = document("reconcile", "mobilenet_v1", "--printed", printed)["answers"]
    assert (found[0]["scope"], found[0]["network"]) == ("the whole network", "")
    assert found[0]["value"] == 568_740_352
    assert [one["chance"] for one in found] == sorted(one["chance"] for one in found)


@pytest.mark.parametrize(
    ("printed", "message"),
    [
        ("many", "--printed: 'many' is not a figure; write 569M, 4.2 million, 3.13e8"),
        ("300 MAdds", "--printed: '300 MAdds': write 300M MACs, or 300 MACs"),
        ("0", "--printed: nothing counts 0"),
    ],
)
def test_what_is_no_figure(printed: str, message: str) -> None:
    ran = run("reconcile", "mobilenet_v1", "--printed", printed)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_it_begins_with_one_sentence() -> None:
    ran = run("reconcile", "mobilenet_v1", "--printed", "569M")
    assert ran.code == 0
    assert ran.out.startswith(f"MobileNet v1\n569M is {PLAIN}.\n")
    assert "\n569M: what explains it\n" in ran.out
    assert "\nTried: " in ran.out


def test_what_it_calls_its_unit_is_said() -> None:
    answer = document("reconcile", "mobilenet_v1", "--printed", "569 MFLOPs")
    words = PLAIN.replace("MACs, rounded", "MACs, which it calls FLOPs, rounded")
    assert answer["answer"] == f"569 MFLOPs is {words}."
    assert {one["unit"] for one in answer["answers"]} == {"MAC"}
    doubled = document("reconcile", "mobilenet_v1", "--printed", "1.137 GFLOPs")["answers"][0]
    assert (doubled["unit"], doubled["value"]) == ("FLOP", 2 * 568_740_352)


def test_a_unit_says_which_numbers_are_tried() -> None:
    """4,209,088 weights; 4,231,976 with the classifier's biases, and γ and β of 10,944 channels."""
    answer = document("reconcile", "mobilenet_v1", "--printed", "4.2M params")
    assert {one["unit"] for one in answer["answers"]} == {"parameters"}
    assert [one["value"] for one in answer["answers"]][:2] == [4_209_088, 4_231_976]
    ran = run("reconcile", "mobilenet_v1", "--printed", "4.2M MACs")
    assert ran.code == 1


def test_a_tool_that_is_printed_twice(tmp_path: Path) -> None:
    """8·3·3·3 weights on 10×12 places, and four operations for each of the 960 values."""
    path = tmp_path / "net.yaml"
    path.write_text(
        "input: {height: 10, width: 12, channels: 3}\n"
        "layers: [conv: {out: 8, kernel: 3, norm: batch}]\n",
        encoding="utf-8",
    )
    value = 2 * (216 * 120 + 4 * 960)
    first = document("reconcile", str(path), "--printed", str(value))["answers"][0]
    assert (first["value"], first["factor"], first["unit"]) == (value, 2, "FLOP")
    assert first["convention"].startswith("ultralytics-thop")
    ran = run("reconcile", str(path), "--printed", str(value))
    assert (
        "Doubled: the GFLOPs of Ultralytics' model summary: twice what ultralytics-thop" in ran.out
    )


def test_no_number_prints_so() -> None:
    ran = run("reconcile", "mobilenet_v1", "--printed", "123M")
    assert ran.code == 1
    assert re.fullmatch(
        r"Nothing explains 123M: of [\d,]+ numbers none prints so; the nearest is the .*, counted "
        r"as .*: [\d,]+ MACs, off by [+-][\d.]+ %\.",
        ran.out.splitlines()[1],
    )
    assert "nothing prints so; these come nearest" in ran.out
    assert "Off by" in ran.out
    assert "By chance" not in ran.out.partition("Tried")[0]


def test_one_digit_explains_nothing() -> None:
    ran = run("reconcile", "mobilenet_v1", "--printed", "0.6G")
    assert ran.code == 1
    assert ran.out.splitlines()[1] == (
        f"Nothing explains 0.6G: its one digit says too little, though it may be {PLAIN}."
    )


def test_two_counts_by_how_a_layer_is_called_are_said(tmp_path):
    """fvcore counts a pool's 60 values read, or none of them: of 120 mult-adds."""
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "input: {height: 3, width: 4, channels: 2}\nlayers:\n  - conv: {out: 5}\n"
        "  - adaptive_avg_pool: {size: [2, 2], called_as: unknown}\n",
        encoding="utf-8",
    )
    ran = run("reconcile", str(spec), "--from", "fvcore")
    assert "depends on calls that the spec does not know" in ran.out


def test_a_way_begins_with_both_numbers() -> None:
    """568,740,352 and normalised values once for their values and once for γ, and a pool's input:
    the maps of MobileNet v1 have 5,042,688 normalised values, and its pool reads 7·7·1024."""
    answer = document("reconcile", "mobilenet_v1", "--from", "fvcore")["answer"]
    assert answer == (
        "fvcore counts 578,875,904 MACs, paper 568,740,352 MACs: -10,135,552 (-1.75 %), and "
        "-10,085,376 of it in batch_norm."
    )
    same = document("reconcile", "mobilenet_v1", "--from", "paper", "--to", "macs")["answer"]
    assert same == "paper counts 568,740,352 MACs, macs 568,740,352 MACs: the same."
