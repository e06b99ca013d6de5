"""Where a report goes: standard output or a file, in the format asked for."""

import codecs
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mnetcost.files import reason, replacing
from mnetcost.printed import EXACT, UNITS
from mnetcost.render import FORMATS, SUFFIXES, renderer
from mnetcost.text import printable

if TYPE_CHECKING:
    from mnetcost.tabular import Page

Command = TypeVar("Command", bound=Callable[..., Any])

# One character each, so that tables stay aligned where the output cannot show the sign itself.
_PLAIN = dict(zip("×→αβγρ²–…“”█▓▒░▏▎▍▌▋▊▉", "x>abgr2-.''###:....###"))


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in found), error.end


codecs.register_error("mnetcost", _plain)


NO_PAGERS = ("", "cat")  # of PAGER, as git has it
UNIT, PAGER = f"{__name__}.unit", f"{__name__}.pager"  # where the context of a command notes them


def _note(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """A callback that notes what an option says for whatever prints."""

    def note(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        context.meta[key] = value

    return note


_unit_option = click.option(
    "--unit",
    type=click.Choice(UNITS),
    default=EXACT,
    expose_value=False,
    callback=_note(UNIT),
    help="How parameters and operations are shortened on the screen; files, JSON and CSV are always"
    " exact. Default exact.",
)
_pager_option = click.option(
    "--no-pager",
    is_flag=True,
    expose_value=False,
    callback=_note(PAGER),
    help="Print at once what is longer than the screen, not through a pager ($PAGER, else less).",
)


def format_choice(formats: Iterable[str], amounts: bool = True) -> Callable[[Command], Command]:
    """--format, one of these; and how people read it: --unit, of `amounts`, and --no-pager."""
    chosen = click.option(
        "--format",
        "format_",
        type=click.Choice(list(formats)),
        help="How to write it. The default is text, or what the suffix of its file says.",
    )

    def options(command: Command) -> Command:
        paged = _pager_option(command)
        return chosen(_unit_option(paged) if amounts else paged)

    return options


format_option = format_choice(FORMATS)
exact_format_option = format_choice(FORMATS, amounts=False)

QUIET = f"{__name__}.quiet"  # where the context of a command notes it


def _note_quiet(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    context.meta[QUIET] = value or context.meta.get(QUIET, False)  # said before the command too


quiet_option = click.option(
    "--quiet",
    "-q",
    is_flag=True,
    expose_value=False,
    callback=_note_quiet,
    help="No warnings on standard error.",
)


def output_choice(suffixes: Iterable[str]) -> Callable[[Command], Command]:
    """--output, whose suffix tells the format."""
    return click.option(
        "--output",
        "-o",
        type=click.Path(),
        metavar="FILE",
        help=f"Write to this file, whole or not at all ({', '.join(suffixes)} tell the format).",
    )


output_option = output_choice(SUFFIXES)
text_output_option = click.option(
    "--output",
    "-o",
    type=click.Path(),
    metavar="FILE",
    help="Write to this file, whole or not at all.",
)


def is_unit_asked() -> bool:
    """Whether amounts are to be shortened."""
    return bool(click.get_current_context().meta.get(UNIT, EXACT) != EXACT)


def choose_format(
    format_: str | None,
    output: str | None,
    option: str = "--output",
    suffixes: Mapping[str, str] = SUFFIXES,
) -> str:
    """The format asked for, else what the suffix of the file that `option` names says, else text.

    A wrong suffix is wrong usage.
    """
    if format_ or output is None or output == "-":
        return format_ or "text"
    suffix = os.path.splitext(output)[1].lower()
    if suffix not in suffixes:
        known = ", ".join(suffixes)
        message = f"the suffix of '{output}' tells no format; use one of {known}, or --format"
        raise click.BadParameter(message, param_hint=option)
    return suffixes[suffix]


def write(report: "Page", format_: str, output: str | None) -> None:
    """Render the report, a page where the format is for people, and put it where it belongs.

    Its warnings go to standard error, behind it: there a person sees them.
    """
    try:
        _write(report._replace(warnings=()), format_, output)
    finally:  # whoever reads the output may have enough of it
        print_warnings(report.warnings)


def _write(page: "Page", format_: str, output: str | None) -> None:
    if not is_standard_output(output):
        if format_ == "text":
            from mnetcost.render.terminal import render_plain

            write_text(render_plain(page), output)
        else:
            write_text(renderer(format_)(page), output)
        return
    meta = click.get_current_context().meta
    text = renderer(format_)(page.in_unit(meta.get(UNIT, EXACT)))
    if format_ == "text" and not meta.get(PAGER):
        print_paged(text)
    else:
        print_text(text)


def print_paged(text: str) -> None:
    """Print to standard output; in a terminal what is longer than it goes through a pager."""
    own = os.environ.get("PAGER", "less").strip() in NO_PAGERS
    if own or sys.stdout is None or not sys.stdout.isatty():
        print_text(text)
        return
    from shutil import get_terminal_size

    if text.count("\n") < get_terminal_size().lines:
        print_text(text)
    else:
        os.environ.setdefault("LESS", "FRX")  # as git has it: colours, and the text stays there
        click.echo_via_pager(text, color=True)


def write_document(document: Mapping[str, Any], output: str | None) -> None:
    """Put a document for programs where it belongs, as JSON; its warnings go to standard error."""
    from mnetcost.render.json import document_text

    try:
        write_text(document_text(document), output)
    finally:
        print_warnings(document.get("warnings", ()))


def write_text(text: str, output: str | None) -> None:
    """Put a text where it belongs."""
    write_texts([text], output)


def write_texts(texts: Iterable[str], output: str | None) -> None:
    """Put a text where it belongs that is made some of it at a time."""
    if output is None or is_standard_output(output):
        for text in texts:
            print_text(text)
    else:
        save((text.encode() for text in texts), output)


def write_beside(report: "Page") -> None:
    """Put the report on standard error, where standard output holds something else."""
    from mnetcost.render.terminal import render_for

    with suppress(OSError):  # nobody reads standard error
        if sys.stderr is not None:
            sys.stderr.write(render_for(sys.stderr, report))


def prepare_streams() -> None:
    """Let signs that an output cannot show become plain ones."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure and codecs.lookup(stream.encoding).name != "utf-8":
            reconfigure(errors="mnetcost")


def print_warnings(texts: Iterable[str]) -> None:
    """Print warnings to standard error, a line each; with --quiet none."""
    found = list(texts)
    if not found or click.get_current_context().meta.get(QUIET):
        return
    from mnetcost.cli.errors import print_lines  # only once there is something to say

    print_lines([("Warning", "warning"), (printable(f": {text}"), "")] for text in found)


def is_standard_output(output: str | None) -> bool:
    """Whether the file is where standard output goes: replacing it would lose what is there."""
    if output is None or output == "-":
        return True
    try:
        return os.path.samestat(os.stat(output), os.fstat(1))
    except (OSError, ValueError):
        return False


def keep_apart(output: str | None, other: str | None, option: str) -> None:
    """Let no second file take the place of the first.

    Raises BadParameter, naming the `option` of the second, where both are one regular file.
    """
    if output is None or other is None or "-" in (output, other):
        return
    place = os.path.realpath(other)
    if os.path.realpath(output) == place and (os.path.isfile(place) or not os.path.exists(place)):
        message = f"'{click.format_filename(other)}' is what --output writes to already"
        raise click.BadParameter(message, param_hint=option)


def print_text(text: str) -> None:
    """Print to standard output."""
    if sys.stdout is not None:  # else it was closed by whoever started this
        sys.stdout.write(text)


def save(data: Iterable[bytes], output: str, option: str = "--output") -> None:
    """Write beside the file, then rename: a reader sees the old file or the new one, whole.

    Raises BadParameter, naming `option`, where that cannot be.
    """
    try:
        with replacing(output) as name, open(name, "wb") as stream:
            stream.writelines(data)
    except (OSError, ValueError) as error:
        raise cannot_write(output, error, option) from None


def cannot_write(
    output: str, error: OSError | ValueError, option: str = "--output"
) -> click.BadParameter:
    """The error that says why nothing is written to this file."""
    message = f"cannot write '{click.format_filename(output)}': {reason(error)}"
    return click.BadParameter(message, param_hint=option)
