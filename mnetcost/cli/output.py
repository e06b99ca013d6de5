"""Where a report goes: standard output or a file, in the format asked for."""

import codecs
import os
import sys
from typing import Any

import click

from mnetcost.files import replacing
from mnetcost.render import FORMATS, SUFFIXES, renderer
from mnetcost.tables import Report

# One character each, so that tables stay aligned where the output cannot show the sign itself.
_PLAIN = dict(zip("×→αβγρ²–…“”█▓▒░▏▎▍▌▋▊▉", "x>abgr2-.''###:....###"))


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in found), error.end


codecs.register_error("mnetcost", _plain)

format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    help="How to write it. The default is rich, or what the suffix of --output says.",
)
output_option = click.option(
    "--output",
    "-o",
    type=click.Path(),
    help=f"Write to this file, whole or not at all ({', '.join(SUFFIXES)} tell the format).",
)


def choose_format(format_: str | None, output: str | None) -> str:
    """The format asked for, else what the suffix says, else rich. A wrong suffix is wrong usage."""
    if format_ or output is None or output == "-":
        return format_ or "rich"
    suffix = os.path.splitext(output)[1].lower()
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        message = f"the suffix of '{output}' tells no format; use one of {known}, or --format"
        raise click.BadParameter(message, param_hint="--output")
    return SUFFIXES[suffix]


def write(report: Report, format_: str, output: str | None) -> None:
    """Render the report and put it where it belongs."""
    if output is None or output == "-" or _is_standard_output(output):
        print_text(renderer(format_)(report))
    elif format_ == "rich":
        from mnetcost.render.terminal import render_plain

        _save(render_plain(report), output)
    else:
        _save(renderer(format_)(report), output)


def prepare_streams() -> None:
    """Let signs that an output cannot show become plain ones."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure and codecs.lookup(stream.encoding).name != "utf-8":
            reconfigure(errors="mnetcost")


def _is_standard_output(output: str) -> bool:
    """Whether the file is where standard output goes: replacing it would lose what is there."""
    try:
        return os.path.samestat(os.stat(output), os.fstat(1))
    except (OSError, ValueError):
        return False


def print_text(text: str) -> None:
    """Print to standard output."""
    if sys.stdout is not None:  # else it was closed by whoever started this
        sys.stdout.write(text)


def _save(text: str, output: str) -> None:
    """Write beside the file, then rename: a reader sees the old file or the new one, whole."""
    try:
        if os.path.exists(output) and not os.path.isfile(output):
            with open(output, "w", encoding="utf-8") as stream:  # a device cannot be replaced
                stream.write(text)
        else:
            with (
                replacing(output) as name,
                open(name, "w", encoding="utf-8") as stream,
            ):
                stream.write(text)
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) else None
        message = f"cannot write '{click.format_filename(output)}': {words or error}"
        raise click.BadParameter(message, param_hint="--output") from None
