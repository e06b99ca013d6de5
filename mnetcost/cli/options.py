"""Arguments and options that several commands share."""

import sys
from collections.abc import Iterable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from mnetcost.conventions.presets import convention as read_convention
from mnetcost.cost import MAX_BATCH, PASSES, Basis
from mnetcost.exact import read_whole
from mnetcost.importing.opening import TORCH
from mnetcost.multipliers import read_size
from mnetcost.notebook.network import Network, load
from mnetcost.printed import FORMS
from mnetcost.problems import UsageError
from mnetcost.spec import STREAM, read_graph, read_stream
from mnetcost.spec.variants import read_set

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from mnetcost.importing.opening import Imported
    from mnetcost.importing.widths.options import Widths

DEFAULT = "mobilenet_v1"
TORCH_INPUT = "224x224x3"
EXITS = """\b
Exit codes: 0 done; 1 something is wrong in or with a spec, or it is
impossible at this α or ρ (every problem goes to standard error, with line
and column, and nothing to standard output); 2 wrong options."""
OF_SPEC = """\b
SPEC is the name of a shipped network (`mnetcost specs` lists them), the path
of a spec or a model file, torch:package.module:name, or - for standard input.
Its setting may stand behind an @: mobilenet_v1@alpha=0.5,resolution=160."""
SPEC_EXITS = f"{OF_SPEC}\n\n{EXITS}"
DEFAULT_EXITS = f"{OF_SPEC}\nThe default is {DEFAULT}.\n\n{EXITS}"


class Word(click.ParamType):  # type: ignore[type-arg] # generic since click 8.4 only
    """A text that the shell completes: `name` is a kind of `candidates`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem]":
        """What begins so."""
        from mnetcost.cli.candidates import complete  # only a shell asks for it

        return complete(self.name, ctx, incomplete)


SPEC = Word("spec")  # a shipped name, a path, torch:MODULE:NAME, or - for standard input
CONVENTION = Word("convention")


class Dtype(Word):
    """A dtype, or one of each role."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The dtypes. Raises UsageError, which says what there is."""
        from mnetcost.devices.dtypes import read_dtypes  # most commands do without

        return read_dtypes(value)


class Ways(Word):
    """A convention of memory: ways to save some, with commas between them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The ways. Raises UsageError, which says what there is."""
        from mnetcost.devices.memory import read_ways  # most commands do without

        return read_ways(value)


def byte_options(function: Any) -> Any:
    """--dtype and --memory."""
    dtype = click.option(
        "--dtype",
        type=Dtype("dtype"),
        metavar="DTYPE",
        help="Bytes of weights and activations beside the cost: float32, float16, int8, ..., or"
        " weights=int8,activations=int16.",
    )
    memory = click.option(
        "--memory",
        type=Ways("memory"),
        metavar="WAYS",
        help="How memory of activations is counted: plain, or inplace-elementwise,"
        " inplace-depthwise, fused-add, views, reordered, patches=3, arena (several with commas).",
    )
    return dtype(memory(function))


