"""JUnit's XML, valid by the schema of Jenkins' xUnit plugin."""

from xml.etree import ElementTree

import pytest
import xmlschema
from checked import SOURCE, SPEC, hostile
from paths import DATA

import mnetcost
from mnetcost import cli
from mnetcost.render import renderer
from mnetcost.reports.check import check_report

SCHEMA = DATA / "junit-10.xsd"


# --- JUnit


@pytest.fixture(scope="module")
def junit() -> xmlschema.XMLSchema:
    """The schema of Jenkins' xUnit plugin."""
    return xmlschema.XMLSchema(str(SCHEMA))


def test_junit(
    failing: str, junit: xmlschema.XMLSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["check", failing, "mobilenet_v1", "--format", "junit"]) == 1
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


def test_the_suffix_tells_junit(failing: str, junit: xmlschema.XMLSchema) -> None:
    assert cli.run(["check", failing, "-o", "report.xml"]) == 1
    junit.validate("report.xml")


def test_what_is_wrong_with_a_spec_is_an_error(
    failing: str, junit: xmlschema.XMLSchema, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["check", failing, "nowhere.yaml", "--format", "junit"]
    assert cli.run(words) == 1
    text = capsys.readouterr().out
    junit.validate(text)
    root = ElementTree.fromstring(text)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "1")
    error = root.find("testsuite/testcase/error")
    assert error is not None
    assert error.get("type") == "no-such-file"
    assert error.text == "nowhere.yaml:1:1"
