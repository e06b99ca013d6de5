"""`mnetcost table`: one network at one α and ρ."""

from typing import Any

import click

from mnetcost.cli.options import (
    EXITS,
    WholeNumber,
    Word,
    basis_options,
    byte_options,
    fold_option,
    setting_options,
    spec_argument,
)
from mnetcost.cli.output import (
    choose_format,
    format_option,
    is_unit_asked,
    output_option,
    write,
    write_document,
)
from mnetcost.cli.targets import cost_of
from mnetcost.cost import Basis
from mnetcost.problems import UsageError
from mnetcost.reports.choices import (
    ALGORITHMS,
    LAYER_COLUMNS,
    LAYER_VIEWS,
    MEMORY,
    SORTS,
    TABLE_VIEWS,
    Shown,
)
from mnetcost.text import clip, did_you_mean

APART = (
    "--operations are the forward pass's own: give no --convention, --pass, --sort or --fold with"
    " them"
)
ALONE = (
    "--view {} shows every layer's own, forward and for one image: give no --all, --depth, --sort, "
    "--top, --columns, --operations, --fold, --convention, --batch or --pass with it"
)
PIXELS = "--view fields shows px alone: give no --unit with it"
ENGINE = "--engine is of --view algorithms alone"
BYTES = (
    "--dtype and --memory are of an inference, layer by layer: give no --pass, --operations or "
    "--view {} with them (training keeps every activation)"
)
LAYERS = "--columns are those of the layers: give no --view {} with them"


class Columns(Word):
    """Names of columns of the layers, with commas between them."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """The names in their order, once each."""
        if isinstance(value, tuple):  # the default
            return value
        names = tuple(dict.fromkeys(filter(None, (name.strip() for name in value.split(",")))))
        for name in names:
            if name not in LAYER_COLUMNS:
                meant = did_you_mean(name, LAYER_COLUMNS)
                hint = f"did you mean '{meant}'? There" if meant else "there"
                known = ", ".join(LAYER_COLUMNS)
                self.fail(f"no column '{clip(name)}'; {hint} are {known}.", param, ctx)
        if not names:
            self.fail(f"no column is named; write some of {', '.join(LAYER_COLUMNS)}.", param, ctx)
        return names


@click.command(epilog=EXITS)
@spec_argument
@setting_options
@click.option(
    "--view", type=click.Choice(TABLE_VIEWS), help="Only this table. JSON has the first four."
)
@click.option(
    "--depth",
    type=WholeNumber(),
    metavar="PARTS",
    help="Fold layers into blocks: how many parts of their names to keep. 1 is the outermost.",
)
@click.option(
    "--sort",
    type=click.Choice(SORTS),
    help="A list of the layers in this order, the largest first.",
)
@click.option(
    "--top",
    type=WholeNumber(),
    metavar="LAYERS",
    help="Only so many layers, the largest; the others are one row.",
)
@click.option("--all", "every", is_flag=True, help="Every layer: none folded, none left out.")
@click.option(
    "--columns",
    type=Columns("column"),
    default=(),
    metavar="NAMES",
    help="Columns of the layers, in this order: name,kernel,stride,output,params,mult_adds, ...",
)
@click.option(
    "--operations",
    "apart",
    is_flag=True,
    help="Count multiplications, additions, comparisons, ... in columns of their own.",
)
@click.option(
    "--engine",
    type=Word("engine"),
    metavar="NAME",
    help="Whose algorithms --view algorithms shows: a name, or a file of rules. Default ncnn.",
)
@byte_options
@fold_option
@basis_options
@format_option
@output_option
def table(spec: str, format_: str | None, output: str | None, basis: Basis, **options: Any) -> None:
    """Show what a network costs, layer by layer.

    SPEC is a shipped name (see `mnetcost specs`), a path, also of a model file (see `mnetcost
    import`), or - for standard input; the default is mobilenet_v1. After an @ may stand a
    setting, as in mobilenet_v1@alpha=0.5,resolution=160: alpha, rho, resolution, input, or a
    knob. torch:package.module:name is a PyTorch module, or what makes one without arguments:
    your own code is imported, from where Python looks and from the current folder, and run.
    Printed are every layer's parameters and mult-adds, the same by layer type (the paper's
    Table 2), and each depthwise-separable pair against its standard convolution. Under them
    stand what was counted, what was left out and how much that is. What each layer sees of the
    input (--view fields), what one of its output channels costs (--view channels), how an
    engine computes it (--view algorithms), and what is in memory while it runs (--view memory)
    are worked out only when asked for.

    \b
    mnetcost table mobilenet_v1 --alpha 0.75 --rho 6/7
    mnetcost table my_net.yaml --input 320x256 --view types
    mnetcost table torch:torchvision.models:resnet18 --input 224x224
    mnetcost table efficientnet:b3 --set classes=10
    mnetcost table resnet50 --view blocks
    mnetcost table --sort mult_adds --top 10
    mnetcost table --convention fvcore --batch 8
    mnetcost table --operations --view types
    mnetcost table --columns name,kernel,stride,output,params
    mnetcost table --pass training
    mnetcost table resnet50 --fold
    mnetcost table vgg16 --view fields
    mnetcost table resnet50 --view channels
    mnetcost table resnet18 --view algorithms --engine ncnn
    mnetcost table --dtype int8 --memory plain
    mnetcost table mobilenet_v2 --view memory --dtype int8
    mnetcost table --format json | jq .totals
    mnetcost table -o mobilenet.csv
    """
    chosen = choose_format(format_, output)
    shown = Shown(**{name: options.pop(name) for name in Shown._fields})
    _check(shown, basis)
    cost = cost_of(spec, basis, options)
    if chosen == "json" and shown.view not in LAYER_VIEWS:  # it holds all others anyway
        from mnetcost.reports.table_document import table_document

        write_document(table_document(cost, shown), output)
        return
    from mnetcost.reports.table import table_report  # programs do without the tables

    write(table_report(cost, shown), chosen, output)


def _check(shown: Shown, basis: Basis) -> None:
    """Refuse what does not go together."""
    other = basis.convention or basis.pass_ != "forward" or shown.sort or shown.fold_norms
    if shown.apart and other:
        raise UsageError(APART)
    rows = shown.depth or shown.top or shown.apart or shown.every or shown.columns
    if shown.view in LAYER_VIEWS and (other or rows or (basis.batch > 1 and shown.view != MEMORY)):
        raise UsageError(ALONE.format(shown.view))
    if shown.engine is not None and shown.view != ALGORITHMS:
        raise UsageError(ENGINE)
    views = tuple(one for one in ("reduction", *LAYER_VIEWS) if one != MEMORY)
    if shown.asks_bytes and (basis.pass_ != "forward" or shown.apart or shown.view in views):
        raise UsageError(BYTES.format(", ".join(views)))
    if shown.view == "fields" and is_unit_asked():
        raise UsageError(PIXELS)
    if shown.columns and shown.view in ("types", "reduction"):
        raise UsageError(LAYERS.format(shown.view))
