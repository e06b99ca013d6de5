"""Files that are written whole or not at all."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[str]:
    """The name of a new file beside `path`, which takes its place at the end.

    A reader sees the old file or the new one, whole; after an error the new one is gone.
    """
    import tempfile  # slow to import, and most output goes to a terminal

    target = os.path.realpath(path)
    folder, file = os.path.split(target)
    handle, name = tempfile.mkstemp(prefix=f".{file[:50]}.", dir=folder)
    try:
        os.close(handle)
        yield name
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _mode(path: str) -> int:
    """The mode of the file that is replaced, else what a new file gets."""
    if os.path.exists(path):
        return stat.S_IMODE(os.stat(path).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
