"""Specs are found wherever mnetcost is: in a wheel, in an editable install, in a checkout."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from paths import TESTS

pytestmark = pytest.mark.slow

TOTAL = "568,740,352"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of the project's own files, as a fresh clone has them."""
    copy = tmp_path_factory.mktemp("source") / "mnetcost"
    ignored = shutil.ignore_patterns(".git", ".venv", "venv", "*cache*", "__pycache__")
    return Path(shutil.copytree(TESTS.parent, copy, ignore=ignored))


def run(command, folder, **environment):
    """What a command prints; it must succeed, and sees nothing of this Python's packages."""
    inherited = {key: os.environ[key] for key in os.environ if not key.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**inherited, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def install(folder, *what):
    venv.create(folder, with_pip=True)
    run([folder / "bin" / "pip", "install", "-q", *what], folder)
    return folder / "bin" / "mnetcost"


def assert_found(command, folder):
    assert TOTAL in run([command, "table", "mobilenet_v1"], folder)
    assert "mobilenet_v1_shallow" in run([command, "specs"], folder)
    assert "16 of" in run([command, "fit", "--scores", "mobilenet_v1"], folder)
    assert run([command, "help", "conv"], folder).startswith("## conv\n")
    assert "| `--batch` | `IMAGES` | `1` |" in run([command, "help", "table"], folder)


def test_wheel_from_the_source_distribution(source, tmp_path):
    run([sys.executable, "-m", "build", "-o", tmp_path / "dist", source], tmp_path)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    (archive,) = (tmp_path / "dist").glob("*.tar.gz")
    pages = (TESTS.parent / "mnetcost/manual").rglob("*.*")
    manual = {path.relative_to(TESTS.parent).as_posix() for path in pages}
    manual = {name for name in manual if "__pycache__" not in name}
    assert {"mnetcost/manual/index.md", "mnetcost/manual/types.svg"} <= manual
    assert manual <= set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(archive) as packed:
        assert manual <= {name.partition("/")[2] for name in packed.getnames()}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert_found(install(tmp_path / "venv", wheel), elsewhere)


def test_editable_install(source, tmp_path):
    assert_found(install(tmp_path / "venv", "-e", source), tmp_path)


def test_checkout_without_install(source, tmp_path):
    site_packages = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    path = os.pathsep.join([str(source), str(site_packages)])
    printed = run([sys.executable, "-m", "mnetcost", "table"], tmp_path, PYTHONPATH=path)
    assert TOTAL in printed


def test_the_readmes_first_command(source):
    readme = (source / "README.md").read_text(encoding="utf-8")
    first = re.findall(r"^```sh\n(.*?)\n```", readme, re.MULTILINE | re.DOTALL)[0]
    printed = run(["bash", "-c", first], source)
    assert TOTAL in printed
    assert "1/64 + 1/9" in printed
