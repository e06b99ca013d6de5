"""TFLite files, made by hand."""

import mmap
import random
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from coherence import coherent
from limited import held, linux
from tflite_files import (
    ADD,
    CONV,
    INT8,
    INT32,
    INT64,
    RESHAPE,
    SOFTMAX,
    Field,
    Made,
    encoded,
    model,
    operator,
)

from mnetcost.importing.formats.tflite import looks_like, read
from mnetcost.importing.model import Call, Source, Tensor
from mnetcost.problems import SpecError

# Nine rows and seven columns of three channels, a kernel of three rows and five columns.
KERNEL = Made("k", [8, 3, 5, 3], INT8, bytes(8 * 3 * 5 * 3), scale=True)
BIAS = Made("b", [8], INT32, bytes(4 * 8), scale=True)
SAME_RELU6: dict[int, Field] = {1: ("i", 1), 2: ("i", 2), 3: ("b", 3)}


def small(more: Mapping[int, Field] | None = None) -> bytes:
    """A convolution with a bias, and a reshape to what a stored tensor says."""
    tensors = [
        Made("x", [1, 9, 7, 3], INT8, more={7: [-1, 9, 7, 3]}),
        KERNEL,
        BIAS,
        Made("y", [1, 5, 7, 8], INT8),
        Made("to", [2], INT32, struct.pack("<2i", -1, 280)),
        Made("z", [1, 280], INT8),
    ]
    operators = [
        operator(0, [0, 1, 2], [3], 1, SAME_RELU6),
        operator(1, [3, 4], [5], 17, {0: [-1, 280]}),
    ]
    return model(tensors, operators, [CONV, RESHAPE], ([0], [5]), more)


def one(
    operators: list[dict[int, Field]] | None = None,
    codes: Any = (ADD,),
    *tensors: Made,
    **ends: Any,
) -> bytes:
    """An addition of an input to itself, or what is given in its place."""
    made = tensors or (Made("x", [1, 4, 6, 2]), Made("y", [1, 4, 6, 2]))
    calls = [operator(0, [0, 0], [1], 11, {})] if operators is None else operators
    return model(made, calls, codes, (ends.get("inputs", [0]), ends.get("outputs", [1])))


def test_a_file_is_read_as_it_is() -> None:
    assert looks_like(small()[:4096])
    source = coherent(read(small(), "a.tflite"))
    conv, reshape = source.calls
    assert source == Source(
        format="tflite",
        version="schema 3",
        name="main",
        inputs={"x": (None, 9, 7, 3)},
        outputs=("z",),
        calls=(
            Call(
                "CONV_2D",
                "",
                ("x", "k", "b"),
                ("y",),
                {
                    "padding": "SAME",
                    "stride_w": 1,
                    "stride_h": 2,
                    "fused_activation_function": "RELU6",
                    "dilation_w_factor": 1,
                    "dilation_h_factor": 1,
                    "quantized_bias_type": "FLOAT32",
                },
                conv.place,
            ),
            Call("RESHAPE", "", ("y", "to"), ("z",), {"new_shape": (-1, 280)}, reshape.place),
        ),
        stored={
            "k": Tensor((8, 3, 5, 3)),
            "b": Tensor((8,)),
            "to": Tensor((2,), (-1, 280), learned=False),
        },
        shapes={"y": (1, 5, 7, 8), "z": (1, 280)},
    )
    assert str(conv.place).startswith("operator 0, byte ")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (SOFTMAX, "SOFTMAX"),
        ({0: ("b", 127), 3: ("i", 150)}, "GELU"),
        ({0: ("b", 117), 3: ("i", 117)}, "HARD_SWISH"),
        ({3: ("i", 126)}, "BATCH_MATMUL"),
        ({3: ("i", 206)}, "STABLEHLO_COMPOSITE"),
        ({3: ("i", 4_000)}, "BUILTIN_4000"),
        ("TFLite_Detection_PostProcess", "custom::TFLite_Detection_PostProcess"),
        ({}, "ADD"),
    ],
)
def test_an_operator_has_the_name_of_its_number(code: Any, name: str) -> None:
    (call,) = read(one([operator(0, [0], [1])], [code]), "a").calls
    assert (call.operator, call.arguments) == (name, {})


