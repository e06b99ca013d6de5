"""`mnetcost fmt`."""

from pathlib import Path

import pytest

from mnetcost import cli

TEXT = "layers:\n- conv:\n    out:   8\ninput: {height: 4, width: 6, channels: 3}\n"
FORMATTED = "input: {height: 4, width: 6, channels: 3}\nlayers:\n  - conv: {out: 8}\n"


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert cli.run(["fmt", str(path)]) == 0
    assert capsys.readouterr().out == FORMATTED
