"""The table of what α does in families, as their libraries build them."""

from mnetcost.importing.widths.families import FAMILIES, Family

HEADING = "| preset | it stands for | where it is from |\n|---|---|---|"


def presets_table() -> str:
    """A row a preset: the options that it stands for, and its source."""
    rows = (
        f"| `{name}` | `{_options(family)}` | {family.source} |"
        for name, family in sorted(FAMILIES.items())
    )
    return "\n".join([HEADING, *rows])


def _options(family: Family) -> str:
    lists = {"keep": family.keep, "at-least": family.at_least, "derive": family.derive}
    words = [f"--round {family.round}", f"--expand {family.expand}"]
    words += [f"--{word} {role}" for word, roles in lists.items() for role in roles]
    words += [f"--squeeze '{family.squeeze}'"] if family.squeeze else []
    return " ".join(words)
