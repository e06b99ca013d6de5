"""The pages hang together: links lead somewhere, every page is reached, nothing is said twice."""

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from commands import process
from manual.pages import NAMES, PATHS, README, ROOT, anchors, links, prose
from manual.picture import COMMAND, PICTURE

from mnetcost.manual import INDEX, layer_types, pages

by_page = pytest.mark.parametrize("path", PATHS, ids=NAMES)
LOCAL = [
    (path, target) for path in PATHS for target in links(path) if not re.match("[a-z]+:", target)
]


def target_of(path: Path, link: str) -> Path:
    name = link.partition("#")[0]
    return (path.parent / name).resolve() if name else path


@pytest.mark.parametrize(
    ("path", "link"), LOCAL, ids=[f"{path.stem} to {link}" for path, link in LOCAL]
)
def test_a_link_leads_somewhere(path: Path, link: str) -> None:
    target = target_of(path, link)
    assert target.is_relative_to(ROOT)
    assert target.exists()
    if anchor := link.partition("#")[2]:
        assert anchor in anchors(target)


def test_every_page_is_reached_from_the_index() -> None:
    reached, new = set(), {pages()[INDEX].path}
    while new:
        reached |= new
        new = {target_of(path, link) for path in new for link in links(path)}
        new = {path for path in new - reached if path.suffix == ".md" and path.exists()}
    assert {page.path for page in pages().values()} <= reached


@by_page
def test_a_page_begins_with_its_title_and_its_question(path: Path) -> None:
    title, question, *_ = path.read_text(encoding="utf-8").split("\n\n")
    assert re.fullmatch(r"# \S.*", title)
    assert path == README or re.fullmatch(r"[A-Z].*[?.]", question, re.DOTALL)


def test_names_are_told_apart() -> None:
    names = [page.path.stem for page in pages().values()]
    assert not {name for name, times in Counter(names).items() if times > 1}
    assert not set(names) & set(layer_types())


def sentences(path: Path) -> list[str]:
    """The sentences of a page's text, long enough to be missed when they come again."""
    text = re.sub(r"^\|.*$", "", prose(path), flags=re.MULTILINE)
    words = (" ".join(one.split()) for one in re.split(r"(?<=[.:;?!])\s|\n\n|\n- ", text))
    return [one for one in words if len(one) > 30]


@by_page
def test_no_sentence_stands_twice(path: Path) -> None:
    assert not {one for one, times in Counter(sentences(path)).items() if times > 1}


def test_no_sentence_stands_on_two_pages() -> None:
    places: dict[str, set[str]] = {}
    for path, name in zip(PATHS, NAMES, strict=True):
        for one in sentences(path):
            words = re.sub(r"\]\([^)]*\)", "]", one)  # a link's target depends on the page
            if len(words.split()) >= 8:
                places.setdefault(words, set()).add(name)
    assert not {words: names for words, names in places.items() if len(names) > 1}


@by_page
def test_lines_are_short(path: Path) -> None:
    long = [line for line in prose(path).splitlines() if len(line) > 100 and line[0] not in "|["]
    assert not long


def test_the_readme_is_short() -> None:
    assert README.read_text(encoding="utf-8").count("\n") <= 200


def test_the_picture_is_what_the_command_prints() -> None:
    texts = ElementTree.parse(PICTURE).iter("{http://www.w3.org/2000/svg}text")
    places = sorted(
        (float(one.get("y", "")), float(one.get("x", "")), one.text or "")
        for one in texts
        if "title" not in one.get("class", "")
    )
    shown = "".join("".join(words.split()) for _, _, words in places)
    printed = process(*COMMAND, env={"COLUMNS": "100"}).out.split()
    assert shown == "".join(["$", "mnetcost", *COMMAND, *printed])
    assert "568,740,352" in shown


def test_the_picture_shows_on_a_code_host() -> None:
    text = PICTURE.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "url(" not in text  # nothing that it would have to load
    target = PICTURE.relative_to(ROOT).as_posix()
    assert f"]({target})" in README.read_text(encoding="utf-8")
