"""The table of the engines whose rules come with mnetcost."""

from mnetcost.devices.engines import engine, names

HEADING = "| engine | what it does | where it is from |\n|---|---|---|"


def engines_table() -> str:
    """A row an engine: its words, and its source."""
    found = map(engine, names())
    return "\n".join(
        [HEADING, *(f"| `{one.name}` | {one.words} | {one.source} |" for one in found)]
    )
