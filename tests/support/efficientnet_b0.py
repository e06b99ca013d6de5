"""EfficientNet-B0 as people hold it: a file of ONNX, and a PyTorch module.

python efficientnet_b0.py onnx FILE   loads a file with the package onnx, and prints its nodes
python efficientnet_b0.py fvcore      builds the module, and prints what fvcore counts
"""

import os
import sys
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

# expansion, output channels, repeats, stride, kernel of each row: Tan and Le 2019, Table 1
ROWS = [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3)]
ROWS += [(6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)]
STEM, HEAD, CLASSES = 32, 1280, 1000


class Block(NamedTuple):
    """One inverted bottleneck: its input, inner and output channels, kernel, stride."""

    m: int
    inner: int
    n: int
    kernel: int
    stride: int


def blocks() -> Iterator[Block]:
    m = STEM
    for expansion, n, repeats, stride, kernel in ROWS:
        for turn in range(repeats):
            yield Block(m, expansion * m, n, kernel, 1 if turn else stride)
            m = n


class _Writer:
    """Nodes and random weights, with normalisation folded, as exporters write them."""

    def __init__(self) -> None:
        self.nodes: list[bytes] = []
        self.stored: list[bytes] = []

    def store(self, *shape: int) -> str:
        from onnx_files import tensor

        self.stored.append(tensor(f"w{len(self.stored)}", shape, (9, os.urandom(4 * prod(shape)))))
        return f"w{len(self.stored) - 1}"

    def call(self, operator: str, reads: str, *fields: Any) -> str:
        from onnx_files import node

        written = f"v{len(self.nodes)}"
        self.nodes.append(node(operator, reads, written, *fields))
        return written

    def conv(self, x: str, m: int, n: int, k: int = 1, *, stride: int = 1, groups: int = 1) -> str:
        from onnx_files import attribute
        from protobuf import packed

        sides = {"kernel_shape": [k, k], "strides": [stride, stride], "pads": [k // 2] * 4}
        fields = [attribute(name, 7, (8, packed(*of))) for name, of in sides.items()]
        weights = f"{self.store(n, m // groups, k, k)} {self.store(n)}"
        return self.call("Conv", f"{x} {weights}", *fields, attribute("group", 2, (3, groups)))

    def times(self, x: str, gate: str) -> str:
        return self.call("Mul", f"{x} {self.call('Sigmoid', gate)}")

    def block(self, x: str, one: Block) -> str:
        y = self.conv(x, one.m, one.inner) if one.inner > one.m else x
        y = self.times(y, y) if one.inner > one.m else y
        y = self.conv(y, one.inner, one.inner, one.kernel, stride=one.stride, groups=one.inner)
        y = self.times(y, y)
        narrow = self.conv(self.call("GlobalAveragePool", y), one.inner, one.m // 4)
        y = self.times(y, self.conv(self.times(narrow, narrow), one.m // 4, one.inner))
        y = self.conv(y, one.inner, one.n)
        return self.call("Add", f"{y} {x}") if one.m == one.n and one.stride == 1 else y


def write(path: Path, hole: int = 0) -> None:
    """Write the file; behind its weights lie `hole` bytes of others that nobody reads."""
    from onnx_files import attribute, graph, value
    from protobuf import message, repeated, varint

    net = _Writer()
    x = net.conv("x", 3, STEM, 3, stride=2)
    x = net.times(x, x)
    for one in blocks():
        x = net.block(x, one)
    x = net.conv(x, ROWS[-1][1], HEAD)
    x = net.call("Flatten", net.call("GlobalAveragePool", net.times(x, x)))
    weights = f"{net.store(CLASSES, HEAD)} {net.store(CLASSES)}"
    x = net.call("Gemm", f"{x} {weights}", attribute("transB", 2, (3, 1)))
    ends = [value("x", (1, 3, 224, 224))], [value(x, (1, CLASSES))]
    body = graph(net.nodes, *ends, (2, "efficientnet_b0"), *repeated(5, net.stored))
    if hole:
        head = message((1, hole // 4), (2, 1), (8, "others")) + varint(9 << 3 | 2) + varint(hole)
        body += varint(5 << 3 | 2) + varint(len(head) + hole) + head
    version = message((1, 8), (8, message((1, ""), (2, 17))))
    with path.open("wb") as stream:
        stream.write(version + varint(7 << 3 | 2) + varint(len(body) + hole) + body)
        stream.truncate(stream.tell() + hole)


def loaded(path: str) -> int:
    """How many nodes the package onnx reads."""
    import onnx

    return len(onnx.load(path).graph.node)


def built() -> Any:
    """The module, by PyTorch's own layers."""
    from torch import nn

    def conv(m: int, n: int, k: int, *, stride: int = 1, groups: int = 1, act: bool = True) -> Any:
        layer = nn.Conv2d(m, n, k, stride, k // 2, groups=groups, bias=False)
        return nn.Sequential(layer, nn.BatchNorm2d(n), nn.SiLU() if act else nn.Identity())

    class Excitation(nn.Module):
        def __init__(self, n: int, narrow: int) -> None:
            super().__init__()
            ends = nn.Conv2d(n, narrow, 1), nn.SiLU(), nn.Conv2d(narrow, n, 1), nn.Sigmoid()
            self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), *ends)

        def forward(self, x: Any) -> Any:
            return x * self.gate(x)

    class Bottleneck(nn.Module):
        def __init__(self, one: Block) -> None:
            super().__init__()
            m, inner, n, kernel, stride = one
            self.residual = m == n and stride == 1
            wide = [conv(m, inner, 1)] if inner > m else []
            depthwise = conv(inner, inner, kernel, stride=stride, groups=inner)
            narrow = conv(inner, n, 1, act=False)
            self.layers = nn.Sequential(*wide, depthwise, Excitation(inner, m // 4), narrow)

        def forward(self, x: Any) -> Any:
            return self.layers(x) + x if self.residual else self.layers(x)

    ends = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(HEAD, CLASSES)
    body = (*map(Bottleneck, blocks()), conv(ROWS[-1][1], HEAD, 1))
    return nn.Sequential(conv(3, STEM, 3, stride=2), *body, *ends).eval()


def by_fvcore() -> int:
    """What fvcore counts for the module, convolutions and the dense layer alone."""
    import torch
    from fvcore.nn import FlopCountAnalysis

    counter = FlopCountAnalysis(built(), torch.zeros(1, 3, 224, 224))
    counter.unsupported_ops_warnings(False)
    counted = counter.by_operator()
    return int(counted["conv"] + counted["linear"])


if __name__ == "__main__":
    print(by_fvcore() if sys.argv[1] == "fvcore" else loaded(sys.argv[2]))
