"""`mnetcost schema`."""

import json

import pytest

from mnetcost import cli
from mnetcost.spec.schema import schema


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
