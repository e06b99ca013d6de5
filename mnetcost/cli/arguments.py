"""Arguments and options that several commands share."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from mnetcost.network import Network, load
from mnetcost.problems import UsageError
from mnetcost.spec import read_graph, read_stream, shipped, shipped_variants

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEFAULT = "mobilenet_v1"


class SpecName(click.ParamType):  # type: ignore[type-arg] # generic since click 8.4 only
    """A shipped name, a path, or - for standard input; names and files complete in the shell."""

    name = "spec"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """The shipped names that begin so; the shell adds files."""
        from click.shell_completion import CompletionItem  # only a shell asks for it

        known = [*shipped(), *(one for names in shipped_variants().values() for one in names)]
        names = [CompletionItem(name) for name in known if name.startswith(incomplete)]
        return [*names, CompletionItem(incomplete, type="file")]


def spec_argument(function: Any) -> Any:
    """SPEC, by default MobileNet v1."""
    return click.argument("spec", type=SpecName(), default=DEFAULT)(function)


def once(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> str | None:
    """The one value of an option; a second one would only be lost."""
    if len(values) > 1:
        raise click.BadParameter("given more than once; `mnetcost sweep` takes several values")
    return values[0] if values else None


input_option = click.option(
    "--input",
    "size",
    metavar="HxW",
    help="Replace the spec's input: height x width in px, such as 320x256.",
)


set_option = click.option(
    "--set",
    "knobs",
    multiple=True,
    metavar="KNOB=VALUE",
    help="Set a knob of the spec, such as depth=1.1; may be repeated.",
)


def open_network(spec: str, knobs: Mapping[str, Any] | None = None) -> Network:
    """The network behind SPEC, with these knobs."""
    if spec == "-":
        origin = read_stream(getattr(sys.stdin, "buffer", None), "<stdin>")
        return Network(read_graph(origin, given=knobs))
    if "\n" in spec:
        raise UsageError("SPEC: a name, a path, or - for standard input")
    return load(spec, set=knobs)
