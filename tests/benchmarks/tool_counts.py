"""Measure what the tools really print, into tests/data/tool_counts_*.csv. No test runs this.

    python tests/benchmarks/tool_counts.py networks torch fvcore ptflops ...
    python tests/benchmarks/tool_counts.py modules ultralytics-thop

fills those columns of every row, with torch, torchvision and the tools of these columns installed
(thop and ultralytics-thop share an import name: one environment each). A row's network is built
anew for every tool, in eval mode, and called as a user would, gradients on.
"""

import csv
import io
import math
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
import torchvision
from torch import Tensor, nn
from torchvision.ops import DeformConv2d
from torchvision.ops.misc import SqueezeExcitation  # noqa: F401 - rows name it

DATA = Path(__file__).parents[1] / "data"
FILES = {"networks": "tool_counts_measured.csv", "modules": "tool_counts_modules.csv"}
PARAMETERS = "tool_counts_parameters.csv"  # of the modules, the rows of one image in their order
NAMED = ("module", "shape", "layers")


class Fn(nn.Module):
    """A function without a module of its own."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Learned(nn.Module):
    """A function of the input and of learned values."""

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor], *shape: int) -> None:
        super().__init__()
        self.function, self.values = function, nn.Parameter(torch.ones(shape))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, self.values)


class Join(nn.Module):
    """Branches of one input, and the function that joins them."""

    def __init__(self, function: Callable[..., Tensor], *branches: nn.Module) -> None:
        super().__init__()
        self.function, self.branches = function, nn.ModuleList(branches)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(*(branch(x) for branch in self.branches))


class Attention(nn.Module):
    """Self-attention as torchvision's and torch's own transformers call it: no weights returned."""

    def __init__(self, channels: int, heads: int, bias: bool = True) -> None:
        super().__init__()
        self.inner = nn.MultiheadAttention(channels, heads, bias=bias, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x, x, x, need_weights=False)[0]


class Products(nn.Module):
    """Attention without projections as timm calls it: one fused function, or two products.

    With `places` it adds a learned value for each of the relative positions in a window of so many.
    """

    def __init__(
        self, heads: int, fused: bool = True, places: tuple[int, int] | None = None
    ) -> None:
        super().__init__()
        self.heads, self.fused, self.table = heads, fused, None
        if places is not None:
            at = torch.cartesian_prod(*map(torch.arange, places))
            apart = at[:, None] - at[None] + torch.tensor(places) - 1
            self.index = apart[..., 0] * (2 * places[1] - 1) + apart[..., 1]
            sides = [2 * side - 1 for side in places]
            self.table = nn.Parameter(torch.ones(heads, math.prod(sides)))

    def forward(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        q, k, v = x.reshape(batch, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4).unbind(0)
        bias = None if self.table is None else self.table[:, self.index]
        if self.fused:
            y = F.scaled_dot_product_attention(q, k, v, bias)
        else:
            scores = q * q.shape[-1] ** -0.5 @ k.transpose(-2, -1)
            y = (scores if bias is None else scores + bias).softmax(-1) @ v
        return y.transpose(1, 2).reshape(batch, tokens, width // 3)


class First(nn.Module):
    """The first of what a module returns: the sequence that a recurrent layer gives."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        return self.module(x)[0]


class Deformed(nn.Module):
    """A deformable convolution with the convolution that gives its offsets, and factors."""

    def __init__(self, channels: int, out: int, mask: bool = False) -> None:
        super().__init__()
        self.offsets = nn.Conv2d(channels, 27 if mask else 18, 3, padding=1)
        self.conv, self.mask = DeformConv2d(channels, out, 3, padding=1), mask

    def forward(self, x: Tensor) -> Tensor:
        places = self.offsets(x)
        if not self.mask:
            return self.conv(x, places)
        return self.conv(x, places[:, :18], places[:, 18:])


