"""Large sweeps in parts that survive being killed."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas
import pyarrow
import pytest
from commands import process
from pyarrow import parquet

import mnetcost
from mnetcost import cli
from mnetcost.analysis.sweep.parts import part_name, write_parts
from mnetcost.analysis.sweep.rows import Rows

# --- parts


LAYER = "mobilenet_v1_layer"  # the fewest columns
PARTS = ["--alpha", "0.001:1:0.001", "--rho", "0.001:2.2:0.001"]  # 2.2 million points


def test_parts_of_one_sweep(tmp_path, capsys):
    folder = tmp_path / "parts"
    assert cli.run(["sweep", LAYER, *PARTS, "--parts", str(folder)]) == 0
    assert capsys.readouterr().out == "points: 2,200,000; parts: 3, of them 0 there before\n"
    frame = pandas.read_parquet(folder)
    grid = mnetcost.sweep(LAYER, PARTS[1], PARTS[3])
    assert (frame["mult_adds"].to_numpy() == grid.mult_adds.ravel()).all()
    assert (frame["params"].to_numpy() == grid.params.ravel()).all()
    manifest = json.loads((folder / "_manifest.json").read_text("utf-8"))
    assert (manifest["spec"], manifest["points"], manifest["parts"]) == (
        "One separable layer of MobileNet v1",
        2_200_000,
        3,
    )
    for other in (
        [LAYER, *PARTS[:3], "0.001:2.2:0.002"],
        [LAYER, *PARTS, "--batch", "2"],
        [LAYER, *PARTS, "--convention", "fvcore"],
        [LAYER, *PARTS, "--pass", "training"],
        [LAYER, *PARTS, "--input", "224x223"],
        ["mobilenet_v1", *PARTS],
    ):
        assert cli.run(["sweep", *other, "--parts", str(folder)]) == 2
        assert "other settings" in capsys.readouterr().err
    for broken in (b"{", b"[1]", b"\xff", b"[" * 100_000, b""):
        (folder / "_manifest.json").write_bytes(broken)
        assert cli.run(["sweep", LAYER, *PARTS, "--parts", str(folder)]) == 2
        assert "_manifest.json is broken" in capsys.readouterr().err


def whole(folder):
    """The parts that are done, each with when it was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("part-*.parquet")}


