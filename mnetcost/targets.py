"""Targets: a network and its setting in one word, such as `mobilenet_v1@alpha=0.75,rho=5/7`."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from mnetcost.exact import read_ratio, read_whole
from mnetcost.multipliers import BOTH, read_size
from mnetcost.problems import Problem, SpecError, UsageError
from mnetcost.spec import is_path
from mnetcost.spec.variants import read_knob
from mnetcost.text import clip, did_you_mean

SETTINGS: Mapping[str, Callable[[str], Any]] = {
    "alpha": lambda text: read_ratio(text, "α"),
    "rho": lambda text: read_ratio(text, "ρ"),
    "resolution": lambda text: read_whole(text, "resolution"),
    "input": read_size,
}
SAME = dict.fromkeys(("rho", "resolution"), ("rho", "resolution"))  # two words for one thing
KNOB = "set."  # `set.alpha=2` is a knob that is called alpha
EXAMPLE = "mobilenet_v1@alpha=0.75,rho=5/7"

Opened = TypeVar("Opened")


class Target(NamedTuple):
    """A target as written, the spec that it names, and what it sets.

    `setting` holds alpha, rho, resolution and input as far as they are given; `knobs` the rest.
    """

    text: str
    spec: str
    setting: Mapping[str, Any] = {}
    knobs: Mapping[str, Any] = {}

    def setting_over(self, others: Mapping[str, Any]) -> dict[str, Any]:
        """Its own setting, and that of `others` where it says nothing itself."""
        left = {
            name: value
            for name, value in others.items()
            if value is not None and not self.setting.keys() & SAME.get(name, ())
        }
        return left | dict(self.setting)

    def demand_once(self, others: Mapping[str, Any], knobs: Iterable[str]) -> None:
        """Raise UsageError for what an option says too; one of `others` that is None does not."""
        for name in self.setting:
            for other in SAME.get(name, (name,)):
                if others.get(other) is not None:
                    raise UsageError(
                        f"{clip(self.text)}: give {name} there, or --{other}, not both"
                    )
        for name in self.knobs:
            if name in knobs:
                raise UsageError(
                    f"{clip(self.text)}: set {clip(name)} there, or by --set, not both"
                )

    def check_knobs(self, known: Iterable[str]) -> None:
        """Raise UsageError for what is neither a setting nor one of these knobs."""
        known = tuple(known)
        for name in self.knobs:
            if name not in known:
                near = did_you_mean(name, (*SETTINGS, *known))
                hint = f"; did you mean {near!r}?" if near else ""
                words = ", ".join((*SETTINGS, *known))
                raise UsageError(
                    f"{clip(self.text)}: there is no setting or knob {clip(name)!r}; "
                    f"it may set {words}{hint}"
                )


def read_target(text: str) -> Target:
    """The target that `text` says: SPEC, or SPEC@SETTING=VALUE with more after commas.

    Settings are alpha, rho, resolution and input; any other name is a knob of the spec, and
    `set.NAME` always is. A file of the whole name is that file; else what follows the last @ is the
    setting. Raises UsageError.
    """
    spec, at, words = text.rpartition("@")
    if "\n" in text:
        raise UsageError(f"{clip(text)!r}: write a name, a path, or - for standard input")
    if not at or _is_file(text) or ("=" not in words and is_path(words)):
        return Target(text, text)
    if not spec:
        raise UsageError(f"{clip(text)}: no SPEC before the @; write {EXAMPLE}")
    setting: dict[str, Any] = {}
    knobs: dict[str, Any] = {}
    for word in words.split(","):
        name, equals, value = (part.strip() for part in word.partition("="))
        if not (name and equals and value):
            raise UsageError(f"{clip(text)}: {clip(word)!r} is not SETTING=VALUE; write {EXAMPLE}")
        values, name = (setting, name) if name in SETTINGS else (knobs, name.removeprefix(KNOB))
        if name in values:
            raise UsageError(f"{clip(text)}: {clip(name)} is given twice")
        try:
            values[name] = SETTINGS[name](value) if values is setting else read_knob(value, name)
        except UsageError as error:
            raise UsageError(f"{clip(text)}: {error}") from None
    if {"rho", "resolution"} <= setting.keys():
        raise UsageError(f"{clip(text)}: {BOTH}")
    return Target(text, spec, setting, knobs)


def _is_file(text: str) -> bool:
    return "\0" not in text and os.path.isfile(text)


def each(targets: Sequence[Any], do: Callable[[Any], Opened]) -> list[Opened]:
    """What `do` makes of every target.

    Raises one UsageError or SpecError with what is wrong with any of them: a UsageError, which
    names the specs at fault too, where one of them is.
    """
    done: list[Opened] = []
    usage: list[str] = []
    problems: list[Problem] = []
    for target in targets:
        try:
            done.append(do(target))
        except UsageError as error:
            usage.append(str(error))
        except SpecError as error:
            problems.extend(error.problems)
    if usage:
        usage += [f"{one.label}: {one.message}" for one in problems]
        raise UsageError("; ".join(dict.fromkeys(usage)))
    if problems:
        raise SpecError(dict.fromkeys(problems))
    return done
