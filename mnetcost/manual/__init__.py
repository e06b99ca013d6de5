"""The manual: Markdown pages that ship with the package, found by what they are about."""

import re
from pathlib import Path
from typing import NamedTuple

from mnetcost.problems import UsageError
from mnetcost.text import clip, did_you_mean

FOLDER = Path(__file__).parent
INDEX = "index"
LAYERS = "layers"  # the page with a section for each layer type


class Page(NamedTuple):
    """One page: its name, its title, and the question that it answers."""

    name: str
    path: Path
    title: str
    question: str


def pages() -> dict[str, Page]:
    """Every page by its name, in the order of the names; a command's page is called like it."""
    found = (_page(path) for path in sorted(FOLDER.rglob("*.md")))
    return {page.name: page for page in found}


def _page(path: Path) -> Page:
    """The page of a file, which begins with its title and its question."""
    title, question, *_ = path.read_text(encoding="utf-8").split("\n\n", 2)
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", question)  # links are the page's own
    return Page(path.stem, path, title.removeprefix("# "), " ".join(words.split()))


def layer_types() -> dict[str, str]:
    """The section of each layer type, by the name that specs write."""
    text = (FOLDER / f"{LAYERS}.md").read_text(encoding="utf-8")
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]
    return {one[3 : one.index("\n")]: one for one in sections}


def topics() -> tuple[str, ...]:
    """What `find` knows: the pages, then the layer types."""
    return (*pages(), *layer_types())


def find(topic: str) -> str:
    """The Markdown text of a page, or of one layer type.

    Raises UsageError where there is no such topic.
    """
    if topic in (found := pages()):
        return found[topic].path.read_text(encoding="utf-8")
    if topic in (sections := layer_types()):
        return sections[topic]
    near = did_you_mean(topic, topics())
    hint = f"did you mean {near!r}? " if near else ""
    raise UsageError(
        f"TOPIC: the manual has no page {clip(topic)!r}; {hint}`mnetcost help` lists them"
    )
