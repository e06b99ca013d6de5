"""Mobile networks as an exporter has them, call by call, from the tables of their papers."""

from sources import call, source

from mnetcost.importing.model import Tensor


class Network:
    """The calls of a network so far; each method adds some and gives what they compute."""

    def __init__(self, height, width):
        self.size = (1, 3, height, width)
        self.calls, self.stored, self.channels = [], {}, {"x": 3}

    def add(self, operator, inputs, channels, name="", **arguments):
        """A call of one output, named by its number."""
        y = f"v{len(self.calls)}"
        self.calls.append(call(operator, inputs, y, name, **arguments))
        self.channels[y] = channels
        return y

    def conv(self, x, out, kernel=1, stride=1, groups=1, act="", norm=True, name=""):  # noqa: PLR0917
        """A convolution with its normalisation, or else a bias, and its activation."""
        number = len(self.calls)
        self.stored[f"w{number}"] = (out, self.channels[x] // groups, kernel, kernel)
        bias = "" if norm else f"b{number}"
        self.stored |= {bias: (out,)} if bias else {}
        sides = {"stride": (stride, stride), "padding": (kernel // 2, kernel // 2)}
        words = f"{x} w{number} {bias}".strip()
        y = self.add("aten.conv2d.default", words, out, name, groups=groups, **sides)
        if norm:
            values = [f"{one}{number}" for one in ("g", "h", "m", "v")]
            self.stored |= {one: Tensor((out,), learned=one[0] in "gh") for one in values}
            y = self.add("aten.batch_norm.default", " ".join([y, *values]), out)
        return self.add(f"aten.{act}.default", y, out) if act else y

    def gate(self, x, squeeze, act, gate):
        """Squeeze-and-excitation."""
        channels = self.channels[x]
        y = self.conv(self.means(x), squeeze, act=act, norm=False)
        y = self.conv(y, channels, act=gate, norm=False)
        return self.add("aten.mul.Tensor", f"{x} {y}", channels)

    def residual(self, x, y):
        """The sum of both."""
        return self.add("aten.add.Tensor", f"{x} {y}", self.channels[x])

    def means(self, x):
        """The means of the map, as a map of 1×1."""
        return self.add("aten.mean.dim", x, self.channels[x], dim=(2, 3), keepdim=True)

    def classified(self, x, classes):
        """The network up to a classifier of a map of 1×1."""
        channels = self.channels[x]
        self.stored |= {"fc": (classes, channels), "fb": (classes,)}
        x = self.add("aten.flatten.using_ints", x, channels, start_dim=1)
        self.add("aten.linear.default", f"{x} fc fb", classes, "classifier")
        return source("pt2", self.size, *self.calls, stored=self.stored)


def inverted_residual(net, x, expand, kernel, out, stride, act, squeeze=0):  # noqa: PLR0917
    """Sandler et al. 2018; with a gate of Tan and Le 2019 where it has a `squeeze`."""
    inner = net.channels[x] * expand
    y = net.conv(x, inner, act=act) if expand > 1 else x
    y = net.conv(y, inner, kernel, stride, inner, act)
    y = net.gate(y, squeeze, act, "sigmoid") if squeeze else y
    y = net.conv(y, out)
    return net.residual(x, y) if stride == 1 and out == net.channels[x] else y


def inverted_residuals(height, width, rows, act, squeezes, head=1280):  # noqa: PLR0917
    """A network of rows (expand, kernel, out, repeats, stride) between 32 and `head` channels."""
    net = Network(height, width)
    x = net.conv("x", 32, 3, 2, act=act, name="conv_stem")
    for expand, kernel, out, repeats, stride in rows:
        for turn in range(repeats):
            squeeze = net.channels[x] // 4 if squeezes else 0
            step = 1 if turn else stride
            x = inverted_residual(net, x, expand, kernel, out, step, act, squeeze)
    x = net.conv(x, head, act=act, name="conv_head")
    return net.classified(net.means(x), 1000)


def mobilenet_v2(height, width):
    """Sandler et al. 2018, arXiv:1801.04381, Table 2."""
    table = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1)]
    table += [(6, 160, 3, 2), (6, 320, 1, 1)]
    rows = [(expand, 3, *rest) for expand, *rest in table]
    return inverted_residuals(height, width, rows, "relu6", False)


def mnasnet_b1(height, width):
    """Tan et al. 2018, arXiv:1807.11626, as timm and torchvision have its B1."""
    rows = [(1, 3, 16, 1, 1), (3, 3, 24, 3, 2), (3, 5, 40, 3, 2), (6, 5, 80, 3, 2)]
    rows += [(6, 3, 96, 2, 1), (6, 5, 192, 4, 2), (6, 3, 320, 1, 1)]
    return inverted_residuals(height, width, rows, "relu", False)


def efficientnet_b0(height, width):
    """Tan and Le 2019, arXiv:1905.11946, Table 1."""
    rows = [(1, 3, 16, 1, 1), (6, 3, 24, 2, 2), (6, 5, 40, 2, 2), (6, 3, 80, 3, 2)]
    rows += [(6, 5, 112, 3, 1), (6, 5, 192, 4, 2), (6, 3, 320, 1, 1)]
    return inverted_residuals(height, width, rows, "silu", True)


def mobilenet_v3_large(height, width):
    """Howard et al. 2019, arXiv:1905.02244, Table 1; its last layers as timm has them."""
    net = Network(height, width)
    x = net.conv("x", 16, 3, 2, act="hardswish", name="conv_stem")
    for kernel, inner, out, squeeze, act, stride in V3_LARGE:
        y = net.conv(x, inner, act=act) if inner != net.channels[x] else x
        y = net.conv(y, inner, kernel, stride, inner, act)
        y = net.gate(y, squeeze, "relu", "hardsigmoid") if squeeze else y
        y = net.conv(y, out)
        x = net.residual(x, y) if stride == 1 and out == net.channels[x] else y
    x = net.means(net.conv(x, 960, act="hardswish", name="last"))
    return net.classified(net.conv(x, 1280, act="hardswish", norm=False, name="conv_head"), 1000)


V3_LARGE = [  # kernel, expansion, channels, squeeze, activation, stride
    (3, 16, 16, 0, "relu", 1),
    (3, 64, 24, 0, "relu", 2),
    (3, 72, 24, 0, "relu", 1),
    (5, 72, 40, 24, "relu", 2),
    (5, 120, 40, 32, "relu", 1),
    (5, 120, 40, 32, "relu", 1),
    (3, 240, 80, 0, "hardswish", 2),
    (3, 200, 80, 0, "hardswish", 1),
    (3, 184, 80, 0, "hardswish", 1),
    (3, 184, 80, 0, "hardswish", 1),
    (3, 480, 112, 120, "hardswish", 1),
    (3, 672, 112, 168, "hardswish", 1),
    (5, 672, 160, 168, "hardswish", 2),
    (5, 960, 160, 240, "hardswish", 1),
    (5, 960, 160, 240, "hardswish", 1),
]


def ghostnet(height, width):
    """Han et al. 2020, arXiv:1911.11907, Table 1, as the authors' code and timm build it."""
    net = Network(height, width)
    x = net.conv("x", 16, 3, 2, act="relu")
    for kernel, inner, out, squeeze, stride in GHOSTS:
        y = ghost(net, x, inner, "relu")
        y = net.conv(y, inner, kernel, stride, inner) if stride > 1 else y
        y = net.gate(y, squeeze, "relu", "hardsigmoid") if squeeze else y
        y = ghost(net, y, out, "")
        channels = net.channels[x]
        if stride > 1 or out != channels:
            x = net.conv(net.conv(x, channels, kernel, stride, channels), out)
        x = net.residual(y, x)
    x = net.means(net.conv(x, 960, act="relu"))
    return net.classified(net.conv(x, 1280, act="relu", norm=False), 1000)


def ghost(net, x, out, act):
    """Half of the maps, and a filter of each. Figure 1b."""
    half = net.conv(x, out // 2, act=act)
    cheap = net.conv(half, out // 2, 3, 1, out // 2, act)
    return net.add("aten.cat.default", f"{half} {cheap}", out, dim=1)


GHOSTS = [  # kernel, expansion, channels, squeeze, stride
    (3, 16, 16, 0, 1),
    (3, 48, 24, 0, 2),
    (3, 72, 24, 0, 1),
    (5, 72, 40, 20, 2),
    (5, 120, 40, 32, 1),
    (3, 240, 80, 0, 2),
    (3, 200, 80, 0, 1),
    (3, 184, 80, 0, 1),
    (3, 184, 80, 0, 1),
    (3, 480, 112, 120, 1),
    (3, 672, 112, 168, 1),
    (5, 672, 160, 168, 2),
    (5, 960, 160, 0, 1),
    (5, 960, 160, 240, 1),
    (5, 960, 160, 0, 1),
    (5, 960, 160, 240, 1),
]
