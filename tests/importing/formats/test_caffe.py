"""Caffe's prototxt, read: what a layer says, in place, phases, inputs, the older layers."""

import pytest
from line_models import CAFFE, DARKNET, NCNN, mutants, outcome, sound
from paths import SPECS

from mnetcost.importing.formats.caffe import OLD_TYPES, looks_like, read
from mnetcost.importing.model import Call, Source
from mnetcost.problems import Mark, SpecError

DATA = 'input: "data" input_shape { dim: 2 dim: 3 dim: 20 dim: 12 }\n'


def _read(text: str) -> Source:
    source = read(text.encode(), "a.prototxt")
    sound(source)
    return source


def _layer(inside: str) -> Call:
    """The one layer of a net that says this."""
    (call,) = _read(f'{DATA}layer {{ type: "A" bottom: "data" top: "a" {inside} }}').calls
    return call


def _refused(text: str) -> str:
    with pytest.raises(SpecError) as error:
        read(text.encode(), "a.prototxt")
    return str(error.value)


def test_a_small_net_is_read_as_it_is_written() -> None:
    source = _read(CAFFE)
    assert (source.format, source.name, source.version) == ("caffe", "small", "")
    assert source.inputs == {"data": (1, 3, 20, 12)}
    assert source.outputs == ("cat",)
    assert (source.stored, source.shapes) == ({}, {})
    convolution = {
        "num_output": 8,
        "kernel_h": 3,
        "kernel_w": 1,
        "pad": (1, 0),
        "bias_term": False,
        "weight_filler.type": "xavier",
        "weight_filler.std": -0.01,
        "shared": ("w", ""),
    }
    pooling = {"pool": "MAX", "kernel_size": 3, "stride": 2}
    assert source.calls == (
        Call("Convolution", "conv", ("data",), ("conv",), convolution, Mark(3, 1, 5)),
        Call("BatchNorm", "conv/bn", ("conv",), ("conv#2",), {}, Mark(9, 1, 5)),
        Call("ReLU", "conv/relu", ("conv#2",), ("conv#3",), {}, Mark(10, 1, 5)),
        Call("Pooling", "pool", ("conv#3",), ("pool",), pooling, Mark(12, 1, 5)),
        Call("Concat", "cat", ("pool", "pool"), ("cat",), {}, Mark(14, 1, 5)),
    )


