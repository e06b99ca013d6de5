"""How much more a network may cost than another one, such as itself on the main branch."""

import json
import os
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest
from commands import Ran, run

from mnetcost.analysis.check.increase import read_increase
from mnetcost.exact import percent_text
from mnetcost.problems import UsageError

NET = """\
input: {{height: 6, width: 10, channels: 3}}
layers:
  - conv: {{out: 8, kernel: [3, 1], name: stem}}
  - conv: {{out: {out}, name: middle}}
  - conv: {{out: 4, name: last}}
"""
# stem 3·3·8 = 72 weights, middle 8·out, last 4·out; each times 60 positions
OLD = NET.format(out=10)  # 72 + 80 + 40 = 192 weights, 11,520 mult-adds
NEW = NET.format(out=11)  # 72 + 88 + 44 = 204 weights, 12,240 mult-adds: 1/16 more


def git(folder: Path, *words: str) -> None:
    names = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose main branch has nets/net.yaml, which is larger in the working tree."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets").mkdir()
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "nets" / "net.yaml").write_text(OLD)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=first")
    (tmp_path / "nets" / "net.yaml").write_text(NEW)
    return tmp_path


def check(*words: str, spec: str = "nets/net.yaml") -> Ran:
    return run("check", spec, *words)


@pytest.mark.parametrize(
    ("text", "params", "mult_adds"),
    [
        ("1%", "1/100", "1/100"),
        ("0.5 %", "1/200", "1/200"),
        ("0", "0", "0"),
        ("params=1%,mult_adds=0", "1/100", "0"),
        ("mult-adds = 12.5 %", None, "1/8"),
    ],
)
def test_limits(text: str, params: str | None, mult_adds: str) -> None:
    limits = read_increase(text)
    assert limits.get("params") == (None if params is None else Fraction(params))
    assert limits["mult_adds"] == Fraction(mult_adds)


@pytest.mark.parametrize("text", ["1", "-1%", "", "%", "1%%", "x%", "1% 2", "params=1%,params=2%"])
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(UsageError, match="max-increase: "):
        read_increase(text)


@pytest.mark.parametrize(
    ("limit", "code"),
    [("0", 1), ("6%", 1), ("6.24999999%", 1), ("6.25%", 0), ("7%", 0), ("params=100%", 0)],
)
def test_the_increase_is_exact(repository: Path, limit: str, code: int) -> None:
    assert check("--against", "main", "--max-increase", limit).code == code


def test_a_failing_line_names_what_grew_most(repository: Path) -> None:
    ran = check("--against", "main", "--max-increase", "1%")
    params, mult_adds = ran.err.strip().split("\n")
    assert params == (
        "nets/net.yaml:4:5: increase: params 204 is 6.25 % more than 192 in main, 5.25 percentage"
        " points above the 1 % allowed: 11 too many, at α = 1, input 6×10×3; grown most: middle +8,"
        " last +4"
    )  # 193 of 193.92 are allowed
    # 11,635 of 11,635.2
    assert "mult_adds 12,240 is 6.25 % more than 11,520 in main, 5.25 percentage" in mult_adds
    assert ": 605 too many, at " in mult_adds
    assert mult_adds.endswith("; grown most: middle +480, last +240")
    assert "Against main: 2 limits are broken\n" in ran.out
    assert "Increase over main, at α = 1, input 6×10×3\n" in ran.out
    assert "204     192  +6.25 %   +1 %     over by 11\n" in ran.out
    assert "12,240  11,520  +6.25 %   +1 %     over by 605\n" in ran.out


def test_a_passing_one_says_what_is_left(repository: Path) -> None:
    """211 weights are allowed and 12,672 mult-adds: 7 of 211.2 and 432 of 12,672 are left."""
    words = "--against", "main", "--max-increase", "10%"
    ran = check(*words)
    assert ran.out.rstrip() == (
        "Compared with main\n"
        "Against main: 2 limits hold\n"
        "Least headroom: 7 params left: net has 204, 192 in main (+6.25 %, at most +10 %), at "
        "α = 1, input 6×10×3"
    )
    every = check(*words, "--all").out
    assert "204     192  +6.25 %   +10 %    fits, 7 left\n" in every
    assert "12,240  11,520  +6.25 %   +10 %    fits, 432 left\n" in every


def test_networks_at_several_settings_each_say_theirs(repository: Path) -> None:
    """At any width of the screen, and the setting once where all have the same."""
    (repository / "nets" / "other.yaml").write_text(NET.format(out=8).replace("10", "12"))
    words = ["check", "nets/net.yaml", "nets/other.yaml", "--against", "nets/net.yaml", "--all"]
    for columns in ("60", "200"):
        ran = run(*words, "--max-increase", "50%", env={"COLUMNS": columns})
        assert "Increase over nets/net.yaml\n" in ran.out
        assert "6×12×3" in ran.out


