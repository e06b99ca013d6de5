"""GitHub's annotations."""

import re
from pathlib import Path

import pytest
from checked import hostile

from mnetcost import cli
from mnetcost.render import renderer

# --- GitHub's annotations


def test_github(failing: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", failing, "--format", "github", "--max-params", "20"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert out.splitlines() == [
        "::error file=my.yaml,line=11,col=6,title=mnetcost expect::params 24 does not agree with "
        '25 (<a> & "b"), at α = 1, ρ = 1',
        "::error file=my.yaml,line=14,col=22,title=mnetcost budget::params 24 is over 23 by 1, "
        "at α = 1, ρ = 1",
        "::error file=my.yaml,line=15,col=5,title=mnetcost budget::mult_adds 1,152 is over 500 by "
        "652, at small_wide, α = 1, ρ = 1",
        "::error file=my.yaml,title=mnetcost budget::params 24 is over 20 by 4, at α = 1, ρ = 1",
    ]


def test_github_says_nothing_where_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "mobilenet_v1", "--format", "github"]) == 0
    assert capsys.readouterr() == ("", "")


def test_hostile_names_stay_in_their_place_of_an_annotation() -> None:
    text = renderer("github")(hostile())
    (line,) = text.splitlines()
    properties, message = re.fullmatch(r"::error ([^:]*)::(.*)", line).groups()  # type: ignore[union-attr]
    named = dict(one.split("=", 1) for one in properties.split(","))
    assert list(named) == ["file", "line", "col", "title"]
    assert named["file"].startswith("a%2Cb%3Ac%250A%0D%0A%3A%3Aerror")
    assert message.startswith("params 24 does not agree with 25 (100%25, <b>")
    assert not re.search(r"[\x00-\x1f]", line)


def test_what_is_wrong_with_a_spec_is_annotated_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "input: {height: 4, width: 6, channels: 3}\nlayers:\n  - conv: {out: 8, kernal: 3}\n"
    Path("a.yaml").write_text(text, encoding="utf-8")
    Path("b.yaml").write_text(text.replace("kernal: 3", "groups: 2"), encoding="utf-8")
    assert cli.run(["check", "a.yaml", "b.yaml", "mobilenet_v1", "--format", "github"]) == 1
    out, err = capsys.readouterr()
    first, second = out.splitlines()
    assert first.startswith("::error file=a.yaml,line=3,col=20,title=mnetcost unknown-key::")
    assert "; expected: one of kernel, stride" in first
    assert second.startswith("::error file=b.yaml,line=3,col=5,title=mnetcost groups::conv_1: 2 gr")
    assert "a.yaml:3:20: unknown-key" in err
    assert cli.run(["check", "a.yaml", "--format", "json"]) == 1
    assert capsys.readouterr().out == ""