class CondConv(nn.Module):
    """Expert kernels mixed for each image, as timm's EfficientNets call them."""

    def __init__(self, channels: int, out: int, experts: int, bias: bool = False) -> None:
        super().__init__()
        self.route = nn.Linear(channels, experts, bias=bias)
        self.weight = nn.Parameter(torch.ones(experts, out * channels * 9))
        self.bias = nn.Parameter(torch.ones(experts, out)) if bias else None
        self.out = out

    def forward(self, x: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        factors = torch.sigmoid(self.route(F.adaptive_avg_pool2d(x, 1).flatten(1)))
        weight = torch.matmul(factors, self.weight).view(batch * self.out, channels, 3, 3)
        bias = None if self.bias is None else torch.matmul(factors, self.bias).view(-1)
        x = x.reshape(1, batch * channels, height, width)
        x = F.conv2d(x, weight, bias, padding=1, groups=batch)
        return x.view(batch, self.out, height, width)


class LayerNorm2d(nn.LayerNorm):
    """Over the channels, as in torchvision's ConvNeXt."""

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 2, 3, 1)
        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class Detector(nn.Module):
    """A detector's network, without the resizing before it and the choice of boxes after."""

    def __init__(self, whole: nn.Module) -> None:
        super().__init__()
        self.backbone, self.head = whole.backbone, whole.head

    def forward(self, x: Tensor) -> Any:
        return self.head(list(self.backbone(x).values()))


def network(row: dict[str, str]) -> tuple[nn.Module, tuple[int, ...]]:
    """A torchvision network and its input's shape."""
    name, options = row["model"], {}
    if name in ("googlenet", "inception_v3"):
        options = {"init_weights": False}
    if name.startswith(("deeplab", "ssd")):
        options = {"weights_backbone": None}
    if name.startswith("deeplab"):
        options |= {"aux_loss": True}
    if row["alpha"] != "1":
        options = {"width_mult": float(row["alpha"])}
    model = torchvision.models.get_model(name, weights=None, **options)
    height, width = map(int, row["input"].split("x"))
    shape = (int(row["batch"]), 3, height, width)
    return (Detector(model) if name.startswith("ssd") else model), shape


def derived(of: type[nn.Module], *given: Any, **named: Any) -> nn.Module:
    """A module of a class derived from torch's."""
    return type(f"My{of.__name__}", (of,), {})(*given, **named)


def module(row: dict[str, str]) -> tuple[nn.Module, tuple[int, ...]]:
    """A network of a few modules, written in the row, and its input's shape."""
    shape = (int(row["batch"]), *map(int, row["shape"].split("x")))
    return nn.Sequential(eval(row["module"])), shape  # the row is ours


# What a tool prints for a model and its input: its total, and its parameters if it prints any.
Printed = tuple[int, int | None]


def by_torch(model: nn.Module, x: Tensor) -> Printed:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        model(x)
    return counter.get_total_flops(), None


def by_fvcore(model: nn.Module, x: Tensor) -> Printed:
    from fvcore.nn import FlopCountAnalysis, parameter_count

    total = FlopCountAnalysis(model, x).unsupported_ops_warnings(False).total()
    return total, parameter_count(model)[""]


def by_ptflops(model: nn.Module, x: Tensor) -> Printed:
    from ptflops import get_model_complexity_info

    given = {"as_strings": False, "print_per_layer_stat": False, "backend": "pytorch"}
    shape = tuple(x.shape[1:])
    return get_model_complexity_info(model, shape, input_constructor=lambda _: x, **given)


def by_ptflops_aten(model: nn.Module, x: Tensor) -> Printed:
    from ptflops import get_model_complexity_info

    given = {"as_strings": False, "print_per_layer_stat": False, "backend": "aten"}
    whole = Join(lambda _: model(x))  # it makes an input of one image, which stays unused
    whole.branches, whole.model = nn.ModuleList([nn.Identity()]), model
    return get_model_complexity_info(whole, tuple(x.shape[1:]), **given)


def by_thop(model: nn.Module, x: Tensor) -> Printed:
    from thop import profile

    return tuple(map(int, profile(model, inputs=(x,), verbose=False)))