def test_a_killed_sweep_goes_on_where_it_stopped(tmp_path):
    folder = tmp_path / "parts"
    words = ["--alpha", "0.0002:1:0.0002", "--rho", "0.002:2:0.002", "--parts", str(folder)]
    command = [sys.executable, "-m", "mnetcost", "sweep", "mobilenet_v1_layer", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as killed:
        deadline = time.monotonic() + 50
        while len(whole(folder)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
    before = whole(folder)
    assert 2 <= len(before) < 5
    for name in before:  # none is half-written
        assert parquet.read_metadata(folder / name).num_rows == 1_000_000
    (folder / ".part-000004.parquet.8a_b0c1d.mnetcost").write_text("half", encoding="utf-8")
    (folder / "._manifest.json.8a_b0c1d.mnetcost").write_text("half", encoding="utf-8")
    ran = process("sweep", "mobilenet_v1_layer", *words)
    assert ran.out == f"points: 5,000,000; parts: 5, of them {len(before)} there before\n"
    assert (ran.code, ran.err) == (0, "")
    after = whole(folder)
    assert len(after) == 5
    assert {name: after[name] for name in before} == before
    assert len(os.listdir(folder)) == 6
    grid = mnetcost.sweep("mobilenet_v1_layer", words[1], words[3])
    table = parquet.read_table(folder, columns=["mult_adds"])
    assert (table["mult_adds"].to_numpy() == grid.mult_adds.ravel()).all()


def test_parts_from_python(tmp_path):
    folder = tmp_path / "parts"
    sets = {"depth": [1, "1.2"]}
    grids = mnetcost.sweep("efficientnet", "1,0.5", "0.7,0.5,0.3", set=sets)
    grids.to_parts(folder)
    frame = pandas.read_parquet(folder)
    assert frame.equals(grids.to_pandas())
    grids[0].to_parts(tmp_path / "one")
    assert len(pandas.read_parquet(tmp_path / "one")) == 6
    with pytest.raises(mnetcost.UsageError, match="other settings"):
        grids[0].to_parts(folder)


def test_a_folder_that_cannot_be_made_is_said_in_the_systems_words(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(mnetcost.UsageError) as refused:
        mnetcost.sweep(LAYER).to_parts(tmp_path / "file" / "parts")
    assert str(refused.value) == f"parts: {tmp_path / 'file' / 'parts'}: Not a directory"
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.skipif(os.name != "posix", reason="the system's own lock")
def test_two_runs_into_one_folder(tmp_path):
    folder, words = tmp_path / "parts", ["--alpha", "1,0.5", "--rho", "1"]
    grid = mnetcost.sweep("mobilenet_v1", words[1], words[3])
    first = write_parts(Rows([({}, grid)]), folder)
    next(first)
    ran = process("sweep", *words, "--parts", str(folder))
    assert (ran.code, ran.out) == (2, "")
    assert "another run writes into" in ran.err
    first.close()
    ran = process("sweep", *words, "--parts", str(folder))
    assert ran.out == "points: 2; parts: 1, of them 1 there before\n"


@pytest.fixture
def three(tmp_path):
    """Three parts of a point each, what makes them again, and each file as it was written."""
    rows, folder = Rows([({}, mnetcost.sweep(LAYER, "1,0.5,0.25", "6/7"))]), tmp_path / "parts"

    def again():
        return [part.kept for part in write_parts(rows, folder, points=1)]

    assert again() == [False] * 3
    assert again() == [True] * 3
    return folder, again, {path.name: path.read_bytes() for path in folder.iterdir()}


def without_columns(path):
    parquet.write_table(parquet.read_table(path).drop_columns(["mult_adds"]), path)


def zeroed(path):
    table = parquet.read_table(path)
    place = table.schema.get_field_index("mult_adds")
    zeros = pyarrow.array([0] * len(table))
    parquet.write_table(table.set_column(place, "mult_adds", zeros), path)


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def of_another_sweep(path):
    mnetcost.sweep(LAYER, 1, 1).to_parquet(path)


def emptied(path):
    path.write_bytes(b"")


HARMS = [without_columns, zeroed, cut, emptied, of_another_sweep, Path.unlink]


@pytest.mark.parametrize("harm", HARMS)
def test_a_part_that_is_not_as_it_was_written_is_made_again(harm, three):
    folder, again, written = three
    harm(folder / part_name(1))
    assert again() == [True, False, True]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written


def test_whichever_bit_is_flipped(three):
    folder, again, written = three
    path = folder / part_name(1)
    whole = written[path.name]
    for place in range(0, len(whole), len(whole) // 50):
        path.write_bytes(
            whole[:place] + bytes([whole[place] ^ 1 << place % 8]) + whole[place + 1 :]
        )
        assert again() == [True, False, True]
        assert path.read_bytes() == whole


def test_a_part_in_the_place_of_another(three):
    folder, again, written = three
    (folder / part_name(2)).write_bytes(written[part_name(0)])
    assert again() == [True, True, False]
    assert (folder / part_name(2)).read_bytes() == written[part_name(2)]


def test_what_a_run_that_was_killed_did_not_note_is_made_again(three):
    folder, again, written = three
    manifest = json.loads(written["_manifest.json"])
    del manifest["sha256"][part_name(0)]
    (folder / "_manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert again() == [False, True, True]
    manifest["sha256"] = ["not", "digests"]
    (folder / "_manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert again() == [False] * 3
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written


@pytest.mark.skipif(os.name != "posix", reason="links")
@pytest.mark.parametrize("behind", ["a file", "a whole part", "nothing"])
def test_a_link_is_never_followed(behind, three, tmp_path):
    folder, again, written = three
    path, other = folder / part_name(1), tmp_path / "other"
    if behind != "nothing":
        other.write_bytes(b"mine" if behind == "a file" else written[path.name])
    before = other.read_bytes() if other.exists() else None
    path.unlink()
    path.symlink_to(other)
    assert again() == [True, False, True]
    assert not path.is_symlink()
    assert path.read_bytes() == written[path.name]
    assert (other.read_bytes() if other.exists() else None) == before
    for content in (written["_manifest.json"], b""):
        other.write_bytes(content)
        (folder / "_manifest.json").unlink()
        (folder / "_manifest.json").symlink_to(other)
        with pytest.raises(mnetcost.UsageError, match=r"_manifest\.json is broken"):
            again()
        assert other.read_bytes() == content


@pytest.mark.parametrize("name", ["part-000003.parquet", "mine.csv", "part-1.parquet", "folder/"])
def test_what_does_not_belong_there_is_named(name, three):
    folder, again, written = three
    path = folder / name
    path.mkdir() if name.endswith("/") else path.write_bytes(written[part_name(0)])
    with pytest.raises(mnetcost.UsageError, match=re.escape(f"holds '{path.name}', no part of")):
        again()
    (folder / "zzz").touch()
    with pytest.raises(mnetcost.UsageError, match=re.escape(f"'{path.name}' and 1 more, no part")):
        again()
    assert (folder / name).exists()


def test_what_readers_pass_over_may_lie_there(three):
    folder, again, _ = three
    for name in ("_SUCCESS", ".hidden"):
        (folder / name).touch()
    assert again() == [True] * 3
    assert {"_SUCCESS", ".hidden"} <= set(os.listdir(folder))