def test_json(repository: Path) -> None:
    ran = check("--against", "main", "--max-increase", "1%", "--format", "json")
    document = json.loads(ran.out)
    assert document["checks"] == document["budgets"] == []
    params, mult_adds = document["increases"]
    assert (params["kind"], mult_adds["kind"]) == ("params", "mult_adds")
    found = {key: mult_adds[key] for key in ("computed", "there", "increase", "limit", "most")}
    assert found == {
        "computed": 12240,
        "there": 11520,
        "increase": "1/16",
        "limit": "1/100",
        "most": 11635,
    }
    assert params["grown"] == [
        {"name": "middle", "here": 88, "there": 80},
        {"name": "last", "here": 44, "there": 40},
    ]
    assert (params["file"], params["line"], params["column"]) == ("nets/net.yaml", 4, 5)


def test_servers(repository: Path) -> None:
    words = "--against", "main", "--max-increase", "1%"
    assert "::error file=nets/net.yaml,line=4,col=5,title=mnetcost increase::params 204" in (
        check(*words, "--format", "github").out
    )
    xml = check(*words, "--format", "junit").out
    assert 'name="increase: params over main, α = 1, input 6×10×3"' in xml
    assert 'tests="2" failures="2"' in xml


def test_a_network_that_shrinks(repository: Path) -> None:
    (repository / "nets" / "net.yaml").write_text(NET.format(out=7))  # 156 weights
    ran = check("--against", "main", "--max-increase", "0", "--all")
    assert (ran.code, ran.err) == (0, "")
    # 36 of 192 weights
    assert [line.split("  ")[-1] for line in ran.out.splitlines()[-5:] if "fits" in line] == [
        "fits, 36 left",
        "fits, 2,160 left",  # at 60 positions
    ]


def test_a_spec_that_main_has_not_is_passed_over_and_said(repository: Path) -> None:
    (repository / "nets" / "new.yaml").write_text(NEW)
    ran = check("--against", "main", "--max-increase", "1%", spec="nets/new.yaml")
    assert ran.code == 0
    assert ran.err == "Warning: new is not in main: nothing holds what it costs\n"
    words = "--against", "main", "--max-increase", "1%", "--format", "junit"
    assert 'skipped="2"' in check(*words, spec="nets/new.yaml").out
    ran = check("--against", "main", "--max-increase", "1%", "--require", spec="nets/new.yaml")
    assert ran.code == 1
    assert "nothing-checked: nothing to check: it is not in main" in ran.err


def test_without_a_limit_it_is_the_same_network_or_not(repository: Path) -> None:
    ran = check("--against", "HEAD")
    assert ran.code == 1
    assert "against: layers differ: 2 (of 3 here, 3 in HEAD): middle has params 88 here" in ran.err
    git(repository, "stash")
    assert check("--against", "HEAD").code == 0


def test_another_file_holds_too(repository: Path) -> None:
    (repository / "old.yaml").write_text(OLD)
    assert check("--against", "old.yaml", "--max-increase", "6.2%").code == 1
    assert check("--against", "old.yaml", "--max-increase", "6.3%").code == 0


def test_a_file_wins_over_a_revision_and_says_so(repository: Path) -> None:
    (repository / "main").write_text(NEW)
    ran = check("--against", "main", "--max-increase", "0")
    assert ran.code == 0
    assert "Warning: main is a file here; the revision is refs/heads/main" in ran.err
    assert check("--against", "refs/heads/main", "--max-increase", "0").code == 1


def test_from_another_folder_and_in_a_hook(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("GIT_DIR", ".git")
    path = os.fspath(repository / "nets" / "net.yaml")
    assert check("--against", "main", "--max-increase", "7%", spec=path).code == 0


@pytest.mark.parametrize("name", ["nope", "-x", "--help", "main:nets", "HEAD@{", "a b", "née", ""])
def test_no_revision_of_this_name(repository: Path, name: str) -> None:
    ran = check(f"--against={name}", "--max-increase", "1%")
    assert ran.code in (1, 2)
    assert "Traceback" not in ran.err
    assert "of this name" in ran.err or "shipped" in ran.err
    assert ran.out == ""


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.fspath(tmp_path.parent))
    (tmp_path / "net.yaml").write_text(NEW)
    ran = check("--against", "main", "--max-increase", "1%", spec=os.fspath(tmp_path / "net.yaml"))
    assert ran.code == 1
    assert "is in no repository of git" in " ".join(ran.err.split())


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(repository))
    ran = check("--against", "main", "--max-increase", "1%")
    assert ran.code == 1
    assert "a revision needs git, which is not installed here" in ran.err


