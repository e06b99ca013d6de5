"""`mnetcost show`: the YAML of a shipped network."""

import click

from mnetcost.cli.options import (
    EXITS,
    Word,
)
from mnetcost.cli.output import text_output_option, write_text
from mnetcost.problems import UsageError
from mnetcost.spec import is_path, locate, read_graph
from mnetcost.text import clip


@click.command(epilog=EXITS)
@click.argument("name", type=Word("name"))
@text_output_option
def show(name: str, output: str | None) -> None:
    """Print the YAML of a shipped network.

    To read, or to begin a spec of your own with. Knobs may stand behind an @: the spec is then the
    network with these, without its other variants and the published figures.

    \b
    mnetcost show mobilenet_v1 -o my_net.yaml
    mnetcost show mobilenet_v1@classes=10 -o my_net.yaml
    mnetcost show efficientnet:b3@classes=10,channels=1
    """
    from mnetcost.targets import read_target

    target = read_target(name)
    for setting in target.setting:
        raise UsageError(
            f"{clip(name)}: {setting} is what a network is counted at, and no part of a spec; "
            f"`mnetcost table {clip(target.text)}` counts it there"
        )
    if is_path(target.spec):
        raise UsageError("NAME: the name of a shipped network; `mnetcost specs` lists them")
    origin, variant = locate(target.spec)
    if target.knobs:
        from mnetcost.spec.settling import settled  # most specs are shown as they are

        read_graph(origin, variant, target.knobs)
        origin = settled(origin, variant, target.knobs)
    write_text(origin.text, output)
