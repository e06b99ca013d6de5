"""The command group: a command's module is imported when the command is asked for."""

from importlib import import_module

import click

import mnetcost

# Start-up is a feature: a table does not wait for what other commands need.
MODULES = {
    **dict.fromkeys(("table", "specs", "show"), "commands"),
    **dict.fromkeys(("check", "expand", "schema", "fmt"), "inspection"),
    **dict.fromkeys(("conventions", "reconcile", "explain"), "trust"),
    **dict.fromkeys(("diff", "compare"), "comparison"),
    "fit": "search",
    "rewrite": "rewriting",
    "help": "help",
    "sweep": "sweeping",
}

EXITS = """\b
Exit codes: 0 done; 1 something is wrong in or with a spec, or it is
impossible at this α or ρ (every problem goes to standard error, with line
and column, and nothing to standard output); 2 wrong options."""


class Commands(click.Group):
    """The commands of `MODULES`, each registered by its own module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in MODULES:
            import_module(f"mnetcost.cli.{MODULES[cmd_name]}")
        return super().get_command(ctx, cmd_name)


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXITS,
)
@click.version_option(mnetcost.__version__, prog_name="mnetcost", message="%(prog)s %(version)s")
@click.pass_context
def app(context: click.Context) -> None:
    """Exact parameters and mult-adds of convolutional networks, from a YAML spec.

    \b
    mnetcost table                      MobileNet v1: layers, types, reductions
    mnetcost table my_net.yaml --alpha 0.75 --resolution 160
    mnetcost sweep --alpha 1,0.5 --rho 1,6/7
    mnetcost specs                      the networks that are shipped
    mnetcost help                       the manual
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