@pytest.mark.parametrize(
    ("kind", "options", "arguments"),
    [
        (
            2,  # the same in every version: what is left out is the schema's own default
            {0: ("b", 1), 1: ("i", 2), 2: ("i", 3), 3: ("i", 4), 6: ("i", 5)},
            {
                "padding": "VALID",
                "stride_w": 2,
                "stride_h": 3,
                "depth_multiplier": 4,
                "fused_activation_function": "NONE",
                "dilation_w_factor": 1,
                "dilation_h_factor": 5,
            },
        ),
        (
            5,
            {1: ("i", 2), 2: ("i", 1), 3: ("i", 5), 4: ("i", 3), 5: ("b", 1)},
            {
                "padding": "SAME",
                "stride_w": 2,
                "stride_h": 1,
                "filter_width": 5,
                "filter_height": 3,
                "fused_activation_function": "RELU",
            },
        ),
        (9, {0: ("f", 0.5)}, {"beta": 0.5}),
        (10, {0: ("i", -1)}, {"axis": -1, "fused_activation_function": "NONE"}),
        (15, {2: ("B", 1)}, {"align_corners": True, "half_pixel_centers": False}),
        (21, {}, {"fused_activation_function": "NONE"}),
        (27, {0: ("B", 1)}, {"keep_dims": True}),
        (28, {}, {"fused_activation_function": "NONE", "pot_scale_int16": True}),
        (30, {0: [1, 2]}, {"squeeze_dims": (1, 2)}),
        (37, {0: ("b", 9)}, {"in_data_type": "INT8", "out_data_type": "FLOAT32"}),
        (77, {0: ("b", 1)}, {"mode": "SYMMETRIC"}),
        (93, {1: ("i", 2)}, {"cond_subgraph_index": 0, "body_subgraph_index": 2}),
        (101, {1: ("B", 1)}, {"adj_x": False, "adj_y": True, "asymmetric_quantize_inputs": False}),
        (22, {}, {}),
        (250, {0: ("i", 3)}, {}),
    ],
)
def test_options_have_the_names_of_the_schema(
    kind: int, options: dict[int, Field], arguments: dict[str, object]
) -> None:
    (call,) = read(one([operator(0, [0], [1], kind, options)]), "a").calls
    assert call.arguments == arguments


@pytest.mark.parametrize(
    ("made", "stored"),
    [
        (Made("w", [3, 5], data=bytes(60)), Tensor((3, 5))),
        (Made("w", [3, 5], INT8, bytes(15)), Tensor((3, 5))),
        (Made("w", [3, 5], 17, bytes(8)), Tensor((3, 5))),  # fifteen numbers of four bits
        (Made("w", [3], INT32, bytes(12), scale=True), Tensor((3,))),
        (Made("w", [3], INT64, bytes(24), scale=True), Tensor((3,))),
        (Made("w", [2], INT32, struct.pack("<2i", 5, -1)), Tensor((2,), (5, -1), False)),
        (Made("w", [2], INT64, struct.pack("<2q", 5, -1)), Tensor((2,), (5, -1), False)),
        (Made("w", [], INT32, struct.pack("<i", 7)), Tensor((), (7,), False)),
        (Made("w", [65], INT32, bytes(260)), Tensor((65,), None, False)),
        (Made("w", [], data=bytes(4)), Tensor((), None, False)),
        (Made("w", [2, 3], more={5: ("B", 1)}), Tensor((2, 3), None, False)),  # a state
        (Made("w", [0], INT32), Tensor((0,), (), False)),  # no numbers, so nothing to store
        (Made("w", [3, 5], data=bytes(8), more={6: {}}), Tensor((3, 5))),  # without its zeros
        (Made("w", [3, 5], more={10: ("I", 1)}), Tensor((3, 5))),  # in a file beside
    ],
)
def test_what_is_stored_has_a_shape_and_of_a_few_whole_numbers_the_numbers(
    made: Made, stored: Tensor
) -> None:
    data = one([operator(0, [0, 2], [1])], [ADD], Made("x", [4]), Made("y", [4]), made)
    assert coherent(read(data, "a")).stored == {"w": stored}


def test_what_lies_behind_the_tables_is_stored_too() -> None:
    tensors = [Made("x", [4]), Made("y", [4]), Made("w", [2, 3], more={2: ("I", 1)})]
    buffers: list[dict[int, Field]] = [{}, {1: ("Q", 40), 2: ("Q", 24)}]
    data = model(tensors, [operator(0, [0, 2], [1])], [ADD], ([0], [1]), {4: buffers})
    assert read(data, "a").stored == {"w": Tensor((2, 3))}
    far: list[dict[int, Field]] = [{}, {1: ("Q", 2**63), 2: ("Q", 24)}]
    with pytest.raises(SpecError, match="past the end of the file"):
        read(model(tensors, [operator(0, [0, 2], [1])], [ADD], ([0], [1]), {4: far}), "a")


