"""`mnetcost import`: a model file as a spec."""  # noqa: N999

import click

from mnetcost.cli.options import EXITS, held, strict_option
from mnetcost.cli.output import write_document, write_text
from mnetcost.importing.opening import open_model
from mnetcost.notebook.network import Network
from mnetcost.problems import UsageError
from mnetcost.text import clip

MAX = 65_536  # channels that a width may be a multiple of


@click.command(name="import", epilog=EXITS)
@click.argument("model", type=click.Path())
@click.option("--output", "-o", type=click.Path(), help="Write to this file, whole or not at all.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["yaml", "json"]),
    default="yaml",
    help="The spec, or what was read of the file.",
)
@click.option(
    "--round",
    "rule",
    metavar="RULE",
    help="How α rounds: floor, nearest, or divisible:8. Without it a fraction of a channel is an"
    " error.",
)
@click.option(
    "--keep", multiple=True, metavar="NAME", help="A layer whose width stays. May be repeated."
)
@strict_option
def import_(
    model: str, output: str | None, format_: str, rule: str | None, keep: tuple[str, ...]
) -> None:
    """Write the spec of a model file: a layer a line, with the file's names.

    MODEL is a file of ONNX, torch.export (.pt2), Keras 3 (.keras, or its JSON), TFLite, Caffe
    (prototxt), ncnn (.param) or Darknet (.cfg); its content says which. No framework is needed,
    and no weight is read. Every other command takes such a file too, wherever it takes a SPEC.

    Batch normalisation and activations ride on the layer that they follow. Each convolution and
    dense layer has a width of its own, which follows α; those with the last widths before an output
    do not. What the language cannot say is `opaque` where the file states its shapes, and else an
    error with the name of the call.

    \b
    mnetcost import mobilenet_v2.onnx -o mobilenet_v2.yaml
    mnetcost import mobilenet_v2.onnx --round divisible:8 --keep conv_head
    mnetcost import mobilenet_v2.onnx --format json | jq .free
    mnetcost table mobilenet_v2.onnx --view types
    """
    path = model if "/" in model else f"./{model}"
    found = open_model(path, _width(rule) if rule else "", keep)
    if found is None:
        raise UsageError(f"{model}: this is no model file of a format that is read")
    held(Network(graph=found.graph()))  # read again: what does not hold is not written
    if format_ == "json":
        write_document(found.ledger, output)
    else:
        write_text(found.origin.text, output)


def _width(rule: str) -> str:
    """What `width:` says of a rule."""
    word, _, number = rule.partition(":")
    if word in ("floor", "nearest") and not number:
        return f"round: {word}"
    if word == "divisible" and number.isascii() and number.isdigit() and 0 < int(number) <= MAX:
        return f"round: divisible, divisible: {int(number)}"
    raise UsageError(f"--round {clip(rule)}: floor, nearest, or divisible:D with D up to {MAX:,}")
