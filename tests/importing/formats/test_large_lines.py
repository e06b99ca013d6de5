"""Formats of lines: files as large as networks get, and files that are made to cost much."""

from mmap import ACCESS_READ, mmap
from pathlib import Path
from types import ModuleType

import pytest
from limited import held, linux
from line_models import outcome, sound

from mnetcost.importing.formats import caffe, darknet, ncnn

SIZE = 2**22  # bytes that a text may have
INPUT = 'input: "d" input_dim: 1 input_dim: 3 input_dim: 5 input_dim: 4\n'
LAYER = 'layer { name: "a" type: "A" '
NET = "[net]\nwidth=5\nheight=4\nchannels=3\n"
DATA = "Input d 0 1 d 0=5 1=4 2=3\n"
CONV = "convolution_param { num_output: 8 kernel_size: 3 pad: 1 weight_filler { type: 'msra' } }"


def _filled(head: str, part: str, tail: str = "", size: int = SIZE) -> str:
    return head + part * ((size - len(head) - len(tail)) // len(part)) + tail


def _counted(lines: str) -> str:
    return f"7767517\n{lines.count(chr(10))} 1000000\n{lines}"


CAFFES = {
    "braces": "a{" * 100_000,
    "layers": _filled("", "layer{}"),
    "fields": _filled(INPUT, "a:1 "),
    "comments": _filled(INPUT, "#\n"),
    "signs": _filled('name: "', "\\n", '"'),
    "strings": _filled("name:", '""'),
    "list": _filled("input_dim: [", "1,", "1]"),
    "names": INPUT
    + "".join(f"{LAYER}top:'{number}😀'}}\n" for number in range(60_000)),
    "states": f"state {{ {''.join(f'stage:{chr(39)}{n}{chr(39)}' for n in range(50_000))} }}"
    + f"{INPUT}{LAYER}include {{ stage: 'a' }} }}" * 9_000,
    "ways": f"{INPUT}{LAYER}a_param {{ {'nested {' * 20}"
    + "".join(f"a{number}:1 " for number in range(90_000))
    + "}" * 22,
}  # fmt: skip
NCNNS = {
    "lines": _counted(DATA + "A a 1 0 d\n" * 199_999),
    "values": _counted(DATA + "".join(f"A a 0 1 {number}\n" for number in range(199_999))),
    "words": _counted(_filled(f"{DATA}A a 1900000 0", " dd", "\n", SIZE - 99)),
    "keys": _counted(DATA + f"A a 0 0{''.join(f' {key}=1' for key in range(30))}\n" * 24_000),
    "arrays": _counted(DATA + f"A a 0 0 -23300=32000{',1' * 32_000}\n" * 60),
    "empty lines": _filled("7767517\n", "\n"),
}
DARKNETS = {
    "sections": _filled(NET, "[a]\n"),
    "options": NET + "[a]\n" + "".join(f"{number}=1\n" for number in range(300_000)),
    "lists": NET + f"[a]\na={'.15,' * 16_000}\n" * 60,
    "routes": f"{NET}[a]\n" + f"[route]\nlayers={'0,' * 32_000}0\n" * 60,
    "comments": _filled(NET, "#\n"),
}
HOSTILE = [
    *(("caffe", name, text) for name, text in CAFFES.items()),
    *(("ncnn", name, text) for name, text in NCNNS.items()),
    *(("darknet", name, text) for name, text in DARKNETS.items()),
]


def test_a_network_of_two_thousand_layers_is_read() -> None:
    numbers = range(1, 2_000)
    layers = (
        f'layer {{ name: "{n}" type: "Convolution" bottom: "{n - 1}" top: "{n}" {CONV} }}\n'
        for n in numbers
    )
    net = caffe.read((INPUT.replace('"d"', '"0"') + "".join(layers)).encode(), "a")
    lines = "".join(f"Convolution {n} 1 1 {n - 1} {n} 0=8 1=3 4=1 5=1 6=576\n" for n in numbers)
    other = ncnn.read(_counted(DATA.replace("1 d", "1 0") + lines).encode(), "a")
    sections = "[convolutional]\nfilters=8\nsize=3\npad=1\nactivation=leaky\n" * len(numbers)
    third = darknet.read((NET + sections).encode(), "a")
    for source in (net, other, third):
        sound(source)
        assert len(source.calls) == len(numbers)


def test_what_costs_much_is_refused_early() -> None:
    assert outcome(caffe.read, CAFFES["braces"].encode()) == "too-large"
    assert outcome(ncnn.read, NCNNS["words"].encode()) == "too-large"
    assert outcome(darknet.read, DARKNETS["lists"].encode()) == "too-large"


@linux
@pytest.mark.slow
@pytest.mark.parametrize(
    ("format_", "name", "text"), HOSTILE, ids=[" ".join(one[:2]) for one in HOSTILE]
)
def test_what_costs_much_is_refused_within_a_second(
    format_: str, name: str, text: str, tmp_path: Path
) -> None:
    path = tmp_path / "model"
    path.write_text(text, encoding="utf-8")
    reader = f"from mnetcost.importing.formats import {format_}"
    held(path, f"{reader}; {format_}.read(open(path, 'rb').read(), '{name}')")


@pytest.mark.parametrize("reader", [caffe, ncnn, darknet])
def test_a_file_of_a_gigabyte_is_refused_unread(reader: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "model"
    with path.open("wb") as file:
        file.truncate(2**30)
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        assert outcome(reader.read, data) == "too-large"
