"""`mnetcost check`: published figures and budgets against the count."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mnetcost.cli.errors import print_lines
from mnetcost.cli.options import (
    SPEC,
    basis_options,
    budget_options,
    once,
    setting_options,
)
from mnetcost.cli.output import (
    choose_format,
    format_choice,
    output_choice,
    write,
)
from mnetcost.cli.targets import with_knobs
from mnetcost.cost import FORWARD
from mnetcost.importing.opening import is_model
from mnetcost.notebook.network import Network
from mnetcost.problems import SpecError, UsageError
from mnetcost.render import CHECK_FORMATS, CHECK_SUFFIXES
from mnetcost.spec import shipped
from mnetcost.targets import STREAM, TORCH, each, read_target
from mnetcost.text import clip

if TYPE_CHECKING:
    from mnetcost.analysis.check.against import Against
    from mnetcost.tabular import Report

CHECK_EXITS = """\b
Exit codes: 0 done; 1 a figure differs, a budget is broken or another
network costs otherwise (the report is on standard output all the same), or
something is wrong in or with a spec, or it is impossible at this α or ρ
(what is on standard output then is for build servers alone); 2 wrong
options."""
SERVERS = ("github", "junit")
HELD = "is what --max-mult-adds and --max-params hold for"
BASIS = ("convention", "batch", "pass_")
SETTING = ("alpha", "rho", "resolution", "input")


@click.command(epilog=CHECK_EXITS)
@click.argument("specs", metavar="[SPEC]...", nargs=-1, type=SPEC)
@budget_options
@click.option(
    "--against",
    type=SPEC,
    multiple=True,
    callback=once,
    metavar="TARGET",
    help="Another network, such as a model file, that must cost the same, layer by layer.",
)
@click.option("--require", is_flag=True, help="Exit with 1 where a SPEC has nothing to check.")
@setting_options
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
    """Hold networks to their published figures and budgets.

    Compared with the count is every `expect:` and `budget:` entry of each SPEC, by default of all
    that are shipped; of a variant only its own. --max-mult-adds and --max-params are a budget for
    each SPEC, at the α, ρ, input and knobs that the other options say. With --convention, --batch
    or --pass that budget is of what they count, at the most; what stands in a spec is of what its
    own keys say. Each figure that differs and each broken budget is a line on standard error, with
    its place in the spec, and the exit code is then 1; a figure with an `erratum` never fails. A
    SPEC with nothing to check is warned of; with --require it fails too.

    --against holds another network against each SPEC: a model file, or a TARGET as `mnetcost diff`
    takes it. The setting options hold for both, but α for no model file, which has the widths that
    it was trained with. Compared are the kernels and mult-adds of every layer that has any, by
    shape and order, whatever it is called; and the norms' parameters where both have as many norms.

    For build servers --format github prints those lines as annotations, to standard output, and
    --format junit a report in JUnit XML. They have what is wrong with a spec too.

    \b
    mnetcost check
    mnetcost check mobilenet_v1 my_net.yaml --format json
    mnetcost check my_net.yaml --max-mult-adds 600M --max-params 5M
    mnetcost check mobilenet_v1 --max-mult-adds 150M --alpha 0.5 --format github
    mnetcost check my_net.yaml --max-mult-adds 1.2G --convention flops
    mnetcost check my_net.yaml --against my_net.onnx --input 320x256
    mnetcost check my_net.yaml -o check.xml
    """
    from mnetcost.reports.check import complaints, problems_report

    chosen = choose_format(format_, output, suffixes=CHECK_SUFFIXES)
    try:
        report = _report(context, specs, knobs, **options)
    except SpecError as error:
        if chosen in SERVERS:
            write(problems_report(error), chosen, output)
        raise
    write(report, chosen, output)
    if found := complaints(report):
        if chosen != "github":  # whose lines are these
            print_lines(found)
        context.exit(1)


def _report(
    context: click.Context,
    specs: Sequence[str],
    knobs: tuple[str, ...],
    against: str | None,
    require: bool,
    **options: Any,
) -> "Report":
    """Everything that the options ask for. Raises UsageError for one that nothing is done with."""
    from mnetcost.analysis.check.check import demand_checked, held_budget
    from mnetcost.reports.check import check_report

    options["alpha"] = 1 if options["alpha"] is None else options["alpha"]
    setting = {name: options[name] for name in SETTING}
    budget = held_budget(**options)
    if budget is None:
        _refuse(context, BASIS if against is not None else (*SETTING, "knobs", *BASIS))
        _refuse_knobs([] if against is not None else specs)
    if against is not None and not specs:
        raise UsageError("--against needs a SPEC, which says how the network was designed")
    if against is not None and STREAM in specs and read_target(against).spec == STREAM:
        raise UsageError("--against -: standard input can be read once, and is a SPEC already")
    names = list(specs or shipped())
    networks = each(names, lambda spec: with_knobs(spec, knobs, options["input"]))
    asked = networks if specs and budget is None and against is None else ()
    if require:
        demand_checked(asked)
    report = check_report(networks, budget, options["basis"], asked)
    if against is None:
        return report
    from mnetcost.reports.against import with_others

    return with_others(report, _against(against, networks, setting))


def _against(
    target: str, networks: Sequence[Network], setting: Mapping[str, Any]
) -> "list[Against]":
    """The target beside each network, at the same setting; a model file has its own widths."""
    from mnetcost.analysis.check.against import Against
    from mnetcost.analysis.check.check import names_of
    from mnetcost.cli.targets import costs_of

    spec = read_target(target).spec
    trained = spec.startswith(TORCH) or is_model(spec)
    (there,) = costs_of([target], FORWARD, {**setting, "alpha": None} if trained else setting)
    names = names_of(networks)
    return [
        Against.of(names[one.graph.origin.label], target, one.counted(FORWARD, **setting), there)
        for one in networks
    ]


def _refuse_knobs(specs: Sequence[str]) -> None:
    """What a spec says of itself is of its own knobs."""
    for spec in specs:
        for name in read_target(spec).knobs:
            raise UsageError(f"{clip(spec)}: {clip(name)} {HELD}")


def _refuse(context: click.Context, names: Sequence[str]) -> None:
    """What is of a budget, or of another network, would be lost without one."""
    named = {"knobs": "set", "pass_": "pass"}
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = named.get(name, name)
            raise UsageError(f"--{option} {HELD}")