def test_what_was_wrong_in_the_revision_is_said_there(repository: Path) -> None:
    (repository / "nets" / "net.yaml").write_text("layers: [relu]\n")
    git(repository, "commit", "--all", "--quiet", "--message=bad")
    (repository / "nets" / "net.yaml").write_text(NEW)
    ran = check("--against", "main", "--max-increase", "1%")
    assert ran.code == 1
    assert ran.err.startswith("main:nets/net.yaml:1:1: missing-key: a spec needs `input`")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--max-increase", "1%"], "--max-increase needs --against"),
        (["--against", "main", "--max-increase", "1"], "'1' is no percentage"),
    ],
)
def test_wrong_options(repository: Path, words: list[str], message: str) -> None:
    ran = check(*words)
    assert ran.code == 2
    assert message in ran.err


def test_the_summary_is_added_and_whole(repository: Path) -> None:
    words = "--against", "main", "--max-increase", "10%", "--summary", "page.md"
    (repository / "page.md").write_text("before\n")
    ran = check(*words, "--format", "github")
    assert (ran.code, ran.out) == (0, "")
    first = (repository / "page.md").read_text()
    assert first.startswith("before\n# Compared with main")
    assert (
        "## Increase over main, at α = 1, input 6×10×3\n\n"
        "| Spec | Figure | Here | There | Increase | At most | Verdict |\n"
        "| --- | --- | ---: | ---: | --- | --- | --- |\n"
        "| net | params | 204 | 192 | +6.25 % | +10 % | fits, 7 left |\n"
    ) in first
    assert "grew most" not in first
    check(*words)
    assert (repository / "page.md").read_text().count("# Compared with main\n") == 2
    (repository / "nets" / "net.yaml").write_text("layers: [relu]\n")
    assert check(*words).code == 1
    assert "missing-key" in (repository / "page.md").read_text()


def test_the_summary_names_the_costliest_layers(repository: Path) -> None:
    words = "--against", "main", "--max-increase", "1%", "--max-params", "100", "--summary", "p.md"
    check(*words)
    page = (repository / "p.md").read_text()
    grown = page.partition("## What grew most where an increase is too large\n")[2]
    assert "| net | α = 1, input 6×10×3 | params | middle | " in grown
    assert "| +8 |" in grown
    assert "| net | α = 1, input 6×10×3 | mult\\_adds | last | " in grown
    assert "| +240 |" in grown
    most = page.partition("## What costs most where a budget is broken\n")[2].partition("##")[0]
    assert most.count("| net | α = 1, ρ = 1 | params | ") == 3


def test_a_summary_that_cannot_be_written(repository: Path) -> None:
    ran = check("--summary", "nowhere/page.md")
    assert ran.code == 2
    assert "--summary" in ran.err
    ran = check("--summary", "x.txt", "-o", "x.txt")
    assert ran.code == 2 or not (repository / "x.txt").exists()


def test_new_specs_in_csv_and_layer_by_layer(repository: Path) -> None:
    (repository / "nets" / "new.yaml").write_text(NEW)
    words = "--against", "main", "--max-increase", "1%", "--format", "csv"
    rows = check(*words, spec="nets/new.yaml").out.splitlines()[1:]
    assert rows[0] == 'new,"α = 1, input 6×10×3",params,,204,not compared,main'
    ran = check("--against", "main", spec="nets/new.yaml")
    assert ran.code == 0
    assert ran.err == "Warning: new is not in main: nothing holds what it costs\n"


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        *(("0", "0 %"), ("1/100", "1 %"), ("1/3", "33.3 %"), ("2/3", "66.7 %"), ("1/16", "6.25 %")),
        *(
            ("1/800", "0.125 %"),
            ("1/9", "11.1 %"),
            ("123/10", "1,230 %"),
            ("0.0000123", "0.00123 %"),
        ),
    ],
)
def test_percentages_have_three_digits(ratio: str, text: str) -> None:
    assert percent_text(Fraction(ratio)) == text


def test_what_is_left_is_cut_and_what_is_over_is_never_the_limit_itself(repository: Path) -> None:
    words = "--against", "main", "--all", "--max-increase"
    assert "+6.25 %   +6.249 %  over by 1\n" in check(*words, "6.249%").out  # 1/16 is 6.25 %
    assert "fits, 0 left" in check(*words, "6.25%").out
