"""A page of the manual for a terminal."""

import re

PROSE = 100  # columns; what programs print may be wider

_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)\n*")
_LINK = re.compile(r"\[([^\]]+)\]\((?![a-z]+:)([^)#]*)(?:#([^)]*))?\)")
# Rich's own colours take a dark background for granted.
_STYLES = {"markdown.code": "cyan", "markdown.code_block": "none"}


def render_page(text: str) -> str:
    """A Markdown text in the colours and the width of the terminal."""
    from rich.console import Console  # a pipe does not wait for it
    from rich.markdown import Markdown
    from rich.theme import Theme

    console = Console(theme=Theme(_STYLES))
    prose = min(PROSE, console.width)
    with console.capture() as capture:
        for place, piece in enumerate(_FENCED.split(text)):
            fenced = place % 2 == 1
            markdown = Markdown(
                piece if fenced else _for_reading(piece), hyperlinks=False, code_theme="ansi_light"
            )
            console.print(markdown, width=None if fenced else prose)
    return capture.get()


def _for_reading(text: str) -> str:
    """Without pictures; a link to a page names the topic that shows it."""
    return _LINK.sub(_topic, _PICTURE.sub("", text))


def _topic(link: re.Match[str]) -> str:
    words, path, anchor = link.groups(default="")
    page = path.rpartition("/")[2].removesuffix(".md")
    topic = anchor if page == "layers" and anchor else page
    return words if topic in ("", *re.findall(r"[\w-]+", words)) else f"{words} ({topic})"
