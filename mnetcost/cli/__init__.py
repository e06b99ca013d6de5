"""The command line: options to one library call to a rendered report. No arithmetic here."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from mnetcost.problems import SpecError, UsageError, printable

DONE, WRONG_SPEC, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit with its documented code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; problems go to standard error, never as a traceback."""
    from mnetcost.cli.commands import app

    try:
        code = app.main(arguments, prog_name="mnetcost", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except SpecError as error:
        _complain(str(error))
        return WRONG_SPEC
    except UsageError as error:
        click.UsageError(printable(str(error))).show()
        return WRONG_USAGE
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has what it wanted; nothing more may be flushed at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    return code if isinstance(code, int) else DONE


def _complain(text: str) -> None:
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "replace").decode(encoding), err=True)
