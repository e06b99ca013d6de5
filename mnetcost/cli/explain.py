"""`mnetcost explain`: the formula behind each number."""

from typing import Any

import click

from mnetcost.cli.options import (
    DEFAULT_EXITS,
    Word,
    basis_options,
    setting_options,
    spec_argument,
)
from mnetcost.cli.output import choose_format, exact_format_option, output_option, write
from mnetcost.cli.targets import cost_of
from mnetcost.cost import Basis


@click.command(epilog=DEFAULT_EXITS)
@spec_argument
@click.argument("layer", type=Word("layer"), default="")
@setting_options
@click.option(
    "--algorithms",
    is_flag=True,
    help="Also how each convolution can be computed: direct, im2col, Winograd, FFT, indirect.",
)
@basis_options
@exact_format_option
@output_option
def explain(
    spec: str,
    layer: str,
    format_: str | None,
    output: str | None,
    basis: Basis,
    **options: Any,
) -> None:
    """Show the formula behind each number, with the numbers in it.

    LAYER is a name from `mnetcost table`, the name of a block or of a separable pair, or a pattern
    such as "*/pointwise"; the default is every layer. Of a pair the ratio 1/N + 1/D_K² is derived
    step by step. Formulas are SymPy's, run on the layers' own definitions:
    pip install 'mnetcost[explain]'.

    \b
    mnetcost explain mobilenet_v1 separable_2
    mnetcost explain mobilenet_v1 conv_1 --alpha 0.75 --rho 6/7
    mnetcost explain resnet18 basic_1.1/conv_1 --algorithms
    mnetcost explain my_net.yaml "*/pointwise" --format latex -o formulas.tex
    """
    chosen = choose_format(format_, output)
    algorithms = options.pop("algorithms")
    found = cost_of(spec, basis, options).explain(layer, algorithms=algorithms)
    write(found.report(), chosen, output)
