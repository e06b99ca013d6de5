"""`mnetcost check` with budgets, and what build servers read of it."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from commands import process
from paths import DATA

import mnetcost
from mnetcost import cli
from mnetcost.render import renderer
from mnetcost.reports.check import check_report, complaints

# 3·8 weights at 4×6 positions: 24 params, 576 mult-adds; 24 + 8 biases + 16 affine = 48 learned.
SPEC = """\
name: Small
input: {height: 4, width: 6, channels: 3}
width: {round: floor}
knobs: {width: 8}
variants:
  small_wide: {knobs: {width: 16}}
layers:
  - conv: {out: $width, bias: true, norm: batch}
"""
SCHEMA = DATA / "junit-10.xsd"


def limits(budget: str) -> list[tuple[str, int, int, str]]:
    report = check_report([mnetcost.load(f"{SPEC}budget:{budget}")])
    rows = report.document["budgets"]
    return [(row["kind"], row["limit"], row["computed"], row["verdict"]) for row in rows]


def test_a_limit_is_exact() -> None:
    assert limits(" {mult_adds: 576, params: 24}") == [
        ("params", 24, 24, "fits"),
        ("mult_adds", 576, 576, "fits"),
    ]
    assert limits(" {mult_adds: 575, params: 23}") == [
        ("params", 23, 24, "over"),
        ("mult_adds", 575, 576, "over"),
    ]
    # a printed 0.6k would hold for 550 to 650, and a limit of 0.57k is 570
    assert limits(" {mult_adds: 0.57k}") == [("mult_adds", 570, 576, "over")]
    # ... and 0.02k is 20, though 24 would be printed so
    assert limits(" {params: 0.02k}") == [("params", 20, 24, "over")]
    assert limits(" {learned: 48, stored: 63}") == [
        ("learned", 48, 48, "fits"),
        ("stored", 63, 64, "over"),
    ]


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


def test_a_list_of_settings() -> None:
    budget = """
  - {alpha: 0.5, params: 12}
  - {rho: 1/2, mult_adds: 143}
  - {resolution: 12, mult_adds: 2304}
  - {variant: small_wide, params: 47}
  - {set: {width: 4}, params: 12}
"""
    assert limits(budget) == [
        ("params", 12, 12, "fits"),
        ("mult_adds", 143, 144, "over"),
        ("mult_adds", 2304, 2304, "fits"),
        ("params", 47, 48, "over"),
        ("params", 12, 12, "fits"),
    ]


def test_of_a_variant_only_its_own() -> None:
    text = f"{SPEC}budget:\n  - {{params: 1}}\n  - {{params: 2, variant: small_wide}}\n"
    report = check_report([mnetcost.load(text, "small_wide")])
    (row,) = report.document["budgets"]
    assert (row["computed"], row["variant"]) == (48, "small_wide")


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A spec with a figure that differs, a misprint and two broken limits, in its own folder."""
    monkeypatch.chdir(tmp_path)
    text = f"""{SPEC}expect:
  - {{params: 24, source: by hand}}
  - {{params: 25, source: '<a> & "b"'}}
  - {{params: 25, erratum: a misprint}}
budget:
  - {{mult_adds: 600, params: 23}}
  - mult_adds: 500
    variant: small_wide
"""
    Path("my.yaml").write_text(text, encoding="utf-8")
    return "my.yaml"


LINES = [
    'my.yaml:11:6: expect: params 24 does not agree with 25 (<a> & "b"), at α = 1, ρ = 1',
    "my.yaml:14:22: budget: params 24 is over 23 by 1, at α = 1, ρ = 1",
    "my.yaml:15:5: budget: mult_adds 1,152 is over 500 by 652, at small_wide, α = 1, ρ = 1",
]


