"""What the shell may put where a word is asked for: names, settings, knobs, layers, files.

Only a shell that completes a word asks for it. A network that cannot be read has no candidates.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import click
from click.shell_completion import CompletionItem, split_arg_string

from mnetcost.importing.opening import TORCH
from mnetcost.notebook.network import Network, load
from mnetcost.problems import SpecError, UsageError
from mnetcost.spec import STREAM, find, is_path, shipped, shipped_variants
from mnetcost.spec.sources import SCORES, stem, variant_names
from mnetcost.spec.variants import read_set
from mnetcost.targets import KNOB, SETTINGS, read_target

LINE = "_MNETCOST_LINE"  # what stands before the cursor, from the command's name on
Candidates = list[CompletionItem]


def typed() -> tuple[list[str], str]:
    """The whole words after the command's name, and the one that the cursor stands at."""
    first, *words = split_arg_string(os.environ.get(LINE, "") + ".")  # so that there is a last one
    return words[:-1], (words[-1] if words else first)[:-1]


def complete(kind: str, context: click.Context, incomplete: str) -> Candidates:
    """The candidates of this kind that begin as the incomplete word does."""
    with suppress(SpecError, UsageError, OSError):
        return KINDS[kind](context, incomplete)
    return []


def _beginning(incomplete: str, words: Iterable[str]) -> Candidates:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def _names(context: click.Context, incomplete: str) -> Candidates:
    """Shipped names, and of a family that stands before a colon its variants."""
    family, colon, _ = incomplete.rpartition(":")
    if colon:
        return _beginning(incomplete, (f"{family}:{one}" for one in _variants(family)))
    variants = shipped_variants()
    known = {*variants, *(one for names in variants.values() for one in names)}
    return _beginning(incomplete, sorted(known))


def _variants(family: str) -> list[str]:
    """What may stand after `family:`, without the family's own name before it."""
    if not is_path(family) and family not in shipped():
        return []
    return [name.removeprefix(f"{stem(family)}_") for name in variant_names(find(family).text)]


def _specs(context: click.Context, incomplete: str) -> Candidates:
    """Names and files; after an @ the settings and knobs of the network before it."""
    spec, at, words = incomplete.rpartition("@")
    if not at or is_path(words):
        return [*_names(context, incomplete), *_files(context, incomplete)]
    given = [word.partition("=")[0].removeprefix(KNOB) for word in words.split(",")[:-1]]
    before = incomplete.removesuffix(words.rpartition(",")[2])
    knobs = {
        f"{KNOB}{name}" if name in SETTINGS else name: value
        for name, value in _network(spec).graph.knobs.items()
    }
    places = {**dict.fromkeys(SETTINGS, ""), **knobs}
    left = {name: value for name, value in places.items() if name not in given}
    return _assignments(left, incomplete, before)


def _network(spec: str, knobs: Mapping[str, Any] | None = None) -> Network:
    """The network, where it can be read with nothing run or waited for.

    Raises UsageError of a module and of standard input.
    """
    if spec.startswith(TORCH) or spec == STREAM:
        raise UsageError("completing a word runs no code and reads no stream")
    return load(spec, set=knobs)


def _assignments(places: Mapping[str, Any], incomplete: str, before: str = "") -> Candidates:
    """`NAME=` of each place, and where that is typed its value as it stands."""
    found = _beginning(incomplete, (f"{before}{name}=" for name in places))
    if len(found) == 1 and found[0].value == incomplete:
        value = places[incomplete.removeprefix(before).removesuffix("=")]
        values = ("true", "false") if isinstance(value, bool) else (value,)
        return _beginning(incomplete, (f"{incomplete}{one}" for one in values if one != ""))
    return found


def _asked(context: click.Context) -> dict[str, Any]:
    """The arguments and options that are whole. Of click's own an option at the end has none."""
    words, _ = typed()
    if words[-1].startswith("-") and words[-1] != STREAM:
        words.pop()
    again = context.command.make_context(
        context.info_name, words[1:], parent=context.parent, resilient_parsing=True
    )
    return again.params


def _spec_asked(context: click.Context) -> str:
    """The network that the command is about: of several the first."""
    asked = _asked(context)
    found = next(asked[name] for name in ("spec", "specs", "targets", "before") if name in asked)
    return str(found if isinstance(found, str) else found[0] if found else "")


