"""ncnn's .param, read: what a line says, the counts, the shapes that its tools note."""

import pytest
from line_models import CAFFE, DARKNET, NCNN, mutants, outcome, sound
from paths import SPECS

from mnetcost.importing.formats.ncnn import looks_like, read
from mnetcost.importing.model import Call, Source, Tensor
from mnetcost.problems import Mark, SpecError

INPUT = "Input data 0 1 data 0=12 1=20 2=3\n"


def _read(lines: str, values: int = 99) -> Source:
    source = read(f"7767517\n{lines.count(chr(10))} {values}\n{lines}".encode(), "a.param")
    sound(source)
    return source


def _refused(text: str) -> str:
    with pytest.raises(SpecError) as error:
        read(text.encode(), "a.param")
    return str(error.value)


def test_a_small_net_is_read_as_it_is_written() -> None:
    source = read(NCNN.encode(), "a.param")
    assert (source.format, source.name, source.version) == ("ncnn", "", "")
    assert source.inputs == {"data": (1, 3, 20, 12)}
    assert source.stored == {"bias": Tensor((1, 8, 20, 12))}
    assert source.shapes == {"conv": (1, 8, 20, 12)}
    assert source.outputs == ("b", "sum")
    convolution = {"0": 8, "1": 1, "11": 3, "4": 0, "14": 1, "5": 1, "6": 72}
    assert source.calls == (
        Call("Convolution", "conv", ("data",), ("conv",), convolution, Mark(5, 1)),
        Call("Split", "split", ("conv",), ("a", "b"), {}, Mark(6, 1)),
        Call("BinaryOp", "add", ("a", "bias"), ("sum",), {"0": 0, "3": (0.5, 7)}, Mark(7, 1)),
    )


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ("0=12 1=20 2=3", (1, 3, 20, 12)),
        ("0=12 1=20", (1, 20, 12)),
        ("0=12", (1, 12)),
        ("0=12 1=20 11=5 2=3", (1, 3, 5, 20, 12)),
        ("0=-1 1=20 2=3", (1, 3, 20, None)),
        ("", (1, None, None, None)),
        ("0=0 1=0 2=0", (1, None, None, None)),
        ("-23330=4,2,12,20,1", (1, 20, 12)),
        ("-23330=4,0,0,0,0", (1, None, None, None)),
        ("-23330=4,3,12,20,3 0=24 1=40 2=3", (1, 3, 40, 24)),
    ],
)
def test_the_sides_of_an_input_are_its_width_height_and_channels(
    sides: str, expected: tuple[int | None, ...]
) -> None:
    source = _read(f"Input data 0 1 data {sides}\nReLU relu 1 1 data out\n")
    assert source.inputs == {"data": expected}
    assert source.shapes == {}


def test_shapes_are_those_that_the_file_notes() -> None:
    noted = "-23330=12,1,9,1,1,0,0,0,0,2,5,4,1"
    source = _read(f"{INPUT}Slice cut 1 3 data a b c {noted} -23300=2,4,-233\n")
    assert source.shapes == {"a": (1, 9), "c": (1, 4, 5)}
    assert source.calls[0].arguments == {"0": (4, -233)}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0=1e-5 1=-0.5 2=7", {"0": 1e-05, "1": -0.5, "2": 7}),
        ("3=0.1,2", {"3": (0.1, 2)}),
        ("-23302=0", {"2": ()}),
        ("-23300=1,60.0", {"0": (60.0,)}),
        ('5="*(0w,2),0h" 6=a,b', {"5": "*(0w,2),0h", "6": "a,b"}),
        ("5=text 6=nan 7=99999999999999999999", {"5": "text", "6": "nan", "7": "9" * 20}),
    ],
)
def test_arguments_have_their_numbers_as_names(written: str, expected: dict[str, object]) -> None:
    assert _read(f"{INPUT}A a 1 1 data out {written}\n").calls[0].arguments == expected