def test_names_are_made_where_they_are_left_out_and_where_they_recur() -> None:
    names = ["a", "a", "", "a:1", "a"]
    tensors = [Made(name, [4]) for name in names]
    calls = [operator(0, [0, -1], [1]), operator(0, [1], [2]), operator(0, [2], [3, 4])]
    source = coherent(read(one(calls, [ADD], *tensors, outputs=[3, 4]), "a"))
    assert source.outputs == ("a:1:3", "a:4")
    assert [call.inputs for call in source.calls] == [("a", ""), ("a:1",), ("tensor 2",)]


def test_a_name_is_kept_as_it_is_and_shown_as_what_can_be_seen() -> None:
    odd = Made("\x00\n<b>", [4])
    assert list(read(one(None, [ADD], odd, Made("y", [4])), "a").inputs) == [odd.name]
    with pytest.raises(SpecError, match=r"tensor \\x00\\n<b> is an input, and has no shape"):
        read(one(None, [ADD], odd._replace(shape=[]), Made("y", [4])), "a")


def test_of_several_subgraphs_the_first_is_read() -> None:
    graph: dict[int, Field] = {0: [Made("x", [4]).fields(0)], 1: [0], 2: [0], 3: [], 4: "first"}
    root: dict[int, Field] = {0: ("I", 3), 2: [graph, {4: "second"}, {}]}
    source = read(encoded(root), "a")
    assert (source.name, source.version) == ("first", "schema 3, the first of 3 subgraphs")
    assert (source.calls, source.outputs) == ((), ("x",))


def test_a_shape_that_is_not_stated_is_not_there() -> None:
    tensors = [Made("x", []), Made("y", []), Made("z", [], more={8: ("B", 1)})]
    calls = [operator(0, [2], [0]), operator(0, [0], [1])]
    source = read(one(calls, [ADD], *tensors, inputs=[2]), "a")
    assert (source.inputs, source.shapes) == ({"z": ()}, {})


