"""`mnetcost check`: published figures and budgets against the count."""

from typing import Any

import click
from click.core import ParameterSource

from mnetcost.cli.options import (
    SpecName,
    basis_options,
    budget_options,
    input_option,
    open_network,
    set_option,
    setting_options,
)
from mnetcost.cli.output import (
    choose_format,
    format_choice,
    output_choice,
    print_lines,
    write,
)
from mnetcost.problems import SpecError, UsageError
from mnetcost.render import CHECK_FORMATS, CHECK_SUFFIXES
from mnetcost.spec import shipped
from mnetcost.targets import each

CHECK_EXITS = """\b
Exit codes: 0 done; 1 a figure differs or a budget is broken (the report is
on standard output all the same), or something is wrong in or with a spec,
or it is impossible at this α or ρ (what is on standard output then is for
build servers alone); 2 wrong options."""
SERVERS = ("github", "junit")


@click.command(epilog=CHECK_EXITS)
@click.argument("specs", metavar="[SPEC]...", nargs=-1, type=SpecName())
@budget_options
@setting_options
@input_option
@set_option
@basis_options
@format_choice(CHECK_FORMATS)
@output_choice(CHECK_SUFFIXES)
@click.pass_context
def check(
    context: click.Context,
    /,
    specs: tuple[str, ...],
    knobs: tuple[str, ...],
    format_: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Compare the figures that specs expect, and their budgets, with the count.

    Every `expect:` and `budget:` entry of each SPEC, by default of all that are shipped; of a
    variant only its own. --max-mult-adds and --max-params are a budget for each SPEC, at the α, ρ,
    input and knobs that the other options say. With --convention, --batch or --pass that budget is
    of what they count, at the most; what stands in a spec is of what its own keys say. Each
    figure that differs and each broken budget is a line on standard error, with its place in the
    spec, and the exit code is then 1; a figure with an `erratum` never fails.

    For build servers --format github prints those lines as annotations, to standard output, and
    --format junit a report in JUnit XML. They have what is wrong with a spec too.

    \b
    mnetcost check
    mnetcost check mobilenet_v1 my_net.yaml --format json
    mnetcost check my_net.yaml --max-mult-adds 600M --max-params 5M
    mnetcost check mobilenet_v1 --max-mult-adds 150M --alpha 0.5 --format github
    mnetcost check my_net.yaml --max-mult-adds 1.2G --convention flops
    mnetcost check my_net.yaml -o check.xml
    """
    from mnetcost.analysis.check.check import held_budget
    from mnetcost.reports.check import check_report, complaints, problems_report

    chosen = choose_format(format_, output, suffixes=CHECK_SUFFIXES)
    limits = {name: options.pop(name) for name in ("max_mult_adds", "max_params")}
    budget = held_budget(**limits, **options)
    if budget is None:
        _refuse_settings(context)
    try:
        networks = each(list(specs or shipped()), lambda spec: open_network(spec, knobs))
        report = check_report(networks, budget, options["basis"])
    except SpecError as error:
        if chosen in SERVERS:
            write(problems_report(error), chosen, output)
        raise
    write(report, chosen, output)
    if found := complaints(report):
        if chosen != "github":  # whose lines are these
            print_lines(found)
        context.exit(1)


def _refuse_settings(context: click.Context) -> None:
    """A setting without a budget that holds for it would be lost."""
    named = {"knobs": "set", "pass_": "pass"}
    for name in ("alpha", "rho", "resolution", "input", "knobs", "convention", "batch", "pass_"):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = named.get(name, name)
            raise UsageError(f"--{option} is what --max-mult-adds and --max-params hold for")
