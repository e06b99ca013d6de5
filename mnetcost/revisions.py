"""The text of a spec as it was in a revision of git."""

import os
from typing import Any

from mnetcost.problems import Origin, UsageError
from mnetcost.spec.sources import decode
from mnetcost.text import SENTENCE, clip

SECONDS = 20  # that git may take
# What git has its hooks say; the repository is that of the spec.
_SAID = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


def find_revision(name: str, path: str) -> str | None:
    """The commit that `name` is in the repository of the file at `path`; None where it has none.

    Raises UsageError where there is no git, no repository, or no answer in time.
    """
    folder = os.path.dirname(os.path.realpath(path))
    top = _git(folder, "rev-parse", "--show-toplevel")
    if top.returncode:
        raise UsageError(f"{path} is in no repository of git: {_reason(top)}")
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    found = _git(folder, *words)
    return None if found.returncode else found.stdout.decode().strip()


def text_at(name: str, commit: str, path: str) -> Origin | None:
    """The text of the file at `path` in this commit, which `name` is; None where it was not there.

    Raises UsageError as `find_revision` does, SpecError where it is no text of a spec.
    """
    folder, file = os.path.split(os.path.realpath(path))
    listed = _git(folder, "ls-tree", "-z", "--name-only", commit, "--", f":(literal){file}")
    if not listed.returncode and not listed.stdout:
        return None
    shown = _git(folder, "show", f"{commit}:./{file}")
    if shown.returncode:
        raise UsageError(f"git does not show {path} in {clip(name)}: {_reason(shown)}")
    return decode(shown.stdout, f"{clip(name)}:{path}")


def _git(folder: str, *words: str) -> Any:
    """What git says in this folder, of itself alone: no shell, no prompt, and not for long."""
    import subprocess  # only a revision needs it

    kept = {name: value for name, value in os.environ.items() if name not in _SAID}
    try:
        return subprocess.run(
            ["git", *words],
            cwd=folder,
            env=kept | {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("a revision needs git, which is not installed here") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"git cannot be run: {error}") from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"git gave no answer in {SECONDS} seconds") from None


def _reason(ran: Any) -> str:
    """The first line of what git complains of."""
    first = str(ran.stderr.decode("utf-8", "replace")).strip().partition("\n")[0]
    return clip(first.removeprefix("fatal: "), SENTENCE) or f"it ended with {ran.returncode}"
