"""The command line: options to one library call to a rendered report. No arithmetic here.

Read: this file (exit codes), `app` (the group of commands), `options`, `output` and `errors` (what
commands share), `targets` (a SPEC with its setting), `others` (of `check`), `candidates` (what a
shell completes). Every other file is the command of its name.
"""

import gc
import os
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

import click

from mnetcost.files import reason
from mnetcost.problems import Line, SpecError, UsageError
from mnetcost.text import printable

DONE, WRONG_SPEC, INTERRUPTED = 0, 1, 130  # and 2 for wrong options, as click has it
SIGNALLED = 128  # and the number of the signal
NAME = "mnetcost"


class Ended(KeyboardInterrupt):
    """Another signal asked the process to end: what is half-written goes first."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number, self.code = number, SIGNALLED + number


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and exit with its documented code."""
    _end_in_order()
    code = run(arguments)
    gc.freeze()  # at exit the interpreter would search all that is left for garbage
    sys.exit(code)


def _end_in_order() -> None:
    """Let the signals that end a process end it as an interrupt does."""
    import signal

    def end(number: int, frame: object) -> NoReturn:
        raise Ended(number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:  # nohup ignores it
            signal.signal(number, end)
    sys.unraisablehook = _raise_again


def _raise_again(lost: "sys.UnraisableHookArgs") -> None:
    """A signal's exception is lost where a callback runs that cannot raise: the signal comes again.

    Garbage collection, weak references and finalisers have such callbacks.
    """
    if not isinstance(lost.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    import signal
    from threading import Timer

    number = lost.exc_value.number if isinstance(lost.exc_value, Ended) else signal.SIGINT
    Timer(0.01, signal.raise_signal, [number]).start()  # when the callback is over


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; problems go to standard error, never as a traceback.

    Whoever calls a library makes its exceptions one of these. What is none of them is a fault of
    the program's own, and is not caught: hidden, it would never be mended.
    """
    try:
        return _invoke(sys.argv[1:] if arguments is None else arguments)
    except SpecError as error:
        _complain(error.lines())
        return WRONG_SPEC
    except (click.ClickException, UsageError) as error:
        return _complain_of_usage(error)
    except (click.Abort, KeyboardInterrupt) as error:
        return error.code if isinstance(error, Ended) else INTERRUPTED
    except OSError as error:
        _forget_output()
        if isinstance(error, BrokenPipeError):  # the reader has what it wanted
            return DONE
        words = f": cannot write to standard output: {reason(error)}"
        _complain([[("Error", "code"), (words, "")]])
        return WRONG_SPEC


def _invoke(arguments: Sequence[str]) -> int:
    from mnetcost.cli.app import app
    from mnetcost.cli.output import prepare_streams

    prepare_streams()

    if f"_{NAME.upper()}_COMPLETE" in os.environ:
        from mnetcost.cli import completion  # noqa: F401 - it registers the shells

        app.main(prog_name=NAME)  # answers the shell, and exits
    try:
        # Not app.main(): it turns a closed pipe into a failure.
        with app.make_context(NAME, list(arguments)) as context:
            app.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code
    finally:
        if sys.stdout is not None:
            sys.stdout.flush()
    return DONE


def _complain_of_usage(error: click.ClickException | UsageError) -> int:
    if isinstance(error, UsageError):
        error = click.UsageError(printable(str(error)))
    from mnetcost.cli.errors import print_usage

    print_usage(error)
    return error.exit_code


def _forget_output() -> None:
    """Nothing more may be flushed at exit: nobody can take it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _complain(lines: Iterable[Line]) -> None:
    from mnetcost.cli.errors import print_lines

    print_lines(lines)
