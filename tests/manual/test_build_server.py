"""The files to copy from the tutorial on build servers do what it says they do."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import mnetcost

PAGE = (Path(mnetcost.__file__).parent / "manual" / "build-server.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```ya?ml (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
(HOOK,) = re.findall(r"^```sh\n(#!/bin/sh\n.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
JOB = yaml.safe_load(FILES[".github/workflows/networks.yml"])["jobs"]["budget"]
STEPS = {step["name"]: step["run"] for step in JOB["steps"] if "run" in step}
HOOKS = yaml.safe_load(FILES[".pre-commit-config.yaml"])["repos"][0]["hooks"]


@pytest.fixture(params=[128, 256], ids=["good", "over the budget"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, bool]:
    """A git repository with a network in `nets`, and whether that one is as it should be."""
    text = FILES["my_net.yaml"].replace("out: 128", f"out: {request.param}")
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "doorbell.yaml").write_text(text, encoding="utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    return tmp_path, request.param == 128


def git(folder: Path, *words: str) -> None:
    names = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    subprocess.run(["git", *names, *words], cwd=folder, check=True, capture_output=True)


def shell(script: str, folder: Path, base: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a script as a build server does, in a pull request where it has a base."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={
            **os.environ,
            "PATH": path,
            "PYTHONUTF8": "1",
            "GITHUB_BASE_REF": base,
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_workflow(repository: tuple[Path, bool]) -> None:
    folder, good = repository
    checked = shell(STEPS["Figures, budgets and increase"], folder)
    assert (checked.returncode == 0) == good
    assert checked.stdout.count("::error file=nets/doorbell.yaml,line=") == (0 if good else 5)
    summary = (folder / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("# Published figures and budgets\n")
    assert ("fits, 1.13 % left" in summary) == good
    reported = shell(STEPS["Report"], folder)
    assert reported.returncode == checked.returncode
    assert 'tests="5"' in (folder / "check.xml").read_text(encoding="utf-8")
    assert shell(STEPS["Canonical form"], folder).returncode == 0


def test_the_workflow_holds_a_pull_request_to_its_base(tmp_path: Path) -> None:
    """A sixth of the mult-adds more, which its own budget would let through."""
    text = FILES["my_net.yaml"].partition("expect:")[0]
    (tmp_path / "nets").mkdir()
    spec = tmp_path / "nets" / "doorbell.yaml"
    spec.write_text(text, encoding="utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "add", "nets")
    git(tmp_path, "commit", "--quiet", "--message=first")
    git(tmp_path, "remote", "add", "origin", str(tmp_path))
    step = STEPS["Figures, budgets and increase"]
    assert shell(step, tmp_path, "main").returncode == 0
    spec.write_text(text.replace("out: 128", "out: 256"), encoding="utf-8")
    ran = shell(step, tmp_path, "main")
    assert ran.returncode == 1
    assert ran.stdout.count("title=mnetcost increase::") == 2
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "## Increase over FETCH\\_HEAD" in summary
    changed = shell(STEPS["What the change costs"], tmp_path, "main")
    assert changed.returncode == 0
    assert len((tmp_path / "summary.md").read_text(encoding="utf-8")) > len(summary)


def test_the_workflow_sees_another_form(repository: tuple[Path, bool]) -> None:
    folder, _ = repository
    spec = folder / "nets" / "doorbell.yaml"
    spec.write_text(spec.read_text(encoding="utf-8").replace("conv: {", "conv:   {"))
    assert shell(STEPS["Canonical form"], folder).returncode == 1


def test_the_hooks_of_pre_commit(repository: tuple[Path, bool]) -> None:
    folder, good = repository
    for hook in HOOKS:
        assert re.search(hook["files"], "nets/doorbell.yaml")
        command = shlex.join([*shlex.split(hook["entry"]), "nets/doorbell.yaml"])
        passes = good or hook["id"] == "mnetcost-fmt"
        assert (shell(command, folder).returncode == 0) == passes


def test_the_hook_of_git(repository: tuple[Path, bool]) -> None:
    folder, good = repository
    assert shell(HOOK, folder).returncode == 0  # nothing is staged
    subprocess.run(["git", "add", "nets"], cwd=folder, check=True)
    ran = shell(HOOK, folder)
    assert (ran.returncode == 0) == good
    assert ran.stderr.count("nets/doorbell.yaml:") == (0 if good else 5)
