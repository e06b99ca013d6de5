"""`mnetcost completion`: what a shell is told, and words typed into a real bash, zsh and fish."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import TERMINAL, process, refused, run
from paths import SHIPPED

import mnetcost
from mnetcost.cli.completion import SCRIPTS
from mnetcost.spec import shipped_variants

KNOWN = {*SHIPPED, *(one for names in shipped_variants().values() for one in names)}
V1, B = "mobilenet_v1@", "efficientnet:b"


def _told(line: str, shell: str = "zsh", **env: str) -> list[str]:
    """The words that a shell is told, and `file` or `dir` where it should look itself."""
    asked = {"_MNETCOST_COMPLETE": f"{shell}_complete", "_MNETCOST_LINE": f"mnetcost {line}"}
    ran = process(env=asked | env)
    assert ran.err == ""
    lines = [one.split("\t") for one in ran.out.splitlines() if one]
    return [word if kind == "plain" else kind for kind, word, *_ in lines]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("table mobil", [*sorted(one for one in KNOWN if one.startswith("mobil")), "file"]),
        ("show mobilenet_v1_f", ["mobilenet_v1_full"]),
        ("ta", ["table"]),
        ("table --fo", ["--fold", "--format"]),
        ("table --format ma", ["markdown"]),
        (f"table {B}7", [f"{B}7", "file"]),
        (f"table {V1}r", [f"{V1}rho=", f"{V1}resolution="]),
        (f"table {V1}rho=1,in", [f"{V1}rho=1,input="]),
        (f"table {V1}classes=2,c", [f"{V1}classes=2,channels="]),
        (f"table {V1}classes=", [f"{V1}classes=1000"]),
        ("diff vgg16 googlenet@aux", ["googlenet@auxiliary="]),
        (
            "compare googlenet@auxiliary=",
            [f"googlenet@auxiliary={one}" for one in ("true", "false")],
        ),
        ("table efficientnet --set ", ["depth=", "classes=", "channels="]),
        ("table --set=cl", ["--set=classes="]),
        ("table --set classes=2 --set ", ["channels="]),
        (
            "explain mobilenet_v1_layer ",
            [f"separable_1{one}" for one in ("", "/depthwise", "/pointwise")],
        ),
        ("explain mobilenet_v1_layer separable_1/d", ["separable_1/depthwise"]),
        ("explain efficientnet --set depth=3.1 mbconv_1.4/d", ["mbconv_1.4/depthwise_1"]),
        ("rewrite --layers separable_2/p", ["separable_2/pointwise"]),
        ("table --columns na", ["name"]),
        ("table --columns name,kernel,str", ["name,kernel,stride"]),
        ("table --columns output,na", ["output,name"]),
        ("fit --scores mob", ["mobilenet_v1", "file"]),
        ("table --convention fv", ["fvcore", "file"]),
        ("reconcile --from fv", ["fvcore", "file"]),
        ("conventions vgg16 --own x", ["file"]),
        ("sweep --parts x", ["dir"]),
        ("import x", ["file"]),
        ("import --preset mobilenet_v2:tor", ["mobilenet_v2:torchvision"]),
        ("help conve", ["conventions"]),
        ("completion z", ["zsh"]),
        ("table torch:sys:exit@", []),  # no code is run
        ("table -@", []),
        ("explain - ", []),
        ("table no_such_network@", []),
        ("explain no_such_network conv", []),
    ],
)
def test_what_a_shell_is_told(line: str, expected: list[str]) -> None:
    assert _told(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"table {B}7", ["b7"]),
        (f"table '{B}7", [f"{B}7", "file"]),
        (f"table {V1}in", ["@input="]),
        (f"table {V1}alpha=1,in", ["1,input="]),
        ("table --set=cl", ["classes="]),
    ],
)
def test_bash_is_told_what_stands_behind_the_signs_where_it_parts_words(
    line: str, expected: list[str]
) -> None:
    assert _told(line, "bash", _MNETCOST_BREAKS=" \t\n\"'@><=;|&(:") == expected


def test_the_knobs_and_the_variants_of_a_file_are_told(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "input: {height: 8, width: 12, channels: 3}\nknobs: {wide: 4}\n"
        "variants:\n  own_large: {knobs: {wide: 8}}\n  other: {}\n"
        "layers:\n  - conv: {out: $wide, name: first}\n"
    )
    assert _told(f"table {path}:") == [f"{path}:large", f"{path}:other", "file"]
    assert _told(f"table {path} --set ") == ["wide="]
    assert _told(f"explain {path}:large@wide=2 ") == ["first"]


def test_the_script_is_printed() -> None:
    for shell, script in SCRIPTS.items():
        assert run("completion", shell) == (0, script, "")
    refused(run("completion", "tcsh"), 2)


# --- in the shells themselves

DUMP = "\x18\x10"  # Control-X Control-P prints the line as it stands then
CLEAR = "\x15"  # Control-U; Control-C would be a signal, and what is typed ahead be lost
STARTS: dict[str, tuple[list[str], str]] = {
    "bash": (
        ["--norc", "--noprofile", "-i"],
        'bind -x \'"\\C-x\\C-p": printf "<%s>\\n" "$READLINE_LINE"\';'
        ' eval "$(mnetcost completion bash)"',
    ),
    "zsh": (
        ["-f", "-i"],
        'dump() { print -r -- "<$BUFFER>" }; zle -N dump; bindkey "^X^P" dump;'
        ' eval "$(mnetcost completion zsh)"',
    ),
    "fish": (
        ["--no-config", "-i"],
        "function fish_prompt; echo '> '; end; bind \\cx\\cp 'printf \"<%s>\\n\" (commandline)';"
        " mnetcost completion fish | source",
    ),
}


@pytest.fixture(scope="module", params=STARTS)
def shell(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """A shell in a folder with files, which completes words of this checkout's mnetcost."""
    name = request.param
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    pexpect = pytest.importorskip("pexpect")
    home = tmp_path_factory.mktemp(name)
    for file in ("my_net.yaml", "my other.yaml", "mobile_own.yaml", "nets/one.yaml"):
        (home / file).parent.mkdir(exist_ok=True)
        (home / file).touch()
    (home / "bin").mkdir()
    script = home / "bin" / "mnetcost"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mnetcost "$@"\n')
    script.chmod(0o755)
    kept = {one: value for one, value in os.environ.items() if one not in TERMINAL}
    env = kept | {
        "HOME": str(home),
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(mnetcost.__file__).parents[1]),
        "TERM": "xterm",
    }
    options, setup = STARTS[name]
    started = pexpect.spawn(
        name, options, env=env, cwd=str(home), encoding="utf-8", dimensions=(50, 160), timeout=60
    )
    started.sendline(f'{setup}; echo re""ady')
    started.expect("ready\r?\n")
    yield started
    started.close(force=True)


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("tab", "table "),
        ("table mobilenet_v1_f", "table mobilenet_v1_full "),  # a name
        ("table mobil", "table mobile"),  # names and a file
        ("table mobile_", "table mobile_own.yaml "),
        (f"table {B}3@d", f"table {B}3@depth="),  # a knob of a variant
        (f"table {B}", f"table {B}"),
        (f"table {B}3@depth=1.1,res", f"table {B}3@depth=1.1,resolution="),
        ("compare vgg16 mobilenet_v2@al", "compare vgg16 mobilenet_v2@alpha="),  # of a target
        ("table efficientnet --set d", "table efficientnet --set depth="),
        ("table efficientnet --set=d", "table efficientnet --set=depth="),
        ("table efficientnet --set depth=", "table efficientnet --set depth=1 "),
        ("explain mobilenet_v1 separable_2/d", "explain mobilenet_v1 separable_2/depthwise "),
        ("table --convention fv", "table --convention fvcore "),
        ("table --format ma", "table --format markdown "),
        ("table my_", "table my_net.yaml "),
        ("table my\\ o", "table my\\ other.yaml "),
        ("table 'my o", "table 'my other.yaml' "),
        ("table ~/my_", "table ~/my_net.yaml "),
        ("table -o nets/o", "table -o nets/one.yaml "),
        ("table --output=nets/o", "table --output=nets/one.yaml "),
        ("sweep --parts ne", "sweep --parts nets/"),
    ],
)
def test_a_tab_completes_the_word(shell: Any, typed: str, completed: str) -> None:
    shell.send(f"{CLEAR}mnetcost {typed}\t{DUMP}")
    shell.expect(r"<(mnetcost [^<>\r\n]*)>\r?\n")
    assert shell.match[1] == f"mnetcost {completed}"
