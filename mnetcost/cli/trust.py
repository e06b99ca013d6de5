"""The commands that say why a number is what it is: conventions, reconcile, explain."""

from typing import Any

import click

from mnetcost.cli.app import EXITS, app
from mnetcost.cli.arguments import (
    SpecName,
    basis_options,
    batch_option,
    input_option,
    once,
    open_network,
    set_option,
    setting_options,
    spec_argument,
)
from mnetcost.cli.output import choose_format, format_option, output_option, write
from mnetcost.conventions.presets import convention as read_convention
from mnetcost.cost import Basis
from mnetcost.problems import UsageError

UNSET = {"alpha": "1", "rho": None, "resolution": None, "input": None, "batch": 1}


@app.command(epilog=EXITS)
@click.argument("spec", type=SpecName(), required=False)
@setting_options
@input_option
@set_option
@batch_option
@click.option("--own", metavar="FILE", help="A preset file of your own, shown with the others.")
@format_option
@output_option
def conventions(
    spec: str | None,
    knobs: tuple[str, ...],
    format_: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """What each tool counts; with SPEC, what each prints for it and why they differ.

    \b
    mnetcost conventions
    mnetcost conventions mobilenet_v1
    mnetcost conventions my_net.yaml --alpha 0.5 --batch 2
    mnetcost conventions mobilenet_v1 --own ours.yaml
    """
    from mnetcost.reports.conventions import comparison_report, conventions_report

    chosen = choose_format(format_, output)
    own = options.pop("own")
    if spec is None:
        if own is not None or knobs or options != UNSET:
            raise UsageError("these options need a SPEC: what they change is a network's number")
        write(conventions_report(), chosen, output)
        return
    cost = open_network(spec, knobs).counted(Basis(options.pop("batch")), **options)
    found = None if own is None else read_convention(own)
    write(comparison_report(cost, found), chosen, output)


@app.command(epilog=EXITS)
@spec_argument
@click.option(
    "--from",
    "start",
    multiple=True,
    callback=once,
    metavar="NAME",
    help="The convention to begin with.",
)
@click.option("--to", "end", multiple=True, callback=once, metavar="NAME", help="Default paper.")
@click.option(
    "--printed",
    multiple=True,
    callback=once,
    metavar="FIGURE",
    help="Instead: what gives this number, such as 317M?",
)
@setting_options
@input_option
@set_option
@batch_option
@format_option
@output_option
def reconcile(
    spec: str,
    knobs: tuple[str, ...],
    format_: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """The terms that lead from one number to another, or what gives a printed one.

    With --printed every convention and the obvious scopes are tried: without the first
    convolution, without the classifier, one layer type alone. The exit code is 1 where none of
    them prints so; the nearest are shown.

    \b
    mnetcost reconcile mobilenet_v1 --from fvcore --to paper
    mnetcost reconcile mobilenet_v1 --alpha 0.75 --printed 317M
    """
    from mnetcost.analysis.reconcile import way
    from mnetcost.reports.reconcile import printed_report, read_printed, way_report

    chosen = choose_format(format_, output)
    start, end, text = (options.pop(name) for name in ("start", "end", "printed"))
    if (start is None) == (text is None) or (end and text):
        raise UsageError("give --from NAME (and --to NAME), or --printed FIGURE")
    printed = None if text is None else read_printed(text)
    ends = None if start is None else (read_convention(start), read_convention(end or "paper"))
    cost = open_network(spec, knobs).counted(Basis(options.pop("batch")), **options)
    if ends is not None:
        write(way_report(cost, *ends, way(cost, *ends)), chosen, output)
    if printed is not None:
        report = printed_report(cost, printed)
        write(report, chosen, output)
        click.get_current_context().exit(0 if report.document["found"] else 1)


@app.command(epilog=EXITS)
@spec_argument
@click.argument("layer", default="")
@setting_options
@input_option
@set_option
@basis_options
@format_option
@output_option
def explain(
    spec: str,
    knobs: tuple[str, ...],
    format_: str | None,
    output: str | None,
    basis: Basis,
    **options: Any,
) -> None:
    """The formula behind each number, with the numbers in place.

    LAYER is a name from `mnetcost table`, the name of a block or of a separable pair, or a pattern
    such as "*/pointwise"; the default is every layer. Of a pair the ratio 1/N + 1/D_K² is derived
    step by step. Formulas are SymPy's, run on the layers' own definitions:
    pip install 'mnetcost[explain]'.

    \b
    mnetcost explain mobilenet_v1 separable_2
    mnetcost explain mobilenet_v1 conv_1 --alpha 0.75 --rho 6/7
    mnetcost explain my_net.yaml "*/pointwise" --format latex -o formulas.tex
    """
    chosen = choose_format(format_, output)
    layer = options.pop("layer")
    explanation = open_network(spec, knobs).counted(basis, **options).explain(layer)
    write(explanation.report(), chosen, output)
