"""A model file, or a spec, to a network."""

import os
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from mnetcost.graph import Graph
from mnetcost.problems import Origin, UsageError
from mnetcost.spec import is_path, load_graph, read_graph
from mnetcost.text import SENTENCE, clip

if TYPE_CHECKING:  # a spec does without the rest of this room
    from mnetcost.importing.model import Data

SPECS = (".yaml", ".yml")
# What the name of a file in this folder may end in; what it is, its content says.
MODELS = (".onnx", ".pt2", ".keras", ".json", ".prototxt", ".param", ".tflite", ".cfg")
# What exporters call every network.
UNNAMED = ("", "main_graph", "torch_jit", "torch-jit-export", "graph", "model", "functional")


Sides: TypeAlias = tuple[int, int]  # height and width of an input, px
Elsewhere: TypeAlias = Callable[[int, int], Graph]


class Imported(NamedTuple):
    """A model as a spec: its origin, and what was read of the file, for programs.

    `follows` says whether its file can be read at other inputs too.
    """

    origin: Origin
    ledger: Mapping[str, Any]
    follows: bool
    elsewhere: Elsewhere | None = None

    def graph(self) -> Graph:
        """The network. Raises SpecError where the spec does not hold."""
        return read_graph(self.origin)._replace(elsewhere=self.elsewhere)

    def reread(self, elsewhere: Elsewhere) -> "Imported":
        """The same, which is read again where it is counted at another input."""
        return self._replace(elsewhere=elsewhere) if self.follows else self


def open_graph(
    spec: str | os.PathLike[str], variant: str = "", given: Mapping[str, Any] | None = None
) -> Graph:
    """The graph of a shipped name, of a path of a spec or of a model file, or of a text.

    Raises SpecError with every problem in it.
    """
    found = None if variant or given else open_model(spec)
    return load_graph(spec, variant, given) if found is None else found.graph()


def open_model(
    spec: str | os.PathLike[str],
    width: str = "",
    keep: Collection[str] = (),
    sides: Sides | None = None,
) -> Imported | None:
    """The model file at a path as a spec; None for anything else, such as a spec.

    `width` is how α rounds, as a spec's `width:` says it; the layers `keep` have no α; its input
    has these `sides`, or the file's own. Raises SpecError for a file that is malformed, or that
    holds what the language cannot say, and UsageError for a layer that is not there.
    """
    if isinstance(spec, str) and ("\n" in spec or not _may_be_a_model(spec)):
        return None
    path = os.fspath(spec)
    if path.lower().endswith(SPECS) or not os.path.isfile(path):
        return None
    import mmap  # a shipped name needs none

    try:
        with open(path, "rb") as stream:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # reading it as a spec says what is wrong
        return None
    with data:
        found = imported(data, path, width, keep, sides)
    return found and found.reread(partial(_opened_at, path))


def _opened_at(path: str, height: int, width: int) -> Graph:
    found = open_model(path, sides=(height, width))
    if found is None:
        raise UsageError(f"{clip(path)} is no longer the model that was read")
    return found.graph()


def _may_be_a_model(spec: str) -> bool:
    return is_path(spec) or spec.lower().endswith(MODELS)


def imported(
    data: "Data",
    label: str,
    width: str = "",
    keep: Collection[str] = (),
    sides: Sides | None = None,
) -> Imported | None:
    """The spec of a model file's bytes; None for bytes of no format that is read."""
    from mnetcost.importing.formats import HEAD, reader_of
    from mnetcost.importing.ledger import comments, document
    from mnetcost.importing.plain import as_people_write
    from mnetcost.importing.spelling import spelled
    from mnetcost.importing.translate import SHAPES, translate
    from mnetcost.importing.values import Value
    from mnetcost.importing.widths import with_kept

    read = reader_of(bytes(data[:HEAD]))
    if read is None:
        return None
    source = read(data, label)
    x, translation = translate(source, label, sides)
    known = map(translation.known.get, source.outputs)
    ends = {one.layer for one in known if isinstance(one, Value)}
    entries = with_kept(as_people_write(translation.entries, ends), keep)
    stem = os.path.splitext(os.path.basename(label))[0]
    name = clip(stem if source.name in UNNAMED else source.name, SENTENCE)
    kept = [one.name for one in entries if getattr(one.layer, "scale", True) is False]
    text = spelled(name, x, entries, comments(source, translation.ledger, kept, width), width)
    ledger = document(source, translation.ledger)
    return Imported(Origin(label, text), ledger, follows=source.format in SHAPES)
