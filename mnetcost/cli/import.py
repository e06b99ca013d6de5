"""`mnetcost import`: a model file as a spec."""  # noqa: N999

from typing import Any

import click

from mnetcost.cli.options import EXITS, Word, held, of_torch, strict_option
from mnetcost.cli.output import text_output_option, write_document, write_text
from mnetcost.graph import Graph
from mnetcost.importing.opening import TORCH, Imported, open_model
from mnetcost.importing.widths.options import EXPAND, Widths
from mnetcost.multipliers import read_size
from mnetcost.notebook.network import Network
from mnetcost.problems import UsageError


@click.command(name="import", epilog=EXITS)
@click.argument("model", type=click.Path())
@text_output_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    help="The spec, or what was read of the file.",
)
@click.option(
    "--round",
    metavar="RULE",
    default="",
    help="How α rounds: floor, nearest, or divisible:8. Without it a fraction of a channel is an"
    " error.",
)
@click.option(
    "--expand",
    type=click.Choice(EXPAND),
    help="Whether the inner width of an inverted bottleneck has an α of its own, or follows from"
    " what comes in. By default it follows where all such widths are whole multiples.",
)
@click.option(
    "--keep", multiple=True, metavar="LAYER", help="A layer whose width stays. May be repeated."
)
@click.option(
    "--at-least",
    multiple=True,
    metavar="LAYER",
    help="A layer that α makes no narrower than it is. May be repeated.",
)
@click.option(
    "--derive",
    multiple=True,
    metavar="LAYER",
    help="A layer whose width is a multiple of what comes in. May be repeated.",
)
@click.option(
    "--squeeze",
    metavar="RULE",
    default="",
    help="What gates squeeze to, an expression such as 'floor($here / 16)' that holds in the file."
    " By default it is found.",
)
@click.option(
    "--preset",
    type=Word("preset"),
    metavar="FAMILY:LIBRARY",
    default="",
    help="All of these as a library builds the family, such as mobilenet_v2:torchvision; what else"
    " is asked for goes before it.",
)
@click.option("--flat", is_flag=True, help="A layer a line, with the file's names.")
@click.option(
    "--input",
    metavar="HEIGHTxWIDTH",
    help="The size at which a torch: module is run, or of an input that the file leaves open.",
)
@strict_option
def import_(
    model: str,
    output: str | None,
    format_: str,
    *,
    flat: bool,
    input: str | None,  # noqa: A002 - the option
    **widths: Any,
) -> None:
    """Write a model file (ONNX, PyTorch, Keras, …) as a spec.

    MODEL is a file of ONNX, torch.export (.pt2), Keras 3 (.keras, or its JSON), TFLite, Caffe
    (prototxt), ncnn (.param) or Darknet (.cfg); its content says which. No framework is needed,
    and no weight is read. Every other command takes such a file too, wherever it takes a SPEC. So
    do all take torch:package.module:name, a PyTorch module: your own code is imported and run.

    What repeats is a block, and its calls are rows; --flat has a layer a line. The spec is read
    again before it is written, and has the same cost layer by layer. Batch normalisation and
    activations ride on the layer that they follow. Each convolution and dense layer has a width of
    its own, which follows α; those with the last widths before an output do not. What the language
    cannot say is `opaque` where the file states its shapes, and else an error with the name of the
    call.

    \b
    mnetcost import mobilenet_v2.onnx -o mobilenet_v2.yaml
    mnetcost import net.onnx --round divisible:8 --expand derived --at-least head
    mnetcost import mobilenet_v2.onnx --preset mobilenet_v2:torchvision
    mnetcost import mobilenet_v2.onnx --format json | jq .free
    mnetcost import torch:torchvision.models:resnet18 --input 320x256
    mnetcost table mobilenet_v2.onnx --view types
    """
    given = {name: value for name, value in widths.items() if value is not None}
    found = _read(model, input, Widths(**given))
    graph = found.graph()  # read again: what does not hold is not written
    held(Network(graph=graph))
    if format_ == "json":
        write_document(found.ledger, output)
    else:
        write_text(found.origin.text if flat else _with_blocks(found, graph), output)


def _read(model: str, size: str | None, widths: Widths) -> Imported:
    """A model file, or a module at this size."""
    if model.startswith(TORCH):
        return of_torch(model, size, widths)
    found = open_model(model if "/" in model else f"./{model}", widths, size=size)
    if found is None:
        raise UsageError(f"{model}: this is no model file of a format that is read")
    if size is not None and found.listing.x[:2] != read_size(size)[:2]:
        raise UsageError("--input: the file states its own input, and so does its spec")
    return found


def _with_blocks(found: Imported, flat: Graph) -> str:
    from mnetcost.importing.folding.checked import with_blocks

    text = with_blocks(found.listing, flat, found.origin.label)
    return found.origin.text if text is None else text
