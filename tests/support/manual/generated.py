"""The files of the manual, with the parts that follow from the code written anew."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from manual.engines import engines_table
from manual.exactness import exactness
from manual.layer_pages import entry, families, keys_table, sections, windows
from manual.options import options_part
from manual.picture import PICTURE, picture
from manual.plots import plots
from manual.presets import presets_table

from mnetcost.manual import FOLDER, INDEX, Page, pages

TUTORIALS = ("own-network", "paper-tables", "build-server", "notebook")

# From `<!-- options -->` to `<!-- end -->` a page holds what the part of this name gives for it.
PARTS: dict[str, Callable[[Page], str]] = {
    "options": lambda page: options_part(page.name),
    "exactness": lambda page: exactness(),
    "layers": lambda page: keys_table(),
    "families": lambda page: families("" if page.name == "layers" else "layers.md"),
    "windows": lambda page: windows(),
    "sections": lambda page: sections(),
    "presets": lambda page: presets_table(),
    "engines": lambda page: engines_table(),
    "tutorials": lambda page: _list(one for one in _ordered() if one.name in TUTORIALS),
    "reference": lambda page: _list(
        one for one in pages().values() if one.name not in (*TUTORIALS, INDEX) and _is_top(one)
    ),
    "commands": lambda page: _list(one for one in pages().values() if not _is_top(one)),
}
MARKED = re.compile(r"^<!-- (\w+) -->\n.*?^<!-- end -->$", re.MULTILINE | re.DOTALL)


def files() -> dict[Path, str]:
    """Every page and picture of the manual by its path, as it should be."""
    return {
        **{page.path: _written(page) for page in pages().values()},
        PICTURE: picture(),
        **plots(),
    }


def _written(page: Page) -> str:
    def part(found: re.Match[str]) -> str:
        return f"<!-- {found[1]} -->\n\n{PARTS[found[1]](page)}\n\n<!-- end -->"

    return MARKED.sub(part, page.path.read_text(encoding="utf-8"))


def _is_top(page: Page) -> bool:
    return page.path.parent == FOLDER


def _ordered() -> list[Page]:
    """The pages, the tutorials first and in their order."""
    order = {name: place for place, name in enumerate(TUTORIALS)}
    return sorted(pages().values(), key=lambda page: order.get(page.name, len(order)))


def _list(found: Iterable[Page]) -> str:
    """An entry a page: what to type for it, and the question that it answers."""
    return "\n".join(
        entry(f"[{page.name}]({page.path.relative_to(FOLDER).as_posix()})", page.question)
        for page in found
    )
