"""Files that are written whole or not at all."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

SUFFIX = ".mnetcost"  # of what is being written, hidden beside the file whose place it takes


@contextmanager
def replacing(path: str | os.PathLike[str], follow: bool = True) -> Iterator[str]:
    """The name of a new file beside `path`, which takes its place at the end.

    A reader sees the old file or the new one, whole. After an error the new one is gone; what a
    killed writer left of it goes at the next time. A link stays, and the file that it names is
    replaced; a device or a pipe is written to. Without `follow` each of these itself is replaced.
    """
    if follow and os.path.exists(path) and not os.path.isfile(path):
        yield os.fspath(path)
        return
    target = os.path.realpath(path) if follow else _itself(path)
    folder, file = os.path.split(target)
    prefix = f".{file[:50]}."
    sweep_out(folder, prefix)
    # A signal may end this as soon as the file is there: its name is known before.
    name, handle = os.path.join(folder, f"{prefix}{os.urandom(8).hex()}{SUFFIX}"), None
    try:
        handle = _begun(name)
        yield name
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    finally:
        if handle is not None:
            os.close(handle)


def sweep_out(folder: str | os.PathLike[str], prefix: str = ".") -> None:
    """Remove what killed writers left of files with names like this: nobody holds its lock."""
    lock, names = flock(), []
    with suppress(PermissionError):  # a folder may be written to and not be read
        names = os.listdir(folder)
    for name in names if lock is not None else ():
        if is_half(name) and name.startswith(prefix):
            path = os.path.join(folder, name)
            with suppress(OSError):  # not ours to remove, or a writer that is at work
                handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
                try:
                    lock(handle)
                    os.unlink(path)
                finally:
                    os.close(handle)


def reason(error: OSError | ValueError) -> str:
    """What the system says is wrong, without the number and the name that it says it with."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def is_half(name: str) -> bool:
    """Whether a file of this name is one that is being written."""
    return name.startswith(".") and name.endswith(SUFFIX)


def is_regular(path: str | os.PathLike[str]) -> bool:
    """Whether a regular file is there itself; a link to one is none."""
    return os.path.lexists(path) and stat.S_ISREG(os.lstat(path).st_mode)


def _itself(path: str | os.PathLike[str]) -> str:
    """The path with links followed in its folders alone."""
    folder, file = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(folder), file)


def _begun(name: str) -> int | None:
    """Make the file; what holds its lock, as long as it is open, or None where there are none."""
    handle, lock = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), flock()
    if lock is None:
        os.close(handle)
        return None
    with suppress(OSError):  # a file system without locks
        lock(handle)
    if os.path.exists(name):
        return handle
    os.close(handle)  # swept out before it had its lock
    return _begun(name)


def flock() -> Any:
    """What locks an open file for this process, until it ends in whatever way; None on Windows.

    It raises OSError where another holds the lock, and where the file system has none.
    """
    try:
        import fcntl
    except ImportError:
        return None
    return lambda handle: fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _mode(path: str) -> int:
    """The mode of the file that is replaced, else what a new file gets."""
    if is_regular(path):
        return stat.S_IMODE(os.stat(path).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
