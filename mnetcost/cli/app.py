"""The command group: a command stands in the module of its name, imported when it is asked for."""

from importlib import import_module

import click

from mnetcost.cli.options import EXITS
from mnetcost.version import __version__

COMMANDS = (
    *("check", "compare", "conventions", "diff", "expand", "explain", "fit", "fmt", "help"),
    *("import", "plot", "reconcile", "rewrite", "schema", "show", "specs", "sweep", "table"),
)


class Commands(click.Group):
    """The commands of `COMMANDS`. Start-up is a feature: a table waits for no other command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("import", "import_")  # which no function can be called
        command: click.Command = getattr(import_module(f"mnetcost.cli.{cmd_name}"), name)
        return command


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXITS,
)
@click.version_option(__version__, prog_name="mnetcost", message="%(prog)s %(version)s")
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