def test_a_value_that_is_written_in_place_has_a_name_that_nothing_else_has() -> None:
    source = _read(
        f'{DATA}layer {{ type: "A" top: "a" }} layer {{ type: "A" top: "a#2" }}'
        'layer { type: "B" bottom: "a" top: "a" } layer { type: "C" bottom: "a#2" top: "a#2" }'
        'layer { type: "D" bottom: "a" bottom: "a#2" bottom: "data" top: "d" }'
    )
    assert [call.outputs for call in source.calls[:4]] == [("a",), ("a#2",), ("a#3",), ("a#2#2",)]
    assert source.calls[4].inputs == ("a#3", "a#2#2", "data")
    assert source.outputs == ("d",)


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("convolution_param { kernel_size: 3 }", {"kernel_size": (3,)}),
        ("convolution_param { kernel_size: 3 kernel_size: 5 }", {"kernel_size": (3, 5)}),
        ("pooling_param { kernel_size: 3 pad: 1 }", {"kernel_size": 3, "pad": 1}),
        ("pooling_param { global_pooling: True }", {"global_pooling": True}),
        ("reshape_param { shape { dim: 0 dim: -1 dim: 21 } }", {"shape.dim": (0, -1, 21)}),
        ("a_param { size: 1 } b_param { size: 2 }", {"size": 1, "b_param.size": 2}),
        ("a_param { b { c: 1 } b { c: 2 } }", {"b.1.c": 2, "b.c": 1}),
        ("a_param { shift: - 4 all: [- 1, true] }", {"shift": -4, "all": (-1, True)}),
        ("slice_param { slice_point: 4 axis: 1 }", {"slice_point": (4,), "axis": 1}),
        ("prior_box_param { min_size: 60.0 flip: true }", {"min_size": (60.0,), "flip": True}),
        ("permute_param { order: [0, 2, 3, 1] }", {"order": (0, 2, 3, 1)}),
        ("a_param { code_type: CENTER_SIZE part: .5f }", {"code_type": "CENTER_SIZE", "part": 0.5}),
        ("a_param { text: 'a' # and\n \"\\x41\\101\\n\" }", {"text": "aAA\n"}),
        ("a_param { most: 9223372036854775808 }", {"most": 2**63}),
        ("a_param { more: 99999999999999999999 }", {"more": "9" * 20}),
        ("a_param { nan: nan low: -inf }", {"nan": "nan", "low": "-inf"}),
        ("a_param { high: 1e999 }", {"high": "1e999"}),
        ("a_param: { empty: [] } loss_weight: 1", {}),
        ("param { lr_mult: 1 }", {}),
        ('param: "w" param: "b"', {"shared": ("w", "b")}),
    ],
)  # fmt: skip
def test_arguments_are_the_fields_of_a_layers_messages(
    inside: str, expected: dict[str, object]
) -> None:
    assert _layer(inside).arguments == expected


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("", True),
        ("include { phase: TEST }", True),
        ("include { phase: 1 }", True),
        ("include { phase: TRAIN }", False),
        ("include { phase: TRAIN } include { phase: TEST }", True),
        ("exclude { phase: TEST }", False),
        ("exclude { phase: TRAIN }", True),
        ("include { }", True),
        ('include { stage: "deploy" }', True),
        ('include { stage: "deploy" stage: "other" }', False),
        ('include { not_stage: "deploy" }', False),
        ('include { stage: "mine" }', True),
        ("include { min_level: 1 }", False),
        ("include { min_level: -1 max_level: 3 }", True),
        ("include { max_level: -1 }", False),
    ],
)
def test_a_layer_is_there_in_the_phase_of_the_test(rule: str, kept: bool) -> None:
    text = f'state {{ stage: "mine" }} layer {{ type: "A" top: "a" {rule} }} layer {{ type: "B" }}'
    assert ("A" in [call.operator for call in _read(text).calls]) is kept


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DATA, {"data": (2, 3, 20, 12)}),
        ('input: "a" input: "b"' + "input_dim: 4 " * 8, {"a": (4, 4, 4, 4), "b": (4, 4, 4, 4)}),
        (
            'layer { type: "Input" top: "a" top: "b" input_param { shape: { dim: 7 } } }',
            {"a": (7,), "b": (7,)},
        ),
        (
            'layer { type: "Input" top: "a" top: "b" '
            "input_param { shape { dim: 7 } shape { dim: [8, 9] } } }",
            {"a": (7,), "b": (8, 9)},
        ),
        (
            'layer { type: "Data" top: "data" top: "label" include { phase: TRAIN } }'
            'layer { type: "Data" top: "data" top: "label" include { phase: TEST }'
            "  transform_param { crop_size: 227 mean_value: 104 mean_value: 117 mean_value: 123 }"
            "  data_param { batch_size: 50 } }",
            {"data": (50, 3, 227, 227), "label": (50,)},
        ),
        (
            'layers { type: DATA top: "data" data_param { crop_size: 224 batch_size: 8 } }',
            {"data": (8, None, 224, 224)},
        ),
        (
            'layer { type: "ImageData" top: "a" '
            "image_data_param { new_height: 20 new_width: 12 } }",
            {"a": (None, 3, 20, 12)},
        ),
        (
            'layer { type: "MemoryData" top: "a" '
            "memory_data_param { batch_size: 2 channels: 1 height: 28 width: 30 } }",
            {"a": (2, 1, 28, 30)},
        ),
        (
            'layer { type: "AnnotatedData" top: "a" transform_param { force_gray: true '
            "resize_param { height: 30 width: 40 } } }",
            {"a": (None, 1, 30, 40)},
        ),
        (
            'layer { type: "DummyData" top: "a" top: "b" '
            "dummy_data_param { num: 1 channels: 2 channels: 3 height: 4 width: 5 } }",
            {"a": (1, 2, 4, 5), "b": (1, 3, 4, 5)},
        ),
    ],
)  # fmt: skip
def test_inputs_are_stated_in_every_way_that_caffe_knows(
    text: str, expected: dict[str, tuple[int | None, ...]]
) -> None:
    kind = "layers { type: SILENCE }" if "layers" in text else 'layer { type: "Silence" }'
    source = _read(f"{text} {kind}")
    assert source.inputs == expected
    assert len(source.calls) == 1


