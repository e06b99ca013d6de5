"""`mnetcost time`: how long a network takes on a device."""

from typing import Any

import click

from mnetcost.cli.options import SPEC_EXITS, Word, batch_option, setting_options, spec_argument
from mnetcost.cli.output import choose_format, format_option, output_option, write
from mnetcost.cli.targets import cost_of
from mnetcost.cost import Basis


@click.command(epilog=SPEC_EXITS)
@spec_argument
@click.option(
    "--device",
    "devices",
    type=Word("device"),
    multiple=True,
    required=True,
    metavar="DEVICE",
    help="A name (see `mnetcost devices`), or the path of a profile; may be repeated.",
)
@click.option("--all", "every", is_flag=True, help="Every layer: none folded, none left out.")
@setting_options
@batch_option
@format_option
@output_option
def time(  # noqa: PLR0913, PLR0917 - of which, where, how shown
    spec: str,
    devices: tuple[str, ...],
    every: bool,
    batch: int,
    format_: str | None,
    output: str | None,
    **options: Any,
) -> None:
    """Tell how long a network takes on a device, layer by layer.

    What the device's engine does for each layer is counted: the products of the algorithm that it
    takes, and the bytes that it moves. Two measured numbers make times of them; the interval holds
    four of five networks.

    \b
    mnetcost time mobilenet_v1 --device rk3399-big
    mnetcost time mobilenet_v2 --alpha 0.5 --device pi-4 --device pi-5
    mnetcost time my_net.yaml --device my_board.yaml --format json
    """
    from mnetcost.devices.profiles import profile
    from mnetcost.devices.timing import timing
    from mnetcost.reports.time import time_report

    chosen = choose_format(format_, output)
    found = [profile(one) for one in dict.fromkeys(devices)]
    cost = cost_of(spec, Basis(batch), options)
    write(time_report([timing(cost, one) for one in found], every), chosen, output)