class WholeNumber(click.ParamType):  # type: ignore[type-arg] # generic since click 8.4 only
    """A whole number above zero, at most so large where that is said."""

    name = "number"

    def __init__(self, most: int | None = None) -> None:
        self.most = most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number itself. Raises UsageError, naming the option."""
        option = "a number" if param is None else param.opts[0]
        number = read_whole(value, option)
        if self.most is not None and number > self.most:
            raise UsageError(f"{option}: {number:,} is over {self.most:,}")
        return number


def spec_argument(function: Any) -> Any:
    """SPEC, by default MobileNet v1."""
    return click.argument("spec", type=SPEC, default=DEFAULT)(function)


def once(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> str | None:
    """The one value of an option; a second one would only be lost."""
    if len(values) > 1:
        swept = parameter.name in ("alpha", "rho", "resolution")
        hint = "; `mnetcost sweep` takes several values" if swept else ""
        raise click.BadParameter(f"given more than once{hint}")
    return values[0] if values else None


input_option = click.option(
    "--input",
    metavar="HEIGHTxWIDTH",
    help="Replace the spec's input, in px, such as 320x256; a third number is its channels, of a"
    " spec that has a knob for them.",
)


set_option = click.option(
    "--set",
    "knobs",
    type=Word("knob"),
    multiple=True,
    metavar="KNOB=VALUE",
    help="Set a knob, a value that the spec leaves open, such as classes=10 (`mnetcost specs` lists"
    " them); may be repeated.",
)


sets_option = click.option(
    "--set",
    "knobs",
    type=Word("knob"),
    multiple=True,
    metavar="KNOB=VALUES",
    help="Set a knob, a value that the spec leaves open (`mnetcost specs` lists them), or try"
    " several values of it: depth=1,1.2; may be repeated.",
)


STRICT = f"{__name__}.strict"  # where the context of a command notes it


def _note_strict(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    context.meta[STRICT] = value


strict_option = click.option(
    "--strict",
    is_flag=True,
    expose_value=False,
    callback=_note_strict,
    help="Exit with 1 where a layer's work is not known, or a learned value of a model file was not"
    " read.",
)


def held(network: Network) -> Network:
    """The network itself; with --strict it raises SpecError of what is not known or not read."""
    if click.get_current_context().meta.get(STRICT):
        from mnetcost.importing.ledger import demand_all  # other specs do without

        demand_all(network.graph)
    return network


_SETTING_OPTIONS = (
    click.option(
        "--alpha",
        multiple=True,
        callback=once,
        metavar="RATIO",
        help="Width multiplier α, of the channels of every layer: 0.75 or 3/4. Default 1.",
    ),
    click.option(
        "--rho",
        multiple=True,
        callback=once,
        metavar="RATIO",
        help="Resolution multiplier ρ, of the sides of the input: 6/7 or 0.857. Default 1.",
    ),
    click.option(
        "--resolution",
        multiple=True,
        callback=once,
        metavar="PIXELS",
        help="Instead of ρ: the longer side of the input, px.",
    ),
    input_option,
    set_option,
)


def _with(options: Iterable[Any], command: Any) -> Any:
    """The command with these options, in this order."""
    for option in reversed(tuple(options)):
        command = option(command)
    return command


def setting_options(function: Any) -> Any:
    """--alpha, --rho, --resolution, --input: once, None where not given; --set and --strict."""
    return _with((*_SETTING_OPTIONS, strict_option), function)


def shipped_setting_options(function: Any) -> Any:
    """The same without --strict, for what is shipped: nothing of it is unknown."""
    return _with(_SETTING_OPTIONS, function)


_BUDGET_OPTIONS = (
    click.option(
        "--max-mult-adds",
        multiple=True,
        callback=once,
        metavar="FIGURE",
        help=f"At most so many mult-adds. FIGURE: {FORMS}.",
    ),
    click.option(
        "--max-params",
        multiple=True,
        callback=once,
        metavar="FIGURE",
        help="At most so many parameters, such as 4.2M.",
    ),
)


def budget_options(function: Any) -> Any:
    """--max-mult-adds and --max-params, each once."""
    return _with(_BUDGET_OPTIONS, function)


batch_option = click.option(
    "--batch",
    type=WholeNumber(MAX_BATCH),
    default=1,
    metavar="IMAGES",
    help="Images at once: work grows with them, parameters do not. Default 1.",
)
_BASIS_OPTIONS = (
    click.option(
        "--convention",
        type=CONVENTION,
        multiple=True,
        callback=once,
        metavar="NAME",
        help="Count as this tool does: a name (see `mnetcost conventions`) or a preset file.",
    ),
    batch_option,
    click.option(
        "--pass",
        "pass_",
        type=click.Choice(tuple(PASSES)),
        default="forward",
        help="The pass whose mult-adds are counted; training is forward and backward. Default"
        " forward.",
    ),
)


def basis_options(function: Any) -> Any:
    """--convention, --batch and --pass, as one argument `basis`."""

    @wraps(function)
    def command(*args: Any, convention: str | None, batch: int, pass_: str, **options: Any) -> Any:
        chosen = None if convention is None else read_convention(convention)
        return function(*args, basis=Basis(batch, pass_, chosen).checked(), **options)

    return _with(_BASIS_OPTIONS, command)


fold_option = click.option(
    "--fold",
    "fold_norms",
    is_flag=True,
    help="Show parameters with batch normalisation folded into the kernels too.",
)


def open_network(
    spec: str, knobs: Mapping[str, Any] | tuple[str, ...] = (), size: Any = None
) -> Network:
    """The network behind SPEC, with these knobs, as values or as KNOB=VALUE.

    `size` is what --input says: a PyTorch module is run at it, and a model file has it where it
    leaves its sides open.
    """
    if isinstance(knobs, tuple):
        knobs = read_set(knobs)
    if spec.startswith(TORCH):
        network = Network(graph=of_torch(spec, size).graph())
        return held(network.set(**knobs) if knobs else network)
    if spec == STREAM:
        origin = read_stream(getattr(sys.stdin, "buffer", None), "<stdin>")
        return held(Network(graph=read_graph(origin, given=knobs)))
    if "\n" in spec:
        raise UsageError("SPEC: a name, a path, or - for standard input")
    return held(load(spec, set=knobs, input=size))


def of_torch(spec: str, size: Any, widths: "Widths | None" = None) -> "Imported":
    """The module of a torch:MODULE:NAME. What its code prints goes to standard error."""
    from contextlib import redirect_stdout

    from mnetcost.importing.live import named, of_module

    height, width, channels = (*read_size(TORCH_INPUT if size is None else size), 3)[:3]
    if "" not in sys.path:  # Python looks where a script is, not where its user is
        sys.path.insert(0, "")
    with redirect_stdout(sys.stderr):
        module = named(spec.removeprefix(TORCH))
        return of_module(module, (1, channels, height, width), widths)
