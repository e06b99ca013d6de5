"""MobileNet v1 at several α and ρ, each built and counted by fvcore or by torch: points a second.

python built_models.py fvcore|torch POINTS
"""

import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch  # noqa: E402
from torch import nn  # noqa: E402

# (output channels, stride) of each separable layer: Howard et al. 2017, Table 1
SEPARABLE = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
SEPARABLE += [(512, 1)] * 5 + [(1024, 2), (1024, 1)]


def convolution(m: int, n: int, kernel: int, stride: int, groups: int = 1) -> nn.Sequential:
    layer = nn.Conv2d(m, n, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(n), nn.ReLU())


def mobilenet_v1(alpha: float) -> nn.Module:
    m = max(8, int(32 * alpha))
    layers = [convolution(3, m, 3, 2)]
    for written, stride in SEPARABLE:
        n = max(8, int(written * alpha))
        layers += [convolution(m, m, 3, stride, groups=m), convolution(m, n, 1, 1)]
        m = n
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(m, 1000)).eval()


def by_fvcore(alpha: float, side: int) -> int:
    from fvcore.nn import FlopCountAnalysis

    counter = FlopCountAnalysis(mobilenet_v1(alpha), torch.zeros(1, 3, side, side))
    counter.unsupported_ops_warnings(False)
    return int(counter.total())


def by_torch(alpha: float, side: int) -> int:
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):  # no weights and no arithmetic: as quick as it can be
        model, image = mobilenet_v1(alpha), torch.zeros(1, 3, side, side)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(image)
    return int(counter.get_total_flops())


if __name__ == "__main__":
    count = {"fvcore": by_fvcore, "torch": by_torch}[sys.argv[1]]
    first = count(1, 224)  # imports and warms up
    start = time.perf_counter()
    for place in range(points := int(sys.argv[2])):
        count(1 - place / 40, 224 - 4 * place)
    print(first, round(points / (time.perf_counter() - start), 1))
