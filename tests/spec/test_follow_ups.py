"""One mistake is one problem: what only follows from it is not said."""

import pytest
from networks import codes

import mnetcost
from mnetcost.problems import WIDTH

HEAD = "input: {height: 12, width: 10, channels: 8}\nlayers:\n"


def _problems(text: str) -> list[mnetcost.Problem]:
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(text)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("text", "code", "suggestion"),
    [
        (HEAD + "  - conv: {ot: 4, kernel: 3}\n", "unknown-key", "out"),
        (HEAD + "  - conv: {expan: 4, kernel: 3}\n", "unknown-key", "expand"),
        (HEAD + "  - conv: {expand: 6 +, kernel: 3}\n", "expression", None),
        (HEAD.replace("layers", "layer") + "  - relu\n", "unknown-key", "layers"),
        (HEAD.replace("width", "widht") + "  - relu\n", "unknown-key", "width"),
        (HEAD + "  - cnov: {out: 4}\n  - add: {from: [input, conv_1]}\n", "unknown-layer", "conv"),
        (
            HEAD + "  - cnov: {out: 4, name: a}\n  - add: {from: [input, a]}\n",
            "unknown-layer",
            "conv",
        ),
        (
            HEAD + "  - branches:\n      - [relu]\n      - [conv: {out: 6}]\n    merge: conact\n"
            "    name: both\n  - relu: {from: both}\n",
            "unknown-word",
            "concat",
        ),
        (
            HEAD + "  - rbanches:\n      - [relu]\n    merge: add\n    name: both\n"
            "  - relu: {from: both}\n",
            "unknown-layer",
            "branches",
        ),
        (
            "blocks: {inverted: {layers: [relu]}}\n" + HEAD + "  - invertde\n",
            "unknown-layer",
            "inverted",
        ),
        ("knobs: {depth: 2}\n" + HEAD + "  - relu: {when: $dept > 1}\n", "expression", "$depth"),
        (HEAD + "  - dense: {out: 3, per_position: ture}\n", "wrong-type", None),
    ],
)
def test_one_mistake_is_one_problem(text: str, code: str, suggestion: str | None) -> None:
    (problem,) = _problems(text)
    assert (problem.code, problem.suggestion) == (code, suggestion)


UNREADABLE = {
    "a height": "{height: two, width: 10, channels: 8}",
    "a width": "{height: 12, width: two, channels: 8}",
    "channels": "{height: 12, width: 10, channels: two}",
    "an input": "12",
}


@pytest.mark.parametrize("source", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize(
    "layer",
    [
        "add: {from: [input, small]}",
        "concat: {from: [input, small]}",
        "multiply: {from: [input, small]}",
        "matmul: {from: [input, small], transpose: second}",
        "crop: {height: 20, width: 30}",
        "opaque: {of: [24, 32, 16], mult_adds: 5}",
        "resize: {scale: 99999999}",
        "deform_conv: {out: 4, kernel: 3, from: [input, small]}",
        "pixel_unshuffle: {factor: 7}",
        "reshape: {height: 3, width: 1, channels: rest}",
    ],
)
def test_nothing_is_said_of_a_number_that_could_not_be_read(source: str, layer: str) -> None:
    text = f"input: {source}\nlayers:\n  - conv: {{out: 6, kernel: [3, two], name: small}}\n"
    for problem in _problems(f"{text}  - {layer}\n  - dense: {{out: 2}}\n"):
        assert "nan" not in str(problem)


def test_a_layer_that_is_called_nan_is_no_number() -> None:
    text = "  - conv: {out: 8, kernel: 3, name: nan}\n  - conv: {out: 8, weights: nan}\n"
    assert [one.code for one in _problems(HEAD + text)] == ["shared-weights"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("224", "height: 224, width: 224, channels: 3"),
        ("320x256", "height: 320, width: 256, channels: 3"),
        ("320×256×1", "height: 320, width: 256, channels: 1"),
        ("[320, 256, 1]", "height: 320, width: 256, channels: 1"),
        ("[3, 320, 256]", "height: 320, width: 256, channels: 3"),
        ("[320, 256]", "height: 320, width: 256, channels: 3"),
        ("[]", None),
        ("[1, 2, 3, 4]", None),
        ("large", None),
        ("0x20", None),
    ],
)
def test_sides_alone_are_told_the_mapping(written: str, meant: str | None) -> None:
    (problem,) = _problems(f"input: {written}\nlayers: [relu]\n")
    assert problem.suggestion == (meant and f"input: {{{meant}}}")
    assert "such as {height: 224, width: 224, channels: 3}" in str(problem)


def test_a_number_for_a_layer_is_told_its_key() -> None:
    problems = _problems(HEAD + "  - conv: 32\n  - max_pool: 2\n  - dense: ten\n")
    meant = ["conv: {out: 32}", "max_pool: {kernel: 2}", None]
    assert [one.suggestion for one in problems] == meant


def test_branches_without_their_lists() -> None:
    text = "  - branches:\n      - conv: {out: 4}\n      - relu\n      - [cnov: {out: 4}]\n"
    problems = _problems(f"{HEAD}{text}    merge: concat\n  - dense: {{out: 2}}\n")
    found = [(one.mark[:2], one.code, one.suggestion) for one in problems]
    assert found == [
        ((4, 9), "wrong-type", "- - conv"),
        ((5, 9), "wrong-type", "- - relu"),
        ((6, 10), "unknown-layer", "conv"),
        ((8, 5), "not-flat", None),
    ]


def test_a_list_is_shown_once_and_in_part_behind_the_suggestion() -> None:
    with pytest.raises(mnetcost.SpecError) as caught:
        mnetcost.load(HEAD + "  - cnov: {out: 4}\n  - sperable: {out: 4}\n  - sperable\n")
    assert codes(caught) == ["unknown-layer"] * 3
    lines = str(caught.value).split("\n")
    assert [line.split(":")[0].strip() for line in lines].count("expected") == 1
    assert lines[3].strip() == "did you mean 'conv'?"
    assert lines[4].startswith("      expected: one of conv, depthwise, ")
    assert lines[5].endswith(" more (mnetcost help layers)")
    assert max(map(len, lines)) <= WIDTH
    assert len(lines) == 6 + 4 + 4


def test_an_entry_of_a_list_without_its_key_is_told_of_it() -> None:
    (problem,) = _problems(HEAD + "  - repeat: 3\n    - relu\n")
    assert problem.code == "not-yaml"
    assert "`layers:`" in str(problem)
