"""Device profiles: two measured numbers, what they were measured on, and how far off they are.

One YAML file each, with units inside its values; by a shipped name, or a path. A device that only
its data sheet is known of has a `peak` in place of both: it gives a bound, and never a time.
"""

import os
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from mnetcost.devices.dtypes import Dtypes, read_dtypes
from mnetcost.devices.engines import Engine, engine
from mnetcost.devices.units import BANDWIDTH, PART, RATE, SIZE, quantity_text, read_quantity
from mnetcost.layers.fields import Integer
from mnetcost.problems import TOP, Collector, Origin, UsageError
from mnetcost.record import Record
from mnetcost.spec.convert import Converter
from mnetcost.spec.nodes import Entries, Node, Scalar, read_mapping
from mnetcost.spec.sources import SUFFIX, is_path, read_file, stem
from mnetcost.text import clip, did_you_mean

FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "boards")
_OUTLINE = "words: ..., engine: ncnn, dtype: float32, rate: 5.73 GMAC/s, bandwidth: 3.40 GB/s, ..."
TEXTS = ("words", "cores", "source", "date")
MEASURED = ("rate", "bandwidth", "half_width", "left_out", "networks")
QUANTITIES = {
    "rate": RATE,
    "bandwidth": BANDWIDTH,
    "peak": RATE,
    "half_width": PART,
    "left_out": PART,
    "macs_alone": PART,
    "ram": SIZE,
    "flash": SIZE,
}
COUNT = Integer(1, 10**6, "of them")
KEYS = (*TEXTS, "threads", "networks", "engine", "dtype", *QUANTITIES)


class Profile(Record):
    """A device with an engine, threads and a dtype.

    `rate` (MAC/s) and `bandwidth` (B/s) are None where only the `peak` of a data sheet is known;
    `half_width` is that of the interval that holds four networks of five, `left_out` the mean error
    of each network's time where it was not fitted, `macs_alone` that of time ∝ mult-adds, shares
    of 1. `ram` and `flash` are in bytes.
    """

    name: str
    words: str
    engine: Engine
    dtypes: Dtypes
    cores: str = ""
    threads: int = 1
    source: str = ""
    date: str = ""
    networks: int = 0
    rate: Fraction | None = None
    bandwidth: Fraction | None = None
    half_width: Fraction | None = None
    left_out: Fraction | None = None
    macs_alone: Fraction | None = None
    peak: Fraction | None = None
    ram: Fraction | None = None
    flash: Fraction | None = None


def names() -> tuple[str, ...]:
    """The names of the profiles that come with mnetcost."""
    return tuple(sorted(map(stem, os.listdir(FOLDER))))


def profile(name: str | os.PathLike[str]) -> Profile:
    """A profile by its name, or by the path of a file (with a separator, or .yaml).

    Raises UsageError for an unknown name, SpecError with every problem in a file.
    """
    if not isinstance(name, str) or is_path(name):
        return read_profile(read_file(os.fspath(name)))
    if name not in names():
        meant = did_you_mean(name, names())
        hint = f"did you mean {meant!r}? " if meant else ""
        raise UsageError(
            f"no device is called {clip(name)!r}; {hint}`mnetcost devices` lists them, and a path "
            "is a profile of your own"
        )
    return _shipped(name)


@cache
def _shipped(name: str) -> Profile:
    return read_profile(read_file(os.path.join(FOLDER, name + SUFFIX)))


def profile_text(values: Mapping[str, Any]) -> str:
    """The file of a profile with these values by its keys; quantities are numbers."""
    import yaml

    written = {
        key: quantity_text(values[key], QUANTITIES[key]) if key in QUANTITIES else values[key]
        for key in KEYS
        if key in values
    }
    text: str = yaml.safe_dump(written, sort_keys=False, allow_unicode=True, width=100)
    return text


def read_profile(origin: Origin) -> Profile:
    """The profile of a file's text. Raises SpecError with every problem in it."""
    collector = Collector(origin)
    found: dict[str, Any] = {}
    with collector.reading():
        root = read_mapping(collector, "the profile", _OUTLINE)
        if root is not None:
            found = _values(Converter(collector), root)
    return Profile(**{"name": stem(origin.label), **found})


def _values(convert: Converter, root: Entries) -> dict[str, Any]:
    entries = convert.entries(root, KEYS, "a profile") or {}
    needed = ["words", "engine", "dtype"]
    needed += ["peak"] if "peak" in entries else list(MEASURED)
    for key in needed:
        if key not in entries:
            message = f"a profile needs `{key}`"
            convert.collector.add(TOP, "missing-key", message, expected=_OUTLINE)
    found = {key: _value(convert, key, node) for key, (_, node) in entries.items()}
    if "dtype" in found:
        found["dtypes"] = found.pop("dtype")
    if "peak" in entries and (both := [key for key in MEASURED if key in entries]):
        mark = entries[both[0]][0].mark
        message = f"`{both[0]}` is measured, and `peak` is of a data sheet"
        convert.collector.add(mark, "conflict", message, expected="one of them")
    return found


def _value(convert: Converter, key: str, node: Node) -> Any:
    """What a key says; None where that could not be read, which is reported."""
    if key in TEXTS:
        return convert.text(node, key)
    if key in ("threads", "networks"):
        return convert.integer(node, COUNT)
    readers: dict[str, Callable[[str], Any]] = {"engine": engine, "dtype": read_dtypes}
    read = readers.get(key) or (lambda text: read_quantity(text, QUANTITIES[key]))
    text = node.text if isinstance(node, Scalar) else None
    try:
        if text is not None:
            return read(text)
        convert.refuse(node, f"{key}: one value")
    except UsageError as error:
        convert.collector.add(node.mark, "wrong-type", str(error))
    return None
