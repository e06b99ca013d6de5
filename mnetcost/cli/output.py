"""Where a report goes: standard output or a file, in the format asked for."""

import codecs
import os
import stat
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import click

from mnetcost.render import FORMATS, SUFFIXES, renderer
from mnetcost.tables import Report

Command = TypeVar("Command", bound=Callable[..., Any])

# One character each, so that tables stay aligned where the output cannot show the sign itself.
_PLAIN = dict(zip("×→αβγρ²–…“”█▓▒░▏▎▍▌▋▊▉", "x>abgr2-.''###:....###"))


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in found), error.end


codecs.register_error("mnetcost", _plain)


def format_choice(formats: Iterable[str]) -> Callable[[Command], Command]:
    """--format, one of these."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(list(formats)),
        help="How to write it. The default is rich, or what the suffix of --output says.",
    )


format_option = format_choice(FORMATS)
output_option = click.option(
    "--output",
    "-o",
    type=click.Path(),
    help=f"Write to this file, whole or not at all ({', '.join(SUFFIXES)} tell the format).",
)


def choose_format(
    format_: str | None, output: str | None, suffixes: Mapping[str, str] = SUFFIXES
) -> str:
    """The format asked for, else what the suffix says, else rich. A wrong suffix is wrong usage."""
    if format_ or output is None or output == "-":
        return format_ or "rich"
    suffix = os.path.splitext(output)[1].lower()
    if suffix not in suffixes:
        known = ", ".join(suffixes)
        message = f"the suffix of '{output}' tells no format; use one of {known}, or --format"
        raise click.BadParameter(message, param_hint="--output")
    return suffixes[suffix]


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


def print_lines(lines: Iterable[str]) -> None:
    """Print to standard error, where anybody reads it."""
    with suppress(OSError):
        if sys.stderr is not None:
            sys.stderr.writelines(f"{line}\n" for line in lines)


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
            _replace(text, os.path.realpath(output))
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) else None
        message = f"cannot write '{click.format_filename(output)}': {words or error}"
        raise click.BadParameter(message, param_hint="--output") from None


def _replace(text: str, output: str) -> None:
    import tempfile  # slow to import, and most output goes to a terminal

    folder, file = os.path.split(output)
    handle, name = tempfile.mkstemp(prefix=f".{file[:50]}.", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            os.chmod(name, _mode(output))
        os.replace(name, output)
    except BaseException:
        os.unlink(name)
        raise


def _mode(output: str) -> int:
    """The mode of the file that is replaced, else what a new file gets."""
    if os.path.exists(output):
        return stat.S_IMODE(os.stat(output).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
