"""The pictures of the manual: what `mnetcost plot` draws."""

from pathlib import Path
from xml.etree import ElementTree

from commands import process

from mnetcost.manual import FOLDER

# What each is called, and the options that draw it.
PLOTS = {
    "types": ("--kind", "types"),
    "heat": ("--kind", "heat", "--max-mult-adds", "300M"),
    "scores": ("--scores", "mobilenet_v1", "--max-mult-adds", "150M"),
}
WIDTH = "5"


def plots() -> dict[Path, str]:
    """Each picture by its path."""
    return {
        FOLDER / "pictures" / f"{name}.svg": process(
            "plot", *options, "--width", WIDTH, "--format", "svg"
        ).out
        for name, options in PLOTS.items()
    }


def written(svg: str) -> list[str]:
    """What is written on a picture; where it stands depends on matplotlib."""
    root = ElementTree.fromstring(svg)
    return ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
