"""Models as readers give them, written by hand."""

import mnetcost
from mnetcost.importing.folding.checked import with_blocks
from mnetcost.importing.model import Call, Source, Tensor
from mnetcost.importing.plain import as_people_write
from mnetcost.importing.spelling import Listing, spelled
from mnetcost.importing.translate import translate
from mnetcost.importing.values import Value
from mnetcost.importing.widths import words
from mnetcost.importing.widths.following import with_widths
from mnetcost.importing.widths.options import Widths
from mnetcost.importing.widths.resolving import rules_of
from mnetcost.problems import Origin
from mnetcost.spec import read_graph

X = (1, 8, 6, 10)  # a map of 6×10×8


def call(operator, inputs, outputs, name="", **arguments):
    """A call by words: names of values with spaces between."""
    return Call(operator, name, tuple(inputs.split()), tuple(outputs.split()), arguments, "")


def source(format_, size, *calls, stored=None, shapes=None):
    """A model that reads `x` of this shape; `stored` are shapes, or tensors, by name."""
    tensors = {
        name: one if isinstance(one, Tensor) else Tensor(one)
        for name, one in (stored or {}).items()
    }
    return Source(
        format_, "", "", {"x": size}, (calls[-1].outputs[0],), calls, tensors, shapes or {}
    )


def onnx(*calls, size=X, **more):
    """A model of ONNX."""
    return source("onnx", size, *calls, **more)


def pt2(*calls, size=X, **more):
    """A program of PyTorch."""
    return source("pt2", size, *calls, **more)


def numbers(*values, shape=None):
    """Numbers of the code, that nothing learns."""
    return Tensor(shape or (len(values),), values, learned=False)


def cost_of(model):
    """What the spec costs that a model becomes."""
    return mnetcost.load(layers_of(model)).cost()


def layers_of(model, sides=None):
    """The lines of the spec that a model becomes, at its own input or at one of these sides."""
    x, entries, _ = _read(model, sides)
    return spelled(Listing("model", x, entries))


def followed(model, **options):
    """What becomes of a model's widths with these options, and its spec."""
    x, entries, ends = _read(model)
    rules = rules_of(Widths(**options))
    found = with_widths(x, entries, ends, rules)
    comments = words.comments(rules, found)
    return found, spelled(
        Listing("model", x, found.entries, list(comments), words.width_key(rules))
    )


def folded_of(model, **options):
    """The spec of a model with blocks and rows, and that with a line a layer."""
    x, entries, ends = _read(model)
    rules = rules_of(Widths(**options))
    made = with_widths(x, entries, ends, rules).entries
    listing = Listing("model", x, made, width=words.width_key(rules))
    flat = spelled(listing)
    return with_blocks(listing, read_graph(Origin("model", flat)), "model"), flat


def _read(model, sides=None):
    x, translation = translate(model, "model", sides)
    known = map(translation.known.get, model.outputs)
    ends = {one.layer for one in known if isinstance(one, Value)}
    return x, as_people_write(translation.entries, ends), ends
