"""`mnetcost rewrite`: a spec made depthwise separable, or standard."""

from typing import Any

import click

from mnetcost.cli.options import DEFAULT_EXITS, Word, basis_options, setting_options, spec_argument
from mnetcost.cli.output import (
    choose_format,
    format_option,
    is_standard_output,
    keep_apart,
    write,
    write_beside,
    write_text,
)
from mnetcost.cli.targets import opened
from mnetcost.cost import Basis
from mnetcost.spec import resized


@click.command(epilog=DEFAULT_EXITS)
@spec_argument
@click.option(
    "--to",
    required=True,
    type=click.Choice(("separable", "standard")),
    help="What the convolutions become.",
)
@click.option(
    "--layers",
    type=Word("layer"),
    multiple=True,
    metavar="PATTERN",
    help="Only layers whose full names match, such as 'stage_*/conv_1'; '!PATTERN' leaves out. May"
    " be repeated.",
)
@setting_options
@basis_options
@click.option(
    "--output", "-o", type=click.Path(), metavar="FILE", help="Write the new spec to this file."
)
@click.option("--report", type=click.Path(), metavar="FILE", help="Write the saving to this file.")
@format_option
def rewrite(  # noqa: PLR0913, PLR0917 - where both go
    spec: str,
    to: str,
    layers: tuple[str, ...],
    output: str | None,
    report: str | None,
    format_: str | None,
    basis: Basis,
    **options: Any,
) -> None:
    """Make convolutions depthwise separable, or standard again.

    Standard k×k convolutions of one group (k > 1) become `separable`, with the same kernel,
    stride, padding, bias, norm and act, which then hold for both halves; or every
    depthwise-separable pair, written as `separable` or as two layers, becomes one convolution. The
    new spec goes to standard output and the saving to standard error. With --output the spec goes
    to that file and the saving to standard output; with --format alone the saving takes the place
    of the spec (JSON holds both). Needs ruamel.yaml: pip install 'mnetcost[fmt]'.

    A layer is rewritten where it is written, and so in every repeat and call of its block, or not
    at all: the saving says why. A variant becomes the whole spec; `expect:` is left out. The
    saving is counted at the setting that --alpha and the others say, by --convention, --batch and
    --pass; the spec stays at its own.

    \b
    mnetcost rewrite vgg16 --to separable | mnetcost table -
    mnetcost rewrite resnet50 --to separable --layers '!conv_1' -o new.yaml
    mnetcost rewrite mobilenet_v1 --to standard --format json | jq .totals
    mnetcost rewrite vgg16 --to separable --convention fvcore --format text
    mnetcost rewrite my_net.yaml --to separable --report saving.csv > new.yaml
    """
    from mnetcost.analysis.rewrite.rewrite import Rewriting
    from mnetcost.reports.rewrite import rewrite_report

    chosen = choose_format(format_, report, "--report")
    keep_apart(output, report, "--report")
    network, setting = opened(spec, options)
    graph, size = resized(network.graph, setting.pop("input", None))
    found = Rewriting.of(graph, to, layers, basis, **setting, size=size)
    saving = rewrite_report(found)
    spec_is_printed = is_standard_output(output) and (format_ is None or report is not None)
    if spec_is_printed or not is_standard_output(output):
        write_text(found.text, output)
    if spec_is_printed and report is None:
        write_beside(saving)
    else:
        write(saving, chosen, report)
