"""What the parts of a network are called, by the names of the layers in them."""

import re
from collections.abc import Container, Sequence
from itertools import count, pairwise

# What a name is cut at; the first that cut all names of a part well are taken.
_SEPARATORS = (str.maketrans(".", "/"), str.maketrans("._-", "///"))


def prefix(names: Sequence[str]) -> str:
    """What the names of a part have in common, up to a separator; "" for nothing.

    A name that is all of what the others have in common stands for the part itself.
    """
    for separators in _SEPARATORS:
        paths = [f"{name.translate(separators)}/" for name in names]
        if not paths:
            break
        first, last = min(paths), max(paths)  # all others are between them
        same = next(count for count in range(len(first), -1, -1) if last.startswith(first[:count]))
        cut = first.rfind("/", 0, same)
        if cut > 0:
            return names[0][:cut].rstrip("/._-")
    return ""


def unused(word: str, taken: Container[str]) -> str:
    """The first of these words with a number that nothing is called."""
    return next(name for number in count(1) if (name := f"{word}_{number}") not in taken)


def local(name: str, before: str) -> str:
    """A layer's name inside of its part."""
    return name[len(before) :].strip("/._-") if before and name.startswith(before) else ""


def short(name: str) -> str:
    """A path of which each step repeats the one before, as some exporters write it, once."""
    steps = name.split("/")
    repeated = (re.match(rf"{re.escape(a)}[._-]", b) for a, b in pairwise(steps))
    return "/".join([*(step for step, again in zip(steps, repeated) if not again), steps[-1]])


def bare(name: str) -> str:
    """A name without the operator that some exporters write behind it."""
    return re.sub(r"/[A-Z]\w*$", "", short(name))


def identifier(text: str) -> str:
    """A name as one of a parameter."""
    word = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_").lower()
    return word if word.isidentifier() else f"part_{word}"
