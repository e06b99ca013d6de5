"""A model file, or a spec, to a network."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from mnetcost.graph import Graph
from mnetcost.multipliers import read_size
from mnetcost.problems import TOP, Origin, Problem, SpecError, UsageError, without_garbage
from mnetcost.spec import is_path, load_graph, read_graph
from mnetcost.text import SENTENCE, clip

if TYPE_CHECKING:  # a spec does without the rest of this room
    from mmap import mmap

    from mnetcost.importing.model import Data
    from mnetcost.importing.spelling import Listing
    from mnetcost.importing.widths.options import Widths

SPECS = (".yaml", ".yml")
# What the name of a file in this folder may end in; what it is, its content says.
MODELS = (".onnx", ".pt2", ".keras", ".json", ".prototxt", ".param", ".tflite", ".cfg")
TORCH = "torch:"  # begins a SPEC that is a PyTorch module
EITHER = ".json"  # which may be a spec too
KNOWN = "ONNX, torch.export, Keras 3, TFLite, Caffe, ncnn or Darknet"
# What exporters call every network.
UNNAMED = ("", "main_graph", "torch_jit", "torch-jit-export", "graph", "model", "functional")


Sides: TypeAlias = tuple[int, int]  # height and width of an input, px
Elsewhere: TypeAlias = Callable[[int, int], Graph]


class Imported(NamedTuple):
    """A model as a spec, a line a layer: its text, its layers, and what was read of the file.

    `follows` says whether its file can be read at other inputs too.
    """

    origin: Origin
    listing: "Listing"
    ledger: Mapping[str, Any]
    follows: bool
    elsewhere: Elsewhere | None = None

    def reread(self, elsewhere: Elsewhere) -> "Imported":
        """The same, which is read again where it is counted at another input."""
        return self._replace(elsewhere=elsewhere) if self.follows else self

    def graph(self, variant: str = "", given: Mapping[str, Any] | None = None) -> Graph:
        """The network, which has the ledger. Raises SpecError where the spec does not hold."""
        try:
            graph = read_graph(self.origin, variant, given)
        except SpecError as error:  # whose places are those of the spec, not of the file
            label = f"{clip(self.origin.label, SENTENCE)} as a spec"
            raise SpecError(one._replace(label=label) for one in error.problems) from None
        return graph._replace(ledger=self.ledger, elsewhere=self.elsewhere)


def open_graph(
    spec: str | os.PathLike[str],
    variant: str = "",
    given: Mapping[str, Any] | None = None,
    widths: "Widths | None" = None,
    size: Any = None,
) -> Graph:
    """The graph of a shipped name, of a path of a spec or of a model file, or of a text.

    `size` is the input of a model file that leaves its sides open, as people write it. Raises
    SpecError with every problem in it, UsageError for `widths` of what is no model file.
    """
    found = open_model(spec, widths, size=size)
    if found is not None:
        return found.graph(variant, given)
    if widths is not None:
        raise UsageError("widths are said of a model file; a spec says its own")
    if isinstance(spec, str) and "\n" not in spec and spec.lower().endswith(MODELS):
        spec = os.path.join(os.path.dirname(spec) or os.curdir, os.path.basename(spec))  # no name
    return load_graph(spec, variant, given)


def open_model(
    spec: str | os.PathLike[str],
    widths: "Widths | None" = None,
    sides: Sides | None = None,
    size: Any = None,
) -> Imported | None:
    """The model file at a path as a spec; None for anything else, such as a spec.

    `widths` says what α does to it; its input has these `sides`, or the file's own, of which those
    that the file leaves open are of this `size`, such as "320x256". Raises SpecError for a file
    that is malformed, or that holds what the language cannot say, and UsageError for widths that
    the file does not have.
    """
    data = _mapped(spec)
    if data is None:
        return None
    path = os.fspath(spec)
    with data:
        found = imported(data, path, widths, sides, () if size is None else read_size(size))
    if found is None and path.lower().endswith(MODELS) and not path.lower().endswith(EITHER):
        message = "it begins as no model file that is read"
        raise SpecError([Problem(clip(path, SENTENCE), TOP, "wrong-format", message, KNOWN)])
    return found and found.reread(partial(_opened_at, path, widths, size))


def _opened_at(path: str, widths: "Widths | None", size: Any, height: int, width: int) -> Graph:
    found = open_model(path, widths, (height, width), size)
    if found is None:
        raise UsageError(f"{clip(path)} is no longer the model that was read")
    return found.graph()


def is_model(spec: str | os.PathLike[str]) -> bool:
    """Whether this is the path of a model file; of a spec, or of nothing, it is not."""
    data = _mapped(spec)
    if data is None:
        return False
    from mnetcost.importing.formats import HEAD, reader_of

    with data:
        return reader_of(data[:HEAD]) is not None


def _mapped(spec: str | os.PathLike[str]) -> "mmap | None":
    """The bytes of a file that may be a model's; None for anything else."""
    if isinstance(spec, str) and ("\n" in spec or not _may_be_a_model(spec)):
        return None
    path = os.fspath(spec)
    if path.lower().endswith(SPECS) or not os.path.isfile(path):
        return None
    import mmap  # a shipped name needs none

    try:
        with open(path, "rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # reading it as a spec says what is wrong
        return None


def _may_be_a_model(spec: str) -> bool:
    return is_path(spec) or spec.lower().endswith(MODELS)


def imported(
    data: "Data",
    label: str,
    widths: "Widths | None" = None,
    sides: Sides | None = None,
    size: Sequence[int] = (),
) -> Imported | None:
    """The spec of a model file's bytes; None for bytes of no format that is read."""
    from mnetcost.importing import ledger
    from mnetcost.importing.formats import HEAD, reader_of
    from mnetcost.importing.model import refusal
    from mnetcost.importing.plain import as_people_write
    from mnetcost.importing.spelling import Listing, spelled
    from mnetcost.importing.translate import SHAPES, translate
    from mnetcost.importing.values import Value
    from mnetcost.importing.widths import words
    from mnetcost.importing.widths.following import with_widths
    from mnetcost.importing.widths.options import Widths
    from mnetcost.importing.widths.resolving import rules_of

    read = reader_of(bytes(data[:HEAD]))
    if read is None:
        return None
    rules = rules_of(widths or Widths())
    with without_garbage():
        source = read(data, label)
        x, translation = translate(source, label, sides, size)
    if not translation.entries:
        raise refusal(label, "", "unsupported", "no layer is between its input and its outputs")
    known = map(translation.known.get, source.outputs)
    ends = {one.layer for one in known if isinstance(one, Value)}
    followed = with_widths(x, as_people_write(translation.entries, ends), ends, rules)
    stem = os.path.splitext(os.path.basename(label))[0]
    name = clip(stem if source.name in UNNAMED else source.name, SENTENCE)
    shared = dict.fromkeys(one.weights for one in followed.entries if one.weights)
    found = ledger.document(source, translation.ledger, shared)
    alpha = words.document(rules, followed)
    said = [*ledger.said(found), *alpha["said"]]
    listing = Listing(name, x, followed.entries, said, words.width_key(rules))
    origin, read_as = Origin(label, spelled(listing)), {**found, "widths": alpha}
    return Imported(origin, listing, read_as, follows=source.format in SHAPES)
