"""`mnetcost help`: the manual."""

import sys

import click

from mnetcost import manual
from mnetcost.cli.options import EXITS, Word
from mnetcost.cli.output import print_paged, text_output_option, write_text


@click.command(epilog=EXITS)
@click.argument("topic", type=Word("topic"), default=manual.INDEX)
@text_output_option
def help(topic: str, output: str | None) -> None:  # noqa: A001 - the command's name
    """Show the manual: a page, a command or a layer type.

    Without TOPIC its pages are listed. In a terminal a text that is longer than the screen goes
    through $PAGER, or less where there is one; in a pipe or a file it is the Markdown as it stands.

    \b
    mnetcost help
    mnetcost help language
    mnetcost help table
    mnetcost help conv
    mnetcost help language -o language.md
    """
    text = manual.find(topic)
    if output is not None:
        write_text(text, output)
        return
    if sys.stdout is not None and sys.stdout.isatty():
        from mnetcost.render.page import render_page

        text = render_page(text)
    print_paged(text)
