"""Darknet's .cfg, read: what a section says, and which values its layer reads."""

import pytest
from line_models import CAFFE, DARKNET, NCNN, mutants, outcome, sound
from paths import SPECS

from mnetcost.importing.formats.darknet import looks_like, read
from mnetcost.importing.model import Call, Source
from mnetcost.problems import Mark, SpecError

NET = "[net]\nwidth=12\nheight=20\nchannels=3\n"


def _read(text: str) -> Source:
    source = read(text.encode(), "a.cfg")
    sound(source)
    return source


def _refused(text: str) -> str:
    with pytest.raises(SpecError) as error:
        read(text.encode(), "a.cfg")
    return str(error.value)


def test_a_small_net_is_read_as_it_is_written() -> None:
    source = _read(DARKNET)
    assert (source.format, source.name, source.version) == ("darknet", "", "")
    assert source.inputs == {"input": (1, 3, 20, 12)}
    assert (source.stored, source.shapes) == ({}, {})
    assert source.outputs == ("3",)
    convolution = {"filters": 8, "size": 3, "pad": 1, "activation": "leaky"}
    assert source.calls == (
        Call("convolutional", "", ("input",), ("0",), convolution, Mark(8, 1)),
        Call("maxpool", "", ("0",), ("1",), {"size": 2, "stride": 2}, Mark(13, 1)),
        Call("route", "", ("1", "0"), ("2",), {"layers": (-1, 0)}, Mark(16, 1)),
        Call("shortcut", "", ("2", "1"), ("3",), {"from": -2}, Mark(18, 1)),
    )


