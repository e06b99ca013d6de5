"""`mnetcost devices`: the devices whose profiles are shipped."""

import click

from mnetcost.cli.options import EXITS
from mnetcost.cli.output import choose_format, exact_format_option, output_option, write


@click.command(epilog=EXITS)
@exact_format_option
@output_option
def devices(format_: str | None, output: str | None) -> None:
    """List the devices that times can be told for.

    Each has two measured numbers: products (multiply-accumulates) and bytes a second, of an engine,
    a number of threads and a dtype; and how far off times are that follow from them.

    \b
    mnetcost devices
    mnetcost devices --format csv
    """
    from mnetcost.devices.profiles import names, profile
    from mnetcost.reports.devices import devices_report

    chosen = choose_format(format_, output)
    write(devices_report([profile(one) for one in names()]), chosen, output)
