"""Targets: a network with its setting in one word, and what is wrong with one."""

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from commands import refused, run

import mnetcost
from mnetcost import SpecError, UsageError, cli
from mnetcost.targets import each, read_target

KNOBBED = """\
input: {height: 8, width: 6, channels: 3}
knobs: {alpha: 4, deep: 2}
layers:
  - conv: {out: $alpha, scale: false}
  - repeat: $deep
    layers: [conv: {out: $alpha, scale: false}]
"""


@pytest.mark.parametrize(
    ("text", "spec", "setting", "knobs"),
    [
        ("mobilenet_v1", "mobilenet_v1", {}, {}),
        ("mobilenet_v1@alpha=0.75", "mobilenet_v1", {"alpha": Fraction(3, 4)}, {}),
        ("mobilenet_v1@rho=5/7", "mobilenet_v1", {"rho": Fraction(5, 7)}, {}),
        ("x@resolution=160, alpha = 1/2", "x", {"resolution": 160, "alpha": Fraction(1, 2)}, {}),
        ("a/b.yaml@input=320x256", "a/b.yaml", {"input": (320, 256)}, {}),
        ("a/b.yaml@input=96x64x1", "a/b.yaml", {"input": (96, 64, 1)}, {}),
        ("efficientnet:b3@depth=1.2", "efficientnet:b3", {}, {"depth": Fraction(6, 5)}),
        ("x@set.alpha=2,alpha=3", "x", {"alpha": 3}, {"alpha": 2}),
        ("-@alpha=2", "-", {"alpha": 2}, {}),
        ("a@2x/net.yaml", "a@2x/net.yaml", {}, {}),
        ("a@2x/net.yaml@alpha=2", "a@2x/net.yaml", {"alpha": 2}, {}),
        ("net@2.yaml", "net@2.yaml", {}, {}),
    ],
)
def test_what_a_target_says(
    text: str, spec: str, setting: dict[str, Any], knobs: dict[str, Any]
) -> None:
    assert read_target(text) == (text, spec, setting, knobs)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("@alpha=1", "no SPEC before the @"),
        ("x@", "'' is not SETTING=VALUE"),
        ("x@alpha", "'alpha' is not SETTING=VALUE"),
        ("x@alpha=", "'alpha=' is not SETTING=VALUE"),
        ("x@=1", "'=1' is not SETTING=VALUE"),
        ("x@alpha=1,", "'' is not SETTING=VALUE"),
        ("x@alpha=1,alpha=2", "alpha is given twice"),
        ("x@deep=1,set.deep=2", "deep is given twice"),
        ("x@alpha=0", "α: 0 is not above zero"),
        ("x@alpha=two", "x@alpha=two: α: 'two' is not a number"),
        ("x@input=3x4x5x6", "HEIGHTxWIDTH"),
        ("x@resolution=1.5", "1.5 is not a whole number"),
        ("x@rho=1,resolution=8", "not both"),
        ("x@rho=1e999", "exponent"),
        ("a\nb", "write a name, a path"),
    ],
)
def test_a_wrong_target_says_why(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_target(text)
    assert words in str(caught.value)


def test_a_file_of_the_whole_name_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "net@alpha=2"
    assert read_target(str(path)).spec == str(tmp_path / "net")
    path.write_text(KNOBBED, encoding="utf-8")
    assert read_target(str(path)) == (str(path), str(path), {}, {})


def test_a_knob_may_be_called_as_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "knobbed.yaml"
    path.write_text(KNOBBED, encoding="utf-8")
    # 3·4 weights, and two times 4·4; of five channels 3·5 and twice 5·5
    found = mnetcost.compare([str(path), f"{path}@set.alpha=5,alpha=9", f"{path}@deep=1"])
    assert [count.params for count in found.counts] == [44, 65, 28]


@pytest.mark.parametrize(
    ("name", "near"), [("alfa", "alpha"), ("resolutoin", "resolution"), ("dept", "depth")]
)
def test_an_unknown_setting_has_a_suggestion(name: str, near: str) -> None:
    with pytest.raises(UsageError) as caught:
        mnetcost.compare([f"efficientnet_b0@{name}=1"])
    assert f"no setting or knob '{name}'" in str(caught.value)
    assert f"did you mean '{near}'?" in str(caught.value)


def test_the_setting_of_a_target_wins() -> None:
    others = {"alpha": "0.5", "rho": None, "resolution": "160", "input": None}
    assert read_target("x").setting_over(others) == {"alpha": "0.5", "resolution": "160"}
    assert read_target("x@rho=1").setting_over(others) == {"alpha": "0.5", "rho": 1}
    assert read_target("x@alpha=2").setting_over(others) == {"alpha": 2, "resolution": "160"}


def test_all_that_is_wrong_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["vgg16@alpha=0", "vgg16@rho=q", "vgg16@width=1", "resnet_18"]
    assert cli.run(["compare", "mobilenet_v1", *wrong]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert all(f"{one}: " in found.err for one in wrong)
    assert cli.run(["compare", "no_such", "mobilenet_v1", "no/file.yaml"]) == 1
    found = capsys.readouterr()
    assert found.out == ""
    assert "no_such:1:1: unknown-spec" in found.err
    assert "no/file.yaml:1:1: no-such-file" in found.err


def test_wrong_options_come_first_and_name_wrong_specs_too() -> None:
    def do(number: int) -> int:
        if number == 1:
            raise UsageError("one")
        if number == 2:
            mnetcost.load("no_such")
        return number

    with pytest.raises(UsageError, match="one; no_such: no spec of this name"):
        each([0, 1, 2, 1], do)
    with pytest.raises(SpecError) as caught:
        each([0, 2, 2], do)
    assert len(caught.value.problems) == 1
    assert each([0, 3], do) == [0, 3]


def test_standard_input_is_read_once() -> None:
    ran = run("diff", "--format", "csv", "--", "-", "-@deep=3", input=KNOBBED.encode())
    assert (ran.code, ran.err) == (0, "")
    assert sum(int(line.split(",")[6]) for line in ran.out.splitlines()[1:]) == 16  # 4·4


def test_a_network_of_the_text_of_a_spec_is_no_target() -> None:
    assert mnetcost.compare([KNOBBED]).counts[0].params == 44
    refused(run("compare", f"x{os.linesep}y"), 2)
