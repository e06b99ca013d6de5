"""The README and the pages of the manual, taken apart: fences, prose, links."""

import re
from pathlib import Path
from typing import NamedTuple

from mnetcost.manual import pages

ROOT = Path(__file__).parents[3]
README = ROOT / "README.md"
PATHS = (README, *(page.path for page in pages().values()))
NAMES = [path.relative_to(ROOT).as_posix() for path in PATHS]

_FENCE = re.compile(
    r"^```(?P<language>\w*)(?: (?P<file>\S+))?\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_GENERATED = re.compile(r"^<!-- \w+ -->\n.*?^<!-- end -->$", re.MULTILINE | re.DOTALL)


class Fence(NamedTuple):
    """A fenced block: where it stands, its language, its text, and the file that it is called."""

    path: Path
    language: str
    text: str
    file: str | None

    @property
    def id(self) -> str:
        """What a test's name says of it."""
        return f"{self.path.stem}: {self.text.splitlines()[0][:50]}"


def fences(path: Path, language: str = "") -> list[Fence]:
    """The fenced blocks of a page, of one language or of all."""
    found = [
        Fence(path, one["language"], one["text"], one["file"])
        for one in _FENCE.finditer(path.read_text(encoding="utf-8"))
    ]
    return [one for one in found if language in ("", one.language)]


def every(language: str) -> list[Fence]:
    """The fenced blocks of this language, of all pages."""
    return [one for path in PATHS for one in fences(path, language)]


def files(path: Path) -> dict[str, str]:
    """What a page's commands find in their folder: what it calls files, and a spec.

    `my_net.yaml` is the first spec of the page, or of the README where the page has none.
    """
    first, *_ = [*fences(path, "yaml"), *fences(README, "yaml")]
    named = [(one.file, one.text) for one in fences(path) if one.file]
    return dict([("my_net.yaml", first.text), *named])


def prose(path: Path) -> str:
    """What somebody wrote: without fences, and without what follows from the code."""
    return _FENCE.sub("", _GENERATED.sub("", path.read_text(encoding="utf-8")))


def named(name: str) -> list[Path]:
    """The page of the manual with this name, where there is one."""
    return [page.path for page in pages().values() if page.name == name]


def anchors(path: Path) -> set[str]:
    """The anchors that a code host gives to a page's headings."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#+ (.*)$", _FENCE.sub("", path.read_text("utf-8")), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
        if found[slug]:
            found[f"{slug}-{found[slug]}"] = 0
    return set(found)


def links(path: Path) -> list[str]:
    """The targets of a page's links and pictures."""
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    text = re.sub(r"`[^`\n]*`", "code", text)  # no links in code; code may stand in a link
    return re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text)
