"""One way for all commands: the same settings, by options and behind the @ of a SPEC."""

import re
from pathlib import Path

import click
import pytest
from commands import commands, printed, refused, run

SETTINGS = {"--alpha", "--rho", "--resolution", "--input", "--set"}
BASIS = {"--convention", "--batch", "--pass"}
# What a command that counts a network does not take of these, and why.
WITHOUT = {
    "conventions": {
        "--convention": "it shows them all side by side",
        "--pass": "what the tools print is of the forward pass",
    },
    "reconcile": {
        "--convention": "--from and --to say which ones",
        "--pass": "what the tools print is of the forward pass",
    },
    "expand": dict.fromkeys(BASIS, "it prints the graph, and no cost"),
    "time": {
        "--convention": "an engine's products and bytes are counted",
        "--pass": "devices were measured on the forward pass",
    },
}
NO_NETWORK = {"completion", "devices", "fmt", "help", "import", "schema", "show"}  # count none
# Commands that count a network, with the words that make them: SPEC stands for the network.
COUNTING = {
    "table": ["SPEC"],
    "explain": ["SPEC", "conv_1"],
    "expand": ["SPEC"],
    "conventions": ["SPEC"],
    "reconcile": ["SPEC", "--from", "torch"],
    "rewrite": ["SPEC", "--to", "standard"],
    "sweep": ["SPEC"],
    "plot": ["SPEC"],
    "fit": ["SPEC", "--max-params", "1M"],
    "diff": ["SPEC", "vgg16"],
    "compare": ["SPEC", "vgg16"],
    "time": ["SPEC", "--device", "rk3399-big"],
}


def _options(name: str) -> set[str]:
    return {
        flag
        for one in commands()[name].params
        if isinstance(one, click.Option)
        for flag in one.opts
    }


@pytest.mark.parametrize("name", sorted(commands().keys() - NO_NETWORK))
def test_wherever_a_network_is_counted_its_setting_and_basis_can_be_said(name: str) -> None:
    without = WITHOUT.get(name, {})
    assert (SETTINGS | BASIS) - _options(name) == without.keys()


@pytest.mark.parametrize("name", sorted(NO_NETWORK))
def test_what_counts_no_network_takes_no_setting(name: str) -> None:
    assert not _options(name) & (SETTINGS | BASIS) - {"--input"}  # at which `import` runs a module


@pytest.mark.parametrize("name", commands())
def test_whatever_is_printed_can_go_to_a_file(name: str) -> None:
    assert _options(name) >= {"--output", "-o"}


# Non-square on purpose: 160×128 at ρ = 1/2 is 80×64.
@pytest.mark.parametrize(
    ("behind", "options"),
    [
        (
            "input=160x128,rho=1/2,classes=10",
            ["--input", "160x128", "--rho", "1/2", "--set", "classes=10"],
        ),
        ("resolution=96,channels=1", ["--resolution", "96", "--set", "channels=1"]),
        ("alpha=0.5,input=160x128", ["--alpha", "0.5", "--input", "160x128"]),
    ],
)
@pytest.mark.parametrize("name", COUNTING)
def test_a_setting_behind_the_name_is_that_of_the_options(
    name: str, behind: str, options: list[str]
) -> None:
    if name == "fit" and "alpha" in behind:
        pytest.skip("it is what fit looks for")
    words = COUNTING[name]
    one = [word.replace("SPEC", f"mobilenet_v1@{behind}") for word in words]
    other = [word.replace("SPEC", "mobilenet_v1") for word in words]
    if name in ("diff", "compare"):  # of which the options hold for both
        other = [word.replace("vgg16", "mobilenet_v1") for word in other]
        one = [word.replace("vgg16", one[0]) for word in one]
    form = "svg" if name == "plot" else "json"
    found = printed(name, *one, "--format", form)
    expected = printed(name, *other, *options, "--format", form)
    if name in ("diff", "compare"):  # which say how each was called
        found = found.replace(f"@{behind}", "")
    assert found == re.sub(r'"set": \{[^}]*\}, ', "", expected)  # a sweep's own axes
    assert found != printed(name, *other, "--format", form)


@pytest.mark.parametrize("name", sorted(COUNTING.keys() - {"diff", "compare"}))
@pytest.mark.parametrize(
    ("behind", "option", "words"),
    [
        ("resolution=160", ["--rho", "1"], "give resolution there, or --rho, not both"),
        ("input=160x128", ["--input", "96x96"], "give input there, or --input, not both"),
        ("classes=10", ["--set", "classes=10"], "set classes there, or by --set, not both"),
    ],
)
def test_a_setting_is_said_once(name: str, behind: str, option: list[str], words: str) -> None:
    spec = f"mobilenet_v1@{behind}"
    ran = run(name, *(word.replace("SPEC", spec) for word in COUNTING[name]), *option)
    refused(ran, 2)
    assert ran.err == f"Error: {spec}: {words}\n"


def test_of_several_networks_an_option_holds_for_those_that_say_nothing() -> None:
    words = ["mobilenet_v1@alpha=0.5,classes=10", "mobilenet_v1"]
    found = printed("compare", *words, "--alpha", "0.25", "--set", "classes=100", "--format", "csv")
    said = [words[0], "mobilenet_v1@alpha=0.25,classes=100"]
    assert _costs(found)[:1] == _costs(printed("compare", words[0], "--format", "csv"))
    assert _costs(found) == _costs(printed("compare", *said, "--format", "csv"))


def _costs(csv: str) -> list[str]:
    """The rows without the name of the network, and whether it is on the front of all."""
    return [re.sub(r'^(".*"|[^,"]*),|(true|false)$', "", row) for row in csv.splitlines()[1:]]


def test_a_knob_that_one_of_several_has_not_names_it() -> None:
    ran = run("compare", "efficientnet", "vgg16", "--set", "depth=2")
    refused(ran, 2)
    assert ran.err.startswith("Error: vgg16: there is no setting or knob 'depth'; it may set ")


@pytest.mark.parametrize(
    "words",
    [
        ["show", "vgg16"],
        ["fmt", "vgg"],
        ["schema"],
        ["completion", "zsh"],
        ["expand"],
        ["help", "fmt"],
    ],
)
def test_what_is_printed_is_what_the_file_holds(words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    assert printed(*words, "-o", str(path)) == ""
    assert path.read_text(encoding="utf-8") == printed(*words)