def test_words_are_parted_as_c_parts_them() -> None:
    source = read(
        "7767517\r\n2  2 \r\n\r\nInput\td 0 1 d\r\nA \xa0\x1d 1 1 d \x85\u2028".encode(), "a"
    )
    (call,) = source.calls
    assert (call.name, call.outputs, call.place) == ("\xa0\x1d", ("\x85\u2028",), Mark(5, 1))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "wrong-format: found ''"),
        ("\n\n7767518\n", 3, "wrong-format: found '7767518'"),
        ("7767517", 1, "malformed: found ''"),
        ("7767517\n2\n", 2, "malformed: found '2'"),
        ("7767517\n-2 3\n", 2, "malformed: found '-2 3'"),
        ("7767517\n" + "9" * 5_000 + " 3\n", 2, "malformed: found"),
        ("7767517\n200001 3\n", 2, "too-large: 200,001 layers"),
        ("7767517\n2 3\nA a 0 0\n", 2, "malformed: 2 layers are stated, and the file ends after 1"),
        ("7767517\n1 3\nA a 0 0\nA a 0 0\n", 4, "malformed: a layer beyond the 1"),
        ("7767517\n1 1\nA a 0 2 b c\n", 2, "malformed: 1 values are stated, and the layers"),
        ("7767517\n1 1\nInput a 0 1 a\n", 2, "malformed: the file has no layer that computes"),
        ("7767517\n1 1\nA a 0\n", 3, "malformed: found 'A a 0'"),
        ("7767517\n1 1\nA a 0 x\n", 3, "malformed: found 'A a 0 x'"),
        ("7767517\n1 1\nA a 1 999999999 b\n", 3, "malformed: A a states 1,000,000,000 inputs and"),
        ("7767517\n1 1\nA a 1 1 b c\n", 3, "malformed: a reads b, which no layer before it writes"),
        ("7767517\n2 2\nA a 0 1 b\nA a 0 1 b\n", 4, "malformed: a writes b, which was written"),
        ("7767517\n1 1\nA a 0 1 b 0\n", 3, "malformed: found '0'"),
        ("7767517\n1 1\nA a 0 1 b 32=1\n", 3, "malformed: found '32=1'"),
        ("7767517\n1 1\nA a 0 1 b -1=1\n", 3, "malformed: found '-1=1'"),
        ("7767517\n1 1\nA a 0 1 b -23332=1,1\n", 3, "malformed: found '-23332=1,1'"),
        ("7767517\n1 1\nA a 0 1 b 0=1 0=2\n", 3, "malformed: argument 0 is there twice"),
        ("7767517\n1 1\nA a 0 1 b 0=1 -23300=1,2\n", 3, "malformed: argument 0 is there twice"),
        ("7767517\n1 1\nA a 0 1 b -23300=3,2\n", 3, "malformed: found '-23300=3,2'"),
        ("7767517\n1 1\nA a 0 1 b -23300=1,x\n", 3, "malformed: found '-23300=1,x'"),
        ("7767517\n1 1\nA a 0 1 b -23330=3,1,2,3\n", 3, "malformed: the shapes of a"),
        ("7767517\n1 1\nA a 0 1 b -23330=4,9,2,3,4\n", 3, "malformed: the shapes of a"),
        ("7767517\n1 1\nA a 0 1 b -23330=4,1,0.5,3,4\n", 3, "malformed: a: found 0.5"),
        ("7767517\n1 1\nA a 0 1 b 30=1\n", 3, "malformed: the shapes of a"),
        ("7767517\n1 1\nInput a 0 1 b 0=x\n", 3, "malformed: a: found x"),
        ("7767517\n1 1\nMemoryData a 0 1 b 0=3 1=0\n", 3, "malformed: a does not state its sides"),
        ("7767517\n1 1\nMemoryData a 0 1 b\n", 3, "malformed: a does not state its sides"),
        ("7767517\n1 1\nnn.Conv2d a 0 1 b bias=True\n", 3, "unsupported: found 'bias=True'"),
        ("7767517\n1 1\npnnx.Input a 0 1 b #0=(1,3,4)f32\n", 3, "unsupported: found '#0=(1,3,4)"),
        ("7767517\n1 1\nA " + "a" * 70_000 + " 0 0\n", 3, "too-large"),
        ("7767517\n1 1\nA a 0 0 0=" + "1," * 40_000 + "\n", 3, "too-large"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, words: str) -> None:
    problem = _refused(text)
    assert words in problem
    assert problem.startswith(f"a.param:{line}:1:")


def test_bytes_that_are_no_text_are_refused() -> None:
    assert outcome(read, b"7767517\n1 1\nA \xff 0 1 a") == "malformed"
    assert outcome(read, b"\xff\xfe7\x007\x00") == "malformed"
    assert outcome(read, b" " * (2**22 + 1)) == "too-large"


def test_a_param_is_known_by_its_number() -> None:
    assert looks_like(NCNN.encode())
    assert looks_like(b"7767517\r\n1 1\r\n")
    others = [path.read_text(encoding="utf-8") for path in SPECS.glob("*.yaml")]
    for text in [*others, CAFFE, DARKNET, "", "7767517", "7767517: 3", "7767517 layers\n"]:
        assert not looks_like(text.encode()[:4096])


def test_a_file_that_is_cut_or_changed_is_read_or_refused() -> None:
    whole = NCNN.encode()
    cut = [outcome(read, whole[:end]) for end in range(len(whole))]
    changed = [outcome(read, one) for one in mutants(whole, 600)]
    assert cut.count("") < 15  # in the last arguments
    assert 0 < changed.count("") < len(changed)


@pytest.mark.slow
def test_many_changed_files_are_read_or_refused() -> None:
    for seed in range(20):
        for one in mutants(NCNN.encode(), 1_000, seed):
            outcome(read, one)
