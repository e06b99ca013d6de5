"""Where a report goes: standard output or a file, in the format asked for."""

import codecs
import os
import stat
import sys
from pathlib import Path
from typing import IO, Any

import click

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
    type=click.Path(path_type=Path),
    help=f"Write to this file, whole or not at all ({', '.join(SUFFIXES)} tell the format).",
)


def choose_format(format_: str | None, output: Path | None) -> str:
    """The format asked for, else what the suffix says, else rich. A wrong suffix is wrong usage."""
    if format_ or output is None or str(output) == "-":
        return format_ or "rich"
    if output.suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        message = f"the suffix of '{output}' tells no format; use one of {known}, or --format"
        raise click.BadParameter(message, param_hint="--output")
    return SUFFIXES[output.suffix.lower()]


def write(report: Report, format_: str, output: Path | None) -> None:
    """Render the report and put it where it belongs."""
    if output is None or str(output) == "-" or _is_standard_output(output):
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


def _is_standard_output(output: Path) -> bool:
    """Whether the file is where standard output goes: replacing it would lose what is there."""
    try:
        return os.path.samestat(os.stat(output), os.fstat(1))
    except (OSError, ValueError):
        return False


def print_text(text: str) -> None:
    """Print to standard output."""
    if sys.stdout is not None:  # else it was closed by whoever started this
        sys.stdout.write(text)


def _save(text: str, output: Path) -> None:
    """Write beside the file, then rename: a reader sees the old file or the new one, whole."""
    try:
        if output.exists() and not stat.S_ISREG(output.stat().st_mode):
            output.write_text(text, encoding="utf-8")  # a device or a pipe cannot be replaced
        else:
            _replace(text, Path(os.path.realpath(output)))
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) else None
        message = f"cannot write '{click.format_filename(output)}': {words or error}"
        raise click.BadParameter(message, param_hint="--output") from None


def _replace(text: str, output: Path) -> None:
    import tempfile  # slow to import, and most output goes to a terminal

    handle, name = tempfile.mkstemp(prefix=f".{output.name[:50]}.", dir=output.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            _keep_mode(stream, output)
        os.replace(name, output)
    except BaseException:
        os.unlink(name)
        raise


def _keep_mode(stream: IO[str], output: Path) -> None:
    """The mode of the file that is replaced, else what a new file gets."""
    if output.exists():
        mode = stat.S_IMODE(output.stat().st_mode)
    else:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    os.chmod(stream.name if isinstance(stream.name, str) else stream.fileno(), mode)
