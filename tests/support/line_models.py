"""Small model files in the formats of lines, a change or a cut of each, and what a reader makes."""

from collections.abc import Callable, Iterator
from random import Random

from mnetcost.importing.model import Data, Source
from mnetcost.problems import SpecError

CODES = {"malformed", "too-large", "unsupported", "wrong-format"}

CAFFE = """name: "small"  # a comment
input: "data" input_shape { dim: 1 dim: 3 dim: 20 dim: 12 }
layer {
  name: "conv" type: "Convolution" bottom: "data" top: "conv"
  param { name: "w" lr_mult: 1 } param { lr_mult: 2 }
  convolution_param { num_output: 8, kernel_h: 3; kernel_w: 1 pad: [1, 0] bias_term: false
    weight_filler < type: 'xavier' std: -1e-2 > }
}
layer { name: "conv/bn" type: "BatchNorm" bottom: "conv" top: "conv" }
layer { name: "conv/relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "noise" type: "Dropout" bottom: "conv" top: "conv" include { phase: TRAIN } }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
        pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
layer { name: "cat" type: "Concat" bottom: "pool" bottom: "pool" top: "cat" }
"""

NCNN = """7767517
5 6
Input       data  0 1 data -23330=4,3,12,20,3 0=12 1=20 2=3
MemoryData  bias  0 1 bias 0=12 1=20 2=8
Convolution conv  1 1 data conv -23330=4,3,12,20,8 0=8 1=1 11=3 4=0 14=1 5=1 6=72
Split       split 1 2 conv a b
BinaryOp    add   2 1 a bias sum 0=0 -23303=2,0.5,7
"""

DARKNET = """# a comment
[net]
batch=64
width=12
height = 20
channels=3

[convolutional]
filters=8
size=3
pad=1
activation=leaky
[maxpool]
size=2
stride=2
[route]
layers = -1, 0
[shortcut]
from=-2
"""


def mutants(written: bytes, count: int, seed: int = 16) -> Iterator[bytes]:
    """The file with a few bytes changed, doubled or left out, or a line moved; by chance."""
    random = Random(seed)
    lines = written.split(b"\n")
    for turn in range(count):
        changed = bytearray(written)
        for _ in range(random.randint(1, 4)):
            at, end = (random.randrange(len(written)) for _ in range(2))
            match turn % 4:
                case 0:
                    changed[at : at + 1] = bytes([random.randrange(256)])
                case 1:
                    changed[at : at + random.randint(1, 9)] = b""
                case 2:
                    changed[at:at] = changed[end : end + random.randint(1, 30)]
                case _:
                    changed = bytearray(b"\n".join(random.sample(lines, len(lines) - turn % 2)))
        yield bytes(changed)


def outcome(read: Callable[[Data, str], Source], data: Data) -> str:
    """The code of the problem that a reader has with a file; "" of what it reads, and is sound."""
    try:
        source = read(data, "a file")
    except SpecError as error:
        (problem,) = error.problems
        assert problem.code in CODES
        assert problem.label == "a file"
        assert len(str(problem)) < 1_000
        return problem.code
    sound(source)
    return ""


def sound(source: Source) -> None:
    """Hold a source to what every one promises: values are written once, before they are read."""
    written = [*source.inputs, *source.stored]
    for call in source.calls:
        assert set(call.inputs) <= set(written)
        assert "" not in call.outputs
        written += call.outputs
    assert len(written) == len(set(written))
    assert set(source.outputs) <= {one for call in source.calls for one in call.outputs}
    assert source.shapes.keys() <= set(written)