@pytest.mark.parametrize("format_", ["rich", "json", "csv", "markdown", "latex", "html", "junit"])
def test_one_line_for_each_failure(
    format_: str, spec: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", spec, "--format", format_]) == 1
    out, err = capsys.readouterr()
    assert err.splitlines() == LINES
    assert "1,152" in out or "1152" in out


def test_the_table(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["check", spec])
    out = capsys.readouterr().out
    assert "my    small_wide, α = 1, ρ = 1  mult_adds  500         1,152  over     budget" in out
    assert "1 agree, 1 differ, 1 are known misprints, 1 fit their budget, 2 are over it" in out


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
        (["--max-mult-adds", "1,000"], "write 150M, 1.5G or 4200000"),
        (["--alpha", "0.5"], "--alpha is what --max-mult-adds and --max-params hold for"),
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


# --- GitHub's annotations


def test_github(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", spec, "--format", "github", "--max-params", "20"]) == 1
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


HOSTILE = "a,b:c%0A\r\n::error ::x\x1b]<&\"'>\ufffe\x01.yaml"
SOURCE = "100%, <b>&amp;]]> ::set-output name=x::y"


def hostile() -> Any:
    network = mnetcost.load(f"{SPEC}expect:\n  - {{params: 25, source: {json.dumps(SOURCE)}}}\n")
    report = check_report([network])
    (row,) = report.document["checks"]
    return report._replace(
        document={"checks": [row | {"file": HOSTILE, "spec": HOSTILE}], "budgets": []}
    )


def test_hostile_names_stay_in_their_place_of_an_annotation() -> None:
    text = renderer("github")(hostile())
    (line,) = text.splitlines()
    properties, message = re.fullmatch(r"::error ([^:]*)::(.*)", line).groups()  # type: ignore[union-attr]
    named = dict(one.split("=", 1) for one in properties.split(","))
    assert list(named) == ["file", "line", "col", "title"]
    assert named["file"].startswith("a%2Cb%3Ac%250A%0D%0A%3A%3Aerror")
    assert message.startswith("params 24 does not agree with 25 (100%25, <b>")
    assert not re.search(r"[\x00-\x1f]", line)


# --- JUnit


@pytest.fixture(scope="module")
def junit() -> xmlschema.XMLSchema:
    """The schema of Jenkins' xUnit plugin."""
    return xmlschema.XMLSchema(str(SCHEMA))


def test_junit(spec: str, junit: xmlschema.XMLSchema, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["check", spec, "mobilenet_v1", "--format", "junit"]) == 1
    text = capsys.readouterr().out
    junit.validate(text)
    root = ElementTree.fromstring(text)
    assert root.attrib == {"name": "mnetcost check", "tests": "21", "failures": "3", "errors": "0"}
    mine, shipped = root
    assert mine.attrib == {
        "name": "my",
        "file": "my.yaml",
        "tests": "6",
        "failures": "3",
        "errors": "0",
        "skipped": "1",
    }
    assert (shipped.get("tests"), shipped.get("failures")) == ("15", "0")
    assert [len(case) for case in mine] == [0, 1, 1, 1, 0, 1]
    failed = mine.findall("testcase/failure")
    assert [one.text for one in failed] == ["my.yaml:11:6", "my.yaml:14:22", "my.yaml:15:5"]
    assert [one.get("type") for one in failed] == ["expect", "budget", "budget"]
    assert failed[0].get("message", "").startswith('params 24 does not agree with 25 (<a> & "b")')
    (skipped,) = mine.findall("testcase/skipped")
    assert skipped.get("message") == "a misprint"
    names = [case.get("name") for case in mine]
    assert len(set(names)) == len(names) - 1  # the same figure is expected twice
    assert names[-1] == "budget: mult_adds at most 500, small_wide, α = 1, ρ = 1"


def test_junit_of_hostile_names(junit: xmlschema.XMLSchema) -> None:
    text = renderer("junit")(hostile())
    junit.validate(text)
    (failure,) = ElementTree.fromstring(text).iter("failure")
    assert SOURCE in (failure.get("message") or "")


def test_junit_of_nothing(junit: xmlschema.XMLSchema) -> None:
    text = renderer("junit")(check_report([mnetcost.load(SPEC)]))
    junit.validate(text)
    assert ElementTree.fromstring(text).get("tests") == "0"


def test_the_suffix_tells_junit(spec: str, junit: xmlschema.XMLSchema) -> None:
    assert cli.run(["check", spec, "-o", "report.xml"]) == 1
    junit.validate("report.xml")


def test_a_budget_on_standard_input() -> None:
    ran = process("check", "-", "--max-params", "23", input=SPEC.encode())
    assert ran.code == 1
    assert ran.err == "<stdin>:1:1: budget: params 24 is over 23 by 1, at α = 1, ρ = 1\n"


def test_complaints_say_the_unit_as_it_is_written() -> None:
    report = check_report([mnetcost.load(f"{SPEC}budget: {{mult_adds: 0.5k}}")])
    assert complaints(report) == (
        "<text>:9:10: budget: mult_adds 576 is over 500 (0.5k) by 76, at α = 1, ρ = 1",
    )


def test_a_limit_that_holds_is_passed_by_nothing() -> None:
    report = check_report([mnetcost.load(f"{SPEC}budget: {{mult_adds: 600, params: 20}}")])
    assert [(row["kind"], row["over"]) for row in report.document["budgets"]] == [
        ("params", 4),
        ("mult_adds", 0),
    ]
