"""The picture of the README: what a command prints in a terminal, as SVG."""

import re
from io import StringIO

from commands import process
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from mnetcost.manual import FOLDER

PICTURE = FOLDER / "types.svg"
COMMAND = ("table", "--view", "types")
COLUMNS = 100

# Black, red, green, yellow, blue, magenta, cyan, white; the terminal's own text and background.
_COLOURS = TerminalTheme(
    (30, 34, 40),
    (215, 218, 224),
    [
        *((92, 99, 112), (224, 108, 117), (152, 195, 121), (229, 192, 123)),
        *((97, 175, 239), (198, 120, 221), (86, 182, 194), (215, 218, 224)),
    ],
)
# No font from elsewhere: a code host would not load it.
_SVG = """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, Menlo, Consolas, monospace;
  font-size: {char_height}px;
  line-height: {line_height}px;
  white-space: pre;
}}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """The command and what it prints, in a terminal of 100 columns."""
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    printed = process(*COMMAND, env=terminal).out
    console = Console(
        record=True, width=COLUMNS, file=StringIO(), color_system="256", force_terminal=True
    )
    console.print(Text.from_ansi(f"$ mnetcost {' '.join(COMMAND)}\n{printed.rstrip()}"))
    title = f"mnetcost {' '.join(COMMAND)}"
    svg = console.export_svg(
        title=title,
        theme=_COLOURS,
        code_format=_SVG,
        font_aspect_ratio=0.602,
        unique_id="mnetcost",
    )
    # Rich cuts each line at its height, and "_" hangs below; it writes line ends too.
    svg = re.sub(r' clip-path="[^"]*"', "", svg)
    return re.sub(r"<text [^>]*>\s*</text>|^\s+|\n(?=\n)", "", svg, flags=re.MULTILINE)
