"""A long sweep as a folder of Parquet files, part by part: a killed one goes on where it stopped.

Each part is written beside; the manifest notes the digest of its bytes; then it is renamed. So a
part that is there is known, and one that is not as it was written is made again. The manifest also
holds a fingerprint of the spec, the axes and whatever else the numbers follow from: a sweep with
other settings does not mix its parts with these.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from mnetcost.analysis.sweep.rows import PIECE, Piece, Rows, fill_parquet, pyarrow_parquet
from mnetcost.analysis.sweep.sweep import CountSweep
from mnetcost.files import flock, is_half, is_regular, reason, replacing, sweep_out
from mnetcost.problems import UsageError
from mnetcost.text import clip
from mnetcost.version import __version__

MANIFEST = "_manifest.json"  # readers of a folder of Parquet files pass over a leading _
DIGESTS = "sha256"  # of the parts that are done, by name
WHAT = "a folder for the parts of a sweep"


class Part(NamedTuple):
    """A part that is done: its number of points, and whether it was there before."""

    points: int
    kept: bool


def write_parts(rows: Rows, folder: str | os.PathLike[str], points: int = PIECE) -> Iterator[Part]:
    """Write what is missing of the parts of `rows`, about so many points each; yields each part.

    A part that has not the digest it was written with is missing. Raises UsageError where pyarrow
    is not installed, and for a folder that holds something else, such as the parts of a sweep with
    other settings, that another run writes at this moment, or that cannot be written.
    """
    pyarrow_parquet()  # what cannot be written leaves no folder behind
    try:
        os.makedirs(folder, exist_ok=True)
        with _locked(folder):
            wanted = manifest(rows, points)
            done = _prepare(folder, wanted)
            for number, piece in enumerate(rows.pieces(points)):
                name = part_name(number)
                path = os.path.join(folder, name)
                kept = name in done and is_regular(path) and _file_digest(path) == done[name]
                if not kept:
                    with replacing(path, follow=False) as half:
                        for _ in fill_parquet(rows, [piece], half):
                            pass
                        done[name] = _file_digest(half)
                        _write_manifest(folder, {**wanted, DIGESTS: done})
                yield Part(_points(rows, piece), kept)
    except OSError as error:
        raise UsageError(f"parts: {os.fspath(folder)}: {reason(error)}") from None


def to_parts(rows: Rows, folder: str | os.PathLike[str]) -> None:
    """Write what is missing of all parts."""
    for _ in write_parts(rows, folder):
        pass


@contextmanager
def _locked(folder: str | os.PathLike[str]) -> Iterator[None]:
    """The folder for this process alone, until it ends in whatever way.

    The system's own lock on the folder leaves nothing behind that could bar the next run.
    Where there are none (Windows, some network file systems) nothing is locked.
    """
    lock = flock()
    if lock is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            lock(handle)
        except BlockingIOError:
            raise UsageError(f"parts: another run writes into {os.fspath(folder)}") from None
        except OSError:
            pass  # a file system without locks
        yield
    finally:
        os.close(handle)


def part_name(number: int) -> str:
    """The file of a part, by its number from 0."""
    return f"part-{number:06}.parquet"


def _points(rows: Rows, piece: Piece) -> int:
    _, sweep = rows.sweeps[piece.sweep]
    return len(sweep.alpha[piece.alphas]) * len(sweep.rho)


def _prepare(folder: str | os.PathLike[str], wanted: Mapping[str, Any]) -> dict[str, str]:
    """The folder with the manifest in it, and nothing half-written; gives the digests it notes."""
    path = os.path.join(folder, MANIFEST)
    sweep_out(folder)
    names = {name for name in os.listdir(folder) if not is_half(name)}
    if not names:
        _write_manifest(folder, wanted)
    elif MANIFEST not in names:
        raise UsageError(f"parts: {os.fspath(folder)} is not empty; {WHAT} is new or its own")
    found = _read(path)
    if not isinstance(found, dict):
        raise UsageError(f"parts: {path} is broken; use another folder, or empty this one")
    other = [key for key in wanted if found.get(key) != wanted[key]]
    if other:
        raise UsageError(
            f"parts: {os.fspath(folder)} holds a sweep with other settings "
            f"(not the same: {', '.join(one for one in other if one != 'fingerprint') or 'spec'}); "
            "use another folder"
        )
    _refuse_strangers(folder, names - {part_name(one) for one in range(wanted["parts"])})
    digests = found.get(DIGESTS)
    return digests if isinstance(digests, dict) else {}


def _refuse_strangers(folder: str | os.PathLike[str], names: Iterable[str]) -> None:
    """A reader of the folder takes every file for a part, but those that begin with _ or a dot."""
    strange = sorted(name for name in names if not name.startswith(("_", ".")))
    if strange:
        more = f" and {len(strange) - 1:,} more" if len(strange) > 1 else ""
        raise UsageError(
            f"parts: {os.fspath(folder)} holds {clip(strange[0])!r}{more}, no part of this sweep; "
            "move it away, or use another folder"
        )


def _write_manifest(folder: str | os.PathLike[str], document: Mapping[str, Any]) -> None:
    path = os.path.join(folder, MANIFEST)
    with replacing(path, follow=False) as name, open(name, "w", encoding="utf-8") as stream:
        json.dump(document, stream, indent=2, ensure_ascii=False)


def _read(path: str) -> Any:
    """What the manifest says; None where it is a link, no JSON, or nested without end."""
    if not is_regular(path):
        return None
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except (ValueError, RecursionError):
        return None


def manifest(rows: Rows, points: int) -> dict[str, Any]:
    """What the numbers of the parts follow from, in words, and the fingerprint of all of it."""
    sweeps = [sweep for _, sweep in rows.sweeps]
    shown = {
        "mnetcost": __version__,
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
        **({"budget": rows.budget.limits()} if rows.budget else {}),
        "points": rows.points,
        "points_a_part": points,
        "parts": len(rows.pieces(points)),
    }
    return {**shown, "fingerprint": _digest(repr((shown, [_source(one) for one in sweeps])))}


def _source(sweep: CountSweep) -> Any:
    """What a network and its convention were read from."""
    graph, convention = sweep.graph, sweep.basis.convention
    return graph.origin.text, graph.variant, dict(graph.given), convention and tuple(convention)


def _axis(values: list[str]) -> dict[str, Any]:
    """An axis in short: its ends, its length, and the fingerprint of all of its values."""
    ends = {"from": values[0], "to": values[-1], "values": len(values)}
    return {**ends, "fingerprint": _digest("\n".join(values))}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _file_digest(path: str) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
