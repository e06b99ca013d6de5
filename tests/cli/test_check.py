"""`mnetcost check`: budgets of options, and what they are of."""

import json
import re
from pathlib import Path

import pytest
from checked import SPEC
from commands import printed, refused, run

import mnetcost
from mnetcost import cli


def held(capsys: pytest.CaptureFixture[str], path: Path, *words: str) -> list[tuple[str, int, str]]:
    """(figure, computed, verdict) of the budgets of options."""
    cli.run(["check", str(path), *words, "--format", "json"])
    rows = json.loads(capsys.readouterr().out)["budgets"]
    return [(row["figure"], row["computed"], row["verdict"]) for row in rows]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        # two operations a mult-add
        (["--convention", "flops", "--max-mult-adds", "1152"], ("FLOPs (flops)", 1152, "fits")),
        (["--convention", "flops", "--max-mult-adds", "1151"], ("FLOPs (flops)", 1152, "over")),
        # 24 weights, 8 biases, γ, β and both statistics of 8 channels
        (["--convention", "keras", "--max-params", "63"], ("params (keras)", 64, "over")),
        # an image has no gradient: 576 forward and 576 for the weights, of three images
        (
            ["--pass", "training", "--batch", "3", "--max-mult-adds", "3456"],
            ("mult-adds of training", 3456, "fits"),
        ),
        (["--batch", "3", "--max-params", "23"], ("params", 24, "over")),
    ],
)
def test_a_budget_of_another_count(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    words: list[str],
    found: tuple[str, int, str],
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(f"{SPEC}budget: {{mult_adds: 576}}\n")
    assert held(capsys, path, *words) == [("mult_adds", 576, "fits"), found]


def test_a_budget_of_a_range_is_of_its_upper_end(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """ptflops counts the 8·4·6 values of a relu once, and again where it is a module."""
    least = mnetcost.load(SPEC).cost(convention="ptflops").counted.low
    path = tmp_path / "small.yaml"
    path.write_text(f"{SPEC}  - relu: {{called_as: unknown}}\n")
    found = "MACs (ptflops) at most", least + 2 * 192
    words = ["--convention", "ptflops", "--max-mult-adds"]
    assert held(capsys, path, *words, str(least + 383)) == [(*found, "over")]
    assert held(capsys, path, *words, str(least + 384)) == [(*found, "fits")]


def test_another_count_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SPEC)
    words = ["--convention", "flops", "--batch", "2", "--max-mult-adds", "2k"]
    assert cli.run(["check", str(path), *words]) == 1
    ran = capsys.readouterr()
    assert "Convention: “flops”" in ran.out
    assert "Batch: 2 images" in ran.out
    line = "FLOPs (flops) 2,304 is over 2,000 (2k) by 304, at α = 1, ρ = 1, batch 2\n"
    assert ran.err.endswith(f": budget: {line}")


def test_a_count_that_no_budget_is_of(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SPEC)
    for words, message in (
        (["--convention", "keras", "--max-mult-adds", "1k"], "keras counts parameters alone"),
        (["--convention", "flops"], "--convention is what"),
        (["--batch", "2"], "--batch is what"),
        (["--pass", "training"], "--pass is what"),
    ):
        assert cli.run(["check", str(path), *words]) == 2
        ran = capsys.readouterr()
        assert (ran.out, message in ran.err) == ("", True)


# --- options


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--max-mult-adds", "576", "--max-params", "24"], 0),
        (["--max-mult-adds", "575"], 1),
        (["--max-params", "23"], 1),
        (["--max-params", "12", "--alpha", "0.5"], 0),
        (["--max-params", "11", "--alpha", "1/2"], 1),
        (["--max-mult-adds", "144", "--rho", "1/2"], 0),
        (["--max-mult-adds", "2303", "--resolution", "12"], 1),
        (["--max-mult-adds", "360", "--input", "3x5"], 0),
        (["--max-mult-adds", "359", "--input", "3x5"], 1),
        (["--max-params", "30", "--set", "width=10"], 0),
        (["--max-params", "29", "--set", "width=10"], 1),
    ],
)
def test_a_budget_of_options(
    words: list[str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SPEC, encoding="utf-8")
    assert cli.run(["check", str(path), *words]) == code
    assert len(capsys.readouterr().err.splitlines()) == code


def test_a_budget_of_options_holds_for_every_spec(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["check", "mobilenet_v1", "efficientnet:b0", "--max-mult-adds", "385814864"]
    assert cli.run([*words, "--format", "json"]) == 1
    out, err = capsys.readouterr()
    assert "mult_adds 568,740,352 is over 385,814,864 by 182,925,488, at α = 1, ρ = 1" in err
    assert [row["variant"] for row in json.loads(out)["budgets"]] == [None, "efficientnet_b0"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--max-params", "many"], "max-params: 'many' is not a figure"),
        (["--max-mult-adds", "1_000"], "write 569M, 4.2 million, 3.13e8"),
        (
            ["--alpha", "0.5"],
            "--alpha is what --max-mult-adds, --max-params and --against hold for",
        ),
        (["--set", "a=1"], "--set is what"),
        (["--max-params", "1", "--rho", "1", "--resolution", "9"], "not both"),
        (["--max-params", "1", "--alpha", "0"], "α: 0 is not above zero"),
        (["--max-params", "1", "--format", "xml"], "'xml' is not one of"),
        (["--output", "x.github"], "tells no format"),
    ],
)
def test_wrong_options(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", "mobilenet_v1", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in " ".join(err.split())


def test_the_formats_of_build_servers_are_those_of_check_alone() -> None:
    for format_ in ("github", "junit"):
        assert cli.run(["table", "--format", format_]) == 2


def test_a_budget_on_standard_input() -> None:
    ran = run("check", "-", "--max-params", "23", input=SPEC.encode())
    assert ran.code == 1
    assert ran.err == "<stdin>:1:1: budget: params 24 is over 23 by 1, at α = 1, ρ = 1\n"


@pytest.mark.parametrize(
    ("entry", "code"), [("{params: 24, mult_adds: 576, stored: 64}", 0), ("{params: 25}", 1)]
)
def test_the_command(
    entry: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(f"{SPEC}expect:\n  - {entry}\n", encoding="utf-8")
    assert cli.run(["check", str(path), "--format", "json"]) == code
    (row, *_) = json.loads(capsys.readouterr().out)["checks"]
    assert (row["spec"], row["computed"]) == ("small", 24)


def test_every_shipped_figure_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check"]) == 0
    out = capsys.readouterr().out
    assert "agree" in out
    assert "differ" not in out


def test_specs_of_one_name_are_told_apart(tmp_path: Path) -> None:
    text = "input: {height: 4, width: 6, channels: 3}\nlayers:\n  - conv: {out: 8}\n"
    paths = [tmp_path / folder / "net.yaml" for folder in ("old", "new")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(text + "budget: {params: 24}\n", encoding="utf-8")
    words = "check", *map(str, paths)
    found = json.loads(run(*words, "--format", "json").out)["budgets"]
    assert [one["spec"] for one in found] == [str(path) for path in paths]
    alone = json.loads(run(*words[:2], "--format", "json").out)["budgets"]
    assert [one["spec"] for one in alone] == ["net"]
    suites = run(*words, "--format", "junit").out
    assert all(f'name="{path}"' in suites for path in paths)


# --- nothing to check

BARE = "input: {height: 9, width: 14, channels: 3}\nlayers:\n  - conv: {out: 8, kernel: 3}\n"
NOTHING = "nothing to check: the spec has no `expect:` and no `budget:`"


def test_a_spec_with_nothing_to_check_is_told(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(BARE, encoding="utf-8")
    ran = run("check", "mobilenet_v1", str(path))
    assert (ran.code, ran.err) == (0, f"Warning: net: {NOTHING}\n")
    required = run("check", "mobilenet_v1", str(path), "--require")
    assert (required.code, required.out) == (1, "")
    assert required.err.startswith(f"{path}:1:1: nothing-checked: {NOTHING}\n")
    told = run("check", str(path), "--require", "--format", "github")
    assert (told.code, told.out.count("nothing-checked")) == (1, 1)


def test_what_is_checked_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(BARE, encoding="utf-8")
    for words in (
        ["--max-params", "1k"],
        ["--against", str(path)],
    ):
        ran = run("check", str(path), "--require", *words)
        assert (ran.code, ran.err) == (0, "")
    path.write_text(f"{BARE}budget: {{params: 1k}}\n", encoding="utf-8")
    ran = run("check", str(path), "--require")
    assert (ran.code, ran.err) == (0, "")
    assert run("check").err == ""  # nobody asked for all of the shipped ones


# --- a setting behind the name

# MobileNet v1 at α = 0.5, non-square 160×128 of ρ = 1: 1,319,648 weights (the paper's 1.3 million,
# Table 6) whatever the input is.


@pytest.mark.parametrize("behind", ["alpha=0.5,classes=10", "input=160x128", "rho=1/2"])
def test_a_budget_asked_for_holds_at_the_setting_behind_the_name(behind: str) -> None:
    limits = ["--max-params", "4M", "--max-mult-adds", "1G", "--format", "json"]
    options = []
    for word in behind.split(","):
        name, _, value = word.partition("=")
        options += ["--set", word] if name == "classes" else [f"--{name}", value]
    found = run("check", f"mobilenet_v1@{behind}", *limits)
    assert found == run("check", "mobilenet_v1", *options, *limits)
    assert found.out != run("check", "mobilenet_v1", *limits).out


def test_each_budget_asked_for_holds_at_its_own_setting() -> None:
    nets = ["mobilenet_v1@alpha=0.5", "mobilenet_v1_full", "mobilenet_v1@alpha=0.25,rho=1/2"]
    ran = run("check", *nets, "--max-params", "1319648", "--format", "json")
    rows = json.loads(ran.out)["budgets"]
    assert [(row["alpha"], row["rho"], row["failed"]) for row in rows] == [
        ("1/2", "1", False),
        ("1", "1", True),
        ("1/4", "1/2", False),
    ]
    assert rows[0]["computed"] == 1_319_648
    assert ran.code == 1


def test_it_is_said_what_is_checked_at_which_setting() -> None:
    text = printed("check", "mobilenet_v1@alpha=0.5", "--max-params", "2M")
    assert (
        "Budget asked for: at α = 0.5, ρ = 1. "
        "Those of a spec (`expect:`, `budget:`): each at its own setting" in text
    )
    assert "Budget asked for" not in printed("check", "mobilenet_v1", "--max-params", "5M")
    two = printed("check", "mobilenet_v1@alpha=0.5", "mobilenet_v1@rho=1/2", "--max-params", "5M")
    assert (
        "Budget asked for: mobilenet_v1 at α = 0.5, ρ = 1; mobilenet_v1 at α = 1, ρ = 0.5." in two
    )


def test_of_a_spec_without_figures_there_is_nothing_to_tell_apart(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(BARE, encoding="utf-8")
    assert "asked for" not in printed("check", f"{path}@alpha=0.5", "--max-params", "1k")


@pytest.mark.parametrize("behind", ["alpha=0.5", "classes=10"])
def test_a_setting_that_nothing_is_held_at_is_told(behind: str) -> None:
    ran = run("check", f"mobilenet_v1@{behind}")
    assert ran.code == 0
    assert ran.out == printed("check", "mobilenet_v1") or behind == "classes=10"
    name = behind.partition("=")[0]
    assert ran.err == (
        f"Warning: mobilenet_v1@{behind}: {name} is what --max-mult-adds, --max-params and "
        "--against hold for; checked is what the spec says itself (`expect:`, `budget:`), each at "
        "its own setting\n"
    )


def test_a_setting_of_check_is_said_once() -> None:
    for words in (["classes=10", "--set", "classes=2"], ["alpha=0.5", "--alpha", "1"]):
        ran = run("check", f"mobilenet_v1@{words[0]}", *words[1:], "--max-params", "4M")
        refused(ran, 2)
        assert "there, or " in ran.err


def test_against_holds_at_the_setting_behind_the_name() -> None:
    """The same network at one α on both sides; at two of them something differs."""
    half = "mobilenet_v1@alpha=0.5"
    assert run("check", half, "--against", half).code == 0
    held = run("check", half, "--against", "mobilenet_v1", "--max-increase", "0").out
    assert "at α = 0.5, input 224×224×3, there α = 1, input 224×224×3" in held.replace("\n", " ")
    differing = run("check", half, "--against", "mobilenet_v1")
    count = re.search(r"layers differ: (\d+) ", differing.err)
    assert count
    assert f"differs: {count[1]} of them" in differing.out
    assert run("check", half, "--against", "mobilenet_v1").code == 1
    assert run("check", half, "--against", "mobilenet_v1", "--max-increase", "0").code == 0
    assert run("check", "mobilenet_v1", "--against", half, "--max-increase", "1%").code == 1
