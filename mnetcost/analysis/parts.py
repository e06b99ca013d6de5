"""A long sweep as a folder of Parquet files, part by part: a killed one goes on where it stopped.

Each part is written beside and renamed, so a part that is there is whole. The manifest holds a
fingerprint of the spec, the axes and whatever else the numbers follow from: a sweep with other
settings does not mix its parts with these.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from glob import escape, glob
from typing import Any, NamedTuple

from mnetcost.analysis.frames import PIECE, Piece, Rows, write_parquet
from mnetcost.analysis.sweep import Sweep
from mnetcost.files import replacing
from mnetcost.problems import UsageError

MANIFEST = "_manifest.json"  # readers of a folder of Parquet files pass over a leading _
WHAT = "a folder for the parts of a sweep"


class Part(NamedTuple):
    """A part that is done: its number of points, and whether it was there before."""

    points: int
    kept: bool


def write_parts(
    rows: Rows, folder: str | os.PathLike[str], version: str, points: int = PIECE
) -> Iterator[Part]:
    """Write what is missing of the parts of `rows`, about so many points each; yields each part.

    `version` is that of the program: another one may count otherwise. Raises UsageError for a
    folder that holds something else, such as the parts of a sweep with other settings, or that
    cannot be written.
    """
    pieces = rows.pieces(points)
    try:
        _prepare(folder, manifest(rows, version, points))
        for number, piece in enumerate(pieces):
            path = os.path.join(folder, part_name(number))
            kept = os.path.exists(path)
            if not kept:
                for _ in write_parquet(rows, [piece], path):
                    pass
            yield Part(_points(rows, piece), kept)
    except OSError as error:
        raise UsageError(f"parts: {os.fspath(folder)}: {error.strerror}") from None


def part_name(number: int) -> str:
    """The file of a part, by its number from 0."""
    return f"part-{number:06}.parquet"


def _points(rows: Rows, piece: Piece) -> int:
    _, sweep = rows.sweeps[piece.sweep]
    return len(sweep.alpha[piece.alphas]) * len(sweep.rho)


def _prepare(folder: str | os.PathLike[str], wanted: Mapping[str, Any]) -> None:
    """The folder with the manifest in it, and nothing half-written."""
    path = os.path.join(folder, MANIFEST)
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(path):
        if any(not name.startswith(f".{MANIFEST}") for name in os.listdir(folder)):
            raise UsageError(f"parts: {os.fspath(folder)} is not empty; {WHAT} is new or its own")
        with replacing(path) as name, open(name, "w", encoding="utf-8") as stream:
            json.dump(wanted, stream, indent=2, ensure_ascii=False)
    found = _read(path)
    other = [key for key in wanted if not isinstance(found, dict) or found.get(key) != wanted[key]]
    if other:
        raise UsageError(
            f"parts: {os.fspath(folder)} holds a sweep with other settings "
            f"(not the same: {', '.join(one for one in other if one != 'fingerprint') or 'spec'}); "
            "use another folder"
        )
    for half in glob(os.path.join(escape(os.fspath(folder)), ".part-*")):
        os.unlink(half)


def _read(path: str) -> Any:
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except ValueError:
        return None


def manifest(rows: Rows, version: str, points: int) -> dict[str, Any]:
    """What the numbers of the parts follow from, in words, and the fingerprint of all of it."""
    sweeps = [sweep for _, sweep in rows.sweeps]
    shown = {
        "mnetcost": version,
        "spec": sweeps[0].graph.name,
        "set": [{name: str(value) for name, value in knobs.items()} for knobs, _ in rows.sweeps],
        "alpha": _axis([str(one) for one in sweeps[0].alpha]),
        "rho": _axis([str(one) for one in sweeps[0].rho]),
        "input": _axis([f"{height}x{width}" for height, width in sweeps[0].sides]),
        "batch": sweeps[0].basis.batch,
        "pass": sweeps[0].basis.pass_,
        "convention": sweeps[0].basis.convention and sweeps[0].basis.convention.name,
        "dtype": sweeps[0].values.dtype,
        "invalid": "mask" if sweeps[0].values.masked else "refuse",
        "points": rows.points,
        "points_a_part": points,
        "parts": len(rows.pieces(points)),
    }
    return {**shown, "fingerprint": _digest(repr((shown, [_source(one) for one in sweeps])))}


def _source(sweep: Sweep) -> Any:
    """The text that a network and its convention were read from."""
    convention = sweep.basis.convention
    return sweep.graph.origin.text, sweep.graph.variant, convention and tuple(convention)


def _axis(values: list[str]) -> dict[str, Any]:
    """An axis in short: its ends, its length, and the fingerprint of all of its values."""
    ends = {"from": values[0], "to": values[-1], "values": len(values)}
    return {**ends, "fingerprint": _digest("\n".join(values))}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
