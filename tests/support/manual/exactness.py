"""How exact each preset is: what its tool printed, against what it counts."""

from collections.abc import Iterator

from manual.layer_pages import table
from tool_counts import (
    DARKNET,
    KERAS,
    MODULES,
    NETWORKS,
    NOT_SEEN,
    PARAMETERS,
    TOOLS,
    Difference,
    Row,
    module_differences,
    network_differences,
    not_seen,
)

from mnetcost.conventions.presets import convention


def exactness() -> str:
    """A row a preset: how many of which it counts exactly, and of what it does not."""
    rows = [_row(name) for name in TOOLS]
    darknet, keras = (convention(name).versions for name in ("darknet", "keras"))
    lines = f"{len(DARKNET)} of {len(DARKNET)} lines"
    rows.append(("`darknet`", darknet, "", lines, "", ""))
    rows.append(("`keras`", keras, "", "", f"{len(KERAS)} of {len(KERAS)}", ""))
    header = ("preset", "measured with", "networks", "modules", "parameters", "not exact")
    return table(header, *rows)


def _row(name: str) -> tuple[str, ...]:
    words: dict[str, None] = {}
    shares = []
    for found, differences in (
        *((NETWORKS, network_differences), (MODULES, _of_module)),
        (PARAMETERS, _of_parameters),
    ):
        mine = [row for row in found if row.get(name)]  # for which the tool printed anything
        other = [[one.words for one in differences(row) if one.tool == name] for row in mine]
        words |= dict.fromkeys(one for each in other for one in each)
        shares.append(f"{sum(not one for one in other)} of {len(mine)}" if mine else "")
    return (f"`{name}`", convention(name).versions, *shares, "; ".join(words))


def _of_module(row: Row) -> Iterator[Difference]:
    yield from module_differences(row)
    for name in not_seen(row):
        yield Difference(name, int(row[name]), NOT_SEEN[row["module"]][0])


def _of_parameters(row: Row) -> Iterator[Difference]:
    for name in ("thop", "thop-0.0.31"):
        if name in not_seen(row) and "Softmax" not in row["module"]:
            yield Difference(name, int(row[name]), NOT_SEEN[row["module"]][0])
