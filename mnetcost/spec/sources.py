"""Finding and reading a spec: a shipped name, a path, or the text itself."""

import codecs
import os
from errno import EBADF
from typing import IO

from mnetcost.files import reason
from mnetcost.problems import TOP, Collector, Origin, Problem, SpecError
from mnetcost.spec.nodes import keys_under
from mnetcost.text import SENTENCE, clip, did_you_mean, listed

MAX_BYTES = 2**20
STREAM = "-"  # as a SPEC: standard input

SUFFIX = ".yaml"
SCORES = ".csv"  # measured accuracies of a shipped network, beside its spec

# Not pathlib: importing it takes longer than reading a spec.
_PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_FOLDERS = (
    os.path.join(_PACKAGE, "specs"),  # in a wheel
    os.path.join(os.path.dirname(_PACKAGE), "specs"),  # in a checkout
)


def shipped(suffix: str = SUFFIX) -> dict[str, str]:
    """The paths of the specs that come with mnetcost, or of their `suffix` files, by name."""
    for folder in filter(os.path.isdir, _FOLDERS):
        files = sorted(file for file in os.listdir(folder) if file.endswith(suffix))
        return {file.removesuffix(suffix): os.path.join(folder, file) for file in files}
    return {}


def find_scores(name: str | os.PathLike[str]) -> Origin:
    """The text of a CSV of scores: a text with a newline, a shipped name, or a path."""
    if isinstance(name, str) and "\n" in name:
        return read_text(name, "<text>")
    return read_file(shipped(SCORES).get(str(name), os.fspath(name)))


def own_scores(origin: Origin) -> str | None:
    """The name of the scores that are shipped beside a shipped spec; None for any other."""
    paths = shipped(SCORES)
    names = (name for name, path in shipped().items() if path == origin.label)
    return next((name for name in names if name in paths), None)


def find(spec: str | os.PathLike[str]) -> Origin:
    """The text behind `spec`: a text with a newline, a path, or a shipped name.

    A string with a separator or ending in .yaml or .yml is a path. Raises SpecError when there is
    nothing to read.
    """
    if isinstance(spec, str) and "\n" in spec:
        return read_text(spec, "<text>")
    if not isinstance(spec, str) or is_path(spec):
        return read_file(os.fspath(spec))
    known = shipped()
    if spec not in known:
        raise SpecError([_unknown_name(spec, known)])
    return read_file(known[spec])


def shipped_variants() -> dict[str, tuple[str, ...]]:
    """The variants of every shipped spec, by its name."""
    return {name: variant_names(read_file(path).text) for name, path in shipped().items()}


def locate(spec: str | os.PathLike[str]) -> tuple[Origin, str]:
    """The text behind `spec`, and the variant that it names ("" for none).

    `family:variant`, `family:suffix` ("efficientnet:b3"), a path with `:variant`, and the name of a
    shipped variant alone all name one.
    """
    if not isinstance(spec, str) or "\n" in spec:
        return find(spec), ""
    if spec in shipped():  # a family may have a variant of its own name
        origin = find(spec)
        return origin, spec if spec in variant_names(origin.text) else ""
    family, colon, variant = spec.rpartition(":")
    if colon and (is_path(family) or family in shipped()):
        origin = find(family)
        names = variant_names(origin.text)
        full = f"{stem(family)}_{variant}"
        return origin, full if variant not in names and full in names else variant
    if not is_path(spec):
        for path in shipped().values():
            origin = read_file(path)
            if spec in origin.text and spec in variant_names(origin.text):
                return origin, spec
    return find(spec), ""


def variant_names(text: str) -> tuple[str, ...]:
    """The names under `variants` in a spec's text, read no further than that."""
    return keys_under(text, "variants") if "variants" in text else ()


def is_path(spec: str) -> bool:
    """Whether `spec` is written as a path rather than as a name."""
    return os.sep in spec or "/" in spec or spec.lower().endswith((".yaml", ".yml"))


def _unknown_name(name: str, known: dict[str, str]) -> Problem:
    variants = [one for names in shipped_variants().values() for one in names]
    hint = f"; for the file in this folder write ./{name}" if _exists(name) else ""
    return Problem(
        label=clip(name) or "''",
        mark=TOP,
        code="unknown-spec",
        message=f"no spec of this name is shipped{hint}",
        expected="a path (with / or ending in .yaml), or one of " + listed(known, "mnetcost specs"),
        suggestion=did_you_mean(name, (*known, *variants)),
    )


def _exists(name: str) -> bool:
    return "\0" not in name and os.path.isfile(name)


def read_file(path: str) -> Origin:
    """The text of a file; raises SpecError when it cannot be had."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        code, message = "no-such-file", "there is no such file"
    except IsADirectoryError:
        code, message = "is-a-directory", "this is a directory, not a file"
    except (OSError, ValueError) as error:
        code, message = "unreadable", _cannot(error)
    else:
        return decode(data, path)
    near = did_you_mean(stem(path), shipped())
    raise SpecError([Problem(clip(path, SENTENCE), TOP, code, message, suggestion=near)])


def stem(path: str) -> str:
    """The file's name without its suffix."""
    return os.path.splitext(os.path.basename(path))[0]


def read_stream(stream: IO[bytes] | None, label: str) -> Origin:
    """The text of an open byte stream; raises SpecError when it is closed or cannot be read."""
    try:
        if stream is None:
            raise OSError(EBADF, "it is closed")
        data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecError([Problem(label, TOP, "unreadable", _cannot(error))]) from None
    return decode(data, label)


def _cannot(error: OSError | ValueError) -> str:
    return f"cannot be read: {reason(error)}"


def read_text(text: str, label: str) -> Origin:
    """The text itself, under the same bounds as a file."""
    return decode(text.encode("utf-8", "surrogatepass"), label)


def decode(data: bytes, label: str) -> Origin:
    """UTF-8 text of at most a mebibyte; raises SpecError otherwise."""
    if len(data) > MAX_BYTES:
        message = f"over {MAX_BYTES:,} bytes; no spec or preset is so large"
        raise SpecError([Problem(label, TOP, "too-large", message)])
    text = data.removeprefix(codecs.BOM_UTF8)
    try:
        return Origin(label, text.decode("utf-8"))
    except UnicodeDecodeError as error:
        collector = Collector(Origin(label, text.decode("utf-8", "replace")))
        mark = collector.origin.mark(len(text[: error.start].decode("utf-8")))
        message = f"not UTF-8: byte 0x{text[error.start]:02x}"
        collector.add(mark, "not-utf-8", message, expected="a text saved as UTF-8")
        raise SpecError(collector.problems) from None
