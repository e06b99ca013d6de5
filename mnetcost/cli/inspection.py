"""The commands that look at specs themselves: check, expand, schema and fmt."""

import sys

import click

from mnetcost.cli.app import app
from mnetcost.cli.arguments import SpecName, open_network, spec_argument
from mnetcost.cli.output import choose_format, format_option, output_option, print_text, write
from mnetcost.problems import UsageError
from mnetcost.spec import find, read_stream, shipped


@app.command(epilog=app.epilog)
@click.argument("specs", metavar="[SPEC]...", nargs=-1, type=SpecName())
@format_option
@output_option
@click.pass_context
def check(
    context: click.Context, specs: tuple[str, ...], format_: str | None, output: str | None
) -> None:
    """Compare the figures that specs expect with the count.

    Every `expect:` entry of each SPEC, by default of all that are shipped; of a variant only its
    own. Exits with 1 when a figure differs; one with an `erratum` never fails.

    \b
    mnetcost check
    mnetcost check mobilenet_v1 my_net.yaml --format json
    """
    from mnetcost.reports.check import check_report, misses

    chosen = choose_format(format_, output)
    report = check_report([open_network(spec) for spec in specs or shipped()])
    write(report, chosen, output)
    if misses(report):
        context.exit(1)


@app.command(epilog=app.epilog)
@spec_argument
@format_option
@output_option
def expand(spec: str, format_: str | None, output: str | None) -> None:
    """List the flat graph of a network, one node a line.

    Blocks, rows, repeats and branches are unrolled: each node with its full name, what it reads
    (`input` is the network's own), its input and output map, and its kernel.

    \b
    mnetcost expand mobilenet_v1
    mnetcost expand my_net.yaml --format csv
    """
    from mnetcost.reports.expand import expand_report

    chosen = choose_format(format_, output)
    write(expand_report(open_network(spec).cost()), chosen, output)


@app.command(epilog=app.epilog)
def schema() -> None:
    """Print the JSON Schema of the spec language, for editors.

    \b
    mnetcost schema > mnetcost.schema.json

    In the first line of a spec, for editors with the YAML language server:

    \b
    # yaml-language-server: $schema=mnetcost.schema.json
    """
    import json

    from mnetcost.spec.schema import schema as spec_schema

    print_text(json.dumps(spec_schema(), indent=2, ensure_ascii=False) + "\n")


@app.command(epilog=app.epilog)
@click.argument("spec", type=SpecName())
def fmt(spec: str) -> None:
    """Print a spec in canonical form, with its comments.

    Top-level keys come in one order, each layer stands on a line, values stay as they are
    written. A spec whose comments cannot be kept is refused. Needs ruamel.yaml:
    pip install 'mnetcost[fmt]'.

    \b
    mnetcost fmt my_net.yaml > formatted.yaml
    """
    from mnetcost.spec.canonical import canonical

    if spec == "-":
        origin = read_stream(getattr(sys.stdin, "buffer", None), "<stdin>")
    elif "\n" in spec:
        raise UsageError("SPEC: a name, a path, or - for standard input")
    else:
        origin = find(spec)
    print_text(canonical(origin))
