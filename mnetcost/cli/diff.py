"""`mnetcost diff`: what changed from one network to another."""

from typing import Any

import click

from mnetcost.cli.options import (
    SPEC,
    basis_options,
    setting_options,
)
from mnetcost.cli.output import (
    choose_format,
    format_option,
    output_option,
    write,
)
from mnetcost.cli.targets import costs_of
from mnetcost.cost import Basis
from mnetcost.notebook.diff import Diff

DIFF_EXITS = """\b
Exit codes: 0 done; 1 something is wrong in or with a spec, or it is
impossible at this α or ρ (nothing is on standard output then); 2 wrong
options. With --exit-code also 1 where the networks differ."""


@click.command(epilog=DIFF_EXITS)
@click.argument("before", metavar="A", type=SPEC)
@click.argument("after", metavar="B", type=SPEC)
@click.option(
    "--all", "every", is_flag=True, help="Show every layer, those that did not change too."
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 where the networks differ.")
@setting_options
@basis_options
@format_option
@output_option
def diff(
    before: str, after: str, format_: str | None, output: str | None, basis: Basis, **others: Any
) -> None:
    """Show what changed from one network to another.

    Compared are structure and cost, layer by layer. A and B are targets: a shipped name, a path, or
    - for standard input; after an @ may stand a setting: alpha, rho, resolution, input, or a knob
    of the spec (`set.NAME` where the knob is called like a setting). The setting options hold for
    what does not say otherwise. Layers are paired by what they are, else by their names; + was
    added, - removed, ~ changed.

    \b
    mnetcost diff mobilenet_v1 mobilenet_v1_full
    mnetcost diff mobilenet_v1@alpha=0.75 mobilenet_v1@rho=5/7
    mnetcost diff resnet18 resnet34 --all
    mnetcost diff old.yaml new.yaml --exit-code --format json
    """
    from mnetcost.reports.diff import diff_report

    chosen = choose_format(format_, output)
    every, exit_code = others.pop("every"), others.pop("exit_code")
    one, other = costs_of([before, after], basis, others)
    found = Diff.of(one, other, (before, after))
    write(diff_report(found, every), chosen, output)
    if exit_code and not found.same:
        click.get_current_context().exit(1)