def _knobs(context: click.Context, incomplete: str) -> Candidates:
    """The knobs of the network, as KNOB=, that are not set already."""
    given = {word.partition("=")[0] for word in _asked(context).get("knobs") or ()}
    knobs = _network(read_target(_spec_asked(context)).spec).graph.knobs
    return _assignments(
        {name: value for name, value in knobs.items() if name not in given}, incomplete
    )


def _layers(context: click.Context, incomplete: str) -> Candidates:
    """The layers of the network, and what stands before a slash in their names."""
    target = read_target(_spec_asked(context))
    knobs = read_set(_asked(context).get("knobs") or ())
    nodes = _network(target.spec, {**knobs, **target.knobs}).graph.nodes
    names = [node.name for node in nodes]
    groups = (name[:place] for name in names for place, sign in enumerate(name) if sign == "/")
    return _beginning(incomplete, dict.fromkeys((*groups, *names)))


def _conventions(context: click.Context, incomplete: str) -> Candidates:
    """The presets, and files of one's own."""
    from mnetcost.conventions.presets import NAMES

    return [*_beginning(incomplete, NAMES), *_files(context, incomplete)]


def _engines(context: click.Context, incomplete: str) -> Candidates:
    """The engines, and files of one's own."""
    from mnetcost.devices.engines import names

    return [*_beginning(incomplete, names()), *_files(context, incomplete)]


def _dtypes(context: click.Context, incomplete: str) -> Candidates:
    from mnetcost.devices.dtypes import DTYPES, ROLES

    *given, last = incomplete.split(",")
    role, equals, _ = last.partition("=")
    words = [f"{role}={one}" for one in DTYPES] if equals else [*DTYPES, *(f"{r}=" for r in ROLES)]
    return _beginning(incomplete, (",".join((*given, one)) for one in words))


def _memory(context: click.Context, incomplete: str) -> Candidates:
    """The ways to save memory, behind the last comma those that are not there."""
    from mnetcost.devices.memory import PLAIN, WAYS

    *given, _ = incomplete.split(",")
    left = (name for name in ([] if given else [PLAIN]) + list(WAYS) if name not in given)
    return _beginning(incomplete, (",".join((*given, name)) for name in left))


def _scores(context: click.Context, incomplete: str) -> Candidates:
    """Networks whose measured accuracies are shipped, and files of one's own."""
    return [*_beginning(incomplete, shipped(SCORES)), *_files(context, incomplete)]


def _columns(context: click.Context, incomplete: str) -> Candidates:
    """The columns of the layers, behind the last comma those that are not there."""
    from mnetcost.reports.choices import LAYER_COLUMNS

    *given, _ = incomplete.split(",")
    left = (name for name in LAYER_COLUMNS if name not in given)
    return _beginning(incomplete, (",".join((*given, name)) for name in left))


def _presets(context: click.Context, incomplete: str) -> Candidates:
    """Families with the libraries that build them."""
    from mnetcost.importing.widths.families import FAMILIES

    return _beginning(incomplete, FAMILIES)


def _topics(context: click.Context, incomplete: str) -> Candidates:
    from mnetcost import manual

    return _beginning(incomplete, manual.topics())


def _devices(context: click.Context, incomplete: str) -> Candidates:
    """The shipped profiles, and files."""
    from mnetcost.devices.profiles import names

    return [*_beginning(incomplete, names()), *_files(context, incomplete)]


def _files(context: click.Context, incomplete: str) -> Candidates:
    """The shell knows its files best."""
    return [CompletionItem(incomplete, type="file")]


def _folders(context: click.Context, incomplete: str) -> Candidates:
    return [CompletionItem(incomplete, type="dir")]


KINDS: Mapping[str, Callable[[click.Context, str], Candidates]] = {
    "name": _names,
    "spec": _specs,
    "knob": _knobs,
    "layer": _layers,
    "convention": _conventions,
    "engine": _engines,
    "dtype": _dtypes,
    "memory": _memory,
    "scores": _scores,
    "column": _columns,
    "preset": _presets,
    "topic": _topics,
    "device": _devices,
    "file": _files,
    "folder": _folders,
}