@pytest.mark.parametrize(
    ("section", "reads"),
    [
        ("[dropout]", ("2",)),
        ("[avgpool]", ("2",)),
        ("[yolo]\nmask=0,1", ("2",)),
        ("[crop]\nflip=0", ("2",)),
        ("[route]\nlayers=-3", ("0",)),
        ("[route]\nlayers = -1, 1, 0", ("2", "1", "0")),
        ("[route]\nlayers=2,2\ngroups=2\ngroup_id=1", ("2", "2")),
        ("[shortcut]\nfrom=-3\nactivation=linear", ("2", "0")),
        ("[shortcut]\nfrom=-2,-3", ("2", "1", "0")),
        ("[scale_channels]\nfrom=-2", ("2", "1")),
        ("[sam]\nfrom=0", ("2", "0")),
        ("[implicit_add]\nfilters=8", ()),
        ("[shift_channels]\nfrom=1", ("2", "1")),
    ],
)
def test_a_layer_reads_the_last_one_and_those_that_it_names(
    section: str, reads: tuple[str, ...]
) -> None:
    source = _read(f"{NET}[a]\n[b]\n[c]\n{section}\n[next]\n")
    assert [call.inputs for call in source.calls[:3]] == [("input",), ("0",), ("1",)]
    assert source.calls[3].inputs == reads
    assert source.calls[4].inputs == ("3",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("mask = 3,4,5", {"mask": (3, 4, 5)}),
        ("anchors = 10,14,  23.5,27", {"anchors": (10, 14, 23.5, 27)}),
        ("jitter=.3\nthresh = -1e-2", {"jitter": 0.3, "thresh": -0.01}),
        ("activation=leaky # what else", {"activation": "leaky"}),
        ("size=3#=4", {"size": 3}),
        ("size=3\nsize=5", {"size": 3}),
        ("; size=3\n#stride=1\n  \npad=1", {"pad": 1}),
        ("weights=\nsum=a=b", {"weights": "", "sum": "a=b"}),
        ("n=99999999999999999999\nm=nan\nk=1e999", {"n": "9" * 20, "m": "nan", "k": "1e999"}),
    ],
)
def test_options_are_numbers_tuples_or_texts(written: str, expected: dict[str, object]) -> None:
    assert _read(f"{NET}[a]\n{written}").calls[0].arguments == expected


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        (NET, (1, 3, 20, 12)),
        ("[network]\r\nwidth = 12\r\nheight=20\r\nchannels=1\r\nbatch=64\r\n", (1, 1, 20, 12)),
        ("\ufeff[net]\ninputs=256\ntime_steps=3\n", (1, 256)),
    ],
)
def test_the_network_reads_one_picture_or_one_row(net: str, expected: tuple[int, ...]) -> None:
    assert _read(f"{net}[softmax]").inputs == {"input": expected}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "wrong-format: found no section"),
        ("\n[convolutional]\n", 2, "wrong-format: found [convolutional]"),
        ("width=12\n[net]\n", 1, "malformed: found 'width=12'"),
        (NET, 1, "malformed: the file has no layer"),
        ("[net]\nwidth=12\n[a]\n", 1, "malformed: channels is not there"),
        ("[net]\nwidth=12\nheight=0\nchannels=3\n[a]\n", 1, "malformed: height is 0"),
        ("[net]\nwidth=1.5\nheight=2\nchannels=3\n[a]\n", 1, "malformed: width is 1.5"),
        ("[net]\n[a]\n", 1, "malformed: inputs is not there"),
        (f"{NET}[a\n", 5, "malformed: found '[a'"),
        (f"{NET}[a]\nsize\n", 6, "malformed: found 'size'"),
        (f"{NET}[a]\n=3\n", 6, "malformed: found '=3'"),
        (f"{NET}[route]\nlayers=-1\n", 5, "malformed: route 0 reads layer -1"),
        (f"{NET}[a]\n[route]\n", 6, "malformed: route 1 has no layers"),
        (f"{NET}[a]\n[route]\nlayers=1\n", 6, "malformed: route 1 reads layer 1"),
        (f"{NET}[a]\n[route]\nlayers=-2\n", 6, "malformed: route 1 reads layer -2"),
        (f"{NET}[a]\n[route]\nlayers=0,\n", 6, "malformed: route 1 reads layer"),
        (f"{NET}[a]\n[shortcut]\nfrom=0.5\n", 6, "malformed: shortcut 1 reads layer 0.5"),
        (f"{NET}[a]\n[sam]\nfrom=x\n", 6, "malformed: sam 1 reads layer x"),
        (f"{NET}[a]\n" + "b=1\n" * 100_000, 100_000, "too-large: reading it takes over 600,000"),
        (f"{NET}[a]\nb={'1' * 70_000}\n", 6, "too-large"),
        (" " * (2**22 + 1), 1, "too-large: a text of 4,194,305 bytes"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, words: str) -> None:
    problem = _refused(text)
    assert words in problem
    assert problem.startswith(f"a.cfg:{line}:1:")


def test_bytes_that_are_no_text_are_fine_in_comments_alone() -> None:
    net = NET.encode() + b"[a]\nb=1 # \xff\n# \xb1\xea\n"
    assert read(net, "a").calls[0].arguments == {"b": 1}
    assert outcome(read, net + b"c=\xff") == "malformed"


def test_a_configuration_is_known_by_its_first_section() -> None:
    for text in (DARKNET, NET, "; a\n\n# b\n [network] # c\n", "\ufeff[net]\r\n"):
        assert looks_like(text.encode())
    others = [path.read_text(encoding="utf-8") for path in SPECS.glob("*.yaml")]
    for text in [*others, CAFFE, NCNN, "", "[net]", "[net]: 3\n", "[net, a]\n", "[core]\n[net]\n"]:
        assert not looks_like(text.encode()[:4096])


def test_a_file_that_is_cut_or_changed_is_read_or_refused() -> None:
    whole = DARKNET.encode()
    cut = [outcome(read, whole[:end]) for end in range(len(whole))]
    changed = [outcome(read, one) for one in mutants(whole, 600)]
    assert 0 < cut.count("") < len(cut)
    assert 0 < changed.count("") < len(changed)


@pytest.mark.slow
def test_many_changed_files_are_read_or_refused() -> None:
    for seed in range(20):
        for one in mutants(DARKNET.encode(), 1_000, seed):
            outcome(read, one)
