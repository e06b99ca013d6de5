"""The tests of pages fail where a page lies."""

from fractions import Fraction

import pytest
from manual.pages import anchors, fences, files
from manual.running import claims, commands_of, matches, says

import mnetcost


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nc\n", False),
        ("a\n...\nd", "a\nb\nc\nd\n", True),
        ("a\n...", "a\n", True),
        ("...\nd", "a\nd\n", True),
        ("...\nd", "a\nde\n", False),
        ("a", "a\nb\n", False),
        ("1.5", "1x5", False),
    ],
)
def test_a_shown_output_is_the_whole_output(shown: str, printed: str, same: bool) -> None:
    assert matches(shown, printed) == same


@pytest.mark.parametrize(
    ("comment", "given", "holds"),
    [
        ("12", 12, True),
        ("12", 13, False),
        ("12, 3", (12, 3), True),
        ("'a'", "a", True),
        ("'a'", "b", False),
        ("True", True, True),
        ("True", 1, False),
        ("1/3", Fraction(1, 3), True),
        ("2/3", Fraction(1, 3), False),
        ("Fraction(1, 3)", Fraction(1, 3), True),
        ("Fraction(2, 3)", Fraction(1, 3), False),
        ("6,963 of the points", 6963, True),
        ("6,963 of the points", 6964, False),
        ("the whole network", 12, None),
        ("12 tables", "a table", None),
        ("→ 12", 12, True),
        ("→ 12", 13, False),
        ("→ Map(h=1)", "Map(h=1)", False),
        ("→ words", 12, False),
        ("→ 1_000", 1000, True),
        ("[1, 2]", (1, 2), False),
    ],
)
def test_what_a_comment_says_of_a_value(comment: str, given: object, holds: bool | None) -> None:
    assert says(comment, given) is holds


def test_claims_are_those_of_every_statement() -> None:
    text = "x = 2  # 2\nx + (\n    1\n)  # 4\nprint(x)  # → 2\nx  # the same\n"
    found = [(one.comment, one.holds) for one in claims(text, {})]
    assert found == [("2", True), ("4", False), ("→ 2", True)]


def test_a_block_may_hold_several_commands() -> None:
    found = list(commands_of("$ a b\none\n\ntwo\n$ c \\\n> d\n"))
    assert found == [("a b", "one\n\ntwo"), ("c d", "")]


def test_a_fence_may_be_called_a_file(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```yaml\na: 1\n```\n\n```yaml b.yaml\nb: 2\n```\n```sh\nc\n```\n", "utf-8")
    assert files(page) == {"my_net.yaml": "a: 1\n", "b.yaml": "b: 2\n"}
    assert [one.language for one in fences(page)] == ["yaml", "yaml", "sh"]


def test_a_page_without_a_spec_has_the_readmes(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ mnetcost table my_net.yaml\n```\n", "utf-8")
    assert list(files(page)) == ["my_net.yaml"]
    assert mnetcost.load(files(page)["my_net.yaml"]).name == "A small network"


def test_anchors_are_a_code_hosts(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `b`, c: D/E\n## α × ρ\n### It's\n## α × ρ\n```sh\n# no\n```\n", "utf-8")
    assert anchors(page) == {"a-b-c-de", "α--ρ", "its", "α--ρ-1"}