X, Y = Made("x", [1, 4, 6, 2]), Made("y", [1, 4, 6, 2])
REFUSED = {
    "another format": (b"\x08\0\0\0TFL2" + bytes(20), "wrong-format", "expected b'TFL3'"),
    "nothing": (b"", "wrong-format", "bytes 4 to 8 are b''"),
    "another schema": (encoded({0: ("I", 4)}), "unsupported", "version 4"),
    "no subgraph": (encoded({0: ("I", 3)}), "malformed", "no subgraph"),
    "an unknown tensor": (one([operator(0, [7], [1])]), "malformed", "names tensor 7; there are 2"),
    "an unknown code": (one([operator(3, [0], [1])]), "malformed", "operator 3 of a list of 1"),
    "a negative code": (one(None, [{0: ("b", -3), 3: ("i", -3)}]), "malformed", "operator -3"),
    "what nobody writes": (
        one([operator(0, [1], [1])]),
        "malformed",
        "operator 0, byte 263: it reads the value 'y'",
    ),
    "an output that nobody writes": (one([]), "malformed", "nothing writes the output 'y'"),
    "what is written twice": (
        one([operator(0, [0], [1]), operator(0, [0], [1])]),
        "malformed",
        "the value 'y' is written twice",
    ),
    "an input that is written": (
        one([operator(0, [0], [0])]),
        "malformed",
        "the value 'x' is written twice",
    ),
    "an input without a shape": (one(None, [ADD], Made("x", []), Y), "malformed", "has no shape"),
    "a negative side": (one(None, [ADD], Made("x", [1, -4]), Y), "malformed", "a side of -4"),
    "seventeen axes": (one(None, [ADD], Made("x", [1] * 17), Y), "too-large", "17 axes"),
    "too few bytes": (
        one(None, [ADD], X, Y, Made("w", [3, 5], data=bytes(59))),
        "malformed",
        "59 bytes of 15 numbers of 32 bits",
    ),
    "sides of 2^31": (
        one(None, [ADD], X, Y, Made("w", [2**31 - 1] * 16, data=bytes(4))),
        "malformed",
        "4 bytes of",
    ),
    "an open side that is stored": (
        one(None, [ADD], X, Y, Made("w", [-1], data=bytes(4))),
        "malformed",
        "a side that is left open",
    ),
    "an unknown buffer": (
        one(None, [ADD], X, Y, Made("w", [4], more={2: ("I", 9)})),
        "malformed",
        "names buffer 9",
    ),
    "an unknown padding": (
        one([operator(0, [0], [1], 1, {0: ("b", 2)})]),
        "malformed",
        "padding 2, expected one from 0 to 1",
    ),
    "no number": (one([operator(0, [0], [1], 9, {0: ("f", float("nan"))})]), "malformed", "nan"),
    "a text that is none": (
        small().replace(b"main", b"\xff\xff\xff\xff"),
        "malformed",
        "not UTF-8",
    ),
    "a long name": (one(None, [ADD], Made("x" * 70_000, [4]), Y), "too-large", "70,000 bytes"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_wrong_is_said_with_its_place(what: str) -> None:
    data, code, words = REFUSED[what]
    with pytest.raises(SpecError) as caught:
        read(data, "a.tflite")
    (problem,) = caught.value.problems
    assert problem.code == code
    assert words in problem.message
    assert "byte " in problem.message or "output" in problem.message


def _survives(data: bytes) -> None:
    try:
        coherent(read(data, "a"))
    except SpecError as error:
        (problem,) = error.problems
        found = problem.code
    else:
        found = "read"
    assert found in ("read", "malformed", "too-large", "unsupported", "wrong-format")


def test_a_file_that_is_cut_is_read_or_refused() -> None:
    data = small()
    for size in range(len(data)):
        _survives(data[:size])


def _mutated(data: bytes, seed: int) -> bytes:
    """The file with some of its bytes, or of its numbers of 32 bits, replaced."""
    random_ = random.Random(seed)
    found = bytearray(data)
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(8, len(data) - 8)
        if random_.random() < 0.5:
            found[at] = random_.choice((0, 1, 2, 127, 128, 255, random_.randrange(256)))
        else:
            number = random_.choice((0, 1, 4, len(data), 2**16, 2**31 - 1, 2**31, 2**32 - 1))
            struct.pack_into("<I", found, at, number)
    return bytes(found)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_file_with_other_bytes_is_read_or_refused(seed: int) -> None:
    data = small()
    for number in range(20_000 if seed else 1_000):
        _survives(_mutated(data, seed * 10**6 + number))


READ = "from mnetcost.importing.formats.tflite import read; read(open(path, 'rb').read(), 'a')"
NAMED = Made("x" * 2**16, [4]).fields(0)
FULL: dict[int, Field] = operator(0, [0] * 4_000, [-1])
WIDE: dict[int, Field] = operator(0, [0], [-1], 1, SAME_RELU6)
ATTACKS: dict[str, dict[int, Field]] = {
    "tensors": {0: [Made("", [4]).fields(0)] * 2_000_000},
    "tensors of long names": {0: [NAMED] * 20_000},
    "tensors of one name": {0: [Made("x", [4]).fields(0)] * 100_000},
    "operators": {0: [Made("x", [4]).fields(0)], 1: [0], 3: [operator(0, [0], [-1])] * 2_000_000},
    "operators within the bound": {0: [Made("x", [4]).fields(0)], 1: [0], 3: [WIDE] * 200_000},
    "operators of many inputs": {0: [Made("x", [4]).fields(0)], 1: [0], 3: [FULL] * 100_000},
    "inputs": {0: [Made("x", [4]).fields(0)], 1: [0] * 4_000_000},
}


@linux
@pytest.mark.parametrize("what", [pytest.param(one, marks=pytest.mark.slow) for one in ATTACKS])
def test_what_is_made_to_cost_much_is_refused_soon(what: str, tmp_path: Path) -> None:
    root: dict[int, Field] = {0: ("I", 3), 1: [{}], 2: [ATTACKS[what]], 4: [{}]}
    path = tmp_path / "a.tflite"
    path.write_bytes(encoded(root))
    held(path, READ)


def test_a_file_takes_no_more_steps_than_there_are() -> None:
    root: dict[int, Field] = {0: ("I", 3), 1: [{}], 2: [ATTACKS["inputs"]], 4: [{}]}
    with pytest.raises(SpecError, match=r"too-large: reading it takes over 600,000 steps"):
        read(encoded(root), "a")


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    """A gigabyte of which the tables are the beginning; what lies behind is a hole in the file."""
    path = tmp_path / "a.tflite"
    path.write_bytes(small())
    with path.open("r+b") as file:
        file.truncate(2**30)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            assert read(data, "a") == read(small(), "a")
