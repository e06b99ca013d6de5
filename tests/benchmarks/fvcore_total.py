"""MobileNet v1's total by fvcore: a process of its own, to be timed whole."""

import warnings

warnings.filterwarnings("ignore")

import torch  # noqa: E402
from fvcore.nn import FlopCountAnalysis  # noqa: E402
from torch import nn  # noqa: E402

# (output channels, stride) of each separable layer: Howard et al. 2017, Table 1
SEPARABLE = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
SEPARABLE += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]


def convolution(m: int, n: int, kernel: int, stride: int, groups: int = 1) -> nn.Sequential:
    layer = nn.Conv2d(m, n, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(n), nn.ReLU())


def mobilenet_v1() -> nn.Module:
    layers, m = [convolution(3, 32, 3, 2)], 32
    for n, stride in SEPARABLE:
        layers += [convolution(m, m, 3, stride, groups=m), convolution(m, n, 1, 1)]
        m = n
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(m, 1000))


counter = FlopCountAnalysis(mobilenet_v1().eval(), torch.zeros(1, 3, 224, 224))
counter.unsupported_ops_warnings(False)
print(int(counter.total()))