def by_torchinfo(model: nn.Module, x: Tensor) -> Printed:
    from torchinfo import summary

    found = summary(model, input_data=x, verbose=0)
    return found.total_mult_adds, found.total_params


def by_torchprofile(model: nn.Module, x: Tensor) -> Printed:
    from torchprofile import profile_macs

    return int(profile_macs(model, x)), None


def _by_deepspeed(model: nn.Module, x: Tensor, which: int) -> Printed:
    from deepspeed.profiling.flops_profiler import get_model_profile

    given = {"print_profile": False, "as_string": False, "warm_up": 0}
    found = get_model_profile(model, args=(x,), **given)
    return int(found[which]), int(found[2])


def _by_onnx_tool(model: nn.Module, x: Tensor, opset: int) -> Printed:
    import onnx_tool

    for values in (*model.parameters(), *model.buffers()):
        if (
            values.is_floating_point()
        ):  # the exporter stores equal values, as of a new network, once
            values.data.uniform_()
    mode = torch.onnx.TrainingMode.PRESERVE  # eval as the model is, its normalisation not folded
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/model.onnx"
        torch.onnx.export(model, (x,), path, dynamo=False, opset_version=opset, training=mode)
        graph = onnx_tool.Model(path).graph
    graph.shape_infer()
    graph.profile()
    return int(graph.macs[0]), int(graph.params)


TOOLS: dict[str, Callable[[nn.Module, Tensor], Printed]] = {
    "torch": by_torch,
    "fvcore": by_fvcore,
    "ptflops": by_ptflops,
    "ptflops-aten": by_ptflops_aten,
    "thop": by_thop,
    "ultralytics-thop": by_thop,
    "torchinfo": by_torchinfo,
    "torchprofile": by_torchprofile,
    "deepspeed-flops": lambda model, x: _by_deepspeed(model, x, 0),
    "deepspeed-macs": lambda model, x: _by_deepspeed(model, x, 1),
    "onnx-tool": lambda model, x: _by_onnx_tool(model, x, 20),
    "onnx-tool-17": lambda model, x: _by_onnx_tool(model, x, 17),
    "onnx-tool-13": lambda model, x: _by_onnx_tool(model, x, 13),
}


def measured(build: Callable[..., Any], row: dict[str, str], tool: str) -> tuple[str, str]:
    """What the tool prints for a row; nothing where it fails, with its words on standard error."""
    model, shape = build(row)
    try:
        with redirect_stdout(io.StringIO()):
            work, params = TOOLS[tool](model.eval(), torch.rand(shape))
    except Exception as error:  # whatever a tool raises: it cannot count this network
        print(f"{tool}: {row}: {error}", file=sys.stderr)
        return "", ""
    return str(work), "" if params is None else str(params)


def read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The comments and the rows of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comments = [line for line in lines if line.startswith("#")]
    return comments, list(csv.DictReader(lines[len(comments) :]))


def write(path: Path, comments: list[str], rows: list[dict[str, str]]) -> None:
    """The file anew."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"{line}\n" for line in comments)
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main(which: str, *tools: str) -> None:
    """Fill the columns of these tools."""
    comments, rows = read(DATA / FILES[which])
    build = {"networks": network, "modules": module}[which]
    heading, before = read(DATA / PARAMETERS)
    known = {tuple(row[key] for key in NAMED): row for row in before}
    params = []
    for row in rows:
        found = {tool: measured(build, row, tool) for tool in tools}
        row |= {tool: work for tool, (work, _) in found.items()}
        if which == "modules" and row["batch"] == "1":
            named = {key: row[key] for key in NAMED}
            printed = {tool: number for tool, (_, number) in found.items() if tool in before[0]}
            blank = dict.fromkeys(before[0], "")
            params.append(blank | known.get(tuple(named.values()), {}) | named | printed)
    write(DATA / FILES[which], comments, rows)
    if params:
        write(DATA / PARAMETERS, heading, params)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    main(*sys.argv[1:])