def test_the_older_layers_have_words_for_types() -> None:
    source = _read(
        f'{DATA}layers {{ type: INNER_PRODUCT bottom: "data" top: "a" param: "w" blobs_lr: 1 }}'
        'layers { type: SOFTMAX_LOSS bottom: "a" } layers { type: 39 bottom: "a" top: "b" }'
        'layers { type: HDF5_OUTPUT bottom: "b" } layers { type: RELU bottom: "a" top: "a" }'
    )
    types = ["InnerProduct", "SoftmaxWithLoss", "Deconvolution", "HDF5Output", "ReLU"]
    assert [call.operator for call in source.calls] == types
    assert source.calls[0].arguments == {"shared": ("w",)}
    assert (OLD_TYPES[4], OLD_TYPES[18], OLD_TYPES[25]) == ("Convolution", "ReLU", "Eltwise")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("layer {", 1, "malformed: a message that does not end; expected '}'"),
        ("layer { type: 'A' >", 1, "malformed: found '>'"),
        ("layer { type: 'A' }\n}", 2, "malformed: found '}'"),
        ("layer { type: 'A' }\n  layer { type: }", 2, "malformed: found 'type: }'"),
        ("layer { type: 'A' }\nlayer { type 'A' }", 2, "malformed: type has no colon"),
        ("layer { type: 'A }\n", 1, "malformed: found"),
        ("layer { type: 'A\\q' }", 1, "malformed: found 'A\\q'"),
        ("layer { type: '\\377' }", 1, "malformed"),
        ("layer { type: 'A' type: 'B' }", 1, "malformed: type is there 2 times"),
        ("layer { name: 'a' }", 1, "malformed: type is not there"),
        ("layer { type: 'A' a_param { } a_param { } }", 1, "a_param is there 2 times"),
        ("layer { type: 'A' a_param { group: 3 group: 5 } }", 1, "group is there 2 times"),
        ("layer { type: 'A' a_param { pad: [1 2] } }", 1, "malformed: found [1 2]"),
        ("layer { type: 'A' a_param { pad: [1,, 2] } }", 1, "malformed: found [1,, 2]"),
        ("layer { type: 'A' a_param: 3 }", 1, "malformed: a_param is no message"),
        ("layer: 3", 1, "malformed: layer is no message"),
        ("layer { type: 'A' }\nlayers { type: RELU }", 2, "malformed: both layer and layers"),
        ("layers { type: NEWER }", 1, "malformed: the type NEWER is none"),
        ("layers { layer { type: 'conv' } }", 1, "unsupported: a layer inside a layer"),
        ("layer { type: 'A' include { } exclude { } }", 1, "malformed: a layer with include and"),
        ("layer { type: 'A' include { min_level: a } }", 1, "malformed: min_level is no whole"),
        ("layer { type: 'A' top: '' }", 1, "malformed: top is no text"),
        ("layer { type: 'A' top: 3 }", 1, "malformed: top is no text"),
        ("layer { type: 'A' top: 'a' }\nlayer { type: 'B' top: 'a' }", 2, "writes a, which was"),
        ("layer { type: 'A' top: 'a' top: 'a' }", 1, "writes a, which was written before"),
        ("layer { name: 'b' type: 'B' bottom: 'b' top: 'b' }", 1, "b reads b, which no layer"),
        ("layer { type: 'Input' top: 'a' }", 1, "malformed: the shape of an input"),
        ("layer { type: 'Input' top: 'a' input_param { shape { dim: 0 } } }", 1, "the shape"),
        ("input: 'a' layer { type: 'A' }", 1, "malformed: 1 inputs, and shapes for 0"),
        ("input: 'a'" + "input_dim: 1 " * 8 + "layer { type: 'A' }", 1, "and shapes for 2"),
        ("layer { type: 'Input' top: 'a' input_param { shape { dim: 1 } } }", 1, "no layer that"),
        ("net: 'a.prototxt'\nbase_lr: 0.1", 1, "wrong-format: a text with net, base_lr"),
        ("", 1, "wrong-format: a text with nothing in it"),
        ("input: 'a' input_shape {" + "dim: 1 " * 17 + "} layer { type: 'A' }", 1, "too-large"),
        ("layer {" * 33, 1, "too-large: messages inside 32 others"),
        ("layer { type: 'A' a_param {" + f"{'n' * 90} {{" * 4 + "a: 1" + "}" * 6, 1, "too-large"),
        ("a: 1 " * 120_001, 1, "too-large: reading it takes over 600,000"),
        (f"layer {{ type: '{'x' * 70_000}' }}", 1, "too-large"),
        (" " * (2**22 + 1), 1, "too-large: a text of 4,194,305 bytes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str, line: int, words: str) -> None:
    problem = _refused(text)
    assert words in problem
    assert problem.startswith(f"a.prototxt:{line}:")


def test_bytes_that_are_no_text_are_fine_in_comments_alone() -> None:
    layer = b'# \xb1\xea\xd7\xa2 \xff\r\nlayer { name: "\\001" type: "A" top: "%s" }'
    assert read(layer % b"\xe5\x90\x8d", "a").calls[0].outputs == ("名",)
    assert read(b"\xef\xbb\xbf" + layer % b"a", "a").calls[0].name == "\x01"
    assert outcome(read, layer % b"\xff") == "malformed"


def test_a_prototxt_is_known_by_what_it_says() -> None:
    known = [CAFFE, "layer {", "# long\n" * 500 + 'name: "a"\nlayers {', "\ufefflayer: {"]
    for text in [
        *known,
        'input: "a"\ninput_dim: 1 input_dim: 3\nlayers <',
        "state { phase: TEST }",
    ]:
        assert looks_like(text.encode()[:4096])
    others = [DARKNET, NCNN, "", "name: a\nlayers:\n  - relu\n", "net: 'a'\n", '{"layer": {}}']
    others += [path.read_text(encoding="utf-8") for path in SPECS.glob("*.yaml")]
    for text in [*others, "name: a\ninput: {height: 8}\n", "#" * 4096, "layers: {a: 1}"]:
        assert not looks_like(text.encode()[:4096])


def test_a_file_that_is_cut_or_changed_is_read_or_refused() -> None:
    whole = CAFFE.encode()
    cut = [outcome(read, whole[:end]) for end in range(len(whole))]
    changed = [outcome(read, one) for one in mutants(whole, 600)]
    assert 0 < cut.count("") < len(cut) / 2
    assert 0 < changed.count("") < len(changed)


@pytest.mark.slow
def test_many_changed_files_are_read_or_refused() -> None:
    for seed in range(20):
        for one in mutants(CAFFE.encode(), 1_000, seed):
            outcome(read, one)
