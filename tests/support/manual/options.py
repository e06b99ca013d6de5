"""A command's arguments and options as a Markdown table, from the command itself."""

import re
from typing import Any

import click
from commands import commands

from mnetcost.cli.app import app


def options_part(name: str) -> str:
    """How `mnetcost NAME` is called, and a row an option."""
    command = commands()[name]
    parent = click.Context(app, info_name="mnetcost", **app.context_settings)
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parameters = command.get_params(context)
    defaults = [
        f"`{str(one.name).upper()}` is {_code(one.default)} unless given."
        for one in parameters
        if isinstance(one, click.Argument) and _code(one.default)
    ]
    rows = [_row(one) for one in parameters if isinstance(one, click.Option)]
    head = [("option", "value", "default", "what it does"), ("---",) * 4]
    table = [f"| {' | '.join(row)} |" for row in (*head, *rows)]
    return "\n\n".join([f"```text\n{usage}\n```", *defaults, "\n".join(table)])


def _row(option: click.Option) -> tuple[str, str, str, str]:
    names = ", ".join(f"`{name}`" for name in sorted(option.opts, key=len, reverse=True))
    words, default = option.help or "", _code(option.default)
    said = re.search(r" Default:? (\S+)\.$", words)
    if said and not default:
        words, default = words[: said.start()], f"`{said[1]}`"
    return names, _value(option), default, words.replace("|", r"\|")


def _value(option: click.Option) -> str:
    if option.is_flag:
        return ""
    if isinstance(option.type, click.Choice):
        return ", ".join(f"`{choice}`" for choice in option.type.choices)
    return f"`{option.metavar}`"


def _code(default: Any) -> str:
    """A default that somebody could write; a flag and an empty text have none."""
    return f"`{default}`" if isinstance(default, str | int) and default not in (False, "") else ""
