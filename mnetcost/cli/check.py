"""`mnetcost check`: published figures and budgets against the count."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mnetcost.cli.errors import print_lines
from mnetcost.cli.options import (
    OF_SPEC,
    SPEC,
    basis_options,
    budget_options,
    once,
    setting_options,
)
from mnetcost.cli.others import others_of
from mnetcost.cli.output import (
    cannot_write,
    choose_format,
    format_choice,
    keep_apart,
    output_choice,
    write,
)
from mnetcost.cli.targets import opened
from mnetcost.printed import read_budget
from mnetcost.problems import SpecError, UsageError
from mnetcost.render import CHECK_FORMATS, CHECK_SUFFIXES
from mnetcost.spec import STREAM, shipped
from mnetcost.targets import each, read_target
from mnetcost.text import clip

if TYPE_CHECKING:
    from mnetcost.tabular import Report

CHECK_EXITS = """\b
Exit codes: 0 done; 1 a figure differs, a budget is broken, another network
costs otherwise or this one too much more (the report is on standard output
all the same), or something is wrong in or with a spec, or it is impossible
at this α or ρ (what is on standard output then is for build servers alone);
2 wrong options."""
SERVERS = ("github", "junit")
COUNTED = "is what --max-mult-adds and --max-params are of"
HELD = "is what --max-mult-adds, --max-params and --against hold for"
OWN = "checked is what the spec says itself (`expect:`, `budget:`), each at its own setting"
WHOLE = (*SERVERS, "json", "csv")  # formats for programs, which hold what is well too
BASIS = ("convention", "batch", "pass_")
SETTING = ("alpha", "rho", "resolution", "input")


@click.command(epilog=f"{OF_SPEC}\n\n{CHECK_EXITS}")
@click.argument("specs", metavar="[SPEC]...", nargs=-1, type=SPEC)
@budget_options
@click.option(
    "--against",
    type=SPEC,
    multiple=True,
    callback=once,
    metavar="TARGET",
    help="Another network that must cost the same, layer by layer: a model file, a spec, or each"
    " SPEC itself in a revision of git, such as main.",
)
@click.option(
    "--max-increase",
    multiple=True,
    callback=once,
    metavar="PERCENT",
    help="Instead, how much more than --against parameters and mult-adds may be: 1%, 0, or"
    " params=1%,mult_adds=0.",
)
@click.option("--all", "every", is_flag=True, help="Print what holds too, with what is left of it.")
@click.option(
    "--summary",
    metavar="FILE",
    type=click.Path(),
    help="Add the whole report to this file, in Markdown, such as $GITHUB_STEP_SUMMARY.",
)
@click.option("--require", is_flag=True, help="Exit with 1 where a SPEC has nothing to check.")
@setting_options
@basis_options
@format_choice(CHECK_FORMATS)
@output_choice(CHECK_SUFFIXES)
@click.pass_context
def check(  # noqa: PLR0913, PLR0917 - an option each
    context: click.Context,
    /,
    specs: tuple[str, ...],
    knobs: tuple[str, ...],
    format_: str | None,
    output: str | None,
    every: bool,
    summary: str | None,
    **options: Any,
) -> None:
    """Hold networks to their published figures and budgets.

    Compared with the count is every `expect:` and `budget:` entry of each SPEC, by default of all
    that are shipped; of a variant only its own. Each is held at the setting that it says itself.
    --max-mult-adds and --max-params are a budget for each SPEC, at the α, ρ, input and knobs of the
    other options, or behind its @; of what --convention, --batch and --pass count, at the most.
    What fails is printed, or with --all what holds too; each is a line on standard error, with its
    place in the spec and the layers that cost most, and the exit code is then 1. A figure with an
    `erratum` never fails. A SPEC with nothing to check is warned of; with --require it fails too.

    --against holds another network against each SPEC: a model file, a TARGET as `mnetcost diff`
    takes it, or a revision of git, such as main: each SPEC as it was there. The setting options
    hold for both, but α for no model file, which has the widths that it was trained with; an @ for
    its own network. Compared are the kernels and mult-adds of every layer that has any, by shape
    and order, whatever it is called; and the norms' parameters where both have as many norms. With
    --max-increase the totals are compared instead, and may be so much larger.

    For build servers --format github prints what fails as annotations, to standard output, and
    --format junit a report in JUnit XML. They have what is wrong with a spec too. --summary adds
    the whole report to a file in Markdown, in the same run.

    \b
    mnetcost check
    mnetcost check mobilenet_v1 my_net.yaml --all
    mnetcost check mobilenet_v1@alpha=0.5 --max-mult-adds 150M --format github
    mnetcost check my_net.yaml --max-mult-adds 1.2G --convention flops
    mnetcost check my_net.yaml --against my_net.onnx --input 320x256
    mnetcost check nets/*.yaml --against origin/main --max-increase 1%
    """
    chosen = choose_format(format_, output, suffixes=CHECK_SUFFIXES)
    keep_apart(output, summary, "--summary")
    try:
        report = _report(context, specs, knobs=knobs, **options)
    except SpecError as error:
        _say_problems(error, chosen, output, summary)
        raise
    _add_summary(report, summary)
    context.exit(_say(report, chosen, output, every))


def _say_problems(error: SpecError, chosen: str, output: str | None, summary: str | None) -> None:
    """Write what is wrong with the specs where a build server reads it."""
    from mnetcost.reports.check import problems_report

    problems = problems_report(error)
    if chosen in SERVERS:
        write(problems, chosen, output)
    _add_summary(problems, summary)


def _say(report: "Report", chosen: str, output: str | None, every: bool) -> int:
    """Write the report and what is wrong; the exit code."""
    from mnetcost.reports.check import complaints, failing

    write(report if every or chosen in WHOLE else failing(report), chosen, output)
    found = complaints(report)
    if chosen != "github":  # whose lines are these
        print_lines(found)
    return 1 if found else 0


def _add_summary(report: "Report", path: str | None) -> None:
    """Add the report to a file in Markdown, as GitHub wants it: several commands may write it."""
    if path is None:
        return
    from mnetcost.render.markdown import render_markdown
    from mnetcost.reports.costliest import with_costliest

    text = render_markdown(with_costliest(report))
    try:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(f"{text}\n")
    except (OSError, ValueError) as error:
        raise cannot_write(path, error, "--summary") from None


def _report(  # noqa: PLR0913 - an option each
    context: click.Context,
    specs: Sequence[str],
    *,
    knobs: tuple[str, ...],
    against: str | None,
    max_increase: str | None,
    require: bool,
    **options: Any,
) -> "Report":
    """Everything that the options ask for. Raises UsageError for one that nothing is done with."""
    from mnetcost.analysis.check.check import demand_checked, held_at
    from mnetcost.analysis.check.increase import read_increase
    from mnetcost.reports.check import check_report

    setting, basis = {name: options[name] for name in SETTING}, options["basis"]
    budget = read_budget(options["max_mult_adds"], options["max_params"])
    basis.limiting(budget)
    if not budget.most:
        _refuse(context, BASIS if against is not None else (*SETTING, "knobs", *BASIS))
    limits = None if max_increase is None else read_increase(max_increase)
    _refuse_alone(specs, against, max_increase)
    every = {**setting, "knobs": knobs}
    held = each(list(specs or shipped()), lambda spec: opened(spec, every))
    networks = [network for network, _ in held]
    budgets = [held_at(budget, **own) for _, own in held] if budget.most else ()
    asked = networks if specs and not budgets and against is None else ()
    if require:
        demand_checked(asked)
    report = check_report(networks, budgets, basis, asked)
    if against is None:
        return report if budgets else _with_unused(report, specs)
    found = others_of(against, held, setting)
    if require:
        found.demand_all()
    return found.report(report, limits)


def _refuse_alone(specs: Sequence[str], against: str | None, max_increase: str | None) -> None:
    """What is said of another network needs that one, and a SPEC that is held to it."""
    if max_increase is not None and against is None:
        raise UsageError("--max-increase needs --against, which says over what: --against main")
    if against is not None and not specs:
        raise UsageError("--against needs a SPEC, which says how the network was designed")
    if against is not None and STREAM in specs and read_target(against).spec == STREAM:
        raise UsageError("--against -: standard input can be read once, and is a SPEC already")


def _with_unused(report: "Report", specs: Sequence[str]) -> "Report":
    """The report with a warning of every setting behind an @ that nothing is held at."""
    warnings = []
    for spec in specs:
        target = read_target(spec)
        names = ", ".join((*target.setting, *target.knobs))
        if names:
            warnings.append(f"{clip(spec)}: {clip(names)} {HELD}; {OWN}")
    document = {**report.document, "warnings": [*report.document["warnings"], *warnings]}
    return report._replace(warnings=(*report.warnings, *warnings), document=document)


def _refuse(context: click.Context, names: Sequence[str]) -> None:
    """What is of a budget, or of another network, would be lost without one."""
    named = {"knobs": "set", "pass_": "pass"}
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = named.get(name, name)
            raise UsageError(f"--{option} {COUNTED if name in BASIS else HELD}")
