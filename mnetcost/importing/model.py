"""A model as its file has it: calls of operators on values, and what is stored. No cost, no rule.

Every reader makes a `Source`. What its operators mean is said in `operators`, what follows in
the `rules`: a reader knows bytes alone.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from mnetcost.problems import TOP, Mark, Problem, SpecError
from mnetcost.text import SENTENCE, clip, printable

if TYPE_CHECKING:
    from mmap import mmap

MAX_CALLS = 200_000  # of a file
MAX_RANK = 16  # axes of a value
MAX_BODIES = 8  # bodies of control flow inside each other
MAX_NAME = 2**16  # bytes of a text, or of a list of whole numbers
MAX_VALUES = 64  # numbers of a stored value that are read: shapes and axes have no more
MAX_NESTING = 32  # brackets of a text inside each other
MAX_DIGITS = 19  # of a whole number

Data: TypeAlias = "bytes | mmap"  # what a reader reads: a large file is mapped, never copied
Place: TypeAlias = Mark | str  # in a text, or words such as "node 12, byte 3,456"
Shape: TypeAlias = tuple[int | None, ...]  # None where the file leaves a side open
Argument: TypeAlias = "int | float | bool | str | tuple[Argument, ...] | None"


class Tensor(NamedTuple):
    """What the file stores: its shape and, of a few numbers, the numbers, row-major."""

    shape: tuple[int, ...]
    values: tuple[int | float, ...] | None = None
    learned: bool = True  # false of what training does not learn, such as running statistics


class Call(NamedTuple):
    """One call of an operator.

    `inputs` and `outputs` are names of values; an optional input that is left out is "". Arguments
    have the names and the values that the file has: what it leaves out is not there.
    """

    operator: str
    name: str  # of the layer, the node or the module's path; "" where the file has none
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    arguments: Mapping[str, Argument]
    place: Place


class Source(NamedTuple):
    """A model: its calls in an order in which they can run, each value written once."""

    format: str  # "onnx", "pt2", "keras", "caffe", "ncnn", "tflite", "darknet"
    version: str  # what the file says of itself, such as "opset 17, pytorch 2.13.0"
    name: str  # the model's own, or ""
    inputs: Mapping[str, Shape]  # values that come from outside, in the file's order of axes
    outputs: tuple[str, ...]
    calls: tuple[Call, ...]
    stored: Mapping[str, Tensor]  # values that the file holds, by name
    shapes: Mapping[str, Shape]  # those of values that calls write, where the file states them


def refusal(
    label: str, place: Place, code: str, message: str, expected: str | None = None
) -> SpecError:
    """The error that says what is wrong with a file, and where."""
    mark = place if isinstance(place, Mark) else TOP
    words = f"{place}: {message}" if isinstance(place, str) and place else message
    words = printable(words)  # of the file, or with names that are
    return SpecError([Problem(clip(label, SENTENCE), mark, code, words, expected=expected)])
