"""What the notebook tutorial says that its lines give is what they give."""

import re
from pathlib import Path

import pytest

import mnetcost

PAGE = Path(mnetcost.__file__).parent / "manual" / "notebook.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
STATED = re.compile(r"^(\S.*?)  # → (.*)$", re.MULTILINE)


def test_every_line_gives_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # figures are saved
    names: dict[str, object] = {}
    stated = 0
    for block in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        exec(block, names)
        for expression, value in STATED.findall(block):
            stated += 1
            assert repr(eval(expression, names)) == value, expression
    assert stated > 30
    assert (tmp_path / "sweep.svg").exists()
    assert (tmp_path / "networks.svg").exists()
