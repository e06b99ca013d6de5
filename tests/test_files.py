"""Files that take the place of others: what killed writers leave, links, devices."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mnetcost.files import replacing

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks, links and devices")

# Begins to replace the file, says so, and waits to be told or killed.
WRITER = """
import sys
from mnetcost.files import replacing
with replacing(sys.argv[1]) as name:
    open(name, "w").write("theirs")
    print(name, flush=True)
    sys.stdin.read()
"""


def writer(path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, str(path)]
    pipe = subprocess.PIPE
    started = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    assert started.stdout is not None
    assert started.stdout.readline()
    return started


def write(path: Path, text: str = "mine") -> None:
    with replacing(path) as name:
        Path(name).write_text(text)


def test_what_a_killed_writer_left_goes_at_the_next_time(tmp_path):
    path, other = tmp_path / "grid.csv", tmp_path / "other.csv"
    (tmp_path / ".grid.csv.mine").write_text("of somebody else")
    for one in (path, other):
        with writer(one) as killed:
            killed.kill()
    assert len(os.listdir(tmp_path)) == 3
    write(path)
    left = sorted(os.listdir(tmp_path))
    assert [name for name in left if not name.endswith(".mnetcost")] == [
        ".grid.csv.mine",
        path.name,
    ]
    (half,) = (name for name in left if name.endswith(".mnetcost"))
    assert half.startswith(".other.csv.")  # which goes when that is written
    write(other)
    assert sorted(os.listdir(tmp_path)) == [".grid.csv.mine", path.name, other.name]


def test_a_writer_at_work_is_left_alone(tmp_path):
    path = tmp_path / "grid.csv"
    with writer(path) as working:
        write(path)
        assert path.read_text() == "mine"
        assert len(os.listdir(tmp_path)) == 2
        working.communicate("")
        assert working.returncode == 0
    assert path.read_text() == "theirs"
    assert os.listdir(tmp_path) == [path.name]


def test_a_link_to_somewhere_else_is_not_what_a_writer_left(tmp_path):
    (tmp_path / "mine").write_text("mine")
    link = tmp_path / ".grid.csv.12345678.mnetcost"
    link.symlink_to(tmp_path / "mine")
    write(tmp_path / "grid.csv")
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "pipe"])
def test_without_following_the_name_itself_is_replaced(kind, tmp_path):
    path, behind = tmp_path / "part", tmp_path / "behind"
    if kind == "link":
        behind.write_text("theirs")
    if kind == "file":
        path.write_text("old")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(behind)
    with replacing(path, follow=False) as name:
        Path(name).write_text("mine")
    assert not path.is_symlink()
    assert path.read_text() == "mine"
    assert behind.exists() == (kind == "link")
    assert kind != "link" or behind.read_text() == "theirs"


def test_a_device_is_written_to_and_never_replaced():
    with replacing(os.devnull) as name:
        assert name == os.devnull
        Path(name).write_text("mine")
    assert Path(os.devnull).is_char_device()


def test_a_folder_that_may_be_written_to_and_not_be_read(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", refuse)
    write(tmp_path / "grid.csv")
    assert (tmp_path / "grid.csv").read_text() == "mine"
