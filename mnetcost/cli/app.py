"""The command group: a command stands in the module of its name, imported when it is asked for."""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from mnetcost.cli.options import EXITS
from mnetcost.cli.output import quiet_option
from mnetcost.version import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# By what a person wants to do, in the order of the help.
PURPOSES = {
    "Count a network": ("table", "explain", "plot", "sweep", "expand"),
    "Choose and compare": ("specs", "fit", "compare", "diff"),
    "Put it on a board": ("time", "devices"),
    "Check numbers": ("check", "conventions", "reconcile"),
    "Write specs": ("show", "import", "rewrite", "fmt", "schema"),
    "Help": ("help", "completion"),
}
COMMANDS = tuple(sorted(name for names in PURPOSES.values() for name in names))


class Commands(click.Group):
    """The commands of `COMMANDS`. Start-up is a feature: a table waits for no other command."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _command(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        command = self.get_command(ctx, name)
        return (name, command, args[1:]) if command is not None else _unknown(ctx, name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command under its purpose, with the whole first line of its help."""
        for purpose, names in PURPOSES.items():
            with formatter.section(purpose):
                rows = [(name.ljust(_WIDEST), self._summary(ctx, name)) for name in names]
                formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """The commands, each with its whole summary, and the options."""
        from click.shell_completion import CompletionItem  # only a shell asks for it

        names = [name for name in COMMANDS if name.startswith(incomplete)]
        items = [CompletionItem(name, help=self._summary(ctx, name)) for name in names]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]

    def _summary(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        return ((command and command.help) or "").partition("\n")[0].removesuffix(".")


_WIDEST = max(map(len, COMMANDS))  # so that the summaries of all purposes begin in one column


@cache
def _command(name: str) -> click.Command:
    """The command of this name, with what all of them take."""
    called = name.replace("import", "import_")  # which no function can be called
    command: click.Command = getattr(import_module(f"mnetcost.cli.{name}"), called)
    return quiet_option(command)


def _unknown(context: click.Context, name: str) -> NoReturn:
    """Refuse what is no command, with the one that it is nearest to."""
    from mnetcost.text import clip, did_you_mean  # only needed once something is wrong

    near = did_you_mean(name, COMMANDS)
    hint = f"did you mean {near!r}?" if near else "`mnetcost --help` lists them"
    context.fail(f"no command {clip(name)!r}; {hint}")


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXITS,
)
@click.version_option(__version__, prog_name="mnetcost", message="%(prog)s %(version)s")
@quiet_option
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
