"""What tests of several rooms stand on."""

from pathlib import Path

import pytest
from checked import SPEC
from hypothesis import HealthCheck, settings

import mnetcost
from mnetcost.spec import shipped

SIDE_BY_SIDE = ("not slow and not speed and not fuzz", "fuzz")  # of `-m`: one process a core

# How busy the machine is says nothing of the code.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Clusters and measurements get the machine to themselves."""
    return None if config.option.markexpr.strip() in SIDE_BY_SIDE else 0


@pytest.fixture(autouse=True)
def no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """COLUMNS and LINES are a width and a height where they are exported: here by tests alone."""
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A spec with a figure that differs, a misprint and two broken limits, in its own folder."""
    monkeypatch.chdir(tmp_path)
    text = f"""{SPEC}expect:
  - {{params: 24, source: by hand}}
  - {{params: 25, source: '<a> & "b"'}}
  - {{params: 25, erratum: a misprint}}
budget:
  - {{mult_adds: 600, params: 23}}
  - mult_adds: 500
    variant: small_wide
"""
    Path("my.yaml").write_text(text, encoding="utf-8")
    return "my.yaml"


@pytest.fixture
def few_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """`specs` lists a few networks that stand for all, which take seconds a time."""
    names = {"mobilenet_v1": (), "googlenet": ("googlenet", "googlenet_aux")}
    names["efficientnet"] = ("efficientnet_b0", "efficientnet_b1")
    monkeypatch.setattr("mnetcost.reports.specs.shipped_variants", lambda: names)


@pytest.fixture(scope="session")
def nets() -> dict[str, mnetcost.Network]:
    """Every shipped network, loaded once."""
    return {name: mnetcost.load(name) for name in shipped()}


@pytest.fixture(scope="session")
def v1(nets: dict[str, mnetcost.Network]) -> mnetcost.Network:
    """MobileNet v1."""
    return nets["mobilenet_v1"]
